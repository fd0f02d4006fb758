//! What the reference BLAS does with matrices whose columns are adjacent values, and with its rules for what is not read.
//!
//! A matrix that is only read is a view of any steps. One that is written is given as its transpose, whose rows are the columns:
//! `to` below. Where a function fails, what it was to write is as it was.

use super::gemm::{gemm, gemm_part, spread, spread_steps};
use super::gemv::set_dots;
use super::kernel::{Part, Update};
use super::trsm::{Diagonal, solve_lower};
use super::{CHUNK, sum_of_rows};
use crate::matrix::transpose::copy_transposed;
use crate::matrix::view::{View, ViewMut};
use crate::memory::Plain;
use crate::simd::Element;
use crate::{Result, memory};

/// Updates `c` with `a * b`, and is given `cᵀ`: the BLAS's gemm.
///
/// # Errors
/// [`crate::Error::OutOfMemory`] and [`crate::Error::Threads`] when the system refuses.
pub(crate) fn multiply<T: Element + Plain>(
    to: ViewMut<'_, T>,
    update: Update<T>,
    a: View<'_, T>,
    b: View<'_, T>,
) -> Result<()> {
    let multiplications = a.rows().saturating_mul(a.columns()).saturating_mul(b.columns());
    spread(multiplications, || gemm(to, update, b.transposed(), a.transposed()))
}

/// Which half of a square matrix, with its diagonal, is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Half {
    /// What is on or above the diagonal.
    Upper,
    /// What is on or below it.
    Lower,
}

impl Half {
    /// Returns the half that the transpose has.
    fn transposed(self) -> Self {
        if self == Self::Upper { Self::Lower } else { Self::Upper }
    }

    /// Returns the rows that the half has in a column of a matrix of order `n`.
    pub(crate) fn rows(self, column: usize, n: usize) -> std::ops::Range<usize> {
        if self == Self::Upper { 0..column + 1 } else { column..n }
    }
}

/// Updates one half of `c` with `a * aᵀ`, and is given `cᵀ`: the BLAS's syrk. The other half is neither read nor written.
///
/// # Errors
/// As [`multiply`].
pub(crate) fn multiply_by_transpose<T: Element + Plain>(
    mut to: ViewMut<'_, T>,
    half: Half,
    update: Update<T>,
    a: View<'_, T>,
) -> Result<()> {
    let n = a.rows();
    let mut product = memory::unspecified(n.saturating_mul(n))?;
    spread(n.saturating_mul(n).saturating_mul(a.columns()) / 2, || {
        let mut whole = ViewMut::new(&mut product, n, n, n);
        gemm_part(whole.reborrow(), Part::Upper, Update { beta: T::ZERO, ..update }, a, a.transposed())?;
        if half == Half::Upper {
            // Its columns are the rows of what was not computed.
            whole.mirror_upper();
        }
        Ok(())
    })?;
    for column in 0..n {
        let rows = half.rows(column, n);
        let values = &product[column * n..][rows.clone()];
        for (to, value) in to.row(column)[rows].iter_mut().zip(values) {
            *to = if update.beta == T::ZERO { *value } else { *to * update.beta + *value };
        }
    }
    Ok(())
}

/// The matrix of a triangular system.
#[derive(Clone, Copy)]
pub(crate) struct Triangular<'a, T> {
    /// The whole square, of which the other half is not read.
    pub(crate) matrix: View<'a, T>,
    pub(crate) half: Half,
    pub(crate) diagonal: Diagonal,
}

impl<T: Copy> Triangular<'_, T> {
    /// Returns the transpose.
    pub(crate) fn transposed(self) -> Self {
        Self { matrix: self.matrix.transposed(), half: self.half.transposed(), ..self }
    }
}

/// Replaces `b` by the `x` of `a * x = alpha * b`, or of `x * a = alpha * b` if `a` is not on the `left`, and is given `bᵀ`: the
/// BLAS's trsm.
///
/// # Errors
/// As [`multiply`].
pub(crate) fn solve<T: Element + Plain>(
    mut to: ViewMut<'_, T>,
    left: bool,
    alpha: T,
    a: Triangular<'_, T>,
) -> Result<()> {
    // From the right, it is the transpose that is solved: a system with the rows of `to`.
    let a = if left { a } else { a.transposed() };
    let order = a.matrix.rows();
    let columns = if left { to.rows() } else { to.columns() };
    let mut values = memory::unspecified(order.saturating_mul(columns))?;
    spread_steps(order.saturating_mul(order).saturating_mul(columns) / 2, || {
        let mut x = ViewMut::new(&mut values, order, columns, columns);
        if left {
            copy_transposed(x.reborrow(), to.view().transposed());
        } else {
            x.copy_from(to.view());
        }
        if alpha != T::ONE {
            for i in 0..order {
                x.row(i).iter_mut().for_each(|value| *value = *value * alpha);
            }
        }
        match a.half {
            Half::Lower => solve_lower(a.matrix, a.diagonal, x.reborrow())?,
            Half::Upper => solve_lower(a.matrix.reversed(), a.diagonal, x.reborrow().reversed_rows())?,
        }
        if left {
            copy_transposed(to.reborrow(), x.view().transposed());
        } else {
            to.copy_from(x.view());
        }
        Ok(())
    })
}

/// Updates `y` with `a * x`, and is given `aᵀ`, whose rows are adjacent; or with `aᵀ * x` if that is what is `transposed`: the BLAS's
/// gemv.
///
/// # Errors
/// As [`multiply`].
pub(crate) fn times_vector<T: super::Float>(
    y: &mut [T],
    update: Update<T>,
    columns_of_a: View<'_, T>,
    transposed: bool,
    x: &[T],
) -> Result<()> {
    let count = y.len();
    let mut product = memory::unspecified(count)?;
    spread(columns_of_a.rows().saturating_mul(columns_of_a.columns()), || {
        let to = ViewMut::new(&mut product, 1, count, count);
        if transposed {
            let width = columns_of_a.columns();
            to.for_each_stripe((CHUNK / width.max(1)).max(1), |first, mut part| {
                let part = part.row(0);
                set_dots(part, columns_of_a.block(first, 0, part.len(), width), x);
            });
            Ok(())
        } else {
            sum_of_rows(to, columns_of_a, x)
        }
    })?;
    for (y, value) in y.iter_mut().zip(&product) {
        let value = *value * update.alpha;
        *y = if update.beta == T::ZERO { value } else { *y * update.beta + value };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blas::gemm::tests::integers;
    use crate::simd::tests::with_each;

    /// Numbers of both types, where sums and products of small whole numbers are exact.
    trait Whole: Element + Plain {
        fn of(values: &[f64]) -> Vec<Self>;
    }

    impl Whole for f64 {
        fn of(values: &[f64]) -> Vec<Self> {
            values.to_vec()
        }
    }

    impl Whole for f32 {
        fn of(values: &[f64]) -> Vec<Self> {
            values.iter().map(|value| *value as Self).collect()
        }
    }

    fn one_half_of_a_product_is_written<T: Whole>() {
        for (n, k) in [(1, 1), (3, 5), (9, 2), (40, 33), (130, 7)] {
            let values = T::of(&integers(n * (k + 1), 1));
            let a = View::new(&values, n, k, k + 1);
            for half in [Half::Upper, Half::Lower] {
                for (alpha, beta) in [(T::ONE, T::ZERO), (T::MINUS_ONE, T::ONE), (T::ONE + T::ONE, T::MINUS_ONE)] {
                    let before = T::of(&integers(n * (n + 2), 2));
                    let mut c = before.clone();
                    multiply_by_transpose(ViewMut::new(&mut c, n, n, n + 2), half, Update { alpha, beta }, a).unwrap();
                    for (at, (value, before)) in c.iter().zip(&before).enumerate() {
                        let (column, row) = (at / (n + 2), at % (n + 2));
                        let expected = if row < n && half.rows(column, n).contains(&row) {
                            let sum = (0..k).fold(T::ZERO, |sum, p| sum + a.get(row, p) * a.get(column, p));
                            alpha * sum + if beta == T::ZERO { T::ZERO } else { beta * *before }
                        } else {
                            *before
                        };
                        assert!(
                            *value == expected,
                            "{n}x{k}, {half:?}, ({row}, {column}): {value:?}, not {expected:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn one_half_of_a_product_with_the_transpose_is_written() {
        with_each(|_| {
            one_half_of_a_product_is_written::<f64>();
            one_half_of_a_product_is_written::<f32>();
        });
    }

    fn systems_are_solved<T: Whole>() {
        for (order, others) in [(1, 1), (3, 2), (8, 5), (9, 17), (33, 1), (70, 130)] {
            for case in 0..16 {
                let [left, is_upper, is_transposed, is_unit] = [1, 2, 4, 8].map(|bit| case & bit != 0);
                let half = if is_upper { Half::Upper } else { Half::Lower };
                // What is not to be read is no number; what is on the diagonal is -1.
                let mut values = T::of(&vec![f64::NAN; order * (order + 1)]);
                let whole = T::of(&integers(order * order, 1));
                for column in 0..order {
                    for row in half.rows(column, order) {
                        if row != column {
                            values[column * (order + 1) + row] = whole[column * order + row];
                        } else if !is_unit {
                            values[column * (order + 1) + row] = T::MINUS_ONE;
                        }
                    }
                }
                let diagonal = if is_unit { Diagonal::Ones } else { Diagonal::Stored };
                let stored = View::new(&values, order, order, order + 1).transposed();
                let triangle = Triangular { matrix: stored, half, diagonal };
                let triangle = if is_transposed { triangle.transposed() } else { triangle };
                let factor = |row: usize, column: usize| {
                    if row == column {
                        if is_unit { T::ONE } else { T::MINUS_ONE }
                    } else if triangle.half.rows(column, order).contains(&row) {
                        triangle.matrix.get(row, column)
                    } else {
                        T::ZERO
                    }
                };

                let (m, n) = if left { (order, others) } else { (others, order) };
                let x = T::of(&integers(m * n, 3));
                let b: Vec<T> = (0..m * n)
                    .map(|at| {
                        let (column, row) = (at / m, at % m);
                        (0..order).fold(T::ZERO, |sum, p| {
                            sum + if left {
                                factor(row, p) * x[column * m + p]
                            } else {
                                x[p * m + row] * factor(p, column)
                            }
                        })
                    })
                    .collect();
                let mut solution = b.clone();
                solve(ViewMut::new(&mut solution, n, m, m), left, T::MINUS_ONE, triangle).unwrap();
                let expected: Vec<T> = x.iter().map(|value| T::MINUS_ONE * *value).collect();
                assert!(solution == expected, "order {order}, {others} others, case {case}");
            }
        }
    }

    #[test]
    fn systems_of_every_kind_are_solved() {
        with_each(|_| {
            systems_are_solved::<f64>();
            systems_are_solved::<f32>();
        });
    }

    #[test]
    fn vectors_are_multiplied_with_a_matrix_or_its_transpose() {
        with_each(|_| {
            for (m, n) in [(1, 1), (3, 5), (40, 33), (2000, 9), (9, 2000)] {
                let values = f32::of(&integers((m + 1) * n, 1));
                let columns = View::new(&values, n, m, m + 1);
                for transposed in [false, true] {
                    let (inner, outer) = if transposed { (m, n) } else { (n, m) };
                    let (x, before) = (f32::of(&integers(inner, 2)), f32::of(&integers(outer, 3)));
                    for (alpha, beta) in [(1.0, 0.0), (2.0, -1.0)] {
                        let mut y = if beta == 0.0 { vec![f32::NAN; outer] } else { before.clone() };
                        times_vector(&mut y, Update { alpha, beta }, columns, transposed, &x).unwrap();
                        for (i, y) in y.iter().enumerate() {
                            let entry = |p| if transposed { columns.get(i, p) } else { columns.get(p, i) };
                            let sum = (0..inner).fold(0.0, |sum, p| sum + entry(p) * x[p]);
                            assert_eq!(*y, alpha * sum + beta * before[i], "{m}x{n}, {transposed}");
                        }
                    }
                }
            }
        });
    }
}
