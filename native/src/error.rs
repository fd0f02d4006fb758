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
    /// A matrix is given another number of values than its shape holds.
    ValueCount {
        /// Rows of the shape.
        rows: usize,
        /// Columns of the shape.
        columns: usize,
        /// Number of values given.
        values: usize,
    },
    /// Memory cannot be had.
    OutOfMemory {
        /// Size of the request.
        bytes: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnpairedSurrogate { index } => write!(f, "unpaired surrogate at index {index}"),
            Self::ValueCount { rows, columns, values } => {
                write!(f, "a {rows}x{columns} matrix does not have {values} values")
            }
            Self::OutOfMemory { bytes } => write!(f, "cannot allocate {bytes} bytes"),
        }
    }
}

impl std::error::Error for Error {}
