//! Rust's compute for the JVM.

pub mod arithmetic;
pub mod error;
pub mod greeting;

pub use error::{Error, Result};
