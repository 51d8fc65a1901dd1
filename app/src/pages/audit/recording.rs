//! What was shown to whoever did an act: fetched, and played.

use crate::client::{Failure, Leash, use_client};
use crate::components::{failed::Failed, stage::use_place};
use crate::i18n::{
    catalogue::{audit as words, common},
    use_i18n,
};
use crate::paths::{self, AuditTab, endpoint};
use crate::rules::cast::Cast;
use crate::terminal::Player;
use crate::ui::state::Skeleton;
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// The recording of the act in the address.
#[component]
pub(super) fn RecordingView() -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let act = use_place(paths::recording_at);
    let cast = RwSignal::new(None::<Result<Arc<Cast>, Failure>>);
    let load = Callback::new(move |()| {
        cast.set(None);
        let (path, leash) = (endpoint::recording_download(act.get_untracked()), Leash::new());
        spawn_local(async move {
            let mut read = Cast::default();
            let heard = client.get_file_lines(&path, leash, |line| read.take(line)).await;
            cast.try_set(Some(heard.map(|()| Arc::new(read))));
        });
    });
    load.run(());
    view! {
        <p class="audit-about">
            <a href=paths::audit(AuditTab::Acts, Vec::<(&str, &str)>::new())>{i18n.text(words::PLAY_BACK)}</a>
            " "
            <a href=move || endpoint::recording_download(act.get()) download="" rel="external">{i18n.text(words::PLAY_SAVE)}</a>
        </p>
        {move || match cast.get() {
            None => view! { <div role="status" aria-label=i18n.text(common::LOADING)><Skeleton class="w-long"/></div> }.into_any(),
            Some(Ok(cast)) => view! { <Player cast/> }.into_any(),
            Some(Err(failure)) => {
                let failure = Signal::stored(Some(failure));
                view! { <Failed title=i18n.text(words::PLAY_FAILED) failure on_retry=load/> }.into_any()
            }
        }}
    }
}
