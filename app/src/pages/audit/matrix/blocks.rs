//! Blocks of cells and of headings: what a scroll brings in is drawn, and nothing that stays is drawn again.

use super::super::why::{right_class, right_word};
use super::place::{BLOCK, cell_id, left_of};
use crate::i18n::{I18n, catalogue::audit as words};
use crate::paths;
use crate::queries::audit::Audit;
use leptos::prelude::*;
use platform::permission::{Action, Narrowing, PrincipalKind, Visible};
use std::ops::Range;

/// The first columns of the blocks that hold these columns.
pub(super) fn begins((from, to): (usize, usize)) -> Vec<usize> {
    (from..to).step_by(BLOCK).collect()
}

/// The columns of the block that begins there.
fn columns(visible: &Visible, from: usize) -> Range<usize> {
    from..(from + BLOCK).min(visible.columns.len()).max(from)
}

/// The principals across, one block of them.
pub(super) fn heads(audit: &Audit, visible: &Visible, from: usize) -> impl IntoView + use<> {
    let heads = columns(visible, from).map(|n| {
        let subject = &audit.review.subjects()[visible.columns[n] as usize];
        let class = match subject.kind {
            PrincipalKind::Role => "audit-who audit-who-role",
            PrincipalKind::User if subject.has_left => "audit-who audit-who-left",
            PrincipalKind::User => "audit-who",
        };
        let name = subject.name.clone();
        let (title, href) = (name.clone(), paths::audit_of_person(&name));
        view! {
            <span class=class role="columnheader" aria-colindex=n + 2 id=cell_id((0, n + 1)) title=title>
                <a tabindex="-1" href=href><bdi>{name}</bdi></a>
            </span>
        }
    });
    let heads = heads.collect_view();
    view! { <span class="audit-block" role="presentation" style:left=left(from)>{heads}</span> }
}

/// One block of the cells of a row.
pub(super) fn cells(
    i18n: I18n,
    narrowing: &Narrowing,
    audit: &Audit,
    visible: &Visible,
    (n, row): (usize, u32),
    from: usize,
) -> impl IntoView + use<> {
    let review = &audit.review;
    let image = review.things()[row as usize].uri.segments().get(1..).unwrap_or_default().join("/");
    let cells = columns(visible, from).map(|m| {
        let column = visible.columns[m];
        let right = review.right(row, column);
        let is_outsider = right >= Action::Read && review.is_outsider(row, column);
        let who = &review.subjects()[column as usize].name;
        let phrase = if is_outsider { words::CELL_OUTSIDER } else { words::CELL };
        let label = i18n.fill(phrase, &[("right", i18n.now(right_word(right))), ("who", who), ("image", &image)]);
        let meant = if review.is_meant(narrowing, row, column) { "" } else { " audit-faint" };
        let outside = if is_outsider { " audit-outside" } else { "" };
        let class = format!("audit-cell {}{outside}{meant}", right_class(right));
        view! {
            <span class=class role="gridcell" aria-colindex=m + 2 id=cell_id((n + 1, m + 1)) aria-label=label>
                {letter(right)}
            </span>
        }
    });
    let cells = cells.collect_view();
    view! { <span class="audit-block" role="presentation" style:left=left(from)>{cells}</span> }
}

/// Headings of columns count from 1: column 0 is the images' names.
fn left(from: usize) -> String {
    format!("{}px", left_of(from + 1))
}

/// The same in every language: what the platform's words begin with. Most cells are empty, and have no text at all.
fn letter(right: Action) -> Option<&'static str> {
    match right {
        Action::Deny | Action::List => None,
        Action::Read => Some("R"),
        Action::Write => Some("W"),
        Action::Manage => Some("M"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_every_column_once() {
        let visible = Visible { columns: (0..20).collect(), ..Visible::default() };
        let drawn: Vec<usize> = begins((8, 20)).into_iter().flat_map(|from| columns(&visible, from)).collect();
        assert_eq!(drawn, (8..20).collect::<Vec<_>>());
        // A list that has just become shorter.
        assert_eq!(columns(&visible, 24).count(), 0);
    }
}
