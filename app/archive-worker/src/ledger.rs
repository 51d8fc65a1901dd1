//! How a push stands, line by line; told to the page a few times a second, and only when something moved.

use crate::control::Control;
use crate::global;
use crate::pace::Pace;
use archive_protocol::{LayerLine, LayerStage, Progress, Stage, Word};
use gloo_timers::callback::Interval;
use image::Digest;
use std::cell::RefCell;
use std::collections::{HashMap, hash_map::Entry};
use std::rc::Rc;

const TOLD_EVERY_MS: u32 = 250;

/// The ledger of one push.
#[derive(Clone)]
pub(crate) struct Ledger(Rc<RefCell<Inner>>);

struct Inner {
    progress: Progress,
    /// Index of each line by repository and digest.
    places: HashMap<String, usize>,
    sent: HashMap<usize, u64>,
    /// What of each line was there before: going on where another tab stopped is not fast.
    before: HashMap<usize, u64>,
    pace: Pace,
    told: Option<Progress>,
}

/// One layer's line.
pub(crate) struct Line {
    ledger: Ledger,
    place: usize,
}

impl Ledger {
    /// With a line for each layer: repository, digest, bytes.
    pub(crate) fn new(layers: impl Iterator<Item = (String, Digest, u64)>) -> Self {
        let mut progress = Progress::default();
        let mut places = HashMap::new();
        for (repository, digest, total_bytes) in layers {
            let Entry::Vacant(place) = places.entry(format!("{repository} {digest}")) else { continue };
            place.insert(progress.layers.len());
            let id = digest.short().to_owned();
            progress.layers.push(LayerLine { id, stage: LayerStage::Waiting, done_bytes: 0, total_bytes });
            progress.total_bytes += total_bytes;
        }
        Self(Rc::new(RefCell::new(Inner {
            progress,
            places,
            sent: HashMap::new(),
            before: HashMap::new(),
            pace: Pace::default(),
            told: None,
        })))
    }

    pub(crate) fn line(&self, repository: &str, digest: &Digest) -> Line {
        let place = self.0.borrow().places.get(&format!("{repository} {digest}")).copied().unwrap_or_default();
        Line { ledger: self.clone(), place }
    }

    pub(crate) fn stage(&self, stage: Stage) {
        self.0.borrow_mut().progress.stage = stage;
    }

    pub(crate) fn done_bytes(&self) -> u64 {
        self.0.borrow().progress.layers.iter().map(|line| line.done_bytes).sum()
    }

    /// Tells the page as long as the result lives.
    pub(crate) fn telling(&self, control: Control) -> Interval {
        let ledger = self.clone();
        Interval::new(TOLD_EVERY_MS, move || ledger.tell(&control))
    }

    /// Tells the page how it stands, if anything moved.
    pub(crate) fn tell(&self, control: &Control) {
        let mut inner = self.0.borrow_mut();
        let mut now = inner.progress.clone();
        now.done_bytes = now.layers.iter().map(|line| line.done_bytes).sum();
        now.sent_bytes = inner.sent.values().sum();
        if control.is_paused() {
            now.stage = Stage::Paused;
        } else if control.is_waiting() {
            now.stage = Stage::Waiting;
        }
        if now.stage == Stage::Pushing {
            let before: u64 = inner.before.values().sum();
            now.bytes_per_sec = inner.pace.bytes_per_sec(global::now_ms(), now.done_bytes.saturating_sub(before));
        } else {
            // What stood still is no measure of how fast it goes on.
            inner.pace.forget();
        }
        if now.bytes_per_sec > 0 {
            now.secs_left = Some((now.total_bytes - now.done_bytes).div_ceil(now.bytes_per_sec));
        }
        if inner.told.as_ref() != Some(&now) {
            global::tell(&Word::Progress(now.clone()));
            inner.told = Some(now);
        }
    }
}

impl Line {
    pub(crate) fn set(&self, stage: LayerStage) {
        let mut inner = self.ledger.0.borrow_mut();
        if inner.progress.stage == Stage::Preparing && stage == LayerStage::Pushing {
            inner.progress.stage = Stage::Pushing;
        }
        let Some(line) = inner.progress.layers.get_mut(self.place) else { return };
        line.stage = stage;
        if stage != LayerStage::Pushing {
            line.done_bytes = line.total_bytes;
        }
        if is_free(stage) {
            let all = line.done_bytes;
            inner.before.insert(self.place, all);
        }
    }

    /// So many bytes of the layer are in the registry, as so many of the blob. What is read and not sent is not done.
    pub(crate) fn moved(&self, sent_read_bytes: u64, sent_bytes: u64) {
        let mut inner = self.ledger.0.borrow_mut();
        if let Some(line) = inner.progress.layers.get_mut(self.place) {
            line.done_bytes = sent_read_bytes.min(line.total_bytes);
        }
        inner.before.entry(self.place).or_insert(sent_read_bytes);
        inner.sent.insert(self.place, sent_bytes);
    }
}

fn is_free(stage: LayerStage) -> bool {
    match stage {
        LayerStage::Exists | LayerStage::Mounted => true,
        LayerStage::Waiting | LayerStage::Pushing | LayerStage::Pushed => false,
    }
}
