//! The tutorial's greeting.

/// Returns `Hello, <name>!`.
///
/// ```
/// assert_eq!(rust_ffi::greeting::greet("Gopher"), "Hello, Gopher!");
/// ```
#[must_use]
pub fn greet(name: &str) -> String {
    format!("Hello, {name}!")
}
