//! Rust's compute for the JVM.
//!
//! A call from Java passes three rooms and comes back the same way: the Java method checks for null, an entry point in
//! [`java`] borrows or copies its arguments, and a function of the core checks the values and computes. The core
//! ([`tutorial`], [`vector`], [`linalg`], [`index`] and what they are made of) is ordinary Rust that knows neither Java nor C:
//!
//! ```
//! assert_eq!(rust_ffi::tutorial::add(5, 3), 8);
//! assert_eq!(rust_ffi::tutorial::greet("Gopher"), "Hello, Gopher!");
//! ```
//!
//! Every failure is an [`Error`], whose text shows the offending values. [`java`] turns it into a Java exception in one
//! place. The tutorial's functions have a C interface too, in [`c`].

pub mod blas;
pub mod c;
pub mod csv;
pub mod error;
pub mod file;
mod float;
pub mod index;
pub mod java;
pub mod linalg;
pub mod matrix;
pub mod memory;
pub mod npy;
pub mod parallel;
#[cfg(test)]
#[allow(dead_code, reason = "the tests in other files use the rest")]
#[path = "../tests/common/random.rs"]
mod random;
mod simd;
pub mod tutorial;
pub mod vector;

pub use error::{Error, Result};
pub use linalg::{batch, cholesky, eigen, ldl, least_squares, lu, pivoted_qr, qr, svd, triangular};
pub use matrix::MatrixRef;
