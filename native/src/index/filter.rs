//! Queries, and what shows that a vector is not among the best for one.
//!
//! # The filter
//! d is the dimension, u = 2⁻²⁴, q and x are the query and the vector, s and n the sums of floats for q·x and x·x. As in
//! every analysis of a dot product, |s − q·x| ≤ γ‖q‖‖x‖ with γ = d·u/(1 − d·u), in whatever order the sums are formed.
//! Queries are scaled by a power of two to a norm of at most one, so that they neither overflow nor underflow.
//! - Dot product: q·x ≤ s + c‖x‖.
//! - Cosine: x can only reach t if s ≥ (t − c)‖q‖‖x‖.
//! - Distance: the square is summed up from differences, never expanded, and has a relative error of c at most.
//!
//! c stands for γ with what the filter's own rounding adds. Where x·x leaves the range of floats, the comparison is made
//! to fail, which leaves the decision to the doubles.

use super::codes::{Batch, Budget, Centre, CodedQuery, Coding, Way};
use super::ids::IdFilter;
use super::metric::Metric;
use super::read_order::ReadOrder;
use super::store::Snapshot;
use super::stored::Storage;
use super::tile;
use crate::Result;
use crate::memory::{self, Aligned};
use crate::simd::{self, Level};
use crate::vector::{WideDot, WideSquaredDistance};

/// Queries that are answered together, and what is to be found for them.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) level: Level,
    pub(super) read_order: &'a ReadOrder,
    pub(super) coding: &'a Coding,
    pub(super) metric: Metric,
    /// The queries, row after row: finite, and not zero where the metric is the cosine.
    pub(super) queries: &'a [f32],
    /// The number of vectors to find for each.
    pub(super) limit: usize,
    /// How many vectors may be found for each of them, at least.
    pub(super) findable: u64,
    /// What scores have to reach when they are rounded to floats, the greater the better.
    pub(super) floor: f32,
    /// Which ids may be found for all of them, if not all may.
    pub(super) filter: Option<IdFilter<'a>>,
    /// Besides, for each query which ids may be found; nothing if all may.
    pub(super) own_filters: &'a [Option<IdFilter<'a>>],
}

impl Request<'_> {
    /// Returns whether an id may be found for a query, as far as that query's own filter says.
    pub(super) fn allows(&self, query: usize, id: i64) -> bool {
        let own = self.own_filters.get(query).and_then(Option::as_ref);
        own.is_none_or(|own| own.allows(id))
    }

    /// Returns whether scores have to reach something.
    pub(super) fn is_bounded(&self) -> bool {
        self.floor > f32::NEG_INFINITY
    }

    /// Returns whether so many are asked for that it is their scores that decide.
    pub(super) fn wants_many(&self) -> bool {
        self.limit as u64 > self.findable / 8
    }

    /// Returns a score that every score reaches that reaches the floor.
    pub(super) fn reached(&self) -> f64 {
        f64::from(self.floor.next_down())
    }
}

/// Queries, prepared.
pub(super) struct Queries<'a> {
    pub(super) request: Request<'a>,
    pub(super) view: &'a Snapshot,
    pub(super) dimension: usize,
    pub(super) count: usize,
    /// The queries times a power of two each, except for distances.
    pub(super) scaled: Vec<f32>,
    /// For every query, that power of two and the norm of the query itself.
    scales: Vec<(f64, f64)>,
    /// Tiles of queries side by side: for every dimension the values of as many queries as a tile has.
    pub(super) packed: Aligned<f32>,
    pub(super) bound: Bound,
    /// The queries for codes, where they are used.
    pub(super) coded: Option<Coded<'a>>,
}

/// Queries for codes, and what the codes are relative to.
pub(super) struct Coded<'a> {
    pub(super) centre: &'a Centre,
    /// How many more are to be made.
    pub(super) budget: Budget,
    pub(super) queries: Vec<CodedQuery>,
    /// The same together, if there are more than a few.
    pub(super) batch: Option<Batch>,
}

/// What the filter allows for.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    /// c: the relative error of a sum of floats and of the filter.
    pub(super) relative: f64,
    /// What underflow takes from a sum of floats at most.
    absolute: f64,
}

impl Bound {
    fn of(dimension: usize) -> Self {
        let du = (dimension as f64 + 16.0) * f64::from(f32::EPSILON / 2.0);
        // Beyond four million dimensions the bound says nothing any more.
        let relative = if du < 0.25 { 3.0 * du / (1.0 - du) } else { f64::INFINITY };
        Self { relative, absolute: dimension as f64 * f64::from(f32::from_bits(2)) }
    }
}

impl<'a> Queries<'a> {
    pub(super) fn new(request: Request<'a>, view: &'a Snapshot) -> Result<Self> {
        let dimension = view.dimension();
        let count = request.queries.len() / dimension;
        let mut scaled = memory::with_capacity(request.queries.len())?;
        let mut scales = memory::with_capacity(count)?;
        for query in request.queries.chunks_exact(dimension) {
            let norm = simd::dispatch(request.level, WideDot { x: query, y: query }).sqrt();
            let scale = match request.metric {
                Metric::Euclidean => 1.0,
                Metric::DotProduct | Metric::Cosine => scale(norm),
            };
            scaled.extend(query.iter().map(|value| (f64::from(*value) * scale) as f32));
            scales.push((scale, norm));
        }
        let mut queries = Self {
            request,
            view,
            dimension,
            count,
            scaled,
            scales,
            packed: Aligned::default(),
            bound: Bound::of(dimension),
            coded: None,
        };
        if queries.is_tiled() {
            queries.pack(tile::width(request.level, count))?;
        }
        queries.coded = queries.code()?;
        Ok(queries)
    }

    /// Returns the queries for codes, unless it is known that the floats are read sooner.
    fn code(&self) -> Result<Option<Coded<'a>>> {
        let request = self.request;
        // Of so many, too few are left out.
        let many = if self.is_tiled() {
            match Batch::worthwhile_from(request.level, self.count) {
                Some(many) => request.limit as u64 > request.findable / many,
                None => return Ok(None),
            }
        } else {
            request.wants_many()
        };
        if many && !request.is_bounded() {
            return Ok(None);
        }
        let view = self.view;
        let (row, will_need) = (|slot| view.get(slot), |slot| view.will_need(slot));
        let centre = request.coding.centre(self.dimension, view.len(), self.way(), view.end(), row, will_need);
        let Some(centre) = centre else {
            return Ok(None);
        };
        let mut queries = memory::with_capacity(self.count)?;
        for query in request.queries.chunks_exact(self.dimension) {
            match CodedQuery::new(request.metric, centre, query)? {
                Some(query) => queries.push(query),
                None => return Ok(None),
            }
        }
        let batch = if self.is_tiled() {
            Batch::new(request.level, centre, self.dimension, request.queries, &queries)?
        } else {
            None
        };
        Ok(Some(Coded { centre, budget: Budget::new(self.count, view.rows()), queries, batch }))
    }

    /// Returns what the usefulness of codes depends on.
    pub(super) fn way(&self) -> Way {
        Way { is_bounded: self.request.wants_many(), together: if self.is_tiled() { self.count } else { 1 } }
    }

    /// Returns whether the queries are worth a tile. A few of them are better off one by one.
    pub(super) fn is_tiled(&self) -> bool {
        self.count > 3
    }

    fn pack(&mut self, width: usize) -> Result<()> {
        let tiles = self.count.div_ceil(width);
        let len = (tiles * width).checked_mul(self.dimension);
        self.packed = Aligned::filled(len.ok_or(crate::Error::OutOfMemory { bytes: usize::MAX })?)?;
        for (query, values) in self.scaled.chunks_exact(self.dimension).enumerate() {
            let tile = query / width * width * self.dimension;
            for (i, value) in values.iter().enumerate() {
                self.packed[tile + i * width + query % width] = *value;
            }
        }
        Ok(())
    }

    pub(super) fn query(&self, query: usize) -> &[f32] {
        &self.request.queries[query * self.dimension..][..self.dimension]
    }

    /// Returns room for a vector, for [`Queries::score`]: none where vectors are stored as floats.
    pub(super) fn room(&self) -> Result<Vec<f32>> {
        memory::filled(if self.view.storage() == Storage::Float32 { 0 } else { self.dimension })
    }

    /// Returns how good the vector is for the query, the greater the better, unless it is not finite.
    pub(super) fn score(&self, query: usize, slot: u64, room: &mut [f32]) -> Option<f64> {
        let (level, norm) = (self.request.level, self.scales[query].1);
        let (x, y) = (self.query(query), self.view.get(slot)?.floats(room));
        let score = match self.request.metric {
            Metric::DotProduct => simd::dispatch(level, WideDot { x, y }),
            Metric::Cosine => {
                let dot = simd::dispatch(level, WideDot { x, y });
                dot / (norm * simd::dispatch(level, WideDot { x: y, y }).sqrt())
            }
            Metric::Euclidean => -simd::dispatch(level, WideSquaredDistance { x, y }),
        };
        score.is_finite().then(|| as_precise_as_float(score))
    }

    /// Returns bounds of that score, from the sums q·x and x·x or the distance.
    pub(super) fn bounds(&self, query: usize, sum: f32, squares: f32) -> (f64, f64) {
        let (scale, norm) = self.scales[query];
        let Bound { relative, absolute } = self.bound;
        let (sum, squares) = (f64::from(sum), f64::from(squares));
        let (score, error) = match self.request.metric {
            Metric::DotProduct => {
                let length = (squares + f64::from(f32::MIN_POSITIVE)).sqrt();
                (sum / scale, (relative * length + absolute) / scale)
            }
            Metric::Cosine => (sum / (f64::from(length(squares as f32)) * norm * scale), 2.0 * relative),
            Metric::Euclidean => (-sum, 2.0 * relative * sum + absolute),
        };
        let known = score.is_finite() && error.is_finite();
        if known { (score - error, score + error) } else { (f64::NEG_INFINITY, f64::INFINITY) }
    }

    /// Returns what the filter compares with, for a query whose candidates have to reach `threshold`.
    pub(super) fn cutoff(&self, query: usize, threshold: f64) -> f32 {
        let (scale, norm) = self.scales[query];
        let Bound { relative, absolute } = self.bound;
        if threshold == f64::NEG_INFINITY {
            return Self::OPEN;
        }
        // The score of a candidate is rounded to the precision of a float, which may lift it to the threshold.
        let threshold = threshold - threshold.abs() * f64::from(f32::EPSILON);
        match self.request.metric {
            Metric::DotProduct => below(threshold * scale - absolute),
            Metric::Cosine => below((threshold - 2.0 * relative) * norm * scale),
            Metric::Euclidean => below(threshold * (1.0 + 2.0 * relative) - absolute),
        }
    }

    /// Returns what the filter compares with while every vector is a candidate.
    pub(super) const OPEN: f32 = f32::NEG_INFINITY;
}

/// Returns the power of two that brings `norm` to at least a half and below one, or 1 for a norm of zero.
fn scale(norm: f64) -> f64 {
    if norm == 0.0 {
        return 1.0;
    }
    // A norm of floats is far within the normal range of doubles.
    let exponent = (norm.to_bits() >> 52) as i64 - 1022;
    f64::from_bits(((1023 - exponent) as u64) << 52)
}

/// Returns a float that is less than `value`, by little, or negative infinity.
fn below(value: f64) -> f32 {
    (value as f32).next_down()
}

/// Returns `score` rounded to the 24 bits of a float, but to no float's range: scores that are the same to the caller
/// tie, and those that overflow a float do not.
fn as_precise_as_float(score: f64) -> f64 {
    let bits = score.to_bits();
    let odd = bits >> 29 & 1;
    0.0 + f64::from_bits((bits + (1 << 28) - 1 + odd) & !((1 << 29) - 1))
}

/// Returns ‖x‖ for the cosine, or NaN where the sum x·x is not to be trusted.
#[inline(always)]
pub(super) fn length(squares: f32) -> f32 {
    // 2^-80 to 2^120: far enough from both ends of the range.
    const TRUSTED: std::ops::RangeInclusive<f32> = f32::from_bits(47 << 23)..=f32::from_bits(247 << 23);
    if TRUSTED.contains(&squares) { squares.sqrt() } else { f32::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_rounded_as_floats_are_but_keep_their_range() {
        for (score, expected) in [(0.1, f64::from(0.1_f32)), (-1.0 / 3.0, f64::from(-1.0_f32 / 3.0)), (1.0, 1.0)] {
            assert_eq!(as_precise_as_float(score), expected);
        }
        assert_eq!(as_precise_as_float(-0.0).to_bits(), 0);
        assert_eq!(as_precise_as_float(f64::from(f32::MAX).powi(2)), 2_f64.powi(256) - 2_f64.powi(232 + 1));
        // Halfway between two floats, the even one.
        let ulp = f64::from(f32::EPSILON);
        assert_eq!(as_precise_as_float(1.0 + ulp / 2.0), 1.0);
        assert_eq!(as_precise_as_float(1.0 + 1.5 * ulp), 1.0 + 2.0 * ulp);
    }

    #[test]
    fn queries_are_scaled_to_a_norm_of_about_one() {
        for norm in [1e-45, 1e-20, 0.5, 1.0, 3.0, 1e38, 1e42] {
            let scaled = norm * scale(norm);
            assert!((0.5..1.0).contains(&scaled), "{norm} became {scaled}");
        }
    }
}
