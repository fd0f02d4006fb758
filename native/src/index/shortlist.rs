//! The best of many, known only within bounds, in a fixed amount of memory.

use std::cmp::Ordering;

use crate::{Result, memory};

/// A vector that may be among the best, and the bounds of its score: the greater the better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) id: u64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Candidate {
    /// Sets the score itself, or that there is none because the vector is not finite.
    pub(super) fn settle(&mut self, score: Option<f64>) {
        let score = score.unwrap_or(f64::NEG_INFINITY);
        (self.low, self.high) = (score, score);
    }

    /// Returns whether the score itself is known.
    pub(super) fn is_settled(&self) -> bool {
        self.low == self.high
    }

    /// Returns whether there is a score.
    fn has_score(&self) -> bool {
        self.high > f64::NEG_INFINITY
    }

    /// Compares settled candidates so that the better one comes first. Of two equally good ones that is the lower id.
    fn rank(&self, other: &Self) -> Ordering {
        other.low.total_cmp(&self.low).then(self.id.cmp(&other.id))
    }
}

/// The vectors that may be among the best `limit`. Threads have lists of their own, which share no line of the cache.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Shortlist {
    candidates: Vec<Candidate>,
    limit: usize,
}

impl Shortlist {
    /// Returns an empty list for the best `limit`, at least one, of `count` vectors.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`] when there is none for the candidates.
    pub(super) fn new(limit: usize, count: usize) -> Result<Self> {
        // Twice as many as are wanted, so that a look at all of them is worth its time.
        let room = limit.saturating_mul(2).saturating_add(32).min(count.max(1));
        Ok(Self { candidates: memory::with_capacity(room)?, limit })
    }

    /// Adds a candidate, and returns whether the list is full: the next thing to do is [`Shortlist::shorten`].
    pub(super) fn push(&mut self, candidate: Candidate) -> bool {
        self.candidates.push(candidate);
        self.candidates.len() == self.candidates.capacity()
    }

    /// Drops who cannot be among the best, and returns the score that others have to reach, which may be that of a tie:
    /// `known` or more.
    ///
    /// Makes room: where the bounds are too wide for that, it asks `settle` for the scores.
    pub(super) fn shorten(&mut self, known: f64, mut settle: impl FnMut(&mut Candidate)) -> f64 {
        let threshold = self.drop_hopeless(known);
        let spare = self.candidates.capacity() - self.candidates.len();
        if self.candidates.len() <= self.limit || spare >= self.candidates.capacity() / 4 {
            return threshold;
        }
        self.candidates.iter_mut().filter(|candidate| !candidate.is_settled()).for_each(&mut settle);
        self.keep_best();
        self.drop_hopeless(known)
    }

    /// Drops who cannot be among the best whatever the scores are, and returns the score that others have to reach:
    /// `known` or more.
    pub(super) fn drop_hopeless(&mut self, known: f64) -> f64 {
        let threshold = self.reached_by(self.limit).max(known);
        self.candidates.retain(|candidate| candidate.high >= threshold);
        threshold
    }

    /// Returns the score that `rank` candidates reach.
    pub(super) fn reached_by(&mut self, count: usize) -> f64 {
        if self.candidates.len() < count {
            return f64::NEG_INFINITY;
        }
        self.candidates.select_nth_unstable_by(count - 1, |a, b| b.low.total_cmp(&a.low)).1.low
    }

    /// Keeps the best of settled candidates.
    fn keep_best(&mut self) {
        self.candidates.retain(Candidate::has_score);
        if self.candidates.len() > self.limit {
            self.candidates.select_nth_unstable_by(self.limit - 1, Candidate::rank);
            self.candidates.truncate(self.limit);
        }
    }

    /// Returns a list of the candidates that may be among the best of all the lists and reach the score `known`.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`] when there is none for all candidates.
    pub(super) fn joined<'a>(lists: impl Iterator<Item = &'a Self> + Clone, limit: usize, known: f64) -> Result<Self> {
        let mut candidates = memory::with_capacity(lists.clone().map(|list| list.candidates.len()).sum())?;
        for list in lists {
            candidates.extend_from_slice(&list.candidates);
        }
        let mut joined = Self { candidates, limit };
        joined.drop_hopeless(known);
        Ok(joined)
    }

    /// Returns the candidates, to settle them.
    pub(super) fn candidates(&mut self) -> &mut [Candidate] {
        &mut self.candidates
    }

    /// Returns the best of the settled candidates, the best first.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`] when there is none for them.
    pub(super) fn best(&self) -> Result<Vec<Candidate>> {
        let mut best = Self { candidates: memory::with_capacity(self.candidates.len())?, limit: self.limit };
        best.candidates.extend_from_slice(&self.candidates);
        best.keep_best();
        best.candidates.sort_unstable_by(Candidate::rank);
        Ok(best.candidates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of 101 vectors, three of which are the same each, and none for one of them.
    fn score(id: u64) -> Option<f64> {
        (id != 50).then_some((id / 3) as f64)
    }

    #[test]
    fn the_best_are_kept_whatever_their_order_and_bounds() {
        for limit in [1, 2, 3, 7, 99, 100, 101] {
            for (step, width) in [(1, 0.0), (7, 0.4), (37, 1e9), (99, 3.0)] {
                let mut lists = [Shortlist::new(limit, 101).unwrap(), Shortlist::new(limit, 101).unwrap()];
                let mut thresholds = [f64::NEG_INFINITY; 2];
                let settle = |candidate: &mut Candidate| candidate.settle(score(candidate.id));
                // 101 is prime: every id from 0 to 100 once.
                for id in (0..101).map(|i| i * step % 101) {
                    let half = usize::from(id % 5 == 0);
                    let (low, high) = score(id).map_or((f64::NEG_INFINITY, f64::INFINITY), |s| (s - width, s + width));
                    if high >= thresholds[half] && lists[half].push(Candidate { id, low, high }) {
                        thresholds[half] = lists[half].shorten(thresholds[1 - half], settle);
                    }
                }
                let mut joined = Shortlist::joined(lists.iter(), limit, f64::NEG_INFINITY).unwrap();
                joined.candidates().iter_mut().for_each(settle);
                let mut expected: Vec<_> = (0..101).filter(|id| *id != 50).collect();
                expected.sort_by_key(|id| (std::cmp::Reverse(id / 3), *id));
                expected.truncate(limit);
                let ids: Vec<_> = joined.best().unwrap().iter().map(|candidate| candidate.id).collect();
                assert_eq!(ids, expected, "limit {limit}, step {step}, width {width}");
            }
        }
    }
}
