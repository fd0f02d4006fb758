//! The reduction of a matrix to upper bidiagonal form by Householder reflections: `A = Q B Pᵀ`.
//!
//! A column and a row are reduced in turns, in panels (Dongarra, Sorensen and Hammarling, "Block reduction of matrices to
//! condensed forms for eigenvalue computations", 1989): what the reflections of a panel do to the rest of the matrix is
//! kept as `V Yᵀ + X Uᵀ` until the panel is complete. Each turn multiplies the rest by two vectors, from either side. One
//! pass does both (Howell, Demmel, Fulton, Hammarling and Marmol, "Cache efficient bidiagonalization using BLAS 2.5
//! operators", 2008): once the product with a few columns is known, so are their values in the row that is reduced next,
//! and the columns, which are still in a cache, are added up with these as factors. Such a sum differs from the product
//! with the vector of the row's reflection by a multiple of one column.
//!
//! The rest is divided into blocks of columns, the same ones whatever the number of threads. Their sums are added up in the
//! order of the blocks.

use crate::blas::gemm::gemm_small;
use crate::blas::gemv::{add_multiples, set_dots};
use crate::blas::kernel::Update;
use crate::linalg::householder::{AddMultiple, Direction, Panels, reflection};
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::{Shared, View, ViewMut};
use crate::parallel::{self, Team};
use crate::simd;
use crate::{Result, float, memory};

/// Columns of a panel.
const PANEL: usize = 16;
/// Columns of a block.
const BLOCK: usize = 32;
/// Columns that are read twice in one pass.
const GROUP: usize = 8;
/// Values in the largest vector.
const ALIGNED: usize = 8;
/// Rows that are updated at a time, with all that they are updated with in the first-level cache.
const STRIPE: usize = 128;
/// Values of the rest below which one thread is faster than several.
const PARALLEL_FROM: usize = 1 << 14;
/// Rows of a smaller norm count as zero beside a matrix whose largest value is in 1..2: in products with them too much
/// would be lost to underflow.
const NEGLIGIBLE: f64 = f64::MIN_POSITIVE / f64::EPSILON;

/// An upper bidiagonal matrix with the singular values of a given one.
pub(crate) struct Bidiagonal {
    pub(crate) diagonal: Vec<f64>,
    /// The values above the diagonal, and a zero.
    pub(crate) above: Vec<f64>,
    left: Panels,
    right: Panels,
}

impl Bidiagonal {
    /// Reduces `matrix`, which has at least as many rows as columns, and is zero or has its largest value in 1..2 or near.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn of(matrix: ColumnMajor) -> Result<Self> {
        let (m, n) = (matrix.rows(), matrix.columns());
        assert!(m >= n, "{m}x{n}");
        let mut diagonal = memory::filled(n)?;
        let mut above = memory::filled(n)?;
        let mut left_tau = memory::filled(n)?;
        let mut right_tau = memory::filled(n)?;
        let mut work = Work {
            matrix,
            right: ColumnMajor::zeros(n, n)?,
            tall: ColumnMajor::zeros(m, 2 * PANEL)?,
            wide: ColumnMajor::zeros(n, 2 * PANEL)?,
            images: ColumnMajor::zeros(m, n.div_ceil(BLOCK))?,
            y: memory::filled(n)?,
            row: memory::filled(n)?,
        };
        parallel::lead(m * n >= PARALLEL_FROM, |team| {
            for first in (0..n).step_by(PANEL) {
                let width = PANEL.min(n - first);
                for j in first..first + width {
                    (diagonal[j], left_tau[j]) = work.reduce_column(first, j);
                    if j + 1 < n {
                        (above[j], right_tau[j]) = work.reduce_row(team, first, j, left_tau[j]);
                    }
                }
                work.update(team, first + width, width);
            }
        });
        let left = Panels::new(work.matrix, 0, &left_tau)?;
        let right = Panels::new(work.right, 1, &right_tau[..n.saturating_sub(1)])?;
        Ok(Self { diagonal, above, left, right })
    }

    /// Replaces `vectors`, which has as many rows as the matrix, by its product with `Q`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn apply_left(&self, vectors: &mut ColumnMajor) -> Result<()> {
        self.left.apply(Direction::Forward, vectors)
    }

    /// Replaces `vectors`, which has as many rows as the matrix has columns, by its product with `P`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn apply_right(&self, vectors: &mut ColumnMajor) -> Result<()> {
        self.right.apply(Direction::Forward, vectors)
    }
}

struct Work {
    /// The matrix from the column on that is reduced next, less what is kept. Before that, the vectors of the reflections.
    matrix: ColumnMajor,
    /// The vectors of the reflections of rows.
    right: ColumnMajor,
    /// The columns of `V` and `X` in turns: `v₀`, `x₀`, `v₁`, `x₁`, ….
    tall: ColumnMajor,
    /// What each of them is multiplied with: `y₀`, `u₀`, `y₁`, `u₁`, ….
    wide: ColumnMajor,
    /// The sum of the columns of each block.
    images: ColumnMajor,
    y: Vec<f64>,
    row: Vec<f64>,
}

/// Returns the first `count` columns from row `from` on, as rows.
fn rows(columns: &ColumnMajor, count: usize, from: usize) -> View<'_> {
    columns.view().transposed().block(0, from, count, columns.rows() - from)
}

impl Work {
    /// Reduces column `j` of the panel that begins at `first`, leaves the vector of its reflection there, and returns the
    /// value on the diagonal and the factor `τ`.
    fn reduce_column(&mut self, first: usize, j: usize) -> (f64, f64) {
        let before = 2 * (j - first);
        let mut factors = [0.0; 2 * PANEL];
        let factors = &mut factors[..before];
        factors.iter_mut().enumerate().for_each(|(r, factor)| *factor = -self.wide.column(r)[j]);
        let column = self.matrix.column_mut(j);
        let from = j - j % ALIGNED;
        add_multiples(&mut column[from..], rows(&self.tall, before, from), factors);
        column[..j].fill(0.0);
        let reduced = reflection(&mut column[j..]);
        self.tall.column_mut(before).copy_from_slice(column);
        reduced
    }

    /// Reduces row `j` after its column, whose reflection has the factor `tau`, and returns the value beside the diagonal and
    /// the factor of the row's reflection.
    fn reduce_row(&mut self, team: &mut Team, first: usize, j: usize, tau: f64) -> (f64, f64) {
        let (before, next) = (2 * (j - first), j + 1);
        self.multiply(team, before, j, tau);
        let y = self.wide.column_mut(before);
        y[..next].fill(0.0);
        y[next..].copy_from_slice(&self.y[next..]);

        let u = self.right.column_mut(j);
        u[next..].copy_from_slice(&self.row[next..]);
        let value = u[next];
        let (beside, tau) = if float::norm(&u[next..]) < NEGLIGIBLE {
            u[next..].fill(0.0);
            u[next] = 1.0;
            (value, 0.0)
        } else {
            reflection(&mut u[next..])
        };
        self.wide.column_mut(before + 1).copy_from_slice(u);

        let m = self.matrix.rows();
        let (kept, mut rest) = self.tall.transposed_mut().split_rows(before + 1);
        let x = rest.row(0);
        x.fill(0.0);
        if tau != 0.0 {
            for block in next / BLOCK..self.matrix.columns().div_ceil(BLOCK) {
                simd::run(AddMultiple(&mut x[next..], 1.0, &self.images.column(block)[next..]));
            }
            // The row is `(value - beside)·u` and `beside` more in its first value.
            simd::run(AddMultiple(&mut x[next..], -beside, &self.matrix.column(next)[next..]));
            let pivot = value - beside;
            x[next..].iter_mut().for_each(|x| *x /= pivot);
            let mut factors = [0.0; 2 * PANEL];
            let factors = &mut factors[..before + 1];
            let from = next - next % ALIGNED;
            set_dots(factors, rows(&self.wide, before + 1, from), &u[from..]);
            factors.iter_mut().for_each(|factor| *factor = -*factor);
            add_multiples(&mut x[from..], kept.view().block(0, from, before + 1, m - from), factors);
            x[..next].fill(0.0);
            x[next..].iter_mut().for_each(|x| *x *= tau);
        }
        (beside, tau)
    }

    /// Multiplies the rest of the matrix by the vector of column `j`, whose reflection has the factor `tau`: sets `y` to that
    /// product times `tau`, `row` to row `j` after the reflection, and `images` to the sums of columns times values of `row`.
    fn multiply(&mut self, team: &mut Team, before: usize, j: usize, tau: f64) {
        let (m, n, next) = (self.matrix.rows(), self.matrix.columns(), j + 1);
        let matrix = self.matrix.view().transposed();
        // Passes begin at a boundary of vectors; the vector of the reflection has zeros up to row `j`.
        let (from, image_from) = (j - j % ALIGNED, next - next % ALIGNED);
        let v = &self.matrix.column(j)[from..];
        let wide = self.wide.view().transposed();
        let (mut products, mut values) = ([0.0; 2 * PANEL], [0.0; 2 * PANEL]);
        let (products, values) = (&mut products[..before], &mut values[..before]);
        set_dots(products, rows(&self.tall, before, from), v);
        products.iter_mut().for_each(|product| *product = -*product);
        values.iter_mut().enumerate().for_each(|(r, value)| *value = -self.tall.column(r)[j]);
        let (products, values) = (&*products, &*values);

        let y = Shared::new(ViewMut::new(&mut self.y, 1, n, n));
        let row = Shared::new(ViewMut::new(&mut self.row, 1, n, n));
        let images = Shared::new(self.images.transposed_mut());
        let blocks = n.div_ceil(BLOCK);
        team.step((m - j) * (n - j) >= PARALLEL_FROM, blocks - next / BLOCK, |part| {
            let block = blocks - 1 - part;
            let start = next.max(block * BLOCK);
            let width = n.min((block + 1) * BLOCK) - start;
            // SAFETY: blocks have no column in common, and each has an image of its own.
            let (mut y, mut row, mut image) = unsafe {
                (
                    y.block(0, start, 1, width),
                    row.block(0, start, 1, width),
                    images.block(block, image_from, 1, m - image_from),
                )
            };
            let (y, row, image) = (y.row(0), row.row(0), image.row(0));
            y.fill(0.0);
            image.fill(0.0);
            add_multiples(y, wide.block(0, start, before, width), products);
            row.iter_mut().enumerate().for_each(|(c, value)| *value = matrix.get(start + c, j));
            add_multiples(row, wide.block(0, start, before, width), values);
            for (group, (y, row)) in y.chunks_mut(GROUP).zip(row.chunks_mut(GROUP)).enumerate() {
                let (column, width) = (start + group * GROUP, y.len());
                let mut dots = [0.0; GROUP];
                set_dots(&mut dots[..width], matrix.block(column, from, width, m - from), v);
                for ((y, row), dot) in y.iter_mut().zip(&mut *row).zip(dots) {
                    *y = tau * (*y + dot);
                    *row -= *y;
                }
                add_multiples(image, matrix.block(column, image_from, width, m - image_from), row);
            }
        });
    }

    /// Subtracts from the matrix, from row and column `first` on, what a panel of this width has kept.
    fn update(&mut self, team: &mut Team, first: usize, width: usize) {
        let (m, n) = (self.matrix.rows(), self.matrix.columns());
        let blocks = n.div_ceil(BLOCK);
        let (tall, wide) = (self.tall.view().transposed(), self.wide.view().transposed());
        let whole = Shared::new(self.matrix.transposed_mut());
        team.step((m - first) * (n - first) >= PARALLEL_FROM, blocks - first / BLOCK, |part| {
            let block = blocks - 1 - part;
            let start = first.max(block * BLOCK);
            let count = n.min((block + 1) * BLOCK) - start;
            let left = wide.block(0, start, 2 * width, count).transposed();
            for row in (first..m).step_by(STRIPE) {
                let across = STRIPE.min(m - row);
                // SAFETY: blocks have no column in common.
                let to = unsafe { whole.block(start, row, count, across) };
                gemm_small(to, Update::SUBTRACT, left, tall.block(0, row, 2 * width, across));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blas::gemm::set_product;
    use crate::linalg::divide_and_conquer::tests::assert_same_bits;
    use crate::matrix::column_major::tests::filled;
    use crate::random::value_at;

    fn factors(reduced: &Bidiagonal, m: usize, n: usize) -> (ColumnMajor, ColumnMajor) {
        let (mut q, mut p) = (ColumnMajor::zeros(m, n).unwrap(), ColumnMajor::zeros(n, n).unwrap());
        q.set_identity();
        p.set_identity();
        reduced.apply_left(&mut q).unwrap();
        reduced.apply_right(&mut p).unwrap();
        (q, p)
    }

    /// Returns the largest of `‖A - Q B Pᵀ‖/(m·‖A‖·ε)`, `‖I - QᵀQ‖/(m·ε)` and `‖I - PᵀP‖/(m·ε)`, as LAPACK's `dbdt01` and
    /// `dort01` do.
    fn ratio(matrix: &ColumnMajor) -> f64 {
        let (m, n) = (matrix.rows(), matrix.columns());
        let reduced = Bidiagonal::of(matrix.duplicate().unwrap()).unwrap();
        let (q, p) = factors(&reduced, m, n);
        let mut qb = ColumnMajor::zeros(m, n).unwrap();
        for j in 0..n {
            for i in 0..m {
                qb.column_mut(j)[i] = q.column(j)[i] * reduced.diagonal[j]
                    + if j > 0 { q.column(j - 1)[i] * reduced.above[j - 1] } else { 0.0 };
            }
        }
        let norm = |value: &dyn Fn(usize, usize) -> f64, m: usize| {
            (0..n).fold(0.0_f64, |norm, j| (0..m).fold(norm, |norm, i| norm.hypot(value(i, j))))
        };
        let mut image = ColumnMajor::zeros(m, n).unwrap();
        set_product(&mut image, qb.view(), p.view().transposed()).unwrap();
        let residual = norm(&|i, j| image.column(j)[i] - matrix.column(j)[i], m);
        let unit = m as f64 * f64::EPSILON;
        let residual = if residual == 0.0 { 0.0 } else { residual / norm(&|i, j| matrix.column(j)[i], m) };
        [q, p].iter().fold(residual / unit, |largest, factor| {
            let mut gram = ColumnMajor::zeros(n, n).unwrap();
            set_product(&mut gram, factor.view().transposed(), factor.view()).unwrap();
            largest.max(norm(&|i, j| gram.column(j)[i] - f64::from(i == j), n) / unit)
        })
    }

    #[test]
    fn the_factors_are_those_of_the_matrix() {
        let shapes = [
            (1, 1),
            (5, 1),
            (2, 2),
            (3, 2),
            (3, 3),
            (8, 8),
            (16, 16),
            (17, 17),
            (40, 31),
            (32, 32),
            (33, 33),
            (65, 65),
            (100, 97),
            (300, 130),
            (250, 250),
        ];
        for (m, n) in shapes {
            for (name, matrix) in [
                ("random", filled(m, n, value_at)),
                ("graded", filled(m, n, |i, j| value_at(i, j) * 10_f64.powi(-(i as i32) - j as i32))),
                (
                    "graded upwards",
                    filled(m, n, |i, j| value_at(i, j) * 10_f64.powi((i + j) as i32 - (m + n) as i32 + 2)),
                ),
                ("with graded rows", filled(m, n, |i, j| value_at(i, j) * 10_f64.powi(-(i as i32)))),
                ("with graded columns", filled(m, n, |i, j| value_at(i, j) * 10_f64.powi(-(j as i32)))),
                ("diagonal", filled(m, n, |i, j| if i == j { value_at(i, j) } else { 0.0 })),
                ("bidiagonal", filled(m, n, |i, j| if i == j || i + 1 == j { value_at(i, j) } else { 0.0 })),
                ("of rank one", filled(m, n, |_, _| 1.0)),
                ("of rank two", filled(m, n, |i, j| value_at(i, 0) * value_at(0, j) + value_at(i, 1) * value_at(1, j))),
                ("with tiny values", filled(m, n, |i, j| if i == j { 1.0 } else { f64::from_bits(3) })),
                ("zero", ColumnMajor::zeros(m, n).unwrap()),
            ] {
                let ratio = ratio(&matrix);
                assert!(ratio < 30.0, "{name}, {m}x{n}: {ratio}");
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        for (m, n) in [(60, 40), (200, 200), (400, 150)] {
            let matrix = filled(m, n, value_at);
            assert_same_bits(&format!("{m}x{n}"), || {
                let reduced = Bidiagonal::of(matrix.duplicate().unwrap()).unwrap();
                let (q, p) = factors(&reduced, m, n);
                let values = (0..n).flat_map(|j| [q.column(j), p.column(j)].concat());
                values.chain(reduced.diagonal).chain(reduced.above).collect()
            });
        }
    }
}
