//! What of an image is not pushed with it, in words: the same before a push and on its receipt.

use crate::i18n::{Lang, catalogue::push};
use crate::rules::push::fault_in;
use archive_protocol::LeftOut;

/// A line for each broken platform and each name, and one for all others of a kind.
pub(crate) fn lines(lang: Lang, left_out: &[LeftOut]) -> Vec<String> {
    let (mut lines, mut absent, mut extras, mut foreign, mut names) = (vec![], vec![], vec![], vec![], vec![]);
    for part in left_out {
        match part {
            LeftOut::Broken { platform, fault } => {
                let why = fault_in(lang, fault);
                lines.push(push::LEFT_BROKEN.fill(lang, &[("platform", platform), ("why", &why)]));
            }
            LeftOut::Absent { platform } => absent.push(platform.clone()),
            LeftOut::Extra { digest } => extras.push(digest.clone()),
            LeftOut::Foreign { layer, address } => foreign.push(format!("{layer} ({address})")),
            LeftOut::Name { text } => names.push(push::LEFT_NAME.fill(lang, &[("name", text)])),
        }
    }
    for (phrase, place, parts) in [
        (push::LEFT_ABSENT, "platforms", absent),
        (push::LEFT_EXTRA, "ids", extras),
        (push::LEFT_FOREIGN, "layers", foreign),
    ] {
        if !parts.is_empty() {
            lines.push(phrase.fill(lang, &[(place, &parts.join(", "))]));
        }
    }
    lines.extend(names);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use archive_protocol::{Fault, FaultCode};

    #[test]
    fn what_is_left_out_is_said_by_kind_and_with_its_reason() {
        let left_out = [
            LeftOut::Absent { platform: "linux/s390x".to_owned() },
            LeftOut::Foreign { layer: "0123456789ab".to_owned(), address: "https://layers.example/a".to_owned() },
            LeftOut::Broken {
                platform: "linux/arm64".to_owned(),
                fault: Fault::new(FaultCode::Missing, "a layer is missing"),
            },
            LeftOut::Absent { platform: "linux/386".to_owned() },
        ];
        let said = lines(Lang::En, &left_out);
        assert_eq!(said.len(), 3);
        assert!(said[0].starts_with("Without linux/arm64") && said[0].ends_with("(a layer is missing)"), "{}", said[0]);
        assert_eq!(said[1], "Without linux/s390x, linux/386: not in the file.");
        assert!(said[2].contains("0123456789ab (https://layers.example/a)"), "{}", said[2]);
        assert_eq!(lines(Lang::Ru, &left_out).len(), 3);
        assert_eq!(lines(Lang::En, &[]), Vec::<String>::new());
    }
}
