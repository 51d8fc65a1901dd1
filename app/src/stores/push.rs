//! The push of this tab: the files looked into, what is chosen of them, and how it goes. It lives above all pages, so that it goes on
//! while the reader looks at others.

use crate::ui::file_drop::Picked;
use crate::workers::ArchiveWorkers;
use archive_protocol::{Fault, FaultCode, FileReport, Order, Progress, PushOrder, PushReceipt, Unfinished, Word};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

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
    Failed(Fault),
    Done(Vec<PushReceipt>),
}

/// One image's choice: whether it is pushed, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) file: u32,
    pub(crate) image: u32,
    pub(crate) on: RwSignal<bool>,
    pub(crate) name: RwSignal<String>,
}

/// The push, in context.
#[derive(Clone, Copy)]
pub(crate) struct PushStore {
    pub(crate) files: RwSignal<Vec<PickedFile>>,
    pub(crate) choices: RwSignal<Vec<Choice>>,
    pub(crate) standing: RwSignal<Standing>,
    pub(crate) progress: RwSignal<Progress>,
    pub(crate) unfinished: RwSignal<Vec<Unfinished>>,
    /// What is being pushed: `repository:tag`, in words.
    pub(crate) targets: RwSignal<Vec<String>>,
    link: StoredValue<SendWrapper<Link>>,
    next: StoredValue<u32>,
}

/// The workers, once they are started, and the guard against leaving.
#[derive(Clone, Default)]
struct Link {
    workers: Rc<RefCell<Option<ArchiveWorkers>>>,
    guard: Rc<RefCell<Option<Guard>>>,
}

impl PushStore {
    pub(crate) fn new() -> Self {
        Self {
            files: RwSignal::new(Vec::new()),
            choices: RwSignal::new(Vec::new()),
            standing: RwSignal::new(Standing::Idle),
            progress: RwSignal::new(Progress::default()),
            unfinished: RwSignal::new(Vec::new()),
            targets: RwSignal::new(Vec::new()),
            link: StoredValue::new(SendWrapper::new(Link::default())),
            next: StoredValue::new(0),
        }
    }

    /// Has files looked into. `name` gives each image found its first name.
    pub(crate) fn pick(self, files: &Picked) {
        for file in files.iter() {
            let number = self.next.get_value();
            self.next.set_value(number + 1);
            let (name, size_bytes) = (file.name(), file.size() as u64);
            self.files.update(|list| list.push(PickedFile { number, name, size_bytes, look: Look::Looking(0) }));
            self.order(&Order::Inspect { file: number }, Some(file));
        }
    }

    /// Takes a file out of the list.
    pub(crate) fn release(self, number: u32) {
        self.files.update(|list| list.retain(|file| file.number != number));
        self.choices.update(|list| list.retain(|choice| choice.file != number));
        self.order(&Order::Release { file: number }, None);
    }

    pub(crate) fn start(self, order: PushOrder) {
        self.targets.set(order.targets.iter().map(|target| format!("{}:{}", target.repository, target.tag)).collect());
        self.progress.set(Progress::default());
        self.running();
        self.order(&Order::Push(order), None);
    }

    pub(crate) fn pause(self) {
        self.order(&Order::Pause, None);
    }

    /// Goes on after a pause or a fault.
    pub(crate) fn resume(self) {
        self.running();
        self.order(&Order::Resume, None);
    }

    pub(crate) fn cancel(self) {
        self.order(&Order::Cancel, None);
    }

    /// Back to the beginning, for another push.
    pub(crate) fn clear(self) {
        for file in self.files.get_untracked() {
            self.release(file.number);
        }
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

    fn order(self, order: &Order, file: Option<&web_sys::File>) {
        let link = self.link.get_value();
        let mut workers = link.workers.borrow_mut();
        if workers.is_none() {
            *workers = ArchiveWorkers::start(move |word| self.hear(word), move || self.broke());
        }
        match workers.as_ref() {
            Some(workers) => workers.order(order, file),
            None => self.settle(Standing::Failed(Fault::new(FaultCode::Broken, ""))),
        }
    }

    fn broke(self) {
        if self.standing.with_untracked(|standing| *standing == Standing::Running) {
            self.settle(Standing::Failed(Fault::new(FaultCode::Broken, "")));
        }
    }

    fn hear(self, word: Word) {
        match word {
            Word::Inspecting { file, done_bytes, .. } => self.look(file, Look::Looking(done_bytes)),
            Word::Report { file, report } => {
                let choices = (0..).zip(&report.images).map(|(image, found)| Choice {
                    file,
                    image,
                    on: RwSignal::new(found.faults.is_empty()),
                    name: RwSignal::new(crate::rules::push::first_name(found, &report.name)),
                });
                let choices: Vec<_> = choices.collect();
                self.choices.update(|list| list.extend(choices));
                self.look(file, Look::Found(report));
            }
            Word::Refused { file, fault } => self.look(file, Look::Refused(fault)),
            Word::Progress(progress) => self.progress.set(progress),
            Word::Done { receipts } => self.settle(Standing::Done(receipts)),
            Word::Failed { fault } => self.settle(Standing::Failed(fault)),
            Word::Cancelled => {
                self.settle(Standing::Idle);
                self.list_unfinished();
            }
            Word::Unfinished { items } => self.unfinished.set(items),
        }
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
