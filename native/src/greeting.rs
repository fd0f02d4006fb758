//! The tutorial's greeting.

use crate::{Result, memory};

/// What a greeting has before and after the name.
pub const AROUND: [&str; 2] = ["Hello, ", "!"];

/// Returns `Hello, <name>!`.
///
/// ```
/// assert_eq!(rust_ffi::greeting::greet("Gopher"), "Hello, Gopher!");
/// ```
#[must_use]
pub fn greet(name: &str) -> String {
    let [before, after] = AROUND;
    format!("{before}{name}{after}")
}

/// Returns what [`greet`] returns, for a name whose length nobody vouches for.
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
