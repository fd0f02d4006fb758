//! Vectors of single and double precision.
//!
//! # Accuracy
//! u is the unit roundoff of the sums: 2⁻⁵³ for doubles. Vectors of floats are summed in floats, sixteen or more sums
//! side by side, which are gathered in doubles every 4096 values ([`PIECE_BYTES`]), so their error does not grow with the length: u is 2⁻²⁴,
//! and n counts as 4096 at most. Where such a sum of floats would overflow, or is so small that parts of it have
//! underflowed, it is formed anew in doubles. [`sum`] and [`norm`] sum floats in doubles always.
//!
//! # Reproducibility
//! The same values give the same bits on any processor with the same vector instructions, wherever the vectors lie in memory.

use crate::simd::{self, Kernel, Lanes, Level, Simd, VectorOf};
use crate::{Error, Result, float};

/// A component of a vector: `f32` or `f64`.
pub trait Real: Copy + sealed::Sealed {}

impl Real for f32 {}
impl Real for f64 {}

/// Returns the dot product of `x` and `y`, which is `0.0` when they are empty.
///
/// The error is at most n·u·Σ|xᵢyᵢ|, see [the module](self). NaN and infinity are propagated as IEEE 754 has it.
///
/// # Errors
/// [`Error::VectorLengths`] unless the lengths agree.
///
/// ```
/// assert_eq!(rust_ffi::vector::dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), Ok(32.0));
/// ```
pub fn dot<T: Real>(x: &[T], y: &[T]) -> Result<f64> {
    reduce(Operation::Dot, x, y)
}

/// Returns the sum of the values of `x`, which is `0.0` when there are none.
///
/// The error is at most n·2⁻⁵³·Σ|xᵢ|.
///
/// ```
/// assert_eq!(rust_ffi::vector::sum(&[1.0_f32, 2.0, 3.5]), 6.5);
/// ```
#[must_use]
pub fn sum<T: Real>(x: &[T]) -> f64 {
    T::reduce(Level::best(), Operation::Sum, x, x)
}

/// Returns the Euclidean norm of `x`, which is `0.0` when it is empty.
///
/// Neither overflows nor underflows on the way: the result is infinite only where the norm itself is too large for a
/// double. The relative error is at most n·2⁻⁵³. A NaN among the values gives NaN.
///
/// ```
/// assert_eq!(rust_ffi::vector::norm(&[3e300, 4e300]), 5e300);
/// ```
#[must_use]
pub fn norm<T: Real>(x: &[T]) -> f64 {
    T::reduce(Level::best(), Operation::Norm, x, x)
}

/// Returns the square of the Euclidean distance between `x` and `y`, which is `0.0` when they are empty.
///
/// The relative error is at most (n + 3)·u, see [the module](self): the differences are formed first, nothing cancels.
/// NaN and infinity are propagated as IEEE 754 has it.
///
/// # Errors
/// [`Error::VectorLengths`] unless the lengths agree.
///
/// ```
/// assert_eq!(rust_ffi::vector::squared_distance(&[1.0, 2.0], &[4.0, 6.0]), Ok(25.0));
/// ```
pub fn squared_distance<T: Real>(x: &[T], y: &[T]) -> Result<f64> {
    reduce(Operation::SquaredDistance, x, y)
}

/// Returns the cosine of the angle between `x` and `y`, from -1 to 1.
///
/// Neither overflows nor underflows on the way. The error is at most 3·n·u, see [the module](self). A zero vector has no
/// direction: NaN, as for empty vectors and for vectors that hold NaN or infinity.
///
/// # Errors
/// [`Error::VectorLengths`] unless the lengths agree.
///
/// ```
/// assert_eq!(rust_ffi::vector::cosine_similarity(&[1.0, 0.0], &[-2e300, 0.0]), Ok(-1.0));
/// ```
pub fn cosine_similarity<T: Real>(x: &[T], y: &[T]) -> Result<f64> {
    reduce(Operation::CosineSimilarity, x, y)
}

/// Returns the result of an operation on `x` and `y`; an operation on one vector ignores the values of `y`.
///
/// # Errors
/// [`Error::VectorLengths`] unless the lengths agree.
///
/// ```
/// use rust_ffi::vector::{Operation, reduce};
///
/// assert_eq!(reduce(Operation::Dot, &[1.0, 2.0], &[3.0, 4.0]), Ok(11.0));
/// ```
#[inline]
pub fn reduce<T: Real>(operation: Operation, x: &[T], y: &[T]) -> Result<f64> {
    if x.len() != y.len() {
        return Err(Error::VectorLengths { x: x.len(), y: y.len() });
    }
    Ok(T::reduce(Level::best(), operation, x, y))
}

/// What the functions of this module compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// [`dot`].
    Dot,
    /// [`sum`], of `x`.
    Sum,
    /// [`norm`], of `x`.
    Norm,
    /// [`squared_distance`].
    SquaredDistance,
    /// [`cosine_similarity`].
    CosineSimilarity,
}

impl Operation {
    /// All operations, in the order in which they are declared.
    pub const ALL: [Self; 5] = [Self::Dot, Self::Sum, Self::Norm, Self::SquaredDistance, Self::CosineSimilarity];
}

/// The sums of vectors that come piece by piece. All but the last have the length of a [piece], and any number
/// of them may come at a time.
///
/// ```
/// use rust_ffi::vector::{Operation, Pieces, norm, piece};
///
/// let x: Vec<f64> = (0..10_000).map(|i| 1.0 / f64::from(i + 1)).collect();
/// let mut pieces = Pieces::default();
/// x.chunks(piece::<f64>()).for_each(|x| pieces.add(Operation::Norm, x, x));
/// assert_eq!(pieces.finish::<f64>(Operation::Norm), Some(norm(&x)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pieces {
    sums: [f64; 3],
}

impl Pieces {
    /// Adds the next pieces of both vectors; an operation on one vector ignores `y`.
    ///
    /// # Panics
    /// When there are not as many values of both.
    #[inline]
    pub fn add<T: Real>(&mut self, operation: Operation, x: &[T], y: &[T]) {
        assert!(x.len() == y.len(), "pieces of {} and {} values", x.len(), y.len());
        for (x, y) in x.chunks(piece::<T>()).zip(y.chunks(piece::<T>())) {
            for (sum, more) in self.sums.iter_mut().zip(T::sums(Level::best(), operation, x, y)) {
                *sum += more;
            }
        }
    }

    /// Returns the result for all pieces, the bits of that for the whole vectors. There is none where sums have overflowed, or
    /// are so small that parts of them have underflowed: the whole vectors are needed then.
    #[inline]
    #[must_use]
    pub fn finish<T: Real>(&self, operation: Operation) -> Option<f64> {
        T::finish(operation, self.sums)
    }
}

/// What the functions of this module are made of, for one type and at a level of one's choice. The lengths must agree.
mod sealed {
    use super::{Level, Operation};

    pub trait Sealed: Sized {
        /// Returns the sums that the operation is made of.
        #[allow(private_interfaces)]
        fn sums(level: Level, operation: Operation, x: &[Self], y: &[Self]) -> [f64; 3];

        /// Returns the result for sums, unless they have overflowed or underflowed.
        fn finish(operation: Operation, sums: [f64; 3]) -> Option<f64>;

        /// Returns the result where the sums have overflowed or underflowed.
        #[allow(private_interfaces)]
        fn reduce_out_of_range(level: Level, operation: Operation, x: &[Self], y: &[Self]) -> f64;

        /// Returns the result.
        #[allow(private_interfaces)]
        #[inline]
        fn reduce(level: Level, operation: Operation, x: &[Self], y: &[Self]) -> f64 {
            let result = Self::finish(operation, Self::sums(level, operation, x, y));
            result.unwrap_or_else(|| Self::reduce_out_of_range(level, operation, x, y))
        }
    }
}

/// Sums of squares in this range have neither overflowed nor lost anything that counts to underflow: 2⁻⁹⁰⁰ to 2¹⁰⁰⁰.
const SAFE_F64: std::ops::RangeInclusive<f64> =
    f64::from_bits((1023 - 900) << 52)..=f64::from_bits((1023 + 1000) << 52);

/// The same for sums of floats, 2⁻⁸⁰ to 2¹²⁰: even 2³¹ products that underflow, 2⁻¹⁵⁰ each, are below 2⁻³⁸ of it.
const SAFE_F32: std::ops::RangeInclusive<f64> = f64::from_bits((1023 - 80) << 52)..=f64::from_bits((1023 + 120) << 52);

/// Vectors are added up in pieces of this many bytes: the sums of a piece do not depend on what is before it, so that pieces may
/// come one by one, see [`Pieces`]. Two pieces stay in the first-level cache; and floats are summed in floats over one of them:
/// few enough for a small error, many enough for the change to doubles to cost nothing.
pub const PIECE_BYTES: usize = 1 << 14;

/// Returns the number of values in a piece.
#[must_use]
pub const fn piece<T: Real>() -> usize {
    PIECE_BYTES / size_of::<T>()
}

impl sealed::Sealed for f64 {
    #[allow(private_interfaces)]
    #[inline]
    fn sums(level: Level, operation: Operation, x: &[f64], y: &[f64]) -> [f64; 3] {
        match operation {
            Operation::Dot => [simd::dispatch(level, Dot { x, y }), 0.0, 0.0],
            Operation::Sum => [simd::dispatch(level, Sum { x }), 0.0, 0.0],
            Operation::Norm => [simd::dispatch(level, SumOfSquares { x }), 0.0, 0.0],
            Operation::SquaredDistance => [simd::dispatch(level, SquaredDistance { x, y }), 0.0, 0.0],
            Operation::CosineSimilarity => simd::dispatch(level, Cosine { x, y }),
        }
    }

    #[inline]
    fn finish(operation: Operation, sums: [f64; 3]) -> Option<f64> {
        match operation {
            Operation::Dot | Operation::Sum | Operation::SquaredDistance => Some(sums[0]),
            Operation::Norm => (SAFE_F64.contains(&sums[0]) || sums[0].is_nan()).then(|| sums[0].sqrt()),
            Operation::CosineSimilarity => {
                (SAFE_F64.contains(&sums[1]) && SAFE_F64.contains(&sums[2])).then(|| cosine(sums))
            }
        }
    }

    #[allow(private_interfaces)]
    #[inline(never)]
    fn reduce_out_of_range(level: Level, operation: Operation, x: &[f64], y: &[f64]) -> f64 {
        match operation {
            Operation::Norm => {
                let scale = Scale::of(x);
                scaled_dot(level, (x, &scale), (x, &scale)).sqrt() * scale.inverse()
            }
            Operation::CosineSimilarity => {
                let (a, b) = (Scale::of(x), Scale::of(y));
                let (x, y) = ((x, &a), (y, &b));
                cosine([scaled_dot(level, x, y), scaled_dot(level, x, x), scaled_dot(level, y, y)])
            }
            Operation::Dot | Operation::Sum | Operation::SquaredDistance => {
                unreachable!("{operation:?} of doubles is its sum, whatever that is")
            }
        }
    }
}

impl sealed::Sealed for f32 {
    #[allow(private_interfaces)]
    #[inline]
    fn sums(level: Level, operation: Operation, x: &[f32], y: &[f32]) -> [f64; 3] {
        match operation {
            Operation::Dot => [simd::dispatch(level, Dot { x, y }), 0.0, 0.0],
            Operation::Sum => [simd::dispatch(level, WideSum { x }), 0.0, 0.0],
            Operation::Norm => [simd::dispatch(level, WideDot { x, y: x }), 0.0, 0.0],
            Operation::SquaredDistance => [simd::dispatch(level, SquaredDistance { x, y }), 0.0, 0.0],
            Operation::CosineSimilarity => simd::dispatch(level, Cosine { x, y }),
        }
    }

    #[inline]
    fn finish(operation: Operation, sums: [f64; 3]) -> Option<f64> {
        match operation {
            Operation::Dot => SAFE_F32.contains(&sums[0].abs()).then_some(sums[0]),
            Operation::Sum => Some(sums[0]),
            Operation::Norm => Some(sums[0].sqrt()),
            Operation::SquaredDistance => SAFE_F32.contains(&sums[0]).then_some(sums[0]),
            Operation::CosineSimilarity => {
                (SAFE_F32.contains(&sums[1]) && SAFE_F32.contains(&sums[2])).then(|| cosine(sums))
            }
        }
    }

    #[allow(private_interfaces)]
    #[inline(never)]
    fn reduce_out_of_range(level: Level, operation: Operation, x: &[f32], y: &[f32]) -> f64 {
        match operation {
            Operation::Dot => simd::dispatch(level, WideDot { x, y }),
            Operation::SquaredDistance => simd::dispatch(level, WideSquaredDistance { x, y }),
            Operation::CosineSimilarity => cosine([
                simd::dispatch(level, WideDot { x, y }),
                simd::dispatch(level, WideDot { x, y: x }),
                simd::dispatch(level, WideDot { x: y, y }),
            ]),
            Operation::Sum | Operation::Norm => unreachable!("{operation:?} of floats is summed in doubles"),
        }
    }
}

/// Returns the cosine that belongs to the sums x·y, x·x and y·y.
fn cosine([xy, xx, yy]: [f64; 3]) -> f64 {
    (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0)
}

/// A power of two that brings the largest magnitude of a vector close to one.
struct Scale {
    exponent: i32,
}

impl Scale {
    fn of(x: &[f64]) -> Self {
        let max = float::largest(x);
        // Subnormal numbers need no more than 2^1022 to be large enough to square, and 2^-1022 is the least factor back.
        Self { exponent: (1023 - (max.to_bits() >> 52) as i32).min(1022) }
    }

    /// Returns factors that scale one after the other: two of them, since 2^-1023 is not a normal double.
    fn factors(&self) -> (f64, f64) {
        float::powers_of_two(self.exponent)
    }

    /// Returns the factor that undoes the scaling.
    fn inverse(&self) -> f64 {
        float::power_of_two(-self.exponent)
    }
}

/// Returns the dot product of two vectors, each of them scaled.
fn scaled_dot(level: Level, (x, a): (&[f64], &Scale), (y, b): (&[f64], &Scale)) -> f64 {
    simd::dispatch(level, ScaledDot { x, y, x_factors: a.factors(), y_factors: b.factors() })
}

/// A component that [`fold`] can add up.
trait Total<S: Lanes<Self>>: Real + Default {
    /// From how many values on vectors are asked for ahead: two of them are no longer in the first-level cache then.
    const FAR: usize;

    /// Returns the sum of the lanes of a register, in doubles.
    fn total(simd: S, lanes: S::Vector) -> f64;
}

impl<S: Simd> Total<S> for f32 {
    const FAR: usize = 2 * piece::<f32>();

    #[inline(always)]
    fn total(simd: S, lanes: VectorOf<S, f32>) -> f64 {
        let [low, high] = simd.widen(lanes);
        Lanes::<f64>::sum(simd, Lanes::<f64>::add(simd, low, high))
    }
}

impl<S: Simd> Total<S> for f64 {
    /// Never: vectors of doubles leave the second-level cache soon, and of what is farther nothing is gained by asking.
    const FAR: usize = usize::MAX;

    #[inline(always)]
    fn total(simd: S, lanes: VectorOf<S, f64>) -> f64 {
        Lanes::<f64>::sum(simd, lanes)
    }
}

/// Adds up what `step` makes of the pairs of `x` and `y`: of each [piece] by itself, and then the sums of the
/// pieces in their order.
#[inline(always)]
fn fold<S, T, const N: usize>(
    simd: S,
    x: &[T],
    y: &[T],
    step: impl Fn([VectorOf<S, T>; N], VectorOf<S, T>, VectorOf<S, T>) -> [VectorOf<S, T>; N],
) -> [f64; N]
where
    S: Lanes<T>,
    T: Total<S>,
{
    let is_far = x.len() >= T::FAR;
    if x.len() <= piece::<T>() {
        return fold_piece(simd, x, y, is_far, &step);
    }
    let mut sums = [0.0; N];
    for (x, y) in x.chunks(piece::<T>()).zip(y.chunks(piece::<T>())) {
        let piece = fold_piece(simd, x, y, is_far, &step);
        for n in 0..N {
            sums[n] += piece[n];
        }
    }
    sums
}

/// Adds up what `step` makes of the pairs of one piece.
#[inline(always)]
fn fold_piece<S, T, const N: usize>(
    simd: S,
    x: &[T],
    y: &[T],
    is_far: bool,
    step: impl Fn([VectorOf<S, T>; N], VectorOf<S, T>, VectorOf<S, T>) -> [VectorOf<S, T>; N],
) -> [f64; N]
where
    S: Lanes<T>,
    T: Total<S>,
{
    let registers = if is_far {
        fold_registers::<S, T, N, AHEAD>(simd, x, y, &step)
    } else {
        fold_registers::<S, T, N, 0>(simd, x, y, &step)
    };
    // No closure: it would be compiled without the instructions of `S`.
    let mut sums = [0.0; N];
    for n in 0..N {
        sums[n] = T::total(simd, registers[n]);
    }
    sums
}

/// How far ahead of the arithmetic vectors are asked for that are not in the first-level cache, in bytes.
const AHEAD: usize = 2048;

/// The same in registers of `T`, four of sums side by side to hide the latency, with what is `AHEAD` asked for.
#[inline(always)]
fn fold_registers<S, T, const N: usize, const AHEAD: usize>(
    simd: S,
    x: &[T],
    y: &[T],
    step: impl Fn([S::Vector; N], S::Vector, S::Vector) -> [S::Vector; N],
) -> [S::Vector; N]
where
    S: Lanes<T>,
    T: Default,
{
    // Four names instead of an array of four: the compiler keeps these in registers.
    let zero = [simd.splat(T::default()); N];
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    let ((x, x_tail), (y, y_tail)) = (simd.blocks(x), simd.blocks(y));
    let ((x4, x1), (y4, y1)) = (x.as_chunks::<4>(), y.as_chunks::<4>());
    for (x, y) in x4.iter().zip(y4) {
        if AHEAD > 0 {
            for line in (0..size_of_val(x)).step_by(simd::LINE) {
                simd::prefetch(std::ptr::from_ref(x).wrapping_byte_add(AHEAD + line));
                simd::prefetch(std::ptr::from_ref(y).wrapping_byte_add(AHEAD + line));
            }
        }
        a = step(a, simd.load(&x[0]), simd.load(&y[0]));
        b = step(b, simd.load(&x[1]), simd.load(&y[1]));
        c = step(c, simd.load(&x[2]), simd.load(&y[2]));
        d = step(d, simd.load(&x[3]), simd.load(&y[3]));
    }
    for (x, y) in x1.iter().zip(y1) {
        a = step(a, simd.load(x), simd.load(y));
    }
    if !x_tail.is_empty() {
        b = step(b, simd.load_first(x_tail), simd.load_first(y_tail));
    }
    let mut sums = zero;
    for n in 0..N {
        sums[n] = joined::<S, T>(simd, [a[n], b[n], c[n], d[n]]);
    }
    sums
}

/// Returns the sum of four registers.
#[inline(always)]
fn joined<S: Lanes<T>, T>(simd: S, sums: [S::Vector; 4]) -> S::Vector {
    simd.add(simd.add(sums[0], sums[1]), simd.add(sums[2], sums[3]))
}

/// The same over floats, with the pairs and the sums in doubles.
#[inline(always)]
fn fold_wide<S: Simd>(
    simd: S,
    x: &[f32],
    y: &[f32],
    step: impl Fn(VectorOf<S, f64>, VectorOf<S, f64>, VectorOf<S, f64>) -> VectorOf<S, f64>,
) -> f64 {
    let mut sum = 0.0;
    for (x, y) in x.chunks(piece::<f32>()).zip(y.chunks(piece::<f32>())) {
        sum += fold_wide_piece(simd, x, y, &step);
    }
    sum
}

/// The same over the floats of one piece.
#[inline(always)]
fn fold_wide_piece<S: Simd>(
    simd: S,
    x: &[f32],
    y: &[f32],
    step: impl Fn(VectorOf<S, f64>, VectorOf<S, f64>, VectorOf<S, f64>) -> VectorOf<S, f64>,
) -> f64 {
    let mut sums = [simd.splat(0.0_f64); 4];
    let ((x, x_tail), (y, y_tail)) = (simd.blocks(x), simd.blocks(y));
    let ((x2, x1), (y2, y1)) = (x.as_chunks::<2>(), y.as_chunks::<2>());
    for (x, y) in x2.iter().zip(y2) {
        for i in 0..2 {
            let (x, y) = (wide(simd, &x[i]), wide(simd, &y[i]));
            sums[2 * i] = step(sums[2 * i], x[0], y[0]);
            sums[2 * i + 1] = step(sums[2 * i + 1], x[1], y[1]);
        }
    }
    for (x, y) in x1.iter().zip(y1) {
        let (x, y) = (wide(simd, x), wide(simd, y));
        sums[0] = step(sums[0], x[0], y[0]);
        sums[1] = step(sums[1], x[1], y[1]);
    }
    if !x_tail.is_empty() {
        let (x, y) = (simd.widen(simd.load_first(x_tail)), simd.widen(simd.load_first(y_tail)));
        sums[2] = step(sums[2], x[0], y[0]);
        sums[3] = step(sums[3], x[1], y[1]);
    }
    0.0 + Lanes::<f64>::sum(simd, joined::<S, f64>(simd, sums))
}

/// Returns the floats of `block` as doubles.
#[inline(always)]
fn wide<S: Simd>(simd: S, block: &<S as Lanes<f32>>::Block) -> [VectorOf<S, f64>; 2] {
    simd.widen(Lanes::<f32>::load(simd, block))
}

/// Implements [`Kernel`] for both types of `$name`.
macro_rules! kernel {
    ($name:ident { $($field:ident),+ } -> $output:ty, |$simd:ident, $s:ident, $t:ident| $run:expr) => {
        struct $name<'a, T> { $($field: &'a [T]),+ }

        kernel!(impl $name<f32> { $($field),+ } -> $output, |$simd, $s, $t| $run);
        kernel!(impl $name<f64> { $($field),+ } -> $output, |$simd, $s, $t| $run);
    };
    (impl $name:ident<$type:ty> { $($field:ident),+ } -> $output:ty, |$simd:ident, $s:ident, $t:ident| $run:expr) => {
        impl Kernel for $name<'_, $type> {
            type Output = $output;

            #[inline(always)]
            fn run<$s: Simd>(self, $simd: $s) -> $output {
                type $t = $type;
                let Self { $($field),+ } = self;
                $run
            }
        }
    };
}

/// Returns the dot product of two vectors on registers of the kind `S`.
#[inline(always)]
#[expect(private_bounds, reason = "it is there for all elements")]
pub(crate) fn dot_on<S: Lanes<T>, T: Total<S>>(simd: S, x: &[T], y: &[T]) -> f64 {
    fold(
        simd,
        x,
        y,
        #[inline(always)]
        |[sum], x, y| [simd.mul_add(x, y, sum)],
    )[0]
}

kernel!(Dot { x, y } -> f64, |simd, S, T| {
    fold(simd, x, y, #[inline(always)] |[sum], x, y| [Lanes::<T>::mul_add(simd, x, y, sum)])[0]
});

/// The dot product of a vector with itself: 10 ns faster on a short one than where the compiler cannot know that it is.
struct SumOfSquares<'a> {
    x: &'a [f64],
}

impl Kernel for SumOfSquares<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        dot_on(simd, self.x, self.x)
    }
}

kernel!(SquaredDistance { x, y } -> f64, |simd, S, T| {
    fold(simd, x, y, #[inline(always)] |[sum], x, y| {
        let difference = Lanes::<T>::sub(simd, x, y);
        [Lanes::<T>::mul_add(simd, difference, difference, sum)]
    })[0]
});

kernel!(Cosine { x, y } -> [f64; 3], |simd, S, T| {
    fold(simd, x, y, #[inline(always)] |[xy, xx, yy], x, y| [
        Lanes::<T>::mul_add(simd, x, y, xy),
        Lanes::<T>::mul_add(simd, x, x, xx),
        Lanes::<T>::mul_add(simd, y, y, yy),
    ])
});

/// The dot product of values that are multiplied with both factors of their vector first.
struct ScaledDot<'a> {
    x: &'a [f64],
    y: &'a [f64],
    x_factors: (f64, f64),
    y_factors: (f64, f64),
}

impl Kernel for ScaledDot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let ((a, b), (c, d)) = (self.x_factors, self.y_factors);
        let (a, b, c, d) = (simd.splat(a), simd.splat(b), simd.splat(c), simd.splat(d));
        fold(
            simd,
            self.x,
            self.y,
            #[inline(always)]
            |[sum], x, y| {
                let x = Lanes::<f64>::mul(simd, Lanes::<f64>::mul(simd, x, a), b);
                let y = Lanes::<f64>::mul(simd, Lanes::<f64>::mul(simd, y, c), d);
                [Lanes::<f64>::mul_add(simd, x, y, sum)]
            },
        )[0]
    }
}

struct Sum<'a> {
    x: &'a [f64],
}

impl Kernel for Sum<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        fold(
            simd,
            self.x,
            self.x,
            #[inline(always)]
            |[sum], x, _| [Lanes::<f64>::add(simd, x, sum)],
        )[0]
    }
}

struct WideSum<'a> {
    x: &'a [f32],
}

impl Kernel for WideSum<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        fold_wide(
            simd,
            self.x,
            self.x,
            #[inline(always)]
            |sum, x, _| Lanes::<f64>::add(simd, x, sum),
        )
    }
}

/// The dot product of floats in doubles, where every product is exact.
pub(crate) struct WideDot<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) y: &'a [f32],
}

impl Kernel for WideDot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        fold_wide(
            simd,
            self.x,
            self.y,
            #[inline(always)]
            |sum, x, y| Lanes::<f64>::mul_add(simd, x, y, sum),
        )
    }
}

/// The squared distance of floats in doubles.
pub(crate) struct WideSquaredDistance<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) y: &'a [f32],
}

impl Kernel for WideSquaredDistance<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        fold_wide(
            simd,
            self.x,
            self.y,
            #[inline(always)]
            |sum, x, y| {
                let difference = Lanes::<f64>::sub(simd, x, y);
                Lanes::<f64>::mul_add(simd, difference, difference, sum)
            },
        )
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::random::Random;

    /// The functions of this module at a level of one's choice.
    trait AtLevel: Real {
        fn dot(level: Level, x: &[Self], y: &[Self]) -> f64 {
            Self::reduce(level, Operation::Dot, x, y)
        }

        fn sum(level: Level, x: &[Self]) -> f64 {
            Self::reduce(level, Operation::Sum, x, x)
        }

        fn norm(level: Level, x: &[Self]) -> f64 {
            Self::reduce(level, Operation::Norm, x, x)
        }

        fn squared_distance(level: Level, x: &[Self], y: &[Self]) -> f64 {
            Self::reduce(level, Operation::SquaredDistance, x, y)
        }

        fn cosine_similarity(level: Level, x: &[Self], y: &[Self]) -> f64 {
            Self::reduce(level, Operation::CosineSimilarity, x, y)
        }
    }

    impl<T: Real> AtLevel for T {}

    /// Returns random numbers from -1 to 1, without end.
    pub(crate) fn numbers(seed: u64) -> impl Iterator<Item = f64> {
        let mut random = Random(seed);
        std::iter::repeat_with(move || 2.0 * random.fraction() - 1.0)
    }

    fn levels() -> impl Iterator<Item = Level> {
        Level::present()
    }

    fn lengths() -> impl Iterator<Item = usize> {
        (0..=130).chain([255, 256, 257, 1000, 4095, 4096, 4097, 8192 + 77])
    }

    fn assert_close(actual: f64, expected: f64, tolerance: f64, what: &str) {
        assert!((actual - expected).abs() <= tolerance, "{what}: {actual} instead of {expected} within {tolerance}");
    }

    #[test]
    fn pieces_give_the_bits_of_the_whole() {
        fn check<T: Real>(operation: Operation, x: &[T], y: &[T], whole: f64) {
            let mut pieces = Pieces::default();
            x.chunks(piece::<T>()).zip(y.chunks(piece::<T>())).for_each(|(x, y)| pieces.add(operation, x, y));
            // Without a result the whole vectors are asked.
            if let Some(result) = pieces.finish::<T>(operation) {
                assert_eq!(result.to_bits(), whole.to_bits(), "{operation:?} of {}", x.len());
            } else {
                assert!(x.is_empty(), "{operation:?} of {}", x.len());
            }
        }
        for n in [0, 1, 77, 2047, 2048, 2049, 4095, 4096, 4097, 50_000] {
            let x: Vec<f64> = numbers(1).take(n).collect();
            let y: Vec<f64> = numbers(2).take(n).collect();
            let (f, g): (Vec<f32>, Vec<f32>) = x.iter().zip(&y).map(|(x, y)| (*x as f32, *y as f32)).unzip();
            for operation in Operation::ALL {
                check(operation, &x, &y, reduce(operation, &x, &y).unwrap());
                check(operation, &f, &g, reduce(operation, &f, &g).unwrap());
            }
        }
    }

    #[test]
    fn every_level_agrees_with_a_plain_loop() {
        for (level, n) in levels().flat_map(|level| lengths().map(move |n| (level, n))) {
            let what = format!("{level:?}, n = {n}");
            let x: Vec<f64> = numbers(n as u64 + 1).take(n).collect();
            let y: Vec<f64> = numbers(n as u64 + 1000).take(n).collect();
            let f: Vec<f32> = x.iter().map(|x| *x as f32).collect();
            let g: Vec<f32> = y.iter().map(|y| *y as f32).collect();
            let u = f64::EPSILON / 2.0;
            let v = f64::from(f32::EPSILON / 2.0);
            let terms = n as f64;
            let float_terms = terms.min(4096.0);

            let total = |of: &dyn Fn(usize) -> f64| (0..n).map(of).fold(0.0, |a, b| a + b);
            let dot = total(&|i| x[i] * y[i]);
            let magnitude = total(&|i| (x[i] * y[i]).abs());
            assert_close(f64::dot(level, &x, &y), dot, terms * u * magnitude * 2.0, &what);
            let float_dot = total(&|i| f64::from(f[i]) * f64::from(g[i]));
            assert_close(f32::dot(level, &f, &g), float_dot, float_terms * v * magnitude, &what);

            assert_close(f64::sum(level, &x), total(&|i| x[i]), 2.0 * terms * u * total(&|i| x[i].abs()), &what);
            let float_sum = total(&|i| f64::from(f[i]));
            assert_close(f32::sum(level, &f), float_sum, 2.0 * terms * u * total(&|i| x[i].abs()), &what);

            let norm = total(&|i| x[i] * x[i]).sqrt();
            assert_close(f64::norm(level, &x), norm, terms * u * norm * 2.0, &what);
            let float_norm = total(&|i| f64::from(f[i]).powi(2)).sqrt();
            assert_close(f32::norm(level, &f), float_norm, terms * u * norm * 2.0, &what);

            let distance = total(&|i| (x[i] - y[i]).powi(2));
            assert_close(f64::squared_distance(level, &x, &y), distance, (2.0 * terms + 6.0) * u * distance, &what);
            let float_distance = total(&|i| (f64::from(f[i]) - f64::from(g[i])).powi(2));
            let tolerance = (float_terms + 3.0) * v * distance;
            assert_close(f32::squared_distance(level, &f, &g), float_distance, tolerance, &what);

            if n > 0 {
                let cosine = dot / (norm * total(&|i| y[i] * y[i]).sqrt());
                assert_close(f64::cosine_similarity(level, &x, &y), cosine, 3.0 * (terms + 2.0) * u, &what);
                let float_cosine = float_dot / (float_norm * total(&|i| f64::from(g[i]).powi(2)).sqrt());
                let tolerance = 3.0 * (float_terms + 1.0) * v;
                assert_close(f32::cosine_similarity(level, &f, &g), float_cosine, tolerance, &what);
            }
        }
    }

    #[test]
    fn out_of_range_squares_of_any_number_are_summed() {
        let power = |exponent| 2.0_f64.powi(exponent);
        for (level, n) in levels().flat_map(|level| lengths().skip(1).map(move |n| (level, n))) {
            let (x, y): (Vec<f64>, Vec<f64>) = numbers(n as u64).zip(numbers(n as u64 + 500)).take(n).unzip();
            let (norm, cosine) = (f64::norm(level, &x), f64::cosine_similarity(level, &x, &y));
            let tolerance = 4.0 * n as f64 * f64::EPSILON;
            for (one, other) in [(power(-600), power(-900)), (power(1000), power(-700)), (power(900), power(1010))] {
                let what = format!("{level:?}, n = {n}, {one:e} and {other:e}");
                let x: Vec<f64> = x.iter().map(|x| x * one).collect();
                let y: Vec<f64> = y.iter().map(|y| y * other).collect();
                assert_close(f64::norm(level, &x) / one, norm, tolerance * norm, &what);
                assert_close(f64::cosine_similarity(level, &x, &y), cosine, tolerance, &what);
            }
        }
    }

    #[test]
    fn alignment_does_not_change_a_bit() {
        let x: Vec<f32> = numbers(1).take(1100).map(|x| x as f32).collect();
        for level in levels() {
            let first = f32::dot(level, &x[..1000], &x[50..1050]);
            for shift in 1..17 {
                let mut moved = vec![0.0; shift];
                moved.extend_from_slice(&x);
                let again = f32::dot(level, &moved[shift..shift + 1000], &moved[shift + 50..shift + 1050]);
                assert_eq!(again.to_bits(), first.to_bits(), "{level:?}, shifted by {shift}");
            }
        }
    }

    #[test]
    fn nothing_is_positive_zero() {
        for level in levels() {
            for zero in [
                f64::dot(level, &[], &[]),
                f64::sum(level, &[]),
                f64::norm(level, &[]),
                f64::squared_distance(level, &[], &[]),
                f32::dot(level, &[], &[]),
                f32::sum(level, &[]),
                f32::norm(level, &[]),
                f32::squared_distance(level, &[], &[]),
                f64::sum(level, &[-0.0]),
                f32::sum(level, &[-0.0; 40]),
                f64::dot(level, &[-0.0; 9], &[1.0; 9]),
                f32::dot(level, &[-0.0; 33], &[1.0; 33]),
            ] {
                assert_eq!(zero.to_bits(), 0, "{level:?}");
            }
        }
    }

    #[test]
    fn vectors_without_direction_have_no_cosine() {
        for level in levels() {
            assert!(f64::cosine_similarity(level, &[], &[]).is_nan());
            assert!(f64::cosine_similarity(level, &[0.0, 0.0], &[1.0, 0.0]).is_nan());
            assert!(f32::cosine_similarity(level, &[1.0, 0.0], &[0.0, -0.0]).is_nan());
            assert!(f64::cosine_similarity(level, &[f64::INFINITY, 0.0], &[1.0, 0.0]).is_nan());
            assert!(f32::cosine_similarity(level, &[f32::NAN, 0.0], &[1.0, 0.0]).is_nan());
        }
    }

    #[test]
    fn nan_and_infinity_are_propagated() {
        for (level, at) in levels().flat_map(|level| (0..40).map(move |at| (level, at))) {
            let ones = [1.0; 40];
            let mut x = ones;
            x[at] = f64::NAN;
            assert!(f64::dot(level, &x, &ones).is_nan());
            assert!(f64::norm(level, &x).is_nan());
            x[at] = f64::NEG_INFINITY;
            assert_eq!(f64::dot(level, &x, &ones), f64::NEG_INFINITY);
            assert_eq!(f64::sum(level, &x), f64::NEG_INFINITY);
            assert_eq!(f64::norm(level, &x), f64::INFINITY);
            assert_eq!(f64::squared_distance(level, &x, &ones), f64::INFINITY);
            assert!(f64::squared_distance(level, &x, &x).is_nan());
            x[(at + 1) % 40] = f64::NAN;
            assert!(f64::norm(level, &x).is_nan());
            let ones = [1.0_f32; 40];
            let mut x = ones;
            x[at] = f32::INFINITY;
            assert_eq!(f32::dot(level, &x, &ones), f64::INFINITY);
            assert_eq!(f32::norm(level, &x), f64::INFINITY);
            assert!(f32::squared_distance(level, &x, &x).is_nan());
        }
    }

    #[test]
    fn extreme_doubles_neither_overflow_nor_underflow() {
        for (level, unit) in levels().flat_map(|level| [1e300, 1e-300, f64::MIN_POSITIVE].map(|unit| (level, unit))) {
            let x: Vec<f64> = [3.0, 0.0, 4.0].iter().map(|x| x * unit).collect();
            assert_close(f64::norm(level, &x), 5.0 * unit, 5.0 * unit * 1e-15, "norm");
            assert_close(f64::cosine_similarity(level, &x, &[1.0, 0.0, 0.0]), 0.6, 1e-15, "cosine");
            assert_close(f64::cosine_similarity(level, &x, &x), 1.0, 1e-15, "cosine");
        }
        for level in levels() {
            let tiny = f64::from_bits(1);
            assert_eq!(f64::norm(level, &[tiny]), tiny);
            assert_eq!(f64::norm(level, &[f64::MAX]), f64::MAX);
            assert_eq!(f64::norm(level, &[f64::MAX; 4]), f64::INFINITY);
            assert_eq!(f64::cosine_similarity(level, &[tiny, 0.0], &[f64::MAX, 0.0]), 1.0);
            assert_eq!(f64::norm(level, &[0.0; 7]), 0.0);
        }
    }

    #[test]
    fn extreme_floats_neither_overflow_nor_underflow() {
        for level in levels() {
            let huge = [f32::MAX; 20];
            let product = f64::from(f32::MAX) * f64::from(f32::MAX);
            assert_eq!(f32::dot(level, &huge, &huge), 20.0 * product);
            assert_eq!(f32::norm(level, &huge[..16]), 4.0 * f64::from(f32::MAX));
            assert_eq!(f32::squared_distance(level, &huge, &[0.0; 20]), 20.0 * product);
            assert_close(f32::cosine_similarity(level, &huge, &huge), 1.0, 1e-6, "cosine");
            let tiny = [f32::from_bits(1); 20];
            let product = f64::from(f32::from_bits(1)) * f64::from(f32::from_bits(1));
            assert_eq!(f32::dot(level, &tiny, &tiny), 20.0 * product);
            assert_eq!(f32::squared_distance(level, &tiny, &[0.0; 20]), 20.0 * product);
            assert_close(f32::cosine_similarity(level, &tiny, &huge), 1.0, 1e-6, "cosine");
        }
    }

    #[test]
    fn long_sums_of_floats_stay_accurate() {
        let x = vec![0.1_f32; 1 << 22];
        let expected = f64::from(0.1_f32) * f64::from(0.1_f32) * (1 << 22) as f64;
        for level in levels() {
            assert_close(f32::dot(level, &x, &x), expected, expected * 4096.0 * f64::from(f32::EPSILON / 2.0), "dot");
            let expected = f64::from(0.1_f32) * (1 << 22) as f64;
            assert_close(f32::sum(level, &x), expected, expected * 1e-12, "sum");
        }
    }

    #[test]
    fn lengths_that_differ_are_an_error_with_both_values() {
        let error = dot(&[1.0; 3], &[1.0; 4]).unwrap_err();
        assert_eq!(error.to_string(), "vector lengths differ: 3 and 4");
        assert_eq!(squared_distance(&[1.0_f32; 3], &[1.0; 4]), Err(error.clone()));
        assert_eq!(cosine_similarity(&[1.0; 3], &[1.0; 4]), Err(error));
    }

    #[test]
    #[ignore = "prints figures"]
    fn speed() {
        fn time(name: &str, mut f: impl FnMut() -> f64) {
            let mut best = f64::INFINITY;
            for _ in 0..20 {
                let start = std::time::Instant::now();
                for _ in 0..1000 {
                    std::hint::black_box(f());
                }
                best = best.min(start.elapsed().as_secs_f64() * 1e6);
            }
            println!("{name} {best:.1} ns");
        }
        for level in levels() {
            for n in [8, 256, 768, 65536] {
                let x: Vec<f32> = numbers(1).take(n).map(|x| x as f32).collect();
                let y: Vec<f32> = numbers(2).take(n).map(|x| x as f32).collect();
                let a: Vec<f64> = numbers(1).take(n).collect();
                let b: Vec<f64> = numbers(2).take(n).collect();
                time(&format!("{level:?} {n} f32 dot"), || f32::dot(level, &x, &y));
                time(&format!("{level:?} {n} f32 cosine"), || f32::cosine_similarity(level, &x, &y));
                time(&format!("{level:?} {n} f32 wide dot"), || simd::dispatch(level, WideDot { x: &x, y: &y }));
                time(&format!("{level:?} {n} f32 sum"), || f32::sum(level, &x));
                time(&format!("{level:?} {n} f64 dot"), || f64::dot(level, &a, &b));
                time(&format!("{level:?} {n} f64 cosine"), || f64::cosine_similarity(level, &a, &b));
            }
        }
    }
}
