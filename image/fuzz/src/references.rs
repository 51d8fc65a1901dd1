//! Names of images: what is read is written the same and read again the same.

use image::Digest;
use image::reference::{Image, Place, Reference, TagRule};

pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.as_str(), text);
    }
    if let Ok(reference) = text.parse::<Reference>() {
        let written = reference.to_string();
        assert_eq!(written.parse(), Ok(reference.clone()), "{text:?}");
        let canonical = reference.canonical();
        assert_eq!(canonical.canonical(), canonical, "{text:?}");
    }
    for org in [None, Some("acme".to_owned())] {
        let place = Place {
            cluster: "home".into(),
            org,
            project: "vision".into(),
            registries: [("home".to_owned(), "127.0.0.1:8080".to_owned())].into(),
        };
        for rule in [TagRule::Latest, TagRule::Optional, TagRule::Forbidden] {
            let Ok(Image::Platform(name)) = place.parse(&text, rule) else { continue };
            // What is shown for it means it.
            let shown = place.short(&name);
            assert_eq!(
                place.parse(&shown, TagRule::Optional),
                Ok(Image::Platform(name.clone())),
                "{text:?} as {shown}"
            );
            assert!(!name.permission_uri().contains(".."), "{text:?}");
        }
    }
}
