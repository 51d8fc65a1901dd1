//! From an opened file to the report that the page shows.

use crate::open::{Opened, of_problem};
use crate::remember::Record;
use archive_protocol::{FileReport, FoundImage, FoundLayer};
use image::archive::{ArchiveImage, ArchiveLayer, Form, PlatformImage};
use image::manifest::Compression;
use image::plan::KnownLayer;

/// What is in the file. `known`: layers of the current project, if they could be asked for; `records`: unfinished pushes.
pub(crate) fn of(opened: &Opened, known: Option<&[KnownLayer]>, records: &[Record]) -> FileReport {
    let archive = &opened.archive;
    let same = |record: &&Record| record.file == opened.id;
    FileReport {
        name: opened.id.name.clone(),
        size_bytes: opened.id.size_bytes,
        form: match archive.form {
            Form::Docker => "docker save".to_owned(),
            Form::Oci => "OCI layout".to_owned(),
        },
        has_docker_list: archive.has_docker_list,
        outer: opened.outer.to_owned(),
        images: archive.images.iter().map(|image| found(image, known)).collect(),
        faults: archive.problems.iter().map(of_problem).collect(),
        unfinished: records.iter().find(same).map(Record::unfinished),
        changed: !records.iter().any(|record| same(&record))
            && records.iter().any(|record| record.file.name == opened.id.name),
        known_missing: known.is_none(),
    }
}

fn found(image: &ArchiveImage, known: Option<&[KnownLayer]>) -> FoundImage {
    let names = image.names.iter().map(ToString::to_string).chain(image.tags.iter().map(|tag| format!(":{tag}")));
    let mut layers: Vec<FoundLayer> = Vec::new();
    for layer in image.platforms.iter().flat_map(|platform| &platform.layers) {
        let layer = found_layer(layer, known);
        if !layers.iter().any(|other| other.id == layer.id) {
            layers.push(layer);
        }
    }
    let usable = image.is_usable();
    let problems = image.problems.iter().chain(image.platforms.iter().flat_map(|platform| &platform.problems));
    FoundImage {
        names: names.collect(),
        platforms: image.platforms.iter().map(|platform: &PlatformImage| platform.platform.to_string()).collect(),
        layers,
        // What does not forbid the push of what is complete is not worth a word here.
        faults: problems.filter(|problem| !usable && problem.is_fatal()).map(of_problem).collect(),
    }
}

fn found_layer(layer: &ArchiveLayer, known: Option<&[KnownLayer]>) -> FoundLayer {
    let as_is = layer.compression != Compression::None;
    let digest = layer.diff_id.as_ref().or(layer.descriptor.as_ref().map(|descriptor| &descriptor.digest));
    let own = layer.descriptor.as_ref().map(|descriptor| &descriptor.digest);
    let has = |known: &KnownLayer| {
        if as_is { Some(&known.descriptor.digest) == own } else { Some(&known.diff_id) == digest }
    };
    FoundLayer {
        id: digest.map(|digest| digest.short().to_owned()).unwrap_or_default(),
        size_bytes: layer.source.map(|span| span.len).unwrap_or_default(),
        known: known.is_some_and(|layers| layers.iter().any(has)),
        as_is,
    }
}
