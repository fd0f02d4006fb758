//! The QR factorization of a matrix with at least as many rows as columns, kept as Householder reflections.
//!
//! Reflections are gathered into blocks `I - V·T⁻¹·Vᵀ`, where `V` is unit lower trapezoidal and `T` upper triangular with
//! `T + Tᵀ = VᵀV`; within a block the factorization recurs on halves of its columns, as Elmroth and Gustavson do
//! (IBM Journal of Research and Development 44, 2000), so that nearly all of the work is matrix products. No column is
//! ever skipped as too small: a matrix that is singular or nearly so has its factorization like any other.

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::prelude::*;
use faer::{Accum, MatMut, MatRef, Par};

use crate::columns::Columns;
use crate::{Result, parallel};

/// Reflections in a block.
const BLOCK: usize = 48;

/// Columns that are not divided any further among threads.
const PART: usize = 64;

/// A QR factorization `A = Q·R`.
pub(crate) struct Reflectors {
    /// On and above the diagonal `R`, below it the `V` of all blocks.
    factored: Columns,
    /// The `T` of all blocks, side by side.
    factors: Columns,
}

impl Reflectors {
    /// Factors `matrix`, which must have at least as many rows as columns.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn of(matrix: Columns) -> Result<Self> {
        assert!(matrix.rows() >= matrix.columns(), "more columns than rows");
        let columns = matrix.columns();
        let mut factored = matrix;
        let mut factors = Columns::zeros(BLOCK, columns)?;
        let mut work = Columns::zeros(BLOCK, columns.max(BLOCK))?;
        for start in (0..columns).step_by(BLOCK) {
            let width = BLOCK.min(columns - start);
            let rest = factored.as_mut().get_mut(start.., start..);
            let (mut block, rest) = rest.split_at_col_mut(width);
            let mut factor = factors.as_mut().get_mut(..width, start..start + width);
            factor_block(block.rb_mut(), factor.rb_mut(), work.as_mut());
            let work = work.as_mut().get_mut(..width, ..rest.ncols());
            transform(block.rb(), factor.rb(), true, rest, work);
        }
        Ok(Self { factored, factors })
    }

    /// Returns `R`, square and upper triangular.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when its memory cannot be had.
    pub(crate) fn r(&self) -> Result<Columns> {
        let columns = self.factored.columns();
        let mut r = Columns::zeros(columns, columns)?;
        for j in 0..columns {
            r.column_mut(j)[..=j].copy_from_slice(&self.factored.column(j)[..=j]);
        }
        Ok(r)
    }

    /// Replaces `matrix` by `Q·matrix`, with the square `Q`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn apply(&self, matrix: &mut Columns) -> Result<()> {
        let mut work = Columns::zeros(BLOCK, matrix.columns())?;
        for start in (0..self.factored.columns()).step_by(BLOCK).rev() {
            self.apply_block(start, false, matrix, &mut work);
        }
        Ok(())
    }

    /// Replaces `matrix` by `Qᵀ·matrix`, with the square `Q`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn apply_transposed(&self, matrix: &mut Columns) -> Result<()> {
        let mut work = Columns::zeros(BLOCK, matrix.columns())?;
        for start in (0..self.factored.columns()).step_by(BLOCK) {
            self.apply_block(start, true, matrix, &mut work);
        }
        Ok(())
    }

    fn apply_block(&self, start: usize, transposed: bool, matrix: &mut Columns, work: &mut Columns) {
        let width = BLOCK.min(self.factored.columns() - start);
        let columns = start..start + width;
        transform(
            self.factored.as_ref().get(start.., columns.clone()),
            self.factors.as_ref().get(..width, columns),
            transposed,
            matrix.as_mut().get_mut(start.., ..),
            work.as_mut().get_mut(..width, ..),
        );
    }
}

/// Factors `block` in place and sets `factor` to its `T`.
fn factor_block(block: MatMut<'_, f64>, factor: MatMut<'_, f64>, mut work: MatMut<'_, f64>) {
    let (mut block, mut factor) = (block, factor);
    let width = block.ncols();
    if width == 1 {
        factor[(0, 0)] = reflect(block);
        return;
    }
    let half = width / 2;
    let (mut left, mut right) = block.rb_mut().split_at_col_mut(half);
    let (mut top_left, mut top_right, _, bottom_right) = factor.rb_mut().split_at_mut(half, half);
    factor_block(left.rb_mut(), top_left.rb_mut(), work.rb_mut());
    transform(left.rb(), top_left.rb(), true, right.rb_mut(), work.rb_mut().get_mut(..half, ..width - half));
    let mut right = right.get_mut(half.., ..);
    factor_block(right.rb_mut(), bottom_right, work);
    let (left_upper, left_lower) = left.rb().get(half.., ..).split_at_row(width - half);
    let (right_upper, right_lower) = right.rb().split_at_row(width - half);
    triangular::matmul(
        top_right.rb_mut(),
        BlockStructure::Rectangular,
        Accum::Replace,
        left_upper.transpose(),
        BlockStructure::Rectangular,
        right_upper,
        BlockStructure::UnitTriangularLower,
        1.0,
        Par::Seq,
    );
    matmul(top_right, Accum::Add, left_lower.transpose(), right_lower, 1.0, Par::Seq);
}

/// Replaces `column` by the reflection `I - v·vᵀ/τ` that maps it to a multiple of the first unit vector: that multiple
/// first, then `v` without its first value, which is 1. Returns `τ = vᵀv/2`, which makes the reflection orthogonal
/// whatever the rounding of `v`.
fn reflect(column: MatMut<'_, f64>) -> f64 {
    let (head, tail) = column.split_at_row_mut(1);
    let (head, mut tail) = (&mut head.col_mut(0)[0], tail.col_mut(0));
    let norm = head.hypot(tail.norm_l2());
    let image = -norm.copysign(*head);
    let scale = *head - image;
    *head = image;
    if scale == 0.0 {
        return 0.5;
    }
    tail.rb_mut().iter_mut().for_each(|x| *x /= scale);
    let rest = tail.norm_l2();
    0.5 * (1.0 + rest * rest)
}

/// Returns the multiple of half a part nearest to half of `len`.
const fn middle(len: usize) -> usize {
    (len / 2).next_multiple_of(PART / 2)
}

/// Replaces `matrix` by the block reflection of `v` and `t`, or by its transpose, times `matrix`.
fn transform(v: MatRef<'_, f64>, t: MatRef<'_, f64>, transposed: bool, matrix: MatMut<'_, f64>, work: MatMut<'_, f64>) {
    let columns = matrix.ncols();
    if columns == 0 {
        return;
    }
    if columns > PART {
        let half = middle(columns);
        let (left, right) = matrix.split_at_col_mut(half);
        let (work_left, work_right) = work.split_at_col_mut(half);
        parallel::join(
            || transform(v, t, transposed, left, work_left),
            || transform(v, t, transposed, right, work_right),
        );
        return;
    }
    let mut work = work;
    let (v_upper, v_lower) = v.split_at_row(v.ncols());
    let (mut upper, mut lower) = matrix.split_at_row_mut(v.ncols());
    triangular::matmul(
        work.rb_mut(),
        BlockStructure::Rectangular,
        Accum::Replace,
        v_upper.transpose(),
        BlockStructure::UnitTriangularUpper,
        upper.rb(),
        BlockStructure::Rectangular,
        1.0,
        Par::Seq,
    );
    matmul(work.rb_mut(), Accum::Add, v_lower.transpose(), lower.rb(), 1.0, Par::Seq);
    if transposed {
        solve_lower_triangular_in_place(t.transpose(), work.rb_mut(), Par::Seq);
    } else {
        solve_upper_triangular_in_place(t, work.rb_mut(), Par::Seq);
    }
    triangular::matmul(
        upper.rb_mut(),
        BlockStructure::Rectangular,
        Accum::Add,
        v_upper,
        BlockStructure::UnitTriangularLower,
        work.rb(),
        BlockStructure::Rectangular,
        -1.0,
        Par::Seq,
    );
    matmul(lower.rb_mut(), Accum::Add, v_lower, work.rb(), -1.0, Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(rows: usize, columns: usize, seed: u64) -> Columns {
        let mut state = seed;
        let mut matrix = Columns::zeros(rows, columns).unwrap();
        for j in 0..columns {
            for x in matrix.column_mut(j) {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                *x = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
            }
        }
        matrix
    }

    /// Returns the ratio of LAPACK's `dqrt01`: the largest of `‖R - QᵀA‖/(m·‖A‖·ε)` and `‖I - QᵀQ‖/(m·ε)`.
    fn ratio(a: &Columns) -> f64 {
        let (m, n) = (a.rows(), a.columns());
        let mut copy = Columns::zeros(m, n).unwrap();
        copy.copy_from(a);
        let factored = Reflectors::of(copy).unwrap();
        let r = factored.r().unwrap();
        let mut image = Columns::zeros(m, n).unwrap();
        image.copy_from(a);
        factored.apply_transposed(&mut image).unwrap();
        let mut q = Columns::zeros(m, n).unwrap();
        q.set_identity();
        factored.apply(&mut q).unwrap();
        let mut gram = Columns::zeros(n, n).unwrap();
        gram.set_product(q.view().transposed(), q.view()).unwrap();
        let one_norm = |value: &dyn Fn(usize, usize) -> f64, rows: usize| {
            (0..n).map(|j| (0..rows).fold(0.0, |sum, i| sum + value(i, j).abs())).fold(0.0, f64::max)
        };
        let norm = one_norm(&|i, j| a.column(j)[i], m);
        let upper = |i: usize, j: usize| if i < n { r.column(j)[i] } else { 0.0 };
        let residual = one_norm(&|i, j| image.column(j)[i] - upper(i, j), m);
        let defect = one_norm(&|i, j| gram.column(j)[i] - f64::from(i == j), n);
        let unit = m as f64 * f64::EPSILON;
        let residual = if residual == 0.0 { 0.0 } else { residual / norm / unit };
        residual.max(defect / unit)
    }

    #[test]
    fn factors_are_orthogonal_and_triangular() {
        for (m, n) in [(1, 1), (2, 1), (2, 2), (7, 3), (48, 48), (49, 49), (100, 97), (300, 150), (1000, 70)] {
            let mut a = numbers(m, n, (m * n) as u64);
            assert!(ratio(&a) < 30.0, "{m}x{n}: {}", ratio(&a));
            for j in 0..n {
                let factor = 10_f64.powi(-(j as i32));
                a.column_mut(j).iter_mut().for_each(|x| *x *= factor);
            }
            assert!(ratio(&a) < 30.0, "graded {m}x{n}: {}", ratio(&a));
        }
    }

    #[test]
    fn columns_that_vanish_are_no_exception() {
        let mut a = numbers(90, 60, 5);
        for j in [0, 3, 20, 59] {
            a.column_mut(j).fill(0.0);
        }
        let copy = a.column(7).to_vec();
        a.column_mut(8).copy_from_slice(&copy);
        a.column_mut(30).fill(f64::from_bits(3));
        assert!(ratio(&a) < 30.0, "{}", ratio(&a));
        let zeros = Columns::zeros(50, 50).unwrap();
        assert!(ratio(&zeros) < 30.0, "{}", ratio(&zeros));
    }
}
