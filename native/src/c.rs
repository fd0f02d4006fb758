//! Entry points for C: the tutorial's functions under the tutorial's names.
//!
//! No panic leaves them. `include/rust_ffi.h` is generated from this file.

use std::ffi::{CStr, CString, c_char};
use std::panic::catch_unwind;
use std::ptr;

use crate::tutorial;

/// Returns `a + b`, wrapping around on overflow.
#[unsafe(no_mangle)]
pub extern "C" fn add(a: i32, b: i32) -> i32 {
    tutorial::add(a, b)
}

/// Returns `a * b`, wrapping around on overflow.
#[unsafe(no_mangle)]
pub extern "C" fn multiply(a: i32, b: i32) -> i32 {
    tutorial::multiply(a, b)
}

/// Returns the text `Hello, <name>!`, or `Hello, Unknown!` if `name` is NULL or not UTF-8.
///
/// The caller keeps `name`, and owns the returned text: give it back with `free_string`, never with `free`.
/// Returns NULL if there is no memory for it.
///
/// # Safety
/// `name` is NULL or points to a text that ends in a NUL and does not change during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn greet(name: *const c_char) -> *mut c_char {
    let greeting = || {
        let name = if name.is_null() {
            None
        } else {
            // SAFETY: `name` is not null, so by this function's contract it points to a text that ends in a NUL.
            unsafe { CStr::from_ptr(name) }.to_str().ok()
        };
        let text = tutorial::try_greet(name.unwrap_or("Unknown")).ok()?;
        Some(CString::new(text).expect("a C string holds no NUL").into_raw())
    };
    catch_unwind(greeting).ok().flatten().unwrap_or(ptr::null_mut())
}

/// Frees a text that `greet` returned. Does nothing if `s` is NULL.
///
/// # Safety
/// `s` is NULL or came from `greet`, was not changed in length, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_string(s: *mut c_char) {
    if !s.is_null() {
        // SAFETY: `s` is not null, so by this function's contract it came from `CString::into_raw` in `greet`.
        drop(unsafe { CString::from_raw(s) });
    }
}
