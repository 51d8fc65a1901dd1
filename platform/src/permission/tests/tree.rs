//! The tree of one principal, as the platform shows it.

use super::*;

fn plain_grant() -> impl Strategy<Value = Permission> {
    let action = prop_oneof![Just(Action::Read), Just(Action::Write), Just(Action::Manage)];
    (prop::collection::vec("[ab]", 0..5), action)
        .prop_map(|(path, action)| Permission { uri: Uri::try_new("image", path).expect("plain"), action })
}

proptest! {
    #[test]
    fn the_tree_says_what_the_grants_say(
        grants in prop::collection::vec(plain_grant(), 0..8),
        path in prop::collection::vec("[abc]", 0..6),
    ) {
        let root: Uri = "image:".parse().expect("a uri");
        let uri = Uri::try_new("image", &path).expect("plain");
        let tree = Node::of(&grants, &root);
        let (by_tree, by_grants) = (tree.action_at(&path), effective(&grants, &uri));
        if by_grants == Action::Deny {
            let leads_on = grants.iter().any(|g| uri.covers(&g.uri));
            prop_assert_eq!(by_tree, if leads_on { Action::List } else { Action::Deny });
        } else {
            prop_assert_eq!(by_tree, by_grants);
        }
    }
}

#[test]
fn actions_are_ordered_and_include_the_lower_ones() {
    let grants = [Permission { uri: "job://c/o/p".parse().expect("a uri"), action: Action::Write }];
    let below: Uri = "job://c/o/p/job-1".parse().expect("a uri");
    assert!(allows(&grants, &below, Action::Read) && allows(&grants, &below, Action::Write));
    assert!(!allows(&grants, &below, Action::Manage));
    assert!(!allows(&grants, &"job://c/o".parse().expect("a uri"), Action::List));
}
