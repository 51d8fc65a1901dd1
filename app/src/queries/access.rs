//! Who has access to what, changing it, what is shared, and roles.

use crate::client::{Client, Failure, with_query};
use crate::i18n::{I18n, catalogue::sharing as words};
use crate::paths::{SharedTab, endpoint};
use crate::stores::{
    sharing::Sharing as Store,
    toasts::{Act, Toasts},
};
use api::{
    Page,
    access::{
        GrantChange, GrantChanges, GrantsChanged, Items, Preview, Principal, Role, RoleCreate, RoleDetail, Share,
        Sharing,
    },
};
use leptos::task::spawn_local;
use std::sync::Arc;

/// Shares in one page of a list.
const PAGE: usize = 200;

pub(crate) async fn sharing(client: Client, uri: &str) -> Result<Sharing, Failure> {
    client.get(&endpoint::sharing(uri)).await
}

/// What the changes would lead to; nothing is changed.
pub(crate) async fn preview(client: Client, changes: Vec<GrantChange>) -> Result<Preview, Failure> {
    client.post(endpoint::GRANT_PREVIEW, &GrantChanges { changes }).await
}

/// Makes the changes, all or none where the cluster can; what takes them back.
pub(crate) async fn change(client: Client, changes: Vec<GrantChange>) -> Result<GrantsChanged, Failure> {
    client.post(endpoint::GRANT_CHANGES, &GrantChanges { changes }).await
}

/// Whom a grant could be made to.
pub(crate) async fn principals(client: Client, q: &str) -> Result<Vec<Principal>, Failure> {
    client.get::<Items<Principal>>(&with_query(endpoint::PRINCIPALS, [("q", q)])).await.map(|found| found.items)
}

/// A page of what is shared with or by the reader.
pub(crate) async fn shares(
    client: Client,
    tab: SharedTab,
    scheme: &str,
    q: &str,
    cursor: Option<String>,
) -> Result<Page<Share>, Failure> {
    let list = if tab == SharedTab::ByMe { endpoint::SHARED_BY_ME } else { endpoint::SHARED_WITH_ME };
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let pairs = [("limit", Some(PAGE.to_string())), ("scheme", filled(scheme)), ("q", filled(q)), ("cursor", cursor)];
    client.get(&with_query(list, pairs.into_iter().filter_map(|(key, value)| Some((key, value?))))).await
}

pub(crate) async fn roles(client: Client) -> Result<Vec<Role>, Failure> {
    client.get::<Items<Role>>(endpoint::ROLES).await.map(|found| found.items)
}

pub(crate) async fn role(client: Client, name: &str) -> Result<RoleDetail, Failure> {
    client.get(&endpoint::role(name)).await
}

pub(crate) async fn add_role(client: Client, name: &str) -> Result<Role, Failure> {
    client.post(endpoint::ROLES, &RoleCreate { name: name.trim().to_owned() }).await
}

pub(crate) async fn remove_role(client: Client, name: &str) -> Result<(), Failure> {
    client.delete(&endpoint::role(name)).await
}

/// What is at hand when grants have been changed: says so, and offers to take it back.
#[derive(Clone, Copy)]
pub(crate) struct Changer {
    pub(crate) client: Client,
    pub(crate) i18n: I18n,
    pub(crate) toasts: Toasts,
    pub(crate) store: Store,
}

impl Changer {
    /// Makes the changes and says so with the chance to undo.
    pub(crate) async fn make(self, changes: Vec<GrantChange>, done: String) -> Result<(), Failure> {
        let GrantsChanged { undo } = change(self.client, changes).await?;
        self.store.note_change();
        let run = Arc::new(move || {
            let undo = undo.clone();
            spawn_local(async move {
                match change(self.client, undo).await {
                    Ok(_) => self.toasts.good(self.i18n.now(words::UNDONE).to_owned()),
                    Err(failure) => self.toasts.failure(self.i18n, &failure),
                }
                self.store.note_change();
            });
        });
        self.toasts.offer(done, Act { label: self.i18n.now(words::UNDO).to_owned(), run });
        Ok(())
    }

    /// Says that a change was not made.
    pub(crate) fn tell(self, failure: &Failure) {
        self.toasts.failure(self.i18n, failure);
    }

    /// Takes one grant back, from a list of them.
    pub(crate) fn revoke(self, share: Share) {
        let (principal, uri) = (share.principal, share.uri);
        let done = self.i18n.fill(words::REVOKED, &[("who", &principal), ("uri", &uri)]);
        let change = GrantChange { principal, uri, from: Some(share.action), to: None };
        spawn_local(async move {
            if let Err(failure) = self.make(vec![change], done).await {
                self.tell(&failure);
                // It is not as it was shown.
                self.store.note_change();
            }
        });
    }
}

/// The changer of the context.
pub(crate) fn use_changer() -> Changer {
    Changer {
        client: crate::client::use_client(),
        i18n: crate::i18n::use_i18n(),
        toasts: crate::stores::toasts::use_toasts(),
        store: crate::stores::sharing::use_sharing(),
    }
}
