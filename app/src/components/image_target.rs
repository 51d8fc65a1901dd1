//! The field for where a new image goes: judged as it is typed, with a warning when the tag exists.

use crate::client::Client;
use crate::i18n::{catalogue::transfer as words, format, use_i18n};
use crate::queries::image;
use crate::rules::{complaint::Complaint, image_name};
use crate::ui::{
    field::TextField,
    icon::{CHECK, icon},
    state::Note,
};
use ::image::reference::{ImageName, Place};
use api::images::ImageDetail;
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::*,
    task::spawn_local,
};
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(350);

/// What a target's text comes to, and what stands there now.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) text: RwSignal<String>,
    pub(crate) name: Memo<Result<ImageName, Complaint>>,
    standing: RwSignal<Standing>,
}

#[derive(Clone, Debug, PartialEq)]
enum Standing {
    Unknown,
    Free,
    Taken(Box<ImageDetail>),
}

impl Target {
    /// A target beginning with this text.
    pub(crate) fn new(client: Client, place: Signal<Option<Place>>, text: String) -> Self {
        let text = RwSignal::new(text);
        let name = Memo::new(move |_| {
            let place = place.get().ok_or(crate::i18n::catalogue::image_names::NO_NAME)?;
            image_name::target(&place, &text.get())
        });
        let target = Self { text, name, standing: RwSignal::new(Standing::Unknown) };
        target.look_ahead(client);
        target
    }

    /// `ORG/PROJECT/NAME:TAG`, once the text is a name. Tracks.
    pub(crate) fn path(self) -> Option<String> {
        self.name.with(|name| name.as_ref().ok().map(image_name::target_path))
    }

    /// Asks, when the typing rests, what stands there.
    fn look_ahead(self, client: Client) {
        let timer = StoredValue::new(None::<TimeoutHandle>);
        let stop = move || {
            if let Some(Some(timer)) = timer.try_update_value(Option::take) {
                timer.clear();
            }
        };
        on_cleanup(stop);
        Effect::new(move || {
            let path = self.path();
            stop();
            self.standing.set(Standing::Unknown);
            let Some(path) = path else { return };
            let ask = move || {
                spawn_local(async move {
                    let standing = match image::detail(client, &path).await {
                        Ok(detail) => Standing::Taken(Box::new(detail)),
                        Err(failure) if failure.is_not_found() => Standing::Free,
                        // A warning is a kindness; the act itself meets the same trouble and tells it.
                        Err(_) => Standing::Unknown,
                    };
                    if self.name.try_with_untracked(|n| n.as_ref().ok().map(image_name::target_path))
                        == Some(Some(path))
                    {
                        self.standing.set(standing);
                    }
                });
            };
            timer.set_value(set_timeout_with_handle(ask, TYPING).ok());
        });
    }
}

/// The field.
#[component]
pub(crate) fn TargetField(
    target: Target,
    /// What the server says about it.
    #[prop(into)]
    refused: Signal<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let error = Signal::derive(move || {
        refused.get().or_else(|| target.name.with(|name| name.as_ref().err().map(|complaint| complaint.say(i18n))))
    });
    let hint = move || {
        target.name.with(|name| {
            let name = name.as_ref().ok()?;
            Some(i18n.fill(words::TARGET_HINT, &[("uri", &name.to_string())]))
        })
    };
    view! {
        <div class="name-field">
            <TextField id="image-target" label=i18n.text(words::TARGET) value=target.text error mono=true/>
            {move || {
                (target.standing.get() == Standing::Free && error.with(Option::is_none))
                    .then(|| view! { <span class="name-good">{icon(CHECK)} {i18n.text(words::TARGET_FREE)}</span> })
            }}
            <p class="field-hint target-uri">{hint}</p>
        </div>
        <div aria-live="polite">
            {move || match target.standing.get() {
                Standing::Taken(detail) => {
                    let text = Signal::derive(move || {
                        let size = format::image_bytes(i18n.lang(), detail.size_bytes);
                        i18n.fill(words::TARGET_EXISTS, &[("digest", short_digest(&detail.digest)), ("size", &size)])
                    });
                    Some(view! { <Note text/> })
                }
                Standing::Free | Standing::Unknown => None,
            }}
        </div>
    }
}

/// The first twelve digits of a digest, which people tell apart.
pub(crate) fn short_digest(digest: &str) -> &str {
    let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
    hex.get(..12).unwrap_or(hex)
}
