//! Buttons. One that cannot act stays focusable and says why.

use super::icon::{CHECK, Icon, SPIN, icon};
use leptos::prelude::*;

/// How loud a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The usual one.
    #[default]
    Plain,
    /// The page's main act.
    Primary,
    /// An act that cannot be taken back.
    Danger,
    /// The same, as a dialog's main act.
    DangerSolid,
    /// In toolbars.
    Quiet,
}

impl Kind {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plain => "button",
            Self::Primary => "button button-primary",
            Self::Danger => "button button-danger",
            Self::DangerSolid => "button button-danger-solid",
            Self::Quiet => "button button-quiet",
        }
    }
}

/// A button with words, and an icon where it helps.
#[component]
pub(crate) fn Button(
    /// Its words, and its accessible name.
    #[prop(into)]
    label: Signal<String>,
    /// What it does.
    #[prop(into)]
    on_click: Callback<()>,
    #[prop(optional)] kind: Kind,
    #[prop(optional)] picture: Option<Icon>,
    /// Whether only the icon is seen.
    #[prop(optional)]
    bare: bool,
    /// Whether it submits the form it is in.
    #[prop(optional)]
    submit: bool,
    /// Why it cannot act now; None when it can.
    #[prop(into, optional)]
    refusal: Signal<Option<String>>,
    /// Whether it is at work.
    #[prop(into, optional)]
    busy: Signal<bool>,
    /// Whether it has just done what it does: a tick stands in the icon's place.
    #[prop(into, optional)]
    done: Signal<bool>,
) -> impl IntoView {
    let class = move || {
        format!(
            "{}{}{}",
            kind.class(),
            if bare { " button-icon" } else { "" },
            if busy.get() { " button-busy" } else { "" }
        )
    };
    let cannot = move || busy.get() || refusal.with(Option::is_some);
    let click = move |event: web_sys::MouseEvent| {
        if cannot() {
            event.prevent_default();
        } else if !submit {
            on_click.run(());
        }
    };
    view! {
        <span class="tip">
            <button
                type=if submit { "submit" } else { "button" }
                class=class
                aria-disabled=move || cannot().then_some("true")
                aria-description=move || refusal.get()
                aria-label=move || bare.then(|| label.get())
                on:click=click
            >
                {move || match (busy.get(), done.get()) {
                    (true, _) => Some(icon(SPIN)),
                    (false, true) => Some(icon(CHECK)),
                    (false, false) => picture.map(icon),
                }}
                {(!bare).then_some(move || label.get())}
            </button>
            {move || {
                let text = refusal.get().or_else(|| bare.then(|| label.get()))?;
                Some(view! { <span class="tip-text" aria-hidden="true">{text}</span> })
            }}
        </span>
    }
}
