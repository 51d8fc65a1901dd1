//! From an opened file to the report that the page shows.

use crate::found::{self, of_problem};
use crate::open::Opened;
use crate::remember::Record;
use archive_protocol::FileReport;
use image::archive::Form;
use image::plan::{Known, KnownLayer};

/// What is in the file. `known`: layers of the current project, if they could be asked for; `records`: unfinished pushes.
pub(crate) fn of(opened: &Opened, known: Option<&[KnownLayer]>, records: &[Record]) -> FileReport {
    let archive = &opened.archive;
    let mut layers = Known::default();
    known.iter().flat_map(|known| known.iter()).for_each(|layer| layers.add_layer(layer.clone()));
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
        images: (0..archive.images.len()).map(|at| found::image(archive, at, &layers)).collect(),
        faults: archive.problems.iter().map(of_problem).collect(),
        unfinished: records.iter().filter(same).map(Record::unfinished).collect(),
        changed: !records.iter().any(|record| same(&record))
            && records.iter().any(|record| record.file.name == opened.id.name),
        known_missing: known.is_none(),
    }
}
