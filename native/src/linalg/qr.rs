//! The QR factorization by Householder reflections: `A = Q R`.
//!
//! The factors are plain values: one matrix that holds `R` on and above the diagonal and the reflections below it, and a
//! factor `tau` for each reflection `I - tau v vᵀ`, where the first value of `v` is one and is not stored. They can be
//! used any number of times.
//!
//! They are made by the module `householder`, whose reflections are those of LAPACK's `dgeqrf`.

use crate::blas::gemm::{gemm, spread_steps};
use crate::blas::kernel::Update;
use crate::blas::trsm::{Diagonal, solve_lower};
use crate::linalg::householder::{Direction, PANEL, Reflectors, Restored};
use crate::linalg::scaling::solve_in_range;
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::transpose::copy_transposed;
use crate::matrix::view::{View, ViewMut};
use crate::matrix::{self, MatrixRef, check_finite, check_finite_right, check_result};
use crate::{Error, Result, float, memory};

/// Columns whose largest magnitude has an exponent beyond this, up or down, are scaled: squares would be out of range.
const EXPONENT: i32 = 400;

/// A matrix of at most this many rows, and of at least [`WIDE`] times as many columns, is factored without a copy.
const FEW_ROWS: usize = 16;
/// See [`FEW_ROWS`].
const WIDE: usize = 8;
/// Columns of such a matrix that one thread takes at a time.
const STRIPE: usize = 1024;

/// Writes the factors of `a` to `qr` and `tau`.
///
/// A matrix of any shape and rank has factors. The diagonal of `R` may have any sign.
///
/// # Errors
/// [`Error::ValueCount`] unless `qr` has as many values as `a`, [`Error::VectorLength`] unless `tau` has one for each row
/// or column, whichever are fewer; [`Error::NotFinite`], [`Error::Overflow`] when an entry of `R` cannot be represented,
/// [`Error::OutOfMemory`], [`Error::Threads`].
///
/// ```
/// use rust_ffi::{matrix::MatrixRef, qr};
///
/// let (mut factors, mut tau, mut r) = ([0.0; 2], [0.0; 1], [0.0; 1]);
/// qr::factor(MatrixRef::new(2, 1, &[3.0, 4.0])?, &mut factors, &mut tau)?;
/// qr::r(MatrixRef::new(2, 1, &factors)?, &mut r)?;
/// assert_eq!(r, [-5.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn factor(a: MatrixRef<'_>, qr: &mut [f64], tau: &mut [f64]) -> Result<()> {
    check_result(a.rows(), a.columns(), qr)?;
    check_tau(a, tau)?;
    factor_rows(a, qr, tau)
}

/// Writes the triangle `R` of the factors of `a` alone to `out`: the first rows, as many as there are rows or columns, whichever are
/// fewer. It has the bits that [`factor`] gives it.
///
/// # Errors
/// [`Error::ValueCount`] unless `out` has `min(rows, columns) * columns` values, otherwise as [`factor`].
pub fn triangle(a: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    let (rows, columns) = (a.rows().min(a.columns()), a.columns());
    check_result(rows, columns, out)?;
    factor_rows(a, out, &mut memory::filled::<f64>(rows)?)?;
    for (i, row) in out.chunks_exact_mut(columns.max(1)).enumerate() {
        row[..i].fill(0.0);
    }
    Ok(())
}

/// Returns whether no column need be scaled for its largest magnitude, whichever value that is.
fn are_in_range(values: &[f64]) -> bool {
    let (least, most) = (float::power_of_two(-EXPONENT), float::power_of_two(EXPONENT));
    values.chunks(1024).all(|values| {
        values.iter().fold(true, |all, value| {
            let magnitude = value.abs();
            all & (magnitude <= most) & ((magnitude >= least) | (magnitude == 0.0))
        })
    })
}

/// Returns for each column the exponent of the power of two by which it is divided: zero where it is in range.
fn exponents(a: MatrixRef<'_>) -> Result<Vec<i32>> {
    let mut largest = memory::filled::<f64>(a.columns())?;
    for row in a.values().chunks_exact(a.columns().max(1)) {
        for (largest, value) in largest.iter_mut().zip(row) {
            *largest = if value.abs() > *largest { value.abs() } else { *largest };
        }
    }
    let mut exponents = memory::with_capacity(a.columns())?;
    exponents.extend(largest.iter().map(|&largest| {
        // One less for the largest of all, for 2^-1023 is not a normal number; it makes no difference to the squares.
        let exponent = float::exponent(largest).min(1022);
        if largest != 0.0 && exponent.abs() > EXPONENT { exponent } else { 0 }
    }));
    Ok(exponents)
}

/// Writes `tau`, and of the factors as many rows as `qr` has room for.
fn factor_rows(a: MatrixRef<'_>, qr: &mut [f64], tau: &mut [f64]) -> Result<()> {
    let (rows, columns) = (a.rows(), a.columns());
    check_finite(a)?;
    if tau.is_empty() {
        // There may be any number of columns or rows without values, and nothing to keep for them.
        return Ok(());
    }
    let exponents = if are_in_range(a.values()) { Vec::new() } else { exponents(a)? };
    let scaled = exponents.iter().any(|&exponent| exponent != 0);
    spread_steps(rows * columns * tau.len(), || {
        if rows <= FEW_ROWS && columns / WIDE >= rows && !scaled {
            return factor_wide(a, qr, tau);
        }
        let mut copy = ColumnMajor::unspecified(rows, columns)?;
        copy.copy_scaled(a, 0);
        if scaled {
            for (j, &exponent) in exponents.iter().enumerate() {
                copy.column_mut(j).iter_mut().for_each(|value| *value *= float::power_of_two(-exponent));
            }
        }
        let factored = Reflectors::of(copy)?;
        tau.copy_from_slice(factored.tau());
        let mut factors = factored.into_factors();
        if scaled {
            // Scaling a column of `a` scales that column of `R` and leaves the reflections alone.
            for (j, &exponent) in exponents.iter().enumerate() {
                for value in &mut factors.column_mut(j)[..rows.min(j + 1)] {
                    *value *= float::power_of_two(exponent);
                    if value.is_infinite() {
                        return Err(Error::Overflow { quantity: "triangle R" });
                    }
                }
            }
        }
        let written = qr.len() / columns;
        factors.write_first_rows(written, qr);
        Ok(())
    })
}

/// Factors the square at the left, and multiplies all other columns by the transpose of its `Q`, from row to row: columns of so
/// few values would take several times their room in a copy, and longer to be copied than to be multiplied.
fn factor_wide(a: MatrixRef<'_>, qr: &mut [f64], tau: &mut [f64]) -> Result<()> {
    let (rows, columns) = (a.rows(), a.columns());
    let whole = View::from(a);
    let mut square = ColumnMajor::unspecified(rows, rows)?;
    square.copy_scaled(whole.block(0, 0, rows, rows), 0);
    let factored = Reflectors::of(square)?;
    tau.copy_from_slice(factored.tau());
    let mut q = ColumnMajor::identity(rows)?;
    factored.apply(Direction::Forward, &mut q)?;
    let (left, right) = ViewMut::new(qr, rows, columns, columns).split_columns(rows);
    copy_transposed(left, factored.into_factors().view());
    right.try_for_each_stripe(STRIPE, |first, stripe| {
        let from = whole.block(0, rows + first, rows, stripe.columns());
        gemm(stripe, Update::SET, q.view().transposed(), from)
    })
}

/// Writes the first `min(rows, columns)` columns of `Q` to `out`.
///
/// # Errors
/// [`Error::ValueCount`] unless `out` has `rows * min(rows, columns)` values, [`Error::VectorLength`] unless `tau` has one
/// for each reflection, [`Error::OutOfMemory`], [`Error::Threads`].
pub fn q(qr: MatrixRef<'_>, tau: &[f64], out: &mut [f64]) -> Result<()> {
    let (rows, columns) = (qr.rows(), tau.len());
    check_tau(qr, tau)?;
    check_result(rows, columns, out)?;
    spread_steps(rows * columns * columns, || {
        let mut q = ColumnMajor::zeros(rows, columns)?;
        q.set_identity();
        for first in (0..columns).step_by(PANEL).rev() {
            // The columns before are still those of the identity, and zero in these rows.
            let (_, after) = q.transposed_mut().split_rows(first);
            Restored::new(qr, tau, first)?.apply(Direction::Forward, after)?;
        }
        q.write_rows(out);
        Ok(())
    })
}

/// Writes `R` to `out`: `min(rows, columns)` x `columns`, with zeros below its diagonal.
///
/// # Errors
/// [`Error::ValueCount`] unless `out` has as many values.
pub fn r(qr: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    crate::linalg::lu::upper(qr, out)
}

/// Writes the `x` that minimizes the Euclidean norm of each column of `a * x - b` to `out`, where `qr` and `tau` are the factors of `a`,
/// which has at least as many rows as columns.
///
/// The columns of `a` have to be independent: for others there is more than one such `x`, and only exact dependence is
/// recognized here.
///
/// # Errors
/// [`Error::Wide`] when `a` has fewer rows than columns, [`Error::Shapes`] unless `b` has as many rows as `a`,
/// [`Error::ValueCount`] unless `out` has `a.columns() * b.columns()` values, [`Error::VectorLength`] unless `tau` has one for
/// each reflection, [`Error::NotFinite`] for a NaN or an infinity in `b`, [`Error::Singular`] when the diagonal of `R` has a
/// zero, [`Error::Overflow`] when the solution cannot be represented, [`Error::OutOfMemory`], [`Error::Threads`].
pub fn solve_factored(qr: MatrixRef<'_>, tau: &[f64], b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    let (rows, columns) = (qr.rows(), qr.columns());
    if rows < columns {
        return Err(Error::Wide { rows, columns });
    }
    solve_leading(qr, tau, columns, b, out)
}

/// Writes the `x` that minimizes the Euclidean norm of each column of `a * x - b` to `out`, where `qr` and `tau` are the factors of a
/// matrix of which `a` has the first `rank` columns.
///
/// # Errors
/// [`Error::VectorLength`] unless `tau` has one for each reflection, and these are at least `rank`; otherwise those of
/// [`solve_factored`].
pub fn solve_leading(qr: MatrixRef<'_>, tau: &[f64], rank: usize, b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    let (rows, right) = (qr.rows(), b.columns());
    check_tau(qr, tau)?;
    if rank > tau.len() {
        return Err(Error::VectorLength { expected: rank, length: tau.len() });
    }
    if b.rows() != rows {
        return Err(matrix::shapes(qr, "solve", b));
    }
    check_result(rank, right, out)?;
    check_finite_right(b)?;
    let triangle = View::from(qr).block(0, 0, rank, rank);
    if let Some(pivot) = (0..rank).find(|&i| triangle.get(i, i) == 0.0) {
        return Err(Error::Singular { pivot });
    }
    spread_steps(rows * rank * right, || {
        let mut rotated = ColumnMajor::zeros(rows, right)?;
        solve_in_range(out, right, float::largest(b.values()), &[], |shift, x| {
            rotated.copy_scaled(b, shift);
            for first in (0..rank).step_by(PANEL) {
                Restored::new(qr, tau, first)?.apply(Direction::Backward, rotated.transposed_mut())?;
            }
            let mut x = ViewMut::new(x, rank, right, right);
            copy_transposed(x.reborrow(), rotated.view().block(0, 0, rank, right));
            solve_lower(triangle.reversed(), Diagonal::Stored, x.reversed_rows())
        })
    })
}

pub(super) fn check_tau(a: MatrixRef<'_>, tau: &[f64]) -> Result<()> {
    let expected = a.rows().min(a.columns());
    if tau.len() == expected { Ok(()) } else { Err(Error::VectorLength { expected, length: tau.len() }) }
}
