//! What kind of file somebody picked, by its first bytes.

use std::fmt;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Perhaps a tar: none of the others.
    Tar,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
    /// A zip file.
    Zip,
    /// A 7z file.
    SevenZip,
    /// Text in UTF-16: what PowerShell makes of `docker save > file`.
    Utf16,
    /// Text in UTF-8: what newer PowerShells make of it, or some text file.
    Text,
    /// An error page or the like.
    Html,
}

/// Tells a file by its beginning; 512 bytes are enough.
#[must_use]
pub fn recognise(start: &[u8]) -> Format {
    match start {
        [0x1f, 0x8b, ..] => Format::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Format::Zstd,
        [low, 0x2a, 0x4d, 0x18, ..] if low >> 4 == 5 => Format::Zstd,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Format::Xz,
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Format::Bzip2,
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Format::Zip,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Format::SevenZip,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Format::Utf16,
        [0xef, 0xbb, 0xbf, ..] => Format::Text,
        _ => text_or_tar(start),
    }
}

fn text_or_tar(start: &[u8]) -> Format {
    let text = start.trim_ascii_start();
    if text.len() >= 5 && (text[..5].eq_ignore_ascii_case(b"<!doc") || text[..5].eq_ignore_ascii_case(b"<html")) {
        return Format::Html;
    }
    // U+FFFD in place of bytes that were no text, where a tar's header has none.
    let replaced = start.windows(3).any(|bytes| bytes == [0xef, 0xbf, 0xbd]);
    // A tar's header ends in zeros; a text has none at all.
    if replaced || (!start.is_empty() && !start.contains(&0)) { Format::Text } else { Format::Tar }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tar => "a tar",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "compressed with xz: unpack it with `xz -d` and choose the tar",
            Self::Bzip2 => "compressed with bzip2: unpack it with `bzip2 -d` and choose the tar",
            Self::Zip => "a zip file: unpack it and choose the tar inside",
            Self::SevenZip => "a 7z file: unpack it and choose the tar inside",
            Self::Utf16 | Self::Text => {
                "text, no archive: PowerShell's \">\" turns an image into text; use `docker save --output FILE IMAGE`"
            }
            Self::Html => "a web page, no archive: whoever served the file answered with an error or a sign-in page",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        for (start, format) in [
            (&b"\x1f\x8b\x08\0"[..], Format::Gzip),
            (b"\x28\xb5\x2f\xfd\x04", Format::Zstd),
            (b"\x50\x2a\x4d\x18\x04", Format::Zstd),
            (b"\xfd7zXZ\0\0", Format::Xz),
            (b"BZh91AY", Format::Bzip2),
            (b"PK\x03\x04", Format::Zip),
            (b"7z\xbc\xaf\x27\x1c", Format::SevenZip),
            (b"\xff\xfem\0a\0n\0", Format::Utf16),
            (b"\xef\xbb\xbfmanifest.json\0\0", Format::Text),
            (b"manifest.json\0\0\xef\xbf\xbd\0", Format::Text),
            (b"{\"schemaVersion\":2}", Format::Text),
            (b"\n <!DOCTYPE html>", Format::Html),
            (b"<HTML>", Format::Html),
            (b"manifest.json\0\0\0", Format::Tar),
            (b"", Format::Tar),
        ] {
            assert_eq!(recognise(start), format, "{start:?}");
        }
    }
}
