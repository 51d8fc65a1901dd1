//! libdeflate's memory: WebAssembly has no C library to take it from, so it comes from Rust's allocator.
#![allow(unsafe_code, reason = "C asks for memory through two functions; there is no safe way to write them")]

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;

/// Room before each block for its size; keeps the alignment that C expects.
const HEAD: usize = 16;

/// Must come before the first use of libdeflate.
pub(crate) fn give_to_libdeflate() {
    // SAFETY: both functions keep malloc's and free's promises, for as long as the program runs.
    unsafe { libdeflate_sys::libdeflate_set_memory_allocator(take, give_back) }
}

unsafe extern "C" fn take(size: usize) -> *mut c_void {
    let Some(layout) = size.checked_add(HEAD).and_then(|whole| Layout::from_size_align(whole, HEAD).ok()) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the layout has a size above zero; the head is inside the block and aligned.
    unsafe {
        let block = alloc(layout);
        if block.is_null() {
            return std::ptr::null_mut();
        }
        block.cast::<usize>().write(layout.size());
        block.add(HEAD).cast()
    }
}

unsafe extern "C" fn give_back(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: the block came from `take`, which wrote its whole size at its head.
    unsafe {
        let block = block.cast::<u8>().sub(HEAD);
        let size = block.cast::<usize>().read();
        if let Ok(layout) = Layout::from_size_align(size, HEAD) {
            dealloc(block, layout);
        }
    }
}
