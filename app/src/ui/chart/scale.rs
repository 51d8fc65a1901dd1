//! Where points lie in the drawing. Plain arithmetic.

use super::{HEIGHT, Point, WIDTH};

/// What the scale's round numbers are multiples of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// 1, 2, 5 and their tens.
    Ten,
    /// Powers of two, and half more: sizes of memory.
    Two,
}

/// The value at the top of the scale. The limit is in view once the line comes near it; far below, it would only press the
/// line to the floor.
pub(super) fn top_of(peak: f64, limit: Option<f64>, base: Base) -> f64 {
    match limit.filter(|l| *l > 0.0) {
        Some(limit) if peak > limit * 0.4 && peak <= limit * 1.02 => limit,
        Some(limit) if peak > limit => round_up(peak * 1.05, base),
        _ => round_up(peak * 1.2, base),
    }
}

/// The least round number that is not smaller.
fn round_up(value: f64, base: Base) -> f64 {
    match base {
        Base::Ten => {
            let value = value.max(0.1);
            let ten = 10f64.powf(value.log10().floor());
            [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * ten).find(|r| *r >= value * 0.999_999).unwrap_or(value)
        }
        Base::Two => {
            let value = value.max(1_048_576.0);
            let two = 2f64.powf(value.log2().floor());
            [1.0, 1.5, 2.0].into_iter().map(|m| m * two).find(|r| *r >= value * 0.999_999).unwrap_or(value)
        }
    }
}

/// Where a moment lies across.
pub(super) fn x(time: f64, from: f64, window_ms: f64) -> f64 {
    ((time - from) / window_ms * WIDTH).clamp(0.0, WIDTH)
}

/// The line as an SVG path. Where readings are missing for long the line is broken: it must not claim what nobody read.
pub(super) fn path(points: &[Point], from: f64, window_ms: f64, top: f64) -> String {
    const GAP_MS: f64 = 10_000.0;
    let mut out = String::with_capacity(points.len() * 14);
    let mut before = f64::NEG_INFINITY;
    for (time, value) in points {
        let y = HEIGHT * (1.0 - (value / top).clamp(0.0, 1.0));
        out.push(if time - before > GAP_MS { 'M' } else { 'L' });
        out.push_str(&format!("{:.1} {y:.1}", x(*time, from, window_ms)));
        before = *time;
    }
    out
}

/// The point nearest to a moment.
pub(super) fn nearest(points: &[Point], time: f64) -> Option<usize> {
    let after = points.partition_point(|(t, _)| *t < time);
    let candidates = [after.checked_sub(1), (after < points.len()).then_some(after)];
    candidates.into_iter().flatten().min_by(|a, b| (points[*a].0 - time).abs().total_cmp(&(points[*b].0 - time).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_round_numbers() {
        assert!((round_up(0.37, Base::Ten) - 0.5).abs() < 1e-9);
        assert!((round_up(1.0, Base::Ten) - 1.0).abs() < 1e-9);
        assert!((round_up(7.0, Base::Ten) - 10.0).abs() < 1e-9);
        assert!((round_up(1_400_000.0, Base::Two) - 1_572_864.0).abs() < 1e-9);
        assert!(round_up(0.0, Base::Ten) > 0.0);
    }

    #[test]
    fn the_limit_is_in_view_only_when_the_line_is_near() {
        assert!((top_of(0.9, Some(1.0), Base::Ten) - 1.0).abs() < 1e-9);
        assert!(top_of(0.01, Some(8.0), Base::Ten) < 1.0);
        assert!(top_of(3.0, Some(1.0), Base::Ten) > 3.0);
    }

    #[test]
    fn a_stretch_without_readings_is_a_gap() {
        let points = [(0.0, 1.0), (1_000.0, 1.0), (60_000.0, 0.5)];
        let line = path(&points, 0.0, 60_000.0, 1.0);
        assert_eq!(line.matches('M').count(), 2, "{line}");
        assert!(line.ends_with("M1000.0 100.0"), "{line}");
    }

    #[test]
    fn the_nearest_point_is_found_at_both_ends() {
        let points = [(0.0, 1.0), (10.0, 1.0), (20.0, 1.0)];
        assert_eq!(nearest(&points, -5.0), Some(0));
        assert_eq!(nearest(&points, 14.0), Some(1));
        assert_eq!(nearest(&points, 16.0), Some(2));
        assert_eq!(nearest(&points, 99.0), Some(2));
        assert_eq!(nearest(&[], 1.0), None);
    }
}
