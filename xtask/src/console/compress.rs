//! brotli and gzip files beside each asset, as small as they get: made once, sent many times.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::fingerprint::files_below;

/// Below this an encoded answer saves no packet.
const WORTHWHILE_BYTES: usize = 256;
const TEXTUAL: [&str; 9] = ["html", "js", "css", "wasm", "svg", "json", "txt", "webmanifest", "map"];

/// Writes `name.br` and `name.gz` for every asset that gets smaller by it.
pub(crate) fn write_beside(folder: &Path) -> Result<()> {
    files_below(folder)?.par_iter().try_for_each(|file| write_forms(file))
}

fn write_forms(file: &Path) -> Result<()> {
    let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
    let content = fs::read(file)?;
    if !TEXTUAL.contains(&extension.as_str()) || content.len() < WORTHWHILE_BYTES {
        return Ok(());
    }
    for (suffix, encoded) in [("br", brotli(&content)?), ("gz", gzip(&content)?)] {
        if encoded.len() < content.len() {
            let beside = file.with_extension(format!("{extension}.{suffix}"));
            fs::write(&beside, encoded).with_context(|| format!("could not write {}", beside.display()))?;
        }
    }
    Ok(())
}

/// Quality 11 with the largest standard window.
pub(crate) fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoded = Vec::new();
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut encoded, &parameters)?;
    Ok(encoded)
}

/// At its smallest.
pub(crate) fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::write_beside;
    use std::fs;
    use std::io::Read;

    #[test]
    fn an_asset_gets_both_encodings_and_they_decode_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let text = "the same words again and again. ".repeat(100);
        fs::write(folder.path().join("app.js"), &text).unwrap();
        write_beside(folder.path()).unwrap();

        let mut decoded = String::new();
        let gz = fs::File::open(folder.path().join("app.js.gz")).unwrap();
        flate2::read::GzDecoder::new(gz).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, text);

        let br = fs::read(folder.path().join("app.js.br")).unwrap();
        let mut decoded = Vec::new();
        brotli::BrotliDecompress(&mut &br[..], &mut decoded).unwrap();
        assert_eq!(decoded, text.as_bytes());
    }

    #[test]
    fn a_picture_and_a_tiny_file_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("logo.png"), [7_u8; 4096]).unwrap();
        fs::write(folder.path().join("tiny.css"), "a{}").unwrap();
        write_beside(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
