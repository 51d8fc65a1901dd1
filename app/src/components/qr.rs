//! A QR code as a picture drawn by attributes alone: the content policy allows no style.

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Light modules around the code that readers need (ISO/IEC 18004, 5.3.8).
const QUIET: usize = 4;

/// The code of a text; nothing where it is too long for one.
#[component]
pub(crate) fn Qr(
    #[prop(into)] text: Signal<String>,
    /// What it is the code of.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    move || {
        text.with(|text| outline(text)).map(|(side, path)| {
        view! {
            <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=move || label.get() shape-rendering="crispEdges">
                <rect width=side height=side fill="#fff"/>
                <path d=path fill="#000"/>
            </svg>
        }
    })
    }
}

/// The side in modules, and the dark ones as a path: a run of them in a row is one bar.
fn outline(text: &str) -> Option<(usize, String)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some((width + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once_and_no_light_one() {
        let text = "https://console.example/s/0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
        let (side, path) = outline(text).expect("fits");
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("fits");
        let mut drawn = vec![false; side * side];
        for bar in path.split('M').skip(1) {
            let (x, rest) = bar.split_once(' ').expect("x");
            let (y, rest) = rest.split_once('h').expect("y");
            let (run, _) = rest.split_once('v').expect("a run");
            let [x, y, run] = [x, y, run].map(|n| n.parse::<usize>().expect("a number"));
            (x..x + run).for_each(|x| assert!(!std::mem::replace(&mut drawn[y * side + x], true)));
        }
        for y in 0..side {
            for x in 0..side {
                let inside = (QUIET..side - QUIET).contains(&x) && (QUIET..side - QUIET).contains(&y);
                let dark = inside && code[(x - QUIET, y - QUIET)] == Color::Dark;
                assert_eq!(drawn[y * side + x], dark, "{x} {y}");
            }
        }
    }

    #[test]
    fn what_no_code_can_hold_is_not_drawn() {
        assert!(outline(&"x".repeat(5000)).is_none());
    }
}
