//! What drives the tools and the machines under test.

use bollard::Docker as Api;
use bollard::query_parameters::{ImportImageOptions, RemoveImageOptions};
use futures::StreamExt;
use image::Digest;
use image::archive::{Archive, ArchiveError, Reader, Step, StreamReader};
use image::download::{Below, Download, Form, Part, StoredDocument};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An archive of `tests/corpus`.
pub(crate) fn corpus(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    std::fs::read(folder.join(format!("{name}.tar"))).unwrap()
}

/// Reads an archive in both ways.
pub(crate) fn read(file: &[u8]) -> Result<Archive, ArchiveError> {
    let mut reader = Reader::new(file.len() as u64);
    let archive = loop {
        match reader.step() {
            Ok(Step::Read(span)) => reader.feed(span.offset, &file[span.offset as usize..span.end() as usize]),
            Ok(Step::Done(archive)) => break Ok(*archive),
            Err(error) => break Err(error),
        }
    };
    let mut stream = StreamReader::new();
    let streamed =
        file.chunks(4096).try_for_each(|piece| stream.push(piece, |_, _, _| {})).and_then(|()| stream.finish());
    assert_eq!(archive, streamed);
    archive
}

/// What of an image must survive every tool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) config: Digest,
    pub(crate) diff_ids: Vec<Digest>,
    pub(crate) entrypoint: Vec<String>,
}

/// The facts of the first image; where the file is given, its plain layers' bytes are held against their diffIDs.
pub(crate) fn facts(archive: &Archive, file: &[u8]) -> Facts {
    let platform = &archive.images[0].platforms[0];
    let config = platform.config.as_ref().unwrap();
    let content = config.content.as_ref().unwrap();
    for layer in &platform.layers {
        if !file.is_empty() && layer.descriptor.is_none() {
            let span = layer.source.unwrap();
            let bytes = &file[span.offset as usize..span.end() as usize];
            assert!(layer.diff_id.as_ref().unwrap().matches(bytes));
        }
    }
    Facts {
        config: config.descriptor.digest.clone(),
        diff_ids: content.rootfs.diff_ids.clone(),
        entrypoint: content.config.entrypoint.clone(),
    }
}

/// The files of a tar, by another reader.
pub(crate) fn files_of(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(file);
    let files = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        let path = entry.path().unwrap().to_string_lossy().trim_start_matches("./").to_owned();
        (path, bytes)
    });
    files.filter(|(path, _)| !path.ends_with('/')).collect()
}

/// The download of the image in an OCI layout, as if its blobs were a registry's.
pub(crate) fn download(layout: &[u8], name: &str, form: Form) -> Vec<u8> {
    let root = read(layout).unwrap().images[0].root.clone().unwrap();
    let root = StoredDocument { media_type: root.descriptor.media_type, bytes: root.bytes };
    assert_eq!(Below::default().missing(&root), Ok(vec![]));
    let download = Download { root, below: Below::default(), names: vec![name.parse().unwrap()], platform: None };
    let layout_of = download.layout(form).unwrap();
    let blobs = files_of(layout);
    let mut bytes = Vec::new();
    for part in layout_of.parts() {
        match part {
            Part::Bytes(known) => bytes.extend_from_slice(known),
            Part::Blob { digest, offset, len, .. } => {
                let path = format!("blobs/sha256/{}", digest.hex());
                let blob = &blobs.iter().find(|(own, _)| *own == path).unwrap().1;
                bytes.extend_from_slice(&blob[offset as usize..(offset + len) as usize]);
            }
        }
    }
    assert_eq!(bytes.len() as u64, layout_of.total_bytes());
    bytes
}

/// Runs command line tools with a store of their own.
pub(crate) struct Tool {
    folder: tempfile::TempDir,
}

impl Tool {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn text(&self, path: &Path) -> String {
        path.to_str().unwrap().to_owned()
    }

    /// Runs a tool and gives what it printed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        // What a tool wrote before would be added to.
        for name in arguments.iter().filter(|name| name.contains("made/by-")) {
            let _ = std::fs::remove_file(name.split(':').nth(1).unwrap());
        }
        if let Some(at) = arguments.iter().position(|name| *name == "-o") {
            let _ = std::fs::remove_file(arguments[at + 1]);
        }
        let mut command = Command::new(program);
        if program != "skopeo" {
            let place = |name: &str| PathBuf::from(self.folder()).join(name);
            // `vfs` works on every file system, also below another overlay.
            command.args(["--storage-driver", "vfs"]);
            command.arg("--root").arg(place("store")).arg("--runroot").arg(place("run"));
        }
        let output =
            command.args(arguments).output().unwrap_or_else(|error| panic!("{program} could not be started: {error}"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A docker engine.
pub(crate) struct Docker {
    api: Api,
    pub(crate) major: u32,
}

impl Docker {
    pub(crate) async fn find() -> Self {
        let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
        let api =
            Api::connect_with_unix(host.trim_start_matches("unix://"), 120, bollard::API_DEFAULT_VERSION).unwrap();
        let api =
            api.negotiate_version().await.expect("the feature tool-tests needs a container engine: set DOCKER_HOST");
        let version = api.version().await.unwrap().version.unwrap_or_default();
        let major = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default();
        Self { api, major }
    }

    pub(crate) async fn load(&self, archive: Vec<u8>) -> Result<(), bollard::errors::Error> {
        let options = ImportImageOptions { quiet: true, ..Default::default() };
        let mut told = self.api.import_image(options, bollard::body_full(archive.into()), None);
        while let Some(line) = told.next().await {
            line?;
        }
        Ok(())
    }

    pub(crate) async fn save(&self, name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut pieces = self.api.export_image(name);
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        bytes
    }

    /// Removes an image, if there is one of this name.
    pub(crate) async fn forget(&self, name: &str) {
        let options = RemoveImageOptions { force: true, ..Default::default() };
        if let Err(error) = self.api.remove_image(name, Some(options), None).await {
            let absent = matches!(error, bollard::errors::Error::DockerResponseServerError { status_code: 404, .. });
            assert!(absent, "{error}");
        }
    }
}
