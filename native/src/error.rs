//! The ways in which a call can fail.

use std::fmt::{self, Write};
use std::io;
use std::path::Path;

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
    /// A matrix cannot have a shape.
    Shape {
        /// Its rows.
        rows: i64,
        /// Its columns.
        columns: i64,
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
    /// The shapes of two matrices do not suit the operation.
    Shapes {
        /// Rows and columns of the left matrix.
        left: (usize, usize),
        /// What was to be done, as it stands between the two: `times`.
        operation: &'static str,
        /// Rows and columns of the right matrix.
        right: (usize, usize),
    },
    /// A matrix has to be square.
    NotSquare {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// What it has to be square for.
        purpose: Purpose,
    },
    /// A value is NaN or infinite where only finite ones are accepted.
    NotFinite {
        /// Which matrix has it, as it begins the message: `matrix`, or `b` for right-hand sides.
        argument: &'static str,
        /// Row of the first such value.
        row: usize,
        /// Its column.
        column: usize,
        /// The value.
        value: f64,
    },
    /// A result is too large to be represented.
    Overflow {
        /// What it is.
        quantity: &'static str,
    },
    /// A vector has another length than the operation needs.
    VectorLength {
        /// Length needed.
        expected: usize,
        /// Length given.
        length: usize,
    },
    /// A matrix has fewer rows than columns where that leaves the result open.
    Wide {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// A permutation has another length than the matrix has rows.
    PermutationLength {
        /// Rows of the matrix.
        rows: usize,
        /// Length of the permutation.
        length: usize,
    },
    /// An entry of a permutation is not a row.
    PermutationEntry {
        /// Index of the entry.
        index: usize,
        /// Its value.
        value: i32,
        /// Rows of the matrix.
        rows: usize,
    },
    /// A matrix is singular.
    Singular {
        /// Position on the diagonal of the first pivot that is zero.
        pivot: usize,
    },
    /// A matrix has to be symmetric.
    NotSymmetric {
        /// Row of the first value that differs from its mirror image by more than rounding.
        row: usize,
        /// Its column.
        column: usize,
        /// The value.
        value: f64,
        /// The value on the other side of the diagonal.
        mirrored: f64,
        /// By how much the two may differ.
        tolerance: f64,
    },
    /// A symmetric matrix is not positive definite.
    NotPositiveDefinite {
        /// Position on the diagonal of the first pivot that is not positive.
        pivot: usize,
    },
    /// The number of threads is not one that can be had.
    ThreadCount {
        /// Number asked for.
        threads: i64,
        /// Largest number supported.
        maximum: usize,
    },
    /// The system does not grant the threads.
    Threads {
        /// Number asked for.
        threads: usize,
        /// What the system says.
        cause: String,
    },
    /// Two vectors that belong together have different lengths.
    VectorLengths {
        /// Length of the first.
        x: usize,
        /// Length of the second.
        y: usize,
    },
    /// A dimension is not one that an index can have.
    Dimension {
        /// The dimension.
        dimension: i64,
        /// Largest one.
        maximum: usize,
    },
    /// Values that should be vectors, one after the other, are not a multiple of the dimension.
    NotVectors {
        /// What they are: `vectors` or `queries`.
        argument: &'static str,
        /// Number of values.
        values: usize,
        /// Dimension of the index.
        dimension: usize,
    },
    /// A vector is not of the index's dimension.
    VectorDimension {
        /// Which one.
        vector: Which,
        /// Number of values of the vector.
        values: usize,
        /// Dimension of the index.
        dimension: usize,
    },
    /// A vector holds NaN or infinity.
    VectorNotFinite {
        /// Which vector it is.
        vector: Which,
        /// Index of the value in the vector.
        component: usize,
        /// The value.
        value: f32,
    },
    /// A vector is zero, and has no direction.
    ZeroVector {
        /// Which vector it is.
        vector: Which,
    },
    /// A vector holds a value that is too large for half precision: the nearest number is infinite.
    VectorTooLarge {
        /// Which vector it is.
        vector: Which,
        /// Index of the value in the vector.
        component: usize,
        /// The value.
        value: f32,
    },
    /// A vector becomes zero in half precision, and has no direction.
    VectorTooSmall {
        /// Which vector it is.
        vector: Which,
    },
    /// The number of hits to find is not at least 1.
    HitCount {
        /// Number asked for.
        k: i64,
    },
    /// What scores have to reach is not a number, or not a bound for the metric.
    Bound {
        /// What it is called: `atLeast` or `atMost`.
        name: &'static str,
        /// Its value.
        value: f32,
        /// What the scores of the metric are called.
        scores: &'static str,
        /// Whether it is a bound for the metric.
        suits: bool,
    },
    /// There is no vector with an id, where ids are the caller's.
    NoVector {
        /// The id.
        id: i64,
    },
    /// There are not as many ids as vectors.
    IdCount {
        /// Number of ids.
        ids: usize,
        /// Number of vectors.
        vectors: usize,
    },
    /// There are not enough ids left that are greater than any that there has been.
    NoIds {
        /// The first of them.
        next: u64,
        /// Number of vectors that need one.
        vectors: usize,
    },
    /// There is not one filter for each query.
    FilterCount {
        /// Number of filters.
        filters: usize,
        /// Number of queries.
        queries: usize,
    },
    /// There is no vector with an id.
    Id {
        /// The id.
        id: i64,
        /// Number of vectors.
        len: u64,
    },
    /// A mapped index cannot change.
    Mapped,
    /// An index has been closed.
    Closed,
    /// A path is longer than any file's.
    PathLength {
        /// Its length in UTF-16 code units.
        length: usize,
        /// The longest that is accepted.
        maximum: usize,
    },
    /// A file cannot be read or written.
    Io {
        /// Name of the file.
        path: String,
        /// Kind of the system's error.
        kind: io::ErrorKind,
        /// The system's own words.
        cause: String,
    },
    /// A character cannot stand between the numbers of a line.
    Delimiter {
        /// Its code point.
        delimiter: u32,
    },
    /// The number of lines to skip is negative.
    SkippedLines {
        /// The number.
        lines: i64,
    },
    /// A file does not hold what is needed.
    File {
        /// Name of the file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An iteration did not converge.
    NoConvergence {
        /// What it was to compute.
        quantity: &'static str,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        columns: usize,
    },
    /// A quantity of a matrix without values is not defined.
    Empty {
        /// The quantity.
        quantity: &'static str,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        columns: usize,
    },
    /// A relative tolerance is negative or NaN.
    Tolerance {
        /// The tolerance.
        tolerance: f64,
    },
    /// Memory cannot be had.
    OutOfMemory {
        /// Size of the request.
        bytes: usize,
    },
}

/// What a matrix has to be square for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To solve a system of equations.
    Solution,
    /// To be inverted.
    Inverse,
    /// Something that is not defined for another matrix.
    Other,
}

/// Which of the vectors given is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The only one, which is called so: `query`.
    Only(&'static str),
    /// One of several, which are called so, by its number.
    Numbered(&'static str, usize),
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only(name) => write!(f, "the {name}"),
            Self::Numbered(name, number) => write!(f, "{name} {number}"),
        }
    }
}

impl Error {
    /// Returns the error that says that the system could not do something with the file at `path`.
    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        Self::Io { path: path.display().to_string(), kind: error.kind(), cause: error.to_string() }
    }

    /// Returns the error that says what is wrong with the file at `path`.
    pub(crate) fn file(path: &Path, problem: String) -> Self {
        Self::File { path: path.display().to_string(), problem }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnpairedSurrogate { index } => write!(f, "unpaired surrogate at index {index}"),
            Self::Shape { rows, columns } => write!(f, "a matrix cannot be {rows}x{columns}"),
            Self::ValueCount { rows, columns, values } => {
                write!(f, "a {rows}x{columns} matrix does not have {values} values")
            }
            Self::Shapes { left, operation, right } => {
                write!(f, "matrix shapes do not agree: {}x{} {operation} {}x{}", left.0, left.1, right.0, right.1)
            }
            Self::NotSquare { rows, columns, .. } => write!(f, "matrix is not square: {rows}x{columns}"),
            Self::NotFinite { argument, row, column, value } => {
                let kind = if value.is_nan() { "a NaN" } else { "an infinity" };
                write!(f, "{argument} has {kind} at row {row}, column {column}")
            }
            Self::Overflow { quantity } => write!(f, "the {quantity} is beyond {}", Decimal(f64::MAX)),
            Self::VectorLength { expected, length } => write!(f, "vector has {length} values, not {expected}"),
            Self::Wide { rows, columns } => {
                write!(f, "a {rows}x{columns} matrix has fewer rows than columns")
            }
            Self::PermutationLength { rows, length } => {
                write!(f, "a matrix of {rows} rows does not have a permutation of length {length}")
            }
            Self::PermutationEntry { index, value, rows } => {
                write!(f, "entry {index} of the permutation is {value}, not a row of {rows}")
            }
            Self::Singular { pivot } => write!(f, "matrix is singular: pivot {pivot} is zero"),
            Self::NotSymmetric { row, column, value, mirrored, tolerance } => write!(
                f,
                "matrix is not symmetric: {} at row {row}, column {column}, but {} at row {column}, column {row}, \
                 and they may differ by {}, sqrt(epsilon) times the largest magnitude",
                Decimal(*value),
                Decimal(*mirrored),
                Decimal(*tolerance)
            ),
            Self::NotPositiveDefinite { pivot } => {
                write!(f, "matrix is not positive definite: pivot {pivot} is not positive")
            }
            Self::VectorLengths { x, y } => write!(f, "vector lengths differ: {x} and {y}"),
            Self::Dimension { dimension, maximum } => {
                write!(f, "dimension must be from 1 to {maximum}, but is {dimension}")
            }
            Self::NotVectors { argument, values, dimension } => {
                write!(f, "the {argument} have {values} values, not a multiple of the dimension {dimension}")
            }
            Self::VectorDimension { vector, values, dimension } => {
                write!(f, "{vector} has {values} values, but the dimension is {dimension}")
            }
            Self::VectorNotFinite { vector, component, value } => {
                write!(f, "value {component} of {vector} is {}, not a finite number", Decimal(f64::from(*value)))
            }
            Self::VectorTooLarge { vector, component, value } => {
                let value = Decimal(f64::from(*value));
                write!(f, "value {component} of {vector} is {value}, but the largest of float16 is 65504.0")
            }
            Self::VectorTooSmall { vector } => {
                write!(f, "{vector} is zero when it is rounded to float16, which has no direction")
            }
            Self::ZeroVector { vector } => write!(f, "{vector} is zero, which has no direction"),
            Self::HitCount { k } => write!(f, "k must be at least 1, but is {k}"),
            Self::Bound { name, value, scores, suits: false } => {
                let other = if *name == "atLeast" { "atMost" } else { "atLeast" };
                write!(f, "{scores} are bounded by {other}, not by {name}, which is {}", Decimal(f64::from(*value)))
            }
            Self::Bound { name, value, .. } => {
                write!(f, "{name} must be a number, but is {}", Decimal(f64::from(*value)))
            }
            Self::NoVector { id } => write!(f, "there is no vector with the id {id}"),
            Self::IdCount { ids, vectors } => write!(f, "there are {ids} ids for {vectors} vectors"),
            Self::NoIds { next, vectors } => {
                write!(f, "there are no ids for {vectors} vectors from {next} to {}", i64::MAX)
            }
            Self::FilterCount { filters, queries } => write!(f, "there are {filters} filters for {queries} queries"),
            Self::Id { id, len } => write!(f, "id {id} is out of range for {len} vectors"),
            Self::Mapped => write!(f, "an index of a mapped file cannot be changed"),
            Self::Closed => write!(f, "the index is closed"),
            Self::PathLength { length, maximum } => {
                write!(f, "path must have at most {maximum} characters, but has {length}")
            }
            Self::Io { path, cause, .. } => write!(f, "{path}: {cause}"),
            Self::Delimiter { delimiter } => {
                write!(f, "delimiter must be a tab, a space or an ASCII punctuation mark other than + - . \" but is ")?;
                match char::from_u32(*delimiter).filter(|character| !character.is_control()) {
                    Some(character) => write!(f, "{character}"),
                    None => write!(f, "the character {delimiter}"),
                }
            }
            Self::SkippedLines { lines } => write!(f, "number of lines to skip must be at least 0, but is {lines}"),
            Self::File { path, problem } => write!(f, "cannot use {path}: {problem}"),
            Self::ThreadCount { threads, maximum } => {
                write!(f, "number of threads must be from 1 to {maximum}, but is {threads}")
            }
            Self::Threads { threads, cause } => write!(f, "cannot start {threads} threads: {cause}"),
            Self::NoConvergence { quantity, rows, columns } => {
                write!(f, "the {quantity} of a {rows}x{columns} matrix did not converge")
            }
            Self::Empty { quantity, rows, columns } => {
                write!(f, "the {quantity} of a {rows}x{columns} matrix is not defined")
            }
            Self::Tolerance { tolerance } => {
                write!(f, "tolerance must be at least 0, but is {}", Decimal(*tolerance))
            }
            Self::OutOfMemory { bytes } => write!(f, "cannot allocate {bytes} bytes"),
        }
    }
}

impl std::error::Error for Error {}

/// A double as messages show it: as Java's `Double.toString` writes it from JDK 19 on, `0.001` to `9999999.0` without and
/// others with an exponent, which begins with an `E`. Where two last digits are equally near, it may be the other one.
struct Decimal(f64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(x) = *self;
        if x.is_nan() {
            return f.write_str("NaN");
        }
        if x.is_infinite() {
            return f.write_str(if x > 0.0 { "Infinity" } else { "-Infinity" });
        }
        if x == 0.0 || (1e-3..1e7).contains(&x.abs()) {
            // With a point, and all digits that it takes to read the number back.
            return write!(f, "{x:?}");
        }
        let mut point = Point(false);
        write!(point, "{x:e}")?;
        // One digit becomes two, those of them that are nearest.
        if point.0 { write!(f, "{x:E}") } else { write!(f, "{x:.1E}") }
    }
}

/// Whether a text has had a point.
struct Point(bool);

impl fmt::Write for Point {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 |= text.contains('.');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        for (x, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (2.0, "2.0"),
            (-0.1, "-0.1"),
            (1e-3, "0.001"),
            (9.999e-4, "9.999E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1e300, "1.0E300"),
            (-1.25e-300, "-1.25E-300"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
            (f64::from_bits(1), "4.9E-324"),
            (f64::EPSILON, "2.220446049250313E-16"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(Decimal(x).to_string(), expected);
        }
    }
}
