//! The rights where a window is too narrow for a matrix: a list of images, each with how many can do what, that leads to who.

use super::gathering::unused_word;
use crate::components::time::TimeAgo;
use crate::i18n::{catalogue::audit as words, use_i18n};
use crate::paths;
use crate::queries::audit::Audit;
use crate::ui::window::Rows;
use leptos::prelude::*;
use platform::permission::{Action, Visible};
use std::sync::Arc;

// The same height stands in style/audit.css.
const CARD_PX: f64 = 76.0;

fn card_height() -> f64 {
    CARD_PX
}

/// The list.
#[component]
pub(super) fn Overview(audit: Arc<Audit>, visible: Memo<Arc<Visible>>) -> impl IntoView {
    let i18n = use_i18n();
    let total = Signal::derive(move || visible.with(|v| v.rows.len()));
    let Rows { body, row_px, view, .. } = Rows::follow(total, card_height, || ());
    let drawn = Memo::new(move |_| {
        let (from, to) = view.get();
        visible.with(|v| (from..to).filter_map(|n| Some((n, *v.rows.get(n)?))).collect::<Vec<_>>())
    });
    view! {
        <p class="count audit-legend" role="status">{move || i18n.count(words::COUNT_IMAGES, total.get() as u64)}</p>
        <div
            class="panel audit-list"
            role="list"
            aria-label=i18n.text(words::MATRIX)
            node_ref=body
            style:height=move || format!("{}px", total.get() as f64 * row_px.get())
        >
            <For each=move || drawn.get() key=|(n, row)| (*n, *row) let((n, row))>
                {
                    let audit = audit.clone();
                    let image = &audit.images[row as usize];
                    let (path, used_at) = (image.repository.clone(), image.used_at());
                    let unused = unused_word(&audit.gaps);
                    let href = paths::audit_of_image(&image.uri.to_string());
                    let counts = {
                        let audit = audit.clone();
                        move || {
                            let many = visible.with(|v| counts(&audit, v, row));
                            let phrases = [words::CAN_READ, words::CAN_WRITE, words::CAN_MANAGE];
                            let told = phrases.into_iter().zip(many).filter(|(_, n)| *n > 0);
                            told.map(|(phrase, n)| i18n.count(phrase, n)).collect::<Vec<_>>().join(" · ")
                        }
                    };
                    view! {
                        <div class="audit-card" role="listitem" style:top=format!("{}px", n as f64 * CARD_PX)>
                            <a class="truncate" href=href><bdi>{path}</bdi></a>
                            <span class="muted num truncate">{counts}</span>
                            <span class="muted truncate">
                                {i18n.text(words::COL_USED)} ": "
                                {match used_at {
                                    Some(time) => view! { <TimeAgo time=Signal::stored(time)/> }.into_any(),
                                    None => i18n.text(unused).into_any(),
                                }}
                            </span>
                        </div>
                    }
                }
            </For>
        </div>
    }
}

/// How many of those that are shown can read, write and manage, each counted at its greatest right.
fn counts(audit: &Audit, visible: &Visible, row: u32) -> [u64; 3] {
    let mut counts = [0; 3];
    for column in &visible.columns {
        match audit.review.right(row, *column) {
            Action::Deny | Action::List => {}
            Action::Read => counts[0] += 1,
            Action::Write => counts[1] += 1,
            Action::Manage => counts[2] += 1,
        }
    }
    counts
}
