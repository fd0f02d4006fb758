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
mod bidiagonal;
mod bidiagonal_svd;
pub mod blas;
pub mod c;
mod check;
pub mod cholesky;
pub mod eigen;
pub mod error;
#[cfg(target_arch = "x86_64")]
mod faer_products;
mod float;
mod francis;
pub mod greeting;
mod householder;
pub mod index;
pub mod java;
pub mod least_squares;
pub mod lu;
pub mod matrix;
pub mod memory;
mod merge;
pub mod npy;
pub mod parallel;
pub mod qr;
mod scaling;
mod secular;
mod simd;
pub mod svd;
mod tridiagonal;
mod tridiagonal_eigen;
pub mod vector;

pub use error::{Error, Result};
pub use matrix::MatrixRef;
