//! What a search is asked for, and what it has found.

use super::ids::Filters;
use super::metric::Metric;
use crate::{Error, Result, memory};

/// What a search is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    /// The number of vectors to find for each query, or all that may be found.
    pub k: Option<i64>,
    /// What their scores have to reach.
    pub bound: Option<Bound>,
    /// Which ids may be found.
    pub filters: Filters<'a>,
}

/// What a score has to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// At least this: for the dot product and the cosine.
    AtLeast(f32),
    /// At most this: for distances.
    AtMost(f32),
}

impl<'a> Search<'a> {
    /// Returns the search for the `k` nearest vectors.
    #[must_use]
    pub fn nearest(k: i64) -> Self {
        Self { k: Some(k), ..Self::default() }
    }

    /// Returns the search with these filters.
    #[must_use]
    pub fn filtered<'b>(self, filters: Filters<'b>) -> Search<'b> {
        Search { k: self.k, bound: self.bound, filters }
    }

    /// Returns the number of vectors to find.
    ///
    /// # Errors
    /// [`Error::HitCount`] when it is not at least 1.
    pub(super) fn limit(&self) -> Result<u64> {
        match self.k.map(u64::try_from) {
            None => Ok(u64::MAX),
            Some(Ok(k @ 1..)) => Ok(k),
            Some(_) => Err(Error::HitCount { k: self.k.unwrap_or_default() }),
        }
    }

    /// Returns what scores have to reach, the greater the better.
    ///
    /// # Errors
    /// [`Error::Bound`] when it is NaN, or not one for the metric.
    pub(super) fn floor(&self, metric: Metric) -> Result<f32> {
        let is_distance = metric == Metric::Euclidean;
        let (name, value, suits) = match self.bound {
            None => return Ok(f32::NEG_INFINITY),
            Some(Bound::AtLeast(value)) => ("atLeast", value, !is_distance),
            Some(Bound::AtMost(value)) => ("atMost", value, is_distance),
        };
        if value.is_nan() || !suits {
            return Err(Error::Bound { name, value, scores: metric.scores(), suits });
        }
        Ok(if is_distance { -value } else { value })
    }
}

/// The vectors that a search has found for its queries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The ids of what was found for the first query, the best first, then those for the second, and so on.
    pub ids: Vec<i64>,
    /// The score of each.
    pub scores: Vec<f32>,
    /// How many there are for each query.
    pub counts: Vec<usize>,
}

impl Found {
    /// Returns what nothing has been added to yet, for so many queries.
    pub(super) fn of(queries: usize) -> Result<Self> {
        Ok(Self { counts: memory::with_capacity(queries)?, ..Self::default() })
    }

    /// Adds what was found for the next query.
    pub(super) fn add(&mut self, hits: impl ExactSizeIterator<Item = (i64, f32)>) -> Result<()> {
        let count = hits.len();
        let refused = |_| Error::OutOfMemory { bytes: count.saturating_mul(size_of::<i64>()) };
        self.ids.try_reserve(count).map_err(refused)?;
        self.scores.try_reserve(count).map_err(refused)?;
        for (id, score) in hits {
            self.ids.push(id);
            self.scores.push(score);
        }
        // Within what was reserved for all queries.
        self.counts.push(count);
        Ok(())
    }
}
