use super::{sign_in::REFRESH_LIFETIME, *};
use crate::store::testing::temporary;

const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

struct Fixture {
    _folder: tempfile::TempDir,
    accounts: Accounts,
}

async fn with_alice() -> Fixture {
    let (folder, store) = temporary().await;
    let accounts =
        Accounts::open(store, &folder.path().join("token.key"), Duration::from_secs(3600)).expect("makes a key");
    accounts.add_user("alice", &place("demo", ProjectRole::Writer), &by()).await.expect("adds alice");
    Fixture { _folder: folder, accounts }
}

fn by() -> By {
    By::program("test", NOON)
}

fn place(project: &str, role: ProjectRole) -> Membership {
    Membership { org: "main".to_owned(), project: project.to_owned(), role }
}

#[tokio::test]
async fn a_new_user_has_a_place_and_a_working_token() {
    let f = with_alice().await;
    let token = f.accounts.token_for("alice", Duration::from_secs(60), NOON).await.expect("signs");
    assert_eq!(f.accounts.authenticate(&token, NOON).await.expect("accepts"), "alice");
    assert_eq!(f.accounts.memberships("alice").await.expect("lists"), [place("demo", ProjectRole::Writer)]);
}

#[tokio::test]
async fn a_code_is_spent_by_its_first_use() {
    let f = with_alice().await;
    let code = f.accounts.sign_in_code("alice", NOON).await.expect("makes a code");
    let first = f.accounts.exchange_code(&code, NOON).await.expect("the first use");
    assert_eq!(f.accounts.authenticate(&first.access_token, NOON).await.expect("accepts"), "alice");
    assert!(matches!(f.accounts.exchange_code(&code, NOON).await, Err(AccountError::Code)));
}

#[tokio::test]
async fn of_two_racing_uses_of_a_code_one_wins() {
    let f = with_alice().await;
    let code = f.accounts.sign_in_code("alice", NOON).await.expect("makes a code");
    let (a, b) = tokio::join!(f.accounts.exchange_code(&code, NOON), f.accounts.exchange_code(&code, NOON));
    assert_ne!(a.is_ok(), b.is_ok());
}

#[tokio::test]
async fn a_code_dies_after_a_quarter_of_an_hour() {
    let f = with_alice().await;
    let code = f.accounts.sign_in_code("alice", NOON).await.expect("makes a code");
    assert!(matches!(f.accounts.exchange_code(&code, NOON + CODE_LIFETIME).await, Err(AccountError::Code)));
}

#[tokio::test]
async fn a_refresh_token_renews_access_until_it_expires() {
    let f = with_alice().await;
    let code = f.accounts.sign_in_code("alice", NOON).await.expect("makes a code");
    let refresh = f.accounts.exchange_code(&code, NOON).await.expect("spends it").refresh_token;
    let later = NOON + Duration::from_secs(24 * 3600);
    let renewed = f.accounts.refresh(&refresh, later).await.expect("renews");
    assert_eq!(f.accounts.authenticate(&renewed.access_token, later).await.expect("accepts"), "alice");
    assert!(matches!(f.accounts.refresh(&refresh, NOON + REFRESH_LIFETIME).await, Err(AccountError::Refresh)));
}

#[tokio::test]
async fn neither_codes_nor_refresh_tokens_are_stored_readable() {
    let f = with_alice().await;
    let code = f.accounts.sign_in_code("alice", NOON).await.expect("makes a code");
    let kept: Vec<u8> =
        sqlx::query_scalar("SELECT hash FROM sign_in_codes").fetch_one(f.accounts.store.read()).await.expect("reads");
    assert_ne!(kept, code.as_bytes());
}

#[tokio::test]
async fn nobody_signs_in_as_a_role_or_as_a_stranger() {
    let f = with_alice().await;
    f.accounts.add_role("alice/roles/team", &by()).await.expect("adds a role");
    for name in ["alice/roles/team", "nobody"] {
        assert!(matches!(f.accounts.sign_in_code(name, NOON).await, Err(AccountError::UnknownPrincipal(_))));
        assert!(f.accounts.token_for(name, Duration::from_secs(60), NOON).await.is_err());
        let forged = f.accounts.signer.sign(name, NOON, NOON + Duration::from_secs(60));
        assert!(f.accounts.authenticate(&forged, NOON).await.is_err());
    }
}

#[tokio::test]
async fn a_name_is_given_once_and_only_if_it_is_one() {
    let f = with_alice().await;
    let again = f.accounts.add_user("alice", &place("demo", ProjectRole::Reader), &by()).await;
    assert!(matches!(again, Err(AccountError::Exists(_))));
    for bad in ["", "A", "a b", "-a", "a--b", "../x", "a\n", &"a".repeat(300)] {
        let refused = f.accounts.add_user(bad, &place("demo", ProjectRole::Reader), &by()).await;
        assert!(matches!(refused, Err(AccountError::Name { .. })), "{bad:?}");
    }
}

#[tokio::test]
async fn nobody_is_called_so_that_a_role_of_others_would_be_theirs() {
    let f = with_alice().await;
    for role in ["default/admin", "team/roles/readers"] {
        f.accounts.add_role(role, &by()).await.expect("adds a role");
    }
    for (name, role) in [("default", "default/admin"), ("team", "team/roles/readers")] {
        for refused in [
            f.accounts.add_user(name, &place("demo", ProjectRole::Reader), &by()).await,
            f.accounts.ensure_service(name, "main", &by()).await,
        ] {
            let said = refused.expect_err("refused").to_string();
            assert_eq!(
                said,
                format!("{name} cannot be a user's name: the role {role} would be theirs by it; choose another name")
            );
        }
        assert!(f.accounts.token_for(name, Duration::from_secs(60), NOON).await.is_err(), "nobody was added");
    }
    f.accounts.add_user("tea", &place("demo", ProjectRole::Reader), &by()).await.expect("another name");
}

#[tokio::test]
async fn a_programs_account_belongs_to_the_organisation_and_to_no_project_however_often_it_is_asked_for() {
    let f = with_alice().await;
    for _ in 0..2 {
        f.accounts.ensure_service("reader", "main", &by()).await.expect("is there");
    }
    assert!(f.accounts.memberships("reader").await.expect("lists").is_empty());
    let places = f.accounts.orgs_of("reader").await.expect("lists");
    assert_eq!(
        places.iter().map(|place| (place.org.as_str(), place.role)).collect::<Vec<_>>(),
        [("main", OrgRole::User)]
    );
    f.accounts.remove_org_place("main", "reader", &places::Seen::default(), &by()).await.expect("removes");
    f.accounts.ensure_service("reader", "main", &by()).await.expect("is there");
    assert_eq!(f.accounts.orgs_of("reader").await.expect("lists").len(), 1, "it is put back");
    f.accounts.add_role("alice/roles/reader", &by()).await.expect("adds a role");
    let taken = f.accounts.ensure_service("alice/roles/reader", "main", &by()).await;
    assert!(taken.is_err(), "a role is no account");
}
