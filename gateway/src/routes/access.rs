//! `/api/v1/access`: who has access to what, changing it, and what a change would lead to; roles.

use crate::{
    Gateway, access,
    edge::{Input, Queried},
    people::OfPrincipal,
    rescue::Failure,
    session::SignedIn,
};
use api::{
    Page,
    access::{
        GrantChanges, GrantsChanged, Items, Preview, Principal, Role, RoleCreate, RoleDetail, Share, ShareSelector,
        Sharing,
    },
};
use axum::{Json, extract::State};
use http::StatusCode;

/// `GET /access?uri=`
pub(crate) async fn sharing_get(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<Sharing>, Failure> {
    let [uri] = query.only(["uri"])?;
    let uri =
        uri.ok_or_else(|| Failure::invalid("uri", "Say which thing: image://CLUSTER/ORG/PROJECT/NAME or the like."))?;
    Ok(Json(access::sharing(&gateway, &session, &uri).await?))
}

/// `POST /access/preview`
pub(crate) async fn changes_preview(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Input(changes): Input<GrantChanges>,
) -> Result<Json<Preview>, Failure> {
    Ok(Json(access::preview(&gateway, &session, changes).await?))
}

/// `POST /access/changes`
pub(crate) async fn changes_make(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Input(changes): Input<GrantChanges>,
) -> Result<Json<GrantsChanged>, Failure> {
    Ok(Json(access::change(&gateway, &session, changes).await?))
}

/// `GET /access/principals?q=`
pub(crate) async fn principals_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<Items<Principal>>, Failure> {
    let [q] = query.only(["q"])?;
    Ok(Json(access::suggest(&gateway, &session, q.as_deref().unwrap_or_default()).await?))
}

/// `GET /access/with-me?scheme=&q=&limit=&cursor=`
pub(crate) async fn shared_with_me(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<Page<Share>>, Failure> {
    Ok(Json(access::with_me(&gateway, &session, &selector(query)?).await?))
}

/// `GET /access/by-me?scheme=&q=&limit=&cursor=`
pub(crate) async fn shared_by_me(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<Page<Share>>, Failure> {
    Ok(Json(access::by_me(&gateway, &session, &selector(query)?).await?))
}

fn selector(query: Queried) -> Result<ShareSelector, Failure> {
    let [scheme, q, limit, cursor] = query.only(["scheme", "q", "limit", "cursor"])?;
    Ok(ShareSelector { scheme, q, limit: super::page_size(limit.as_deref())?, cursor })
}

/// `GET /access/roles`
pub(crate) async fn roles_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Items<Role>>, Failure> {
    Ok(Json(access::list_roles(&gateway, &session).await?))
}

/// `POST /access/roles`
pub(crate) async fn role_add(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Input(role): Input<RoleCreate>,
) -> Result<(StatusCode, Json<Role>), Failure> {
    Ok((StatusCode::CREATED, Json(access::add_role(&gateway, &session, role).await?)))
}

/// `GET /access/roles/{role}`
pub(crate) async fn role_get(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfPrincipal(role): OfPrincipal,
) -> Result<Json<RoleDetail>, Failure> {
    Ok(Json(access::role(&gateway, &session, &role).await?))
}

/// `DELETE /access/roles/{role}`
pub(crate) async fn role_remove(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    OfPrincipal(role): OfPrincipal,
) -> Result<StatusCode, Failure> {
    access::remove_role(&gateway, &session, &role).await?;
    Ok(StatusCode::NO_CONTENT)
}
