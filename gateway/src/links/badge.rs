//! A job's status as a small picture that any page may embed: SVG with attributes only, no style, no script, no link.

use api::jobs::JobStatus;
use http::HeaderMap;
use std::fmt::Write as _;

/// Left half.
const LABEL: &str = "job";
/// Room beside a word, px.
const PADDING: usize = 7;
/// What a letter of Verdana 11 px takes about, tenths of a px. `textLength` makes it exact, whatever font is there.
const LETTER_TENTHS: usize = 65;

/// The picture.
pub(crate) fn badge(status: JobStatus) -> String {
    let (left, word) = (width(LABEL), status.as_str());
    let (right, colour) = (width(word), colour(status));
    let whole = left + right;
    let mut svg = String::new();
    let _ = write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{LABEL}: {word}"><title>{LABEL}: {word}</title><rect width="{whole}" height="20" rx="4" fill="{colour}"/><path d="M4 0h{0}v20h-{0}a4 4 0 0 1-4-4v-12a4 4 0 0 1 4-4z" fill="#3b4248"/><g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">"##,
        left - 4,
    );
    for (x, text) in [(PADDING, LABEL), (left + PADDING, word)] {
        let _ = write!(svg, r#"<text x="{x}" y="14" textLength="{}">{text}</text>"#, letters(text));
    }
    svg.push_str("</g></svg>");
    svg
}

/// What the badge's answer says beside the security headers of all: any page may show it, nobody keeps it.
pub(crate) fn headers() -> HeaderMap {
    use http::{HeaderValue, header};
    let pairs = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
        (http::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    pairs.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

fn letters(text: &str) -> usize {
    text.len() * LETTER_TENTHS / 10
}

fn width(text: &str) -> usize {
    letters(text) + 2 * PADDING
}

/// White stands out on each by 4.5 to 1 (WCAG 2.2, 1.4.3).
fn colour(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Running => "#0b68cb",
        JobStatus::Succeeded => "#1a7f37",
        JobStatus::Failed => "#c5221f",
        JobStatus::Pending | JobStatus::Suspended => "#8a5a00",
        JobStatus::Cancelled | JobStatus::Unknown => "#5f6b76",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_says_the_status_and_holds_nothing_that_runs_or_loads() {
        for status in JobStatus::ALL {
            let svg = badge(status);
            assert!(svg.contains(&format!("<title>job: {}</title>", status.as_str())), "{svg}");
            for bad in ["<script", "style=", "<style", "href", "url(", "<image", "<foreignObject", " on"] {
                assert!(!svg.contains(bad), "{bad} in {svg}");
            }
        }
    }

    #[test]
    fn white_letters_stand_out_on_every_colour() {
        fn luminance(colour: &str) -> f64 {
            let channel = |at: usize| {
                let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("hex")) / 255.0;
                if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        }
        for status in JobStatus::ALL {
            assert!(1.05 / (luminance(colour(status)) + 0.05) >= 4.5, "{status:?}");
        }
    }
}
