//! What each image of a file is offered to be pushed as: its own names, and what an unfinished push of the file was called.

use crate::rules::image_name::{target, target_path};
use api::images::Compression;
use archive_protocol::{FileReport, FoundImage, Unfinished};
use image::reference::{ImageName, Place};

/// One image under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The image's number in the file.
    pub(crate) image: u32,
    /// Which of its names this stands for.
    pub(crate) at: u32,
    /// Whether it is pushed unless the reader says otherwise.
    pub(crate) on: bool,
    /// What is typed for it.
    pub(crate) name: String,
}

/// One of an image's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// As the archive has it; none for an image without a name.
    pub(crate) own: Option<String>,
    /// As it is offered.
    pub(crate) offered: String,
}

/// What each image of a file is offered, as it is written standing in that place. Of several names only the first is pushed, and those
/// that were being pushed.
pub(crate) fn offers(place: &Place, report: &FileReport) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (image, found) in (0..).zip(&report.images) {
        let is_usable = found.faults.is_empty();
        let named = names(found, &report.name);
        let mut own: Vec<_> = (0..)
            .zip(named)
            .map(|(at, named)| (Offer { image, at, on: is_usable && at == 0, name: named.offered }, false))
            .collect();
        for begun in report.unfinished.iter().filter(|begun| image_of(report, begun) == Some(image)) {
            let Some(name) = written(place, begun) else { continue };
            let same = own.iter().position(|(offer, is_taken)| !is_taken && goes_to(place, &offer.name, begun));
            let free = same.or_else(|| own.iter().position(|(_, is_taken)| !is_taken));
            if let Some((offer, is_taken)) = free.and_then(|at| own.get_mut(at)) {
                (offer.name, offer.on, *is_taken) = (name, is_usable, true);
            }
        }
        offers.extend(own.into_iter().map(|(offer, _)| offer));
    }
    offers
}

/// An image's names: the archive's own without their registries, else the file's.
pub(crate) fn names(image: &FoundImage, file: &str) -> Vec<Named> {
    let (tags, named): (Vec<_>, Vec<_>) = image.names.iter().partition(|name| name.starts_with(':'));
    // A tag alone belongs to the name beside it.
    let bare = match named.first() {
        Some(name) => without_tag(without_registry(name)).to_owned(),
        None => from_file(file),
    };
    let named = named.into_iter().map(|name| (name, format!("image:{}", without_registry(name))));
    let tagged = tags.into_iter().map(|tag| (tag, format!("image:{bare}{tag}")));
    let mut names: Vec<Named> = Vec::new();
    for (own, offered) in named.chain(tagged) {
        if !names.iter().any(|other| other.offered == offered) {
            names.push(Named { own: Some(own.clone()), offered });
        }
    }
    if names.is_empty() {
        names.push(Named { own: None, offered: format!("image:{bare}:latest") });
    }
    names
}

/// Whether what is typed goes where an unfinished push went.
pub(crate) fn goes_to(place: &Place, text: &str, begun: &Unfinished) -> bool {
    target(place, text).is_ok_and(|name| target_path(&name) == path_of(begun))
}

/// Whether a push goes on with an unfinished one: a line of that file that is pushed has its name, and layers are compressed as there.
pub(crate) fn goes_on(
    place: &Place,
    begun: &Unfinished,
    compression: Compression,
    mut pushed: impl Iterator<Item = String>,
) -> bool {
    begun.compression == Some(compression) && pushed.any(|text| goes_to(place, &text, begun))
}

/// `ORG/PROJECT/NAME:TAG`.
pub(crate) fn path_of(begun: &Unfinished) -> String {
    format!("{}:{}", begun.repository, begun.tag)
}

fn image_of(report: &FileReport, begun: &Unfinished) -> Option<u32> {
    begun.image.or((report.images.len() == 1).then_some(0))
}

/// The target as it is typed standing in that place; nothing where it cannot be written there.
fn written(place: &Place, begun: &Unfinished) -> Option<String> {
    let rest = match &place.org {
        Some(org) => begun.repository.strip_prefix(org.as_str())?.strip_prefix('/')?,
        None => begun.repository.as_str(),
    };
    let (project, name) = rest.split_once('/')?;
    let name = ImageName::try_new(&place.cluster, place.org.as_deref(), project, name).ok()?;
    let text = place.short(&name.with_tag(Some(&begun.tag)).ok()?);
    goes_to(place, &text, begun).then_some(text)
}

fn without_registry(name: &str) -> &str {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let rest = match name.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => rest,
        _ => name,
    };
    rest.strip_prefix("library/").unwrap_or(rest)
}

fn without_tag(name: &str) -> &str {
    name.split_once(':').map_or(name, |(bare, _)| bare)
}

fn from_file(file: &str) -> String {
    let stem = file.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let kept: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let kept = kept.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if kept.is_empty() { "my-image".to_owned() } else { kept }
}

#[cfg(test)]
mod tests;
