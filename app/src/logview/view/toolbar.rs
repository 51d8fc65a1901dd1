//! The bar above the log.

use super::{Log, wish, zone_choice::ZoneChoice};
use crate::i18n::{catalogue::logs, use_i18n};
use crate::logview::{
    clock::Zone,
    told::{Stream, Told},
};
use crate::ui::{
    icon::{self, icon},
    menu::{Menu, MenuChoice, MenuItem},
};
use api::logs::EndReason;
use leptos::prelude::*;

/// The bar.
#[component]
pub(super) fn Toolbar(log: Log, told: Told, #[prop(into)] open_find: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let ended = Memo::new(move |_| told.stream.with(|s| matches!(s, Stream::Ended(EndReason::Finished))));
    let follow_title = move || {
        i18n.now(match (ended.get(), told.follow.get()) {
            (true, _) => logs::FOLLOW_ENDED,
            (false, true) => logs::FOLLOW_ON,
            (false, false) => logs::FOLLOW_OFF,
        })
    };
    let follow = move |_| {
        log.with_value(|log| {
            if ended.get_untracked() {
                log.to_latest();
            } else if told.follow.get_untracked() {
                log.with(|core| core.view.follow = false);
            } else {
                log.to_latest();
            }
        });
    };
    view! {
        <div class="log-bar" role="toolbar" aria-label=move || i18n.now(logs::TOOLBAR)>
            <button
                type="button"
                class="button button-quiet log-follow"
                aria-pressed=move || if told.follow.get() && !ended.get() { "true" } else { "false" }
                title=follow_title
                on:click=follow
            >
                {icon(icon::FOLLOW)}
                <span>{move || i18n.now(logs::FOLLOW)}</span>
            </button>
            <button
                type="button"
                class="button button-quiet"
                aria-expanded=move || if told.find_open.get() { "true" } else { "false" }
                title=move || i18n.now(logs::FIND_HINT)
                on:click=move |_| open_find.run(())
            >
                {icon(icon::SEARCH)}
                <span>{move || i18n.now(logs::FIND)}</span>
            </button>
            <span class="log-bar-space"></span>
            <button
                type="button"
                class="button button-quiet"
                aria-pressed=move || if told.wishes.with(|w| w.wrap) { "true" } else { "false" }
                aria-label=move || i18n.now(logs::WRAP_LABEL)
                title=move || i18n.now(logs::WRAP_LABEL)
                on:click=move |_| wish(log, |w| w.wrap = !w.wrap)
            >
                {icon(icon::WRAP)}
                <span class="log-bar-word">{move || i18n.now(logs::WRAP)}</span>
            </button>
            <ZoneChoice log told/>
            <a
                class="button button-quiet"
                href=move || {
                    // As it is read, so it is saved.
                    let times = told.wishes.with(|w| w.zone != Zone::Off);
                    log.with_value(|log| log.download_path(times))
                }
                download=""
                rel="external"
                aria-label=move || i18n.now(logs::DOWNLOAD_LABEL)
                title=move || i18n.now(logs::DOWNLOAD_LABEL)
            >
                {icon(icon::DOWNLOAD)}
                <span class="log-bar-word">{move || i18n.now(logs::DOWNLOAD)}</span>
            </a>
            <Menu label=i18n.text(logs::MORE) picture=icon::MORE>
                <MenuChoice
                    label=i18n.text(logs::NUMBERS)
                    chosen=Signal::derive(move || told.wishes.with(|w| w.numbers))
                    on_choose=move |()| wish(log, |w| w.numbers = !w.numbers)
                />
                <MenuChoice
                    label=i18n.text(logs::ANNOUNCE)
                    chosen=Signal::derive(move || told.wishes.with(|w| w.announce))
                    on_choose=move |()| wish(log, |w| w.announce = !w.announce)
                />
                <MenuItem label=i18n.text(logs::TO_START) on_click=move |()| log.with_value(|log| log.to_start())/>
                <MenuItem label=i18n.text(logs::TO_END) on_click=move |()| log.with_value(|log| log.to_latest())/>
                <MenuItem label=i18n.text(logs::COPY_ALL) on_click=move |()| log.with_value(|log| log.select_all())/>
            </Menu>
        </div>
    }
}
