//! The SQL of one-time codes, authorization codes and refresh tokens.

use jiff::{SignedDuration, Timestamp};
use sqlx::{Row as _, SqliteConnection};

use crate::store::{Store, StoreError};

/// A client that lost the answer may ask again with the same refresh token for so long, unless the new one is in use.
const LOST_ANSWER: SignedDuration = SignedDuration::from_secs(30);

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    SignIn,
    Password,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Password => "password",
        }
    }
}

/// An authorization code as it is kept: its hash, and what it is bound to.
pub(super) struct Authorization<'a> {
    pub(super) hash: &'a [u8],
    pub(super) principal: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) challenge: &'a str,
    pub(super) rotates: bool,
    pub(super) expires: Timestamp,
}

/// An authorization code that is exchanged.
pub(super) struct Spent {
    pub(super) principal: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) rotates: bool,
}

/// What becomes of a refresh token.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Refreshed {
    /// Unknown or past its time.
    Unknown,
    /// It was used before: whoever has it, one of two is a thief. The sign-in is ended.
    Reused { principal: String },
    /// Good; the same one goes on.
    Same { principal: String },
    /// Good, and replaced by the new one.
    Rotated { principal: String },
}

/// Remembers the hash of a one-time code, and forgets those past their time.
pub(super) async fn keep_code(
    store: &Store,
    hash: &[u8],
    principal: &str,
    purpose: Purpose,
    now: Timestamp,
    expires: Timestamp,
) -> Result<(), StoreError> {
    let mut change = store.begin().await?;
    sqlx::query("DELETE FROM sign_in_codes WHERE expires_at <= ?")
        .bind(now.as_microsecond())
        .execute(&mut *change)
        .await?;
    sqlx::query("INSERT INTO sign_in_codes (hash, principal, purpose, expires_at) VALUES (?, ?, ?, ?)")
        .bind(hash)
        .bind(principal)
        .bind(purpose.as_str())
        .bind(expires.as_microsecond())
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    Ok(())
}

/// Whose code it was. Checking and spending are one statement: of two racing callers one gets the name.
pub(super) async fn spend_code(
    store: &Store,
    hash: &[u8],
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "DELETE FROM sign_in_codes WHERE hash = ? AND purpose = ? AND expires_at > ? RETURNING principal",
    )
    .bind(hash)
    .bind(purpose.as_str())
    .bind(now.as_microsecond())
    .fetch_optional(store.write())
    .await?)
}

/// Whose code it is, without spending it.
pub(super) async fn code_owner(
    store: &Store,
    hash: &[u8],
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT principal FROM sign_in_codes WHERE hash = ? AND purpose = ? AND expires_at > ?")
        .bind(hash)
        .bind(purpose.as_str())
        .bind(now.as_microsecond())
        .fetch_optional(store.read())
        .await?)
}

/// Remembers an authorization code, and forgets those past their time.
pub(super) async fn keep_authorization(
    store: &Store,
    code: &Authorization<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut change = store.begin().await?;
    sqlx::query("DELETE FROM authorization_codes WHERE expires_at <= ?")
        .bind(now.as_microsecond())
        .execute(&mut *change)
        .await?;
    sqlx::query(
        "INSERT INTO authorization_codes (hash, principal, redirect_uri, challenge, rotates, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(code.hash)
    .bind(code.principal)
    .bind(code.redirect_uri)
    .bind(code.challenge)
    .bind(code.rotates)
    .bind(code.expires.as_microsecond())
    .execute(&mut *change)
    .await?;
    change.commit().await?;
    Ok(())
}

/// Spends an authorization code for the sign-in `family`. A code that comes again ends the sign-in it was spent for
/// (RFC 6749, 4.1.2).
pub(super) async fn spend_authorization(
    store: &Store,
    hash: &[u8],
    family: &[u8],
    now: Timestamp,
) -> Result<Option<Spent>, StoreError> {
    let mut change = store.begin().await?;
    let row = sqlx::query(
        "SELECT principal, redirect_uri, challenge, rotates, family FROM authorization_codes
         WHERE hash = ? AND expires_at > ?",
    )
    .bind(hash)
    .bind(now.as_microsecond())
    .fetch_optional(&mut *change)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let spent_for: Option<Vec<u8>> = row.try_get("family")?;
    if let Some(family) = spent_for {
        end_family(&mut change, &family).await?;
        change.commit().await?;
        return Ok(None);
    }
    sqlx::query("UPDATE authorization_codes SET family = ? WHERE hash = ?")
        .bind(family)
        .bind(hash)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    Ok(Some(Spent {
        principal: row.try_get("principal")?,
        redirect_uri: row.try_get("redirect_uri")?,
        challenge: row.try_get("challenge")?,
        rotates: row.try_get("rotates")?,
    }))
}

/// Begins a sign-in with the hash of its first refresh token, which names it; forgets those past their time.
pub(super) async fn begin_family(
    store: &Store,
    first: &[u8],
    principal: &str,
    rotates: bool,
    now: Timestamp,
    expires: Timestamp,
) -> Result<(), StoreError> {
    let mut change = store.begin().await?;
    sqlx::query("DELETE FROM refresh_families WHERE expires_at <= ?")
        .bind(now.as_microsecond())
        .execute(&mut *change)
        .await?;
    sqlx::query("INSERT INTO refresh_families (id, principal, rotates, expires_at) VALUES (?, ?, ?, ?)")
        .bind(first)
        .bind(principal)
        .bind(rotates)
        .bind(expires.as_microsecond())
        .execute(&mut *change)
        .await?;
    add_token(&mut change, first, first).await?;
    change.commit().await?;
    Ok(())
}

/// Uses a refresh token; `next` is the hash of the one that takes its place, if it is to have one. A sign-in in use goes on.
pub(super) async fn refresh(
    store: &Store,
    hash: &[u8],
    next: &[u8],
    now: Timestamp,
    expires: Timestamp,
) -> Result<Refreshed, StoreError> {
    let mut change = store.begin().await?;
    let row = sqlx::query(
        "SELECT family, principal, rotates, spent_at, next FROM family_tokens
         JOIN refresh_families ON refresh_families.id = family WHERE hash = ? AND expires_at > ?",
    )
    .bind(hash)
    .bind(now.as_microsecond())
    .fetch_optional(&mut *change)
    .await?;
    let Some(row) = row else { return Ok(Refreshed::Unknown) };
    let (family, principal): (Vec<u8>, String) = (row.try_get("family")?, row.try_get("principal")?);
    let spent_at: Option<i64> = row.try_get("spent_at")?;
    if let Some(spent_at) = spent_at
        && !lost_answer(&mut change, row.try_get("next")?, spent_at, now).await?
    {
        end_family(&mut change, &family).await?;
        change.commit().await?;
        return Ok(Refreshed::Reused { principal });
    }
    sqlx::query("UPDATE refresh_families SET expires_at = ? WHERE id = ?")
        .bind(expires.as_microsecond())
        .bind(&family)
        .execute(&mut *change)
        .await?;
    if !row.try_get::<bool, _>("rotates")? {
        change.commit().await?;
        return Ok(Refreshed::Same { principal });
    }
    sqlx::query("UPDATE family_tokens SET spent_at = coalesce(spent_at, ?), next = ? WHERE hash = ?")
        .bind(now.as_microsecond())
        .bind(next)
        .bind(hash)
        .execute(&mut *change)
        .await?;
    add_token(&mut change, next, &family).await?;
    change.commit().await?;
    Ok(Refreshed::Rotated { principal })
}

/// Whether the answer with the next token may have been lost: it was given a moment ago and nobody has used it. It is taken back.
async fn lost_answer(
    change: &mut SqliteConnection,
    next: Option<Vec<u8>>,
    spent_at: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let age = now.as_microsecond().saturating_sub(spent_at);
    if i128::from(age) > LOST_ANSWER.as_micros() {
        return Ok(false);
    }
    let taken_back =
        sqlx::query("DELETE FROM family_tokens WHERE hash = ? AND spent_at IS NULL").bind(next).execute(change).await?;
    Ok(taken_back.rows_affected() == 1)
}

async fn add_token(change: &mut SqliteConnection, hash: &[u8], family: &[u8]) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO family_tokens (hash, family) VALUES (?, ?)")
        .bind(hash)
        .bind(family)
        .execute(change)
        .await?;
    Ok(())
}

async fn end_family(change: &mut SqliteConnection, family: &[u8]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM refresh_families WHERE id = ?").bind(family).execute(change).await?;
    Ok(())
}

/// The user's password as it is kept.
pub(super) async fn find_password(store: &Store, principal: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT hash FROM passwords WHERE principal = ?")
        .bind(principal)
        .fetch_optional(store.read())
        .await?)
}

/// Sets a password, and ends every sign-in of the user: whoever knew the old one is out.
pub(super) async fn set_password(store: &Store, principal: &str, hash: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut change = store.begin().await?;
    sqlx::query(
        "INSERT INTO passwords (principal, hash, set_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (principal) DO UPDATE SET hash = ?2, set_at = ?3",
    )
    .bind(principal)
    .bind(hash)
    .bind(now.as_microsecond())
    .execute(&mut *change)
    .await?;
    for table in ["refresh_families", "authorization_codes", "sign_in_codes"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE principal = ?")))
            .bind(principal)
            .execute(&mut *change)
            .await?;
    }
    change.commit().await?;
    Ok(())
}
