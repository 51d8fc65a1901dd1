//! No jobs at all: offers the sample. Few see it, and never twice: it is a chunk of its own.

use crate::client::use_client;
use crate::components::lazy::chunk;
use crate::i18n::{catalogue::jobs, use_i18n};
use crate::paths;
use crate::queries::job;
use crate::rules::sample::{SAMPLE_COMMAND, SAMPLE_IMAGE};
use crate::stores::toasts::use_toasts;
use crate::ui::{
    button::{Button, Kind},
    state::Empty,
};
use api::jobs::JobCreate;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

chunk!(
    job,
    /// Fetches what stands in the place of the list.
    fetch,
    NoJobs
);

/// What stands in the place of the list.
#[component]
fn NoJobs() -> impl IntoView {
    let (i18n, client, toasts, navigate) = (use_i18n(), use_client(), use_toasts(), use_navigate());
    let busy = RwSignal::new(false);
    let sample = move |()| {
        let navigate = navigate.clone();
        busy.set(true);
        spawn_local(async move {
            let create = JobCreate {
                image: SAMPLE_IMAGE.into(),
                command: Some(SAMPLE_COMMAND.into()),
                life_span_minutes: Some(60),
                ..JobCreate::default()
            };
            let answer = job::create(client, &create).await;
            busy.try_set(false);
            match answer {
                Ok(job) => navigate(&paths::job(&job.id), NavigateOptions::default()),
                Err(failure) => toasts.failure(i18n, &failure),
            }
        });
    };
    view! {
        <div class="panel">
            <Empty title=i18n.text(jobs::EMPTY_TITLE) text=i18n.text(jobs::EMPTY_TEXT)>
                <Button label=i18n.text(jobs::EMPTY_SAMPLE) kind=Kind::Primary busy on_click=sample/>
                <a class="button" href=paths::JOB_NEW>{i18n.text(jobs::NEW)}</a>
            </Empty>
        </div>
    }
}
