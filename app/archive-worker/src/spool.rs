//! Unpacking a compressed archive. Its layers cannot be reached at random, so the tar is written to the browser's private file system
//! (OPFS) first: on disk, not in memory, and removed again when it is no longer needed.

use crate::global;
use crate::unpack::Decoder;
use archive_protocol::{Fault, FaultCode};
use image::archive::Format;
use js_sys::{Promise, Reflect, Uint8Array};
use std::io::Write;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemSyncAccessHandle, StorageEstimate,
};

const FOLDER: &str = "roadstead-archives";
const STEP_BYTES: u64 = 4 * 1024 * 1024;
/// How long an unpacked tar may be in use.
const KEPT_MS: f64 = 24.0 * 3600.0 * 1000.0;
/// An archive that does not shrink at all still needs this share of its size, at least.
const LEAST_RATIO: f64 = 1.0;

#[wasm_bindgen]
extern "C" {
    /// `StorageManager`; that of `web-sys` does not catch what a browser without a private file system throws.
    type Storage;

    #[wasm_bindgen(method, catch, js_name = getDirectory)]
    fn get_directory(this: &Storage) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn estimate(this: &Storage) -> Result<Promise, JsValue>;
}

/// The browser's storage, where it has it: not on pages that came over plain HTTP from afar (Storage Standard, `[SecureContext]`).
fn storage() -> Option<Storage> {
    let navigator = global::scope().navigator();
    let storage = Reflect::get(&navigator, &"storage".into()).unwrap_or_default();
    (!storage.is_undefined()).then(|| storage.unchecked_into())
}

/// A tar on the browser's disk.
pub(crate) struct Spooled {
    folder: FileSystemDirectoryHandle,
    file: FileSystemFileHandle,
    name: String,
}

impl Spooled {
    /// The tar, readable at any place.
    pub(crate) async fn blob(&self) -> Result<Blob, Fault> {
        let file = JsFuture::from(self.file.get_file()).await.map_err(|error| broken(&error))?;
        Ok(file.unchecked_into::<File>().into())
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        let removed = self.folder.remove_entry(&self.name);
        spawn_local(async move { drop(JsFuture::from(removed).await) });
    }
}

/// Removes what tabs that were closed have left behind. What is younger than a day may be another tab's.
pub(crate) async fn clear() {
    drop(clear_older(global::now_ms() - KEPT_MS).await);
}

async fn clear_older(than_ms: f64) -> Result<(), JsValue> {
    let Some(storage) = storage() else { return Ok(()) };
    let root: FileSystemDirectoryHandle = JsFuture::from(storage.get_directory()?).await?.unchecked_into();
    let folder: FileSystemDirectoryHandle = JsFuture::from(root.get_directory_handle(FOLDER)).await?.unchecked_into();
    let names = folder.keys();
    loop {
        let next = JsFuture::from(names.next()?).await?;
        if Reflect::get(&next, &"done".into())?.is_truthy() {
            return Ok(());
        }
        let name = Reflect::get(&next, &"value".into())?.as_string().unwrap_or_default();
        let made_ms: f64 = name.split('-').next().and_then(|time| time.parse().ok()).unwrap_or_default();
        if made_ms < than_ms {
            JsFuture::from(folder.remove_entry(&name)).await?;
        }
    }
}

/// Unpacks a file. `told` hears how much of it is read.
pub(crate) async fn unpack(file: &File, format: Format, told: impl Fn(u64)) -> Result<Spooled, Fault> {
    let size = file.size();
    let storage = storage().ok_or_else(|| Fault::new(FaultCode::Insecure, ""))?;
    require_room(&storage, size * LEAST_RATIO).await?;
    let spooled = create(&storage).await.map_err(|error| broken(&error))?;
    let handle = JsFuture::from(spooled.file.create_sync_access_handle()).await.map_err(|error| broken(&error))?;
    let sink = Sink { handle: handle.unchecked_into() };
    let mut decoder = Decoder::new(format, sink);
    let mut offset = 0;
    while offset < size as u64 {
        let slice = global::slice(file, offset, STEP_BYTES.min(size as u64 - offset));
        let bytes = match slice {
            Ok(slice) => global::read(&slice).await,
            Err(error) => Err(error),
        };
        let bytes = bytes.map_err(|error| Fault::new(FaultCode::FileChanged, global::words(&error)))?;
        offset += u64::from(bytes.length());
        let bytes = bytes.to_vec();
        let mut rest = &bytes[..];
        while decoder.step(&mut rest)? {
            global::later().await;
        }
        told(offset);
    }
    decoder.finish()?;
    Ok(spooled)
}

async fn require_room(storage: &Storage, bytes: f64) -> Result<(), Fault> {
    let Ok(asked) = storage.estimate() else { return Ok(()) };
    let Ok(estimate) = JsFuture::from(asked).await else { return Ok(()) };
    let estimate: StorageEstimate = estimate.unchecked_into();
    let left = estimate.get_quota().unwrap_or(f64::MAX) - estimate.get_usage().unwrap_or_default();
    if bytes > left { Err(Fault::new(FaultCode::NoRoom, "")) } else { Ok(()) }
}

async fn create(storage: &Storage) -> Result<Spooled, JsValue> {
    let root: FileSystemDirectoryHandle = JsFuture::from(storage.get_directory()?).await?.unchecked_into();
    let make = FileSystemGetDirectoryOptions::new();
    make.set_create(true);
    let folder: FileSystemDirectoryHandle =
        JsFuture::from(root.get_directory_handle_with_options(FOLDER, &make)).await?.unchecked_into();
    let make = FileSystemGetFileOptions::new();
    make.set_create(true);
    let name = format!("{}-{}.tar", global::now_ms(), (global::random() * 1e9) as u64);
    let file = JsFuture::from(folder.get_file_handle_with_options(&name, &make)).await?.unchecked_into();
    Ok(Spooled { folder, file, name })
}

/// Writes behind what is there; closes the file when dropped.
struct Sink {
    handle: FileSystemSyncAccessHandle,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.handle.write_with_js_u8_array(&Uint8Array::from(bytes));
        match written {
            Ok(written) if written > 0.0 || bytes.is_empty() => Ok(written as usize),
            Ok(_) | Err(_) => Err(std::io::ErrorKind::StorageFull.into()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.handle.close();
    }
}

fn broken(error: &JsValue) -> Fault {
    Fault::new(FaultCode::NoRoom, global::words(error))
}
