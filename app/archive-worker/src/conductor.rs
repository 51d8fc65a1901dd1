//! The conductor: takes the page's orders, keeps the opened files, and drives one push at a time.

use crate::control::Control;
use crate::found::{self, key_of};
use crate::joint::Joint;
use crate::ledger::Ledger;
use crate::open::{self, Opened};
use crate::pool::Pool;
use crate::press::Method;
use crate::push::{self, Push, Undoing};
use crate::remember::{self, Record};
use crate::wire::Wires;
use crate::{global, http, lock, report, spool};
use api::images::KnownLayers;
use api::session::Session;
use archive_protocol::{Fault, FaultCode, FileReport, Order, PushOrder, PushReceipt, Stage, Tagged, Target, Word};
use futures::channel::oneshot;
use futures::future::{AbortHandle, Either, abortable, select};
use gloo_timers::future::TimeoutFuture;
use image::manifest::{Compression, Descriptor};
use image::plan::{Choice, Known, KnownLayer, Plan};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

type Records = Rc<RefCell<Vec<Rc<RefCell<Record>>>>>;

/// The conductor.
pub(crate) struct Conductor(Rc<Inner>);

#[derive(Default)]
struct Inner {
    files: RefCell<HashMap<u32, Rc<Opened>>>,
    pool: RefCell<Option<Pool>>,
    /// What was last asked about the session's project, for the push that follows.
    here: RefCell<Option<Rc<Here>>>,
    running: RefCell<Option<Running>>,
    /// The push that failed last: it may be cancelled still.
    stopped: RefCell<Option<Running>>,
    undoing: Undoing,
}

/// The session's project, and its layers in the registry.
struct Here {
    with_org: bool,
    /// Organisation and project.
    place: (Option<String>, String),
    layers: Vec<KnownLayer>,
    at_ms: f64,
}

/// So long it holds what was asked about a project: each layer is asked for again before it is taken to be there.
const HERE_MS: f64 = 60_000.0;

struct Running {
    /// The page's number for it.
    push: u32,
    control: Control,
    abort: AbortHandle,
    records: Records,
    tagged: Rc<RefCell<Tagged>>,
}

impl Conductor {
    /// Clears what closed tabs left, and listens for the network's return.
    pub(crate) fn start() -> Self {
        spawn_local(spool::clear());
        spawn_local(remember::clear());
        let inner = Rc::<Inner>::default();
        let awake = inner.clone();
        let online = Closure::<dyn FnMut()>::new(move || {
            if let Some(running) = awake.running.borrow().as_ref() {
                running.control.wake();
            }
        });
        drop(global::scope().add_event_listener_with_callback("online", online.as_ref().unchecked_ref()));
        // As long as the worker lives.
        online.forget();
        Self(inner)
    }

    /// Takes a message: the order as JSON, alone or beside a file.
    pub(crate) fn receive(&self, message: &JsValue) {
        let array = message.dyn_ref::<js_sys::Array>();
        let text = array.map_or_else(|| message.as_string(), |array| array.get(0).as_string()).unwrap_or_default();
        let file = array.and_then(|array| array.get(1).dyn_into::<File>().ok());
        let inner = self.0.clone();
        match (serde_json::from_str(&text), file) {
            (Ok(Order::Inspect { file: number }), Some(file)) => spawn_local(inspect(inner, number, file)),
            (Ok(Order::Release { file }), _) => drop(inner.files.borrow_mut().remove(&file)),
            (Ok(Order::Push { push, order }), _) => begin(&inner, push, order),
            (Ok(Order::Pause), _) => inner.with_running(|running| running.control.pause()),
            (Ok(Order::Resume), _) => inner.with_running(|running| running.control.resume()),
            (Ok(Order::Cancel { push }), _) => cancel(&inner, push),
            (Ok(Order::ListUnfinished), _) => {
                // The page is open: the hands come, and learn, while the person looks for a file.
                spawn_local(make_ready(inner));
                spawn_local(tell_unfinished());
            }
            (Ok(Order::Forget { key }), _) => spawn_local(forget(inner, key)),
            (Ok(Order::Inspect { .. }) | Err(_), _) => {}
        }
    }
}

impl Inner {
    fn with_running(&self, act: impl FnOnce(&Running)) {
        if let Some(running) = self.running.borrow().as_ref() {
            act(running);
        }
    }

    fn pool(&self) -> Result<Pool, Fault> {
        if let Some(pool) = self.pool.borrow().as_ref().filter(|pool| !pool.is_broken()) {
            return Ok(pool.clone());
        }
        let pool = Pool::start()?;
        Ok(self.pool.borrow_mut().insert(pool).clone())
    }

    /// What is known of the session's project, where it was asked for lately.
    fn here(&self) -> Option<Rc<Here>> {
        self.here.borrow().clone().filter(|here| global::now_ms() - here.at_ms < HERE_MS)
    }

    fn opened(&self, file: u32) -> Result<Rc<Opened>, Fault> {
        let found = self.files.borrow().get(&file).cloned();
        found.ok_or_else(|| Fault::new(FaultCode::Broken, "the file was not looked into"))
    }
}

/// Starts the hands. Whether they could be, a push says.
async fn make_ready(inner: Rc<Inner>) {
    if inner.pool.borrow().is_some() {
        return;
    }
    if let Ok(pool) = inner.pool() {
        drop(pool.warm_up().await);
        pool.shelf().clear();
    }
}

async fn inspect(inner: Rc<Inner>, number: u32, file: File) {
    // Where they are not there yet, or broke.
    drop(inner.pool());
    let total_bytes = file.size() as u64;
    let last = Cell::new(0.0);
    let told = |done_bytes| {
        // Enough for a bar to move smoothly.
        if global::now_ms() - last.get() > 200.0 {
            last.set(global::now_ms());
            global::tell(&Word::Inspecting { file: number, done_bytes, total_bytes });
        }
    };
    // The registry is asked while the file is read.
    let (answer, known) = oneshot::channel();
    spawn_local(async move { drop(answer.send(known_here().await)) });
    match open::open(&file, told).await {
        Ok(opened) => {
            let here = known.await.ok().flatten().map(Rc::new);
            let known = here.as_ref().map(|here| here.layers.as_slice());
            let report: FileReport = report::of(&opened, known, &remember::all().await);
            inner.here.replace(here);
            inner.files.borrow_mut().insert(number, Rc::new(opened));
            global::tell(&Word::Report { file: number, report });
        }
        Err(fault) => global::tell(&Word::Refused { file: number, fault }),
    }
}

/// The session's project; `None` where its layers cannot be had.
async fn known_here() -> Option<Here> {
    let session = http::get::<Session>("/api/v1/session").await.ok()?;
    let layers = known_layers(session.org.as_deref(), &session.project).await.ok()?;
    let with_org = session.org.is_some();
    Some(Here { with_org, place: (session.org, session.project), layers, at_ms: global::now_ms() })
}

/// The layers of a project's images.
async fn known_layers(org: Option<&str>, project: &str) -> Result<Vec<KnownLayer>, Fault> {
    let org = org.map(|org| format!("&org={org}")).unwrap_or_default();
    let known: KnownLayers = http::get(&format!("/api/v1/images/layers?project={project}{org}")).await?;
    let layers = known.items.into_iter().filter_map(|layer| {
        let descriptor = Descriptor::new(layer.media_type, layer.digest.parse().ok()?, layer.size_bytes);
        Some(KnownLayer { diff_id: layer.diff_id.parse().ok()?, descriptor, repository: layer.repository })
    });
    Ok(layers.collect())
}

fn begin(inner: &Rc<Inner>, push: u32, order: PushOrder) {
    let control = Control::default();
    let (records, tagged) = (Records::default(), Rc::<RefCell<Tagged>>::default());
    let (work, abort) = abortable(work(inner.clone(), order, control.clone(), records.clone(), tagged.clone()));
    inner.running.replace(Some(Running { push, control, abort, records, tagged: tagged.clone() }));
    inner.stopped.take();
    let inner = inner.clone();
    spawn_local(async move {
        let ended = work.await;
        if let Some(pool) = inner.pool.borrow().as_ref() {
            pool.shelf().clear();
        }
        // Aborted: whoever did that says so.
        let Ok(result) = ended else { return };
        let running = inner.running.take();
        // There are more layers now.
        inner.here.replace(None);
        match result {
            Ok(receipts) => global::tell(&Word::Done { push, receipts }),
            Err(fault) => {
                if fault.code == FaultCode::Broken {
                    // New hands for the next try.
                    inner.pool.replace(None);
                }
                inner.stopped.replace(running);
                let tagged = tagged.borrow().clone();
                global::tell(&Word::Failed { push, fault, tagged });
            }
        }
    });
}

/// Also answered where that push is not under way: it may have ended meanwhile.
fn cancel(inner: &Rc<Inner>, number: u32) {
    let is_it = |push: &mut Running| push.push == number;
    let running = inner.running.borrow_mut().take_if(is_it);
    let is_stopped = running.is_none();
    let push = running.or_else(|| inner.stopped.borrow_mut().take_if(is_it));
    let undoing = inner.undoing.clone();
    spawn_local(async move {
        let mut tagged = Tagged::default();
        if let Some(push) = push {
            push.abort.abort();
            for record in push.records.take() {
                let record = record.borrow().clone();
                let lock = if is_stopped { lock::take(&lock_name(&record)).await } else { None };
                // Where another tab has gone on with what stopped here, it is that tab's.
                if lock.is_some() || !is_stopped {
                    push::undo(record, undoing.clone(), lock).await;
                }
            }
            tagged = push.tagged.take();
        }
        global::tell(&Word::Cancelled { push: number, tagged });
    });
}

/// What another tab is pushing now is not interrupted. A tab that was just closed may still seem to: so it is looked once more.
async fn tell_unfinished() {
    for wait_ms in [0, 2_000] {
        TimeoutFuture::new(wait_ms).await;
        let (records, held) = (remember::all().await, lock::held().await);
        let (live, items): (Vec<_>, Vec<_>) = records.iter().partition(|record| held.contains(&lock_name(record)));
        global::tell(&Word::Unfinished { items: items.into_iter().map(Record::unfinished).collect() });
        if live.is_empty() {
            break;
        }
    }
}

async fn forget(inner: Rc<Inner>, key: String) {
    if let Some(record) = remember::all().await.into_iter().find(|record| record.key() == key)
        && let Some(lock) = lock::take(&lock_name(&record)).await
    {
        push::undo(record, inner.undoing.clone(), Some(lock)).await;
    }
    tell_unfinished().await;
}

/// One push at a time to a tag, in all tabs.
fn lock_name(record: &Record) -> String {
    format!("roadstead push {}:{}", record.repository, record.tag)
}

/// The push; also while it needs no hand, as when the network is slow, it ends at once when one breaks.
async fn work(
    inner: Rc<Inner>,
    order: PushOrder,
    control: Control,
    records: Records,
    tagged: Rc<RefCell<Tagged>>,
) -> Result<Vec<PushReceipt>, Fault> {
    let pool = inner.pool()?;
    let (pushing, breaking) = (push_all(inner, order, control, records, tagged, pool.clone()), pool.breaking());
    match select(std::pin::pin!(pushing), std::pin::pin!(breaking)).await {
        Either::Left((pushed, _)) => pushed,
        Either::Right((fault, _)) => Err(fault),
    }
}

async fn push_all(
    inner: Rc<Inner>,
    order: PushOrder,
    control: Control,
    records: Records,
    tagged: Rc<RefCell<Tagged>>,
    pool: Pool,
) -> Result<Vec<PushReceipt>, Fault> {
    let joint = Joint::of(pool);
    // What is found to be there now must not be taken back a moment later.
    drop(inner.undoing.lock().await);
    let compression = match order.compression {
        api::images::Compression::Zstd => Compression::Zstd,
        // What nobody knows how to write is written as what everybody reads.
        api::images::Compression::Gzip | api::images::Compression::Unknown => Compression::Gzip,
    };
    let mut known = known_of(&inner, &order.targets).await?;
    let mut lines = Vec::new();
    for target in &order.targets {
        let plan = plan(&inner, target, compression, &known)?;
        lines.extend(plan.tasks.iter().filter_map(|task| {
            let key = key_of(task)?.clone();
            Some((target.repository.clone(), key, task.delivery.source_bytes()))
        }));
    }
    let ledger = Ledger::new(lines.into_iter());
    let _telling = ledger.telling(control.clone());
    let mut receipts = Vec::new();
    for target in &order.targets {
        ledger.stage(Stage::Preparing);
        let opened = inner.opened(target.file)?;
        let fresh = fresh_record(&opened, target, Method::from(compression));
        let _lock = lock::take(&lock_name(&fresh))
            .await
            .ok_or_else(|| Fault::new(FaultCode::OtherTab, format!("{}:{}", target.repository, target.tag)))?;
        let record = Rc::new(RefCell::new(remembered(fresh).await));
        records.borrow_mut().push(record.clone());
        // Anew: what the targets before it have sent is known now.
        let plan = plan(&inner, target, compression, &known)?;
        let image = opened.archive.images.get(target.image as usize);
        let push = Push {
            joint: joint.clone(),
            control: control.clone(),
            ledger: ledger.clone(),
            record,
            tagged: tagged.clone(),
            lost: Cell::new(false),
            left_out: image.map(|image| found::left_out(image, &plan)).unwrap_or_default(),
            plan,
            tar: opened.tar.clone(),
            chunk_max_bytes: order.chunk_max_bytes,
            wires: Wires::new(order.chunk_socket),
            chunk_bytes: Cell::new(None),
        };
        receipts.push(push.run().await?);
        push.learn(&mut known);
        ledger.tell(&control);
    }
    Ok(receipts)
}

/// What the registry has of the targets' projects. Without that list layers are made, and found by digest all the same.
async fn known_of(inner: &Inner, targets: &[Target]) -> Result<Known, Fault> {
    let here = inner.here();
    let with_org = match &here {
        Some(here) => here.with_org,
        None => http::get::<Session>("/api/v1/session").await?.org.is_some(),
    };
    let mut places: Vec<_> = targets.iter().map(|target| place(&target.repository, with_org)).collect();
    places.sort_unstable();
    places.dedup();
    let mut known = Known::default();
    for (org, project) in places {
        let here = here.as_ref().filter(|here| (here.place.0.as_deref(), here.place.1.as_str()) == (org, project));
        let layers = match here {
            Some(here) => here.layers.clone(),
            None => known_layers(org, project).await.unwrap_or_default(),
        };
        layers.into_iter().for_each(|layer| known.add_layer(layer));
    }
    Ok(known)
}

fn plan(inner: &Inner, target: &Target, compression: Compression, known: &Known) -> Result<Plan, Fault> {
    let opened = inner.opened(target.file)?;
    let choice = Choice {
        image: target.image as usize,
        platforms: Vec::new(),
        repository: target.repository.clone(),
        compression,
    };
    image::plan::plan(&opened.archive, &choice, known).map_err(|error| found::of_plan(&error))
}

/// Organisation and project of a repository.
fn place(repository: &str, with_org: bool) -> (Option<&str>, &str) {
    let mut parts = repository.split('/');
    let org = if with_org { parts.next() } else { None };
    (org, parts.next().unwrap_or_default())
}

fn fresh_record(opened: &Opened, target: &Target, method: Method) -> Record {
    Record {
        file: opened.id.clone(),
        repository: target.repository.clone(),
        tag: target.tag.clone(),
        image: Some(target.image),
        edition: method.edition(),
        layers: BTreeMap::new(),
        done: BTreeMap::new(),
        proved: BTreeSet::new(),
        done_bytes: 0,
        updated_ms: global::now_ms() as u64,
    }
}

/// What was remembered of a push, where the file is the same; else the fresh record.
async fn remembered(fresh: Record) -> Record {
    let found = remember::all().await.into_iter().find(|record| record.key() == fresh.key());
    match found {
        Some(record) if record.file == fresh.file && record.edition == fresh.edition => {
            // Another image of the file may go there now; layers are known by what they hold.
            Record { image: fresh.image, ..record }
        }
        Some(stale) => {
            push::abandon(&stale).await;
            fresh
        }
        None => fresh,
    }
}
