//! Rust's compute for the JVM.
//!
//! A call from Java passes three rooms and comes back the same way: the Java method checks for null, an entry point in
//! [`java`] borrows or copies its arguments, and a function of the core checks the values and computes. The core
//! ([`arithmetic`], [`greeting`] and the modules beside them) is ordinary Rust that knows neither Java nor C:
//!
//! ```
//! assert_eq!(rust_ffi::arithmetic::add(5, 3), 8);
//! assert_eq!(rust_ffi::greeting::greet("Gopher"), "Hello, Gopher!");
//! ```
//!
//! Every failure is an [`Error`], whose text shows the offending values. [`java`] turns it into a Java exception in one
//! place. The tutorial's functions have a C interface too, in [`c`].

pub mod arithmetic;
pub mod blas;
pub mod c;
pub mod error;
mod float;
pub mod greeting;
pub mod index;
pub mod java;
pub mod linalg;
pub mod matrix;
pub mod memory;
pub mod npy;
pub mod parallel;
mod simd;
pub mod vector;

pub use error::{Error, Result};
pub use linalg::{cholesky, eigen, least_squares, lu, qr, svd};
pub use matrix::MatrixRef;
