//! The control for a text that is mostly one line and may be several.

use crate::i18n::Text;
use leptos::prelude::*;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

/// The most lines it grows to by itself; it scrolls beyond.
const ROWS_MAX: usize = 16;

/// The control. It grows with its text. Enter sends the form off as in a field of one line while the text is one; with Shift, and
/// once there are several, it begins a line.
#[component]
pub(crate) fn Lines(
    value: RwSignal<String>,
    #[prop(optional)] id: Option<&'static str>,
    /// Its name, where no label stands beside it.
    #[prop(into, optional)]
    name: Option<Text>,
    /// Ids of what describes it.
    #[prop(into, optional)]
    described: Option<String>,
    #[prop(into, optional)] error: Signal<Option<String>>,
    /// Told when it is left.
    #[prop(optional)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        // An input method takes Enter for the word that it proposes.
        let is_enter = event.key() == "Enter" && !event.is_composing();
        if is_enter && value.with_untracked(|text| sends_off(text, event.shift_key())) {
            event.prevent_default();
            if let Some(form) = event_target::<HtmlTextAreaElement>(&event).form() {
                // A browser that cannot leaves the button to press.
                drop(form.request_submit());
            }
        }
    };
    let said = move || name.map(|name| name.get());
    view! {
        <textarea
            id=id
            name=id
            class="input input-mono input-lines"
            rows=move || value.with(|text| rows(text)).to_string()
            aria-label=said
            placeholder=said
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            aria-describedby=described
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            prop:value=move || value.get()
            on:input=move |event| value.set(event_target_value(&event))
            on:keydown=on_key
            // The focus also leaves a field that is being taken away with what listens.
            on:blur=move |_| {
                let _ = on_leave.and_then(|told| told.try_run(()));
            }
        ></textarea>
    }
}

fn sends_off(text: &str, with_shift: bool) -> bool {
    !with_shift && !text.contains('\n')
}

fn rows(text: &str) -> usize {
    text.split('\n').count().min(ROWS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_sends_off_a_text_of_one_line_and_begins_another_in_a_longer_one() {
        assert!(sends_off("make", false));
        assert!(!sends_off("make", true));
        assert!(!sends_off("make\nmake test", false));
    }

    #[test]
    fn it_is_as_high_as_its_text_and_no_higher_than_a_screen() {
        assert_eq!([rows(""), rows("make"), rows("make\n"), rows(&"\n".repeat(500))], [1, 1, 2, ROWS_MAX]);
    }
}
