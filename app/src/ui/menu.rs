//! A button that opens a menu: arrows move, Enter chooses, Escape and leaving close it.

use super::icon::{Icon, icon};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// The button and, when open, its list of [`MenuItem`]s.
#[component]
pub(crate) fn Menu(
    #[prop(into)] label: Signal<String>,
    picture: Icon,
    /// Words beside the icon; without them the label is the name and the tooltip.
    #[prop(into, optional)]
    caption: Option<Signal<String>>,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let close = move || {
        open.try_set(false);
        if let Some(button) = button.try_get_untracked().flatten() {
            drop(button.focus());
        }
    };
    provide_context(MenuClose(Callback::new(move |()| close())));

    Effect::new(move || {
        if open.get() {
            request_animation_frame(move || step(root, 0));
        }
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        let handled = match event.key().as_str() {
            "Escape" if open.get_untracked() => {
                close();
                true
            }
            "ArrowDown" => {
                if open.get_untracked() {
                    step(root, 1);
                } else {
                    open.set(true);
                }
                true
            }
            "ArrowUp" if open.get_untracked() => {
                step(root, -1);
                true
            }
            _ => false,
        };
        if handled {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let on_leave = move |event: web_sys::FocusEvent| {
        let to = event.related_target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
        let inside = root.try_get_untracked().flatten().is_some_and(|root| root.contains(to.as_ref()));
        if !inside {
            // The focus also leaves a menu that is being taken away with its page.
            open.try_set(false);
        }
    };
    // The name begins with what the menu is for and holds every word that is seen on the button.
    let name = Signal::derive(move || match caption.map(|caption| caption.get()) {
        Some(caption) if caption != label.get() => format!("{}: {caption}", label.get()),
        _ => label.get(),
    });
    let children = StoredValue::new(children);
    view! {
        <div class="menu" node_ref=root on:keydown=on_key on:focusout=on_leave>
            <button
                node_ref=button
                type="button"
                class=if caption.is_some() { "button button-quiet" } else { "button button-quiet button-icon" }
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-label=name
                title=name
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {icon(picture)}
                {caption.map(|caption| view! { <span class="menu-caption truncate">{move || caption.get()}</span> })}
            </button>
            {move || {
                open.get()
                    .then(|| {
                        view! {
                            <div class="menu-list" role="menu" tabindex="-1" aria-label=move || label.get()>
                                {children.with_value(|children| children())}
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// Closes the menu around.
#[derive(Clone, Copy)]
struct MenuClose(Callback<()>);

/// An act in a menu.
#[component]
pub(crate) fn MenuItem(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on_click: Callback<()>,
    #[prop(optional)] picture: Option<Icon>,
) -> impl IntoView {
    let MenuClose(close) = expect_context();
    view! {
        <button
            type="button"
            class="menu-item"
            role="menuitem"
            tabindex="-1"
            on:click=move |_| {
                close.run(());
                on_click.run(());
            }
        >
            {picture.map(icon)}
            {move || label.get()}
        </button>
    }
}

/// A page in a menu.
#[component]
pub(crate) fn MenuLink(#[prop(into)] label: Signal<String>, href: String) -> impl IntoView {
    let MenuClose(close) = expect_context();
    view! {
        <a class="menu-item" role="menuitem" tabindex="-1" href=href on:click=move |_| close.run(())>
            {move || label.get()}
        </a>
    }
}

/// A file that the browser fetches and saves by itself.
#[component]
pub(crate) fn MenuDownload(
    #[prop(into)] label: Signal<String>,
    /// Said below: what it is for, how large.
    #[prop(into)]
    note: Signal<String>,
    /// None: it cannot be had now, and the note says why.
    #[prop(into)]
    href: Option<String>,
) -> impl IntoView {
    let MenuClose(close) = expect_context();
    let can_be_had = href.is_some();
    let on_click = move |_| {
        if can_be_had {
            close.run(());
        }
    };
    view! {
        <a
            class="menu-item menu-item-tall"
            role="menuitem"
            tabindex="-1"
            aria-disabled=(!can_be_had).then_some("true")
            on:click=on_click
            href=href
            download=""
            rel="external"
        >
            <span>{move || label.get()}</span>
            <span class="menu-item-note">{move || note.get()}</span>
        </a>
    }
}

/// A choice in a menu, of which one is chosen.
#[component]
pub(crate) fn MenuChoice(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] chosen: Signal<bool>,
    #[prop(into)] on_choose: Callback<()>,
) -> impl IntoView {
    let MenuClose(close) = expect_context();
    view! {
        <button
            type="button"
            class="menu-item"
            role="menuitemradio"
            tabindex="-1"
            aria-checked=move || if chosen.get() { "true" } else { "false" }
            on:click=move |_| {
                close.run(());
                on_choose.run(());
            }
        >
            {move || label.get()}
        </button>
    }
}

/// Moves the focus among the items: 0 to the first, else by that many, around the ends.
fn step(root: NodeRef<html::Div>, by: i32) {
    let Some(root) = root.try_get_untracked().flatten() else { return };
    let Ok(items) = root.query_selector_all("[role^=menuitem]") else { return };
    let count = i32::try_from(items.length()).unwrap_or(0);
    if count == 0 {
        return;
    }
    let active = document().active_element();
    let at = (0..count).find(|i| {
        let node = items.get(i.unsigned_abs());
        node.zip(active.as_ref()).is_some_and(|(node, active)| {
            let active: &web_sys::Node = active.as_ref();
            node.is_same_node(Some(active))
        })
    });
    let next = match (by, at) {
        (0, _) | (1, None) => 0,
        (_, None) => count - 1,
        (_, Some(at)) => (at + by).rem_euclid(count),
    };
    if let Some(item) = items.get(next.unsigned_abs()).and_then(|n| n.dyn_into::<web_sys::HtmlElement>().ok()) {
        drop(item.focus());
    }
}
