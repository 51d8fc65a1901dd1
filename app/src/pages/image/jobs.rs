//! Jobs that use this version of the image.

use crate::client::use_client;
use crate::components::{
    pages::{Pages, Said},
    status::StatusBadge,
    time::TimeAgo,
};
use crate::i18n::{catalogue::image as words, format, use_i18n};
use crate::paths;
use crate::queries::image;
use crate::rules::job::label;
use crate::ui::state::Note;
use api::images::JOBS_LOOK_SECS;
use api::jobs::Job;
use leptos::prelude::*;

const SAID: Said =
    Said { failed: words::JOBS_FAILED, not_kept: None, closed: None, empty: (words::JOBS_NONE, words::JOBS_NONE_TEXT) };

/// The list; `reference` is the version's.
#[component]
pub(super) fn Jobs(reference: String) -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let is_cut = RwSignal::new(false);
    let pages = Pages::follow(Memo::new(move |_| reference.clone()), move |reference, cursor| {
        let reference = reference.clone();
        Some(async move {
            let (page, cut) = image::jobs(client, &reference, cursor).await?;
            is_cut.try_set(cut);
            Ok(page)
        })
    });
    let cut =
        Signal::derive(move || i18n.fill(words::JOBS_CUT, &[("n", &format::integer(i18n.lang(), JOBS_LOOK_SECS))]));
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(words::TAB_JOBS)}</h2>
            <p class="muted">{i18n.text(words::JOBS_TEXT)}</p>
            {pages.show(SAID, move || view! { <Rows jobs=pages.entries/> }.into_any())}
            {move || is_cut.get().then(|| view! { <Note text=cut/> })}
        </section>
    }
}

#[component]
fn Rows(jobs: RwSignal<Vec<Job>>) -> impl IntoView {
    view! {
        <ul class="used">
            <For each=move || jobs.get() key=|job| job.id.clone() let(job)>
                <li>
                    <a href=paths::job(&job.id) class="jobs-link truncate">{label(&job)}</a>
                    <StatusBadge status=Signal::stored(job.status)/>
                    <span class="muted truncate">{job.owner.clone()}</span>
                    <span class="muted used-time"><TimeAgo time=job.created_at/></span>
                </li>
            </For>
        </ul>
    }
}
