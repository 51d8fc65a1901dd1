//! The dialog that shares a job's status: makes a link, and shows those there are.

use crate::client::{Failure, use_client};
use crate::components::{
    link_made::LinkMade,
    link_rows::{LinkRows, LinksLoading, field_phrase},
};
use crate::i18n::{
    Phrase,
    catalogue::{common, links as words},
    use_i18n,
};
use crate::queries::links::{create, of_job, use_revoke};
use crate::stores::toasts::use_toasts;
use crate::ui::{
    button::{Button, Kind},
    dialog::Dialog,
    field::{SelectField, TextField},
    state::Note,
};
use api::links::{JobLinks, LIFE_MAX_SECS, LIFE_MIN_SECS, Link, LinkCreate, LinkField, LinkScope};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

/// Lives to choose from: the word in the form, what it is called, seconds.
const LIVES: [(&str, Phrase, u64); 4] = [
    ("hour", words::LIFE_HOUR, LIFE_MIN_SECS),
    ("day", words::LIFE_DAY, 24 * 3600),
    ("week", words::LIFE_WEEK, 7 * 24 * 3600),
    ("month", words::LIFE_MONTH, LIFE_MAX_SECS),
];
const LOG: &str = "log";

/// The dialog.
#[component]
pub(super) fn LinksDialog(
    /// The job's id.
    id: StoredValue<String>,
    /// What it is called.
    #[prop(into)]
    name: Signal<String>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let title = Signal::derive(move || i18n.fill(words::TITLE, &[("name", &name.get())]));
    let known = RwSignal::new(None::<Result<JobLinks, Failure>>);
    spawn_local(async move {
        let answer = of_job(client, &id.get_value()).await;
        known.try_set(Some(answer));
    });
    let links =
        Signal::derive(move || known.with(|k| k.as_ref().and_then(|k| k.as_ref().ok()).map(|k| k.links.clone())));
    let made = RwSignal::new(None::<String>);
    let on_made = Callback::new(move |(link, token): (Link, String)| {
        known.update(|known| {
            if let Some(Ok(known)) = known {
                known.links.insert(0, link);
            }
        });
        made.set(Some(token));
    });
    let revoke = use_revoke(Callback::new(move |gone: Vec<String>| {
        known.update(|known| {
            if let Some(Ok(known)) = known {
                known.links.retain(|link| !gone.contains(&link.id));
            }
        });
    }));
    // The form must not be drawn anew with each link that comes or goes.
    let state = Memo::new(move |_| {
        known.with(|known| match known {
            None => State::Loading,
            Some(Err(failure)) => State::Failed(failure.clone()),
            Some(Ok(known)) if known.may_share => State::Open { account: known.account.clone() },
            Some(Ok(_)) => State::MayNot,
        })
    });
    let body = move || {
        match state.get() {
        State::Loading => view! { <LinksLoading/> }.into_any(),
        State::Failed(failure) => {
            let text = Signal::derive(move || failure.message(i18n));
            view! { <Note text bad=true/> }.into_any()
        }
        State::MayNot => view! { <Note text=i18n.text(words::MAY_NOT)/> }.into_any(),
        State::Open { account } => view! {
            {move || match made.get() {
                Some(token) => view! {
                    <LinkMade token/>
                    <div class="dialog-actions"><Button label=i18n.text(words::ANOTHER) on_click=move |()| made.set(None)/></div>
                }
                    .into_any(),
                None => view! { <Form job=id on_made/> }.into_any(),
            }}
            <p class="field-hint">{move || i18n.fill(words::GRANT_NOTE, &[("account", &account)])}</p>
        }
        .into_any(),
    }
    };
    view! {
        <Dialog title on_close>
            <p class="dialog-text">{i18n.text(words::INTRO)}</p>
            {body}
            {move || {
                links.with(Option::is_some).then(|| {
                    let list = Signal::derive(move || links.get().unwrap_or_default());
                    view! {
                        <section class="links-of-job" aria-label=i18n.text(words::OF_JOB)>
                            <h3>{i18n.text(words::OF_JOB)}</h3>
                            {move || list.with(Vec::is_empty).then(|| view! { <p class="muted">{i18n.text(words::NONE_OF_JOB)}</p> })}
                            <LinkRows links=list on_revoke=move |link| revoke.run(vec![link])/>
                        </section>
                    }
                })
            }}
            <div class="dialog-actions"><Button label=i18n.text(common::CLOSE) on_click=on_close/></div>
        </Dialog>
    }
}

/// Whether links can be made here.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Loading,
    Failed(Failure),
    /// The job is not the reader's to share.
    MayNot,
    Open {
        account: String,
    },
}

/// What is asked of a link.
#[component]
fn Form(job: StoredValue<String>, on_made: Callback<(Link, String)>) -> impl IntoView {
    let (i18n, client, toasts) = (use_i18n(), use_client(), use_toasts());
    let scope = RwSignal::new("status".to_owned());
    let life = RwSignal::new("week".to_owned());
    let note = RwSignal::new(String::new());
    let fields = RwSignal::new(BTreeSet::<LinkField>::new());
    let refused = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        refused.set(None);
        busy.set(true);
        let life_secs =
            life.with_untracked(|life| LIVES.iter().find(|(word, ..)| word == life).map(|(.., secs)| *secs));
        let input = LinkCreate {
            scope: if scope.with_untracked(|scope| scope == LOG) { LinkScope::Log } else { LinkScope::Status },
            life_secs: life_secs.unwrap_or(api::links::LIFE_DEFAULT_SECS),
            note: Some(note.get_untracked()).filter(|note| !note.trim().is_empty()),
            fields: fields.with_untracked(|fields| fields.iter().copied().collect()),
        };
        spawn_local(async move {
            let answer = create(client, &job.get_value(), &input).await;
            busy.try_set(false);
            match answer {
                Ok(made) => on_made.try_run((made.link, made.token)).unwrap_or_default(),
                Err(failure) if failure.field() == Some("note") => drop(refused.try_set(Some(failure.message(i18n)))),
                Err(failure) => toasts.failure(i18n, &failure),
            }
        });
    };
    let scopes = vec![("status", i18n.text(words::SCOPE_STATUS)), (LOG, i18n.text(words::SCOPE_LOG))];
    let lives = LIVES.map(|(word, phrase, _)| (word, i18n.text(phrase))).to_vec();
    let check = move |field: LinkField| {
        let set = move |event| {
            let on = event_target_checked(&event);
            fields.update(|fields| {
                if on {
                    fields.insert(field);
                } else {
                    fields.remove(&field);
                }
            });
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || fields.with(|f| f.contains(&field)) on:change=set/>
                {i18n.text(field_phrase(field))}
            </label>
        }
    };
    view! {
        <form class="dialog-form" on:submit=submit novalidate="">
            <div class="link-form-row">
                <SelectField id="link-scope" label=i18n.text(words::SCOPE) value=scope options=scopes/>
                <SelectField id="link-life" label=i18n.text(words::LIFE) value=life options=lives/>
            </div>
            {move || (scope.get() == LOG).then(|| view! { <p class="field-hint link-warning">{i18n.text(words::SCOPE_LOG_HINT)}</p> })}
            <TextField id="link-note" label=i18n.text(words::NOTE) hint=i18n.text(words::NOTE_HINT) value=note error=refused optional=true/>
            <fieldset class="link-fields">
                <legend class="field-label">{i18n.text(words::FIELDS)}</legend>
                {LinkField::ALL.map(check).collect_view()}
            </fieldset>
            <div class="dialog-actions">
                <Button label=i18n.text(words::MAKE) kind=Kind::Primary submit=true busy on_click=|()| ()/>
            </div>
        </form>
    }
}
