//! Pushes of this browser that were interrupted: choosing the same file continues one.

use crate::i18n::{catalogue::push, format::image_bytes, use_i18n};
use crate::stores::push::use_push;
use crate::ui::button::{Button, Kind};
use archive_protocol::Unfinished;
use leptos::prelude::*;

/// The list, where there is any.
#[component]
pub(crate) fn UnfinishedPushes() -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_push());
    move || {
        let items = store.unfinished.get();
        (!items.is_empty()).then(|| {
            view! {
                <section class="panel push-unfinished" aria-labelledby="push-unfinished">
                    <h2 id="push-unfinished">{i18n.text(push::UNFINISHED)}</h2>
                    <p class="muted">{i18n.text(push::UNFINISHED_HINT)}</p>
                    <ul>{items.into_iter().map(|item| row(i18n, item)).collect_view()}</ul>
                </section>
            }
        })
    }
}

fn row(i18n: crate::i18n::I18n, item: Unfinished) -> impl IntoView {
    let store = use_push();
    let Unfinished { key, file_name, size_bytes, repository, tag, done_bytes, .. } = item;
    let forget = {
        let file = file_name.clone();
        Signal::derive(move || i18n.fill(push::FORGET_ITEM, &[("file", &file)]))
    };
    let target = format!("{repository}:{tag}");
    let text = move || {
        let (done, total) = (image_bytes(i18n.lang(), done_bytes), image_bytes(i18n.lang(), size_bytes));
        let places = [("file", file_name.as_str()), ("target", &target), ("done", &done), ("total", &total)];
        i18n.fill(push::UNFINISHED_ITEM, &places)
    };
    view! {
        <li class="push-unfinished-item">
            <span>{text}</span>
            <Button label=forget kind=Kind::Quiet on_click=move |()| store.forget(key.clone())/>
        </li>
    }
}
