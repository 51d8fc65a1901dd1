//! The catalogue: one file an area of the screen, English beside Russian.

pub(crate) mod audit;
pub(crate) mod common;
pub(crate) mod image;
pub(crate) mod image_names;
pub(crate) mod images;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod links;
pub(crate) mod logs;
pub(crate) mod people;
pub(crate) mod problems;
pub(crate) mod push;
pub(crate) mod refusals;
pub(crate) mod run;
pub(crate) mod shared;
pub(crate) mod sharing;
pub(crate) mod shell;
pub(crate) mod sign_in;
pub(crate) mod status;
pub(crate) mod telemetry;
pub(crate) mod terminal;
pub(crate) mod transfer;
pub(crate) mod units;

/// Every phrase of the catalogue.
#[cfg(test)]
pub(crate) fn all() -> impl Iterator<Item = (&'static str, super::Phrase)> {
    [
        audit::ALL,
        common::ALL,
        image::ALL,
        image_names::ALL,
        images::ALL,
        job::ALL,
        jobs::ALL,
        links::ALL,
        logs::ALL,
        problems::ALL,
        people::ALL,
        push::ALL,
        refusals::ALL,
        run::ALL,
        shared::ALL,
        shell::ALL,
        sharing::ALL,
        sign_in::ALL,
        status::ALL,
        telemetry::ALL,
        terminal::ALL,
        transfer::ALL,
        units::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
