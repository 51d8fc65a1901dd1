//! What can be done with a version; what cannot says why.

use super::{Shown, delete::DeleteDialog};
use crate::components::{copy::use_copy, share::ShareButton};
use crate::i18n::{Phrase, catalogue::image as words, format, use_i18n};
use crate::paths::{self, Version, endpoint};
use crate::rules::{download::docker_refusal, image_name};
use crate::stores::{browser, session::use_session};
use crate::ui::{
    button::{Button, Kind},
    icon::{self, icon as draw},
    menu::{Menu, MenuDownload, MenuItem},
};
use api::images::ImageDetail;
use image::download::{Form, file_name};
use leptos::prelude::*;
use std::sync::Arc;

/// The row of actions.
#[component]
pub(super) fn Actions(shown: Shown, detail: Arc<ImageDetail>, version: Version) -> impl IntoView {
    let (i18n, session, copy) = (use_i18n(), use_session(), use_copy());
    let deleting = RwSignal::new(false);
    let rights = detail.rights;
    let why_not =
        move |allowed: bool, phrase: Phrase| Signal::derive(move || (!allowed).then(|| i18n.now(phrase).to_owned()));
    let reference = version.of(&detail.repository);
    let short = untrack(move || session.session())
        .and_then(|session| image_name::short(&session, &detail.repository, &version));
    let run = paths::job_of_image(short.as_deref().unwrap_or(&detail.docker_reference));
    let size = detail.size_bytes;
    let not_for_docker = docker_refusal(&detail);
    let note = |phrase: Phrase, form: Form, why: Option<Phrase>| {
        let file = file_name(&detail.repository, version.text(), form);
        Signal::derive(move || {
            let note = i18n.fill(phrase, &[("size", &format::image_bytes(i18n.lang(), size)), ("file", &file)]);
            match why {
                Some(why) => format!("{note}. {}", i18n.now(why)),
                None => note,
            }
        })
    };
    let docker_note = note(words::DOWNLOAD_DOCKER_NOTE, Form::Docker, None);
    let oci_note = note(words::DOWNLOAD_OCI_NOTE, Form::Oci, not_for_docker);
    let (docker_href, oci_href) =
        (endpoint::image_archive(&reference, "docker"), endpoint::image_archive(&reference, "oci"));
    let share_uri = image_name::without_version(&detail.uri).to_owned();
    let share_name = detail.repository.rsplit('/').next().unwrap_or_default().to_owned();
    let copied = StoredValue::new((detail.digest.clone(), detail.docker_reference.clone()));
    view! {
        <div class="job-actions">
            {if rights.read {
                view! {
                    <a class="button button-primary" href=run>{draw(icon::PLAY)} {i18n.text(words::RUN)}</a>
                    <Menu label=i18n.text(words::DOWNLOAD) picture=icon::DOWNLOAD caption=i18n.text(words::DOWNLOAD)>
                        {not_for_docker.is_none().then(|| view! { <MenuDownload label=i18n.text(words::DOWNLOAD_DOCKER) note=docker_note href=docker_href.clone()/> })}
                        <MenuDownload label=i18n.text(words::DOWNLOAD_OCI) note=oci_note href=oci_href.clone()/>
                    </Menu>
                }
                    .into_any()
            } else {
                view! {
                    <Button label=i18n.text(words::RUN) kind=Kind::Primary picture=icon::PLAY refusal=why_not(false, words::NO_READ) on_click=|()| ()/>
                    <Button label=i18n.text(words::DOWNLOAD) picture=icon::DOWNLOAD refusal=why_not(false, words::NO_READ) on_click=|()| ()/>
                }
                    .into_any()
            }}
            <ShareButton uri=Signal::stored(share_uri) name=Signal::stored(share_name)/>
            <Button
                label=i18n.text(words::DELETE)
                kind=Kind::Danger
                picture=icon::TRASH
                refusal=why_not(rights.write, words::NO_DELETE)
                on_click=move |()| deleting.set(true)
            />
            <Menu label=i18n.text(words::MORE) picture=icon::MORE>
                <MenuItem
                    label=i18n.text(words::COPY_LINK)
                    on_click=move |()| {
                        let page = shown.at(shown.tab.get_untracked(), shown.platform.get_untracked().as_deref());
                        copy.run(format!("{}{page}", browser::origin()));
                    }
                />
                <MenuItem label=i18n.text(words::COPY_DIGEST) on_click=move |()| copy.run(copied.get_value().0)/>
                <MenuItem label=i18n.text(words::COPY_REFERENCE) on_click=move |()| copy.run(copied.get_value().1)/>
            </Menu>
        </div>
        {move || {
            deleting
                .get()
                .then(|| {
                    let others = detail.same_digest_tags.iter().filter(|tag| version != Version::Tag((*tag).clone())).cloned().collect();
                    view! { <DeleteDialog shown digest=detail.digest.clone() others version=version.clone() on_close=move |()| deleting.set(false)/> }
                })
        }}
    }
}
