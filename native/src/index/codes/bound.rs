//! Queries for codes, and the bounds of scores.
//!
//! A score is m·(A + B + p·y)/N: for the dot product m = 1, A = q·μ, B = μ·y and N = 1; for the cosine the same with
//! m = 1/‖q‖ and N = ‖x‖; for the squared distance, which counts as negative, m = 2, A = −|p|²/2, B = −|y|²/2 and N = 1.
//!
//! # Rounding
//! u = 2⁻²⁴. The constants of a vector are rounded to floats, R and Y upwards. In e = (s·⟨g,c⟩)·t, three factors and two
//! products are rounded, and what follows in floats rounds four sums: 16·u·(P + E)·Y in E₁·Y holds that with s being no more
//! than nearly what makes y − s·c orthogonal to c, and 8·u·|B| the same for B. The relative error of the bound itself
//! is less than 16·u. K holds what A adds, and underflow. Sums of doubles, those of the score among them, have a relative
//! error of less than d·2⁻⁵⁰ of the product of the norms.

use super::kernel::{self, Digits, TOGETHER};
use super::{Bits, CONSTANTS, Centre, GROUP, LEAST_NORM, MOST_NORM, above, norm, short, tiny};
use crate::index::metric::Metric;
use crate::simd::Level;
use crate::{Result, memory};

/// u.
const UNIT: f64 = f32::EPSILON as f64 / 2.0;

/// 1 + 16·u, and a little more.
const WIDER: f32 = 1.000_001;

/// 8·u.
const ROUNDED: f32 = 4.0 * f32::EPSILON;

/// Adds 1.5·2⁵², which rounds a number of few digits to a whole one.
const ROUNDING: f64 = 6_755_399_441_055_744.0;

/// p = q − μ in doubles.
struct Parts {
    values: Vec<f64>,
    /// |q|, |p|, |μ| and the largest magnitude in p.
    length: f64,
    p: f64,
    mean: f64,
    largest: f64,
}

impl Parts {
    fn of(centre: &Centre, query: &[f32]) -> Result<Self> {
        let mut values = memory::with_capacity(query.len())?;
        values.extend(query.iter().zip(&centre.mean).map(|(q, mean)| f64::from(*q) - f64::from(*mean)));
        Ok(Self {
            length: norm(query.iter().map(|value| f64::from(*value))),
            p: norm(values.iter().copied()),
            mean: centre.norm,
            largest: values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs())),
            values,
        })
    }

    /// Rounds p to multiples of a number, `most` of it at most, and sets each dimension's.
    fn round(&self, most: i32, mut set: impl FnMut(usize, i32)) -> Rounded {
        let t = if self.p < LEAST_NORM { 1.0 } else { ((self.largest / f64::from(most)) as f32).next_up() };
        let (t_wide, inverse, mut left) = (f64::from(t), 1.0 / f64::from(t), 0.0);
        for (i, value) in self.values.iter().enumerate() {
            let g = (value * inverse + ROUNDING) - ROUNDING;
            left += (value - t_wide * g).powi(2);
            set(i, g as i32);
        }
        let e = left.sqrt() + 16.0 * UNIT * (self.p + left.sqrt());
        let e1 = e + tiny(self.values.len()) * (self.length + self.mean);
        Rounded { t, e: above(e), e1: above(e1) }
    }
}

/// How a query was rounded.
#[derive(Clone, Copy)]
struct Rounded {
    t: f32,
    /// E and what rounding adds.
    e: f32,
    e1: f32,
}

/// A query for codes.
pub(in super::super) struct CodedQuery {
    /// What kind of codes it is for.
    bits: Bits,
    /// g: two values in each number, or four for short codes.
    numbers: Vec<i32>,
    /// What the products of short codes are more than those of the numbers.
    added: i32,
    is_cosine: bool,
    m: f64,
    a: f64,
    /// A, where a vector's N is not 1.
    a_rounded: f32,
    rounded: Rounded,
    /// P.
    p: f32,
    /// P².
    p2: f32,
    k: f32,
    /// The relative error of a sum of doubles.
    tiny: f64,
}

impl CodedQuery {
    /// Returns the query, unless its norm is out of range.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub(in super::super) fn new(metric: Metric, centre: &Centre, query: &[f32], bits: Bits) -> Result<Option<Self>> {
        let parts = Parts::of(centre, query)?;
        let Parts { length, p, .. } = parts;
        if !(length <= MOST_NORM && p <= MOST_NORM) || (metric == Metric::Cosine && length < LEAST_NORM) {
            return Ok(None);
        }
        let dimension = query.len();
        let (count, most) = match bits {
            // As many as a sum of products of 32 bits holds.
            Bits::Eight => (dimension.div_ceil(2), (i32::MAX / (127 * dimension as i32)).min(i32::from(i16::MAX))),
            Bits::Four => (short::numbers(dimension), i32::from(i8::MAX)),
        };
        let (mut numbers, mut added): (Vec<i32>, i32) = (memory::filled(count)?, 0);
        let rounded = parts.round(most, |i, g| match bits {
            Bits::Eight => numbers[i / 2] |= (g & 0xFFFF) << (16 * (i % 2)),
            Bits::Four => added += short::add(&mut numbers, i, g),
        });
        let tiny = tiny(dimension);
        let dot: f64 = query.iter().zip(&centre.mean).map(|(q, mean)| f64::from(*q) * f64::from(*mean)).sum();
        let (m, a, of_a) = match metric {
            Metric::DotProduct => (1.0, dot, length * centre.norm),
            Metric::Cosine => (1.0 / length, dot, length * centre.norm),
            Metric::Euclidean => (2.0, -0.5 * p * p, p * p),
        };
        let is_cosine = metric == Metric::Cosine;
        let of_a_rounded = if is_cosine { 16.0 * UNIT * of_a } else { 0.0 };
        Ok(Some(Self {
            bits,
            numbers,
            added,
            is_cosine,
            m,
            a,
            a_rounded: if is_cosine { a as f32 } else { 0.0 },
            rounded,
            p: above(p.max(LEAST_NORM) * (1.0 + 8.0 * UNIT)),
            p2: above(p.max(LEAST_NORM).powi(2) * (1.0 + 8.0 * UNIT)),
            k: above(1e-36 + tiny * of_a + of_a_rounded),
            tiny,
        }))
    }

    /// Returns what [`CodedQuery::passing`] compares with where scores have to reach `threshold`.
    pub(in super::super) fn cutoff(&self, threshold: f64) -> f32 {
        // The score is rounded to the precision of a float, which may lift it to the threshold.
        let threshold = threshold - threshold.abs() * f64::from(f32::EPSILON);
        let value = if self.is_cosine {
            let value = (threshold - self.tiny) / self.m;
            value - value.abs() * 4.0 * UNIT
        } else {
            threshold / self.m - self.a
        };
        (value as f32).next_down()
    }

    /// Returns a bit for each vector of a group whose score may reach the threshold of `cutoff`, and the products of all.
    pub(in super::super) fn passing(
        &self,
        level: Level,
        (codes, constants): (&[i8], &[f32]),
        cutoff: f32,
    ) -> (u32, [i32; GROUP]) {
        let products = match self.bits {
            Bits::Eight => kernel::products(level, codes, &self.numbers),
            Bits::Four => short::products(level, codes, &self.numbers, self.added),
        };
        (self.passing_with(level, &products, constants, cutoff, 1.0), products)
    }

    /// Returns about how many vectors of a group short codes would let pass, given the products of the longer ones.
    pub(in super::super) fn passing_short(
        &self,
        level: Level,
        products: &[i32; GROUP],
        constants: &[f32],
        cutoff: f32,
    ) -> u32 {
        self.passing_with(level, products, constants, cutoff, short::LONGER).count_ones()
    }

    /// Returns what passes, with residuals that are so many times as long.
    #[inline(never)]
    fn passing_with(&self, level: Level, products: &[i32; GROUP], constants: &[f32], cutoff: f32, longer: f32) -> u32 {
        let constants = &constants.as_chunks::<GROUP>().0[..CONSTANTS];
        #[cfg(target_arch = "x86_64")]
        if super::has_avx2(level) {
            #[target_feature(enable = "avx2,fma")]
            fn avx2(
                query: &CodedQuery,
                products: &[i32; GROUP],
                constants: &[[f32; GROUP]],
                cutoff: f32,
                longer: f32,
            ) -> u32 {
                query.bits_of(products, constants, cutoff, longer)
            }
            // SAFETY: the instructions are there.
            return unsafe { avx2(self, products, constants, cutoff, longer) };
        }
        let _ = level;
        self.bits_of(products, constants, cutoff, longer)
    }

    #[inline(always)]
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "a comparison with NaN has to let pass")]
    fn bits_of(&self, products: &[i32; GROUP], constants: &[[f32; GROUP]], cutoff: f32, longer: f32) -> u32 {
        let &[scales, residuals, lengths, products_of_mean, norms] = constants.first_chunk().expect("five constants");
        let mut passes = [0_u32; GROUP];
        for i in 0..GROUP {
            let (r, y, b) = (residuals[i] * longer, lengths[i], products_of_mean[i]);
            let e = scales[i] * products[i] as f32 * self.rounded.t;
            let a = e.abs() / y - self.rounded.e;
            let a = if a > 0.0 { a } else { 0.0 };
            let rest = self.p2 - a * a;
            let rest = if rest > 0.0 { rest } else { 0.0 };
            let error = (r * rest.sqrt() + self.rounded.e1 * (y + r)) * WIDER;
            let most = e + error + (b + b.abs() * ROUNDED + self.k) + self.a_rounded;
            passes[i] = u32::from(!(most < cutoff * norms[i])) << i;
        }
        passes.into_iter().fold(0, |bits, bit| bits | bit)
    }

    /// Returns how far the scores of vectors like one of a group are from each other at most.
    #[cfg(test)]
    pub(super) fn reach(&self, row: usize, constants: &[f32]) -> f64 {
        let [r, y, n] = [1, 2, 4].map(|i| f64::from(constants[i * GROUP + row]));
        self.m * f64::from(self.p) * (r + y) / n
    }

    /// Returns bounds of the score of a vector of a group, given its product.
    pub(in super::super) fn bounds(&self, row: usize, product: i32, constants: &[f32]) -> (f64, f64) {
        let [s, r, y, b, n] = std::array::from_fn(|i| f64::from(constants[i * GROUP + row]));
        let e = s * f64::from(product) * f64::from(self.rounded.t);
        let a = (e.abs() / y - f64::from(self.rounded.e)).max(0.0);
        let rest = (f64::from(self.p2) - a * a).max(0.0).sqrt();
        let error = (r * rest + f64::from(self.rounded.e1) * (y + r)) * f64::from(WIDER)
            + b.abs() * f64::from(ROUNDED)
            + f64::from(self.k);
        let factor = self.m / n;
        let score = factor * (self.a + b + e);
        let error = factor * error + score.abs() * 8.0 * UNIT + if self.is_cosine { self.tiny } else { 0.0 };
        let known = score.is_finite() && error.is_finite();
        if known { (score - error, score + error) } else { (f64::NEG_INFINITY, f64::INFINITY) }
    }
}

/// Queries that are compared with codes together.
///
/// It takes p as a whole for what is orthogonal to the codes, a bound without a root, and where bytes are multiplied sooner it
/// rounds queries to those: what may pass then is looked at again as that of a single query is.
pub(in super::super) struct Batch {
    digits: Digits,
    /// For each tile of queries, the values of all for some dimensions, and then those for the next ones.
    values: Vec<[i32; TOGETHER]>,
    steps: usize,
    tiles: Vec<Tile>,
}

/// What is known of the queries of a tile.
#[derive(Clone, Copy, Default)]
struct Tile {
    sums: [i32; TOGETHER],
    t: [f32; TOGETHER],
    p: [f32; TOGETHER],
    e1: [f32; TOGETHER],
    k: [f32; TOGETHER],
    a: [f32; TOGETHER],
}

impl Batch {
    /// Returns of how many vectors a search may want one at most for the instructions of `level` to compare its queries with
    /// codes together sooner than with floats, if they ever do.
    pub(in super::super) fn worthwhile_from(level: Level, queries: usize) -> Option<u64> {
        Digits::of(level).map(|digits| match digits {
            // Few queries gain by what they read, whatever the arithmetic.
            #[cfg(target_arch = "x86_64")]
            Digits::Words if queries > 16 => 2048,
            _ => 128,
        })
    }

    /// Returns the queries, which `queries` are in floats and `coded` for codes, where that is worthwhile.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub(in super::super) fn new(
        level: Level,
        centre: &Centre,
        dimension: usize,
        queries: &[f32],
        coded: &[CodedQuery],
    ) -> Result<Option<Self>> {
        let Some(digits) = Digits::of(level) else {
            return Ok(None);
        };
        let steps = dimension.div_ceil(digits.per_number());
        let mut tiles: Vec<Tile> = memory::filled(coded.len().div_ceil(TOGETHER))?;
        let mut values: Vec<[i32; TOGETHER]> = memory::filled(tiles.len() * steps)?;
        for (number, (query, coded)) in queries.chunks_exact(dimension).zip(coded).enumerate() {
            let (tile, i) = (&mut tiles[number / TOGETHER], number % TOGETHER);
            let values = &mut values[number / TOGETHER * steps..][..steps];
            let rounded = match digits {
                Digits::Bytes => Parts::of(centre, query)?.round(127, |at, g| {
                    values[at / 4][i] |= (g & 0xFF) << (8 * (at % 4));
                    tile.sums[i] += g;
                }),
                #[cfg(target_arch = "x86_64")]
                Digits::Words => {
                    for (value, pair) in values.iter_mut().zip(&coded.numbers) {
                        value[i] = *pair;
                    }
                    coded.rounded
                }
            };
            (tile.t[i], tile.e1[i]) = (rounded.t, rounded.e1);
            (tile.p[i], tile.k[i], tile.a[i]) = (coded.p, coded.k, coded.a_rounded);
        }
        Ok(Some(Self { digits, values, steps, tiles }))
    }

    /// Returns how many tiles of queries there are.
    pub(in super::super) fn tiles(&self) -> usize {
        self.tiles.len()
    }

    /// Returns for each query of a tile a bit for each vector of a group whose score may reach the threshold of `cutoffs`, which
    /// those of [`CodedQuery::cutoff`] are.
    pub(in super::super) fn passing(
        &self,
        level: Level,
        number: usize,
        (codes, constants): (&[i8], &[f32]),
        cutoffs: &[f32; TOGETHER],
    ) -> [u32; TOGETHER] {
        let tile = &self.tiles[number];
        let values = &self.values[number * self.steps..][..self.steps];
        // The next group, of which each tile asks for a part.
        let (count, bytes) = (self.tiles.len(), codes.len() + size_of_val(constants));
        let ahead = codes.as_ptr().wrapping_add(bytes + bytes / count * number);
        let stride = (bytes / count).div_ceil(self.steps);
        let products = kernel::products_together(self.digits, codes, values, &tile.sums, (ahead, stride));
        let constants = &constants.as_chunks::<GROUP>().0[..CONSTANTS];
        #[cfg(target_arch = "x86_64")]
        if super::has_avx2(level) {
            #[target_feature(enable = "avx2,fma")]
            fn avx2(
                tile: &Tile,
                products: &[[i32; GROUP]; TOGETHER],
                constants: &[[f32; GROUP]],
                cutoffs: &[f32; TOGETHER],
            ) -> [u32; TOGETHER] {
                tile.bits(products, constants, cutoffs)
            }
            // SAFETY: the instructions are there.
            return unsafe { avx2(tile, &products, constants, cutoffs) };
        }
        let _ = level;
        tile.bits(&products, constants, cutoffs)
    }
}

impl Tile {
    #[inline(always)]
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "a comparison with NaN has to let pass")]
    fn bits(
        &self,
        products: &[[i32; GROUP]; TOGETHER],
        constants: &[[f32; GROUP]],
        cutoffs: &[f32; TOGETHER],
    ) -> [u32; TOGETHER] {
        let &[scales, residuals, lengths, products_of_mean, norms] = constants.first_chunk().expect("five constants");
        let mut bits = [0; TOGETHER];
        for query in 0..TOGETHER {
            let mut passes = [0_u32; GROUP];
            for i in 0..GROUP {
                let (r, y, b) = (residuals[i], lengths[i], products_of_mean[i]);
                let e = scales[i] * products[query][i] as f32 * self.t[query];
                let error = (r * self.p[query] + self.e1[query] * (y + r)) * WIDER;
                let most = e + error + (b + b.abs() * ROUNDED + self.k[query]) + self.a[query];
                passes[i] = u32::from(!(most < cutoffs[query] * norms[i])) << i;
            }
            bits[query] = passes.into_iter().fold(0, |bits, bit| bits | bit);
        }
        bits
    }
}
