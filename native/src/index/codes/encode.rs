//! The codes of vectors, and what is known of each besides.

use super::{CONSTANTS, Centre, GROUP, LEAST_NORM, MOST_NORM, above, tiny};
use crate::index::metric::Metric;
use crate::index::stored::Stored;
use crate::simd::{self, Kernel, Lanes, Level, Simd};
use crate::{Result, memory};

/// Vectors are padded to a multiple of this, which every register's length divides.
pub(super) const BLOCK: usize = 16;

/// Writes the codes of a group of vectors, and the constants of each: s, R, Y, B and N.
///
/// - The codes lie by pairs of dimensions, as [`super::kernel::products`] takes them.
/// - B is μ·y, or for distances −|y|²/2.
/// - N is ‖x‖ for the cosine, else 1.
/// - Where a vector is not finite, or its norm is out of range, R is infinite.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub(super) fn group(
    level: Level,
    metric: Metric,
    centre: &Centre,
    vectors: Stored<'_>,
    codes: &mut [i8],
    constants: &mut [f32],
) -> Result<()> {
    let padded = centre.mean.len();
    let mut by_row: Vec<i8> = memory::unspecified(GROUP * padded)?;
    rows(level, metric, centre, vectors, &mut by_row, constants)?;
    interleave(&by_row, padded, codes);
    Ok(())
}

/// Does so with codes row after row, each of which is padded as the mean is.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub(super) fn rows(
    level: Level,
    metric: Metric,
    centre: &Centre,
    vectors: Stored<'_>,
    codes: &mut [i8],
    constants: &mut [f32],
) -> Result<()> {
    let (dimension, padded) = (vectors.len() / GROUP, centre.mean.len());
    let mut x: Vec<f32> = memory::filled(padded)?;
    let mut rounded: Vec<f32> = memory::unspecified(padded)?;
    for row in 0..GROUP {
        vectors.part(row * dimension..(row + 1) * dimension).copy_to(&mut x[..dimension]);
        let (x, rounded) = (&x, &mut rounded[..]);
        let sums = match metric {
            Metric::DotProduct => simd::dispatch(level, Encoding::<true, false> { x, centre, rounded }),
            Metric::Cosine => simd::dispatch(level, Encoding::<true, true> { x, centre, rounded }),
            Metric::Euclidean => simd::dispatch(level, Encoding::<false, false> { x, centre, rounded }),
        };
        narrow(rounded, &mut codes[row * padded..][..padded]);
        let constants_of_row = constants_of(metric, &sums).unwrap_or_else(|| {
            // Every vector may be the best whose bound is infinite: its codes do not matter.
            let [n, r] = if metric == Metric::Cosine && sums.xx.is_finite() {
                [sums.xx.sqrt() as f32, f32::INFINITY]
            } else {
                [1.0, f32::INFINITY]
            };
            [0.0, r, LEAST_NORM as f32, 0.0, n]
        });
        for i in 0..CONSTANTS {
            constants[i * GROUP + row] = constants_of_row[i];
        }
    }
    Ok(())
}

/// Writes the lowest bits of each number, which are its code.
///
/// Apart from [`Encoding`], where the compiler moves each of them by itself.
#[inline(never)]
fn narrow(rounded: &[f32], codes: &mut [i8]) {
    for (to, code) in codes.iter_mut().zip(rounded) {
        *to = code.to_bits() as i8;
    }
}

/// Writes the codes of a group, which come row after row of `length`, by pairs of dimensions.
#[inline(never)]
pub(super) fn interleave(rows: &[i8], length: usize, codes: &mut [i8]) {
    let codes = codes.as_chunks_mut::<2>().0.as_chunks_mut::<GROUP>().0;
    let whole: [&[[i8; 2]]; GROUP] = std::array::from_fn(|row| rows[row * length..][..length].as_chunks().0);
    let pairs = codes.len().min(length / 2);
    let whole = whole.map(|row| &row[..pairs]);
    for (pair, to) in codes[..pairs].iter_mut().enumerate() {
        for row in 0..GROUP {
            to[row] = whole[row][pair];
        }
    }
    // The last one of an odd number.
    if let Some(last) = codes.get_mut(pairs) {
        for row in 0..GROUP {
            last[row] = [rows[row * length + 2 * pairs], 0];
        }
    }
}

/// Returns s, R, Y, B and N.
fn constants_of(metric: Metric, sums: &Sums) -> Option<[f32; CONSTANTS]> {
    let norm = sums.yy.sqrt();
    // Not a number is out of range, too. Where ‖x‖ is not asked for, it is at most ‖y‖ + ‖μ‖.
    if !(norm <= MOST_NORM && sums.xx <= MOST_NORM * MOST_NORM) {
        return None;
    }
    let (b, n) = match metric {
        Metric::DotProduct => (sums.my, 1.0),
        Metric::Cosine => (sums.my, sums.xx.sqrt()),
        Metric::Euclidean => (sums.yy * -0.5, 1.0),
    };
    let (s, r, y) = if norm < LEAST_NORM {
        (0.0, if norm == 0.0 { 0.0 } else { LEAST_NORM }, 0.0)
    } else {
        (sums.scale, sums.rr.sqrt(), f64::from(sums.scale) * sums.cc.sqrt())
    };
    Some([s, if r == 0.0 { 0.0 } else { above(r) }, above(y.max(LEAST_NORM)), b as f32, n as f32])
}

/// What the constants are made of.
struct Sums {
    scale: f32,
    /// |y − s·c|².
    rr: f64,
    /// |c|².
    cc: f64,
    yy: f64,
    /// Zero unless it is asked for.
    xx: f64,
    /// μ·y, or zero unless it is asked for.
    my: f64,
}

/// Adds 1.5·2²³, which leaves a number of at most 22 bits rounded in the lowest bits of a float.
const ROUNDING: f32 = 12_582_912.0;

/// Registers whose codes have squares that add up to less than 2²⁴ in each lane, so that floats are exact.
const EXACT: usize = (1 << 24) / (127 * 127 + 1);

/// Makes the codes of one vector, which is padded with zeros as the mean is: each is the lowest 8 bits of a number of
/// `rounded`. `MY` and `XX` say whether these sums are asked for.
struct Encoding<'a, const MY: bool, const XX: bool> {
    x: &'a [f32],
    centre: &'a Centre,
    rounded: &'a mut [f32],
}

impl<const MY: bool, const XX: bool> Kernel for Encoding<'_, MY, XX> {
    type Output = Sums;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Sums {
        let (xs, means) = (Lanes::<f32>::blocks(simd, self.x).0, Lanes::<f32>::blocks(simd, &self.centre.mean).0);
        let mut largest = Lanes::<f32>::splat(simd, 0.0);
        for (x, mean) in xs.iter().zip(means) {
            let y = Lanes::<f32>::sub(simd, Lanes::<f32>::load(simd, x), Lanes::<f32>::load(simd, mean));
            largest = Lanes::<f32>::max_abs(simd, largest, y);
        }
        let largest = Lanes::<f32>::store(simd, largest).as_ref().iter().fold(0.0, |a: f32, b| a.max(*b));
        let factor = 127.0 / largest;
        // What is too large or too small for that has no codes, see `constants_of`. Codes are never -128.
        let factor = if factor.is_finite() && largest.is_finite() { factor } else { 0.0 };
        let (factor, rounding) = (Lanes::<f32>::splat(simd, factor), Lanes::<f32>::splat(simd, ROUNDING));
        let zero = Lanes::<f64>::splat(simd, 0.0);
        let [mut yc, mut yy, mut xx, mut my] = [zero; 4];
        let mut cc = 0.0;
        let (rounded, _) = Lanes::<f32>::blocks_mut(simd, self.rounded);
        let mut wide = Lanes::<f64>::blocks(simd, &self.centre.wide).0.iter();
        for ((xs, means), rounded) in xs.chunks(EXACT).zip(means.chunks(EXACT)).zip(rounded.chunks_mut(EXACT)) {
            let mut squares = Lanes::<f32>::splat(simd, 0.0);
            for ((x, mean), to) in xs.iter().zip(means).zip(rounded) {
                let (x, mean) = (Lanes::<f32>::load(simd, x), Lanes::<f32>::load(simd, mean));
                let rounded = Lanes::<f32>::mul_add(simd, Lanes::<f32>::sub(simd, x, mean), factor, rounding);
                let code = Lanes::<f32>::sub(simd, rounded, rounding);
                squares = Lanes::<f32>::mul_add(simd, code, code, squares);
                for (x, code) in simd.widen(x).into_iter().zip(simd.widen(code)) {
                    let Some(mean) = wide.next() else { break };
                    let mean = Lanes::<f64>::load(simd, mean);
                    let y = Lanes::<f64>::sub(simd, x, mean);
                    yc = Lanes::<f64>::mul_add(simd, y, code, yc);
                    yy = Lanes::<f64>::mul_add(simd, y, y, yy);
                    if XX {
                        xx = Lanes::<f64>::mul_add(simd, x, x, xx);
                    }
                    if MY {
                        my = Lanes::<f64>::mul_add(simd, mean, y, my);
                    }
                }
                *to = Lanes::<f32>::store(simd, rounded);
            }
            cc += Lanes::<f32>::store(simd, squares).as_ref().iter().map(|sum| f64::from(*sum)).sum::<f64>();
        }
        // No closure: what it calls would not be compiled for the registers.
        let (yc, yy) = (Lanes::<f64>::sum(simd, yc), Lanes::<f64>::sum(simd, yy));
        let (xx, my) = (Lanes::<f64>::sum(simd, xx), Lanes::<f64>::sum(simd, my));
        let scale = if cc > 0.0 { (yc / cc) as f32 } else { 0.0 };
        let wide = f64::from(scale);
        // The difference of sums that are nearly the same, with what rounding has taken from it at most.
        let rr = (yy - 2.0 * wide * yc + wide * wide * cc).max(0.0) + 4.0 * tiny(self.x.len()) * yy;
        Sums { scale, rr, cc, yy, xx, my }
    }
}
