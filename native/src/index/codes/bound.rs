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

use super::{CONSTANTS, Centre, GROUP, LEAST_NORM, MOST_NORM, above, kernel, norm, tiny};
use crate::index::metric::Metric;
use crate::simd::Level;
use crate::{Result, memory};

/// u.
const UNIT: f64 = f32::EPSILON as f64 / 2.0;

/// 1 + 16·u, and a little more.
const WIDER: f32 = 1.000_001;

/// 8·u.
const ROUNDED: f32 = 4.0 * f32::EPSILON;

/// A query for codes.
pub(in super::super) struct CodedQuery {
    /// g, two values in each number.
    pairs: Vec<i32>,
    is_cosine: bool,
    m: f64,
    a: f64,
    /// A, where a vector's N is not 1.
    a_rounded: f32,
    t: f32,
    /// P².
    p2: f32,
    /// E and what rounding adds.
    e: f32,
    e1: f32,
    k: f32,
    /// The relative error of a sum of doubles.
    tiny: f64,
}

impl CodedQuery {
    /// Returns the query, unless its norm is out of range.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub(in super::super) fn new(metric: Metric, centre: &Centre, query: &[f32]) -> Result<Option<Self>> {
        let dimension = query.len();
        let wide = |(q, mean): (&f32, &f32)| f64::from(*q) - f64::from(*mean);
        let parts = || query.iter().zip(&centre.mean).map(wide);
        let (length, p) = (norm(query.iter().map(|value| f64::from(*value))), norm(parts()));
        if !(length <= MOST_NORM && p <= MOST_NORM) || (metric == Metric::Cosine && length < LEAST_NORM) {
            return Ok(None);
        }
        // As many as a sum of products of 32 bits holds.
        let most = (i32::MAX / (127 * dimension as i32)).min(i32::from(i16::MAX));
        let largest = parts().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let t = if p < LEAST_NORM { 1.0 } else { ((largest / f64::from(most)) as f32).next_up() };
        let mut pairs: Vec<i32> = memory::filled(dimension.div_ceil(2))?;
        let mut left = 0.0;
        for (i, value) in parts().enumerate() {
            let g = (value / f64::from(t)).round();
            left += (value - f64::from(t) * g).powi(2);
            pairs[i / 2] |= (g as i32 & 0xFFFF) << (16 * (i % 2));
        }
        let e = left.sqrt();
        let tiny = tiny(dimension);
        let dot: f64 = query.iter().zip(&centre.mean).map(|(q, mean)| f64::from(*q) * f64::from(*mean)).sum();
        let (m, a, of_a) = match metric {
            Metric::DotProduct => (1.0, dot, length * centre.norm),
            Metric::Cosine => (1.0 / length, dot, length * centre.norm),
            Metric::Euclidean => (2.0, -0.5 * p * p, p * p),
        };
        let is_cosine = metric == Metric::Cosine;
        let rounded = if is_cosine { 16.0 * UNIT * of_a } else { 0.0 };
        Ok(Some(Self {
            pairs,
            is_cosine,
            m,
            a,
            a_rounded: if is_cosine { a as f32 } else { 0.0 },
            t,
            p2: above(p.max(LEAST_NORM).powi(2) * (1.0 + 8.0 * UNIT)),
            e: above(e + 16.0 * UNIT * (p + e)),
            e1: above(e + 16.0 * UNIT * (p + e) + tiny * (length + centre.norm)),
            k: above(1e-36 + tiny * of_a + rounded),
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
        let products = kernel::products(level, codes, &self.pairs);
        let constants = &constants.as_chunks::<GROUP>().0[..CONSTANTS];
        #[cfg(target_arch = "x86_64")]
        if super::has_avx2(level) {
            #[target_feature(enable = "avx2,fma")]
            fn avx2(query: &CodedQuery, products: &[i32; GROUP], constants: &[[f32; GROUP]], cutoff: f32) -> u32 {
                query.bits(products, constants, cutoff)
            }
            // SAFETY: the instructions are there.
            return (unsafe { avx2(self, &products, constants, cutoff) }, products);
        }
        let _ = level;
        (self.bits(&products, constants, cutoff), products)
    }

    #[inline(always)]
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "a comparison with NaN has to let pass")]
    fn bits(&self, products: &[i32; GROUP], constants: &[[f32; GROUP]], cutoff: f32) -> u32 {
        let &[scales, residuals, lengths, products_of_mean, norms] = constants.first_chunk().expect("five constants");
        let mut passes = [0_u32; GROUP];
        for i in 0..GROUP {
            let (r, y, b) = (residuals[i], lengths[i], products_of_mean[i]);
            let e = scales[i] * products[i] as f32 * self.t;
            let a = e.abs() / y - self.e;
            let a = if a > 0.0 { a } else { 0.0 };
            let rest = self.p2 - a * a;
            let rest = if rest > 0.0 { rest } else { 0.0 };
            let error = (r * rest.sqrt() + self.e1 * (y + r)) * WIDER;
            let most = e + error + (b + b.abs() * ROUNDED + self.k) + self.a_rounded;
            passes[i] = u32::from(!(most < cutoff * norms[i])) << i;
        }
        passes.into_iter().fold(0, |bits, bit| bits | bit)
    }

    /// Returns bounds of the score of a vector of a group, given its product.
    pub(in super::super) fn bounds(&self, row: usize, product: i32, constants: &[f32]) -> (f64, f64) {
        let [s, r, y, b, n] = std::array::from_fn(|i| f64::from(constants[i * GROUP + row]));
        let e = s * f64::from(product) * f64::from(self.t);
        let a = (e.abs() / y - f64::from(self.e)).max(0.0);
        let rest = (f64::from(self.p2) - a * a).max(0.0).sqrt();
        let error = (r * rest + f64::from(self.e1) * (y + r)) * f64::from(WIDER)
            + b.abs() * f64::from(ROUNDED)
            + f64::from(self.k);
        let factor = self.m / n;
        let score = factor * (self.a + b + e);
        let error = factor * error + score.abs() * 8.0 * UNIT + if self.is_cosine { self.tiny } else { 0.0 };
        let known = score.is_finite() && error.is_finite();
        if known { (score - error, score + error) } else { (f64::NEG_INFINITY, f64::INFINITY) }
    }
}
