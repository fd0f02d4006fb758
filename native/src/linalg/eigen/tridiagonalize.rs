//! The reduction of a symmetric matrix to tridiagonal form by Householder reflections: `A = Q T Qᵀ`.
//!
//! Columns are reduced in panels (Dongarra, Sorensen and Hammarling, "Block reduction of matrices to condensed forms for
//! eigenvalue computations", 1989): what the reflections of a panel do to the rest of the matrix is kept as `V Wᵀ + W Vᵀ`
//! until the panel is complete. The time goes into the product of the rest and one vector for every column; only the
//! triangle on one side of the diagonal is read for it. Panels are narrow, because what is kept has to be read for every
//! column too.
//!
//! The rest is divided into blocks of rows, the same ones whatever the number of threads. What they contribute to a product
//! is added up in the order of the blocks.

use crate::blas::gemm::gemm_small;
use crate::blas::gemv::{SQUARE, add_multiples, add_symmetric, set_dots};
use crate::blas::kernel::Update;
use crate::linalg::householder::{AddMultiple, Direction, Dot, Panels, reflection};
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::{Shared, View, ViewMut};
use crate::parallel::{self, Team};
use crate::simd;
use crate::{Result, memory};

/// Columns of a panel.
const PANEL: usize = 16;
/// Rows of a block.
const BLOCK: usize = 64;
/// Columns that are updated at a time, with all that they are updated with in the first-level cache.
const STRIPE: usize = 128;
/// Rest of the matrix below which one thread is faster than several.
const PARALLEL_FROM: usize = 160;

const _: () = assert!(BLOCK.is_multiple_of(PANEL) && BLOCK.is_multiple_of(SQUARE));

/// A tridiagonal matrix that is orthogonally similar to a given one.
pub(crate) struct Tridiagonal {
    pub(crate) diagonal: Vec<f64>,
    /// The values beside the diagonal, and a zero.
    pub(crate) beside: Vec<f64>,
    reflections: Panels,
}

impl Tridiagonal {
    /// Reduces `matrix`, which is symmetric.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn of(mut matrix: ColumnMajor) -> Result<Self> {
        let n = matrix.columns();
        let mut diagonal = memory::filled(n)?;
        let mut beside = memory::filled(n)?;
        let mut tau = memory::filled(n)?;
        let mut work = Work {
            kept: ColumnMajor::zeros(n, 2 * PANEL)?,
            partners: ColumnMajor::zeros(n, 2 * PANEL)?,
            images: ColumnMajor::zeros(n, n.div_ceil(BLOCK))?,
        };
        parallel::lead(n >= PARALLEL_FROM, |team| {
            for first in (0..n).step_by(PANEL) {
                let width = PANEL.min(n - first);
                for k in first..first + width {
                    (diagonal[k], beside[k], tau[k]) = work.reduce(team, &mut matrix, first, k);
                }
                work.update(team, &mut matrix, first + width, width);
            }
        });
        Ok(Self { diagonal, beside, reflections: Panels::new(matrix, 1, &tau[..n.saturating_sub(1)])? })
    }

    /// Replaces `vectors`, which has as many rows, by its product with `Q`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn apply(&self, vectors: &mut ColumnMajor) -> Result<()> {
        self.reflections.apply(Direction::Forward, vectors)
    }
}

struct Work {
    /// The columns of `V` and `W` in turns: `v₀`, `w₀`, `v₁`, `w₁`, ….
    kept: ColumnMajor,
    /// What each of them is multiplied with: `w₀`, `v₀`, `w₁`, `v₁`, ….
    partners: ColumnMajor,
    /// What each block contributes to a product.
    images: ColumnMajor,
}

impl Work {
    /// Reduces a column of the panel that begins at `first`, leaves the vector of its reflection there, and returns the
    /// values on and beside the diagonal and the factor `τ`.
    fn reduce(&mut self, team: &mut Team, matrix: &mut ColumnMajor, first: usize, column: usize) -> (f64, f64, f64) {
        let (n, before) = (matrix.columns(), 2 * (column - first));
        let mut factors = [0.0; 2 * PANEL];
        let factors = &mut factors[..before];

        let x = matrix.column_mut(column);
        for (r, factor) in factors.iter_mut().enumerate() {
            *factor = -self.kept.column(r)[column];
        }
        let partners = self.partners.view().transposed();
        let from = column - column % SQUARE;
        add_multiples(&mut x[from..], partners.block(0, from, before, n - from), factors);
        let diagonal = x[column];
        let next = column + 1;
        x[..next].fill(0.0);
        if next == n {
            return (diagonal, 0.0, 0.0);
        }
        let (beside, tau) = reflection(&mut x[next..]);
        let x = matrix.column(column);

        let (partners, mut rest) = self.partners.transposed_mut().split_rows(before);
        let (mut w, mut v) = rest.take_rows(2).split_rows(1);
        let (w, v) = (w.row(0), v.row(0));
        w.fill(0.0);
        if tau != 0.0 {
            multiply(
                team,
                matrix,
                x,
                next,
                self.kept.view().transposed().block(0, 0, before, n),
                &mut self.images,
                factors,
            );
            for block in next / BLOCK..n.div_ceil(BLOCK) {
                let from = next.max(block * BLOCK);
                simd::run(AddMultiple(&mut w[from..], 1.0, &self.images.column(block)[from..]));
            }
            factors.iter_mut().for_each(|factor| *factor = -*factor);
            let from = next - next % SQUARE;
            add_multiples(&mut w[from..], partners.view().block(0, from, before, n - from), factors);
            w[..next].fill(0.0);
            let half = 0.5 * tau * simd::run(Dot(&w[next..], &x[next..]));
            w[next..].iter_mut().zip(&x[next..]).for_each(|(w, v)| *w = tau * (*w - half * v));
        }
        v.copy_from_slice(x);
        self.kept.column_mut(before).copy_from_slice(v);
        self.kept.column_mut(before + 1).copy_from_slice(w);
        (diagonal, beside, tau)
    }

    /// Subtracts from the matrix, from column `first` on, what a panel of this width has kept.
    fn update(&self, team: &mut Team, matrix: &mut ColumnMajor, first: usize, width: usize) {
        let n = matrix.columns();
        let blocks = n.div_ceil(BLOCK);
        let (kept, partners) = (self.kept.view().transposed(), self.partners.view().transposed());
        let whole = Shared::new(matrix.transposed_mut());
        team.step(n - first >= PARALLEL_FROM, blocks - first / BLOCK, |part| {
            let block = blocks - 1 - part;
            let start = first.max(block * BLOCK);
            let height = n.min((block + 1) * BLOCK) - start;
            let left = kept.block(0, start, 2 * width, height).transposed();
            for column in (start..n).step_by(STRIPE) {
                let across = STRIPE.min(n - column);
                // SAFETY: blocks have no row in common.
                let to = unsafe { whole.block(start, column, height, across) };
                gemm_small(to, Update::SUBTRACT, left, partners.block(0, column, 2 * width, across));
            }
        });
    }
}

/// Sets column `b` of `images` to the contribution of block `b` to the product of `matrix` and `x`, which is zero before
/// `first`, and each of `dots` to the dot product of a row of `kept` and `x`.
fn multiply(
    team: &mut Team,
    matrix: &ColumnMajor,
    x: &[f64],
    first: usize,
    kept: View<'_>,
    images: &mut ColumnMajor,
    dots: &mut [f64],
) {
    let n = x.len();
    let blocks = n.div_ceil(BLOCK);
    let count = blocks - first / BLOCK;
    let matrix = matrix.view().transposed();
    let images = Shared::new(images.transposed_mut());
    let len = dots.len();
    let dots = Shared::new(ViewMut::new(dots, 1, len, len));
    team.step(n - first >= PARALLEL_FROM, count + 1, |part| {
        if part == count {
            // SAFETY: this is the one part that uses them.
            let mut dots = unsafe { dots.block(0, 0, 1, len) };
            let from = first - first % SQUARE;
            set_dots(dots.row(0), kept.block(0, from, len, n - from), &x[from..]);
            return;
        }
        let block = blocks - 1 - part;
        let start = block * BLOCK;
        // SAFETY: every block has a row of its own.
        let mut image = unsafe { images.block(block, start, 1, n - start) };
        let image = image.row(0);
        image.fill(0.0);
        add_symmetric(image, matrix.block(start, start, BLOCK.min(n - start), n - start), &x[start..]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blas::gemm::set_product;
    use crate::linalg::divide_and_conquer::tests::assert_same_bits;
    use crate::matrix::column_major::tests::filled;
    use crate::random::value_at;

    fn symmetric(n: usize, entry: impl Fn(usize, usize) -> f64) -> ColumnMajor {
        filled(n, n, |i, j| entry(i.min(j), i.max(j)))
    }

    /// Returns the larger of `‖A - Q T Qᵀ‖/(n·‖A‖·ε)` and `‖I - Q Qᵀ‖/(n·ε)`, as LAPACK's `dsyt21` does.
    fn ratio(matrix: &ColumnMajor) -> f64 {
        let n = matrix.columns();
        let reduced = Tridiagonal::of(matrix.duplicate().unwrap()).unwrap();
        let mut q = ColumnMajor::zeros(n, n).unwrap();
        q.set_identity();
        reduced.apply(&mut q).unwrap();
        let mut qt = ColumnMajor::zeros(n, n).unwrap();
        for j in 0..n {
            for i in 0..n {
                qt.column_mut(j)[i] = q.column(j)[i] * reduced.diagonal[j]
                    + if j > 0 { q.column(j - 1)[i] * reduced.beside[j - 1] } else { 0.0 }
                    + if j + 1 < n { q.column(j + 1)[i] * reduced.beside[j] } else { 0.0 };
            }
        }
        let (mut image, mut gram) = (ColumnMajor::zeros(n, n).unwrap(), ColumnMajor::zeros(n, n).unwrap());
        set_product(&mut image, qt.view(), q.view().transposed()).unwrap();
        set_product(&mut gram, q.view(), q.view().transposed()).unwrap();
        let norm = |value: &dyn Fn(usize, usize) -> f64| {
            (0..n).fold(0.0_f64, |norm, j| (0..n).fold(norm, |norm, i| norm.hypot(value(i, j))))
        };
        let residual = norm(&|i, j| image.column(j)[i] - matrix.column(j)[i]);
        let defect = norm(&|i, j| gram.column(j)[i] - f64::from(i == j));
        let unit = n as f64 * f64::EPSILON;
        let residual = if residual == 0.0 { 0.0 } else { residual / norm(&|i, j| matrix.column(j)[i]) };
        (residual / unit).max(defect / unit)
    }

    #[test]
    fn the_factors_are_those_of_the_matrix() {
        for n in [1, 2, 3, 5, 8, 16, 17, 31, 32, 33, 47, 64, 65, 100, 130, 300] {
            for (name, matrix) in [
                ("random", symmetric(n, value_at)),
                ("graded", symmetric(n, |i, j| value_at(i, j) * 10_f64.powi(-(i as i32) - j as i32))),
                ("graded upwards", symmetric(n, |i, j| value_at(i, j) * 10_f64.powi((i + j) as i32 - 2 * n as i32))),
                ("diagonal", symmetric(n, |i, j| if i == j { value_at(i, j) } else { 0.0 })),
                ("tridiagonal", symmetric(n, |i, j| if j - i < 2 { value_at(i, j) } else { 0.0 })),
                ("of rank one", symmetric(n, |_, _| 1.0)),
                ("with tiny values", symmetric(n, |i, j| if i == j { 1.0 } else { f64::from_bits(3) })),
                ("zero", symmetric(n, |_, _| 0.0)),
            ] {
                let ratio = ratio(&matrix);
                assert!(ratio < 10.0, "{name} of order {n}: {ratio}");
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        for n in [40, 200, 333] {
            let matrix = symmetric(n, value_at);
            assert_same_bits(&format!("order {n}"), || {
                let reduced = Tridiagonal::of(matrix.duplicate().unwrap()).unwrap();
                let mut q = ColumnMajor::zeros(n, n).unwrap();
                q.set_identity();
                reduced.apply(&mut q).unwrap();
                let values = (0..n).flat_map(|j| q.column(j).to_vec());
                values.chain(reduced.diagonal).chain(reduced.beside).collect()
            });
        }
    }
}
