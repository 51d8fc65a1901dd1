//! Every address of the console. Links come from here and from nowhere else.

use crate::client::{decode, encode, with_query};

pub(crate) const HOME: &str = "/";
pub(crate) const SIGN_IN: &str = "/sign-in";
pub(crate) const JOBS: &str = "/jobs";
pub(crate) const JOB_NEW: &str = "/jobs/new";
pub(crate) const IMAGES: &str = "/images";
/// Never an image's page: a repository has a slash, which is encoded in the address.
pub(crate) const IMAGES_PUSH: &str = "/images/push";
pub(crate) const SHARES: &str = "/shared";
pub(crate) const ROLES: &str = "/roles";
pub(crate) const PEOPLE: &str = "/people";
pub(crate) const ORGS: &str = "/orgs";

pub(crate) const AUDIT: &str = "/audit";
pub(crate) const LINKS: &str = "/links";
/// Before the token of a shared link.
const SHARED: &str = "/s/";

/// What stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where one is sent on to the jobs.
    Start,
    Jobs,
    JobNew,
    /// One job, by [`job_at`].
    Job,
    Images,
    ImagesPush,
    /// One image, by [`repository_at`].
    Image,
    /// The audit of image permissions, by [`audit_at`].
    Audit,
    /// Links to jobs' statuses.
    Links,
    /// A job as a link shows it, by [`shared_token_at`]; no sign-in.
    Shared,
    /// What is shared with and by the reader, and roles.
    Shares,
    /// One role, by [`below`].
    Role,
    /// Organisations, and everybody for administrators.
    People,
    /// Somebody, by [`below`].
    Person,
    /// One organisation, by [`org_at`].
    Org,
    /// One project, by [`org_at`].
    Project,
    Nowhere,
}

impl Place {
    pub(crate) fn at(pathname: &str) -> Self {
        match pathname.strip_suffix('/').unwrap_or(pathname) {
            "" | SIGN_IN => Self::Start,
            JOBS => Self::Jobs,
            JOB_NEW => Self::JobNew,
            IMAGES => Self::Images,
            IMAGES_PUSH => Self::ImagesPush,
            LINKS => Self::Links,
            SHARES => Self::Shares,
            PEOPLE => Self::People,
            other if other.starts_with(SHARED) => Self::Shared,
            other if job_at(other).is_some() => Self::Job,
            other if audit_at(other).is_some() => Self::Audit,
            other if repository_at(other).is_some() => Self::Image,
            other if below(ROLES, other).is_some() => Self::Role,
            other if below(PEOPLE, other).is_some() => Self::Person,
            other => match org_at(other) {
                Some((_, None)) => Self::Org,
                Some((_, Some(_))) => Self::Project,
                None => Self::Nowhere,
            },
        }
    }
}

/// The id of the job at an address, and the view; no view where it names an unknown one.
pub(crate) fn job_at(pathname: &str) -> Option<(String, Option<JobTab>)> {
    let rest = pathname.strip_prefix(JOBS)?.strip_prefix('/')?.trim_end_matches('/');
    let (id, tab) = rest.split_once('/').map_or((rest, None), |(id, tab)| (id, Some(tab)));
    let plain = !id.is_empty() && !tab.is_some_and(|tab| tab.contains('/'));
    plain.then(|| (decode(id), JobTab::parse(tab)))
}

/// The token of the shared link at an address.
pub(crate) fn shared_token_at(pathname: &str) -> Option<&str> {
    pathname.strip_prefix(SHARED).map(|token| token.trim_end_matches('/'))
}

/// The page of a shared link.
pub(crate) fn shared(token: &str) -> String {
    format!("{SHARED}{}", encode(token))
}

/// Links of everybody, for administrators.
pub(crate) fn links_all() -> String {
    with_query(LINKS, [("scope", "all")])
}

/// The repository of the image at an address. It has a project before its name; anything else is nobody's address.
pub(crate) fn repository_at(pathname: &str) -> Option<String> {
    let rest = pathname.strip_prefix(IMAGES)?.strip_prefix('/')?.trim_end_matches('/');
    let repository = (!rest.contains('/')).then(|| decode(rest))?;
    repository.contains('/').then_some(repository)
}

/// The name at an address one step below a list of them.
pub(crate) fn below(list: &str, pathname: &str) -> Option<String> {
    let rest = pathname.strip_prefix(list)?.strip_prefix('/')?.trim_end_matches('/');
    (!rest.is_empty() && !rest.contains('/')).then(|| decode(rest))
}

/// The organisation at an address, and its project where it names one.
pub(crate) fn org_at(pathname: &str) -> Option<(String, Option<String>)> {
    let rest = pathname.strip_prefix(ORGS)?.strip_prefix('/')?.trim_end_matches('/');
    let (org, project) = rest.split_once('/').map_or((rest, None), |(org, project)| (org, Some(project)));
    let plain = !org.is_empty() && project.is_none_or(|project| !project.is_empty() && !project.contains('/'));
    plain.then(|| (decode(org), project.map(decode)))
}

/// A list of what is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SharedTab {
    WithMe,
    ByMe,
    Roles,
}

impl SharedTab {
    pub(crate) const ALL: [Self; 3] = [Self::WithMe, Self::ByMe, Self::Roles];

    /// Its word in addresses and ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::WithMe => "with-me",
            Self::ByMe => "by-me",
            Self::Roles => "roles",
        }
    }

    /// The tab of an address; what is shared with the reader where it names none or an unknown one.
    pub(crate) fn parse(word: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|tab| Some(tab.word()) == word).unwrap_or(Self::WithMe)
    }
}

pub(crate) fn shares(tab: SharedTab) -> String {
    match tab {
        SharedTab::WithMe => SHARES.to_owned(),
        SharedTab::ByMe | SharedTab::Roles => with_query(SHARES, [("view", tab.word())]),
    }
}

pub(crate) fn role(name: &str) -> String {
    format!("{ROLES}/{}", encode(name))
}

pub(crate) fn person(name: &str) -> String {
    format!("{PEOPLE}/{}", encode(name))
}

pub(crate) fn org(name: &str) -> String {
    format!("{ORGS}/{}", encode(name))
}

pub(crate) fn project(org_name: &str, name: &str) -> String {
    format!("{}/{}", org(org_name), encode(name))
}

/// The page of what a resource URI names, where there is one.
pub(crate) fn of_uri(uri: &str) -> Option<String> {
    let (scheme, path) = uri.split_once("://")?;
    if scheme == "role" {
        return Some(role(path));
    }
    let mut parts = path.splitn(4, '/').skip(1);
    match (scheme, parts.next(), parts.next(), parts.next()) {
        ("image", Some(org), Some(project), Some(name)) => Some(image(&format!("{org}/{project}/{name}"))),
        ("job", Some(_), Some(_), Some(id)) => Some(job(id)),
        ("image" | "job" | "project", Some(org), Some(name), None) => Some(project(org, name)),
        ("image" | "job" | "project" | "org", Some(name), None, None) => Some(org(name)),
        _ => None,
    }
}

/// A view of one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobTab {
    Overview,
    Logs,
    Telemetry,
    Terminal,
}

impl JobTab {
    pub(crate) const ALL: [Self; 4] = [Self::Overview, Self::Logs, Self::Telemetry, Self::Terminal];

    /// Its word in addresses and ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Logs => "logs",
            Self::Telemetry => "telemetry",
            Self::Terminal => "terminal",
        }
    }

    /// The tab of an address; the overview where it names none, None where it names an unknown one.
    pub(crate) fn parse(word: Option<&str>) -> Option<Self> {
        match word {
            None => Some(Self::Overview),
            Some(word) => Self::ALL.into_iter().find(|tab| tab.word() == word),
        }
    }
}

pub(crate) fn job(id: &str) -> String {
    format!("{JOBS}/{}", encode(id))
}

pub(crate) fn job_tab(id: &str, tab: JobTab) -> String {
    match tab {
        JobTab::Overview => job(id),
        JobTab::Logs | JobTab::Telemetry | JobTab::Terminal => format!("{}/{}", job(id), tab.word()),
    }
}

/// The log from the first line of that moment on (RFC 3339).
pub(crate) fn job_logs_at(id: &str, time: &str) -> String {
    format!("{}?time={}", job_tab(id, JobTab::Logs), encode(time))
}

/// The form, filled in from a job.
pub(crate) fn job_again(id: &str) -> String {
    format!("{JOB_NEW}?from={}", encode(id))
}

/// The form with this image in it.
pub(crate) fn job_of_image(reference: &str) -> String {
    format!("{JOB_NEW}?image={}", encode(reference))
}

/// A view of one image's tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImageTab {
    Layers,
    Config,
    Commands,
    Access,
    Jobs,
}

impl ImageTab {
    pub(crate) const ALL: [Self; 5] = [Self::Layers, Self::Config, Self::Commands, Self::Access, Self::Jobs];

    /// Its word in addresses and ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Config => "config",
            Self::Commands => "commands",
            Self::Access => "access",
            Self::Jobs => "jobs",
        }
    }

    /// The tab of an address; the layers where it names none or an unknown one.
    pub(crate) fn parse(word: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|tab| Some(tab.word()) == word).unwrap_or(Self::Layers)
    }
}

/// Which manifest of an image is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Tag(String),
    Digest(String),
}

impl Version {
    /// The version of an address; the digest decides where both stand.
    pub(crate) fn parse(tag: Option<String>, digest: Option<String>) -> Option<Self> {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        filled(digest).map(Self::Digest).or_else(|| filled(tag).map(Self::Tag))
    }

    /// `NAME:TAG` or `NAME@DIGEST`.
    pub(crate) fn of(&self, repository: &str) -> String {
        match self {
            Self::Tag(tag) => format!("{repository}:{tag}"),
            Self::Digest(digest) => format!("{repository}@{digest}"),
        }
    }
}

/// An image, by its repository `ORG/PROJECT/NAME`.
pub(crate) fn image(repository: &str) -> String {
    format!("{IMAGES}/{}", encode(repository))
}

/// One manifest of an image, seen from one side, for one platform.
pub(crate) fn image_at(repository: &str, version: &Version, tab: ImageTab, platform: Option<&str>) -> String {
    let mut pairs = vec![match version {
        Version::Tag(tag) => ("tag", tag.as_str()),
        Version::Digest(digest) => ("digest", digest.as_str()),
    }];
    if tab != ImageTab::Layers {
        pairs.push(("view", tab.word()));
    }
    pairs.extend(platform.map(|platform| ("platform", platform)));
    with_query(&image(repository), pairs)
}

/// What a receipt names: `ORG/PROJECT/NAME:TAG` or `ORG/PROJECT/NAME@DIGEST`.
pub(crate) fn image_named(reference: &str) -> String {
    let (repository, version) = if let Some((repository, digest)) = reference.split_once('@') {
        (repository, Version::Digest(digest.to_owned()))
    } else {
        match reference.rsplit_once(':') {
            Some((repository, tag)) => (repository, Version::Tag(tag.to_owned())),
            None => return image(reference),
        }
    };
    image_at(repository, &version, ImageTab::Layers, None)
}

/// A view of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuditTab {
    Rights,
    Grants,
    History,
    Compare,
    Acts,
}

impl AuditTab {
    pub(crate) const ALL: [Self; 5] = [Self::Rights, Self::Grants, Self::History, Self::Compare, Self::Acts];

    /// Its word in addresses and ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Rights => "rights",
            Self::Grants => "grants",
            Self::History => "history",
            Self::Compare => "compare",
            Self::Acts => "acts",
        }
    }
}

/// The audit's view at an address.
pub(crate) fn audit_at(pathname: &str) -> Option<AuditTab> {
    let rest = pathname.strip_prefix(AUDIT)?.trim_end_matches('/');
    match rest.strip_prefix('/') {
        None => rest.is_empty().then_some(AuditTab::Rights),
        Some(word) => AuditTab::ALL.into_iter().find(|tab| tab.word() == word),
    }
}

/// A view of the audit, narrowed by these words.
pub(crate) fn audit<K: AsRef<str>, V: AsRef<str>>(tab: AuditTab, pairs: impl IntoIterator<Item = (K, V)>) -> String {
    match tab {
        AuditTab::Rights => with_query(AUDIT, pairs),
        AuditTab::Grants | AuditTab::History | AuditTab::Compare | AuditTab::Acts => {
            with_query(&format!("{AUDIT}/{}", tab.word()), pairs)
        }
    }
}

/// Who can reach this image? `uri` is the image's, without tag or digest.
pub(crate) fn audit_of_image(uri: &str) -> String {
    audit(AuditTab::Rights, [("uri", uri)])
}

/// What can this user or role reach?
pub(crate) fn audit_of_person(name: &str) -> String {
    audit(AuditTab::Rights, [("person", name)])
}

/// Paths of the gateway's API.
pub(crate) mod endpoint {
    use crate::client::{encode, with_query};
    use api::audit::{ExportForm, ExportOf};

    pub(crate) const SESSION: &str = "/api/v1/session";
    pub(crate) const SIGN_IN_METHODS: &str = "/api/v1/session/methods";
    pub(crate) const SIGN_IN_OAUTH: &str = "/api/v1/session/oauth";
    pub(crate) const PRESETS: &str = "/api/v1/presets";
    pub(crate) const JOBS: &str = "/api/v1/jobs";
    pub(crate) const JOB_EVENTS: &str = "/api/v1/jobs/events";
    pub(crate) const IMAGES: &str = "/api/v1/images";
    pub(crate) const REGISTRY: &str = "/api/v1/images/registry";
    pub(crate) const IMAGE_COPY: &str = "/api/v1/images/copy";
    pub(crate) const GRANT_CHANGES: &str = "/api/v1/access/changes";
    pub(crate) const GRANT_PREVIEW: &str = "/api/v1/access/preview";
    pub(crate) const PRINCIPALS: &str = "/api/v1/access/principals";
    pub(crate) const SHARED_WITH_ME: &str = "/api/v1/access/with-me";
    pub(crate) const SHARED_BY_ME: &str = "/api/v1/access/by-me";
    pub(crate) const ROLES: &str = "/api/v1/access/roles";
    pub(crate) const PEOPLE: &str = "/api/v1/people";
    pub(crate) const ORGS: &str = "/api/v1/orgs";

    pub(crate) fn sharing(uri: &str) -> String {
        with_query("/api/v1/access", [("uri", uri)])
    }

    pub(crate) fn role(name: &str) -> String {
        format!("{ROLES}/{}", encode(name))
    }

    pub(crate) fn person(name: &str) -> String {
        format!("{PEOPLE}/{}", encode(name))
    }

    pub(crate) fn org(name: &str) -> String {
        format!("{ORGS}/{}", encode(name))
    }

    pub(crate) fn projects(of: &str) -> String {
        format!("{}/projects", org(of))
    }

    pub(crate) fn project(of: &str, name: &str) -> String {
        format!("{}/{}", projects(of), encode(name))
    }

    pub(crate) const AUDIT: &str = "/api/v1/audit";
    pub(crate) const AUDIT_HISTORY: &str = "/api/v1/audit/history";
    pub(crate) const AUDIT_ACTS: &str = "/api/v1/audit/acts";
    pub(crate) const AUDIT_REVOCATIONS: &str = "/api/v1/audit/revocations";

    pub(crate) fn job(id: &str) -> String {
        format!("{JOBS}/{}", encode(id))
    }

    pub(crate) const LINKS: &str = "/api/v1/links";
    pub(crate) const LINKS_REVOKE: &str = "/api/v1/links/revoke";

    pub(crate) fn job_links(id: &str) -> String {
        format!("{}/links", job(id))
    }

    /// Something of a shared link's: `status`, `events`, `badge.svg`.
    pub(crate) fn of_shared(token: &str, what: &str) -> String {
        format!("{}/{what}", super::shared(token))
    }

    pub(crate) fn life_span(id: &str) -> String {
        format!("{}/life-span", job(id))
    }

    pub(crate) fn top(id: &str) -> String {
        format!("{}/top", job(id))
    }

    pub(crate) fn job_save(id: &str) -> String {
        format!("{}/save", job(id))
    }

    /// By repository, with `:TAG` or `@DIGEST` where one manifest is meant.
    pub(crate) fn image(reference: &str) -> String {
        format!("{IMAGES}/{}", encode(reference))
    }

    pub(crate) fn image_tags(repository: &str) -> String {
        format!("{}/tags", image(repository))
    }

    pub(crate) fn image_access(repository: &str) -> String {
        format!("{}/access", image(repository))
    }

    /// What held at a moment (RFC 3339); now where none is named.
    pub(crate) fn audit(at: Option<&str>) -> String {
        with_query(AUDIT, at.map(|at| ("at", at)))
    }

    /// A link that the browser follows by itself.
    pub(crate) fn audit_download(of: ExportOf, form: ExportForm, pairs: Vec<(&'static str, String)>) -> String {
        let words = [("of", of.as_str().to_owned()), ("form", form.as_str().to_owned())];
        with_query("/api/v1/audit/download", words.into_iter().chain(pairs))
    }

    /// A link that the browser follows by itself. `form` is a word of [`api::images::ArchiveForm`].
    pub(crate) fn image_archive(reference: &str, form: &str) -> String {
        with_query(&format!("{}/archive", image(reference)), [("form", form)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_as_documented() {
        let id = "job-1/?#";
        let all = [
            HOME.to_owned(),
            SIGN_IN.to_owned(),
            JOBS.to_owned(),
            JOB_NEW.to_owned(),
            job(id),
            job_tab(id, JobTab::Overview),
            job_tab(id, JobTab::Logs),
            job_logs_at("job-1", "2026-11-23T08:43:41+00:00"),
            job_again(id),
            endpoint::job(id),
            endpoint::life_span("job-1"),
            endpoint::top("job-1"),
            job_of_image("image:net:v1"),
            image("acme/vision/net"),
            image_at("acme/vision/a/b", &Version::Tag("v1".into()), ImageTab::Layers, None),
            image_at("a/b/c", &Version::Digest("sha256:0f".into()), ImageTab::Config, Some("linux/arm64/v8")),
            image_named("acme/vision/net:v1"),
            endpoint::job_save("job-1"),
            endpoint::image("a/b/c:v1"),
            endpoint::image_tags("a/b/c"),
            endpoint::image_access("a/b/c"),
            endpoint::image_archive("a/b/c@sha256:0f", "oci"),
            audit_of_image("image://c/o/p/n"),
            audit_of_person("o/roles/=x"),
            audit(AuditTab::Grants, [("left", "1")]),
            endpoint::audit(Some("2026-11-01T00:00:00Z")),
            endpoint::audit_download(
                api::audit::ExportOf::Grants,
                api::audit::ExportForm::Json,
                vec![("who", "a b".to_owned())],
            ),
            links_all(),
            endpoint::job_links("job-1"),
            shared("t-_0"),
            endpoint::of_shared("t-_0", "badge.svg"),
        ];
        assert_eq!(
            all,
            [
                "/",
                "/sign-in",
                "/jobs",
                "/jobs/new",
                "/jobs/job-1%2F%3F%23",
                "/jobs/job-1%2F%3F%23",
                "/jobs/job-1%2F%3F%23/logs",
                "/jobs/job-1/logs?time=2026-11-23T08%3A43%3A41%2B00%3A00",
                "/jobs/new?from=job-1%2F%3F%23",
                "/api/v1/jobs/job-1%2F%3F%23",
                "/api/v1/jobs/job-1/life-span",
                "/api/v1/jobs/job-1/top",
                "/jobs/new?image=image%3Anet%3Av1",
                "/images/acme%2Fvision%2Fnet",
                "/images/acme%2Fvision%2Fa%2Fb?tag=v1",
                "/images/a%2Fb%2Fc?digest=sha256%3A0f&view=config&platform=linux%2Farm64%2Fv8",
                "/images/acme%2Fvision%2Fnet?tag=v1",
                "/api/v1/jobs/job-1/save",
                "/api/v1/images/a%2Fb%2Fc%3Av1",
                "/api/v1/images/a%2Fb%2Fc/tags",
                "/api/v1/images/a%2Fb%2Fc/access",
                "/api/v1/images/a%2Fb%2Fc%40sha256%3A0f/archive?form=oci",
                "/audit?uri=image%3A%2F%2Fc%2Fo%2Fp%2Fn",
                "/audit?person=o%2Froles%2F%3Dx",
                "/audit/grants?left=1",
                "/api/v1/audit?at=2026-11-01T00%3A00%3A00Z",
                "/api/v1/audit/download?of=grants&form=json&who=a%20b",
                "/links?scope=all",
                "/api/v1/jobs/job-1/links",
                "/s/t-_0",
                "/s/t-_0/badge.svg",
            ]
        );
    }

    #[test]
    fn people_and_what_is_shared_have_addresses() {
        assert_eq!(
            [
                shares(SharedTab::WithMe),
                shares(SharedTab::ByMe),
                role("alice/roles/readers"),
                person("bob"),
                org("main"),
                project("main", "demo"),
                endpoint::sharing("image://c/o/p/n"),
                endpoint::role("alice/roles/x"),
                endpoint::person("bob"),
                endpoint::project("main", "demo"),
            ],
            [
                "/shared",
                "/shared?view=by-me",
                "/roles/alice%2Froles%2Freaders",
                "/people/bob",
                "/orgs/main",
                "/orgs/main/demo",
                "/api/v1/access?uri=image%3A%2F%2Fc%2Fo%2Fp%2Fn",
                "/api/v1/access/roles/alice%2Froles%2Fx",
                "/api/v1/people/bob",
                "/api/v1/orgs/main/projects/demo",
            ]
        );
        for (path, place) in [
            ("/shared", Place::Shares),
            ("/roles/a%2Fb", Place::Role),
            ("/roles", Place::Nowhere),
            ("/people/", Place::People),
            ("/people/bob", Place::Person),
            ("/orgs/main", Place::Org),
            ("/orgs/main/demo/", Place::Project),
            ("/orgs", Place::Nowhere),
            ("/orgs/a/b/c", Place::Nowhere),
        ] {
            assert_eq!(Place::at(path), place, "{path}");
        }
    }

    #[test]
    fn a_uri_leads_to_the_page_of_what_it_names() {
        for (uri, page) in [
            ("image://c/o/p/a/b", Some("/images/o%2Fp%2Fa%2Fb")),
            ("job://c/o/p/job-1", Some("/jobs/job-1")),
            ("job://c/o/p", Some("/orgs/o/p")),
            ("project://c/o/p", Some("/orgs/o/p")),
            ("image://c/o", Some("/orgs/o")),
            ("role://alice/roles/x", Some("/roles/alice%2Froles%2Fx")),
            ("image://c", None),
            ("storage://c/o/p/x", None),
            ("image:", None),
        ] {
            assert_eq!(of_uri(uri).as_deref(), page, "{uri}");
        }
    }

    #[test]
    fn a_receipt_leads_to_what_it_names() {
        assert_eq!(image_named("a/b/c@sha256:0f"), "/images/a%2Fb%2Fc?digest=sha256%3A0f");
        assert_eq!(image_named("a/b/c"), "/images/a%2Fb%2Fc");
    }

    #[test]
    fn a_digest_decides_where_a_tag_stands_beside_it() {
        assert_eq!(Version::parse(Some("v1".into()), None), Some(Version::Tag("v1".into())));
        assert_eq!(
            Version::parse(Some("v1".into()), Some("sha256:0f".into())),
            Some(Version::Digest("sha256:0f".into()))
        );
        assert_eq!(Version::parse(Some(String::new()), None), None);
    }

    #[test]
    fn every_address_is_found_again() {
        for path in ["/", "", "/sign-in"] {
            assert_eq!(Place::at(path), Place::Start, "{path}");
        }
        assert_eq!([JOBS, "/jobs/"].map(Place::at), [Place::Jobs; 2]);
        assert_eq!([JOB_NEW, "/jobs/new/"].map(Place::at), [Place::JobNew; 2]);
        assert_eq!([IMAGES, "/images/", IMAGES_PUSH].map(Place::at), [Place::Images, Place::Images, Place::ImagesPush]);
        assert_eq!([LINKS, "/links/"].map(Place::at), [Place::Links; 2]);
        assert_eq!(["/s/token", "/s/token/"].map(Place::at), [Place::Shared; 2]);
        assert_eq!(["/s/token", "/s/token/", "/jobs"].map(shared_token_at), [Some("token"), Some("token"), None]);
        let path = image("acme/vision/net");
        assert_eq!((Place::at(&path), repository_at(&path).as_deref()), (Place::Image, Some("acme/vision/net")));
        for path in ["/x", "/jobsx", "/jobs/job-1/logs/x", "/jobs//logs", "/images/net", "/images/a/b", "/images//"] {
            assert_eq!(Place::at(path), Place::Nowhere, "{path}");
        }
        for tab in JobTab::ALL {
            let path = job_tab("a/?#", tab);
            assert_eq!(Place::at(&path), Place::Job);
            assert_eq!(job_at(&path), Some(("a/?#".to_owned(), Some(tab))));
        }
        for tab in AuditTab::ALL {
            let path = audit(tab, [("x", "y")]);
            let path = path.split('?').next().unwrap_or_default();
            assert_eq!((Place::at(path), audit_at(path)), (Place::Audit, Some(tab)));
        }
        assert_eq!([audit_at("/auditx"), audit_at("/audit/x"), audit_at("/audit/grants/x")], [None; 3]);
        assert_eq!(job_at("/jobs/job-1/x"), Some(("job-1".to_owned(), None)));
    }

    #[test]
    fn tabs_are_known_by_their_words() {
        for tab in JobTab::ALL {
            assert_eq!(JobTab::parse(Some(tab.word())), Some(tab));
        }
        assert_eq!(JobTab::parse(None), Some(JobTab::Overview));
        assert_eq!(JobTab::parse(Some("x")), None);
        for tab in ImageTab::ALL {
            assert_eq!(ImageTab::parse(Some(tab.word())), tab);
        }
        assert_eq!(ImageTab::parse(Some("x")), ImageTab::Layers);
    }
}
