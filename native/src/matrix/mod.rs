//! Dense matrices.
//!
//! Matrices are row-major: `rows * columns` values, one row after the other.

pub(crate) mod column_major;
pub(crate) mod transpose;
pub(crate) mod view;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::error::Purpose;
use crate::{Error, Result, float, parallel};
use transpose::copy_transposed;
use view::{View, ViewMut};

/// A borrowed dense matrix: `rows * columns` values in row-major order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatrixRef<'a, T = f64> {
    rows: usize,
    columns: usize,
    values: &'a [T],
}

impl<'a, T: Copy> MatrixRef<'a, T> {
    /// Returns a view of `values` as a matrix.
    ///
    /// # Errors
    /// [`Error::ValueCount`] unless there are exactly `rows * columns` values.
    pub fn new(rows: usize, columns: usize, values: &'a [T]) -> Result<Self> {
        if rows.checked_mul(columns) != Some(values.len()) {
            return Err(Error::ValueCount { rows, columns, values: values.len() });
        }
        Ok(Self { rows, columns, values })
    }

    /// Returns the number of rows.
    #[must_use]
    pub const fn rows(self) -> usize {
        self.rows
    }

    /// Returns the number of columns.
    #[must_use]
    pub const fn columns(self) -> usize {
        self.columns
    }

    /// Returns the values in row-major order.
    #[must_use]
    pub const fn values(self) -> &'a [T] {
        self.values
    }
}

/// Values that one thread takes at a time.
const CHUNK: usize = 1 << 15;

/// The matrix that an operation is one of, as messages call it.
const MATRIX: &str = "matrix";
/// Right-hand sides, as messages call them.
const RIGHT_HAND_SIDES: &str = "b";

/// Returns an error unless all values of the matrix `a` are finite.
///
/// # Errors
/// [`Error::NotFinite`] with the first position of a NaN or an infinity.
pub fn check_finite(a: MatrixRef<'_>) -> Result<()> {
    if float::all_finite(a.values) { Ok(()) } else { Err(not_finite(MATRIX, a)) }
}

/// Returns an error unless all values of the right-hand sides `b` are finite.
///
/// # Errors
/// As [`check_finite`], of `b`.
pub fn check_finite_right(b: MatrixRef<'_>) -> Result<()> {
    if float::all_finite(b.values) { Ok(()) } else { Err(not_finite(RIGHT_HAND_SIDES, b)) }
}

fn not_finite(argument: &'static str, a: MatrixRef<'_>) -> Error {
    let index = a.values.iter().position(|x| !x.is_finite()).expect("not all values are finite");
    Error::NotFinite { argument, row: index / a.columns, column: index % a.columns, value: a.values[index] }
}

/// Returns the largest magnitude among the values of the matrix `a`, zero if there are none: with all threads of the pool,
/// if the caller is on it.
///
/// # Errors
/// As [`check_finite`].
pub(crate) fn largest_finite(a: MatrixRef<'_>) -> Result<f64> {
    largest_finite_of(MATRIX, a)
}

/// The same for the right-hand sides `b`.
///
/// # Errors
/// As [`check_finite_right`].
pub(crate) fn largest_finite_right(b: MatrixRef<'_>) -> Result<f64> {
    largest_finite_of(RIGHT_HAND_SIDES, b)
}

fn largest_finite_of(argument: &'static str, a: MatrixRef<'_>) -> Result<f64> {
    // The bits of numbers that are not negative are in the order of the numbers.
    let most = AtomicU64::new(0);
    let finite = AtomicBool::new(true);
    parallel::for_each(a.values.len().div_ceil(CHUNK), |chunk| {
        let first = chunk * CHUNK;
        let values = &a.values[first..a.values.len().min(first + CHUNK)];
        most.fetch_max(float::largest(values).to_bits(), Ordering::Relaxed);
        if !float::all_finite(values) {
            finite.store(false, Ordering::Relaxed);
        }
    });
    if finite.into_inner() { Ok(f64::from_bits(most.into_inner())) } else { Err(not_finite(argument, a)) }
}

/// Returns an error unless `a` is square.
///
/// # Errors
/// [`Error::NotSquare`].
pub fn check_square(a: MatrixRef<'_>) -> Result<()> {
    check_square_for(Purpose::Other, a)
}

/// Returns an error unless `a` is square, which it has to be for a purpose.
///
/// # Errors
/// [`Error::NotSquare`].
pub fn check_square_for(purpose: Purpose, a: MatrixRef<'_>) -> Result<()> {
    if a.rows == a.columns { Ok(()) } else { Err(Error::NotSquare { rows: a.rows, columns: a.columns, purpose }) }
}

/// What of a symmetric matrix is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Half {
    /// The diagonal and what is above, and perhaps some of what is below.
    Upper,
    /// All of it.
    Both,
}

/// The difference across the diagonal that counts as rounding, as a share of the largest magnitude: √ε. Products and inverses
/// that are symmetric in exact arithmetic have been seen to differ by 1.2e-13 of it.
const ROUNDING: f64 = 1.0 / (1 << 26) as f64;

/// Returns the mean of two values across the diagonal from each other; of equal ones their value.
#[inline]
fn mean(x: f64, y: f64) -> f64 {
    // Half of a subnormal number may not be one, and zeros may differ in their signs.
    if x == y && x != 0.0 { x } else { 0.5 * x + 0.5 * y }
}

/// Writes the symmetric part of `a`, which is square and has the largest magnitude `largest`, times `2^exponent` to `to`:
/// with all threads of the pool, if the caller is on it.
///
/// # Errors
/// [`Error::NotSymmetric`] with the first entry below the diagonal that differs from the one across from it by more than
/// `√ε` times `largest`.
pub(crate) fn copy_symmetric_part(
    a: MatrixRef<'_>,
    largest: f64,
    exponent: i32,
    half: Half,
    to: ViewMut<'_>,
) -> Result<()> {
    const BLOCK: usize = 32;
    let n = a.rows;
    let tolerance = ROUNDING * largest;
    let differ = |x: f64, y: f64| (x - y).abs() > tolerance;
    let (first_factor, second_factor) = float::powers_of_two(exponent);
    let first = AtomicUsize::new(usize::MAX);
    to.for_each_band(BLOCK, |row, mut band| {
        let height = band.rows();
        // By blocks, turned first: one of two entries is in another row, and a line of it in the cache only once.
        let mut turned = [0.0; BLOCK * BLOCK];
        for column in (if half == Half::Upper { row } else { 0 }..n).step_by(BLOCK) {
            let width = BLOCK.min(n - column);
            let mirrored = View::from(a).block(column, row, width, height).transposed();
            copy_transposed(ViewMut::new(&mut turned, height, width, BLOCK), mirrored);
            let mut any = false;
            for (i, mirrored) in turned.chunks_exact(BLOCK).enumerate().take(height) {
                let values = &a.values[(row + i) * n + column..][..width];
                for ((to, x), y) in band.row(i)[column..].iter_mut().zip(values).zip(mirrored) {
                    any |= differ(*x, *y);
                    *to = mean(*x, *y);
                }
            }
            if any && column >= row {
                let entries = (column..column + width).flat_map(|i| (row..i.min(row + height)).map(move |j| i * n + j));
                let mut different = entries.filter(|k| differ(a.values[*k], a.values[k % n * n + k / n]));
                first.fetch_min(different.next().expect("the block has such an entry"), Ordering::Relaxed);
                return;
            }
        }
        if exponent != 0 {
            let from = if half == Half::Upper { row } else { 0 };
            for i in 0..height {
                band.row(i)[from..].iter_mut().for_each(|x| *x = *x * first_factor * second_factor);
            }
        }
    });
    match first.into_inner() {
        usize::MAX => Ok(()),
        k => {
            let (row, column) = (k / n, k % n);
            let (value, mirrored) = (a.values[k], a.values[column * n + row]);
            Err(Error::NotSymmetric { row, column, value, mirrored, tolerance })
        }
    }
}

/// Returns an error unless `out` holds exactly the values of a `rows` x `columns` matrix.
///
/// # Errors
/// [`Error::ValueCount`].
pub fn check_result<T>(rows: usize, columns: usize, out: &[T]) -> Result<()> {
    if rows.checked_mul(columns) == Some(out.len()) {
        Ok(())
    } else {
        Err(Error::ValueCount { rows, columns, values: out.len() })
    }
}

/// Returns the error of two matrices whose shapes do not suit `operation`.
pub(crate) const fn shapes<T>(a: MatrixRef<'_, T>, operation: &'static str, b: MatrixRef<'_, T>) -> Error {
    Error::Shapes { left: (a.rows, a.columns), operation, right: (b.rows, b.columns) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_many_values_is_found_on_any_thread() {
        let mut values = vec![1.0; 3 * CHUNK + 5];
        for place in [0, CHUNK - 1, CHUNK, 3 * CHUNK + 4] {
            values[place] = -(place as f64 + 2.0);
            let a = MatrixRef::new(values.len(), 1, &values).unwrap();
            assert_eq!(largest_finite(a), Ok(place as f64 + 2.0));
            assert_eq!(parallel::run(|| largest_finite(a)), Ok(Ok(place as f64 + 2.0)));
        }
        values[2 * CHUNK] = f64::NAN;
        values[3 * CHUNK] = f64::INFINITY;
        let a = MatrixRef::new(values.len(), 1, &values).unwrap();
        assert!(matches!(largest_finite(a), Err(Error::NotFinite { row, .. }) if row == 2 * CHUNK));
        assert_eq!(largest_finite(MatrixRef::new(0, 3, &[]).unwrap()), Ok(0.0));
    }
}
