//! Which change of a member's role is asked about before it is made.

use crate::i18n::{Phrase, catalogue::people as words};

/// What to say before the role is changed; None where it can be taken back as easily. `roles`: the least first.
pub(crate) fn question(roles: &[String], held: &str, chosen: &str, is_own: bool) -> Option<Phrase> {
    let rank = |role: &str| roles.iter().position(|one| one == role);
    match (rank(held), rank(chosen)) {
        _ if is_own => Some(words::MEMBER_CHANGE_OWN),
        (Some(held), Some(chosen)) if held <= chosen => None,
        // A role that is not known may be more than the one chosen.
        _ => Some(words::MEMBER_LOWER_TEXT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_role_and_a_lower_one_are_asked_about() {
        let roles = ["reader", "writer", "manager"].map(str::to_owned);
        for (held, chosen, is_own, asked) in [
            ("reader", "writer", false, None),
            ("manager", "writer", false, Some(words::MEMBER_LOWER_TEXT)),
            ("captain", "manager", false, Some(words::MEMBER_LOWER_TEXT)),
            ("manager", "reader", true, Some(words::MEMBER_CHANGE_OWN)),
            ("reader", "manager", true, Some(words::MEMBER_CHANGE_OWN)),
        ] {
            assert_eq!(question(&roles, held, chosen, is_own), asked, "{held} {chosen}");
        }
    }
}
