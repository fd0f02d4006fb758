//! Dense matrices.
//!
//! Matrices are row-major: `rows * columns` values, one row after the other.

pub(crate) mod column_major;
pub(crate) mod transpose;
pub(crate) mod view;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::{Error, Result, float, parallel};
use transpose::copy_transposed;
use view::{View, ViewMut};

/// A borrowed dense matrix: `rows * columns` values in row-major order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatrixRef<'a> {
    rows: usize,
    columns: usize,
    values: &'a [f64],
}

impl<'a> MatrixRef<'a> {
    /// Returns a view of `values` as a matrix.
    ///
    /// # Errors
    /// [`Error::ValueCount`] unless there are exactly `rows * columns` values.
    pub fn new(rows: usize, columns: usize, values: &'a [f64]) -> Result<Self> {
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
    pub const fn values(self) -> &'a [f64] {
        self.values
    }
}

/// Values that one thread takes at a time.
const CHUNK: usize = 1 << 15;

/// Returns an error unless all values are finite.
///
/// # Errors
/// [`Error::NotFinite`] with the first position of a NaN or an infinity.
pub fn check_finite(a: MatrixRef<'_>) -> Result<()> {
    if float::all_finite(a.values) {
        return Ok(());
    }
    Err(not_finite(a))
}

fn not_finite(a: MatrixRef<'_>) -> Error {
    let index = a.values.iter().position(|x| !x.is_finite()).expect("not all values are finite");
    Error::NotFinite { row: index / a.columns, column: index % a.columns, value: a.values[index] }
}

/// Returns the largest magnitude among the values of `a`, zero if there are none: with all threads of the pool, if the
/// caller is on it.
///
/// # Errors
/// As [`check_finite`].
pub(crate) fn largest_finite(a: MatrixRef<'_>) -> Result<f64> {
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
    if finite.into_inner() { Ok(f64::from_bits(most.into_inner())) } else { Err(not_finite(a)) }
}

/// Returns an error unless `a` is square.
///
/// # Errors
/// [`Error::NotSquare`].
pub fn check_square(a: MatrixRef<'_>) -> Result<()> {
    if a.rows == a.columns { Ok(()) } else { Err(Error::NotSquare { rows: a.rows, columns: a.columns }) }
}

/// Returns an error unless `a`, which is square, is symmetric: entries across the diagonal from each other may differ by
/// `n ε` times the largest magnitude in `a`, which is what rounding can do. All threads of the pool look, if the caller
/// is on it.
///
/// # Errors
/// [`Error::NotSymmetric`] with the first such entry below the diagonal.
pub(crate) fn check_symmetric(a: MatrixRef<'_>, largest: f64) -> Result<()> {
    const BLOCK: usize = 32;
    let n = a.rows;
    let tolerance = n as f64 * f64::EPSILON * largest;
    let differs = |i: usize, j: usize| (a.values[i * n + j] - a.values[j * n + i]).abs() > tolerance;
    let rows = |block: usize| block * BLOCK..n.min((block + 1) * BLOCK);
    let first = AtomicUsize::new(usize::MAX);
    parallel::for_each(n.div_ceil(BLOCK), |block| {
        // By blocks, turned first: one of two entries is in another row, and a line of it in the cache only once.
        let mut turned = [0.0; BLOCK * BLOCK];
        let rows = rows(block);
        for j in (0..rows.end).step_by(BLOCK) {
            let columns = j..n.min(j + BLOCK);
            let mirrored = View::from(a).block(j, rows.start, columns.len(), rows.len()).transposed();
            copy_transposed(ViewMut::new(&mut turned, rows.len(), columns.len(), BLOCK), mirrored);
            let any = rows.clone().zip(turned.chunks_exact(BLOCK)).fold(false, |any, (row, mirrored)| {
                let values = &a.values[row * n..][columns.clone()];
                values.iter().zip(mirrored).fold(any, |any, (x, y)| any | ((x - y).abs() > tolerance))
            });
            if any {
                first.fetch_min(block, Ordering::Relaxed);
                break;
            }
        }
    });
    let first = first.into_inner();
    if first == usize::MAX {
        return Ok(());
    }
    let in_row = |row| (0..row).find(|&column| differs(row, column)).map(|column| (row, column));
    let (row, column) = rows(first).find_map(in_row).expect("the block has such an entry");
    let (value, mirrored) = (a.values[row * n + column], a.values[column * n + row]);
    Err(Error::NotSymmetric { row, column, value, mirrored })
}

/// Returns an error unless `out` holds exactly the values of a `rows` x `columns` matrix.
///
/// # Errors
/// [`Error::ValueCount`].
pub fn check_result(rows: usize, columns: usize, out: &[f64]) -> Result<()> {
    if rows.checked_mul(columns) == Some(out.len()) {
        Ok(())
    } else {
        Err(Error::ValueCount { rows, columns, values: out.len() })
    }
}

/// Returns the error of two matrices whose shapes do not suit `operation`.
pub(crate) const fn shapes(a: MatrixRef<'_>, operation: &'static str, b: MatrixRef<'_>) -> Error {
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
