//! What must hold for any bytes whatever. Each target panics where it does not.
//!
//! `cargo test -p image-fuzz` goes through the corpus; `cargo xtask fuzz` lets libFuzzer look for more.
#![forbid(unsafe_code)]

mod archive;
mod manifests;
mod range;
mod references;
mod upload;

/// A target: a name, and what is done with the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them; each has a folder of its name in `corpus`.
pub const TARGETS: [Target; 5] = [
    ("references", references::check),
    ("archive", archive::check),
    ("manifests", manifests::check),
    ("upload", upload::check),
    ("range", range::check),
];

#[cfg(test)]
mod tests {
    use super::TARGETS;
    use std::fs;
    use std::path::Path;

    #[test]
    fn everything_in_the_corpus_holds() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (name, check) in TARGETS {
            let mut seeds = 0;
            let own = here.join("corpus").join(name);
            // Archives of real tools lie with the tests that compare them.
            let shared = here.join("../tests/corpus");
            for folder in [Some(own), (name == "archive").then_some(shared)].into_iter().flatten() {
                for file in fs::read_dir(folder).unwrap().flatten().filter(|file| file.path().is_file()) {
                    check(&fs::read(file.path()).unwrap());
                    seeds += 1;
                }
            }
            assert!(seeds > 2, "{name} has a corpus");
        }
    }
}
