//! The form on screen: fields, what is wrong beside them, and the same job as a command.

use super::{
    check::{Complaints, check, name_complaint},
    draft::{Draft, restart_phrase, restart_word},
    env::{EnvEditor, EnvRows},
    presets::PresetCards,
    project::ProjectField,
};
use crate::client::{Failure, use_client};
use crate::components::copy::CopyButton;
use crate::i18n::{
    Phrase,
    catalogue::{common, run},
    use_i18n,
};
use crate::queries::{
    images::{project_images, recent_images},
    job,
};
use crate::rules::{
    cli,
    image_name::{self, short_bare},
    job::label,
    sample::{SAMPLE_COMMAND, SAMPLE_IMAGE},
};
use crate::stores::{browser, session::use_session, toasts::use_toasts};
use crate::ui::{
    button::{Button, Kind},
    field::{LinesField, SelectField, TextField},
    icon::{CHECK, icon},
    state::Note,
};
use api::jobs::{Job, JobCreate, RestartPolicy};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

/// The fields in the order of the screen: the contract's name, the control's id.
const ORDER: [(&str, &str); 14] = [
    ("image", "image"),
    ("command", "command"),
    ("preset", "preset"),
    ("project", "project"),
    ("name", "name"),
    ("tags", "tags"),
    ("description", "description"),
    ("env", "env-name-0"),
    ("http_port", "http-port"),
    ("entrypoint", "entrypoint"),
    ("working_dir", "working-dir"),
    ("life_span_minutes", "life-span"),
    ("schedule_timeout_secs", "schedule-timeout"),
    ("restart_policy", "restart"),
];

/// What is typed, field by field.
#[derive(Clone, Copy)]
struct Typed {
    image: RwSignal<String>,
    preset: RwSignal<String>,
    name: RwSignal<String>,
    org: RwSignal<String>,
    project: RwSignal<String>,
    command: RwSignal<String>,
    entrypoint: RwSignal<String>,
    working_dir: RwSignal<String>,
    http_port: RwSignal<String>,
    env: EnvRows,
    tags: RwSignal<String>,
    description: RwSignal<String>,
    life_span: RwSignal<String>,
    schedule_timeout: RwSignal<String>,
    restart: RwSignal<String>,
    tty: RwSignal<bool>,
}

impl Typed {
    fn new(draft: Draft) -> Self {
        Self {
            image: RwSignal::new(draft.image),
            preset: RwSignal::new(draft.preset),
            name: RwSignal::new(draft.name),
            org: RwSignal::new(draft.org),
            project: RwSignal::new(draft.project),
            command: RwSignal::new(draft.command),
            entrypoint: RwSignal::new(draft.entrypoint),
            working_dir: RwSignal::new(draft.working_dir),
            http_port: RwSignal::new(draft.http_port),
            env: EnvRows::new(draft.env),
            tags: RwSignal::new(draft.tags),
            description: RwSignal::new(draft.description),
            life_span: RwSignal::new(draft.life_span),
            schedule_timeout: RwSignal::new(draft.schedule_timeout),
            restart: RwSignal::new(draft.restart),
            tty: RwSignal::new(draft.tty),
        }
    }

    fn draft(self) -> Draft {
        Draft {
            image: self.image.get(),
            preset: self.preset.get(),
            name: self.name.get(),
            org: self.org.get(),
            project: self.project.get(),
            command: self.command.get(),
            entrypoint: self.entrypoint.get(),
            working_dir: self.working_dir.get(),
            http_port: self.http_port.get(),
            env: self.env.pairs(),
            tags: self.tags.get(),
            description: self.description.get(),
            life_span: self.life_span.get(),
            schedule_timeout: self.schedule_timeout.get(),
            restart: self.restart.get(),
            tty: self.tty.get(),
        }
    }
}

/// The form.
#[component]
pub(crate) fn JobRunForm(
    draft: Draft,
    /// Told of the job that was started.
    #[prop(into)]
    on_started: Callback<Job>,
) -> impl IntoView {
    let (i18n, client, toasts) = (use_i18n(), use_client(), use_toasts());
    let typed = Typed::new(draft);
    let draft = Memo::new(move |_| typed.draft());
    let session = use_session();
    let place = Memo::new(move |_| session.session().map(|session| image_name::place(&session, None)));
    let checked = Memo::new(move |_| place.with(|place| check(&draft.get(), place.as_ref())));
    // Fields complain once they have been left, and all of them once the form was sent.
    let left = RwSignal::new(BTreeSet::<&'static str>::new());
    let sent = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<Failure>);
    Effect::new(move || draft.get().keep());

    let error = move |field: &'static str| {
        Signal::derive(move || {
            if let Some(failure) = refused.get().filter(|f| f.is_at(field)) {
                return Some(failure.message_at_field(i18n));
            }
            let shown = sent.get() || left.with(|left| left.contains(field));
            checked.with(|checked| checked.as_ref().err().filter(|_| shown)?.get(field).map(|c| c.say(i18n)))
        })
    };
    let leave = move |field: &'static str| {
        Callback::new(move |()| {
            left.update(|left| {
                left.insert(field);
            });
        })
    };
    // The sample's command belongs to the sample's image; another image has one of its own.
    let leave_image = Callback::new(move |()| {
        leave("image").run(());
        let other = typed.image.with_untracked(|image| image.trim() != SAMPLE_IMAGE);
        if other && typed.command.with_untracked(|command| command == SAMPLE_COMMAND) {
            typed.command.set(String::new());
        }
    });
    // The name is judged as it is typed.
    let name_error = Signal::derive(move || {
        let server = refused.get().filter(|f| f.is_at("name")).map(|f| f.message_at_field(i18n));
        server.or_else(|| name_complaint(&typed.name.get()).map(|c| c.say(i18n)))
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        sent.set(true);
        let create = match checked.get_untracked() {
            Ok(create) => create,
            Err(complaints) => return focus_first(&complaints),
        };
        busy.set(true);
        refused.set(None);
        spawn_local(async move {
            let answer = job::create(client, &create).await;
            // Told also to a reader who has gone on to another page.
            let is_gone = busy.try_set(false).is_some();
            match answer {
                Ok(job) => {
                    Draft::forget();
                    toasts.good(i18n.fill(run::STARTED, &[("name", &label(&job))]));
                    if !is_gone {
                        on_started.run(job);
                    }
                }
                Err(failure) if is_gone => toasts.failure(i18n, &failure),
                Err(failure) => {
                    if let Some((_, id)) = ORDER.iter().find(|(field, _)| failure.is_at(field)) {
                        browser::focus_id(id);
                    }
                    refused.set(Some(failure));
                }
            }
        });
    };
    // What the server says about no field in particular, or about one that is not on the form.
    let trouble = move || {
        let failure = refused.get()?;
        let at_field = ORDER.iter().any(|(field, _)| failure.is_at(field));
        (!at_field).then(|| {
            let detail = failure.detail(i18n).map(|d| format!(" {d}")).unwrap_or_default();
            format!("{}{detail}", failure.message(i18n))
        })
    };
    Effect::new(move |before: Option<()>| {
        draft.track();
        if before.is_some() && refused.with_untracked(Option::is_some) {
            refused.set(None);
        }
    });
    view! {
        <form class="run" on:submit=submit novalidate="">
            <div class="run-fields">
                <Section title=run::SECTION_WHAT>
                    <TextField id="image" label=i18n.text(run::IMAGE) hint=i18n.text(run::IMAGE_HINT) value=typed.image error=error("image") mono=true list="image-list" on_leave=leave_image/>
                    <ImageSuggestions/>
                    <LinesField id="command" label=i18n.text(run::COMMAND) hint=i18n.text(run::COMMAND_HINT) optional=true value=typed.command error=error("command") on_leave=leave("command")/>
                </Section>
                <Section title=run::SECTION_SIZE>
                    <PresetCards chosen=typed.preset/>
                    <crate::ui::field::FieldError id="preset" error=error("preset")/>
                </Section>
                <Section title=run::SECTION_ABOUT>
                    <ProjectField org=typed.org project=typed.project error=error("project")/>
                    <div class="name-field">
                        <TextField id="name" label=i18n.text(run::NAME) hint=i18n.text(run::NAME_HINT) optional=true value=typed.name error=name_error mono=true/>
                        {move || {
                            let good = !typed.name.with(String::is_empty) && name_error.with(Option::is_none);
                            good.then(|| view! { <span class="name-good">{icon(CHECK)} {i18n.text(run::NAME_GOOD)}</span> })
                        }}
                    </div>
                    <TextField id="tags" label=i18n.text(run::TAGS) hint=i18n.text(run::TAGS_HINT) optional=true value=typed.tags error=error("tags") on_leave=leave("tags")/>
                    <TextField id="description" label=i18n.text(run::DESCRIPTION) optional=true value=typed.description error=error("description") on_leave=leave("description")/>
                </Section>
                <Section title=run::MORE>
                    <EnvEditor env=typed.env error=error("env")/>
                    <div class="run-pair">
                        <TextField id="http-port" label=i18n.text(run::HTTP_PORT) hint=i18n.text(run::HTTP_PORT_HINT) optional=true numeric=true value=typed.http_port error=error("http_port") on_leave=leave("http_port")/>
                        <TextField id="working-dir" label=i18n.text(run::WORKING_DIR) hint=i18n.text(run::WORKING_DIR_HINT) optional=true mono=true value=typed.working_dir error=error("working_dir") on_leave=leave("working_dir")/>
                    </div>
                    <LinesField id="entrypoint" label=i18n.text(run::ENTRYPOINT) hint=i18n.text(run::ENTRYPOINT_HINT) optional=true value=typed.entrypoint error=error("entrypoint") on_leave=leave("entrypoint")/>
                    <label class="check">
                        <input type="checkbox" prop:checked=typed.tty on:change=move |event| typed.tty.set(event_target_checked(&event))/>
                        {i18n.text(run::TTY)}
                    </label>
                </Section>
                <Section title=run::SECTION_LIMITS>
                    <div class="run-pair">
                        <TextField id="life-span" label=i18n.text(run::LIFE_SPAN) hint=i18n.text(run::LIFE_SPAN_HINT) optional=true value=typed.life_span error=error("life_span_minutes") on_leave=leave("life_span_minutes")/>
                        <TextField id="schedule-timeout" label=i18n.text(run::SCHEDULE_TIMEOUT) hint=i18n.text(run::SCHEDULE_TIMEOUT_HINT) optional=true value=typed.schedule_timeout error=error("schedule_timeout_secs") on_leave=leave("schedule_timeout_secs")/>
                    </div>
                    <SelectField
                        id="restart"
                        label=i18n.text(run::RESTART)
                        value=typed.restart
                        options=vec![
                            (restart_word(RestartPolicy::Never), i18n.text(restart_phrase(RestartPolicy::Never))),
                            (restart_word(RestartPolicy::OnFailure), i18n.text(restart_phrase(RestartPolicy::OnFailure))),
                            (restart_word(RestartPolicy::Always), i18n.text(restart_phrase(RestartPolicy::Always))),
                        ]
                    />
                </Section>
            </div>
            <div class="run-aside">
                <div class="panel run-summary">
                    {move || trouble().map(|text| view! { <Note text=Signal::stored(text) bad=true/> })}
                    {move || {
                        (sent.get() && checked.with(Result::is_err))
                            .then(|| view! { <p class="field-error" role="alert">{i18n.text(run::FIX_FIRST)}</p> })
                    }}
                    // A press must not take the focus out of a field: the complaint that then appears below the field would move
                    // the button away from under the finger.
                    <div class="run-submit" on:mousedown=|event| event.prevent_default()>
                        <Button
                            label=Signal::derive(move || i18n.now(if busy.get() { run::SUBMITTING } else { run::SUBMIT }).to_owned())
                            kind=Kind::Primary
                            submit=true
                            busy
                            on_click=|()| ()
                        />
                    </div>
                    <AsCommand checked/>
                </div>
            </div>
        </form>
    }
}

/// Images to choose from: the sample, the project's own, and what the latest jobs ran.
#[component]
fn ImageSuggestions() -> impl IntoView {
    let (client, session) = (use_client(), use_session());
    let (recent, own) = (recent_images(client), project_images(client));
    let all = move || {
        let mut all = vec![SAMPLE_IMAGE.to_owned()];
        let session = session.session();
        // Suggestions are a kindness; without them the field is as good.
        let own = own.get().and_then(Result::ok).unwrap_or_default();
        let own = own.iter().filter_map(|image| short_bare(session.as_ref()?, &image.repository));
        let recent = recent.get().and_then(Result::ok).unwrap_or_default();
        for image in own.chain(recent) {
            if !all.contains(&image) {
                all.push(image);
            }
        }
        all
    };
    view! {
        <datalist id="image-list">
            {move || all().into_iter().map(|image| view! { <option value=image></option> }).collect_view()}
        </datalist>
    }
}

/// A titled part of the form.
#[component]
fn Section(title: Phrase, children: Children) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="panel run-section">
            <h2>{i18n.text(title)}</h2>
            {children()}
        </section>
    }
}

/// The same job as a command line; the last good one while the form has faults.
#[component]
fn AsCommand(checked: Memo<Result<JobCreate, Complaints>>) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let line = Memo::new(move |before: Option<&String>| match checked.get() {
        Ok(create) => cli::run_folded(&create, session.session().as_ref()),
        Err(_) => before.cloned().unwrap_or_default(),
    });
    view! {
        <div class="as-command">
            <div class="as-command-head">
                <h3>{i18n.text(run::AS_CLI)}</h3>
                <CopyButton label=i18n.text(common::COPY) text=line/>
            </div>
            <p class="field-hint">{i18n.text(run::AS_CLI_HINT)}</p>
            <pre class="as-command-line" tabindex="0">{move || line.get()}</pre>
        </div>
    }
}

/// Moves the focus to the first field at fault.
fn focus_first(complaints: &Complaints) {
    if let Some((_, id)) = ORDER.iter().find(|(field, _)| complaints.contains_key(field)) {
        browser::focus_id(id);
    }
}
