//! Names by which a module's imports find what wasm-bindgen wrote for them: `__wbg_focus_0123456789abcdef`.
//!
//! The hash at the end tells crates apart, and is what no compressor makes smaller: with hundreds of imports, named in the module and
//! in the script, a fortieth of what the console loads first.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::fingerprint::files_below;

const MARK: &[u8] = b"__wbg_";
const HASH_DIGITS: usize = 16;

/// Puts a number in the place of each hash, the same in every script and module. It is as long: nothing moves in a module.
pub(super) fn number(dist: &Path) -> Result<()> {
    let mut numbers = Numbers::default();
    for file in files_below(dist)? {
        if file.extension().is_some_and(|extension| extension == "js" || extension == "wasm") {
            let mut content = fs::read(&file)?;
            if numbers.put(&mut content) {
                fs::write(&file, content)?;
            }
        }
    }
    Ok(())
}

#[derive(Default)]
struct Numbers {
    /// By whole name.
    given: HashMap<Vec<u8>, usize>,
    /// The next one, by what stands before the hash.
    next: HashMap<Vec<u8>, usize>,
}

impl Numbers {
    /// Whether anything was put.
    fn put(&mut self, content: &mut [u8]) -> bool {
        let (mut at, mut any) = (0, false);
        while let Some(found) = content[at..].windows(MARK.len()).position(|window| window == MARK) {
            let start = at + found;
            let length =
                content[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            at = start + length;
            let Some((stem, hash)) = content[start..at].split_last_chunk::<HASH_DIGITS>() else { continue };
            if stem.ends_with(b"_") && hash.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
                let number = self.of(&content[start..at], stem.len());
                content[at - HASH_DIGITS..at].copy_from_slice(format!("{number:0HASH_DIGITS$}").as_bytes());
                any = true;
            }
        }
        any
    }

    fn of(&mut self, name: &[u8], stem: usize) -> usize {
        if let Some(given) = self.given.get(name) {
            return *given;
        }
        let next = self.next.entry(name[..stem].to_vec()).or_default();
        let number = *next;
        *next += 1;
        self.given.insert(name.to_vec(), number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::number;
    use std::fs;

    #[test]
    fn names_stay_the_same_in_scripts_and_modules_and_differ_where_they_did() {
        let folder = tempfile::tempdir().unwrap();
        let (script, module) = (folder.path().join("app.js"), folder.path().join("app.wasm"));
        fs::write(&script, "__wbg_focus_00a1b2c3d4e5f607(){},__wbg_focus_ffa1b2c3d4e5f607(){},__wbg_get_imports()")
            .unwrap();
        fs::write(&module, b"\x1c__wbg_focus_ffa1b2c3d4e5f607\x00\x01\x1c__wbg_focus_00a1b2c3d4e5f607\x00\x02__wbg_x")
            .unwrap();
        number(folder.path()).unwrap();
        let expected = "__wbg_focus_0000000000000000(){},__wbg_focus_0000000000000001(){},__wbg_get_imports()";
        assert_eq!(fs::read_to_string(&script).unwrap(), expected);
        let expected = b"\x1c__wbg_focus_0000000000000001\x00\x01\x1c__wbg_focus_0000000000000000\x00\x02__wbg_x";
        assert_eq!(fs::read(&module).unwrap(), expected);
    }
}
