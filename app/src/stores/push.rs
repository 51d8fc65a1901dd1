//! The push of this tab: the files looked into, what is chosen of them, and how it goes. It lives above all pages, so that it goes on
//! while the reader looks at others.

use crate::rules::{
    project::ProjectPath,
    push::{offer::Offer, tagged},
};
use crate::ui::file_drop::Picked;
use crate::workers::ArchiveWorkers;
use archive_protocol::{
    Fault, FaultCode, FileReport, Order, Progress, PushOrder, PushReceipt, Stage, Tagged, Unfinished, Word,
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::File;

/// A picked file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PickedFile {
    /// This tab's number for it.
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) size_bytes: u64,
    pub(crate) look: Look,
}

/// What is known of a picked file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Look {
    /// It is being looked into; bytes of it that were read.
    Looking(u64),
    Found(FileReport),
    Refused(Fault),
}

/// How the push stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Standing {
    /// Nothing was started.
    Idle,
    Running,
    /// It stopped; which tags stand all the same.
    Failed(Fault, Tagged),
    Done(Vec<PushReceipt>),
}

/// One image under one of its names: whether it is pushed, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) file: u32,
    pub(crate) image: u32,
    /// Which of the image's names it stands for.
    pub(crate) at: u32,
    pub(crate) on: RwSignal<bool>,
    pub(crate) name: RwSignal<String>,
}

impl Choice {
    /// What tells it from all others.
    pub(crate) fn key(self) -> (u32, u32, u32) {
        (self.file, self.image, self.at)
    }
}

/// The push, in context.
#[derive(Clone, Copy)]
pub(crate) struct PushStore {
    pub(crate) files: RwSignal<Vec<PickedFile>>,
    pub(crate) choices: RwSignal<Vec<Choice>>,
    /// The project that short names mean; none: the session's own.
    pub(crate) project: RwSignal<Option<ProjectPath>>,
    /// How layers are compressed, in a word; empty: as the registry prefers it.
    pub(crate) compression: RwSignal<String>,
    pub(crate) standing: RwSignal<Standing>,
    pub(crate) progress: RwSignal<Progress>,
    pub(crate) unfinished: RwSignal<Vec<Unfinished>>,
    /// What is being pushed: `repository:tag`, in words.
    pub(crate) targets: RwSignal<Vec<String>>,
    /// What all tries of the push have set so far.
    tagged: StoredValue<Tagged>,
    /// Whose the choices' signals are.
    owner: StoredValue<Owner>,
    link: StoredValue<SendWrapper<Link>>,
    next: StoredValue<u32>,
}

/// The workers, once they are started, what they must be told, and the guard against leaving.
#[derive(Clone, Default)]
struct Link {
    workers: Rc<RefCell<Option<ArchiveWorkers>>>,
    /// The picked files, and whether the workers have looked into them: those that came after others broke have not.
    files: Rc<RefCell<HashMap<u32, (File, bool)>>>,
    /// The number of the push that was ordered last: words about others are of no interest.
    push: Rc<Cell<u32>>,
    /// The push as it was ordered.
    last: Rc<RefCell<Option<PushOrder>>>,
    /// Files that the workers look into anew before they are given that order.
    awaited: Rc<RefCell<HashSet<u32>>>,
    guard: Rc<RefCell<Option<Guard>>>,
}

impl Link {
    /// Whether nothing more is awaited after this file, which was.
    fn is_last_awaited(&self, number: u32) -> bool {
        let mut awaited = self.awaited.borrow_mut();
        awaited.remove(&number) && awaited.is_empty()
    }
}

impl PushStore {
    pub(crate) fn new() -> Self {
        Self {
            files: RwSignal::new(Vec::new()),
            choices: RwSignal::new(Vec::new()),
            project: RwSignal::new(None),
            compression: RwSignal::new(String::new()),
            standing: RwSignal::new(Standing::Idle),
            progress: RwSignal::new(Progress::default()),
            unfinished: RwSignal::new(Vec::new()),
            targets: RwSignal::new(Vec::new()),
            tagged: StoredValue::new(Tagged::default()),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            link: StoredValue::new(SendWrapper::new(Link::default())),
            next: StoredValue::new(0),
        }
    }

    /// Has files looked into.
    pub(crate) fn pick(self, files: &Picked) {
        for file in files.iter() {
            let number = self.number();
            let (name, size_bytes) = (file.name(), file.size() as u64);
            self.files.update(|list| list.push(PickedFile { number, name, size_bytes, look: Look::Looking(0) }));
            self.inspect(number, file);
        }
    }

    /// One that no file and no push of this tab has had.
    fn number(self) -> u32 {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        number
    }

    fn inspect(self, number: u32, file: &File) {
        self.link.with_value(|link| link.files.borrow_mut().insert(number, (file.clone(), true)));
        self.order(&Order::Inspect { file: number }, Some(file));
    }

    /// Takes a file out of the list.
    pub(crate) fn release(self, number: u32) {
        self.files.update(|list| list.retain(|file| file.number != number));
        self.unchoose(number);
        self.link.with_value(|link| link.files.borrow_mut().remove(&number));
        self.order(&Order::Release { file: number }, None);
    }

    /// Gives a file's images their choices.
    pub(crate) fn choose(self, file: u32, offers: Vec<Offer>) {
        let choices = offers.into_iter().map(|Offer { image, at, on, name }| {
            // Of the tab's life, as the list that they are in, and not of the page's that is open now.
            let (on, name) = self.owner.with_value(|owner| owner.with(|| (RwSignal::new(on), RwSignal::new(name))));
            Choice { file, image, at, on, name }
        });
        let choices: Vec<_> = choices.collect();
        self.choices.update(|list| list.extend(choices));
    }

    /// Takes a file's choices back; with the last of them go the settings that were made for them.
    fn unchoose(self, file: u32) {
        self.choices.update(|list| list.retain(|choice| choice.file != file));
        if self.choices.with_untracked(Vec::is_empty) {
            self.project.set(None);
            self.compression.set(String::new());
        }
    }

    pub(crate) fn start(self, order: PushOrder) {
        self.tagged.set_value(Tagged::default());
        self.targets.set(order.targets.iter().map(|target| format!("{}:{}", target.repository, target.tag)).collect());
        self.progress.set(Progress::default());
        self.link.with_value(|link| link.last.replace(Some(order)));
        self.push();
    }

    /// Gives the last order, once the workers know the files that it is about.
    fn push(self) {
        self.running();
        let link = self.link.get_value();
        let Some(order) = link.last.borrow().clone() else { return };
        // Each try is a push of its own.
        let push = self.number();
        link.push.set(push);
        let is_meant = |number: &u32| order.targets.iter().any(|target| target.file == *number);
        let unknown = |(number, (file, is_known)): (&u32, &(File, bool))| (!is_known).then(|| (*number, file.clone()));
        let unknown: Vec<_> = link.files.borrow().iter().filter_map(unknown).filter(|(n, _)| is_meant(n)).collect();
        if unknown.is_empty() {
            self.order(&Order::Push { push, order }, None);
            return;
        }
        link.awaited.replace(unknown.iter().map(|(number, _)| *number).collect());
        for (number, file) in unknown {
            self.inspect(number, &file);
        }
    }

    pub(crate) fn pause(self) {
        self.order(&Order::Pause, None);
    }

    /// Goes on after a pause or a fault.
    pub(crate) fn resume(self) {
        if self.standing.with_untracked(|standing| matches!(standing, Standing::Failed(..))) {
            self.push();
        } else {
            self.order(&Order::Resume, None);
        }
    }

    /// Breaks off what is under way, and gives up what has no room; what ended otherwise while the reader was asked stays as it is.
    pub(crate) fn cancel(self) {
        let is_full = |fault: &Fault| fault.code == FaultCode::Quota;
        match self.standing.get_untracked() {
            Standing::Running => {}
            // Until the workers answer.
            Standing::Failed(fault, _) if is_full(&fault) => self.running(),
            Standing::Idle | Standing::Failed(..) | Standing::Done(_) => return,
        }
        self.link.with_value(|link| link.awaited.take());
        self.order(&Order::Cancel { push: self.push_number() }, None);
    }

    fn push_number(self) -> u32 {
        self.link.with_value(|link| link.push.get())
    }

    /// Whether a word is about the push that is under way.
    fn is_awaited(self, push: u32) -> bool {
        self.standing.with_untracked(|standing| *standing == Standing::Running) && self.push_number() == push
    }

    /// Back to the files, with all that was chosen of them, after a push that stopped.
    pub(crate) fn back(self) {
        self.tagged.set_value(Tagged::default());
        self.settle(Standing::Idle);
        self.list_unfinished();
    }

    /// Back to the beginning, for another push.
    pub(crate) fn clear(self) {
        for file in self.files.get_untracked() {
            self.release(file.number);
        }
        self.tagged.set_value(Tagged::default());
        self.settle(Standing::Idle);
        self.list_unfinished();
    }

    pub(crate) fn list_unfinished(self) {
        self.order(&Order::ListUnfinished, None);
    }

    pub(crate) fn forget(self, key: String) {
        self.order(&Order::Forget { key }, None);
    }

    fn running(self) {
        self.standing.set(Standing::Running);
        self.link.with_value(|link| link.guard.replace(Guard::set()));
    }

    fn settle(self, standing: Standing) {
        self.standing.set(standing);
        self.link.with_value(|link| link.guard.replace(None));
    }

    /// A try stopped: what it has set is told with what those before it have.
    fn stop(self, fault: Fault, tagged: Tagged) {
        self.settle(Standing::Failed(fault, self.with_earlier(tagged)));
    }

    fn with_earlier(self, tagged: Tagged) -> Tagged {
        self.tagged.update_value(|all| *all = tagged::after(std::mem::take(all), tagged));
        self.tagged.get_value()
    }

    fn order(self, order: &Order, file: Option<&File>) {
        let link = self.link.get_value();
        let mut workers = link.workers.borrow_mut();
        if workers.is_none() {
            *workers = ArchiveWorkers::start(move |word| self.hear(word), move || self.broke());
        }
        match workers.as_ref() {
            Some(workers) => workers.order(order, file),
            None => self.stop(Fault::new(FaultCode::Broken, ""), Tagged::default()),
        }
    }

    /// Other workers are started when there is something for them to do.
    fn broke(self) {
        self.link.with_value(|link| {
            drop(link.workers.take());
            link.awaited.take();
            link.files.borrow_mut().values_mut().for_each(|(_, is_known)| *is_known = false);
        });
        self.files.update(|list| {
            for file in list.iter_mut().filter(|file| matches!(file.look, Look::Looking(_))) {
                file.look = Look::Refused(Fault::new(FaultCode::Broken, ""));
            }
        });
        if self.standing.with_untracked(|standing| *standing == Standing::Running) {
            self.stop(Fault::new(FaultCode::Broken, ""), self.perhaps_tagged());
        }
    }

    /// What tags may have been set, where the workers can no longer be asked.
    fn perhaps_tagged(self) -> Tagged {
        let targets = self.targets.get_untracked();
        let is_before =
            self.progress.with_untracked(|progress| matches!(progress.stage, Stage::Preparing | Stage::Pushing));
        // Of several the first may be through.
        let doubtful = if targets.len() == 1 && is_before { Vec::new() } else { targets };
        Tagged { set: Vec::new(), doubtful }
    }

    fn hear(self, word: Word) {
        match word {
            Word::Inspecting { file, done_bytes, .. } => self.look(file, Look::Looking(done_bytes)),
            Word::Report { file, report } => {
                // Looked into anew, it is what it was; were it not, the push would say so.
                if self.is_found(file) {
                    if self.link.with_value(|link| link.is_last_awaited(file)) {
                        self.push();
                    }
                    return;
                }
                self.look(file, Look::Found(report));
            }
            Word::Refused { file, fault } => {
                if self.link.with_value(|link| link.awaited.borrow().contains(&file)) {
                    self.link.with_value(|link| link.awaited.take());
                    self.stop(fault.clone(), Tagged::default());
                }
                self.unchoose(file);
                self.look(file, Look::Refused(fault));
            }
            Word::Progress(progress) => self.progress.set(progress),
            Word::Done { push, receipts } if self.is_awaited(push) => self.settle(Standing::Done(receipts)),
            Word::Failed { push, fault, tagged } if self.is_awaited(push) => {
                self.stop(fault, tagged);
            }
            Word::Cancelled { push, tagged } if self.is_awaited(push) => {
                if self.with_earlier(tagged) == Tagged::default() {
                    self.settle(Standing::Idle);
                    self.list_unfinished();
                } else {
                    self.stop(Fault::new(FaultCode::Cancelled, ""), Tagged::default());
                }
            }
            Word::Done { .. } | Word::Failed { .. } | Word::Cancelled { .. } => {}
            Word::Unfinished { items } => self.unfinished.set(items),
        }
    }

    fn is_found(self, number: u32) -> bool {
        self.files
            .with_untracked(|list| list.iter().any(|file| file.number == number && matches!(file.look, Look::Found(_))))
    }

    fn look(self, number: u32, look: Look) {
        self.files.update(|list| {
            if let Some(file) = list.iter_mut().find(|file| file.number == number) {
                file.look = look;
            }
        });
    }
}

/// The push in context.
pub(crate) fn use_push() -> PushStore {
    expect_context()
}

/// The browser asks before the tab is closed, as long as this lives.
struct Guard(Closure<dyn FnMut(web_sys::Event)>);

impl Guard {
    fn set() -> Option<Self> {
        let ask = Closure::<dyn FnMut(web_sys::Event)>::new(|event: web_sys::Event| event.prevent_default());
        window().add_event_listener_with_callback("beforeunload", ask.as_ref().unchecked_ref()).ok()?;
        Some(Self(ask))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(window().remove_event_listener_with_callback("beforeunload", self.0.as_ref().unchecked_ref()));
    }
}
