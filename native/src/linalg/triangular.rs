//! Systems of equations with one triangle of a matrix: LAPACK's `dtrtrs`.

use crate::blas::trsm::{Diagonal, solve_here};
use crate::error::Purpose;
use crate::linalg::scaling::solve_stripes_in_range;
use crate::matrix::view::View;
use crate::matrix::{self, MatrixRef, check_finite, check_finite_right, check_result, check_square_for};
use crate::{Error, Result};

/// Which values of a matrix make the triangle, and how it is used.
#[derive(Clone, Copy, Debug)]
pub struct Triangle {
    /// Those on and above the diagonal, not those on and below it.
    pub is_upper: bool,
    /// Ones are meant on the diagonal, whatever is stored there.
    pub is_unit: bool,
    /// Its transpose is used.
    pub is_transposed: bool,
}

/// Writes the solution `x` of `t * x = b` to `out`, where `t` is a triangle of `a`. The rest of `a` does not count.
///
/// The solution is exact for a triangle each of whose values differs from that of `t` by at most a small multiple of `n·ε` times
/// itself (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, theorem 8.5). Its bits depend on the values alone.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::Shapes`] unless `b` has as many rows as `a`, [`Error::ValueCount`] unless `out` has as many
/// values as `b`, [`Error::NotFinite`] for a NaN or an infinity in `a` or `b`, [`Error::Singular`] with the first zero on the
/// diagonal, [`Error::Overflow`] when the solution cannot be represented, [`Error::OutOfMemory`], [`Error::Threads`].
///
/// ```
/// use rust_ffi::MatrixRef;
/// use rust_ffi::triangular::{self, Triangle};
///
/// let a = MatrixRef::new(2, 2, &[2.0, 9.0, 1.0, 4.0])?;
/// let lower = Triangle { is_upper: false, is_unit: false, is_transposed: false };
/// let mut x = [0.0; 2];
/// triangular::solve(a, lower, MatrixRef::new(2, 1, &[2.0, 9.0])?, &mut x)?;
/// assert_eq!(x, [1.0, 2.0]);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn solve(a: MatrixRef<'_>, triangle: Triangle, b: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    check_square_for(Purpose::Solution, a)?;
    if a.rows() != b.rows() {
        return Err(matrix::shapes(a, "solve", b));
    }
    check_result(b.rows(), b.columns(), out)?;
    check_finite(a)?;
    check_finite_right(b)?;
    let stored = View::from(a);
    let (n, right) = (b.rows(), b.columns());
    if !triangle.is_unit
        && let Some(pivot) = (0..n).find(|&i| stored.get(i, i) == 0.0)
    {
        return Err(Error::Singular { pivot });
    }
    let diagonal = if triangle.is_unit { Diagonal::Ones } else { Diagonal::Stored };
    let used = if triangle.is_transposed { stored.transposed() } else { stored };
    let is_upper = triangle.is_upper != triangle.is_transposed;
    solve_stripes_in_range(b, n * n / 2 * right, out, |x| {
        if is_upper { solve_here(used.reversed(), diagonal, x.reversed_rows()) } else { solve_here(used, diagonal, x) }
    })
}
