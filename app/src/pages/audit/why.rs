//! Where a right comes from: every chain of grants, roles and places, in words.

use crate::components::time::DateTime;
use crate::i18n::{
    I18n, Phrase,
    catalogue::{audit as words, common},
    use_i18n,
};
use crate::paths::{self, AuditTab};
use crate::rules::audit::Cell;
use crate::ui::{button::Button, dialog::Dialog};
use leptos::prelude::*;
use platform::permission::{Action, Reason, Source};

/// The dialog on one cell.
#[component]
pub(super) fn Why(
    cell: Cell,
    /// Why; the deciding reason first.
    reasons: Vec<Reason>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let right = reasons.first().map(|reason| reason.action);
    let title = {
        let who = cell.principal.clone();
        Signal::derive(move || match right {
            Some(right) => i18n.fill(words::WHY_TITLE, &[("who", &who), ("right", i18n.now(right_word(right)))]),
            None => i18n.fill(words::WHY_NOT, &[("who", &who)]),
        })
    };
    let uri = cell.uri.to_string();
    let grants = paths::audit(AuditTab::Grants, [("person", cell.principal.as_str()), ("uri", uri.as_str())]);
    view! {
        <Dialog title on_close>
            <p class="mono audit-uri">{uri.clone()}</p>
            <ol class="audit-chains">
                {reasons
                    .into_iter()
                    .enumerate()
                    .map(|(n, reason)| {
                        let head = if n == 0 { words::WHY_DECIDES } else { words::WHY_ALSO };
                        view! {
                            <li>
                                <span class="field-hint">{i18n.text(head)}</span>
                                <Chain reason/>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
            <p class="audit-links">
                <a href=paths::audit_of_image(&uri)>{i18n.text(words::WHO_CAN_REACH)}</a>
                <a href=paths::audit_of_person(&cell.principal)>{i18n.text(words::WHAT_CAN_REACH)}</a>
                <a href=grants>{i18n.text(words::TO_GRANTS)}</a>
            </p>
            <div class="dialog-actions">
                <Button label=i18n.text(common::CLOSE) on_click=on_close/>
            </div>
        </Dialog>
    }
}

/// One chain: the right, the roles it goes through, and the fact at its end.
#[component]
fn Chain(reason: Reason) -> impl IntoView {
    let i18n = use_i18n();
    let Reason { action, uri, via, source } = reason;
    let given = match &source {
        Source::Grant { by, at } => by.clone().zip(*at),
        Source::Project { .. } | Source::Org { .. } | Source::Name => None,
    };
    let fact = Signal::derive(move || fact(i18n, action, &uri.to_string(), &source));
    view! {
        <div class="audit-chain">
            <span class=format!("audit-right {}", right_class(action))>{i18n.text(right_word(action))}</span>
            <span>
                {move || fact.get()}
                {via
                    .into_iter()
                    .map(|role| {
                        let href = paths::audit_of_person(&role);
                        let text = Signal::derive(move || i18n.fill(words::THROUGH, &[("role", &role)]));
                        view! { <br/><a href=href>{move || text.get()}</a> }
                    })
                    .collect_view()}
                {given
                    .map(|(by, at)| {
                        // The time stands in its own element; the words around it follow the language.
                        let before = Signal::derive(move || {
                            i18n.fill(words::GIVEN_BY, &[("who", &by), ("at", "")]).trim_end().to_owned()
                        });
                        view! { <br/><span class="muted">{move || before.get()} " " <DateTime time=Signal::stored(at)/></span> }
                    })}
            </span>
        </div>
    }
}

/// The deciding reason in one line.
pub(super) fn in_short(i18n: I18n, reason: &Reason) -> String {
    let mut text = fact(i18n, reason.action, &reason.uri.to_string(), &reason.source);
    for role in &reason.via {
        text.push_str(", ");
        text.push_str(&i18n.fill(words::THROUGH, &[("role", role)]));
    }
    text
}

fn fact(i18n: I18n, action: Action, uri: &str, source: &Source) -> String {
    match source {
        Source::Grant { .. } => i18n.fill(words::FROM_GRANT, &[("right", i18n.now(right_word(action))), ("uri", uri)]),
        Source::Project { org, project, role } => {
            i18n.fill(words::FROM_PROJECT, &[("role", role.as_str()), ("project", &format!("{org}/{project}"))])
        }
        Source::Org { org, role } => i18n.fill(words::FROM_ORG, &[("role", role.as_str()), ("org", org)]),
        Source::Name => i18n.now(words::FROM_NAME).to_owned(),
    }
}

/// A right's word on screen.
pub(super) fn right_word(action: Action) -> Phrase {
    match action {
        Action::Deny | Action::List => words::RIGHT_NONE,
        Action::Read => words::READ,
        Action::Write => words::WRITE,
        Action::Manage => words::RIGHT_MANAGE,
    }
}

/// A right's colour.
pub(super) fn right_class(action: Action) -> &'static str {
    match action {
        Action::Deny | Action::List => "audit-none",
        Action::Read => "audit-read",
        Action::Write => "audit-write",
        Action::Manage => "audit-manage",
    }
}
