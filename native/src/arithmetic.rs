//! The tutorial's arithmetic.

/// Returns `a + b`, wrapping around on overflow as Java's `+` does.
///
/// ```
/// assert_eq!(rust_ffi::arithmetic::add(5, 3), 8);
/// assert_eq!(rust_ffi::arithmetic::add(i32::MAX, 1), i32::MIN);
/// ```
#[must_use]
pub const fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

/// Returns `a * b`, wrapping around on overflow as Java's `*` does.
///
/// ```
/// assert_eq!(rust_ffi::arithmetic::multiply(4, 6), 24);
/// assert_eq!(rust_ffi::arithmetic::multiply(i32::MIN, -1), i32::MIN);
/// ```
#[must_use]
pub const fn multiply(a: i32, b: i32) -> i32 {
    a.wrapping_mul(b)
}
