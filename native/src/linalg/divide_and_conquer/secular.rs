//! Secular equations: the eigenvalues and singular values of a diagonal matrix that a matrix of rank one was added to.
//!
//! `1 + Σ wᵢ / (dᵢ - λ) = 0`, with poles `dᵢ` in ascending order and positive weights `wᵢ`, has one root behind every pole
//! and before the next one. For singular values the same holds of `1 + Σ wᵢ / (dᵢ² - σ²) = 0` and the squares.
//!
//! A root is found as its distance from the nearest pole, so that its distances from all poles have full relative accuracy
//! however small they are. Each step replaces the sums over the poles on either side by one pole each, "the middle way" of
//! Li, "Solving secular equations stably and efficiently" (LAPACK working note 89, 1993), within an interval that is known
//! to have the root, and that is halved where a step gains too little.
//!
//! The roots are exact for weights that differ from the given ones by little. Eigenvectors that are computed from those
//! other weights are orthogonal (Gu and Eisenstat, "A stable and efficient algorithm for the rank-one modification of the
//! symmetric eigenproblem", SIAM J. Matrix Anal. Appl. 15, 1994).

use crate::Result;
use crate::matrix::view::View;
use crate::memory::Aligned;
use crate::simd::{self, KernelOf, Lanes};

/// Values of the widest vector.
const WIDEST: usize = 8;

/// Steps after which a root counts as not to be found. Halving alone takes fewer.
const STEPS: usize = 200;

/// A secular equation, between the squares of poles and root if `SQUARED`.
pub(crate) struct Secular<const SQUARED: bool> {
    count: usize,
    /// The poles, and further ones that have no weight up to a whole number of vectors.
    poles: Aligned<f64>,
    weights: Aligned<f64>,
}

/// A root of a secular equation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root {
    /// The number of the pole it is given by.
    pole: usize,
    /// Its distance from that pole, between the squares if the equation is.
    offset: f64,
}

/// The terms of a secular equation in two sums, and their derivatives.
#[derive(Clone, Copy, Default)]
struct Sums {
    below: f64,
    below_slope: f64,
    above: f64,
    above_slope: f64,
}

impl<const SQUARED: bool> Secular<SQUARED> {
    /// Returns the equation with these poles and weights. The poles ascend, and for squares the first is not negative. Poles
    /// and weights are around 1 or smaller, but large enough that their products do not underflow.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
    pub(crate) fn new(poles: &[f64], weights: &[f64]) -> Result<Self> {
        let count = poles.len();
        assert_eq!(count, weights.len(), "lengths differ");
        let len = count.next_multiple_of(WIDEST);
        let mut equation = Self { count, poles: Aligned::filled(len)?, weights: Aligned::filled(len)? };
        equation.poles[..count].copy_from_slice(poles);
        equation.weights[..count].copy_from_slice(weights);
        let last = poles.last().copied().unwrap_or(0.0);
        let sum = weights.iter().fold(0.0, |sum, weight| sum + weight);
        // Beyond every root.
        equation.poles[count..].fill(last.abs() + 4.0 * sum + 4.0);
        Ok(equation)
    }

    /// Returns the root behind pole `index`, or nothing when the iteration does not converge.
    pub(crate) fn root(&self, index: usize) -> Option<Root> {
        let (poles, weights) = (&self.poles[..self.count], &self.weights[..self.count]);
        let is_last = index + 1 == self.count;
        if self.count == 1 {
            return Some(Root { pole: 0, offset: weights[0] });
        }
        // The poles that a step keeps: those on either side of the root, or the last two before it.
        let lower = if is_last { index - 1 } else { index };
        let upper = lower + 1;
        let gap = self.difference(upper, lower);
        let mut far = if is_last { weights.iter().fold(0.0, |sum, weight| sum + weight) } else { 0.5 * gap };
        let middle = if is_last { 0.5 * far } else { far };
        let first = self.sums(poles[index], middle, upper);
        let value = 1.0 + first.below + first.above;
        let (mut pole, mut sign, mut near) = (index, 1.0, weights[index]);
        if !is_last {
            if value < 0.0 {
                (pole, sign) = (upper, -1.0);
            }
            // The other terms are at most as large at the root as in the middle.
            near = weights[pole] / (value.abs() + weights[pole] / far);
        }
        near = near.min(far);
        // The first guess keeps both poles and replaces the other terms by what they are in the middle.
        let (lower_at, upper_at) = if pole == upper { (-gap, 0.0) } else { (0.0, gap) };
        let at = sign * middle;
        let rest = value - weights[lower] / (lower_at - at) - weights[upper] / (upper_at - at);
        let mut distance = zeros(
            rest,
            rest * (lower_at + upper_at) + weights[lower] + weights[upper],
            rest * lower_at * upper_at + weights[lower] * upper_at + weights[upper] * lower_at,
        )
        .into_iter()
        .map(|offset| sign * offset)
        .find(|distance| near <= *distance && *distance <= far)
        .unwrap_or_else(|| between(near, far));
        let mut before = f64::INFINITY;
        for _ in 0..STEPS {
            let offset = sign * distance;
            let sums = self.sums(poles[pole], offset, upper);
            let value = 1.0 + sums.below + sums.above;
            let size = 1.0 + sums.below.abs() + sums.above.abs();
            let slope = sums.below_slope + sums.above_slope;
            if value.abs() <= f64::EPSILON * (8.0 * size + distance * slope) {
                return Some(Root { pole, offset });
            }
            if sign * value < 0.0 {
                near = distance;
            } else {
                far = distance;
            }
            let (to_lower, to_upper) = (lower_at - offset, upper_at - offset);
            let step = zeros(
                value - to_lower * sums.below_slope - to_upper * sums.above_slope,
                (to_lower + to_upper) * value - to_lower * to_upper * slope,
                to_lower * to_upper * value,
            )
            .into_iter()
            .map(|step| sign * (offset + step))
            .find(|distance| near < *distance && *distance < far);
            distance = match step {
                Some(distance) if value.abs() < 0.5 * before => distance,
                _ => between(near, far),
            };
            before = value.abs();
            if distance <= near || distance >= far {
                return Some(Root { pole, offset: sign * distance });
            }
        }
        None
    }

    /// Returns the value of a root: of an equation between squares, its square root.
    pub(crate) fn value(&self, root: Root) -> f64 {
        let pole = self.poles[root.pole];
        if SQUARED { pole + root.offset / (pole + (pole * pole + root.offset).sqrt()) } else { pole + root.offset }
    }

    /// Sets `differences` to what every pole, or its square, is above that of a root.
    pub(crate) fn differences(&self, root: Root, differences: &mut [f64]) {
        assert_eq!(differences.len(), self.count, "lengths differ");
        simd::run(Differences::<SQUARED> {
            poles: &self.poles,
            pole: self.poles[root.pole],
            offset: root.offset,
            differences,
        });
    }

    /// Sets `weights` to those of poles from `first` on for which the roots are exact. Row `j` of `differences` has what
    /// these poles are above root `j`.
    pub(crate) fn exact_weights(&self, first: usize, differences: View<'_>, weights: &mut [f64]) {
        assert!(differences.rows() == self.count && differences.columns() == weights.len());
        assert!(differences.column_step() == 1 && first + weights.len() <= self.count);
        simd::run(ExactWeights::<SQUARED> { poles: &self.poles[..self.count], first, differences, weights });
    }

    fn difference(&self, first: usize, second: usize) -> f64 {
        let (x, y) = (self.poles[first], self.poles[second]);
        if SQUARED { (x - y) * (x + y) } else { x - y }
    }

    /// Returns the sums of the terms before pole `split` and from it on, at `offset` from `pole`.
    fn sums(&self, pole: f64, offset: f64, split: usize) -> Sums {
        simd::run(Terms::<SQUARED> { poles: &self.poles, weights: &self.weights, pole, offset, split })
    }
}

/// Replaces `x`, of which no value is zero, by `factors / x` and returns the Euclidean norm of that.
pub(crate) fn divide_into(factors: &[f64], x: &mut [f64]) -> f64 {
    simd::run(DivideInto(factors, x)).sqrt()
}

/// Returns the zeros of `c·x² - a·x + b`; where there are none, those of the nearest polynomial that has one.
fn zeros(c: f64, a: f64, b: f64) -> [f64; 2] {
    let root = (a * a - 4.0 * b * c).max(0.0).sqrt();
    let sum = a + root.copysign(a);
    [2.0 * b / sum, 0.5 * sum / c]
}

/// Returns a value between two positive ones that halves their distance, or the logarithm of their ratio if that is large.
fn between(near: f64, far: f64) -> f64 {
    if far > 4.0 * near { near.sqrt() * far.sqrt() } else { 0.5 * (near + far) }
}

/// Returns what `poles` are above the root at `offset` from `pole`.
#[inline(always)]
fn difference<S: Lanes<f64>, const SQUARED: bool>(
    simd: S,
    poles: S::Vector,
    pole: S::Vector,
    offset: S::Vector,
) -> S::Vector {
    let difference = simd.sub(poles, pole);
    if SQUARED {
        // A difference of squares without their cancellation.
        simd.mul_add(difference, simd.add(poles, pole), simd.sub(simd.splat(0.0), offset))
    } else {
        simd.sub(difference, offset)
    }
}

struct Terms<'a, const SQUARED: bool> {
    poles: &'a [f64],
    weights: &'a [f64],
    pole: f64,
    offset: f64,
    split: usize,
}

impl<const SQUARED: bool> Terms<'_, SQUARED> {
    /// Returns the terms of the poles of a block, and their derivatives.
    #[inline(always)]
    fn of<S: Lanes<f64>>(&self, simd: S, poles: &S::Block, weights: &S::Block) -> (S::Vector, S::Vector) {
        let (pole, offset) = (simd.splat(self.pole), simd.splat(self.offset));
        let difference = difference::<S, SQUARED>(simd, simd.load(poles), pole, offset);
        let reciprocal = simd.div(simd.splat(1.0), difference);
        let term = simd.mul_add(simd.load(weights), reciprocal, simd.splat(0.0));
        (term, reciprocal)
    }

    /// Returns the sums of the terms of some blocks, and of their derivatives.
    #[inline(always)]
    fn sums<S: Lanes<f64>>(&self, simd: S, poles: &[S::Block], weights: &[S::Block]) -> (f64, f64) {
        let (mut sum, mut slope) = (simd.splat(0.0), simd.splat(0.0));
        for (poles, weights) in poles.iter().zip(weights) {
            let (term, reciprocal) = self.of(simd, poles, weights);
            sum = simd.add(sum, term);
            slope = simd.mul_add(term, reciprocal, slope);
        }
        (simd.sum_in_order(sum), simd.sum_in_order(slope))
    }
}

impl<const SQUARED: bool> KernelOf<f64> for Terms<'_, SQUARED> {
    type Output = Sums;

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) -> Sums {
        assert!(self.poles.len() == self.weights.len() && self.split < self.poles.len());
        let ((poles, none), (weights, _)) = (simd.blocks(self.poles), simd.blocks(self.weights));
        assert!(none.is_empty(), "there is a whole number of blocks");
        // The block with the first value behind the split.
        let mixed = self.split / S::LANES;
        let (mut below, mut below_slope) = self.sums(simd, &poles[..mixed], &weights[..mixed]);
        let (mut above, mut above_slope) = self.sums(simd, &poles[mixed + 1..], &weights[mixed + 1..]);
        let (term, reciprocal) = self.of(simd, &poles[mixed], &weights[mixed]);
        let (terms, slopes) = (simd.store(term), simd.store(simd.mul_add(term, reciprocal, simd.splat(0.0))));
        for (lane, (term, slope)) in terms.as_ref().iter().zip(slopes.as_ref()).enumerate() {
            if mixed * S::LANES + lane < self.split {
                (below, below_slope) = (below + term, below_slope + slope);
            } else {
                (above, above_slope) = (above + term, above_slope + slope);
            }
        }
        Sums { below, below_slope, above, above_slope }
    }
}

struct Differences<'a, const SQUARED: bool> {
    poles: &'a [f64],
    pole: f64,
    offset: f64,
    differences: &'a mut [f64],
}

impl<const SQUARED: bool> KernelOf<f64> for Differences<'_, SQUARED> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) {
        let Self { poles, pole, offset, differences } = self;
        let poles = &poles[..differences.len()];
        let (pole, offset) = (simd.splat(pole), simd.splat(offset));
        for (poles, differences) in poles.chunks(S::LANES).zip(differences.chunks_mut(S::LANES)) {
            let poles = simd.load_first(poles);
            simd.store_first(difference::<S, SQUARED>(simd, poles, pole, offset), differences);
        }
    }
}

/// The formula of Löwner: the product of a pole's distances from all roots, over that from all other poles.
struct ExactWeights<'a, const SQUARED: bool> {
    poles: &'a [f64],
    first: usize,
    differences: View<'a>,
    weights: &'a mut [f64],
}

impl<const SQUARED: bool> KernelOf<f64> for ExactWeights<'_, SQUARED> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) {
        // Factors whose product neither overflows nor vanishes: a division takes the time of many products.
        const TOGETHER: usize = 4;
        let count = self.poles.len();
        let (one, zero) = (simd.splat(1.0), simd.splat(0.0));
        for (index, chunk) in self.weights.chunks_mut(S::LANES).enumerate() {
            let (at, width) = (index * S::LANES, chunk.len());
            let first = self.first + at;
            let poles = simd.load_first(&self.poles[first..][..width]);
            let mut weights = one;
            for start in (0..count).step_by(TOGETHER) {
                let (mut numerator, mut denominator) = (one, one);
                for j in start..count.min(start + TOGETHER) {
                    let to_root = simd.load_first(&self.differences.row(j)[at..][..width]);
                    numerator = simd.mul_add(numerator, to_root, zero);
                    let pole = simd.splat(self.poles[j]);
                    let mut to_pole = difference::<S, SQUARED>(simd, poles, pole, zero);
                    if j >= first && j < first + S::LANES {
                        let mut values = [1.0; WIDEST];
                        simd.store_first(to_pole, &mut values[..S::LANES]);
                        values[j - first] = 1.0;
                        to_pole = simd.load_first(&values[..S::LANES]);
                    }
                    denominator = simd.mul_add(denominator, to_pole, zero);
                }
                weights = simd.mul_add(weights, simd.div(numerator, denominator), zero);
            }
            simd.store_first(simd.max_abs(zero, weights), chunk);
        }
    }
}

struct DivideInto<'a>(&'a [f64], &'a mut [f64]);

impl KernelOf<f64> for DivideInto<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) -> f64 {
        let Self(factors, x) = self;
        assert!(x.len() == factors.len());
        let ((factors, factors_tail), (x, x_tail)) = (simd.blocks(factors), simd.blocks_mut(x));
        let mut squares = simd.splat(0.0);
        for (factors, x) in factors.iter().zip(x) {
            let quotient = simd.div(simd.load(factors), simd.load(x));
            *x = simd.store(quotient);
            squares = simd.mul_add(quotient, quotient, squares);
        }
        let mut sum = simd.sum_in_order(squares);
        for (x, factor) in x_tail.iter_mut().zip(factors_tail) {
            *x = factor / *x;
            sum += *x * *x;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::divide_and_conquer::tests::numbers;
    use crate::matrix::column_major::ColumnMajor;
    use crate::simd::tests::with_each;

    /// Asserts that the roots lie between the poles and are exact for weights that are nearly the given ones.
    fn assert_solved<const SQUARED: bool>(poles: &[f64], weights: &[f64]) -> Vec<f64> {
        let n = poles.len();
        let equation = Secular::<SQUARED>::new(poles, weights).unwrap();
        let mut differences = ColumnMajor::zeros(n, n).unwrap();
        let mut roots = vec![0.0; n];
        for j in 0..n {
            let root = equation.root(j).unwrap_or_else(|| panic!("root {j} of {n}"));
            roots[j] = equation.value(root);
            equation.differences(root, differences.column_mut(j));
            assert!(poles[j] <= roots[j] && poles.get(j + 1).is_none_or(|next| roots[j] <= *next), "root {j} of {n}");
            for (i, difference) in differences.column(j).iter().enumerate() {
                assert!(if i <= j { *difference < 0.0 } else { *difference > 0.0 }, "pole {i} and root {j} of {n}");
            }
        }
        let mut exact = vec![0.0; n];
        let half = n / 2;
        let rows = differences.view().transposed();
        equation.exact_weights(0, rows.block(0, 0, n, half), &mut exact[..half]);
        equation.exact_weights(half, rows.block(0, half, n, n - half), &mut exact[half..]);
        let norm = weights.iter().sum::<f64>().sqrt();
        for (x, y) in exact.iter().zip(weights) {
            let distance = (x.sqrt() - y.sqrt()).abs();
            assert!(distance <= 4.0 * f64::EPSILON * (n as f64).max(8.0) * norm.max(1.0), "{x} and {y} of {n}");
        }
        roots
    }

    #[test]
    fn roots_are_those_of_nearly_the_same_equation() {
        with_each(|_| {
            for n in [1, 2, 3, 7, 8, 9, 16, 17, 33, 100] {
                let mut poles = numbers(n, 1);
                poles.sort_by(f64::total_cmp);
                let weights: Vec<f64> = numbers(n, 2).iter().map(|x| 0.01 + x).collect();
                assert_solved::<false>(&poles, &weights);
                let roots = assert_solved::<true>(&poles, &weights);
                let squares: Vec<f64> = poles.iter().map(|x| x * x).collect();
                for (x, y) in roots.iter().zip(assert_solved::<false>(&squares, &weights)) {
                    assert!((x * x - y).abs() <= 1e-13 * y, "{n}: {x} and the root of {y}");
                }
                poles[0] = 0.0;
                assert_solved::<true>(&poles, &weights);
                let small: Vec<f64> = weights.iter().map(|x| x * 1e-28).collect();
                assert_solved::<false>(&poles, &small);
                let graded: Vec<f64> =
                    weights.iter().enumerate().map(|(i, x)| x * 0.01_f64.powi(i as i32 % 15)).collect();
                assert_solved::<false>(&poles, &graded);
                assert_solved::<true>(&poles, &graded);
                let close: Vec<f64> = (0..n).map(|i| 1e-14 * (1 + i) as f64).collect();
                assert_solved::<false>(&close, &weights);
                assert_solved::<true>(&close, &graded);
                let pairs: Vec<f64> = (0..n).map(|i| (i / 2) as f64 / n as f64 + 1e-14 * (i % 2) as f64).collect();
                assert_solved::<false>(&pairs, &weights);
                assert_solved::<true>(&pairs, &graded);
            }
        });
    }

    #[test]
    fn known_roots() {
        // Of [[1, 1], [1, 2]].
        let roots = assert_solved::<false>(&[0.0, 1.0], &[1.0, 1.0]);
        for (x, y) in roots.iter().zip([0.5 * (3.0 - 5.0_f64.sqrt()), 0.5 * (3.0 + 5.0_f64.sqrt())]) {
            assert!((x - y).abs() <= 1e-15, "{x} and {y}");
        }
        assert_eq!(assert_solved::<false>(&[-3.0], &[0.25]), [-2.75]);
        assert_eq!(assert_solved::<true>(&[3.0], &[16.0]), [5.0]);
    }

    #[test]
    fn quotients_have_their_norm() {
        with_each(|_| {
            for n in 0..20 {
                let (factors, mut x) = (numbers(n, 3), numbers(n, 4));
                let expected: Vec<f64> = factors.iter().zip(&x).map(|(factor, x)| factor / x).collect();
                let norm = divide_into(&factors, &mut x);
                assert_eq!(x, expected);
                assert!((norm - expected.iter().map(|x| x * x).sum::<f64>().sqrt()).abs() <= 1e-14 * norm);
            }
        });
    }
}
