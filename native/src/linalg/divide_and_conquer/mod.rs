//! What divide and conquer for eigenvectors has in common with that for singular vectors: the bases of two halves of a
//! matrix become one of the whole, by a product that leaves out what is known to be zero.
//!
//! Vectors are rows here. Of the components, the first few belong to the one half and the last few to the other.

pub(crate) mod eigen;
mod secular;
pub(crate) mod svd;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::blas::gemm::gemm;
use crate::blas::kernel::Update;
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::{Shared, View, ViewMut};
use crate::simd::{self, KernelOf, Lanes};
use crate::{Result, float, memory, parallel};
use secular::Secular;

/// Vectors, or components of all of them, that are copied at a time.
const STRIPE: usize = 64;
/// Roots that are found at a time.
pub(crate) const ROOTS: usize = 8;
/// From this many roots on, or vectors, they are spread over threads.
const PARALLEL_FROM: usize = 64;

/// Which components of a vector may differ from zero.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Span {
    /// Those of the first half.
    First,
    /// All of them.
    Both,
    /// Those of the second half.
    Second,
}

impl Span {
    /// Returns the span of what a vector and another one add up to.
    pub(crate) fn with(self, other: Self) -> Self {
        if self == other { self } else { Self::Both }
    }
}

/// Which vectors take part in a merge.
pub(crate) struct Choice {
    /// Those that do, with values that differ by more than the precision.
    pub(crate) kept: Vec<usize>,
    /// Those that are vectors of the whole already.
    pub(crate) dropped: Vec<usize>,
    /// The spans of those that take part.
    pub(crate) spans: Vec<Span>,
}

/// Makes the component of `z` for vector `before` vanish in favour of the next one's, vector `i`, if the two have nearly the
/// same value, so that hardly anything stands beside the diagonal after the rotation of `i` and `before` that does it.
/// Returns cosine and sine of that rotation, which is left to do.
pub(crate) fn merge_equal(
    values: &mut [f64],
    z: &mut [f64],
    spans: &mut [Span],
    [before, i]: [usize; 2],
    negligible: f64,
) -> Option<(f64, f64)> {
    let length = z[before].hypot(z[i]);
    let (cosine, sine) = (z[i] / length, z[before] / length);
    if ((values[i] - values[before]) * cosine * sine).abs() > negligible {
        return None;
    }
    (z[i], z[before]) = (length, 0.0);
    let (low, high) = (values[before], values[i]);
    values[before] = low * cosine * cosine + high * sine * sine;
    values[i] = low * sine * sine + high * cosine * cosine;
    spans[i] = spans[i].with(spans[before]);
    Some((cosine, sine))
}

/// The vectors of both halves, grouped by their span.
pub(crate) struct Groups {
    /// The numbers of the vectors that take part, those with the span `First` before `Both` before `Second`, then the
    /// others.
    order: Vec<usize>,
    /// Where in `order` the vectors that take part are.
    places: Vec<usize>,
    /// Vectors that take part and have the span `First`.
    first: usize,
    /// Vectors that take part and have another span than `Second`.
    not_second: usize,
}

impl Groups {
    /// Groups the vectors that take part by their spans.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn new(Choice { kept, dropped, spans }: &Choice) -> Result<Self> {
        let count = |span| kept.iter().filter(|vector| spans[**vector] == span).count();
        let first = count(Span::First);
        let not_second = first + count(Span::Both);
        let mut next = [0, first, not_second];
        let mut order = memory::filled(kept.len() + dropped.len())?;
        let mut places = memory::filled(kept.len())?;
        for (place, vector) in places.iter_mut().zip(kept) {
            let next = &mut next[spans[*vector] as usize];
            (*place, order[*next]) = (*next, *vector);
            *next += 1;
        }
        order[kept.len()..].copy_from_slice(dropped);
        Ok(Self { order, places, first, not_second })
    }

    /// Copies `vectors` to `gathered` in the order of the groups, without the components that are known to be zero. Those
    /// before `first` and from `second` on belong to the halves.
    pub(crate) fn gather(&self, vectors: View<'_>, gathered: ViewMut<'_>, first: usize, second: usize) {
        let (count, width) = (self.order.len(), vectors.columns());
        let to = Shared::new(gathered);
        share(count, STRIPE, |range| {
            for place in range {
                let (start, end) = if place < self.first {
                    (0, first)
                } else if place >= self.not_second && place < self.places.len() {
                    (second, width)
                } else {
                    (0, width)
                };
                // SAFETY: each row is taken once.
                let mut row = unsafe { to.block(place, start, 1, end - start) };
                row.copy_from(vectors.block(self.order[place], start, 1, end - start));
            }
        });
    }

    /// Sets `vectors` to the products of `inner` with those of `gathered` that take part, and to the others after that.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn multiply(
        &self,
        inner: View<'_>,
        gathered: View<'_>,
        vectors: ViewMut<'_>,
        first: usize,
        second: usize,
    ) -> Result<()> {
        let (kept, width) = (self.places.len(), vectors.columns());
        let (products, mut others) = vectors.split_rows(kept);
        let (left, rest) = products.split_columns(first);
        let (mut middle, right) = rest.split_columns(second - first);
        let not_first = kept - self.first;
        let (one, other) = parallel::join(
            || {
                let gathered = gathered.block(0, 0, self.not_second, first);
                gemm(left, Update::SET, inner.block(0, 0, kept, self.not_second), gathered)
            },
            || {
                let gathered = gathered.block(self.first, second, not_first, width - second);
                gemm(right, Update::SET, inner.block(0, self.first, kept, not_first), gathered)
            },
        );
        one?;
        other?;
        let both = self.not_second - self.first;
        gemm(
            middle.reborrow(),
            Update::SET,
            inner.block(0, self.first, kept, both),
            gathered.block(self.first, first, both, second - first),
        )?;
        others.copy_from(gathered.block(kept, 0, others.rows(), width));
        Ok(())
    }

    /// Returns the numbers of the vectors in the order of the groups, those that take part before the others.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// Returns where the vectors that take part are among the groups.
    pub(crate) fn places(&self) -> &[usize] {
        &self.places
    }
}

/// Solves a secular equation: sets `roots` to its roots, and each row of `inner` to an eigenvector, whose components are
/// exact weights' roots, with the signs of `signs`, over distances from poles, and stand at `places`. Returns what the
/// vectors were divided by to have the norm 1, or nothing when an iteration did not converge. `differences` is room to
/// work in.
///
/// # Errors
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
pub(crate) fn solve<const SQUARED: bool>(
    equation: &Secular<SQUARED>,
    signs: &[f64],
    places: &[usize],
    roots: &mut [f64],
    differences: ViewMut<'_>,
    inner: ViewMut<'_>,
) -> Result<Option<Vec<f64>>> {
    let count = roots.len();
    let (mut exact, mut norms) = (memory::filled(count)?, memory::filled(count)?);
    let converged = AtomicBool::new(true);
    let rows = Shared::new(differences);
    let values = Shared::new(ViewMut::new(roots, count, 1, 1));
    share(count, ROOTS, |range| {
        for j in range {
            if let Some(root) = equation.root(j) {
                // SAFETY: each root is taken once.
                let (mut row, mut value) = unsafe { (rows.block(j, 0, 1, count), values.block(j, 0, 1, 1)) };
                equation.differences(root, row.row(0));
                value.row(0)[0] = equation.value(root);
            } else {
                converged.store(false, Ordering::Relaxed);
            }
        }
    });
    if !converged.into_inner() {
        return Ok(None);
    }
    let stripes = Shared::new(ViewMut::new(&mut exact, 1, count, count));
    share(count, STRIPE, |range| {
        let (first, width) = (range.start, range.len());
        // SAFETY: nothing writes to the differences, and each stripe of the weights is taken once.
        let (differences, mut exact) =
            unsafe { (rows.block(0, first, count, width), stripes.block(0, first, 1, width)) };
        let exact = exact.row(0);
        equation.exact_weights(first, differences.view(), exact);
        exact.iter_mut().zip(&signs[first..]).for_each(|(weight, sign)| *weight = weight.sqrt().copysign(*sign));
    });
    let to = Shared::new(inner);
    let lengths = Shared::new(ViewMut::new(&mut norms, count, 1, 1));
    share(count, ROOTS, |range| {
        for j in range {
            // SAFETY: each row of the three is taken once.
            let (mut row, mut to, mut norm) =
                unsafe { (rows.block(j, 0, 1, count), to.block(j, 0, 1, count), lengths.block(j, 0, 1, 1)) };
            let (row, to, norm) = (row.row(0), to.row(0), &mut norm.row(0)[0]);
            *norm = secular::divide_into(&exact, row);
            let reciprocal = 1.0 / *norm;
            for (x, place) in row.iter().zip(places) {
                to[*place] = *x * reciprocal;
            }
        }
    });
    Ok(Some(norms))
}

/// Returns the numbers of values in ascending order.
///
/// # Errors
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
pub(crate) fn ascending(values: &[f64]) -> Result<Vec<usize>> {
    let mut keys = memory::with_capacity(values.len())?;
    keys.extend(values.iter().zip(0_u64..).map(|(x, number)| (float::order_key(*x), number)));
    keys.sort_unstable();
    let mut order = memory::with_capacity(values.len())?;
    order.extend(keys.iter().map(|(_, number)| *number as usize));
    Ok(order)
}

/// Sets the columns of `to` to the first components of those columns of `from` that have these numbers.
pub(crate) fn take_columns(from: &ColumnMajor, numbers: &[usize], to: &mut ColumnMajor) {
    let rows = to.rows();
    let to = Shared::new(to.transposed_mut());
    share(numbers.len(), STRIPE, |range| {
        for j in range {
            // SAFETY: each column is taken once.
            let mut column = unsafe { to.block(j, 0, 1, rows) };
            column.row(0).copy_from_slice(&from.column(numbers[j])[..rows]);
        }
    });
}

/// Replaces values by those that have these numbers.
///
/// # Errors
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
pub(crate) fn take_values(values: &mut [f64], numbers: &[usize]) -> Result<()> {
    let mut taken = memory::filled(values.len())?;
    taken.iter_mut().zip(numbers).for_each(|(to, from)| *to = values[*from]);
    values.copy_from_slice(&taken);
    Ok(())
}

/// Calls `work` with ranges of about `width` numbers that make up those below `count`: on all threads of the pool if it is
/// worth it.
pub(crate) fn share(count: usize, width: usize, work: impl Fn(Range<usize>) + Sync) {
    let part = |part: usize| work(part * width..count.min((part + 1) * width));
    let parts = count.div_ceil(width);
    if count < PARALLEL_FROM { (0..parts).for_each(part) } else { parallel::for_each(parts, part) }
}

/// Returns cosine and sine of the rotation that makes a multiple of the first unit vector of `(x, y)`, and the multiple.
/// The squares must be finite.
pub(crate) fn rotation(x: f64, y: f64) -> (f64, f64, f64) {
    // Above it, what is lost of a square changes nothing.
    const ORDINARY: f64 = 1e-280;
    let square = x * x + y * y;
    // A root takes a fraction of the time of a hypotenuse.
    let length = if square > ORDINARY { square.sqrt() } else { x.hypot(y) };
    if length == 0.0 { (1.0, 0.0, 0.0) } else { (x / length, y / length, length) }
}

/// Rotates the plane of two vectors `x` and `y`: they become `c·x + s·y` and `c·y - s·x`.
pub(crate) fn rotate(vectors: &mut ViewMut<'_>, x: usize, y: usize, cosine: f64, sine: f64) {
    let (first, second, sine) = if x < y { (x, y, sine) } else { (y, x, -sine) };
    let (mut above, mut below) = vectors.reborrow().split_rows(second);
    simd::run(Rotate(above.row(first), below.row(0), cosine, sine));
}

/// Returns the blocks on the diagonal: of the first rows and columns, and of those from `second` on.
pub(crate) fn halves<'a>(view: &'a mut ViewMut<'_>, first: usize, second: usize) -> (ViewMut<'a>, ViewMut<'a>) {
    let (above, below) = view.reborrow().split_rows(second);
    (above.split_rows(first).0.split_columns(first).0, below.split_columns(second).1)
}

struct Rotate<'a>(&'a mut [f64], &'a mut [f64], f64, f64);

impl KernelOf<f64> for Rotate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) {
        let Self(x, y, cosine, sine) = self;
        assert!(x.len() == y.len());
        let (cosine, sine, zero) = (simd.splat(cosine), simd.splat(sine), simd.splat(0.0));
        for (x, y) in x.chunks_mut(S::LANES).zip(y.chunks_mut(S::LANES)) {
            let (a, b) = (simd.load_first(x), simd.load_first(y));
            simd.store_first(simd.mul_add(cosine, a, simd.mul_add(sine, b, zero)), x);
            simd.store_first(simd.neg_mul_add(sine, a, simd.mul_add(cosine, b, zero)), y);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::parallel;
    use crate::random::Random;

    /// Returns random numbers from 0 to 1.
    pub(crate) fn numbers(len: usize, seed: u64) -> Vec<f64> {
        let mut random = Random(seed);
        (0..len).map(|_| random.fraction()).collect()
    }

    /// Returns such numbers from -0.5 to 0.5.
    pub(crate) fn signed(len: usize, seed: u64) -> Vec<f64> {
        numbers(len, seed).into_iter().map(|x| x - 0.5).collect()
    }

    /// Calls `test` with the diagonal of Wilkinson's matrix many times over, and with what is beside it where one is glued to
    /// the next.
    pub(crate) fn with_glued_matrices(test: impl Fn(&[f64], &[f64])) {
        for glue in [1e-4, 1e-8, 1e-11, 1e-14, 1e-16, 0.0] {
            for copies in [3, 5, 14] {
                let diagonal: Vec<f64> = (0..21 * copies).map(|i| (f64::from(i % 21) - 10.0).abs()).collect();
                let next_to: Vec<f64> = (1..21 * copies).map(|i| if i % 21 == 0 { glue } else { 1.0 }).collect();
                test(&diagonal, &next_to);
            }
        }
    }

    /// Calls `test` with a diagonal of `n` values, and with what is beside it, that are graded over up to 320 decades, in
    /// several ways.
    pub(crate) fn with_graded_matrices(n: usize, test: impl Fn(&str, &[f64], &[f64])) {
        for decades in [10.0, 30.0, 100.0, 300.0, 320.0] {
            let factor = |i: usize| 10_f64.powf(-decades * i as f64 / n as f64);
            let graded = |x: Vec<f64>| -> Vec<f64> { x.iter().enumerate().map(|(i, x)| x * factor(i)).collect() };
            let (diagonal, next_to) = (graded(signed(n, 8)), graded(signed(n - 1, 9)));
            test("graded down", &diagonal, &next_to);
            let backward = |x: &[f64]| -> Vec<f64> { x.iter().rev().copied().collect() };
            test("graded up", &backward(&diagonal), &backward(&next_to));
            test("graded on the diagonal", &diagonal, &vec![1e-10; n - 1]);
            test("graded beside the diagonal", &vec![1e-10; n], &next_to);
        }
    }

    /// Asserts that `solve` returns the same bits here and on pools of any number of threads.
    pub(crate) fn assert_same_bits(name: &str, solve: impl Fn() -> Vec<f64> + Sync) {
        let bits = || solve().into_iter().map(f64::to_bits).collect::<Vec<_>>();
        let expected = bits();
        for threads in [1, 2, 3, 7] {
            assert!(parallel::with_threads(threads, bits) == expected, "{name} on {threads} threads");
        }
    }
}
