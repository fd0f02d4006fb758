//! The singular value decomposition, and what follows from it: rank, condition number, pseudo-inverse.
//!
//! A matrix is first scaled by a power of two that brings its largest value into 1..2, so that neither huge nor tiny
//! values overflow or vanish on the way, and the results are scaled back; both are exact.
//!
//! Every decomposition is checked before it is returned: `A·V` against `U·Σ`, and `UᵀU` and `VᵀV` against the identity,
//! each times random vectors. One that fails is computed anew by a slower and simpler algorithm, in the end by the
//! one-sided Jacobi method, which converges for every finite matrix. A few columns are left to that from the start.

mod bidiagonalize;
mod jacobi;

use crate::blas::gemm::set_product;
use crate::linalg::divide_and_conquer;
use crate::linalg::householder::{Direction, Reflectors};
use crate::linalg::verify;
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::largest_finite;
use crate::matrix::view::View;
use crate::{Error, MatrixRef, Result, float, memory, parallel};
use bidiagonalize::Bidiagonal;
use jacobi::jacobi;

const QUANTITY: &str = "singular value decomposition";

/// Up to this many columns the Jacobi method is the fastest, and gives small singular values to more digits.
const FEW: usize = 12;

/// Computes the thin singular value decomposition `A = U·diag(s)·Vᵀ`.
///
/// With `k = min(m, n)` the orthonormal columns of `u` (`m` x `k`, row-major) and `v` (`n` x `k`, row-major) are the left
/// and right singular vectors, and `s` has the `k` singular values in descending order, none negative. The values are
/// exact for a matrix that differs from `a` by a small multiple of `max(m, n)·ε·‖A‖`. The bits of the result depend on
/// `a` alone, not on the number of threads.
///
/// # Errors
/// - [`Error::NotFinite`] with the first NaN or infinity of `a`,
/// - [`Error::ValueCount`] when a result has not the length that belongs to its shape,
/// - [`Error::Overflow`] when the largest singular value is too large for a double,
/// - [`Error::NoConvergence`], of which no case is known,
/// - [`Error::OutOfMemory`] when working memory cannot be had.
///
/// # Example
/// ```
/// use rust_ffi::{MatrixRef, svd};
///
/// let a = MatrixRef::new(2, 3, &[3.0, 0.0, 0.0, 0.0, -2.0, 0.0])?;
/// let (mut u, mut s, mut v) = ([0.0; 4], [0.0; 2], [0.0; 6]);
/// svd::svd(a, &mut u, &mut s, &mut v)?;
/// assert_eq!(s, [3.0, 2.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn svd(a: MatrixRef, u: &mut [f64], s: &mut [f64], v: &mut [f64]) -> Result<()> {
    let size = a.rows().min(a.columns());
    MatrixRef::new(a.rows(), size, u)?;
    MatrixRef::new(size, 1, s)?;
    MatrixRef::new(a.columns(), size, v)?;
    if size == 0 {
        return Ok(());
    }
    parallel::run_if(a.rows().max(a.columns()) > FEW, || {
        let svd = Decomposition::new(a)?;
        svd.left(a).write_rows(u);
        svd.right(a).write_rows(v);
        svd.write_values(s)
    })
}

/// Computes the `min(m, n)` singular values in descending order, none negative.
///
/// Each differs from the exact value by at most a small multiple of `max(m, n)·ε` times the largest.
///
/// # Errors
/// As [`svd`].
pub fn singular_values(a: MatrixRef, s: &mut [f64]) -> Result<()> {
    MatrixRef::new(a.rows().min(a.columns()), 1, s)?;
    let exponent = scaled_singular_values(a, s)?;
    scale_back(s, exponent)
}

/// Returns the number of singular values above `max(m, n)·ε` times the largest, as NumPy's `matrix_rank` does: 0 for an
/// empty matrix and for a matrix of zeros.
///
/// # Errors
/// [`Error::NotFinite`], [`Error::NoConvergence`] and [`Error::OutOfMemory`] as for [`svd`].
pub fn rank(a: MatrixRef) -> Result<usize> {
    rank_with_tolerance(a, tolerance(a.rows(), a.columns()))
}

/// Returns the number of singular values above `tolerance` times the largest.
///
/// # Errors
/// [`Error::Tolerance`] when `tolerance` is negative or NaN, otherwise as [`rank`].
pub fn rank_with_tolerance(a: MatrixRef, tolerance: f64) -> Result<usize> {
    check_tolerance(tolerance)?;
    let mut s = memory::filled(a.rows().min(a.columns()))?;
    scaled_singular_values(a, &mut s)?;
    Ok(rank_above(&s, tolerance))
}

/// Returns an error unless `tolerance` is one that something can be within.
///
/// # Errors
/// [`Error::Tolerance`] when it is negative or NaN.
pub(crate) fn check_tolerance(tolerance: f64) -> Result<()> {
    if tolerance >= 0.0 { Ok(()) } else { Err(Error::Tolerance { tolerance }) }
}

/// Returns the number of singular values above `max(rows, columns)·ε` times the largest, for singular values in
/// descending order of a matrix of that shape.
#[must_use]
pub fn rank_of(s: &[f64], rows: usize, columns: usize) -> usize {
    rank_above(s, tolerance(rows, columns))
}

/// Returns the condition number in the 2-norm: the ratio of the largest to the smallest singular value.
///
/// It is infinity when the smallest singular value is at most ε times the largest: at this precision such a matrix
/// cannot be told from a singular one. A result above 1/ε is therefore never returned.
///
/// # Errors
/// [`Error::Empty`] for a matrix without values, where NumPy's `cond` fails too, otherwise as for [`rank`].
pub fn condition_number(a: MatrixRef) -> Result<f64> {
    if a.values().is_empty() {
        return Err(Error::Empty { quantity: "condition number", rows: a.rows(), columns: a.columns() });
    }
    let mut s = memory::filled(a.rows().min(a.columns()))?;
    scaled_singular_values(a, &mut s)?;
    let (largest, smallest) = (s[0], s[s.len() - 1]);
    Ok(if smallest <= f64::EPSILON * largest { f64::INFINITY } else { largest / smallest })
}

/// Computes the Moore-Penrose inverse of `a`, an `n` x `m` matrix, into `inverse` in row-major order.
///
/// Singular values of at most `max(m, n)·ε` times the largest count as zero, so that the inverse of a matrix of zeros
/// is zero. (NumPy's `pinv` does the same with `rtol=None`; its default is 1e-15.)
///
/// # Errors
/// As [`svd`]; [`Error::Overflow`] when a value of the inverse is too large for a double.
pub fn pseudo_inverse(a: MatrixRef, inverse: &mut [f64]) -> Result<()> {
    pseudo_inverse_with_tolerance(a, tolerance(a.rows(), a.columns()), inverse)
}

/// Computes what [`pseudo_inverse`] does, with singular values of at most `tolerance` times the largest as zeros.
///
/// # Errors
/// [`Error::Tolerance`] when `tolerance` is negative or NaN, otherwise as [`pseudo_inverse`].
pub fn pseudo_inverse_with_tolerance(a: MatrixRef, tolerance: f64, inverse: &mut [f64]) -> Result<()> {
    MatrixRef::new(a.columns(), a.rows(), inverse)?;
    check_tolerance(tolerance)?;
    if a.values().is_empty() {
        return Ok(());
    }
    parallel::run(|| {
        let mut svd = Decomposition::new(a)?;
        let rank = rank_above(&svd.values, tolerance);
        let mut result = ColumnMajor::zeros(svd.tall.rows(), svd.tall.columns())?;
        for j in 0..rank {
            let factor = 1.0 / svd.values[j];
            svd.square.column_mut(j).iter_mut().for_each(|x| *x *= factor);
        }
        let (long, short) = (result.rows(), result.columns());
        set_product(
            &mut result,
            svd.tall.view().block(0, 0, long, rank),
            svd.square.view().block(0, 0, short, rank).transposed(),
        )?;
        // The product is the transpose of the inverse of the tall matrix.
        if is_tall(a) {
            result.write_columns(inverse);
        } else {
            result.write_rows(inverse);
        }
        float::scale(inverse, -svd.exponent);
        if float::all_finite(inverse) {
            Ok(())
        } else {
            Err(Error::Overflow { quantity: "largest value of the pseudo-inverse" })
        }
    })?
}

/// Returns the number of leading values above `tolerance` times the first.
pub(crate) fn rank_above(s: &[f64], tolerance: f64) -> usize {
    let Some(largest) = s.first() else { return 0 };
    s.partition_point(|x| *x > tolerance * largest)
}

/// Returns the relative size below which a singular value of a matrix of this shape counts as zero.
pub(crate) fn tolerance(rows: usize, columns: usize) -> f64 {
    rows.max(columns) as f64 * f64::EPSILON
}

/// Multiplies singular values, which may be negative zeros, by `2^exponent`.
fn scale_back(s: &mut [f64], exponent: i32) -> Result<()> {
    float::scale(s, exponent);
    s.iter_mut().for_each(|x| *x = x.abs());
    if float::all_finite(s) { Ok(()) } else { Err(Error::Overflow { quantity: "largest singular value" }) }
}

const fn is_tall(a: MatrixRef) -> bool {
    a.rows() >= a.columns()
}

/// Computes the singular values times `2^-exponent` and returns the exponent.
///
/// # Errors
/// As [`singular_values`].
fn scaled_singular_values(a: MatrixRef, s: &mut [f64]) -> Result<i32> {
    parallel::run(|| {
        let Some(exponent) = float::exact_exponent(largest_finite(a)?) else {
            s.fill(0.0);
            return Ok(0);
        };
        let mut matrix = tall_copy(a, exponent)?;
        if is_long(&matrix) {
            matrix = Reflectors::of(matrix)?.into_r();
        }
        let (rows, columns) = (matrix.rows(), matrix.columns());
        if values_of_bidiagonal_form(&matrix, s)? && verify::singular_values(&matrix, s) {
            return Ok(exponent);
        }
        let mut left = ColumnMajor::zeros(rows, columns)?;
        let mut right = ColumnMajor::zeros(columns, columns)?;
        jacobi(&matrix, &mut left, s, &mut right);
        if verify::singular_values(&matrix, s) { Ok(exponent) } else { Err(no_convergence(a)) }
    })?
}

fn no_convergence(a: MatrixRef) -> Error {
    Error::NoConvergence { quantity: QUANTITY, rows: a.rows(), columns: a.columns() }
}

/// A decomposition of a matrix that is not empty, scaled so that its largest value is in 1..2.
pub(crate) struct Decomposition {
    /// The singular vectors on the longer side.
    tall: ColumnMajor,
    /// The singular vectors on the shorter side.
    square: ColumnMajor,
    /// The singular values times `2^-exponent`.
    pub(crate) values: Vec<f64>,
    pub(crate) exponent: i32,
}

impl Decomposition {
    pub(crate) fn new(a: MatrixRef) -> Result<Self> {
        let (long, short) = (a.rows().max(a.columns()), a.rows().min(a.columns()));
        let exponent = float::exact_exponent(largest_finite(a)?).unwrap_or(0);
        let mut square = ColumnMajor::zeros(short, short)?;
        let mut values = memory::filled(short)?;
        let matrix = tall_copy(a, exponent)?;
        let tall = if is_long(&matrix) {
            let mut tall = ColumnMajor::zeros(long, short)?;
            let mut inner = ColumnMajor::zeros(short, short)?;
            let factored = Reflectors::of(matrix)?;
            if !decompose(factored.r(), &mut inner, &mut values, &mut square)? {
                return Err(no_convergence(a));
            }
            for j in 0..short {
                tall.column_mut(j)[..short].copy_from_slice(inner.column(j));
            }
            factored.apply(Direction::Forward, &mut tall)?;
            tall
        } else {
            let mut tall = ColumnMajor::zeros(long, short)?;
            if !decompose(&matrix, &mut tall, &mut values, &mut square)? {
                return Err(no_convergence(a));
            }
            tall
        };
        Ok(Self { tall, square, values, exponent })
    }

    /// Writes the singular values to `s`.
    ///
    /// # Errors
    /// [`Error::Overflow`] when the largest is too large for a double.
    pub(crate) fn write_values(&self, s: &mut [f64]) -> Result<()> {
        s.copy_from_slice(&self.values);
        scale_back(s, self.exponent)
    }

    /// Returns the left singular vectors of `a`, the matrix this is the decomposition of.
    pub(crate) const fn left(&self, a: MatrixRef) -> &ColumnMajor {
        if is_tall(a) { &self.tall } else { &self.square }
    }

    /// Returns the right singular vectors of `a`, the matrix this is the decomposition of.
    pub(crate) const fn right(&self, a: MatrixRef) -> &ColumnMajor {
        if is_tall(a) { &self.square } else { &self.tall }
    }
}

/// Returns a copy of `a`, or of its transpose when that is the longer way round, times `2^-exponent`.
pub(crate) fn tall_copy(a: MatrixRef, exponent: i32) -> Result<ColumnMajor> {
    let mut copy = ColumnMajor::unspecified(a.rows().max(a.columns()), a.rows().min(a.columns()))?;
    let a = if is_tall(a) { View::from(a) } else { View::from(a).transposed() };
    copy.copy_scaled(a, -exponent);
    Ok(copy)
}

/// Returns whether it pays to replace `matrix` by the `R` of its QR factorization.
const fn is_long(matrix: &ColumnMajor) -> bool {
    matrix.rows() / 3 >= matrix.columns() / 2
}

/// Decomposes `matrix`, which has at least as many rows as columns, and returns whether the result stands the check.
fn decompose(
    matrix: &ColumnMajor,
    left: &mut ColumnMajor,
    values: &mut [f64],
    right: &mut ColumnMajor,
) -> Result<bool> {
    if matrix.columns() <= FEW {
        jacobi(matrix, left, values, right);
        // Zeros may be what is too small for this method.
        if !values.contains(&0.0) && verify::svd(matrix, left, values, right)? {
            return Ok(true);
        }
    }
    if by_divide_and_conquer(matrix, left, values, right)? && verify::svd(matrix, left, values, right)? {
        return Ok(true);
    }
    jacobi(matrix, left, values, right);
    verify::svd(matrix, left, values, right)
}

/// Decomposes `matrix` by way of its bidiagonal form and returns whether the iterations say they converged.
fn by_divide_and_conquer(
    matrix: &ColumnMajor,
    left: &mut ColumnMajor,
    values: &mut [f64],
    right: &mut ColumnMajor,
) -> Result<bool> {
    let mut reduced = Bidiagonal::of(matrix.duplicate()?)?;
    let columns = matrix.columns();
    let above = &mut reduced.above[..columns - 1];
    values.copy_from_slice(&reduced.diagonal);
    if matrix.rows() == columns {
        if !divide_and_conquer::svd::decompose(values, above, left, right)? {
            return Ok(false);
        }
    } else {
        let mut square = ColumnMajor::zeros(columns, columns)?;
        if !divide_and_conquer::svd::decompose(values, above, &mut square, right)? {
            return Ok(false);
        }
        left.fill(0.0);
        for j in 0..columns {
            left.column_mut(j)[..columns].copy_from_slice(square.column(j));
        }
    }
    reduced.apply_left(left)?;
    reduced.apply_right(right)?;
    Ok(true)
}

/// Computes the singular values of `matrix` by way of its bidiagonal form and returns whether the iteration converged.
fn values_of_bidiagonal_form(matrix: &ColumnMajor, values: &mut [f64]) -> Result<bool> {
    let Bidiagonal { diagonal, mut above, .. } = Bidiagonal::of(matrix.duplicate()?)?;
    values.copy_from_slice(&diagonal);
    Ok(divide_and_conquer::svd::values(values, &mut above))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn numbers(rows: usize, columns: usize) -> ColumnMajor {
        let mut random = Random(1);
        let mut matrix = ColumnMajor::zeros(rows, columns).unwrap();
        for j in 0..columns {
            for x in matrix.column_mut(j) {
                *x = random.fraction() - 0.5;
            }
        }
        matrix
    }

    fn assert_jacobi(matrix: &ColumnMajor) -> Vec<f64> {
        let mut left = ColumnMajor::zeros(matrix.rows(), matrix.columns()).unwrap();
        let mut right = ColumnMajor::zeros(matrix.columns(), matrix.columns()).unwrap();
        let mut values = vec![0.0; matrix.columns()];
        jacobi(matrix, &mut left, &mut values, &mut right);
        assert_eq!(verify::svd(matrix, &left, &values, &right), Ok(true), "{}x{}", matrix.rows(), matrix.columns());
        values
    }

    #[test]
    fn the_jacobi_method_decomposes_every_matrix() {
        for (rows, columns) in [(1, 1), (3, 1), (2, 2), (5, 3), (11, 11), (40, 30), (60, 60)] {
            let mut matrix = numbers(rows, columns);
            assert_jacobi(&matrix);
            for j in 0..columns {
                let factor = 10_f64.powi(-5 * j as i32);
                matrix.column_mut(j).iter_mut().for_each(|x| *x *= factor);
            }
            assert_jacobi(&matrix);
            matrix.column_mut(columns - 1).fill(0.0);
            assert_jacobi(&matrix);
            assert!(assert_jacobi(&ColumnMajor::zeros(rows, columns).unwrap()).iter().all(|x| *x == 0.0));
            matrix.set_identity();
            assert!(assert_jacobi(&matrix).iter().all(|x| *x == 1.0));
            (0..columns).for_each(|j| matrix.column_mut(j).fill(1.0));
            assert_jacobi(&matrix);
        }
    }

    #[test]
    fn all_ways_give_the_same_values() {
        let matrix = numbers(150, 140);
        let expected = assert_jacobi(&matrix);
        let mut values = vec![0.0; 140];
        assert_eq!(values_of_bidiagonal_form(&matrix, &mut values), Ok(true));
        for (x, y) in values.iter().zip(&expected) {
            assert!((x - y).abs() < 1e-13 * expected[0], "{x} and {y}");
        }
        let (mut left, mut right) = (ColumnMajor::zeros(150, 140).unwrap(), ColumnMajor::zeros(140, 140).unwrap());
        assert_eq!(by_divide_and_conquer(&matrix, &mut left, &mut values, &mut right), Ok(true));
        assert_eq!(verify::svd(&matrix, &left, &values, &right), Ok(true));
    }
}
