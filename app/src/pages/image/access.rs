//! Who may use the image, and through which grant.

use crate::client::use_client;
use crate::i18n::{
    I18n,
    catalogue::{audit::WHO_CAN_REACH, common, image as words},
    use_i18n,
};
use crate::paths;
use crate::queries::image;
use crate::rules::image_name::without_version;
use crate::stores::session::use_session;
use crate::ui::{
    button::Button,
    state::{Note, Skeleton},
};
use api::images::{Access, ImageDetail, Rights};
use leptos::prelude::*;
use std::sync::Arc;

/// The table.
#[component]
pub(super) fn AccessView(detail: Arc<ImageDetail>) -> impl IntoView {
    let i18n = use_i18n();
    let answer = image::access(use_client(), &detail.repository);
    let rights = detail.rights;
    // As grants name it: without a version.
    let cluster = use_session().session().map(|session| session.cluster).unwrap_or_default();
    let audit = paths::audit_of_image(&format!("image://{cluster}/{}", detail.repository));
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(words::TAB_ACCESS)}</h2>
            <p class="muted">{i18n.text(words::ACCESS_TEXT)}</p>
            <p>{move || i18n.fill(words::MY_RIGHTS, &[("rights", &rights_words(i18n, rights))])}</p>
            <p><a href=audit>{i18n.text(WHO_CAN_REACH)}</a></p>
            {move || match answer.get() {
                None => {
                    view! { <div role="status" aria-label=i18n.text(common::LOADING)><Skeleton class="w-long"/> <Skeleton class="w-mid"/></div> }
                        .into_any()
                }
                Some(Err(failure)) => {
                    let text = Signal::derive(move || {
                        format!("{} {}", i18n.now(words::ACCESS_FAILED), failure.message(i18n))
                    });
                    view! {
                        <Note text/>
                        <div><Button label=i18n.text(common::RETRY) on_click=move |()| answer.refetch()/></div>
                    }
                        .into_any()
                }
                Some(Ok(items)) if items.is_empty() => view! { <p class="muted">{i18n.text(words::ACCESS_NONE)}</p> }.into_any(),
                Some(Ok(items)) => table(i18n, items, without_version(&detail.uri)),
            }}
        </section>
    }
}

fn table(i18n: I18n, items: Vec<Access>, own: &str) -> AnyView {
    let rows = items
        .into_iter()
        .map(|one| {
            let granted = if one.uri == own {
                view! { {i18n.text(words::ACCESS_OWN)} }.into_any()
            } else {
                view! { <code>{one.uri}</code> }.into_any()
            };
            view! { <tr><th scope="row">{one.principal}</th><td><span class="tag">{one.action}</span></td><td>{granted}</td></tr> }
        })
        .collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=i18n.text(words::TAB_ACCESS)>
            <table class="plain-table">
                <thead>
                    <tr>
                        <th scope="col">{i18n.text(words::ACCESS_WHO)}</th>
                        <th scope="col">{i18n.text(words::ACCESS_ACTION)}</th>
                        <th scope="col">{i18n.text(words::ACCESS_URI)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn rights_words(i18n: I18n, rights: Rights) -> String {
    let all =
        [(rights.read, words::RIGHT_READ), (rights.write, words::RIGHT_WRITE), (rights.manage, words::RIGHT_MANAGE)];
    let mine: Vec<_> = all.into_iter().filter(|(has, _)| *has).map(|(_, phrase)| i18n.now(phrase)).collect();
    if mine.is_empty() { i18n.now(words::RIGHT_NONE).to_owned() } else { mine.join(", ") }
}
