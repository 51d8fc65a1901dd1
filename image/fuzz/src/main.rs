//! All targets in one program: which one is said by the environment, so that libFuzzer is linked once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("ROADSTEAD_FUZZ").unwrap_or_default();
    let target = image_fuzz::TARGETS.iter().find(|(own, _)| *own == name);
    target.unwrap_or_else(|| panic!("ROADSTEAD_FUZZ names no target: {name:?}")).1
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
