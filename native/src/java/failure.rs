//! Why an entry point did not return a value, and which Java exception says so.

use std::any::Any;
use std::fmt::{self, Display, Write};
use std::io::ErrorKind;

use crate::error::Purpose;
use crate::{Error, memory};

/// What an entry point returns.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why an entry point did not return a value.
#[derive(Debug)]
pub enum Failure {
    /// The core refused the call or could not finish it.
    Core(Error),
    /// An argument is null.
    Null(&'static str),
    /// JNI failed, and has thrown a Java exception that says why.
    Pending,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

/// The Java exceptions that Rust throws, by the numbers that `io.github.rustffi.internal.Failures` gives them.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(i32)]
pub enum Kind {
    /// `AssertionError`, with a message that begins with `bug in rust_ffi: `.
    Bug = 0,
    /// `NullPointerException`.
    NullPointer = 1,
    /// `IllegalArgumentException`.
    IllegalArgument = 2,
    /// `IllegalStateException`.
    IllegalState = 3,
    /// `IndexOutOfBoundsException`.
    IndexOutOfBounds = 4,
    /// `UnsupportedOperationException`.
    UnsupportedOperation = 5,
    /// `ArithmeticException`.
    Arithmetic = 6,
    /// `SingularMatrixException`.
    Singular = 7,
    /// `NotPositiveDefiniteException`.
    NotPositiveDefinite = 8,
    /// `NoConvergenceException`.
    NoConvergence = 9,
    /// `OutOfMemoryError`.
    OutOfMemory = 10,
    /// `IOException`.
    Io = 11,
    /// `NoSuchFileException`, with the file.
    NoSuchFile = 12,
    /// `AccessDeniedException`, with the file.
    AccessDenied = 13,
    /// `FileSystemException`, with the file.
    FileSystem = 14,
}

impl Kind {
    /// Returns the exception that stands for an error of the core.
    #[must_use]
    pub const fn of(error: &Error) -> Self {
        match error {
            Error::UnpairedSurrogate { .. }
            | Error::Shape { .. }
            | Error::ValueCount { .. }
            | Error::Shapes { .. }
            | Error::NotSquare { .. }
            | Error::NotFinite { .. }
            | Error::NotSymmetric { .. }
            | Error::Empty { .. }
            | Error::Tolerance { .. }
            | Error::Wide { .. }
            | Error::VectorLength { .. }
            | Error::PermutationLength { .. }
            | Error::PermutationEntry { .. }
            | Error::ThreadCount { .. }
            | Error::VectorLengths { .. }
            | Error::Dimension { .. }
            | Error::NotVectors { .. }
            | Error::VectorDimension { .. }
            | Error::VectorNotFinite { .. }
            | Error::ZeroVector { .. }
            | Error::VectorTooLarge { .. }
            | Error::VectorTooSmall { .. }
            | Error::HitCount { .. }
            | Error::Bound { .. }
            | Error::FilterCount { .. }
            | Error::IdCount { .. }
            | Error::Delimiter { .. }
            | Error::SkippedLines { .. } => Self::IllegalArgument,
            Error::Id { .. } | Error::NoVector { .. } => Self::IndexOutOfBounds,
            Error::Mapped => Self::UnsupportedOperation,
            Error::Closed | Error::NoIds { .. } => Self::IllegalState,
            Error::Overflow { .. } => Self::Arithmetic,
            Error::Singular { .. } => Self::Singular,
            Error::NoConvergence { .. } => Self::NoConvergence,
            Error::NotPositiveDefinite { .. } => Self::NotPositiveDefinite,
            Error::Io { kind: ErrorKind::NotFound, .. } => Self::NoSuchFile,
            Error::Io { kind: ErrorKind::PermissionDenied, .. } => Self::AccessDenied,
            Error::Io { .. } => Self::FileSystem,
            Error::File { .. } | Error::PathLength { .. } => Self::Io,
            Error::OutOfMemory { .. } | Error::Threads { .. } => Self::OutOfMemory,
        }
    }
}

/// An error of the core as Java is told it: with the method that does what was asked for, where there is one.
pub(super) struct Told<'a>(pub(super) &'a Error);

impl Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instead = match self.0 {
            Error::NotSquare { purpose: Purpose::Solution, .. } | Error::Wide { .. } => {
                "; leastSquares takes a matrix of any shape"
            }
            Error::NotSquare { purpose: Purpose::Inverse, .. } => "; pseudoInverse takes a matrix of any shape",
            Error::NotSymmetric { .. } => "; symmetrized returns the symmetric part",
            _ => "",
        };
        write!(f, "{}{instead}", self.0)
    }
}

/// Returns the message of a panic.
pub(super) fn message_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panic without a message")
}

/// Code units of a message that are written on the stack.
const ON_STACK: usize = 512;

/// A text in UTF-16, as Java takes it. Where there is no memory for all of it, it is cut off: a failure is told all the same.
pub(super) struct Message {
    first: [u16; ON_STACK],
    count: usize,
    /// All of it, once it is longer.
    all: Vec<u16>,
}

impl Message {
    /// Returns the text of something.
    pub(super) fn of(what: &dyn Display) -> Self {
        let mut message = Self { first: [0; ON_STACK], count: 0, all: Vec::new() };
        // What cannot be written any more is cut off.
        let _cut_off: fmt::Result = write!(message, "{what}");
        message
    }

    /// Returns its code units.
    pub(super) fn units(&self) -> &[u16] {
        if self.all.is_empty() { &self.first[..self.count] } else { &self.all }
    }
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let more = text.encode_utf16().count();
        if self.all.is_empty() && self.count + more <= ON_STACK {
            for (to, unit) in self.first[self.count..].iter_mut().zip(text.encode_utf16()) {
                *to = unit;
            }
            self.count += more;
            return Ok(());
        }
        let missing = if self.all.is_empty() { self.count + more } else { more };
        if self.all.is_empty() {
            self.all = memory::with_capacity(missing).map_err(|_| fmt::Error)?;
            self.all.extend_from_slice(&self.first[..self.count]);
        } else {
            self.all.try_reserve(missing).map_err(|_| fmt::Error)?;
        }
        self.all.extend(text.encode_utf16());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &Message) -> String {
        String::from_utf16(message.units()).unwrap()
    }

    #[test]
    fn a_message_of_any_length_is_kept_whole() {
        for length in [0, 1, ON_STACK - 1, ON_STACK, ON_STACK + 1, 100_000] {
            let long = "🦀é".repeat(length);
            assert_eq!(text(&Message::of(&long)), long);
            let parts = format!("{long} at row {}", 7);
            assert_eq!(text(&Message::of(&format_args!("{long} at row {}", 7))), parts);
        }
    }

    #[test]
    fn the_message_of_a_panic_is_that_of_a_string_or_a_literal() {
        assert_eq!(message_of(&"literal"), "literal");
        assert_eq!(message_of(&String::from("string")), "string");
        assert_eq!(message_of(&1), "panic without a message");
    }
}
