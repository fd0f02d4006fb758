//! The ways in which a call can fail.

use std::fmt;

/// What a function of this crate returns when it can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// A failed call. The text says what was wrong and shows the values; the variant says what kind of failure it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// Text holds a UTF-16 surrogate without its other half.
    UnpairedSurrogate {
        /// Index of the surrogate in UTF-16 code units.
        index: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnpairedSurrogate { index } => write!(f, "unpaired surrogate at index {index}"),
        }
    }
}

impl std::error::Error for Error {}
