//! The QR factorization by Householder reflections: `A = Q R`.
//!
//! The factors are plain values: one matrix that holds `R` on and above the diagonal and the reflections below it, and a
//! factor `tau` for each reflection `I - tau v vᵀ`, where the first value of `v` is one and is not stored. They can be
//! used any number of times.
//!
//! Panels of columns are factored recursively (Elmroth and Gustavson, "Applying recursion to serial and parallel QR
//! factorization", 2000), in a copy by columns; the reflections of a panel are applied together as `I - V T Vᵀ`
//! (Schreiber and Van Loan, 1989). While the remaining columns take those of one panel, the next panel is factored.

use crate::lanes::{self, Kernel, Lanes};
use crate::matrix::{self, MatrixRef, check_finite, check_result, exponent, power_of_two};
use crate::product::{Update, copy_transposed, on_pool_from, product};
use crate::scaling::solve_in_range;
use crate::triangular::{Diagonal, solve_lower};
use crate::view::{View, ViewMut};
use crate::{Error, Result, memory, parallel};

/// Columns whose reflections are applied together.
const PANEL: usize = 64;
/// Columns factored without recursion.
const LEAF: usize = 8;
/// Columns whose largest magnitude has an exponent beyond this, up or down, are scaled: squares would be out of range.
const EXPONENT: i32 = 400;

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
    let (rows, columns) = (a.rows(), a.columns());
    check_result(rows, columns, qr)?;
    check_tau(a, tau)?;
    check_finite(a)?;
    let mut exponents = memory::filled::<i32>(columns)?;
    {
        let mut largest = memory::filled::<f64>(columns)?;
        for row in a.values().chunks_exact(columns.max(1)) {
            for (largest, value) in largest.iter_mut().zip(row) {
                *largest = if value.abs() > *largest { value.abs() } else { *largest };
            }
        }
        for (out, &largest) in exponents.iter_mut().zip(&largest) {
            let exponent = exponent(largest);
            *out = if largest != 0.0 && exponent.abs() > EXPONENT { exponent } else { 0 };
        }
    }
    let scaled = exponents.iter().any(|&exponent| exponent != 0);
    on_pool_from(rows * columns * tau.len(), || {
        qr.copy_from_slice(a.values());
        if scaled {
            for row in qr.chunks_exact_mut(columns) {
                for (value, &exponent) in row.iter_mut().zip(&exponents) {
                    *value *= power_of_two(-exponent);
                }
            }
        }
        factor_in_place(ViewMut::new(qr, rows, columns, columns), tau)?;
        if scaled {
            // Scaling a column of `a` scales that column of `R` and leaves the reflections alone.
            for (i, row) in qr.chunks_exact_mut(columns).enumerate() {
                for (value, &exponent) in row.iter_mut().zip(&exponents).skip(i) {
                    *value *= power_of_two(exponent);
                    if value.is_infinite() {
                        return Err(Error::Overflow { quantity: "triangle R" });
                    }
                }
            }
        }
        Ok(())
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
    on_pool_from(rows * columns * columns, || {
        out.fill(0.0);
        (0..columns).for_each(|i| out[i * columns + i] = 1.0);
        let mut block = Block::new(rows, columns)?;
        for first in (0..columns).step_by(PANEL).rev() {
            block.restore(qr.into(), tau, first)?;
            // The columns before are still those of the identity, and zero in these rows.
            let (_, below) = ViewMut::new(out, rows, columns, columns).split_rows(first);
            block.apply(Direction::Forward, below.split_columns(first).1)?;
        }
        Ok(())
    })
}

/// Writes `R` to `out`: `min(rows, columns)` x `columns`, with zeros below its diagonal.
///
/// # Errors
/// [`Error::ValueCount`] unless `out` has as many values.
pub fn r(qr: MatrixRef<'_>, out: &mut [f64]) -> Result<()> {
    crate::lu::upper(qr, out)
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
    let (rows, columns, right) = (qr.rows(), qr.columns(), b.columns());
    if rows < columns {
        return Err(Error::Wide { rows, columns });
    }
    check_tau(qr, tau)?;
    if b.rows() != rows {
        return Err(matrix::shapes(qr, "solve", b));
    }
    check_result(columns, right, out)?;
    check_finite(b)?;
    let triangle = View::from(qr).block(0, 0, columns, columns);
    if let Some(pivot) = (0..columns).find(|&i| triangle.get(i, i) == 0.0) {
        return Err(Error::Singular { pivot });
    }
    let mut rotated = memory::filled::<f64>(b.values().len())?;
    on_pool_from(rows * columns * right, || {
        let mut block = Block::new(rows, columns)?;
        solve_in_range(out, right, matrix::largest(b.values()), &[], |shift, x| {
            for (to, from) in rotated.iter_mut().zip(b.values()) {
                *to = if shift == 0 { *from } else { from * power_of_two(shift) };
            }
            for first in (0..columns).step_by(PANEL) {
                block.restore(qr.into(), tau, first)?;
                let (_, below) = ViewMut::new(&mut rotated, rows, right, right).split_rows(first);
                block.apply(Direction::Backward, below)?;
            }
            x.copy_from_slice(&rotated[..columns * right]);
            let x = ViewMut::new(x, columns, right, right);
            solve_lower(triangle.reversed(), Diagonal::Stored, x.reversed_rows())
        })
    })
}

fn check_tau(a: MatrixRef<'_>, tau: &[f64]) -> Result<()> {
    let expected = a.rows().min(a.columns());
    if tau.len() == expected { Ok(()) } else { Err(Error::VectorLength { expected, length: tau.len() }) }
}

fn factor_in_place(mut a: ViewMut<'_>, tau: &mut [f64]) -> Result<()> {
    let (rows, columns) = (a.rows(), a.columns());
    if tau.is_empty() {
        return Ok(());
    }
    let mut block = Block::new(rows, tau.len())?;
    let mut next = Block::new(rows, tau.len())?;
    let width = PANEL.min(tau.len());
    block.factor(&mut a.reborrow().split_columns(width).0, &mut tau[..width])?;
    let mut first = 0;
    loop {
        let (_, below) = a.reborrow().split_rows(first);
        let (_, below) = below.split_columns(first + block.width);
        first += block.width;
        let width = PANEL.min(tau.len() - first);
        if width == 0 {
            return if first < columns { block.apply(Direction::Backward, below) } else { Ok(()) };
        }
        let done = block.width;
        let (mut panel, rest) = below.split_columns(width);
        block.apply(Direction::Backward, panel.reborrow())?;
        let (_, mut panel) = panel.split_rows(done);
        let tau = &mut tau[first..first + width];
        let (factored, applied) =
            parallel::join(|| next.factor(&mut panel, tau), || block.apply(Direction::Backward, rest));
        factored?;
        applied?;
        std::mem::swap(&mut block, &mut next);
    }
}

/// Whether `Q` is applied, or its transpose.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    /// `Q`.
    Forward,
    /// `Qᵀ`.
    Backward,
}

/// The reflections of a panel of columns: `I - V T Vᵀ`.
struct Block {
    /// `Vᵀ`: a row of `height` values for each reflection.
    reflections: Vec<f64>,
    /// `T`: an upper triangle of `PANEL` x `PANEL`.
    triangle: Vec<f64>,
    /// The part of `R` in these columns and rows: an upper triangle of `PANEL` x `PANEL`.
    r: Vec<f64>,
    scratch: Vec<f64>,
    width: usize,
    height: usize,
}

impl Block {
    fn new(rows: usize, columns: usize) -> Result<Self> {
        Ok(Self {
            reflections: memory::filled(rows * columns.min(PANEL))?,
            triangle: memory::filled(PANEL * PANEL)?,
            r: memory::filled(PANEL * PANEL)?,
            scratch: memory::filled(PANEL * PANEL / 2)?,
            width: 0,
            height: 0,
        })
    }

    /// Factors `panel`, whose columns are no more than its rows and [`PANEL`].
    fn factor(&mut self, panel: &mut ViewMut<'_>, tau: &mut [f64]) -> Result<()> {
        self.width = panel.columns();
        self.height = panel.rows();
        let reflections = &mut self.reflections[..self.width * self.height];
        let mut columns = ViewMut::new(reflections, self.width, self.height, self.height);
        copy_transposed(columns.reborrow(), panel.view().transposed());
        let triangle = ViewMut::new(&mut self.triangle, self.width, self.width, PANEL);
        let r = ViewMut::new(&mut self.r, self.width, self.width, PANEL);
        recurse(columns, triangle, r, tau, &mut self.scratch)?;
        copy_transposed(panel.reborrow(), self.view().transposed());
        for i in 0..self.width {
            panel.row(i)[i..].copy_from_slice(&self.r[i * PANEL + i..i * PANEL + self.width]);
        }
        Ok(())
    }

    /// Becomes the reflections of the panel of `qr` that begins at column `first`.
    fn restore(&mut self, qr: View<'_>, tau: &[f64], first: usize) -> Result<()> {
        self.width = PANEL.min(tau.len() - first);
        self.height = qr.rows() - first;
        let reflections = &mut self.reflections[..self.width * self.height];
        let mut columns = ViewMut::new(reflections, self.width, self.height, self.height);
        copy_transposed(columns.reborrow(), qr.block(first, first, self.height, self.width).transposed());
        for i in 0..self.width {
            columns.row(i)[..i].fill(0.0);
            columns.row(i)[i] = 1.0;
        }
        // The products of the reflections with each other go where R has no use.
        let mut products = ViewMut::new(&mut self.r, self.width, self.width, PANEL);
        product(products.reborrow(), Update::Set, columns.view(), columns.view().transposed())?;
        let mut triangle = ViewMut::new(&mut self.triangle, self.width, self.width, PANEL);
        for j in 0..self.width {
            let tau = tau[first + j];
            extend(&mut triangle, products.view(), tau, j);
        }
        Ok(())
    }

    fn view(&self) -> View<'_> {
        View::new(&self.reflections, self.width, self.height, self.height)
    }

    /// Applies the reflections to `c`, which has their height.
    fn apply(&self, direction: Direction, c: ViewMut<'_>) -> Result<()> {
        let (width, columns) = (self.width, c.columns());
        let mut one = memory::filled::<f64>(width * columns)?;
        let mut other = memory::filled::<f64>(width * columns)?;
        let triangle = View::new(&self.triangle, width, width, PANEL);
        let triangle = if direction == Direction::Forward { triangle } else { triangle.transposed() };
        product(ViewMut::new(&mut one, width, columns, columns), Update::Set, self.view(), c.view())?;
        let one = View::new(&one, width, columns, columns);
        product(ViewMut::new(&mut other, width, columns, columns), Update::Set, triangle, one)?;
        let other = View::new(&other, width, columns, columns);
        product(c, Update::Subtract, self.view().transposed(), other)
    }
}

/// Factors columns, of which each is a row of `columns`: leaves the reflections there, and their `T` and `R`.
fn recurse(
    columns: ViewMut<'_>,
    mut t: ViewMut<'_>,
    mut r: ViewMut<'_>,
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
    let (mut t_left, mut t_right) = t_above.split_columns(half);
    let (mut t_under, mut t_last) = t_below.split_columns(half);
    let (r_above, r_below) = r.reborrow().split_rows(half);
    let (mut r_left, mut r_right) = r_above.split_columns(half);
    let (mut r_under, mut r_last) = r_below.split_columns(half);
    let (tau_left, tau_right) = tau.split_at_mut(half);

    recurse(left.reborrow(), t_left.reborrow(), r_left.reborrow(), tau_left, scratch)?;
    // The transpose of Qᵀ C = C - V Tᵀ Vᵀ C.
    let rest = width - half;
    let (one, other) = scratch.split_at_mut(PANEL * PANEL / 4);
    let mut one = ViewMut::new(one, rest, half, half);
    let mut other = ViewMut::new(other, rest, half, half);
    product(one.reborrow(), Update::Set, right.view(), left.view().transposed())?;
    product(other.reborrow(), Update::Set, one.view(), t_left.view())?;
    product(right.reborrow(), Update::Subtract, other.view(), left.view())?;
    for j in 0..rest {
        for (i, value) in right.row(j)[..half].iter_mut().enumerate() {
            r_right.row(i)[j] = *value;
            *value = 0.0;
        }
    }
    let (_, below) = right.reborrow().split_columns(half);
    recurse(below, t_last.reborrow(), r_last.reborrow(), tau_right, scratch)?;
    for i in 0..rest {
        t_under.row(i).fill(0.0);
        r_under.row(i).fill(0.0);
    }
    // T = [T₁  -T₁ V₁ᵀ V₂ T₂]
    //     [0          T₂     ]
    let (left, right) = (left.view().block(0, half, half, height - half), right.view());
    let right = right.block(0, half, rest, height - half);
    let mut products = ViewMut::new(scratch, half, rest, rest);
    product(products.reborrow(), Update::Set, left, right.transposed())?;
    product(t_right.reborrow(), Update::Set, products.view(), t_last.view())?;
    for i in 0..half {
        products.row(i).copy_from_slice(t_right.row(i));
        t_right.row(i).fill(0.0);
    }
    product(t_right, Update::Subtract, t_left.view(), products.view())
}

/// Makes column `j` of `T`, given those before it and the products of the reflections with each other.
fn extend(t: &mut ViewMut<'_>, products: View<'_>, tau: f64, j: usize) {
    for i in 0..j {
        let sum = (i..j).fold(0.0, |sum, p| sum + t.view().get(i, p) * products.get(p, j));
        t.row(i)[j] = -tau * sum;
    }
    t.row(j)[..j].fill(0.0);
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
        for (i, value) in column[..j].iter_mut().enumerate() {
            r.row(i)[j] = *value;
            r.row(j)[i] = 0.0;
            *value = 0.0;
        }
        let column = &mut column[j..];
        (r.row(j)[j], tau[j]) = reflection(column);
        for i in 0..width - j - 1 {
            let other = &mut after.row(i)[j..];
            let dot = lanes::run(Dot(column, other));
            lanes::run(AddMultiple(other, -tau[j] * dot, column));
        }
        for i in 0..j {
            products[i * LEAF + j] = lanes::run(Dot(&before.row(i)[j..height], column));
        }
        extend(&mut t, View::new(&products, LEAF, LEAF, LEAF), tau[j], j);
    }
}

/// Replaces `x` with the vector of a reflection that makes it a multiple of the first unit vector, and returns that
/// multiple and the reflection's factor.
fn reflection(x: &mut [f64]) -> (f64, f64) {
    let first = x[0];
    let rest = matrix::norm_of(&x[1..]);
    x[0] = 1.0;
    if rest == 0.0 {
        x[1..].fill(0.0);
        return (first, 0.0);
    }
    let beta = -first.hypot(rest).copysign(first);
    let pivot = first - beta;
    if pivot.abs() > f64::MIN_POSITIVE / f64::EPSILON {
        let reciprocal = 1.0 / pivot;
        x[1..].iter_mut().for_each(|value| *value *= reciprocal);
    } else {
        x[1..].iter_mut().for_each(|value| *value /= pivot);
    }
    (beta, (beta - first) / beta)
}

/// The dot product of two slices of the same length.
struct Dot<'a>(&'a [f64], &'a [f64]);

impl Kernel for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    unsafe fn run<V: Lanes>(self) -> f64 {
        let len = self.0.len();
        assert!(len == self.1.len());
        let (x, y) = (self.0.as_ptr(), self.1.as_ptr());
        let mut sums = [V::splat(0.0); 4];
        let mut at = 0;
        while at + 4 * V::COUNT <= len {
            for (i, sum) in sums.iter_mut().enumerate() {
                let from = at + i * V::COUNT;
                // SAFETY: four vectors from `at` on are within both slices.
                *sum = unsafe { V::load(x.add(from)).mul_add(V::load(y.add(from)), *sum) };
            }
            at += 4 * V::COUNT;
        }
        while at < len {
            let count = V::COUNT.min(len - at);
            // SAFETY: `count` values from `at` on are within both slices.
            sums[0] = unsafe { V::load_first(x.add(at), count).mul_add(V::load_first(y.add(at), count), sums[0]) };
            at += count;
        }
        let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
        let mut values = [0.0; 8];
        // SAFETY: no vector has more than eight values.
        unsafe { sum.store(values.as_mut_ptr()) };
        values.iter().fold(0.0, |sum, value| sum + value)
    }
}

/// Adds a multiple of the last slice to the first, which has the same length.
struct AddMultiple<'a>(&'a mut [f64], f64, &'a [f64]);

impl Kernel for AddMultiple<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Lanes>(self) {
        let len = self.0.len();
        assert!(len == self.2.len());
        let (to, from) = (self.0.as_mut_ptr(), self.2.as_ptr());
        let factor = V::splat(self.1);
        let mut at = 0;
        while at + V::COUNT <= len {
            // SAFETY: a vector from `at` on is within both slices.
            unsafe { factor.mul_add(V::load(from.add(at)), V::load(to.add(at))).store(to.add(at)) };
            at += V::COUNT;
        }
        let count = len - at;
        // SAFETY: `count` values from `at` on are within both slices.
        unsafe {
            let sum = factor.mul_add(V::load_first(from.add(at), count), V::load_first(to.add(at), count));
            sum.store_first(to.add(at), count);
        }
    }
}
