//! Keeps the browser calm while containers come and go.
//!
//! Each container brings an interface; the kernel gives it an IPv6 link-local address, and Chromium drops every
//! connection it has when any address of the machine changes (`ERR_NETWORK_CHANGED`). While the tests' engine runs,
//! new interfaces get no address by themselves.

use std::fs;
use std::path::Path;

const SWITCH: &str = "/proc/sys/net/ipv6/conf/default/addr_gen_mode";
/// IN6_ADDR_GEN_MODE_NONE of linux/if_link.h.
const NONE: &str = "1";

/// Remembers the setting in that folder and changes it. Without IPv6, or the right to change it, there is nothing to do.
pub(super) fn begin(folder: &Path) {
    let kept = folder.join("addr_gen_mode");
    let Ok(before) = fs::read_to_string(SWITCH) else { return };
    // One kept from a run that was cut short is the machine's own.
    if (kept.exists() || fs::write(&kept, before).is_ok()) && fs::write(SWITCH, NONE).is_err() {
        fs::remove_file(kept).ok();
    }
}

/// Gives the setting back.
pub(super) fn end(folder: &Path) {
    let kept = folder.join("addr_gen_mode");
    if let Ok(before) = fs::read_to_string(&kept) {
        fs::write(SWITCH, before).ok();
        fs::remove_file(kept).ok();
    }
}
