//! The Cholesky factorization of a symmetric positive definite matrix: `A = L Lᵀ`.
//!
//! The algorithm is recursive, so that nearly all of the work is products of blocks. It computes `Lᵀ`, whose rows are
//! adjacent values, from the upper triangle, and turns every block of it as soon as it is there: in products one of the two is the
//! left-hand side and the other the right-hand side, each in the order in which it is read.

use crate::blas::gemm::{gemm_part, spread_steps};
use crate::blas::kernel::{Part, Update};
use crate::blas::trsm::{Diagonal, solve_here, solve_lower_then};
use crate::linalg::scaling::{diagonal_product, shift_of, solve_stripes_in_range};
use crate::matrix::transpose::copy_transposed;
use crate::matrix::view::{Shared, View, ViewMut};
use crate::matrix::{
    self, Half, MatrixRef, check_finite_right, check_result, check_square, copy_symmetric_part, largest_finite,
};
use crate::{Error, Result, float};

/// Rows factored without recursion.
const LEAF: usize = 8;
/// Rows that one thread copies or clears at a time.
const BAND: usize = 32;

/// Writes the factor `L` of the symmetric part of `a` to `l`, with zeros above its diagonal.
///
/// Entries of `a` across the diagonal from each other may differ by `√ε` times its largest magnitude; their mean counts.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::ValueCount`] unless `l` has as many values as `a`, [`Error::NotFinite`],
/// [`Error::NotSymmetric`], [`Error::NotPositiveDefinite`] with the first pivot that is not positive,
/// [`Error::OutOfMemory`], [`Error::Threads`].
///
/// ```
/// use rust_ffi::{cholesky, matrix::MatrixRef};
///
/// let mut l = [0.0; 4];
/// cholesky::factor(MatrixRef::new(2, 2, &[4.0, 2.0, 2.0, 5.0])?, &mut l)?;
/// assert_eq!(l, [2.0, 0.0, 1.0, 2.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn factor(a: MatrixRef<'_>, l: &mut [f64]) -> Result<()> {
    check_square(a)?;
    check_result(a.rows(), a.rows(), l)?;
    let n = a.rows();
    spread_steps(n * n * n / 6, || {
        let largest = largest_finite(a)?;
        // An even exponent, for its root is exact. Large values stay as they are: what is computed for a positive definite
        // matrix is no larger than its largest value, and scaling down would lose the digits of small pivots.
        let shift = shift_of(largest).max(0) / 2 * 2;
        copy_symmetric_part(a, largest, shift, Half::Upper, ViewMut::new(l, n, n, n))?;
        recurse(ViewMut::new(l, n, n, n), 0)?;
        clear_above(ViewMut::new(l, n, n, n));
        if shift != 0 {
            l.iter_mut().for_each(|x| *x *= float::power_of_two(-shift / 2));
        }
        Ok(())
    })
}

/// Writes the solution `x` of `L Lᵀ x = b` to `out`.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::Shapes`] unless `b` has as many rows as `l`, [`Error::ValueCount`] unless `out` has as
/// many values as `b`, [`Error::NotFinite`] for a NaN or an infinity in `b`, [`Error::Singular`] when the diagonal of
/// `l` has a zero, [`Error::Overflow`] when the solution cannot be represented, [`Error::OutOfMemory`], [`Error::Threads`].
pub fn solve_factored(l: MatrixRef<'_>, b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    check_square(l)?;
    let (n, right) = (b.rows(), b.columns());
    if l.rows() != n {
        return Err(matrix::shapes(l, "solve", b));
    }
    check_result(n, right, out)?;
    check_finite_right(b)?;
    let lower = View::from(l);
    if let Some(pivot) = (0..n).find(|&i| lower.get(i, i) == 0.0) {
        return Err(Error::Singular { pivot });
    }
    solve_stripes_in_range(b, n * n * right, out, |mut x| {
        solve_here(lower, Diagonal::Stored, x.reborrow())?;
        solve_here(lower.transposed().reversed(), Diagonal::Stored, x.reversed_rows())
    })
}

/// Returns the determinant of `L Lᵀ`: one for the empty matrix.
///
/// It neither overflows nor underflows on the way to a result that can be represented.
///
/// # Errors
/// [`Error::NotSquare`].
pub fn determinant_factored(l: MatrixRef<'_>) -> Result<f64> {
    check_square(l)?;
    let twice = (0..l.rows()).flat_map(|i| [l.values()[i * l.rows() + i]; 2]);
    Ok(diagonal_product(twice, 0))
}

/// Fills what is above the diagonal with zeros, on all threads of the pool.
fn clear_above(a: ViewMut<'_>) {
    a.for_each_band(BAND, |row, mut band| {
        (0..band.rows()).for_each(|i| band.row(i)[row + i + 1..].fill(0.0));
    });
}

/// Overwrites the upper triangle of `a` with `Lᵀ`, and what is below it with `L`. `first` is the position of the block on the
/// diagonal.
fn recurse(a: ViewMut<'_>, first: usize) -> Result<()> {
    let n = a.rows();
    if n <= LEAF {
        return leaf(a, first);
    }
    let half = (n / 2).next_multiple_of(LEAF);
    let (above, below) = a.split_rows(half);
    let (mut corner, mut right) = above.split_columns(half);
    let (mut left, mut last) = below.split_columns(half);
    recurse(corner.reborrow(), first)?;
    let turned = Shared::new(left.reborrow());
    solve_lower_then(corner.view(), Diagonal::Stored, right.reborrow(), |column, solved| {
        // SAFETY: stripes of columns do not overlap, and neither do the rows that they become.
        let rows = unsafe { turned.block(column, 0, solved.columns(), half) };
        copy_transposed(rows, solved.transposed());
    })?;
    gemm_part(last.reborrow(), Part::Upper, Update::SUBTRACT, left.view(), right.view())?;
    recurse(last, first + half)
}

fn leaf(mut a: ViewMut<'_>, first: usize) -> Result<()> {
    let n = a.rows();
    let mut upper = [[0.0; LEAF]; LEAF];
    for (i, row) in upper.iter_mut().enumerate().take(n) {
        row[i..n].copy_from_slice(&a.row(i)[i..]);
    }
    for i in 0..n {
        let pivot = upper[i][i];
        // An infinity comes from an overflow, which a positive definite matrix does not have.
        if !(pivot > 0.0 && pivot.is_finite()) {
            return Err(Error::NotPositiveDefinite { pivot: first + i });
        }
        let root = pivot.sqrt();
        upper[i][i] = root;
        for value in &mut upper[i][i + 1..n] {
            *value /= root;
        }
        for p in i + 1..n {
            for j in p..n {
                upper[p][j] -= upper[i][p] * upper[i][j];
            }
        }
    }
    for i in 0..n {
        for (j, value) in a.row(i).iter_mut().enumerate() {
            *value = upper[i.min(j)][i.max(j)];
        }
    }
    Ok(())
}
