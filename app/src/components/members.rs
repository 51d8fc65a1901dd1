//! The members of an organisation or a project: adding, changing, removing.

use super::loaded::loaded;
use crate::client::{Failure, use_client};
use crate::i18n::{
    I18n, Phrase,
    catalogue::{people as words, sharing},
    use_i18n,
};
use crate::paths;
use crate::queries::people::{self, At};
use crate::rules::members::question;
use crate::stores::{
    browser,
    confirm::{Question, use_confirm},
    session::use_session,
    sharing::use_sharing,
    toasts::{Act, use_toasts},
};
use crate::ui::{
    button::{Button, Kind},
    field::TextField,
    icon,
    table::PlainTable,
};
use api::people::{Member, Members};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// What a role allows there.
fn allows(at: &At, role: &str) -> Option<Phrase> {
    Some(match (at, role) {
        (At::Project { .. }, "reader") => words::PROJECT_READER,
        (At::Project { .. }, "writer") => words::PROJECT_WRITER,
        (At::Project { .. }, "manager") => words::PROJECT_MANAGER,
        (At::Project { .. }, "admin") => words::PROJECT_ADMIN,
        (At::Org(_), "user") => words::ORG_USER,
        (At::Org(_), "manager") => words::ORG_MANAGER,
        (At::Org(_), "admin") => words::ORG_ADMIN,
        _ => return None,
    })
}

/// The section.
#[component]
pub(crate) fn MembersSection(at: At) -> impl IntoView {
    let (i18n, client, store) = (use_i18n(), use_client(), use_sharing());
    let asked = at.clone();
    let members = LocalResource::new(move || {
        store.track_changes();
        let at = asked.clone();
        async move { people::members(client, &at).await }
    });
    let at = StoredValue::new(at);
    // The form is not drawn anew with the rows: somebody may be typing in it.
    let may_add = Memo::new(move |_| {
        let found = members.get().and_then(Result::ok).filter(|found| found.can_manage)?;
        Some((found.roles, found.default_role))
    });
    // Where the focus goes when the rows are drawn anew after an act.
    let refocus = StoredValue::new(None::<String>);
    view! {
        <section class="section">
            <h2 id="members-title" tabindex="-1">{i18n.text(words::MEMBERS)}</h2>
            {move || {
                may_add.get().map(|(roles, default_role)| view! { <AddMember at=at.get_value() roles default_role/> })
            }}
            {loaded(members, i18n.text(words::MEMBERS_FAILED), move |members: Members| {
                if let Some(id) = refocus.try_update_value(Option::take).flatten() {
                    request_animation_frame(move || {
                        if browser::is_focus_lost() {
                            browser::focus_id(&id);
                        }
                    });
                }
                if members.items.is_empty() {
                    return view! { <p class="muted">{i18n.text(words::MEMBERS_NONE)}</p> }.into_any();
                }
                at.with_value(|at| table(i18n, at, refocus, members))
            })}
        </section>
    }
}

#[component]
fn AddMember(at: At, roles: Vec<String>, default_role: String) -> impl IntoView {
    let (i18n, client, store, toasts) = (use_i18n(), use_client(), use_sharing(), use_toasts());
    let (user, role) = (RwSignal::new(String::new()), RwSignal::new(default_role.clone()));
    let default_role = StoredValue::new(default_role);
    let (error, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    Effect::new(move || {
        user.track();
        error.set(None);
    });
    let at = StoredValue::new(at);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let typed = user.get_untracked().trim().to_owned();
        if typed.is_empty() {
            error.set(Some(i18n.now(words::USER_MISSING).to_owned()));
            return browser::focus_id("member-user");
        }
        busy.set(true);
        let (at, given) = (at.get_value(), role.get_untracked());
        spawn_local(async move {
            let answer = people::add_member(client, &at, typed, given).await;
            let is_gone = busy.try_set(false).is_some();
            match answer {
                Ok(member) => {
                    let places = [("user", member.user.as_str()), ("role", &member.role), ("place", &at.name())];
                    toasts.good(i18n.fill(words::MEMBER_ADDED, &places));
                    // The next one is not added with what was chosen for this one.
                    if !is_gone {
                        // Whoever was quick is typing the next name already.
                        if user.with_untracked(|now| now.trim() == member.user) {
                            user.set(String::new());
                        }
                        role.set(default_role.get_value());
                        error.set(None);
                    }
                    store.note_change();
                }
                Err(failure) if is_gone => toasts.failure(i18n, &failure),
                Err(failure) => {
                    error.set(Some(failure.message(i18n)));
                    browser::focus_id("member-user");
                }
            }
        });
    };
    // Each role includes the lower ones.
    let order = roles.clone();
    let hint = Signal::derive(move || {
        let last = role.with(|role| order.iter().position(|one| one == role)).map_or(0, |last| last + 1);
        let words = order.iter().take(last).filter_map(|one| at.with_value(|at| allows(at, one)));
        words.map(|phrase| i18n.now(phrase)).collect::<Vec<_>>().join("; ")
    });
    view! {
        <form class="member-form" on:submit=submit novalidate="">
            <TextField id="member-user" label=i18n.text(words::MEMBER_USER) value=user error/>
            <div class="field">
                <label class="field-label" for="member-role">{i18n.text(words::MEMBER_ROLE)}</label>
                <select
                    id="member-role"
                    class="input"
                    aria-describedby="member-role-hint"
                    prop:value=move || role.get()
                    on:change=move |event| role.set(event_target_value(&event))
                >
                    {roles
                        .into_iter()
                        .map(|one| {
                            let selected = role.with_untracked(|role| *role == one);
                            view! { <option value=one.clone() selected=selected>{one.clone()}</option> }
                        })
                        .collect_view()}
                </select>
            </div>
            <Button label=i18n.text(words::MEMBER_ADD) picture=icon::PLUS submit=true busy on_click=|()| ()/>
            <p class="field-hint member-hint" id="member-role-hint" aria-live="polite">{hint}</p>
        </form>
    }
}

fn table(i18n: I18n, at: &At, refocus: StoredValue<Option<String>>, members: Members) -> AnyView {
    let Members { items, can_manage, roles, .. } = members;
    let rows =
        items.into_iter().map(|member| view! { <Row at=at.clone() refocus member roles=roles.clone() can_manage/> });
    let heads = vec![i18n.text(words::PERSON), i18n.text(words::MEMBER_ROLE)];
    let acts = can_manage.then(|| i18n.text(words::ACTS));
    view! { <PlainTable label=i18n.text(words::MEMBERS) heads acts rows=rows.collect_view().into_any()/> }.into_any()
}

fn role_id(user: &str) -> String {
    format!("role-of-{user}")
}

#[component]
fn Row(
    at: At,
    refocus: StoredValue<Option<String>>,
    member: Member,
    roles: Vec<String>,
    can_manage: bool,
) -> impl IntoView {
    let (i18n, client, store) = (use_i18n(), use_client(), use_sharing());
    let (toasts, confirm, session) = (use_toasts(), use_confirm(), use_session());
    let is_own = untrack(move || session.user()) == member.user;
    let known = StoredValue::new((at, member.clone()));
    let ranks = StoredValue::new(roles.clone());
    // After a refusal too: it is not as it was shown.
    let after = move |answer: Result<(), Failure>, done: String| {
        match answer {
            Ok(()) => toasts.good(done),
            Err(failure) => toasts.failure(i18n, &failure),
        }
        store.note_change();
    };
    let save = move |at: At, seen: Member, role: String| {
        let places = [("user", seen.user.as_str()), ("role", &role), ("place", &at.name())];
        let done = i18n.fill(words::MEMBER_CHANGED, &places);
        refocus.set_value(Some(role_id(&seen.user)));
        spawn_local(async move {
            match people::change_member(client, &at, &seen, role).await {
                // Whoever has changed the own place may not be able to change it back.
                Ok(_) if is_own => after(Ok(()), done),
                Ok(now) => {
                    let run = Arc::new(move || {
                        let (at, now, role) = (at.clone(), now.clone(), seen.role.clone());
                        spawn_local(async move {
                            let answer = people::change_member(client, &at, &now, role).await;
                            after(answer.map(drop), i18n.now(sharing::UNDONE).to_owned());
                        });
                    });
                    toasts.offer(done, Act { label: i18n.now(sharing::UNDO).to_owned(), run });
                    store.note_change();
                }
                Err(failure) => after(Err(failure), done),
            }
        });
    };
    let change = move |event: leptos::ev::Event| {
        let role = event_target_value(&event);
        let (at, seen) = known.get_value();
        // Until it is changed, the field says what is so.
        browser::choose(&role_id(&seen.user), &seen.role);
        let Some(text) = ranks.with_value(|ranks| question(ranks, &seen.role, &role, is_own)) else {
            return save(at, seen, role);
        };
        let name = at.name();
        let places = [("user", seen.user.as_str()), ("role", &role), ("place", &name), ("held", &seen.role)];
        confirm.ask(Question {
            title: i18n.fill(words::MEMBER_CHANGE_TITLE, &places),
            text: i18n.fill(text, &places),
            notes: Vec::new(),
            targets: Vec::new(),
            act: i18n.now(words::MEMBER_CHANGE).to_owned(),
            on_yes: Callback::new(move |()| save(at.clone(), seen.clone(), role.clone())),
        });
    };
    let remove = move |()| {
        let (at, seen) = known.get_value();
        let name = at.name();
        let places = [("user", seen.user.as_str()), ("place", &name)];
        confirm.ask(Question {
            title: i18n.fill(words::MEMBER_REMOVE_TITLE, &places),
            text: i18n.fill(words::MEMBER_REMOVE_TEXT, &places),
            notes: seen.reads_links.then(|| i18n.now(words::READS_LINKS_REMOVE).to_owned()).into_iter().collect(),
            targets: Vec::new(),
            act: i18n.now(words::MEMBER_REMOVE).to_owned(),
            on_yes: Callback::new(move |()| {
                let (at, seen) = known.get_value();
                refocus.set_value(Some("members-title".to_owned()));
                let done = i18n.fill(words::MEMBER_REMOVED, &[("user", &seen.user), ("place", &at.name())]);
                spawn_local(async move { after(people::remove_member(client, &at, &seen).await, done) });
            }),
        });
    };
    let held = member.role.clone();
    let role = if can_manage {
        let user = member.user.clone();
        let others = (!roles.contains(&held)).then(|| held.clone());
        let options = others.into_iter().chain(roles).map(|one| {
            let selected = one == held;
            view! { <option value=one.clone() selected=selected>{one.clone()}</option> }
        });
        view! {
            <select
                id=role_id(&user)
                class="input member-role"
                aria-label=move || i18n.fill(words::MEMBER_ROLE_OF, &[("user", &user)])
                // The options' attribute no longer counts once something was chosen.
                prop:value=held.clone()
                on:change=change
            >
                {options.collect_view()}
            </select>
        }
        .into_any()
    } else {
        view! { <span class="tag">{held}</span> }.into_any()
    };
    let act = can_manage.then(|| {
        let user = member.user.clone();
        let label = Signal::derive(move || i18n.fill(words::MEMBER_REMOVE_LABEL, &[("user", &user)]));
        view! { <td class="cell-act"><Button label kind=Kind::Quiet bare=true picture=icon::TRASH on_click=remove/></td> }
    });
    view! {
        <tr>
            <th scope="row">
                // Only who looks after people sees all places of one.
                {if can_manage {
                    view! { <a href=paths::person(&member.user)>{member.user.clone()}</a> }.into_any()
                } else {
                    view! { {member.user.clone()} }.into_any()
                }}
                {member.email.map(|email| view! { <span class="muted">" " {email}</span> })}
                {member.reads_links.then(|| view! { <span class="muted">" " {i18n.text(words::READS_LINKS)}</span> })}
            </th>
            <td>{role}</td>
            {act}
        </tr>
    }
}
