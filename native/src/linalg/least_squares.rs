//! Least squares solutions of any system of linear equations.
//!
//! A system whose matrix has a condition far enough from the tolerance is solved by a QR factorization of the matrix or, with
//! fewer rows than columns, of its transpose; any other by the singular value decomposition. What the factorization loses
//! in an ill-conditioned system is won back by iterative refinement of solution and residual together, with residuals
//! in doubled precision (Björck, Iterative refinement of linear least squares solutions, BIT 7, 1967).

use crate::blas::gemm::set_product;
use crate::blas::trsm::{Diagonal, solve_lower, solve_lower_columns, solve_upper_columns};
use crate::linalg::householder::{Direction, Reflectors};
use crate::linalg::svd::{self, Decomposition};
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::{largest_finite, largest_finite_right};
use crate::{Error, MatrixRef, Result, float, parallel};

/// Computes the solution of `A·X ≈ B` with the least `‖B - A·X‖` in every column and, where there are many such, of them the one
/// with the least `‖X‖`. Returns the rank of `a`.
///
/// `x` (`n` x `r`, row-major, for `a` of `m` x `n` and `b` of `m` x `r`) takes the solution. As in NumPy's `lstsq`,
/// singular values of at most `max(m, n)·ε` times the largest count as zero; without rows or columns the solution is
/// zeros. The bits of the result depend on `a` and `b` alone, not on the number of threads.
///
/// # Errors
/// - [`Error::Shapes`] unless `a` and `b` have the same number of rows,
/// - [`Error::ValueCount`] when `x` has not the length that belongs to its shape,
/// - [`Error::NotFinite`] with the first NaN or infinity of `a`, or else of `b`,
/// - [`Error::Overflow`] when a value of the solution is too large for a double,
/// - [`Error::NoConvergence`], of which no case is known,
/// - [`Error::OutOfMemory`] when working memory cannot be had.
///
/// # Example
/// ```
/// use rust_ffi::{MatrixRef, least_squares::least_squares};
///
/// let a = MatrixRef::new(3, 1, &[1.0, 1.0, 1.0])?;
/// let b = MatrixRef::new(3, 1, &[1.0, 2.0, 6.0])?;
/// let mut x = [0.0];
/// assert_eq!(least_squares(a, b, &mut x)?, 1);
/// assert!((x[0] - 3.0).abs() < 1e-15);
/// # Ok::<(), rust_ffi::Error>(())
/// ```
pub fn least_squares(a: MatrixRef, b: MatrixRef, x: &mut [f64]) -> Result<usize> {
    least_squares_with_tolerance(a, b, svd::tolerance(a.rows(), a.columns()), x)
}

/// Computes what [`least_squares`] does, with singular values of at most `tolerance` times the largest as zeros.
///
/// # Errors
/// [`Error::Tolerance`] when `tolerance` is negative or NaN, otherwise as [`least_squares`].
pub fn least_squares_with_tolerance(a: MatrixRef, b: MatrixRef, tolerance: f64, x: &mut [f64]) -> Result<usize> {
    solve(a, b, tolerance, x, None)
}

/// What a solution leaves, and what its rank was found by.
struct Rest<'a> {
    residuals: &'a mut [f64],
    singular_values: &'a mut [f64],
}

/// Computes what [`least_squares_with_tolerance`] does, with the bits of its solution, and what belongs to it: the residuals
/// `B - A·X` (`m` x `r`, row-major) and all `min(m, n)` singular values in descending order, of which the rank counts those above
/// `tolerance` times the largest.
///
/// Where the matrix has full rank by far, the solution needs no singular values: they are computed besides.
///
/// # Errors
/// As [`least_squares_with_tolerance`]; [`Error::Overflow`] also when a singular value or a residual is too large for a double.
pub fn fit(
    a: MatrixRef,
    b: MatrixRef,
    tolerance: f64,
    x: &mut [f64],
    residuals: &mut [f64],
    singular_values: &mut [f64],
) -> Result<usize> {
    solve(a, b, tolerance, x, Some(Rest { residuals, singular_values }))
}

fn solve(a: MatrixRef, b: MatrixRef, tolerance: f64, x: &mut [f64], rest: Option<Rest<'_>>) -> Result<usize> {
    if a.rows() != b.rows() {
        return Err(Error::Shapes {
            left: (a.rows(), a.columns()),
            operation: "least squares",
            right: (b.rows(), b.columns()),
        });
    }
    MatrixRef::new(a.columns(), b.columns(), x)?;
    if let Some(rest) = &rest {
        MatrixRef::new(b.rows(), b.columns(), rest.residuals)?;
        MatrixRef::new(a.rows().min(a.columns()), 1, rest.singular_values)?;
    }
    svd::check_tolerance(tolerance)?;
    parallel::run(|| {
        let (a_largest, b_largest) = (largest_finite(a)?, largest_finite_right(b)?);
        let Some(a_exponent) = float::exact_exponent(a_largest) else {
            x.fill(0.0);
            if let Some(rest) = rest {
                rest.residuals.copy_from_slice(b.values());
                rest.singular_values.fill(0.0);
            }
            return Ok(0);
        };
        let b_exponent = float::exact_exponent(b_largest).unwrap_or(0);
        let mut right = ColumnMajor::zeros(b.rows(), b.columns())?;
        right.copy_scaled(b, -b_exponent);
        let mut solution = ColumnMajor::zeros(a.columns(), b.columns())?;
        let (residuals, singular_values) = rest.map(|rest| (rest.residuals, rest.singular_values)).unzip();
        let rank = match by_reflections(a, a_exponent, &right, tolerance, &mut solution)? {
            true => {
                singular_values.map_or(Ok(()), |values| svd::singular_values(a, values))?;
                a.rows().min(a.columns())
            }
            false => by_singular_values(a, &right, tolerance, &mut solution, singular_values)?,
        };
        solution.write_rows(x);
        float::scale(x, b_exponent - a_exponent);
        if !float::all_finite(x) {
            return Err(Error::Overflow { quantity: "largest value of the solution" });
        }
        if let Some(residuals) = residuals {
            subtract_product_of(a, a_exponent, &solution, &mut right)?;
            right.write_rows(residuals);
            float::scale(residuals, b_exponent);
            if !float::all_finite(residuals) {
                return Err(Error::Overflow { quantity: "largest residual" });
            }
        }
        Ok(rank)
    })?
}

/// Subtracts from `right` the product of `a` times `2^-exponent` and `solution`.
fn subtract_product_of(a: MatrixRef, exponent: i32, solution: &ColumnMajor, right: &mut ColumnMajor) -> Result<()> {
    let mut scaled = ColumnMajor::unspecified(a.rows(), a.columns())?;
    scaled.copy_scaled(a, -exponent);
    let mut product = ColumnMajor::zeros(right.rows(), right.columns())?;
    set_product(&mut product, scaled.view(), solution.view())?;
    for j in 0..right.columns() {
        right.column_mut(j).iter_mut().zip(product.column(j)).for_each(|(b, product)| *b -= product);
    }
    Ok(())
}

/// Solves by way of the singular values, writes them to `values`, and returns how many of them count.
fn by_singular_values(
    a: MatrixRef,
    right: &ColumnMajor,
    tolerance: f64,
    solution: &mut ColumnMajor,
    values: Option<&mut [f64]>,
) -> Result<usize> {
    let svd = Decomposition::new(a)?;
    let rank = svd::rank_above(&svd.values, tolerance);
    let mut projected = ColumnMajor::zeros(rank, right.columns())?;
    set_product(&mut projected, svd.left(a).view().block(0, 0, a.rows(), rank).transposed(), right.view())?;
    for j in 0..right.columns() {
        projected.column_mut(j).iter_mut().zip(&svd.values).for_each(|(x, value)| *x /= value);
    }
    set_product(solution, svd.right(a).view().block(0, 0, a.columns(), rank), projected.view())?;
    values.map_or(Ok(()), |values| svd.write_values(values))?;
    Ok(rank)
}

/// Solves by reflections if the matrix certainly has full rank, and returns whether it has.
fn by_reflections(
    a: MatrixRef,
    exponent: i32,
    right: &ColumnMajor,
    tolerance: f64,
    solution: &mut ColumnMajor,
) -> Result<bool> {
    // Below this condition rounding costs fewer digits than refinement is worth, unless it costs next to nothing.
    const WELL_CONDITIONED: f64 = 1e4;
    const FEW_VALUES: usize = 1 << 12;
    let factored = Reflectors::of(svd::tall_copy(a, exponent)?)?;
    let r = factored.r();
    let condition = condition_bound(r)?;
    // The bound is above the condition but for rounding, so that the smallest singular value is above the tolerance however it is
    // computed, and the factorization is accurate enough for refinement to converge.
    const SOLVABLE: f64 = 1e-2 / f64::EPSILON;
    if !(condition < SOLVABLE && condition * tolerance < 0.5) {
        return Ok(false);
    }
    let of_residual = a.rows() >= a.columns();
    if condition > WELL_CONDITIONED || a.values().len() <= FEW_VALUES {
        let tall = svd::tall_copy(a, exponent)?;
        refine(&Augmented { tall: &tall, factored: &factored, r }, right, of_residual, solution)?;
    } else if of_residual {
        let mut rotated = right.duplicate()?;
        factored.apply(Direction::Backward, &mut rotated)?;
        for j in 0..right.columns() {
            solution.column_mut(j).copy_from_slice(&rotated.column(j)[..r.columns()]);
        }
        solve_upper_columns(r.view(), solution)?;
    } else {
        let mut short = right.duplicate()?;
        solve_lower_columns(r.view().transposed(), &mut short)?;
        for j in 0..right.columns() {
            let (head, tail) = solution.column_mut(j).split_at_mut(r.columns());
            head.copy_from_slice(short.column(j));
            tail.fill(0.0);
        }
        factored.apply(Direction::Forward, solution)?;
    }
    Ok(solution.is_finite())
}

/// Returns an upper bound of the condition number of the triangle `r`, infinity when it is singular.
fn condition_bound(r: &ColumnMajor) -> Result<f64> {
    let n = r.columns();
    if (0..n).any(|j| r.column(j)[j] == 0.0) {
        return Ok(f64::INFINITY);
    }
    let mut inverse = ColumnMajor::identity(n)?;
    solve_lower(r.view().transposed(), Diagonal::Stored, inverse.transposed_mut())?;
    let norm = |matrix: &ColumnMajor| (0..n).flat_map(|j| matrix.column(j)).fold(0.0, |sum: f64, x| sum + x * x).sqrt();
    let bound = norm(r) * norm(&inverse);
    Ok(if bound.is_nan() { f64::INFINITY } else { bound })
}

/// The equations `r + M·x = f`, `Mᵀ·r = g` for a matrix `M` of full column rank. With `g = 0` their `x` is the least squares
/// solution of `M·x ≈ f`; with `f = 0` their `r` is the shortest solution of `Mᵀ·r = g`.
struct Augmented<'a> {
    tall: &'a ColumnMajor,
    factored: &'a Reflectors,
    r: &'a ColumnMajor,
}

impl Augmented<'_> {
    /// Replaces `f` by `r` and `g` by `x`.
    fn solve(&self, f: &mut ColumnMajor, g: &mut ColumnMajor) -> Result<()> {
        let columns = self.r.columns();
        // M = Q·R, with Qᵀr = (Rᵀ⁻¹g, d₂) and x = R⁻¹(d₁ - Rᵀ⁻¹g) where d = Qᵀf.
        self.factored.apply(Direction::Backward, f)?;
        solve_lower_columns(self.r.view().transposed(), g)?;
        for j in 0..f.columns() {
            for (d, z) in f.column_mut(j)[..columns].iter_mut().zip(g.column_mut(j)) {
                (*d, *z) = (*z, *d - *z);
            }
        }
        solve_upper_columns(self.r.view(), g)?;
        self.factored.apply(Direction::Forward, f)
    }

    /// Sets `f` and `g` to what is left of the right-hand sides for a solution of `residual` and `x`, in doubled precision.
    fn residuals(
        &self,
        residual: &ColumnMajor,
        x: &ColumnMajor,
        f: &mut ColumnMajor,
        g: &mut ColumnMajor,
        low: &mut [f64],
    ) {
        for j in 0..f.columns() {
            let (f, low) = (f.column_mut(j), &mut low[..residual.rows()]);
            low.fill(0.0);
            for (l, x) in x.column(j).iter().enumerate() {
                for ((high, low), m) in f.iter_mut().zip(&mut *low).zip(self.tall.column(l)) {
                    subtract_product(high, low, *m, *x);
                }
            }
            for ((high, low), r) in f.iter_mut().zip(&mut *low).zip(residual.column(j)) {
                subtract_product(high, low, *r, 1.0);
                *high += *low;
            }
            for (l, g) in g.column_mut(j).iter_mut().enumerate() {
                let mut low = 0.0;
                for (m, r) in self.tall.column(l).iter().zip(residual.column(j)) {
                    subtract_product(g, &mut low, *m, *r);
                }
                *g += low;
            }
        }
    }
}

/// Solves with refinement. `of_residual` tells that `right` is the `f` of the augmented equations and the solution their
/// `x`; otherwise it is their `g`, and the solution their `r`.
fn refine(system: &Augmented<'_>, right: &ColumnMajor, of_residual: bool, solution: &mut ColumnMajor) -> Result<()> {
    const ROUNDS: usize = 8;
    let (rows, columns, count) = (system.tall.rows(), system.tall.columns(), right.columns());
    let (mut r, mut x) = (ColumnMajor::zeros(rows, count)?, ColumnMajor::zeros(columns, count)?);
    let (mut f, mut g) = (ColumnMajor::zeros(rows, count)?, ColumnMajor::zeros(columns, count)?);
    let mut low = ColumnMajor::zeros(rows, 1)?;
    let mut previous = f64::INFINITY;
    for _ in 0..ROUNDS {
        f.fill(0.0);
        g.fill(0.0);
        if of_residual {
            f.copy_from(right)
        } else {
            g.copy_from(right)
        }
        system.residuals(&r, &x, &mut f, &mut g, low.column_mut(0));
        system.solve(&mut f, &mut g)?;
        let (sum, change) = if of_residual { (&x, &g) } else { (&r, &f) };
        let change = relative_size(change, sum);
        // A correction that no longer shrinks is rounding.
        if change.is_nan() || change > 0.25 * previous {
            break;
        }
        for (sum, correction) in [(&mut r, &f), (&mut x, &g)] {
            for j in 0..count {
                sum.column_mut(j).iter_mut().zip(correction.column(j)).for_each(|(x, y)| *x += y);
            }
        }
        if change <= 0.5 * f64::EPSILON {
            break;
        }
        previous = change;
    }
    solution.copy_from(if of_residual { &x } else { &r });
    Ok(())
}

/// Returns the largest ratio of a column of `change` to that of `sum`, in the maximum norm; infinity at the start, where all
/// sums are zero.
fn relative_size(change: &ColumnMajor, sum: &ColumnMajor) -> f64 {
    let largest = |x: &[f64]| x.iter().fold(0.0_f64, |largest, x| if x.is_nan() { *x } else { largest.max(x.abs()) });
    (0..sum.columns()).fold(0.0, |size, j| match (largest(change.column(j)), largest(sum.column(j))) {
        (0.0, _) => size,
        (change, 0.0) => {
            if change.is_nan() {
                change
            } else {
                f64::MAX
            }
        }
        (change, sum) => {
            if change.is_nan() {
                change
            } else {
                size.max(change / sum)
            }
        }
    })
}

/// Subtracts `a·b` from the unevaluated sum `high + low`, with an error in `low` alone.
#[inline(always)]
fn subtract_product(high: &mut f64, low: &mut f64, a: f64, b: f64) {
    let (product, product_error) = two_product(a, b);
    let sum = *high - product;
    let part = sum - *high;
    let error = (*high - (sum - part)) - (product + part);
    *high = sum;
    *low += error - product_error;
}

/// Returns the rounded product of `a` and `b` and its rounding error, which together are exact short of underflow.
#[inline(always)]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    // Veltkamp's splitting and Dekker's product: as exact as a fused operation, which not every processor has.
    const SPLITTER: f64 = 134_217_729.0;
    let split = |x: f64| {
        let scaled = SPLITTER * x;
        let high = scaled - (scaled - x);
        (high, x - high)
    };
    let product = a * b;
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    (product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low)
}
