//! Every address as it is documented, and found again.

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
        ("/roles", Place::Roles),
        ("/people/", Place::People),
        ("/people/bob", Place::Person),
        ("/orgs/main", Place::Org),
        ("/orgs/main/demo/", Place::Project),
        ("/orgs/", Place::People),
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
    assert_eq!(Version::parse(Some("v1".into()), Some("sha256:0f".into())), Some(Version::Digest("sha256:0f".into())));
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
    let played = recording(7);
    assert_eq!((recording_at(&played), audit_at(&played)), (Some(7), Some(AuditTab::Acts)));
    for other in ["/audit/acts", "/audit/acts/x/recording", "/audit/acts/7", "/audit/acts/7/recording/more"] {
        assert_eq!(recording_at(other), None, "{other}");
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

#[test]
fn views_of_a_job_are_its_own_and_neither_another_jobs_nor_the_lists() {
    let id = "job-1/?#";
    assert!(JobTab::ALL.into_iter().all(|tab| is_of_job(&job_tab(id, tab), id)));
    let form = job_again(id);
    let form = form.split('?').next().unwrap_or_default();
    for other in [JOBS, form, &job("job-2"), &format!("{}/unknown", job(id)), IMAGES, HOME] {
        assert!(!is_of_job(other, id), "{other}");
    }
}
