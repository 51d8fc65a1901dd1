//! Headers: ustar where that can say it, a pax header before it where a name is too long or a file too large.

use super::BLOCK_BYTES;

/// Largest size that eleven octal digits hold, bytes.
const USTAR_MAX_BYTES: u64 = 0o777_7777_7777;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder; its path ends with a slash.
    Folder,
}

/// The header block or blocks of an entry: owner 0, time 0, mode 0644 or 0755. The content follows, then [`padding`].
#[must_use]
pub fn header(path: &str, kind: FileKind, size_bytes: u64) -> Vec<u8> {
    let mut records = String::new();
    let (prefix, name) = match split(path) {
        Some(parts) => parts,
        None => {
            records += &pax_record("path", path);
            // Read only by what knows no pax.
            ("", cut(path, 100))
        }
    };
    if size_bytes > USTAR_MAX_BYTES {
        records += &pax_record("size", &size_bytes.to_string());
    }
    let mut bytes = Vec::with_capacity(512);
    if !records.is_empty() {
        bytes.extend_from_slice(&block("", "pax_header", b'x', 0o644, records.len() as u64));
        bytes.extend_from_slice(records.as_bytes());
        bytes.resize(bytes.len() + padding(records.len() as u64), 0);
    }
    let (flag, mode) = match kind {
        FileKind::File => (b'0', 0o644),
        FileKind::Folder => (b'5', 0o755),
    };
    bytes.extend_from_slice(&block(prefix, name, flag, mode, size_bytes.min(USTAR_MAX_BYTES)));
    bytes
}

/// How many zeros follow a content of this size, up to the next block.
#[must_use]
pub fn padding(size_bytes: u64) -> usize {
    // Below 512, so that it fits whatever a usize is.
    usize::try_from((BLOCK_BYTES - size_bytes % BLOCK_BYTES) % BLOCK_BYTES).unwrap_or_default()
}

fn block(prefix: &str, name: &str, flag: u8, mode: u32, size: u64) -> [u8; 512] {
    let mut block = [0_u8; 512];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, format!("{mode:07o}").as_bytes());
    put(108, b"0000000");
    put(116, b"0000000");
    put(124, format!("{size:011o}").as_bytes());
    put(136, b"00000000000");
    put(148, b"        ");
    put(156, &[flag]);
    put(257, b"ustar\x0000");
    put(329, b"0000000");
    put(337, b"0000000");
    put(345, prefix.as_bytes());
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// Prefix and name of ustar, where the path can be split so.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.len() <= 100 {
        return Some(("", path));
    }
    // The slash between the two is not stored; a folder's last slash belongs to its name.
    let end = path.len() - 1;
    path[..end]
        .char_indices()
        .filter(|(at, c)| *c == '/' && *at <= 155 && path.len() - at - 1 <= 100)
        .map(|(at, _)| (&path[..at], &path[at + 1..]))
        .next()
}

fn cut(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `LENGTH KEY=VALUE\n`, where LENGTH counts itself (POSIX pax, extended header).
fn pax_record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n")
}
