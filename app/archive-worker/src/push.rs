//! One image to one tag: its layers a few at a time, its configs, its manifests, and then all of it read back.

use crate::blob::{self, Means, Watch};
use crate::control::Control;
use crate::global;
use crate::http::{self, Unheard};
use crate::joint::Joint;
use crate::ledger::{Ledger, Line};
use crate::lock::TagLock;
use crate::mark::Mark;
use crate::press::Method;
use crate::prove;
use crate::receipt;
use crate::remember::{self, Record, Underway};
use crate::source::Source;
use crate::wire::Wires;
use archive_protocol::{Fault, FaultCode, LayerStage, LeftOut, PushReceipt, Stage, Tagged};
use futures::future::join_all;
use futures::lock::Mutex;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use image::Digest;
use image::archive::Format;
use image::manifest::{Compression, Descriptor, media_type};
use image::plan::{Delivery, Known, KnownLayer, NewDocument, Plan, Shortcut, Task, TaskResults};
use image::tar::Span;
use image::upload::{Answer, ChunkLimits, Outcome, Retry, Upload};
use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// Layers on their way at once: as many as are hashed side by side. Each holds a chunk in memory and some pieces.
const LAYERS_AT_ONCE: usize = 4;
const MIB: u64 = 1024 * 1024;
/// Chunks of this size make up for their round trip; larger ones would only cost memory.
const CHUNK_BYTES: u64 = 16 * MIB;
/// The first chunk: on a slow way something is to be seen soon.
const FIRST_CHUNK_BYTES: u64 = MIB / 4;
/// The first one where it is sent while it is made: of that is seen how far it is.
const FIRST_STREAMED_BYTES: u64 = MIB;

/// What a push of one image stands on.
pub(crate) struct Push {
    pub(crate) joint: Joint,
    pub(crate) control: Control,
    pub(crate) ledger: Ledger,
    pub(crate) record: Rc<RefCell<Record>>,
    pub(crate) tagged: Rc<RefCell<Tagged>>,
    /// An answer was lost: what was asked for may have been done.
    pub(crate) lost: Cell<bool>,
    pub(crate) plan: Plan,
    /// What of the image is not in the plan.
    pub(crate) left_out: Vec<LeftOut>,
    /// What the plan's spans are places in.
    pub(crate) tar: Blob,
    pub(crate) chunk_max_bytes: u64,
    pub(crate) wires: Wires,
    /// What the way has turned out to be good for: the next layer begins with it.
    pub(crate) chunk_bytes: Cell<Option<u64>>,
}

/// A blob that is read from the archive.
struct Layer<'a> {
    /// What it is remembered and shown by: the digest of what is read.
    key: &'a Digest,
    /// What is read must have this digest; none where it is compressed already, and must unpack to what has that of `key`.
    expected: Option<&'a Digest>,
    source: Source,
    /// What it will be; none where that shows only when it is made.
    descriptor: Option<&'a Descriptor>,
    media_type: &'static str,
}

impl Push {
    /// Pushes. Until the last step no tag stands for anything of it.
    pub(crate) async fn run(&self) -> Result<PushReceipt, Fault> {
        let done: Vec<(usize, Option<Descriptor>, bool)> = stream::iter(self.plan.tasks.iter().enumerate())
            .map(|(number, task)| async move {
                let (descriptor, skipped) = self.task(task).await?;
                Ok::<_, Fault>((number, descriptor, skipped))
            })
            .buffer_unordered(LAYERS_AT_ONCE)
            .try_collect()
            .await?;
        let results: TaskResults =
            done.iter().filter_map(|(number, descriptor, _)| Some((*number, descriptor.clone()?))).collect();
        self.ledger.stage(Stage::Verifying);
        let (repository, tag) = self.target();
        let broken = |error| Fault::new(FaultCode::Broken, error);
        let documents = self.plan.documents(&results).map_err(broken)?;
        for document in documents.iter().filter(|document| !document.is_root) {
            self.write(&repository, document.descriptor.digest.as_str(), document).await?;
        }
        let root = documents.iter().find(|document| document.is_root);
        let root = root.ok_or_else(|| Fault::new(FaultCode::Broken, "an image without a manifest"))?;
        self.set_tag(&repository, &tag, root).await?;
        let key = self.record.borrow().key();
        remember::forget(&key).await;
        let there = done.iter().filter(|(_, _, there)| *there).map(|(number, _, _)| *number).collect();
        let receipt::Sums { size_bytes, skipped, layers } = receipt::sums(&self.plan, &results, &there);
        let (digest, left_out) = (root.descriptor.digest.to_string(), self.left_out.clone());
        Ok(PushReceipt { repository, tag, digest, size_bytes, skipped, layers, left_out })
    }

    /// Adds the layers that are in the registry now.
    pub(crate) fn learn(&self, known: &mut Known) {
        let record = self.record.borrow();
        for task in &self.plan.tasks {
            if let Delivery::Compress { diff_id, .. } = &task.delivery
                && let Some(descriptor) = record.done.get(diff_id.as_str())
            {
                let (diff_id, descriptor) = (diff_id.clone(), descriptor.clone());
                known.add_layer(KnownLayer { diff_id, descriptor, repository: record.repository.clone() });
            }
        }
    }

    /// Brings one blob there: what it is there, and whether it was before.
    async fn task(&self, task: &Task) -> Result<(Option<Descriptor>, bool), Fault> {
        match &task.delivery {
            Delivery::Nothing(_) => Ok((None, true)),
            Delivery::Bytes { descriptor, bytes } => {
                let upload = self.upload_of(&descriptor.digest, descriptor.size).checking_first();
                blob::send_small(upload, bytes, &self.control).await?;
                Ok((Some(descriptor.clone()), false))
            }
            Delivery::AsIs { descriptor, source } => {
                let (key, descriptor) = (&descriptor.digest, Some(descriptor));
                let source = self.source(*source, Method::Stored)?;
                self.layer(task, Layer { key, expected: Some(key), source, descriptor, media_type: "" }).await
            }
            Delivery::Compress { diff_id: key, source, to } => {
                let source = self.source(*source, Method::from(*to))?;
                let media_type = to.oci_layer();
                self.layer(task, Layer { key, expected: Some(key), source, descriptor: None, media_type }).await
            }
            Delivery::Hash { diff_id: key, source, media_type } => {
                let source = self.source(*source, Method::Stored)?;
                self.layer(task, Layer { key, expected: None, source, descriptor: None, media_type }).await
            }
        }
    }

    fn source(&self, span: Span, method: Method) -> Result<Source, Fault> {
        let blob = global::slice(&self.tar, span.offset, span.len);
        let blob = blob.map_err(|error| Fault::new(FaultCode::FileChanged, global::words(&error)))?;
        Ok(Source { blob, size_bytes: span.len, method })
    }

    async fn layer(&self, task: &Task, layer: Layer<'_>) -> Result<(Option<Descriptor>, bool), Fault> {
        let (repository, _) = self.target();
        let line = self.ledger.line(&repository, layer.key);
        if let Some((descriptor, outcome)) = self.find(task, &layer).await? {
            line.set(if outcome == Outcome::Mounted { LayerStage::Mounted } else { LayerStage::Exists });
            self.done(layer.key, descriptor.clone());
            return Ok((Some(descriptor), true));
        }
        line.set(LayerStage::Pushing);
        if layer.expected.is_none() && !self.record.borrow().proved.contains(layer.key) {
            let is_zstd = layer.media_type == Compression::Zstd.oci_layer();
            let format = if is_zstd { Format::Zstd } else { Format::Gzip };
            prove::layer(&layer.source.blob, format, layer.key, &self.control).await?;
            self.record.borrow_mut().proved.insert(layer.key.clone());
            self.save();
        }
        let underway = self.record.borrow().layers.get(layer.key.as_str()).cloned();
        let (upload, mark) = match (underway, layer.descriptor) {
            (Some(underway), _) => {
                let mut upload = underway.upload;
                upload.retry();
                (upload, underway.mark)
            }
            (None, Some(descriptor)) => (self.upload_of(&descriptor.digest, descriptor.size), Mark::start()),
            (None, None) => (Upload::growing(repository, self.limits()), Mark::start()),
        };
        let watch = LayerWatch { push: self, key: layer.key, line: &line };
        let means = Means { joint: &self.joint, control: &self.control, wires: &self.wires };
        let sent = blob::send_layer(&means, &layer.source, layer.expected, upload, mark, &watch).await?;
        let made = || Descriptor::new(layer.media_type, sent.digest.clone(), sent.size_bytes);
        let descriptor = layer.descriptor.cloned().unwrap_or_else(made);
        line.set(LayerStage::Pushed);
        self.done(layer.key, descriptor.clone());
        Ok((Some(descriptor), false))
    }

    /// The blob in the registry, where it is there already or can be mounted.
    async fn find(&self, task: &Task, layer: &Layer<'_>) -> Result<Option<(Descriptor, Outcome)>, Fault> {
        let before = self.record.borrow().done.get(layer.key.as_str()).cloned();
        let shortcut = task.shortcut.as_ref().map(|shortcut| match shortcut {
            Shortcut::Present(descriptor) => (descriptor.clone(), None),
            Shortcut::Mount { descriptor, from } => (descriptor.clone(), Some(from)),
        });
        let own = layer.descriptor.map(|descriptor| (descriptor.clone(), None));
        let mut asked = Vec::new();
        for (descriptor, from) in [before.map(|descriptor| (descriptor, None)), shortcut, own].into_iter().flatten() {
            if asked.contains(&descriptor.digest) {
                continue;
            }
            let mut upload = self.upload_of(&descriptor.digest, descriptor.size).checking_first();
            if let Some(from) = from {
                upload = upload.mounting_from(from);
            }
            if let Some(outcome) = blob::is_there(upload, &self.control).await? {
                return Ok(Some((descriptor, outcome)));
            }
            asked.push(descriptor.digest);
        }
        Ok(None)
    }

    fn done(&self, key: &Digest, descriptor: Descriptor) {
        let mut record = self.record.borrow_mut();
        record.layers.remove(key.as_str());
        record.done.insert(key.to_string(), descriptor);
        drop(record);
        self.save();
    }

    fn save(&self) {
        let mut record = self.record.borrow_mut();
        record.updated_ms = global::now_ms() as u64;
        record.done_bytes = self.ledger.done_bytes();
        let record = record.clone();
        spawn_local(async move { remember::put(&record).await });
    }

    fn target(&self) -> (String, String) {
        let record = self.record.borrow();
        (record.repository.clone(), record.tag.clone())
    }

    fn upload_of(&self, digest: &Digest, size_bytes: u64) -> Upload {
        Upload::of(self.target().0, digest.clone(), size_bytes, self.limits())
    }

    fn limits(&self) -> ChunkLimits {
        let max = CHUNK_BYTES.min(self.chunk_max_bytes);
        let first = if self.wires.are_to_be_had() { FIRST_STREAMED_BYTES } else { FIRST_CHUNK_BYTES };
        ChunkLimits { start_bytes: self.chunk_bytes.get().unwrap_or(first).min(max), max_bytes: max }
    }

    /// Writes the root, and proves it. In between the tag is doubtful, and stays so where the end is not known.
    async fn set_tag(&self, repository: &str, tag: &str, root: &NewDocument) -> Result<(), Fault> {
        self.lost.set(false);
        self.tagged.borrow_mut().doubtful.push(format!("{repository}:{tag}"));
        let written = self.write(repository, tag, root).await;
        if written.is_err() && !self.lost.get() {
            self.tagged.borrow_mut().doubtful.clear();
        }
        written?;
        self.read_back(repository, tag, root).await?;
        let mut tagged = self.tagged.borrow_mut();
        let proved = std::mem::take(&mut tagged.doubtful);
        tagged.set.extend(proved);
        Ok(())
    }

    async fn write(&self, repository: &str, name: &str, document: &NewDocument) -> Result<(), Fault> {
        let url = format!("/v2/{repository}/manifests/{name}");
        let headers = [("Content-Type", document.descriptor.media_type.clone())];
        self.ask("PUT", &url, &headers, Some(&document.bytes)).await.map(drop)
    }

    /// The proof: what the tag stands for now is what was sent.
    async fn read_back(&self, repository: &str, tag: &str, document: &NewDocument) -> Result<(), Fault> {
        let url = format!("/v2/{repository}/manifests/{tag}");
        let heard = self.ask("GET", &url, &[("Accept", media_type::ACCEPTED.join(", "))], None).await?;
        if document.descriptor.digest.matches(&heard.body) {
            return Ok(());
        }
        Err(Fault::new(FaultCode::NotVerified, format!("{repository}:{tag} is not {}", document.descriptor.digest)))
    }

    async fn ask(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, String)],
        body: Option<&[u8]>,
    ) -> Result<http::Heard, Fault> {
        let mut retry = Retry::default();
        loop {
            self.control.gate().await;
            let (fault, asked_secs) = match http::call(method, url, headers, body.map(Uint8Array::from)).await {
                Ok(heard) if (200..300).contains(&heard.status) => return Ok(heard),
                Ok(heard) => {
                    let said = Answer::new(heard.status).body(&heard.body);
                    let said = heard.headers.iter().fold(said, |said, (name, value)| said.header(name, value));
                    let code = if said.is_quota() { FaultCode::Quota } else { http::of_status(heard.status) };
                    (Fault::new(code, said.message), said.retry_after_secs)
                }
                Err(Unheard::Broken | Unheard::TooLong) => (Fault::new(FaultCode::Unreachable, ""), None),
            };
            // A 5xx may be a gateway's word about an answer that it did not get.
            self.lost.set(self.lost.get() || fault.code == FaultCode::Unreachable);
            if fault.code != FaultCode::Unreachable {
                return Err(fault);
            }
            // As patient as uploads are: what takes their wait for a network must not stop at the last step.
            let Some(millis) = retry.failed(asked_secs, blob::jitter()) else { return Err(fault) };
            self.control.wait(millis).await;
        }
    }
}

/// Forgets a push that begins anew, and tells the registry that its uploads will not go on: beside all else, for that may take
/// minutes where the network is away.
pub(crate) async fn abandon(record: &Record) {
    remember::forget(&record.key()).await;
    for underway in record.layers.values() {
        spawn_local(blob::cancel(underway.upload.clone()));
    }
}

/// Pushes that are being given up have this one after the other, and a push that begins waits for them.
pub(crate) type Undoing = Rc<Mutex<()>>;

/// Forgets a push that was broken off and ends its uploads, which would fill the quota for days, also beside all else. `lock` is held
/// meanwhile. Blobs that are whole stay until the registry sweeps them: another push may count on them, and not every registry would
/// refuse to delete what an image needs.
pub(crate) async fn undo(record: Record, undoing: Undoing, lock: Option<TagLock>) {
    remember::forget(&record.key()).await;
    spawn_local(async move {
        let _turn = undoing.lock().await;
        let _lock = lock;
        join_all(record.layers.values().map(|underway| blob::cancel(underway.upload.clone()))).await;
    });
}

struct LayerWatch<'a> {
    push: &'a Push,
    key: &'a Digest,
    line: &'a Line,
}

impl Watch for LayerWatch<'_> {
    fn moved(&self, read_bytes: u64, sent_bytes: u64) {
        self.line.moved(read_bytes, sent_bytes);
    }

    fn landed(&self, upload: &Upload, mark: &Mark) {
        self.push.chunk_bytes.set(Some(upload.chunk_bytes()));
        let underway = Underway { upload: upload.clone(), mark: mark.clone() };
        self.push.record.borrow_mut().layers.insert(self.key.to_string(), underway);
        self.push.save();
    }
}
