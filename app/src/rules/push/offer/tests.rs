use super::*;
use crate::rules::image_name::tests::here;

fn named(names: &[&str]) -> FoundImage {
    FoundImage { names: names.iter().map(ToString::to_string).collect(), ..FoundImage::default() }
}

fn begun(image: Option<u32>, repository: &str, tag: &str) -> Unfinished {
    let (repository, tag, compression) = (repository.to_owned(), tag.to_owned(), Some(Compression::Zstd));
    Unfinished { image, repository, tag, compression, ..Unfinished::default() }
}

fn offered(images: &[&[&str]], unfinished: Vec<Unfinished>) -> Vec<(u32, u32, bool, String)> {
    let images = images.iter().map(|names| named(names)).collect();
    let report = FileReport { name: "some.tar".to_owned(), images, unfinished, ..FileReport::default() };
    offers(&here(), &report).into_iter().map(|offer| (offer.image, offer.at, offer.on, offer.name)).collect()
}

#[test]
fn an_image_is_offered_its_own_name_without_its_registry() {
    for (names_, offered) in [
        (&["ubuntu:24.04"][..], &["image:ubuntu:24.04"][..]),
        (&["docker.io/library/ubuntu:24.04"], &["image:ubuntu:24.04"]),
        (&["localhost:5000/team/app:v1", "x:y"], &["image:team/app:v1", "image:x:y"]),
        (&["team/app:v1"], &["image:team/app:v1"]),
        (&[":v2"], &["image:my-app:v2"]),
        (&[], &["image:my-app:latest"]),
    ] {
        let all: Vec<_> = names(&named(names_), "My_App.tar.gz").into_iter().map(|named| named.offered).collect();
        assert_eq!(all, offered, "{names_:?}");
    }
    assert_eq!(names(&named(&[]), "Привет.tar")[0].offered, "image:my-image:latest");
}

#[test]
fn each_further_tag_of_an_image_is_offered_once() {
    let all = |own: &[&str]| names(&named(own), "some.tar").into_iter().map(|named| named.offered).collect::<Vec<_>>();
    assert_eq!(all(&["a:1", "a:2", "docker.io/library/a:1"]), ["image:a:1", "image:a:2"]);
    assert_eq!(all(&["docker.io/library/a:1", ":1", ":2"]), ["image:a:1", "image:a:2"]);
    assert_eq!(all(&[":1", ":2"]), ["image:some:1", "image:some:2"]);
}

#[test]
fn of_several_tags_the_first_is_pushed_unless_the_reader_says_otherwise() {
    assert_eq!(
        offered(&[&["a:1", "a:2"]], Vec::new()),
        [(0, 0, true, "image:a:1".to_owned()), (0, 1, false, "image:a:2".to_owned())]
    );
}

#[test]
fn an_image_is_offered_the_name_under_which_its_push_was_interrupted() {
    let renamed = begun(None, "acme/vision/mine", "v7");
    assert_eq!(offered(&[&["a:1"]], vec![renamed]), [(0, 0, true, "image:mine:v7".to_owned())]);
    let elsewhere = begun(Some(0), "acme/audio/mine", "v7");
    assert_eq!(offered(&[&["a:1"]], vec![elsewhere]), [(0, 0, true, "image:/audio/mine:v7".to_owned())]);
}

#[test]
fn each_image_of_a_file_is_offered_the_name_of_its_own_unfinished_push() {
    let both = vec![begun(Some(1), "acme/vision/second", "v2"), begun(Some(0), "acme/vision/first", "v1")];
    assert_eq!(
        offered(&[&["a:1"], &["b:1"]], both),
        [(0, 0, true, "image:first:v1".to_owned()), (1, 0, true, "image:second:v2".to_owned())]
    );
    // An older console did not tell which of them it was.
    let some = vec![begun(None, "acme/vision/second", "v2")];
    assert_eq!(offered(&[&["a:1"], &["b:1"]], some)[1].3, "image:b:1");
}

#[test]
fn a_tag_that_was_being_pushed_keeps_its_own_line() {
    let second = vec![begun(Some(0), "acme/vision/a", "2")];
    assert_eq!(
        offered(&[&["a:1", "a:2"]], second),
        [(0, 0, true, "image:a:1".to_owned()), (0, 1, true, "image:a:2".to_owned())]
    );
}

#[test]
fn what_cannot_be_written_where_the_reader_stands_is_not_offered() {
    let other = vec![begun(Some(0), "other/ml/net", "v1")];
    assert_eq!(offered(&[&["a:1"]], other)[0].3, "image:a:1");
    let there = Place { org: Some("other".into()), project: "ml".into(), ..here() };
    assert_eq!(written(&there, &begun(None, "other/ml/net", "v1")).as_deref(), Some("image:net:v1"));
}

#[test]
fn a_push_goes_on_only_under_its_name_and_with_its_compression() {
    let begun = begun(None, "acme/vision/net", "v1");
    let goes = |compression, text: &str| goes_on(&here(), &begun, compression, std::iter::once(text.to_owned()));
    assert!(goes(Compression::Zstd, "image:net:v1"));
    assert!(goes(Compression::Zstd, " net:v1 "));
    assert!(!goes(Compression::Zstd, "image:net:v2"));
    assert!(!goes(Compression::Gzip, "image:net:v1"));
    let old = Unfinished { compression: None, ..begun.clone() };
    assert!(!goes_on(&here(), &old, Compression::Gzip, std::iter::once("image:net:v1".to_owned())));
}
