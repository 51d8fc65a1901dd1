//! The public page's own frame: whose page this is, language and theme. No navigation: a visitor has nowhere to go.

use crate::components::{page::Arrival, toast::ToastCorner};
use crate::i18n::{catalogue::shell, use_i18n};
use crate::layouts::shell::{LanguageMenu, ThemeMenu, logo};
use crate::paths;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The frame.
#[component]
pub(super) fn Frame(children: Children) -> impl IntoView {
    let i18n = use_i18n();
    provide_context(Arrival::follow(use_location().pathname));
    view! {
        <div class="shell">
            <header class="bar">
                <div class="bar-inner shared-width">
                    // Another page of its own, which asks for a sign-in.
                    <a class="brand" href=paths::HOME rel="external" aria-label=i18n.text(shell::APP)>
                        {logo()}
                        <span class="brand-name">{i18n.text(shell::APP)}</span>
                    </a>
                    <div class="bar-end">
                        <LanguageMenu/>
                        <ThemeMenu/>
                    </div>
                </div>
            </header>
            <main class="page shared shared-width" id="main" tabindex="-1">{children()}</main>
            <ToastCorner/>
        </div>
    }
}
