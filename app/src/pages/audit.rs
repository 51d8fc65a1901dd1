//! The audit of image permissions: who may do what, through which chain, how it came to be, and taking it back. The address
//! holds the view, the filters and the cell that is looked at.

mod acts;
mod asked;
mod change;
mod compare;
mod field;
mod filters;
mod gathering;
mod grants;
mod history;
mod long_table;
mod matrix;
mod moment;
mod overview;
mod reach;
mod record;
mod recording;
mod revoke;
mod rights;
mod why;

use crate::client::use_client;
use crate::components::{failed::Failed, lazy::chunk, page::PageTitle, stage::use_page_query, time::TimeAgo};
use crate::i18n::{catalogue::audit as words, use_i18n};
use crate::paths::{self, AuditTab, endpoint};
use crate::queries::{
    audit::{Audit, AuditQuery},
    jobs::Standing,
};
use crate::rules::audit::Asked;
use crate::ui::{
    button::Button,
    icon,
    menu::{Menu, MenuDownload},
    tabs::{Tab, Tabs},
};
use acts::ActsView;
use api::audit::{ExportForm, ExportOf, narrowing_pairs};
use compare::Compare;
use gathering::{Gaps, Gathering};
use grants::GrantsView;
use history::HistoryView;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use platform::permission::Narrowing;
use recording::RecordingView;
use rights::Rights;
use std::sync::Arc;

chunk!(
    audit,
    /// Fetches the audit.
    fetch,
    AuditPage
);

/// What the views of the audit share.
#[derive(Clone, Copy)]
struct Shared {
    query: AuditQuery,
    asked: Memo<Asked>,
    set_asked: Callback<Asked>,
}

impl Shared {
    /// Gathers anew, as it is now.
    fn reload(self) {
        self.query.load(None);
    }
}

/// The audit.
#[component]
fn AuditPage() -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let query = AuditQuery::new(client);
    let tab = use_tab();
    let (asked, set_asked) = use_asked(tab);
    let shared = Shared { query, asked, set_asked };
    // The others ask for what they need themselves.
    let needs_facts = Memo::new(move |_| matches!(tab.get(), AuditTab::Rights | AuditTab::Grants));
    Effect::new(move |loaded: Option<bool>| {
        let loaded = loaded.unwrap_or_default();
        if needs_facts.get() && !loaded {
            shared.reload();
        }
        loaded || needs_facts.get()
    });
    // Filters go along between the views that have them, and wait while another one is looked at.
    let carried = Memo::new(move |before: Option<&Narrowing>| match before {
        Some(before) if !needs_facts.get() => before.clone(),
        _ => asked.get().narrowing,
    });
    let location = use_location();
    let is_played = Memo::new(move |_| location.pathname.with(|path| paths::recording_at(path).is_some()));
    let tabs = move || {
        AuditTab::ALL
            .into_iter()
            .map(|tab| Tab {
                id: tab.word(),
                label: i18n.text(tab_name(tab)),
                href: match tab {
                    AuditTab::Rights | AuditTab::Grants => paths::audit(tab, carried.with(narrowing_pairs)),
                    AuditTab::History | AuditTab::Compare | AuditTab::Acts => {
                        paths::audit(tab, Vec::<(&str, &str)>::new())
                    }
                },
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="page-head">
            <PageTitle title=i18n.text(words::TITLE)/>
            {move || needs_facts.get().then(|| view! { <AsOf query/> })}
            <div class="page-head-end">
                {move || {
                    needs_facts
                        .get()
                        .then(|| {
                            view! {
                                <Button
                                    label=i18n.text(words::REFRESH)
                                    picture=icon::AGAIN
                                    busy=Signal::derive(move || query.standing.get() == Standing::Loading)
                                    on_click=move |()| shared.reload()
                                />
                            }
                        })
                }}
                <ExportMenu asked tab/>
            </div>
        </div>
        {move || view! { <Tabs label=i18n.text(words::TABS) tabs=tabs() chosen=Signal::derive(move || tab.get().word())/> }}
        <div id="panel" role="tabpanel" aria-labelledby=move || format!("tab-{}", tab.get().word()) class="audit-panel">
            {move || match tab.get() {
                AuditTab::Rights => view! { <Facts shared view=move |audit| view! { <Rights shared audit/> }.into_any()/> }.into_any(),
                AuditTab::Grants => view! { <GrantsView shared/> }.into_any(),
                AuditTab::History => view! { <HistoryView/> }.into_any(),
                AuditTab::Compare => view! { <Compare/> }.into_any(),
                AuditTab::Acts if is_played.get() => view! { <RecordingView/> }.into_any(),
                AuditTab::Acts => view! { <ActsView/> }.into_any(),
            }}
        </div>
    }
}

fn tab_name(tab: AuditTab) -> crate::i18n::Phrase {
    match tab {
        AuditTab::Rights => words::TAB_RIGHTS,
        AuditTab::Grants => words::TAB_GRANTS,
        AuditTab::History => words::TAB_HISTORY,
        AuditTab::Compare => words::TAB_COMPARE,
        AuditTab::Acts => words::TAB_ACTS,
    }
}

/// What shows the facts, once they are here; the last ones stay while newer come.
#[component]
fn Facts(shared: Shared, view: impl Fn(Arc<Audit>) -> AnyView + Send + 'static) -> impl IntoView {
    let i18n = use_i18n();
    let query = shared.query;
    let failure = Signal::derive(move || match query.standing.get() {
        Standing::Failed(failure) => Some(failure),
        Standing::Loading | Standing::Ready => None,
    });
    let has_failed = Memo::new(move |_| failure.with(Option::is_some));
    move || {
        if has_failed.get() {
            let on_retry = move |()| shared.reload();
            return view! { <Failed title=i18n.text(words::FAILED_TITLE) failure on_retry/> }.into_any();
        }
        match query.audit.get() {
            None => view! { <Gathering progress=query.progress/> }.into_any(),
            Some(audit) => {
                let gaps = audit.gaps.clone();
                view! { <Gaps gaps/> {view(audit)} }.into_any()
            }
        }
    }
}

/// When it was gathered, and how much of the cluster it is.
#[component]
fn AsOf(query: AuditQuery) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        query.audit.get().map(|audit| {
            let scope = if audit.whole { words::WHOLE } else { words::PART };
            view! {
                <span class="count audit-as-of" role="status">
                    <span class="tag">{i18n.text(scope)}</span>
                    <TimeAgo time=Signal::stored(audit.gathered_at)/>
                </span>
            }
        })
    }
}

/// Everything as files. They hold what the filters show.
#[component]
fn ExportMenu(asked: Memo<Asked>, tab: Memo<AuditTab>) -> impl IntoView {
    let (i18n, query) = (use_i18n(), use_page_query());
    let item = move |of: ExportOf, form: ExportForm| {
        let phrase = match of {
            ExportOf::Rights => words::EXPORT_RIGHTS,
            ExportOf::Grants => words::EXPORT_GRANTS,
            ExportOf::History => words::EXPORT_HISTORY,
        };
        let label = Signal::derive(move || i18n.fill(phrase, &[("form", &form.as_str().to_uppercase())]));
        let pairs = match of {
            ExportOf::Rights | ExportOf::Grants => Ok(asked.with(|asked| narrowing_pairs(&asked.narrowing))),
            ExportOf::History if tab.get() == AuditTab::History => query.with(history::asked_for),
            ExportOf::History => Ok(Vec::new()),
        };
        let (note, href) = match pairs {
            Ok(pairs) => (words::EXPORT_NOTE, Some(endpoint::audit_download(of, form, pairs))),
            Err(why) => (why, None),
        };
        view! { <MenuDownload label note=i18n.text(note) href/> }
    };
    view! {
        <Menu label=i18n.text(words::EXPORT) picture=icon::DOWNLOAD caption=i18n.text(words::EXPORT)>
            {move || {
                ExportOf::ALL
                    .into_iter()
                    .flat_map(|of| ExportForm::ALL.into_iter().map(move |form| item(of, form)))
                    .collect_view()
            }}
        </Menu>
    }
}

/// The view of the address; on the way to another page it stays what it was.
fn use_tab() -> Memo<AuditTab> {
    let location = use_location();
    Memo::new(move |before: Option<&AuditTab>| {
        let now = location.pathname.with(|path| paths::audit_at(path));
        now.or(before.copied()).unwrap_or(AuditTab::Rights)
    })
}

/// What the address asks, and how to ask something else. Each change replaces the address, but for a look at another thing, which
/// Back undoes.
fn use_asked(tab: Memo<AuditTab>) -> (Memo<Asked>, Callback<Asked>) {
    let (query, navigate) = (use_page_query(), use_navigate());
    let asked = Memo::new(move |_| query.with(|query| Asked::read(|key| query.get(key))));
    let set = Callback::new(move |next: Asked| {
        let to = paths::audit(tab.get_untracked(), next.pairs());
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    (asked, set)
}
