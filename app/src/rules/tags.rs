//! Order and choice among the tags of an image.

use crate::paths::Version;
use api::images::Tag;
use std::cmp::Ordering;

/// The tag that is shown where none is asked for: `latest`, else the one that was set last, else the first.
pub(crate) fn usual(tags: &[Tag]) -> Option<&str> {
    let latest = tags.iter().find(|tag| tag.name == "latest");
    let newest = || tags.iter().filter(|tag| tag.updated_at.is_some()).max_by_key(|tag| tag.updated_at);
    latest.or_else(newest).or_else(|| tags.first()).map(|tag| tag.name.as_str())
}

/// The tags as people look for them: the last set first where the cluster tells when, else the highest version first.
pub(crate) fn ordered(tags: &[Tag]) -> Vec<Tag> {
    let mut tags = tags.to_vec();
    if tags.iter().all(|tag| tag.updated_at.is_some()) {
        tags.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| natural(&b.name, &a.name)));
    } else {
        tags.sort_by(|a, b| natural(&b.name, &a.name));
    }
    tags
}

/// Whether any of these tags is left when a version goes, and `along` with it.
pub(crate) fn any_is_left(tags: &[Tag], version: &Version, along: &[String]) -> bool {
    let goes = |tag: &Tag| matches!(version, Version::Tag(own) if *own == tag.name) || along.contains(&tag.name);
    !tags.iter().all(goes)
}

/// `v10` after `v9`: runs of digits compare as numbers.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (Some(x), Some(y)) = (a.first(), b.first()) else { return a.len().cmp(&b.len()) };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (left, right) = (digits(a), digits(b));
            // The longer number is the larger one, once leading zeros are gone.
            let by_number = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
            if by_number != Ordering::Equal {
                return by_number;
            }
            let run = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
            (a, b) = (&a[run(a)..], &b[run(b)..]);
        } else if x == y {
            (a, b) = (&a[1..], &b[1..]);
        } else {
            return x.cmp(y);
        }
    }
}

/// The run of digits that a text begins with, without leading zeros.
fn digits(text: &[u8]) -> &[u8] {
    let end = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let zeros = text[..end].iter().take_while(|b| **b == b'0').count();
    &text[zeros..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn tag(name: &str, second: Option<i64>) -> Tag {
        let updated_at = second.map(|s| Timestamp::from_second(s).expect("a time"));
        Tag { name: name.into(), digest: None, size_bytes: None, media_type: None, updated_at }
    }

    fn names(tags: &[Tag]) -> Vec<&str> {
        tags.iter().map(|tag| tag.name.as_str()).collect()
    }

    #[test]
    fn an_image_has_tags_left_unless_all_go_with_the_version() {
        let tags = [tag("v1", None), tag("v2", None)];
        let (by_tag, by_digest) = (Version::Tag("v1".into()), Version::Digest("sha256:0f".into()));
        let along = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(any_is_left(&tags, &by_tag, &[]));
        assert!(!any_is_left(&tags, &by_tag, &along(&["v2"])));
        assert!(any_is_left(&tags, &by_digest, &along(&["v1"])), "one of two is of that digest");
        assert!(!any_is_left(&tags, &by_digest, &along(&["v2", "v1"])));
        assert!(any_is_left(&tags, &by_digest, &[]), "no tag names it");
        assert!(!any_is_left(&[], &by_digest, &[]));
    }

    #[test]
    fn the_last_set_comes_first_where_the_cluster_tells() {
        let all = ordered(&[tag("a", Some(1)), tag("b", Some(3)), tag("c", Some(2))]);
        assert_eq!(names(&all), ["b", "c", "a"]);
    }

    #[test]
    fn versions_compare_as_numbers() {
        let all =
            ordered(&[tag("v9", None), tag("v10", Some(1)), tag("v09.1", None), tag("v10.2", None), tag("v", None)]);
        assert_eq!(names(&all), ["v10.2", "v10", "v09.1", "v9", "v"]);
    }

    #[test]
    fn latest_is_the_usual_one_else_the_newest_else_the_first() {
        assert_eq!(usual(&[tag("a", Some(9)), tag("latest", Some(1))]), Some("latest"));
        assert_eq!(usual(&[tag("a", None), tag("b", Some(1)), tag("c", Some(2))]), Some("c"));
        assert_eq!(usual(&[tag("b", None), tag("a", None)]), Some("b"));
        assert_eq!(usual(&[]), None);
    }
}
