//! The corner where notices appear.

use crate::i18n::{
    catalogue::{common, shell},
    t,
};
use crate::stores::toasts::use_toasts;
use crate::ui::{
    button::{Button, Kind},
    icon::{self, icon as draw},
};
use leptos::prelude::*;

/// All notices now.
#[component]
pub(crate) fn ToastCorner() -> impl IntoView {
    let toasts = use_toasts();
    let (label, dismiss) = (t(shell::NOTIFICATIONS), t(common::DISMISS));
    view! {
        <section class="toasts" role="region" aria-label=move || label.get() aria-live="polite">
            <For each=move || toasts.list() key=|toast| toast.id let(toast)>
                <div class=if toast.bad { "toast toast-bad" } else { "toast" } role=if toast.bad { "alert" } else { "status" }>
                    {draw(if toast.bad { icon::ALERT } else { icon::CHECK })}
                    <div class="toast-text">
                        {toast.text}
                        {toast.detail.map(|detail| view! { <div class="toast-detail mono">{detail}</div> })}
                    </div>
                    {toast
                        .act
                        .map(|act| {
                            let (id, run) = (toast.id, act.run);
                            let on_click = move |()| {
                                toasts.dismiss(id);
                                run();
                            };
                            view! { <span class="toast-act"><Button label=Signal::stored(act.label) on_click/></span> }
                        })}
                    <Button label=dismiss kind=Kind::Quiet bare=true picture=icon::CLOSE on_click=move |()| toasts.dismiss(toast.id)/>
                </div>
            </For>
        </section>
    }
}
