//! A link that was just made: its address, its code, its badge. The only time that they are shown.

use super::{copy::CopyButton, qr::Qr};
use crate::i18n::{catalogue::links as words, use_i18n};
use crate::paths::{self, endpoint};
use crate::stores::browser;
use leptos::prelude::*;

/// What there is to copy.
#[component]
pub(crate) fn LinkMade(
    /// What opens it.
    #[prop(into)]
    token: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let token = token.get_untracked();
    let address = format!("{}{}", browser::origin(), paths::shared(&token));
    let badge = format!("{}{}", browser::origin(), endpoint::of_shared(&token, "badge.svg"));
    let markdown = format!("[![job status]({badge})]({address})");
    view! {
        <p class="link-made" role="status">{i18n.text(words::MADE)}</p>
        <div class="link-address">
            <div class="command">
                <code tabindex="0" aria-label=i18n.text(words::ADDRESS)>{address.clone()}</code>
                <CopyButton label=i18n.text(words::COPY_ADDRESS) text=Signal::stored(address.clone())/>
            </div>
            <Qr text=address label=i18n.text(words::QR)/>
            <div class="link-badge">
                <img src=badge alt=i18n.text(words::BADGE) height="20"/>
                <div class="command">
                    <code tabindex="0" aria-label=i18n.text(words::BADGE_MARKDOWN)>{markdown.clone()}</code>
                    <CopyButton label=i18n.text(words::COPY_BADGE) text=Signal::stored(markdown)/>
                </div>
            </div>
        </div>
    }
}
