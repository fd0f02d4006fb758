//! Rust's compute for the JVM.

pub mod arithmetic;
pub mod error;
pub mod greeting;
pub mod matrix;
pub mod memory;

pub use error::{Error, Result};
