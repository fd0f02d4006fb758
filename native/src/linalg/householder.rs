//! The QR factorization by Householder reflections: `A = Q R`.
//!
//! Panels of columns are factored recursively (Elmroth and Gustavson, "Applying recursion to serial and parallel QR
//! factorization", 2000); the reflections of a panel are applied together as `I - V T Vᵀ` (Schreiber and Van Loan, 1989).
//! While the remaining columns take those of one panel, the next panel is factored. No column is ever skipped as too
//! small: a matrix that is singular or nearly so has its factorization like any other.
//!
//! All of it works on the transpose, of which each row is a column of the matrix: what a tall matrix has most of is then
//! adjacent, and goes into products without being copied.

use crate::blas::gemm::gemm;
use crate::blas::kernel::Update;
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::{View, ViewMut};
use crate::simd::{self, KernelOf, Lanes};
use crate::{MatrixRef, Result, float, memory, parallel};

/// Columns whose reflections are applied together.
pub(crate) const PANEL: usize = 96;
/// Columns factored without recursion.
const LEAF: usize = 8;
/// From this many columns on, a product packs the reflections instead of them.
const MANY: usize = 8;

/// Whether `Q` is applied, or its transpose.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Direction {
    /// `Q`.
    Forward,
    /// `Qᵀ`.
    Backward,
}

/// A QR factorization.
pub(crate) struct Reflectors {
    /// The vector `v` of each reflection `I - τ v vᵀ` in a column: zeros, then 1, then the rest. The columns of a wide
    /// matrix that have no reflection are those of `R`.
    vectors: ColumnMajor,
    /// `R` in the columns that have a reflection, with zeros below its diagonal.
    r: ColumnMajor,
    /// The `T` of each panel, with [`PANEL`] values in a row.
    triangles: Vec<f64>,
    tau: Vec<f64>,
}

impl Reflectors {
    /// Factors `matrix`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn of(matrix: ColumnMajor) -> Result<Self> {
        let count = matrix.rows().min(matrix.columns());
        let mut factored = Self {
            vectors: matrix,
            r: ColumnMajor::zeros(count, count)?,
            triangles: memory::filled(count * PANEL)?,
            tau: memory::filled(count)?,
        };
        let mut rest = factored.vectors.transposed_mut();
        let mut r = factored.r.transposed_mut();
        let parts = factored.tau.chunks_mut(PANEL).zip(factored.triangles.chunks_mut(PANEL * PANEL));
        let mut before: Option<Panel<'_>> = None;
        for (index, (tau, triangle)) in parts.enumerate() {
            let (columns, r) = (rest.take_rows(tau.len()), r.take_rows(tau.len()));
            let mut panel = Panel { columns, r, triangle, tau, first: index * PANEL };
            if let Some(before) = &before {
                let reflections = before.reflections();
                reflections.apply(Direction::Backward, panel.columns.reborrow())?;
                let rest = rest.reborrow();
                let (factored, applied) =
                    parallel::join(|| panel.factor(), || reflections.apply(Direction::Backward, rest));
                factored?;
                applied?;
            } else {
                panel.factor()?;
            }
            before = Some(panel);
        }
        if let Some(last) = before {
            last.reflections().apply(Direction::Backward, rest)?;
        }
        Ok(factored)
    }

    /// Returns `R` in the columns that have a reflection: square and upper triangular.
    pub(crate) const fn r(&self) -> &ColumnMajor {
        &self.r
    }

    /// Returns what [`Self::r`] does.
    pub(crate) fn into_r(self) -> ColumnMajor {
        self.r
    }

    /// Returns the factor `τ` of each reflection.
    pub(crate) fn tau(&self) -> &[f64] {
        &self.tau
    }

    /// Returns a matrix with `R` on and above its diagonal, and below it the reflections without their first values.
    pub(crate) fn into_factors(mut self) -> ColumnMajor {
        for j in 0..self.r.columns() {
            self.vectors.column_mut(j)[..=j].copy_from_slice(&self.r.column(j)[..=j]);
        }
        self.vectors
    }

    /// Replaces `matrix` by its product with the square `Q`, or with the transpose of that.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn apply(&self, direction: Direction, matrix: &mut ColumnMajor) -> Result<()> {
        let count = self.tau.len();
        apply_panels(&self.vectors, &self.triangles, count, 0, direction, matrix)
    }
}

/// Reflections that were not made by a QR factorization.
pub(crate) struct Panels {
    vectors: ColumnMajor,
    triangles: Vec<f64>,
    count: usize,
    offset: usize,
}

impl Panels {
    /// Returns the reflections `I - τ v vᵀ`, one for each of `tau`, with the vectors in the columns of `vectors`: `offset`
    /// zeros more than those before the diagonal, then 1, then the rest.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn new(vectors: ColumnMajor, offset: usize, tau: &[f64]) -> Result<Self> {
        let count = tau.len();
        let mut triangles = memory::filled(count * PANEL)?;
        for (index, (tau, triangle)) in tau.chunks(PANEL).zip(triangles.chunks_mut(PANEL * PANEL)).enumerate() {
            let first = index * PANEL;
            let start = first + offset;
            let v = vectors.view().transposed().block(first, start, tau.len(), vectors.rows() - start);
            set_triangle(triangle, v, tau)?;
        }
        Ok(Self { vectors, triangles, count, offset })
    }

    /// Replaces `matrix` by its product with the product of the reflections, or with the transpose of that.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn apply(&self, direction: Direction, matrix: &mut ColumnMajor) -> Result<()> {
        apply_panels(&self.vectors, &self.triangles, self.count, self.offset, direction, matrix)
    }
}

fn apply_panels(
    vectors: &ColumnMajor,
    triangles: &[f64],
    count: usize,
    offset: usize,
    direction: Direction,
    matrix: &mut ColumnMajor,
) -> Result<()> {
    let panels = count.div_ceil(PANEL);
    for index in 0..panels {
        let index = if direction == Direction::Forward { panels - 1 - index } else { index };
        let first = index * PANEL;
        let (width, start) = (PANEL.min(count - first), first + offset);
        let v = vectors.view().transposed().block(first, start, width, vectors.rows() - start);
        let t = View::new(&triangles[first * PANEL..], width, width, PANEL);
        Reflections { v, t, first: start }.apply(direction, matrix.transposed_mut())?;
    }
    Ok(())
}

/// Makes the `T` of a panel, with [`PANEL`] values in a row, in zeros. The rows of `v` are the vectors.
fn set_triangle(triangle: &mut [f64], v: View<'_>, tau: &[f64]) -> Result<()> {
    let width = tau.len();
    let mut products = memory::filled(width * width)?;
    let mut scratch = memory::filled(width * width / 2)?;
    gemm(ViewMut::new(&mut products, width, width, width), Update::SET, v, v.transposed())?;
    let products = View::new(&products, width, width, width);
    triangle_of(ViewMut::new(triangle, width, width, PANEL), products, tau, &mut scratch)
}

/// Makes `T` in zeros, given the products of the reflections with each other.
fn triangle_of(mut t: ViewMut<'_>, products: View<'_>, tau: &[f64], scratch: &mut [f64]) -> Result<()> {
    let width = tau.len();
    if width <= LEAF {
        tau.iter().enumerate().for_each(|(j, tau)| extend(&mut t, products, *tau, j));
        return Ok(());
    }
    let half = (width / 2).next_multiple_of(LEAF);
    let rest = width - half;
    let (t_above, t_below) = t.split_rows(half);
    let (mut t_left, t_right) = t_above.split_columns(half);
    let (_, mut t_last) = t_below.split_columns(half);
    triangle_of(t_left.reborrow(), products.block(0, 0, half, half), &tau[..half], scratch)?;
    triangle_of(t_last.reborrow(), products.block(half, half, rest, rest), &tau[half..], scratch)?;
    let mut across = ViewMut::new(scratch, half, rest, rest);
    across.copy_from(products.block(0, half, half, rest));
    join(t_left.view(), t_right, t_last.view(), across)
}

/// Makes `-T₁ P T₂`, the part of `T` that joins those of two groups of reflections, in zeros from their products `P` with
/// each other.
fn join(first: View<'_>, mut joint: ViewMut<'_>, second: View<'_>, mut products: ViewMut<'_>) -> Result<()> {
    gemm(joint.reborrow(), Update::SET, products.view(), second)?;
    products.copy_from(joint.view());
    (0..joint.rows()).for_each(|i| joint.row(i).fill(0.0));
    gemm(joint, Update::SUBTRACT, first, products.view())
}

/// The reflections of some columns, taken out of factors.
pub(crate) struct Restored {
    vectors: ColumnMajor,
    triangle: Vec<f64>,
    first: usize,
}

impl Restored {
    /// Returns those of the columns of `qr` that begin at column `first`: at most [`PANEL`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn new(qr: MatrixRef<'_>, tau: &[f64], first: usize) -> Result<Self> {
        let (width, height) = (PANEL.min(tau.len() - first), qr.rows() - first);
        let mut vectors = ColumnMajor::zeros(height, width)?;
        vectors.copy_scaled(View::from(qr).block(first, first, height, width), 0);
        for j in 0..width {
            let column = vectors.column_mut(j);
            column[..j].fill(0.0);
            column[j] = 1.0;
        }
        let mut triangle = memory::filled(width * PANEL)?;
        set_triangle(&mut triangle, vectors.view().transposed(), &tau[first..][..width])?;
        Ok(Self { vectors, triangle, first })
    }

    /// Applies the reflections to the matrix of which `c` is the transpose.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn apply(&self, direction: Direction, c: ViewMut<'_>) -> Result<()> {
        let width = self.vectors.columns();
        let t = View::new(&self.triangle, width, width, PANEL);
        Reflections { v: self.vectors.view().transposed(), t, first: self.first }.apply(direction, c)
    }
}

/// Columns that are factored, or have been, each a row of the views.
struct Panel<'a> {
    columns: ViewMut<'a>,
    r: ViewMut<'a>,
    /// Zeros, then `T`.
    triangle: &'a mut [f64],
    tau: &'a mut [f64],
    /// Number of columns before these.
    first: usize,
}

impl Panel<'_> {
    fn factor(&mut self) -> Result<()> {
        let (width, first) = (self.tau.len(), self.first);
        for j in 0..width {
            move_up(&mut self.columns.row(j)[..first], self.r.row(j));
        }
        let (_, columns) = self.columns.reborrow().split_columns(first);
        let (_, r) = self.r.reborrow().split_columns(first);
        let triangle = ViewMut::new(self.triangle, width, width, PANEL);
        let mut scratch = memory::filled::<f64>(PANEL * PANEL / 2)?;
        recurse(columns, triangle, r, self.tau, &mut scratch)
    }

    fn reflections(&self) -> Reflections<'_> {
        let (width, first, height) = (self.tau.len(), self.first, self.columns.columns());
        let v = self.columns.view().block(0, first, width, height - first);
        Reflections { v, t: View::new(self.triangle, width, width, PANEL), first }
    }
}

/// The reflections of a panel: `I - V T Vᵀ`.
struct Reflections<'a> {
    /// The transpose of `V`, from the rows on in which it is not zero.
    v: View<'a>,
    t: View<'a>,
    /// Number of rows before those.
    first: usize,
}

impl Reflections<'_> {
    /// Applies them to the matrix of which `c` is the transpose.
    fn apply(&self, direction: Direction, c: ViewMut<'_>) -> Result<()> {
        let (_, c) = c.split_columns(self.first);
        let (v, count, width) = (self.v, c.rows(), self.v.rows());
        let mut one = memory::unspecified::<f64>(count * width)?;
        let mut other = memory::unspecified::<f64>(count * width)?;
        let one = if count < MANY {
            gemm(ViewMut::new(&mut one, width, count, count), Update::SET, v, c.view().transposed())?;
            View::new(&one, width, count, count).transposed()
        } else {
            gemm(ViewMut::new(&mut one, count, width, width), Update::SET, c.view(), v.transposed())?;
            View::new(&one, count, width, width)
        };
        let t = if direction == Direction::Forward { self.t.transposed() } else { self.t };
        gemm(ViewMut::new(&mut other, count, width, width), Update::SET, one, t)?;
        gemm(c, Update::SUBTRACT, View::new(&other, count, width, width), v)
    }
}

/// Moves values of a column that belong to `R` there.
fn move_up(values: &mut [f64], r: &mut [f64]) {
    r[..values.len()].copy_from_slice(values);
    values.fill(0.0);
}

/// Factors columns, of which each is a row of `columns`: leaves the reflections there, their `T` in `t`, which is zeros,
/// and the columns of their `R` in the rows of `r`.
fn recurse(
    columns: ViewMut<'_>,
    mut t: ViewMut<'_>,
    r: ViewMut<'_>,
    tau: &mut [f64],
    scratch: &mut [f64],
) -> Result<()> {
    let (width, height) = (columns.rows(), columns.columns());
    if width <= LEAF {
        leaf(columns, t, r, tau);
        return Ok(());
    }
    let half = (width / 2).next_multiple_of(LEAF);
    let (mut left, mut right) = columns.split_rows(half);
    let (t_above, t_below) = t.reborrow().split_rows(half);
    let (mut t_left, t_right) = t_above.split_columns(half);
    let (_, mut t_last) = t_below.split_columns(half);
    let (r_left, mut r_right) = r.split_rows(half);
    let (tau_left, tau_right) = tau.split_at_mut(half);

    recurse(left.reborrow(), t_left.reborrow(), r_left, tau_left, scratch)?;
    // The transpose of Qᵀ C = C - V Tᵀ Vᵀ C.
    let rest = width - half;
    let (one, other) = scratch.split_at_mut(PANEL * PANEL / 4);
    let mut one = ViewMut::new(one, rest, half, half);
    let mut other = ViewMut::new(other, rest, half, half);
    gemm(one.reborrow(), Update::SET, right.view(), left.view().transposed())?;
    gemm(other.reborrow(), Update::SET, one.view(), t_left.view())?;
    gemm(right.reborrow(), Update::SUBTRACT, other.view(), left.view())?;
    for j in 0..rest {
        move_up(&mut right.row(j)[..half], r_right.row(j));
    }
    let (_, below) = right.reborrow().split_columns(half);
    recurse(below, t_last.reborrow(), r_right.split_columns(half).1, tau_right, scratch)?;
    // T = [T₁  -T₁ V₁ᵀ V₂ T₂]
    //     [0          T₂     ]
    let (left, right) = (left.view().block(0, half, half, height - half), right.view());
    let right = right.block(0, half, rest, height - half);
    let mut products = ViewMut::new(scratch, half, rest, rest);
    gemm(products.reborrow(), Update::SET, left, right.transposed())?;
    join(t_left.view(), t_right, t_last.view(), products)
}

/// Makes column `j` of `T`, given those before it and the products of the reflections with each other.
fn extend(t: &mut ViewMut<'_>, products: View<'_>, tau: f64, j: usize) {
    for i in 0..j {
        let sum = (i..j).fold(0.0, |sum, p| sum + t.view().get(i, p) * products.get(p, j));
        t.row(i)[j] = -tau * sum;
    }
    t.row(j)[j] = tau;
}

/// Factors a few columns, one after the other.
fn leaf(mut columns: ViewMut<'_>, mut t: ViewMut<'_>, mut r: ViewMut<'_>, tau: &mut [f64]) {
    let (width, height) = (columns.rows(), columns.columns());
    let mut products = [0.0; LEAF * LEAF];
    for j in 0..width {
        let (mut before, mut rest) = columns.reborrow().split_rows(j);
        let (mut column, mut after) = rest.reborrow().split_rows(1);
        let column = column.row(0);
        move_up(&mut column[..j], r.row(j));
        let column = &mut column[j..];
        (r.row(j)[j], tau[j]) = reflection(column);
        for i in 0..width - j - 1 {
            let other = &mut after.row(i)[j..];
            let dot = simd::run(Dot(column, other));
            simd::run(AddMultiple(other, -tau[j] * dot, column));
        }
        for i in 0..j {
            products[i * LEAF + j] = simd::run(Dot(&before.row(i)[j..height], column));
        }
        extend(&mut t, View::new(&products, LEAF, LEAF, LEAF), tau[j], j);
    }
}

/// Replaces `x` with the vector of a reflection that makes it a multiple of the first unit vector, and returns that
/// multiple and the reflection's factor.
pub(crate) fn reflection(x: &mut [f64]) -> (f64, f64) {
    let first = x[0];
    let rest = float::norm(&x[1..]);
    x[0] = 1.0;
    if rest == 0.0 {
        x[1..].fill(0.0);
        return (first, 0.0);
    }
    let beta = -first.hypot(rest).copysign(first);
    let pivot = first - beta;
    // Not a product with the reciprocal, which is rounded once more and may overflow.
    x[1..].iter_mut().for_each(|value| *value /= pivot);
    if pivot.abs() > f64::MIN_POSITIVE / f64::EPSILON {
        return (beta, (beta - first) / beta);
    }
    // So little is left of such a norm that the factor comes from the vector: however rounded, it then is of a reflection.
    let rest = float::norm(&x[1..]);
    (beta, 2.0 / (1.0 + rest * rest))
}

/// The dot product of two slices of the same length.
pub(crate) struct Dot<'a>(pub(crate) &'a [f64], pub(crate) &'a [f64]);

impl KernelOf<f64> for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) -> f64 {
        let Self(x, y) = self;
        assert!(x.len() == y.len());
        let ((x, x_tail), (y, y_tail)) = (simd.blocks(x), simd.blocks(y));
        let ((x4, x1), (y4, y1)) = (x.as_chunks::<4>(), y.as_chunks::<4>());
        let mut sums = [simd.splat(0.0); 4];
        for (x, y) in x4.iter().zip(y4) {
            for i in 0..4 {
                sums[i] = simd.mul_add(simd.load(&x[i]), simd.load(&y[i]), sums[i]);
            }
        }
        for (x, y) in x1.iter().zip(y1) {
            sums[0] = simd.mul_add(simd.load(x), simd.load(y), sums[0]);
        }
        if !x_tail.is_empty() {
            sums[0] = simd.mul_add(simd.load_first(x_tail), simd.load_first(y_tail), sums[0]);
        }
        simd.sum_in_order(simd.add(simd.add(sums[0], sums[1]), simd.add(sums[2], sums[3])))
    }
}

/// Adds a multiple of the last slice to the first, which has the same length.
pub(crate) struct AddMultiple<'a>(pub(crate) &'a mut [f64], pub(crate) f64, pub(crate) &'a [f64]);

impl KernelOf<f64> for AddMultiple<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) {
        let Self(to, factor, from) = self;
        assert!(to.len() == from.len());
        let factor = simd.splat(factor);
        let ((to, to_tail), (from, from_tail)) = (simd.blocks_mut(to), simd.blocks(from));
        for (to, from) in to.iter_mut().zip(from) {
            *to = simd.store(simd.mul_add(factor, simd.load(from), simd.load(to)));
        }
        if !to_tail.is_empty() {
            let sum = simd.mul_add(factor, simd.load_first(from_tail), simd.load_first(to_tail));
            simd.store_first(sum, to_tail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blas::gemm::set_product;
    use crate::random::Random;

    fn numbers(rows: usize, columns: usize, seed: u64) -> ColumnMajor {
        let mut random = Random(seed);
        let mut matrix = ColumnMajor::zeros(rows, columns).unwrap();
        for j in 0..columns {
            for x in matrix.column_mut(j) {
                *x = random.fraction() - 0.5;
            }
        }
        matrix
    }

    /// Returns the ratio of LAPACK's `dqrt01`: the largest of `‖R - QᵀA‖/(m·‖A‖·ε)` and `‖I - QᵀQ‖/(m·ε)`.
    fn ratio(a: &ColumnMajor) -> f64 {
        let (m, n) = (a.rows(), a.columns());
        let factored = Reflectors::of(a.duplicate().unwrap()).unwrap();
        let r = factored.r();
        let mut image = a.duplicate().unwrap();
        factored.apply(Direction::Backward, &mut image).unwrap();
        let mut q = ColumnMajor::zeros(m, n).unwrap();
        q.set_identity();
        factored.apply(Direction::Forward, &mut q).unwrap();
        let mut gram = ColumnMajor::zeros(n, n).unwrap();
        set_product(&mut gram, q.view().transposed(), q.view()).unwrap();
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
        let zeros = ColumnMajor::zeros(50, 50).unwrap();
        assert!(ratio(&zeros) < 30.0, "{}", ratio(&zeros));
    }
}
