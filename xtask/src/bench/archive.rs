//! Docker-archives for the benchmark of pushing, made of the machine's own files: what is in real images.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::command::{capture, command, show};
use crate::paths;

/// Each layer's part of the whole, in thousandths: as uneven as those of real images. The last one is the small one that changes.
const PARTS: [u64; 5] = [190, 290, 300, 216, 4];
const LARGE_LAYERS: u64 = 8;
const MB: u64 = 1_000_000;

/// Makes the archives and says where they are, as JSON in the file that is returned.
///
/// `large_gb`: one more archive, so large, a quarter of it noise and the rest holes that the file system does not store.
pub(crate) fn make(megabytes: u64, large_gb: Option<u64>) -> Result<PathBuf> {
    let folder = paths::target().join("bench-push");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut files = machine_files()?;
    let mut layers = Vec::new();
    for (number, part) in PARTS.into_iter().enumerate() {
        layers.push(layer(&folder, &number.to_string(), &mut files, megabytes * MB * part / 1000)?);
    }
    let first = archive(&folder, "first", &layers)?;
    let small = layers.pop().context("there are five layers")?;
    // Everything in it is the next files: as if another version had been installed.
    layers.push(layer(&folder, "changed", &mut files, small.bytes)?);
    let changed_bytes = layers[layers.len() - 1].bytes;
    let changed = archive(&folder, "changed", &layers)?;
    for layer in layers.iter().chain([&small]) {
        fs::remove_file(&layer.path)?;
    }
    let large = large_gb.map(|gigabytes| large(&folder, gigabytes)).transpose()?;
    let list = folder.join("archives.json");
    let json = json!({"first": first, "changed": changed, "changed_layer_bytes": changed_bytes, "large": large});
    fs::write(&list, json.to_string())?;
    Ok(list)
}

struct Layer {
    path: PathBuf,
    bytes: u64,
    digest: String,
}

/// Plain files of the system and of the Rust toolchain, in an order that is the same each time.
fn machine_files() -> Result<VecDeque<(PathBuf, u64)>> {
    let rust = capture(command("rustc").args(["--print", "sysroot"]))?;
    let mut files = VecDeque::new();
    for root in
        [Path::new("/usr/lib"), Path::new("/usr/share"), Path::new("/usr/bin"), &Path::new(rust.trim()).join("lib")]
    {
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            let mut entries: Vec<_> = entries.flatten().collect();
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    files.push_back((entry.path(), entry.metadata()?.len()));
                }
            }
        }
    }
    Ok(files)
}

/// A tar of the next files, of about that size.
fn layer(folder: &Path, name: &str, files: &mut VecDeque<(PathBuf, u64)>, bytes: u64) -> Result<Layer> {
    let list = folder.join("files");
    let mut names = Vec::new();
    let mut sum = 0;
    // One that would be far more than was asked for waits for a larger layer.
    let mut passed = Vec::new();
    while sum < bytes {
        let (path, size) = files.pop_front().context("the machine has too few files for an archive of this size")?;
        if sum + size > bytes + bytes / 20 + MB {
            passed.push((path, size));
            continue;
        }
        sum += size;
        names.extend(path.as_os_str().as_encoded_bytes());
        names.push(0);
    }
    for file in passed.into_iter().rev() {
        files.push_front(file);
    }
    fs::write(&list, names)?;
    let path = folder.join(format!("layer-{name}.tar"));
    let mut tar = command("tar");
    tar.args([
        "--create",
        "--absolute-names",
        "--transform=s,^/,,",
        "--mtime=@0",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
    ]);
    show(tar.args(["--null", "--no-recursion", "--file"]).arg(&path).arg("--files-from").arg(&list))?;
    finished(path)
}

fn finished(path: PathBuf) -> Result<Layer> {
    let bytes = fs::metadata(&path)?.len();
    let mut hash = Sha256::new();
    let (mut file, mut piece) = (File::open(&path)?, vec![0; 1 << 20]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => hash.update(&piece[..read]),
        }
    }
    Ok(Layer { path, bytes, digest: hex(&hash.finalize()) })
}

/// As `docker save` before version 25 writes it; holes stay holes.
fn archive(folder: &Path, name: &str, layers: &[Layer]) -> Result<PathBuf> {
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("sha256:{}", layer.digest)).collect();
    let history: Vec<_> =
        layers.iter().map(|_| json!({"created": "2026-01-01T00:00:00Z", "created_by": "bench"})).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {"Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": history,
    })
    .to_string();
    let config_name = format!("{}.json", hex(&Sha256::digest(config.as_bytes())));
    let names: Vec<String> = layers.iter().map(|layer| format!("{}/layer.tar", layer.digest)).collect();
    let manifest = json!([{"Config": config_name, "RepoTags": [format!("bench:{name}")], "Layers": names}]).to_string();

    let path = folder.join(format!("{name}.tar"));
    let mut out = File::create(&path)?;
    for (layer, name) in layers.iter().zip(&names) {
        entry(&mut out, name, layer.bytes, File::open(&layer.path)?)?;
    }
    entry(&mut out, &config_name, config.len() as u64, config.as_bytes())?;
    entry(&mut out, "manifest.json", manifest.len() as u64, manifest.as_bytes())?;
    out.write_all(&[0; 1024])?;
    Ok(path)
}

/// One file of a tar (POSIX.1-1988, ustar).
fn entry(out: &mut File, name: &str, bytes: u64, mut content: impl Read) -> Result<()> {
    ensure!(bytes < 8 << 30, "a size of more than eleven octal digits");
    let mut head = [0; 512];
    head[..name.len()].copy_from_slice(name.as_bytes());
    let mut put = |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(100, "0000644\x000000000\x000000000\0");
    put(124, &format!("{bytes:011o}\x0000000000000\x00        0"));
    put(257, "ustar\x0000");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.write_all(&head)?;
    io::copy(&mut content, out)?;
    out.write_all(&vec![0; bytes.next_multiple_of(512) as usize - bytes as usize])?;
    Ok(())
}

fn large(folder: &Path, gigabytes: u64) -> Result<PathBuf> {
    let mut layers = Vec::new();
    let each = gigabytes * 1000 * MB / LARGE_LAYERS;
    for number in 0..LARGE_LAYERS {
        let path = folder.join(format!("large-{number}.tar"));
        let mut out = File::create(&path)?;
        noise(&mut out, each / 4, number)?;
        out.set_len(each)?;
        layers.push(finished(path)?);
    }
    let archive = archive(folder, "large", &layers)?;
    layers.iter().try_for_each(|layer| fs::remove_file(&layer.path))?;
    Ok(archive)
}

/// Bytes of an xorshift generator, which do not compress.
fn noise(out: &mut File, bytes: u64, seed: u64) -> Result<()> {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ (seed + 1);
    let mut piece = Vec::with_capacity(1 << 20);
    for _ in 0..bytes >> 20 {
        piece.clear();
        while piece.len() < 1 << 20 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            piece.extend_from_slice(&u64::to_le_bytes(state));
        }
        out.write_all(&piece)?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
