use jiff::SignedDuration;

use super::*;
use crate::{
    accounts::{InvalidPassword, Membership, ProjectRole},
    history::By,
    store::testing::temporary,
};

const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const PASSWORD: &str = "correct horse battery";

async fn with_alice() -> (tempfile::TempDir, Accounts) {
    let (folder, store) = temporary().await;
    let key = folder.path().join("token.key");
    let accounts = Accounts::open(store, &key, Duration::from_secs(3600)).expect("makes a key");
    let place = Membership { org: "main".to_owned(), project: "demo".to_owned(), role: ProjectRole::Writer };
    accounts.add_user("alice", &place, &By::program("test", NOON)).await.expect("adds alice");
    (folder, accounts)
}

fn request(rotates: bool) -> AuthorizationRequest {
    AuthorizationRequest { redirect_uri: "http://127.0.0.1:54540".to_owned(), challenge: CHALLENGE.to_owned(), rotates }
}

async fn signed_in(accounts: &Accounts, rotates: bool) -> SignedIn {
    let request = request(rotates);
    let code = accounts.authorize("alice", &request, NOON).await.expect("a code");
    accounts.exchange_authorization(&code, &request.redirect_uri, VERIFIER, NOON).await.expect("tokens")
}

fn after(secs: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(secs)
}

#[tokio::test]
async fn a_code_is_good_for_its_own_client_only() {
    let (_folder, accounts) = with_alice().await;
    let request = request(true);
    for (redirect_uri, verifier) in [
        ("http://127.0.0.1:54541", VERIFIER),
        (request.redirect_uri.as_str(), "another-verifier-of-the-right-length-0123456789"),
        (request.redirect_uri.as_str(), CHALLENGE),
        (request.redirect_uri.as_str(), ""),
    ] {
        let code = accounts.authorize("alice", &request, NOON).await.expect("a code");
        let refused = accounts.exchange_authorization(&code, redirect_uri, verifier, NOON).await;
        assert!(matches!(refused, Err(AccountError::Code)), "{redirect_uri} {verifier}");
        let spent = accounts.exchange_authorization(&code, &request.redirect_uri, VERIFIER, NOON).await;
        assert!(matches!(spent, Err(AccountError::Code)), "a wrong guess spends it");
    }
    let code = accounts.authorize("alice", &request, NOON).await.expect("a code");
    assert!(
        matches!(accounts.exchange_code(&code, NOON).await, Err(AccountError::Code)),
        "not as a link's, without PKCE"
    );
    let late = accounts.exchange_authorization(&code, &request.redirect_uri, VERIFIER, after(300)).await;
    assert!(matches!(late, Err(AccountError::Code)));
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_came_of_it() {
    let (_folder, accounts) = with_alice().await;
    let request = request(true);
    let code = accounts.authorize("alice", &request, NOON).await.expect("a code");
    let first = accounts.exchange_authorization(&code, &request.redirect_uri, VERIFIER, NOON).await.expect("tokens");
    assert!(accounts.exchange_authorization(&code, &request.redirect_uri, VERIFIER, NOON).await.is_err());
    assert!(matches!(accounts.refresh(&first.refresh_token, NOON).await, Err(AccountError::Refresh)));
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_the_sign_in_for_thief_and_owner() {
    let (_folder, accounts) = with_alice().await;
    let stolen = signed_in(&accounts, true).await.refresh_token;
    let owners = accounts.refresh(&stolen, NOON).await.expect("the owner's").refresh_token;
    assert_ne!(owners, stolen);
    let owners = accounts.refresh(&owners, after(1)).await.expect("goes on").refresh_token;
    assert!(matches!(accounts.refresh(&stolen, after(2)).await, Err(AccountError::Refresh)));
    assert!(matches!(accounts.refresh(&owners, after(3)).await, Err(AccountError::Refresh)));
}

#[tokio::test]
async fn a_client_that_lost_the_answer_may_ask_again_for_a_moment() {
    let (_folder, accounts) = with_alice().await;
    let token = signed_in(&accounts, true).await.refresh_token;
    let lost = accounts.refresh(&token, NOON).await.expect("an answer that is lost").refresh_token;
    let again = accounts.refresh(&token, after(29)).await.expect("again").refresh_token;
    assert!(
        matches!(accounts.refresh(&lost, after(30)).await, Err(AccountError::Refresh)),
        "the lost one is taken back"
    );
    accounts.refresh(&again, after(30)).await.expect("goes on");
    let token = signed_in(&accounts, true).await.refresh_token;
    accounts.refresh(&token, NOON).await.expect("an answer");
    assert!(
        matches!(accounts.refresh(&token, after(31)).await, Err(AccountError::Refresh)),
        "too late for a lost answer"
    );
}

#[tokio::test]
async fn the_command_line_keeps_its_refresh_token_while_it_is_used() {
    let (_folder, accounts) = with_alice().await;
    let token = signed_in(&accounts, false).await.refresh_token;
    let day = 24 * 3600;
    for days in [0, 20, 40, 60] {
        assert_eq!(accounts.refresh(&token, after(days * day)).await.expect("good").refresh_token, token);
    }
    assert!(accounts.refresh(&token, after(90 * day)).await.is_err(), "thirty days without use");
}

#[tokio::test]
async fn a_new_password_ends_every_sign_in() {
    let (_folder, accounts) = with_alice().await;
    let (console, cli) = (signed_in(&accounts, true).await, signed_in(&accounts, false).await);
    let link = accounts.sign_in_code("alice", NOON).await.expect("a link");
    accounts.set_password("alice", PASSWORD, NOON).await.expect("set");
    for token in [console.refresh_token, cli.refresh_token] {
        assert!(matches!(accounts.refresh(&token, NOON).await, Err(AccountError::Refresh)));
    }
    assert!(accounts.exchange_code(&link, NOON).await.is_err());
}

#[tokio::test]
async fn only_the_users_own_password_opens_and_strangers_learn_nothing() {
    let (_folder, accounts) = with_alice().await;
    let is_it = async |user: &str, password: &str| {
        accounts.check_password(user, password.to_owned(), None, NOON).await.expect("the database").expect("no wait")
    };
    assert!(!is_it("alice", "").await, "none is set yet");
    accounts.set_password("alice", PASSWORD, NOON).await.expect("set");
    assert!(is_it("alice", PASSWORD).await);
    assert!(!is_it("alice", "correct horse batterz").await);
    assert!(!is_it("nobody", PASSWORD).await);
    assert!(!is_it("", PASSWORD).await);
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_a_bad_one_does_not_spend_it() {
    let (_folder, accounts) = with_alice().await;
    let code = accounts.password_code("alice", NOON).await.expect("a code");
    let short = accounts.set_password_by_code(&code, "short", NOON).await;
    assert!(matches!(short, Err(AccountError::Password(InvalidPassword::Short))));
    assert!(accounts.exchange_code(&code, NOON).await.is_err(), "it signs nobody in");
    assert_eq!(accounts.set_password_by_code(&code, PASSWORD, NOON).await.expect("set"), "alice");
    let again = accounts.set_password_by_code(&code, "another password", NOON).await;
    assert!(matches!(again, Err(AccountError::Code)));
    let sign_in = accounts.sign_in_code("alice", NOON).await.expect("a code");
    assert!(matches!(accounts.set_password_by_code(&sign_in, PASSWORD, NOON).await, Err(AccountError::Code)));
    let late = accounts.password_code("alice", NOON).await.expect("a code");
    assert!(accounts.set_password_by_code(&late, PASSWORD, after(24 * 3600)).await.is_err());
}
