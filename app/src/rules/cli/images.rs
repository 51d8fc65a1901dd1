//! Commands about images: the platform CLI's, and those of container engines.

use super::quote;
use crate::paths::Version;
use crate::rules::image_name::{short, short_bare};
use api::{images::ImageDetail, session::Session};
use image::download::{Form, file_name};

/// Who pulls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Puller {
    Docker,
    Podman,
    Skopeo,
    Apolo,
}

impl Puller {
    pub(crate) const ALL: [Self; 4] = [Self::Docker, Self::Podman, Self::Skopeo, Self::Apolo];

    /// Its name, which is the same in every language.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Skopeo => "skopeo",
            Self::Apolo => "apolo",
        }
    }
}

/// The commands for one version of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageCommands {
    reference: String,
    version: Version,
    /// As the platform's CLI names it, with and without its version.
    short: Option<(String, String)>,
    /// Whether the registry is reached without TLS, which engines other than Docker must be told.
    plain_http: bool,
    /// What an OCI archive of it would be called.
    file: String,
}

impl ImageCommands {
    pub(crate) fn new(session: &Session, detail: &ImageDetail, version: &Version) -> Self {
        let full = short(session, &detail.repository, version);
        Self {
            reference: detail.docker_reference.clone(),
            version: version.clone(),
            short: full.zip(short_bare(session, &detail.repository)),
            plain_http: session.platform_url.starts_with("http://"),
            file: file_name(&detail.repository, version.text(), Form::Oci),
        }
    }

    /// The line that pulls; None where that program cannot name the version.
    pub(crate) fn pull(&self, puller: Puller) -> Option<String> {
        let (reference, plain) = (quote(&self.reference), self.plain_http);
        Some(match puller {
            Puller::Docker => format!("docker pull {reference}"),
            Puller::Podman => format!("podman pull {}{reference}", if plain { "--tls-verify=false " } else { "" }),
            Puller::Skopeo => {
                let to = quote(&format!("oci-archive:{}", self.file));
                let from = quote(&format!("docker://{}", self.reference));
                format!("skopeo copy {}{from} {to}", if plain { "--src-tls-verify=false " } else { "" })
            }
            Puller::Apolo => match &self.version {
                Version::Tag(_) => format!("apolo pull {}", quote(&self.short.as_ref()?.0)),
                Version::Digest(_) => return None,
            },
        })
    }

    /// What engines other than the platform's CLI need once before they may pull. The password is a platform token.
    pub(crate) fn login(&self, puller: Puller) -> Option<String> {
        let host = quote(self.reference.split('/').next().unwrap_or_default());
        let tls = if self.plain_http { "--tls-verify=false " } else { "" };
        match puller {
            Puller::Docker => Some(format!("docker login --username token {host}")),
            Puller::Podman => Some(format!("podman login {tls}--username token {host}")),
            Puller::Skopeo => Some(format!("skopeo login {tls}--username token {host}")),
            Puller::Apolo => None,
        }
    }

    /// The platform CLI's commands that show and do what the image's page does.
    pub(crate) fn same_with_cli(&self) -> Vec<String> {
        let Some((full, bare)) = &self.short else { return Vec::new() };
        let (full, bare) = (quote(full), quote(bare));
        let mut lines = vec![format!("apolo image tags {bare}")];
        if matches!(self.version, Version::Tag(_)) {
            lines.extend([
                format!("apolo image size {full}"),
                format!("apolo image digest {full}"),
                format!("apolo run {full}"),
                format!("apolo pull {full}"),
                format!("apolo image rm {full}"),
            ]);
        }
        lines
    }
}

/// Lines that push an image from an engine into the project at `path` (`ORG/PROJECT`).
pub(crate) fn push_example(host: &str, path: &str) -> Vec<String> {
    let to = quote(&format!("{host}/{path}/my-image:v1"));
    vec![
        "apolo push my-image:v1".to_owned(),
        String::new(),
        format!("docker login --username token {}", quote(host)),
        format!("docker tag my-image:v1 {to}"),
        format!("docker push {to}"),
    ]
}

/// An archive that lies somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArchiveFile {
    pub(crate) name: String,
    /// Whether it has `manifest.json`; of what is not known yet: as most have.
    pub(crate) has_docker_list: bool,
}

/// Lines that push archives from where they lie into the project at `path` (`ORG/PROJECT`).
pub(crate) fn push_archives(host: &str, path: &str, files: &[ArchiveFile], plain_http: bool) -> Vec<String> {
    let tls = |flag: &str| if plain_http { format!("--{flag}=false ") } else { String::new() };
    let mut lines = vec![format!("skopeo login {}--username token {}", tls("tls-verify"), quote(host))];
    lines.extend(files.iter().map(|file| {
        let transport = if file.has_docker_list { "docker-archive" } else { "oci-archive" };
        let from = quote(&format!("{transport}:{}", file.name));
        let to = quote(&format!("docker://{host}/{path}/my-image:v1"));
        format!("skopeo copy {}{from} {to}", tls("dest-tls-verify"))
    }));
    lines
}

/// The line that saves a running job as an image.
pub(crate) fn save(job: &str, image: &str) -> String {
    format!("apolo save {} {}", quote(job), quote(image))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        serde_json::from_value(serde_json::json!({
            "user": "ann", "cluster": "home", "org": "acme", "project": "vision", "expires_at": "2026-11-24T00:00:00Z",
            "platform_url": "http://127.0.0.1:8080/api/v1",
        }))
        .expect("a session of the contract")
    }

    fn detail(reference: &str) -> ImageDetail {
        serde_json::from_value(serde_json::json!({
            "repository": "acme/vision/tools/net", "uri": "image://home/acme/vision/tools/net:v1",
            "docker_reference": reference, "digest": "sha256:0f", "media_type": "x", "size_bytes": 1,
            "platforms": [], "same_digest_tags": [], "rights": {"read": true, "write": true, "manage": true},
        }))
        .expect("a detail of the contract")
    }

    #[test]
    fn each_engine_is_told_that_the_registry_speaks_plain_http() {
        let commands = ImageCommands::new(
            &session(),
            &detail("127.0.0.1:8080/acme/vision/tools/net:v1"),
            &Version::Tag("v1".into()),
        );
        let pull = |puller| commands.pull(puller).expect("a command");
        assert_eq!(pull(Puller::Docker), "docker pull 127.0.0.1:8080/acme/vision/tools/net:v1");
        assert_eq!(pull(Puller::Podman), "podman pull --tls-verify=false 127.0.0.1:8080/acme/vision/tools/net:v1");
        assert_eq!(
            pull(Puller::Skopeo),
            "skopeo copy --src-tls-verify=false docker://127.0.0.1:8080/acme/vision/tools/net:v1 oci-archive:net_v1.oci.tar"
        );
        assert_eq!(pull(Puller::Apolo), "apolo pull image:tools/net:v1");
        assert_eq!(commands.login(Puller::Docker).as_deref(), Some("docker login --username token 127.0.0.1:8080"));
        assert!(commands.same_with_cli().contains(&"apolo image rm image:tools/net:v1".to_owned()));
    }

    #[test]
    fn an_archive_without_a_docker_list_is_pushed_as_an_oci_archive() {
        let file = |name: &str, has_docker_list| ArchiveFile { name: name.into(), has_docker_list };
        let files = [file("saved.tar", true), file("layout.tar", false)];
        let lines = push_archives("r.example", "acme/vision", &files, false);
        assert_eq!(
            lines[1..],
            [
                "skopeo copy docker-archive:saved.tar docker://r.example/acme/vision/my-image:v1",
                "skopeo copy oci-archive:layout.tar docker://r.example/acme/vision/my-image:v1",
            ]
        );
    }

    #[test]
    fn what_the_cli_cannot_name_it_is_not_asked_for() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let version = Version::Digest(digest.clone());
        let commands = ImageCommands::new(&session(), &detail(&format!("r.example/a/b/net@{digest}")), &version);
        assert_eq!(commands.pull(Puller::Apolo), None);
        assert_eq!(commands.same_with_cli(), ["apolo image tags image:tools/net"]);
        assert!(
            commands.pull(Puller::Skopeo).is_some_and(|line| line.ends_with(" oci-archive:net_000000000000.oci.tar"))
        );
    }
}
