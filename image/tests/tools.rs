//! The real tools read what is downloaded from here, and what they write is read here (feature `tool-tests`: needs a Docker API
//! socket in `DOCKER_HOST` or at a well-known place, and podman, buildah and skopeo).

#![allow(clippy::unwrap_used, reason = "in tests a panic is the message")]

mod support;

use image::archive::{Archive, ArchiveError, Form as ArchiveForm};
use image::download::Form;
use image::manifest::Compression;
use std::path::Path;
use support::{Docker, Tool, download, facts, files_of, read};

/// The forms a tool writes. None of them turns zstd layers into docker's own format, which has no zstd.
fn forms(compression: Compression) -> &'static [&'static str] {
    if compression == Compression::Zstd { &["oci-archive"] } else { &["docker-archive", "oci-archive"] }
}

/// What one tool makes of an archive: the files that it writes after it read it.
type Passes = Vec<(String, Vec<u8>)>;

fn by_podman(tool: &Tool, archive: &Path, name: &str, forms: &[&str]) -> Passes {
    tool.run("podman", &["load", "-i", &tool.text(archive)]);
    let save = |form: &str| {
        let file = tool.folder().join(format!("podman-{form}.tar"));
        tool.run("podman", &["save", "-q", "--format", form, "-o", &tool.text(&file), name]);
        std::fs::read(file).unwrap()
    };
    let passes: Passes = forms.iter().map(|form| (format!("podman {form}"), save(form))).collect();
    tool.run("podman", &["rmi", "-f", name]);
    passes
}

fn by_buildah(tool: &Tool, archive: &Path, transport: &str, forms: &[&str]) -> Passes {
    let id = tool.run("buildah", &["pull", "-q", &format!("{transport}:{}", tool.text(archive))]);
    let push = |form: &str| {
        let file = tool.folder().join(format!("buildah-{form}.tar"));
        tool.run("buildah", &["push", "-q", id.trim(), &format!("{form}:{}:made/by-buildah:v1", tool.text(&file))]);
        std::fs::read(file).unwrap()
    };
    let passes: Passes = forms.iter().map(|form| (format!("buildah {form}"), push(form))).collect();
    tool.run("buildah", &["rmi", "-f", id.trim()]);
    passes
}

fn by_skopeo(tool: &Tool, archive: &Path, transport: &str, forms: &[&str]) -> Passes {
    let copy = |form: &str| {
        let file = tool.folder().join(format!("skopeo-{form}.tar"));
        let from = format!("{transport}:{}", tool.text(archive));
        tool.run(
            "skopeo",
            &["copy", "-q", "--insecure-policy", &from, &format!("{form}:{}:made/by-skopeo:v1", tool.text(&file))],
        );
        std::fs::read(file).unwrap()
    };
    forms.iter().map(|form| (format!("skopeo {form}"), copy(form))).collect()
}

/// Config digest, diffIDs and name survive the way through a tool.
fn holds(passes: Passes, before: &Archive, how: &str) {
    for (tool, written) in passes {
        let after = read(&written).unwrap_or_else(|error: ArchiveError| panic!("{how}, {tool}: {error}"));
        assert!(after.images[0].is_usable(), "{how}, {tool}: {after:?}");
        let form = if tool.ends_with("oci-archive") { ArchiveForm::Oci } else { ArchiveForm::Docker };
        assert_eq!(after.form, form, "{how}, {tool}");
        let (before, after) = (facts(before, &[]), facts(&after, &written));
        assert_eq!(before.diff_ids, after.diff_ids, "{how}, {tool}");
        // What was docker's format before may be written anew as OCI, and the other way round: the config then changes.
        if !tool.ends_with("oci-archive") {
            assert_eq!(before.entrypoint, after.entrypoint, "{how}, {tool}");
        }
    }
}

#[test]
fn podman_buildah_and_skopeo_read_the_download_and_are_read_again() {
    let tool = Tool::new();
    for (corpus, compression) in [("podman-oci", Compression::Gzip), ("skopeo-oci-zstd", Compression::Zstd)] {
        let before = read(&support::corpus(corpus)).unwrap();
        for form in [Form::Docker, Form::Oci] {
            let name = "registry.example:5000/org/project/two:v1";
            let archive = tool.folder().join("download.tar");
            std::fs::write(&archive, download(&support::corpus(corpus), name, form)).unwrap();
            let how = format!("{} {form:?}", compression.name());
            holds(by_podman(&tool, &archive, name, forms(compression)), &before, &how);
            let transports: &[&str] =
                if form == Form::Docker { &["docker-archive", "oci-archive"] } else { &["oci-archive"] };
            for transport in transports {
                holds(by_skopeo(&tool, &archive, transport, forms(compression)), &before, &how);
                holds(by_buildah(&tool, &archive, transport, forms(compression)), &before, &how);
            }
        }
    }
}

#[tokio::test]
async fn docker_loads_the_download_and_what_it_saves_is_read_again() {
    let docker = Docker::find().await;
    let name = "registry.example:5000/org/project/two-of-docker:v1";

    // Before it has the layers: docker looks at no bytes of a layer that it knows.
    docker.forget(name).await;
    let zstd = docker.load(download(&support::corpus("skopeo-oci-zstd"), name, Form::Docker)).await;
    assert_eq!(zstd.is_ok(), docker.major >= 23, "docker {} and zstd: {zstd:?}", docker.major);
    if zstd.is_ok() {
        docker.forget(name).await;
    }

    let before = read(&support::corpus("podman-oci")).unwrap();
    let archive = download(&support::corpus("podman-oci"), name, Form::Docker);
    docker.load(archive).await.expect("docker load");
    let saved = docker.save(name).await;
    docker.forget(name).await;
    let after = read(&saved).unwrap();
    assert!(after.images[0].is_usable(), "{after:?}");
    assert_eq!(after.images[0].names.iter().map(ToString::to_string).collect::<Vec<_>>(), [name]);
    assert_eq!(facts(&before, &[]), facts(&after, &saved));
}

#[test]
fn the_download_holds_exactly_the_blobs_of_the_image() {
    let corpus = support::corpus("podman-oci");
    let archive = download(&corpus, "registry.example/o/p/n:v1", Form::Docker);
    let (before, after) = (files_of(&corpus), files_of(&archive));
    let blobs = |files: &[(String, Vec<u8>)]| {
        let mut blobs: Vec<_> = files.iter().filter(|(path, _)| path.starts_with("blobs/sha256/")).cloned().collect();
        blobs.sort();
        blobs
    };
    assert_eq!(blobs(&before), blobs(&after));
    assert!(after.iter().any(|(path, _)| path == "manifest.json"));
}
