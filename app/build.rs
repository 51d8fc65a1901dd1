//! Asks the linker to keep what `xtask` splits the console's module by.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let on = |name| std::env::var_os(name).is_some();
    let wasm = std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm");
    if wasm && on("CARGO_FEATURE_SPLIT") {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
