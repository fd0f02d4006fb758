//! Products of matrices and vectors, and triangular systems, on which all of linear algebra leans.
//!
//! Results are written to slices of the caller's. Every function gives the same bits for any number of threads; arithmetic is
//! IEEE 754's, so a NaN or an infinity goes where it must and nothing is skipped because of a zero.

pub(crate) mod columns;
pub(crate) mod gemm;
pub(crate) mod gemv;
pub(crate) mod kernel;
mod pack;
pub mod symmetric;
pub(crate) mod trsm;

use crate::matrix::view::{View, ViewMut};
use crate::matrix::{self, MatrixRef, check_result};
use crate::memory::Plain;
use crate::simd::Element;
use crate::{Error, Result, memory};
use gemm::{gemm, gemm_part, spread};
use gemv::{add_multiples, add_multiples_one_by_one, row_dots, row_dots_by_eight, row_dots_of_floats};
use kernel::{Part, Update};

/// What matrices are made of: `f32` or `f64`.
pub trait Float: sealed::Product {}

impl Float for f32 {}
impl Float for f64 {}

/// What products need of their elements.
mod sealed {
    use super::{Element, Plain, View};

    #[expect(private_bounds, private_interfaces, reason = "only this crate has elements")]
    pub trait Product: Element + Plain {
        /// Sets each value of `out` to the product of a row and `x`: of some of the `all` rows of a matrix.
        fn row_dots(all: usize, rows: &[Self], x: &[Self], out: &mut [Self]);

        /// Adds to `sum` rows of a matrix of `all` values, each times its factor.
        fn add_rows(all: usize, sum: &mut [Self], rows: View<'_, Self>, factors: &[Self]);
    }
}

#[expect(private_interfaces, reason = "only this crate has views")]
impl sealed::Product for f32 {
    fn row_dots(_: usize, rows: &[f32], x: &[f32], out: &mut [f32]) {
        row_dots_of_floats(rows, x, out);
    }

    fn add_rows(_: usize, sum: &mut [f32], rows: View<'_, f32>, factors: &[f32]) {
        add_multiples(sum, rows, factors);
    }
}

#[expect(private_interfaces, reason = "only this crate has views")]
impl sealed::Product for f64 {
    fn row_dots(all: usize, rows: &[f64], x: &[f64], out: &mut [f64]) {
        if x.len() > 16 && (all <= FEW_ROWS || x.len() > LONG_ROW || all * x.len() >= LARGE) {
            row_dots_by_eight(rows, x, out);
        } else {
            row_dots(rows, x, out);
        }
    }

    fn add_rows(all: usize, sum: &mut [f64], rows: View<'_>, factors: &[f64]) {
        if all >= LARGE { add_multiples_one_by_one(sum, rows, factors) } else { add_multiples(sum, rows, factors) }
    }
}

/// Values of the matrix that one thread takes at a time in a product with a vector.
const CHUNK: usize = 1 << 15;

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
/// use rust_ffi::{MatrixRef, blas};
///
/// let a = [1.0, 2.0, 3.0, 4.0];
/// let a = MatrixRef::new(2, 2, &a)?;
/// let mut square = [0.0; 4];
/// blas::times(a, a, &mut square)?;
/// assert_eq!(square, [7.0, 10.0, 15.0, 22.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn times<T: Float>(a: MatrixRef<'_, T>, b: MatrixRef<'_, T>, out: &mut [T]) -> Result<()> {
    if a.columns() != b.rows() {
        return Err(matrix::shapes(a, "times", b));
    }
    if b.columns() == 1 {
        return times_vector(a, b.values(), out);
    }
    check_result(a.rows(), b.columns(), out)?;
    spread(a.values().len().saturating_mul(b.columns()), || {
        gemm(ViewMut::new(out, a.rows(), b.columns(), b.columns()), Update::SET, a.into(), b.into())
    })
}

/// Writes the product `aᵀ * b` to `out`, without a transposed copy.
///
/// Each element is the sum of `a[p][i] * b[p][j]` over ascending `p`, as in [`times`]; where `b` has one column, and they are
/// doubles, in one group, and without fused multiplication and addition if `a` has 2²⁰ values or more.
///
/// # Errors
/// [`Error::Shapes`] unless `a` has as many rows as `b`, otherwise as [`times`].
///
/// ```
/// use rust_ffi::{MatrixRef, blas};
///
/// let a = [1.0, 2.0, 3.0, 4.0];
/// let a = MatrixRef::new(2, 2, &a)?;
/// let mut product = [0.0; 4];
/// blas::transpose_times(a, a, &mut product)?;
/// assert_eq!(product, [10.0, 14.0, 14.0, 20.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn transpose_times<T: Float>(a: MatrixRef<'_, T>, b: MatrixRef<'_, T>, out: &mut [T]) -> Result<()> {
    if a.rows() != b.rows() {
        return Err(matrix::shapes(a, "transpose times", b));
    }
    check_result(a.columns(), b.columns(), out)?;
    if b.columns() == 1 {
        return transpose_times_vector(a, b.values(), out);
    }
    spread(a.values().len().saturating_mul(b.columns()), || {
        let c = ViewMut::new(out, a.columns(), b.columns(), b.columns());
        gemm(c, Update::SET, View::from(a).transposed(), b.into())
    })
}

/// Writes the product `aᵀ * x` to `out`, in one pass over the rows of `a`.
fn transpose_times_vector<T: Float>(a: MatrixRef<'_, T>, x: &[T], out: &mut [T]) -> Result<()> {
    let width = out.len();
    spread(a.values().len(), || sum_of_rows(ViewMut::new(out, 1, width, width), a.into(), x))
}

/// Writes the sum of the rows of `a`, each times its factor, to the one row of `out`.
fn sum_of_rows<T: Float>(out: ViewMut<'_, T>, a: View<'_, T>, factors: &[T]) -> Result<()> {
    // Of floats, a sum of a million one after the other would be right in three digits.
    let group = if size_of::<T>() < size_of::<f64>() { GROUP } else { a.rows() };
    let all = a.rows().saturating_mul(a.columns());
    // Stripes so wide that their parts of the rows are read at the speed of whole rows.
    let stripe = (CHUNK / a.rows().max(1)).max(1).next_multiple_of(STRIPE);
    out.try_for_each_stripe(stripe, |first, mut part| {
        let part = part.row(0);
        part.fill(T::ZERO);
        let add = |row: usize, sum: &mut [T]| {
            let rows = group.min(a.rows() - row);
            T::add_rows(all, sum, a.block(row, first, rows, sum.len()), &factors[row..row + rows]);
        };
        if a.rows() <= group {
            add(0, part);
            return Ok(());
        }
        let mut sum: Vec<T> = memory::filled(part.len())?;
        for row in (0..a.rows()).step_by(group) {
            sum.fill(T::ZERO);
            add(row, &mut sum);
            part.iter_mut().zip(&sum).for_each(|(part, sum)| *part = *part + *sum);
        }
        Ok(())
    })
}

/// Rows of floats that are added up before their sum is added to the others, as in [`times`].
const GROUP: usize = 256;

/// Columns that one thread takes at least in a product of a transpose and a vector.
const STRIPE: usize = 512;

/// Writes the product `a * bᵀ` to `out`, without a transposed copy.
///
/// Each element is the sum of `a[i][p] * b[j][p]` over ascending `p`, as in [`times`]; where `b` has one row, see
/// [`times_vector`].
///
/// # Errors
/// [`Error::Shapes`] unless `a` has as many columns as `b`, otherwise as [`times`].
pub fn times_transpose<T: Float>(a: MatrixRef<'_, T>, b: MatrixRef<'_, T>, out: &mut [T]) -> Result<()> {
    if a.columns() != b.columns() {
        return Err(matrix::shapes(a, "times transpose of", b));
    }
    if b.rows() == 1 {
        return times_vector(a, b.values(), out);
    }
    check_result(a.rows(), b.rows(), out)?;
    spread(a.values().len().saturating_mul(b.rows()), || {
        let c = ViewMut::new(out, a.rows(), b.rows(), b.rows());
        gemm(c, Update::SET, a.into(), View::from(b).transposed())
    })
}

/// Writes the Gram matrix `aᵀ * a` to `out`: exactly symmetric, in half the time of [`transpose_times`] and with its bits.
///
/// # Errors
/// As [`times`], but for the shapes, which always agree.
///
/// ```
/// use rust_ffi::{MatrixRef, blas};
///
/// let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let a = MatrixRef::new(3, 2, &a)?;
/// let mut gram = [0.0; 4];
/// blas::gram(a, &mut gram)?;
/// assert_eq!(gram, [35.0, 44.0, 44.0, 56.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn gram<T: Float>(a: MatrixRef<'_, T>, out: &mut [T]) -> Result<()> {
    let n = a.columns();
    check_result(n, n, out)?;
    if n == 1 {
        return transpose_times_vector(a, a.values(), out);
    }
    spread(a.values().len().saturating_mul(n) / 2, || {
        let (a, mut c) = (View::from(a), ViewMut::new(out, n, n, n));
        gemm_part(c.reborrow(), Part::Upper, Update::SET, a.transposed(), a)?;
        c.mirror_upper();
        Ok(())
    })
}

/// Where a matrix has so few rows, such long ones or so many values, [`times_vector`] sums as a loop in Java can do it with the same
/// bits, and where it has so many values [`transpose_times`] does with a vector: to copy the arrays, as must be done where the garbage collector does not pin what is lent, would take longer than the
/// loop.
const FEW_ROWS: usize = 2;
/// See [`FEW_ROWS`]: a longer row, and as much of the vector, is not in the first-level cache when it has been copied.
const LONG_ROW: usize = 4096;
/// See [`FEW_ROWS`]: reading so many from memory is what takes the time.
const LARGE: usize = 1 << 20;

/// Writes the product of `a` and the column `x` to `out`, as [`times`] does with a matrix of one column: each element is the
/// [dot product](crate::vector::dot) of a row and `x`; with up to 16 columns the plain sum over ascending columns; otherwise with
/// one row or two, more than 4096 columns, or 2²⁰ values or more, the sum of eight sums, of every eighth column each. Of floats, the dot product is
/// taken in floats.
///
/// # Errors
/// As [`times`].
pub fn times_vector<T: Float>(a: MatrixRef<'_, T>, x: &[T], out: &mut [T]) -> Result<()> {
    if a.columns() != x.len() {
        return Err(Error::Shapes { left: (a.rows(), a.columns()), operation: "times", right: (x.len(), 1) });
    }
    check_result(a.rows(), 1, out)?;
    let rows = (CHUNK / a.columns().max(1)).max(1);
    spread(a.values().len(), || {
        let count = out.len();
        ViewMut::new(out, 1, count, count).for_each_stripe(rows, |first, mut part| {
            let part = part.row(0);
            let rows = &a.values()[first * a.columns()..][..part.len() * a.columns()];
            T::row_dots(a.rows(), rows, x, part);
        });
        Ok(())
    })
}
