//! The tutorial's functions.

use crate::{Result, memory};

/// Returns `a + b`, wrapping around on overflow as Java's `+` does.
///
/// ```
/// assert_eq!(rust_ffi::tutorial::add(5, 3), 8);
/// assert_eq!(rust_ffi::tutorial::add(i32::MAX, 1), i32::MIN);
/// ```
#[must_use]
pub const fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

/// Returns `a * b`, wrapping around on overflow as Java's `*` does.
///
/// ```
/// assert_eq!(rust_ffi::tutorial::multiply(4, 6), 24);
/// assert_eq!(rust_ffi::tutorial::multiply(i32::MIN, -1), i32::MIN);
/// ```
#[must_use]
pub const fn multiply(a: i32, b: i32) -> i32 {
    a.wrapping_mul(b)
}

/// What a greeting has before and after the name.
pub const AROUND: [&str; 2] = ["Hello, ", "!"];

/// Returns `Hello, <name>!`.
///
/// ```
/// assert_eq!(rust_ffi::tutorial::greet("Gopher"), "Hello, Gopher!");
/// ```
#[must_use]
pub fn greet(name: &str) -> String {
    let [before, after] = AROUND;
    format!("{before}{name}{after}")
}

/// Returns what [`greet`] returns, for a name of any length.
///
/// The text has room for one more byte, so that a C string can be made of it in place.
///
/// # Errors
/// [`OutOfMemory`](crate::Error::OutOfMemory) when there is no memory for the text.
pub fn try_greet(name: &str) -> Result<String> {
    let [before, after] = AROUND;
    let mut text = memory::string(before.len() + name.len() + after.len() + 1)?;
    text.extend([before, name, after]);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_greetings_agree() {
        for name in ["", "Gopher", "a\0b", "Zoë", "🦀", "שלום"] {
            assert_eq!(try_greet(name), Ok(greet(name)));
        }
    }

    #[test]
    fn a_greeting_has_room_for_a_terminator() {
        let text = try_greet("Gopher").unwrap();
        assert!(text.capacity() > text.len());
    }
}
