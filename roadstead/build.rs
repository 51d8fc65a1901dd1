//! Tells the embedding where the built console lies: `ROADSTEAD_CONSOLE_DIR`, or `target/console` beside this crate's workspace.
//! Without a built console the binary is still good (checks, tests, `cluster` and `user` commands): it then serves a page that
//! says how to build one.

use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-env-changed=ROADSTEAD_CONSOLE_DIR");
    let built = env::var_os("ROADSTEAD_CONSOLE_DIR").map_or_else(
        || PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../target/console"),
        PathBuf::from,
    );
    let folder = if built.join("index.html").is_file() {
        built.canonicalize().expect("index.html was found in it")
    } else {
        let empty = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("no-console");
        fs::create_dir_all(&empty).expect("the build's own folder is writable");
        empty
    };
    println!("cargo:rerun-if-changed={}", folder.display());
    println!("cargo:rustc-env=ROADSTEAD_CONSOLE_EMBED={}", folder.display());
}
