//! What a push would do with an image of an archive, told before: its layers, what is left out and why, what forbids it.

use archive_protocol::{Fault, FaultCode, FoundImage, FoundLayer, LeftOut};
use image::Digest;
use image::archive::{Archive, ArchiveImage, ArchiveLayer, Problem};
use image::manifest::{Compression, Descriptor};
use image::plan::{Choice, Delivery, Known, Note, Plan, PlanError, Task, TaskKind, plan};

/// One image of an archive. `known`: layers of the current project.
pub(crate) fn image(archive: &Archive, at: usize, known: &Known) -> FoundImage {
    let Some(image) = archive.images.get(at) else { return FoundImage::default() };
    let names = image.names.iter().map(ToString::to_string).chain(image.tags.iter().map(|tag| format!(":{tag}")));
    let mut found = FoundImage { names: names.collect(), ..FoundImage::default() };
    // Which repository and how its layers are compressed is chosen later; what is left out does not depend on it.
    let choice = Choice { image: at, platforms: Vec::new(), repository: String::new(), compression: Compression::Gzip };
    match plan(archive, &choice, known) {
        Ok(plan) => {
            let usable = image.platforms.iter().filter(|platform| platform.is_usable());
            found.platforms = usable.map(|platform| platform.platform.to_string()).collect();
            found.layers = plan.tasks.iter().filter(|task| task.kind == TaskKind::Layer).map(planned).collect();
            found.left_out = left_out(image, &plan);
        }
        Err(error) => {
            found.platforms = image.platforms.iter().map(|platform| platform.platform.to_string()).collect();
            found.layers = image.platforms.iter().flat_map(|platform| &platform.layers).map(unplanned).collect();
            found.faults = problems(image).filter(|problem| problem.is_fatal()).map(of_problem).collect();
            if found.faults.is_empty() {
                found.faults.push(of_plan(&error));
            }
        }
    }
    let nameless = problems(image).filter_map(|problem| match problem {
        Problem::Name { text } => Some(LeftOut::Name { text: text.clone() }),
        _ => None,
    });
    found.left_out.extend(nameless);
    found
}

/// What a push of this plan leaves out.
pub(crate) fn left_out(image: &ArchiveImage, plan: &Plan) -> Vec<LeftOut> {
    let said = |note: &Note| match note {
        Note::PlatformAbsent(descriptor) if descriptor.is_attestation() => extra(descriptor),
        Note::PlatformAbsent(descriptor) => {
            let platform = descriptor.platform.as_ref().map(ToString::to_string);
            LeftOut::Absent { platform: platform.unwrap_or_else(|| descriptor.digest.short().to_owned()) }
        }
        Note::PlatformBroken { platform, problem } => {
            let platform = image.platforms.get(*platform).map(|platform| platform.platform.to_string());
            LeftOut::Broken { platform: platform.unwrap_or_default(), fault: of_problem(problem) }
        }
        Note::ExtraLeftOut(descriptor) => extra(descriptor),
        Note::Foreign(descriptor) => LeftOut::Foreign {
            layer: descriptor.digest.short().to_owned(),
            address: descriptor.urls.first().cloned().unwrap_or_default(),
        },
    };
    plan.notes.iter().map(said).collect()
}

fn extra(descriptor: &Descriptor) -> LeftOut {
    LeftOut::Extra { digest: descriptor.digest.short().to_owned() }
}

fn problems(image: &ArchiveImage) -> impl Iterator<Item = &Problem> {
    image.problems.iter().chain(image.platforms.iter().flat_map(|platform| &platform.problems))
}

fn planned(task: &Task) -> FoundLayer {
    let (digest, size_bytes) = match &task.delivery {
        // Of what is not sent the file may have nothing.
        Delivery::Nothing(descriptor) => (Some(&descriptor.digest), descriptor.size),
        delivery => (key_of(task), delivery.source_bytes()),
    };
    FoundLayer {
        id: digest.map(|digest| digest.short().to_owned()).unwrap_or_default(),
        size_bytes,
        known: task.shortcut.is_some(),
        as_is: matches!(task.delivery, Delivery::AsIs { .. } | Delivery::Hash { .. }),
        foreign: matches!(task.delivery, Delivery::Nothing(_)),
    }
}

/// A layer of an image that cannot be pushed.
fn unplanned(layer: &ArchiveLayer) -> FoundLayer {
    let digest = layer.diff_id.as_ref().or(layer.descriptor.as_ref().map(|descriptor| &descriptor.digest));
    FoundLayer {
        id: digest.map(|digest| digest.short().to_owned()).unwrap_or_default(),
        size_bytes: layer.source.map(|span| span.len).unwrap_or_default(),
        known: false,
        as_is: layer.compression != Compression::None,
        foreign: layer.foreign,
    }
}

/// What a blob that is read from the archive is remembered and shown by; `None` for what is small or not sent.
pub(crate) fn key_of(task: &Task) -> Option<&Digest> {
    match &task.delivery {
        Delivery::AsIs { descriptor, .. } => Some(&descriptor.digest),
        Delivery::Compress { diff_id, .. } | Delivery::Hash { diff_id, .. } => Some(diff_id),
        Delivery::Bytes { .. } | Delivery::Nothing(_) => None,
    }
}

/// Why there is no plan, to the person.
pub(crate) fn of_plan(error: &PlanError) -> Fault {
    match error {
        PlanError::Broken(problem) => of_problem(problem),
        PlanError::NoSuchImage | PlanError::Nothing | PlanError::Unfinished { .. } => {
            Fault::new(FaultCode::Missing, error)
        }
    }
}

/// What a problem of an image is to the person.
pub(crate) fn of_problem(problem: &Problem) -> Fault {
    let code = match problem {
        Problem::Missing { .. } => FaultCode::Missing,
        Problem::Digest { .. } => FaultCode::DigestMismatch,
        Problem::Cut { .. } | Problem::NoEndMarker => FaultCode::Truncated,
        Problem::Foreign { .. } => FaultCode::Foreign,
        Problem::Size { .. }
        | Problem::TooLarge { .. }
        | Problem::Manifest { .. }
        | Problem::Config { .. }
        | Problem::Mismatch(_)
        | Problem::Compression { .. }
        | Problem::Name { .. }
        | Problem::Nested
        | Problem::Trailing { .. } => FaultCode::Malformed,
    };
    Fault::new(code, problem)
}

#[cfg(test)]
mod tests;
