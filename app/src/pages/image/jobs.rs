//! Jobs that use this version of the image.

use crate::client::use_client;
use crate::components::{status::StatusBadge, time::TimeAgo};
use crate::i18n::{
    catalogue::{common, image as words},
    format, use_i18n,
};
use crate::paths;
use crate::queries::image::{JOBS_LOOKED_AT, latest_jobs};
use crate::rules::{images::is_used_by, job::label};
use crate::ui::{
    button::Button,
    state::{Note, Skeleton},
};
use api::images::ImageDetail;
use leptos::prelude::*;
use std::sync::Arc;

/// The list.
#[component]
pub(super) fn Jobs(detail: Arc<ImageDetail>) -> impl IntoView {
    let i18n = use_i18n();
    let answer = latest_jobs(use_client());
    let looked = move || {
        let n = format::integer(i18n.lang(), u64::from(JOBS_LOOKED_AT));
        i18n.fill(words::JOBS_TEXT, &[("n", &n)])
    };
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(words::TAB_JOBS)}</h2>
            <p class="muted">{looked}</p>
            {move || match answer.get() {
                None => {
                    view! { <div role="status" aria-label=i18n.text(common::LOADING)><Skeleton class="w-long"/> <Skeleton class="w-mid"/></div> }
                        .into_any()
                }
                Some(Err(failure)) => {
                    let text = Signal::derive(move || format!("{} {}", i18n.now(words::JOBS_FAILED), failure.message(i18n)));
                    view! {
                        <Note text/>
                        <div><Button label=i18n.text(common::RETRY) on_click=move |()| answer.refetch()/></div>
                    }
                        .into_any()
                }
                Some(Ok(jobs)) => {
                    let jobs: Vec<_> = jobs.into_iter().filter(|job| is_used_by(&detail, job)).collect();
                    if jobs.is_empty() {
                        return view! { <p>{i18n.text(words::JOBS_NONE)}</p> }.into_any();
                    }
                    let rows = jobs
                        .into_iter()
                        .map(|job| {
                            view! {
                                <li>
                                    <a href=paths::job(&job.id) class="jobs-link truncate">{label(&job)}</a>
                                    <StatusBadge status=Signal::stored(job.status)/>
                                    <span class="muted truncate">{job.owner.clone()}</span>
                                    <span class="muted used-time"><TimeAgo time=job.created_at/></span>
                                </li>
                            }
                        })
                        .collect_view();
                    view! { <ul class="used">{rows}</ul> }.into_any()
                }
            }}
        </section>
    }
}
