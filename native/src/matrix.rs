//! Dense matrices.
//!
//! Matrices are row-major: `rows * columns` values, one row after the other. Results are written to slices of the
//! caller's. Every function gives the same bits for any number of threads; arithmetic is IEEE 754's, so a NaN or an
//! infinity goes where it must and nothing is skipped because of a zero.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::matvec::{row_dots, row_dots_by_eight};
use crate::product::{self, Update, copy_transposed};
use crate::view::{View, ViewMut};
use crate::{Error, Result, float, parallel};

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

/// Values from which element-wise work is spread over threads.
const PARALLEL_FROM: usize = 1 << 18;
/// Values that one thread takes at a time.
const CHUNK: usize = 1 << 15;

/// Writes `a + b` to `out`.
///
/// # Errors
/// [`Error::Shapes`] unless `a` and `b` have the same shape, [`Error::ValueCount`] unless `out` has as many values.
pub fn plus(a: MatrixRef<'_>, b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    same_shape(a, "plus", b)?;
    check_result(a.rows, a.columns, out)?;
    element_wise(out, |first, out| {
        for ((out, a), b) in out.iter_mut().zip(&a.values[first..]).zip(&b.values[first..]) {
            *out = a + b;
        }
    })
}

/// Writes `a - b` to `out`.
///
/// # Errors
/// As [`plus`].
pub fn minus(a: MatrixRef<'_>, b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    same_shape(a, "minus", b)?;
    check_result(a.rows, a.columns, out)?;
    element_wise(out, |first, out| {
        for ((out, a), b) in out.iter_mut().zip(&a.values[first..]).zip(&b.values[first..]) {
            *out = a - b;
        }
    })
}

/// Writes `a * factor` to `out`.
///
/// # Errors
/// [`Error::ValueCount`] unless `out` has as many values as `a`.
pub fn scale(a: MatrixRef<'_>, factor: f64, out: &mut [f64]) -> Result<()> {
    check_result(a.rows, a.columns, out)?;
    element_wise(out, |first, out| {
        for (out, a) in out.iter_mut().zip(&a.values[first..]) {
            *out = a * factor;
        }
    })
}

/// Writes the transpose of `a` to `out`.
///
/// # Errors
/// [`Error::ValueCount`] unless `out` has as many values as `a`.
pub fn transpose(a: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    check_result(a.columns, a.rows, out)?;
    let from = View::from(a).transposed();
    let to = ViewMut::new(out, a.columns, a.rows, a.rows);
    let work = || {
        to.for_each_stripe(64, |column, stripe| {
            let (rows, columns) = (stripe.rows(), stripe.columns());
            product::copy_transposed(stripe, from.block(0, column, rows, columns));
        });
    };
    if a.values.len() < PARALLEL_FROM {
        work();
        Ok(())
    } else {
        parallel::run(work)
    }
}

/// Writes the product `a * b` to `out`.
///
/// Each element is the sum of `a[i][p] * b[p][j]` over ascending `p`, in groups of 256 whose sums are then added up, with fused multiplication and
/// addition where the processor has it; where `b` has one column, see [`times_vector`]. With an inner dimension of zero the
/// result is zeros.
///
/// # Errors
/// [`Error::Shapes`] unless `a` has as many columns as `b` has rows, [`Error::ValueCount`] unless `out` has
/// `a.rows() * b.columns()` values, [`Error::OutOfMemory`] and [`Error::Threads`] when the system refuses.
///
/// ```
/// use rust_ffi::matrix::{self, MatrixRef};
///
/// let a = [1.0, 2.0, 3.0, 4.0];
/// let a = MatrixRef::new(2, 2, &a)?;
/// let mut square = [0.0; 4];
/// matrix::times(a, a, &mut square)?;
/// assert_eq!(square, [7.0, 10.0, 15.0, 22.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn times(a: MatrixRef<'_>, b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    if a.columns != b.rows {
        return Err(shapes(a, "times", b));
    }
    if b.columns == 1 {
        return times_vector(a, b.values, out);
    }
    check_result(a.rows, b.columns, out)?;
    product::spread(a.values.len().saturating_mul(b.columns), || {
        product::product(ViewMut::new(out, a.rows, b.columns, b.columns), Update::Set, a.into(), b.into())
    })
}

/// Where a matrix has so few rows or such long ones, [`times_vector`] sums as a loop in Java can do it with the same bits: to copy the
/// arrays, as must be done where the garbage collector does not pin what is lent, would take longer than the loop.
const FEW_ROWS: usize = 2;
/// See [`FEW_ROWS`]: a longer row, and as much of the vector, is not in the first-level cache when it has been copied.
const LONG_ROW: usize = 4096;

/// Writes the product of `a` and the column `x` to `out`, as [`times`] does with a matrix of one column: each element is the
/// [dot product](crate::vector::dot) of a row and `x`; with up to 16 columns the plain sum over ascending columns; otherwise with
/// one row or two, or more than 4096 columns, the sum of eight sums, of every eighth column each.
///
/// # Errors
/// As [`times`].
pub fn times_vector(a: MatrixRef<'_>, x: &[f64], out: &mut [f64]) -> Result<()> {
    if a.columns != x.len() {
        return Err(shapes(a, "times", MatrixRef { rows: x.len(), columns: 1, values: x }));
    }
    check_result(a.rows, 1, out)?;
    let rows = (CHUNK / a.columns.max(1)).max(1);
    let by_eight = a.columns > 16 && (a.rows <= FEW_ROWS || a.columns > LONG_ROW);
    let dots = if by_eight { row_dots_by_eight } else { row_dots };
    product::spread(a.values.len(), || {
        let count = out.len();
        ViewMut::new(out, 1, count, count).for_each_stripe(rows, |first, mut part| {
            let part = part.row(0);
            dots(&a.values[first * a.columns..][..part.len() * a.columns], x, part);
        });
        Ok(())
    })
}

/// Returns the sum of the diagonal, of a matrix of any shape.
#[must_use]
pub fn trace(a: MatrixRef<'_>) -> f64 {
    (0..a.rows.min(a.columns)).fold(0.0, |sum, i| sum + a.values[i * a.columns + i])
}

/// Returns the square root of the sum of the squares of all values.
///
/// Neither overflows nor underflows unless the result does: the values are scaled by a power of two when their squares
/// are out of range. A NaN gives NaN, otherwise an infinity gives infinity.
#[must_use]
pub fn norm(a: MatrixRef<'_>) -> f64 {
    float::norm(a.values)
}

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

fn same_shape(a: MatrixRef<'_>, operation: &'static str, b: MatrixRef<'_>) -> Result<()> {
    if a.rows == b.rows && a.columns == b.columns { Ok(()) } else { Err(shapes(a, operation, b)) }
}

/// Calls `work` with chunks of `out` and the index of their first values.
fn element_wise(out: &mut [f64], work: impl Fn(usize, &mut [f64]) + Sync) -> Result<()> {
    if out.len() < PARALLEL_FROM {
        work(0, out);
        return Ok(());
    }
    let len = out.len();
    let whole = ViewMut::new(out, 1, len, len);
    parallel::run(|| whole.for_each_stripe(CHUNK, |first, mut chunk| work(first, chunk.row(0))))
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
