//! Starting a job, from nothing, from the draft of this tab, from an image, or as another job was started.

use crate::client::{Failure, use_client};
use crate::components::{
    failed::Failed,
    lazy::{chunk, fetch_ahead},
    page::PageTitle,
    stage::use_page_query,
};
use crate::forms::job_run::{Draft, JobRunForm};
use crate::i18n::{
    catalogue::{common, run},
    use_i18n,
};
use crate::paths;
use crate::queries::job;
use crate::rules::job::label;
use crate::ui::{
    button::{Button, Kind},
    state::Skeleton,
};
use api::jobs::Job;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

chunk!(
    job,
    /// Fetches the page of the form.
    fetch,
    JobNewPage
);

/// The page of the form.
#[component]
fn JobNewPage() -> impl IntoView {
    fetch_ahead(&[super::job::fetch]);
    let (i18n, client, navigate, query) = (use_i18n(), use_client(), use_navigate(), use_page_query());
    let from = Memo::new(move |_| query.with(|q| q.get("from")).filter(|id| !id.is_empty()));
    let image = Memo::new(move |_| query.with(|q| q.get("image")).filter(|image| !image.is_empty()));
    let source = RwSignal::new(None::<Result<Job, Failure>>);
    // Counted up to draw the form anew.
    let fresh = RwSignal::new(0u32);
    let load = Callback::new(move |()| {
        source.set(None);
        if let Some(id) = from.get_untracked() {
            spawn_local(async move {
                let answer = job::get(client, &id).await;
                source.try_set(Some(answer));
            });
        }
    });
    Effect::new(move || {
        from.track();
        load.run(());
    });
    let on_started = Callback::new(move |job: Job| navigate(&paths::job(&job.id), NavigateOptions::default()));
    let title =
        Signal::derive(move || i18n.now(if from.get().is_some() { run::TITLE_AGAIN } else { run::TITLE }).to_owned());
    let start_over = move |()| {
        Draft::forget();
        fresh.update(|n| *n += 1);
    };
    view! {
        <div class="page-head">
            <PageTitle title/>
            {move || {
                source
                    .get()
                    .and_then(Result::ok)
                    .map(|job| view! { <span class="muted">{i18n.fill(run::FROM_JOB, &[("name", &label(&job))])}</span> })
            }}
            {move || {
                fresh.track();
                (from.get().is_none() && image.get().is_none() && Draft::kept().is_some())
                    .then(|| {
                        view! {
                            <span class="muted">{i18n.text(run::DRAFT_KEPT)}</span>
                            <Button label=i18n.text(run::START_OVER) kind=Kind::Quiet on_click=start_over/>
                        }
                    })
            }}
        </div>
        {move || {
            fresh.track();
            match (from.get().is_some(), source.get()) {
                (false, _) => {
                    let draft = image.get().map_or_else(|| Draft::kept().unwrap_or_default(), Draft::of_image);
                    view! { <JobRunForm draft on_started/> }.into_any()
                }
                (true, Some(Ok(job))) => view! { <JobRunForm draft=Draft::from_job(&job) on_started/> }.into_any(),
                (true, None) => {
                    view! { <div class="panel run-section" role="status" aria-label=i18n.text(common::LOADING)><Skeleton class="w-mid"/> <Skeleton class="w-long"/></div> }
                        .into_any()
                }
                (true, Some(Err(failure))) => {
                    let title = i18n.text(crate::i18n::catalogue::job::FAILED);
                    view! { <Failed title failure=Signal::stored(Some(failure)) on_retry=load/> }
                    .into_any()
                }
            }
        }}
    }
}
