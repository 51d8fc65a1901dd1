//! Which tags a push has set that was tried more than once.

use archive_protocol::Tagged;

/// What stands after one more try: a tag that was set stays so, and is not doubtful any more.
pub(crate) fn after(before: Tagged, more: Tagged) -> Tagged {
    let set = joined(before.set, more.set);
    let mut doubtful = joined(before.doubtful, more.doubtful);
    doubtful.retain(|tag| !set.contains(tag));
    Tagged { set, doubtful }
}

fn joined(mut tags: Vec<String>, more: Vec<String>) -> Vec<String> {
    for tag in more {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(set: &[&str], doubtful: &[&str]) -> Tagged {
        let owned = |tags: &[&str]| tags.iter().map(ToString::to_string).collect();
        Tagged { set: owned(set), doubtful: owned(doubtful) }
    }

    #[test]
    fn a_try_that_sets_nothing_takes_nothing_back() {
        assert_eq!(after(tagged(&["a:1"], &["b:1"]), Tagged::default()), tagged(&["a:1"], &["b:1"]));
    }

    #[test]
    fn a_tag_is_told_once_however_often_it_is_set() {
        assert_eq!(after(tagged(&["a:1"], &[]), tagged(&["a:1", "b:1"], &[])), tagged(&["a:1", "b:1"], &[]));
    }

    #[test]
    fn what_was_doubtful_is_not_once_it_is_set() {
        assert_eq!(after(tagged(&[], &["a:1"]), tagged(&["a:1"], &["b:1"])), tagged(&["a:1"], &["b:1"]));
        assert_eq!(after(tagged(&["a:1"], &[]), tagged(&[], &["a:1", "b:1"])), tagged(&["a:1"], &["b:1"]));
    }
}
