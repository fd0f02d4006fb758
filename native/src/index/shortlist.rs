//! The best of many, known only within bounds, in a fixed amount of memory.

use std::cmp::Ordering;

use crate::{Result, memory};

/// A vector that may be among the best, and the bounds of its score: the greater the better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) slot: u64,
    pub(super) id: i64,
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

    /// Returns whether there is a score, and it reaches `floor` when it is rounded to a float.
    fn reaches(&self, floor: f32) -> bool {
        self.high > f64::NEG_INFINITY && self.low as f32 >= floor
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
    /// What scores have to reach when they are rounded to floats.
    floor: f32,
    /// Candidates that the list is to hold at most before it is worth a look at all of them.
    room: usize,
    /// What that becomes at most where the bounds are too wide to drop some of them.
    most_room: usize,
}

/// Candidates that a list has room for at first.
const FIRST_ROOM: usize = 4096;

impl Shortlist {
    /// Returns an empty list for the best `limit`, at least one, of `count` vectors whose scores reach `floor`.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`] when there is none for the candidates.
    pub(super) fn new(limit: usize, count: usize, floor: f32) -> Result<Self> {
        // Twice as many as are wanted, so that a look at all of them is worth its time.
        let room = limit.saturating_mul(2).saturating_add(32).min(count.max(1));
        Ok(Self { candidates: memory::with_capacity(room.min(FIRST_ROOM))?, limit, floor, room, most_room: room })
    }

    /// Lets the list grow to `most` candidates before it asks for scores that cost much to find.
    pub(super) fn grow_to(&mut self, most: usize) {
        self.most_room = most.max(self.room);
    }

    /// Adds a candidate, and returns whether the list is full: the next thing to do is [`Shortlist::shorten`].
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`] when there is none for another candidate, which is then missing.
    pub(super) fn push(&mut self, candidate: Candidate) -> Result<bool> {
        let len = self.candidates.len();
        if len == self.candidates.capacity() {
            let more = len.min(self.room.saturating_sub(len)).max(1);
            let refused = |_| crate::Error::OutOfMemory { bytes: (len + more).saturating_mul(size_of::<Candidate>()) };
            self.candidates.try_reserve_exact(more).map_err(refused)?;
        }
        self.candidates.push(candidate);
        Ok(len + 1 >= self.room)
    }

    /// Drops who cannot be among the best, and returns the score that others have to reach, which may be that of a tie:
    /// `known` or more.
    ///
    /// Makes room: where the bounds are too wide for that, it asks `settle` for the scores.
    pub(super) fn shorten(&mut self, known: f64, mut settle: impl FnMut(&mut Candidate)) -> f64 {
        let threshold = self.drop_hopeless(known);
        let spare = self.room.saturating_sub(self.candidates.len());
        if self.candidates.len() <= self.limit || spare >= self.room / 4 {
            return threshold;
        }
        if self.room < self.most_room {
            self.room = self.room.saturating_mul(2).min(self.most_room);
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

    /// Returns the score that `count` candidates reach, and puts these first.
    pub(super) fn reached_by(&mut self, count: usize) -> f64 {
        if self.candidates.len() < count {
            return f64::NEG_INFINITY;
        }
        self.candidates.select_nth_unstable_by(count - 1, |a, b| b.low.total_cmp(&a.low)).1.low
    }

    /// Returns the `count` candidates that are likely the best, or all where these are fewer: by the middle of their bounds.
    pub(super) fn likely(&mut self, count: usize) -> &mut [Candidate] {
        let count = count.min(self.candidates.len());
        if let Some(last) = count.checked_sub(1) {
            self.candidates.select_nth_unstable_by(last, |a, b| (b.low + b.high).total_cmp(&(a.low + a.high)));
        }
        &mut self.candidates[..count]
    }

    /// Keeps the best of settled candidates.
    fn keep_best(&mut self) {
        self.candidates.retain(|candidate| candidate.reaches(self.floor));
        if self.candidates.len() > self.limit {
            self.candidates.select_nth_unstable_by(self.limit - 1, Candidate::rank);
            self.candidates.truncate(self.limit);
        }
    }

    /// Returns a list of the candidates that may be among the best of all the lists, which are for the same query, and reach
    /// the score `known`.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`] when there is none for all candidates.
    pub(super) fn joined<'a>(lists: impl Iterator<Item = &'a Self> + Clone, known: f64) -> Result<Self> {
        let mut candidates = memory::with_capacity(lists.clone().map(|list| list.candidates.len()).sum())?;
        let first = lists.clone().next();
        let (limit, floor) = first.map_or((1, f32::NEG_INFINITY), |list| (list.limit, list.floor));
        let room = candidates.capacity();
        for list in lists {
            candidates.extend_from_slice(&list.candidates);
        }
        let mut joined = Self { candidates, limit, floor, room, most_room: room };
        joined.drop_hopeless(known);
        Ok(joined)
    }

    /// Returns the candidates, to settle them.
    pub(super) fn candidates(&mut self) -> &mut [Candidate] {
        &mut self.candidates
    }

    /// Keeps the best of the settled candidates, the best first.
    pub(super) fn rank(&mut self) {
        self.keep_best();
        self.candidates.sort_unstable_by(Candidate::rank);
    }

    /// Returns the candidates, after [`Shortlist::rank`] the best of them.
    pub(super) fn into_ranked(self) -> Vec<Candidate> {
        self.candidates
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
                let list = || Shortlist::new(limit, 101, f32::NEG_INFINITY).unwrap();
                let mut lists = [list(), list()];
                let mut thresholds = [f64::NEG_INFINITY; 2];
                let settle = |candidate: &mut Candidate| candidate.settle(score(candidate.slot));
                // 101 is prime: every id from 0 to 100 once.
                for id in (0..101).map(|i| i * step % 101) {
                    let half = usize::from(id % 5 == 0);
                    let (low, high) = score(id).map_or((f64::NEG_INFINITY, f64::INFINITY), |s| (s - width, s + width));
                    if high >= thresholds[half]
                        && lists[half].push(Candidate { slot: id, id: id as i64, low, high }).unwrap()
                    {
                        thresholds[half] = lists[half].shorten(thresholds[1 - half], settle);
                    }
                }
                let mut joined = Shortlist::joined(lists.iter(), f64::NEG_INFINITY).unwrap();
                joined.candidates().iter_mut().for_each(settle);
                let mut expected: Vec<_> = (0..101).filter(|id| *id != 50).collect();
                expected.sort_by_key(|id| (std::cmp::Reverse(id / 3), *id));
                expected.truncate(limit);
                joined.rank();
                let ids: Vec<_> = joined.into_ranked().iter().map(|candidate| candidate.slot).collect();
                assert_eq!(ids, expected, "limit {limit}, step {step}, width {width}");
            }
        }
    }

    #[test]
    fn a_list_grows_as_far_as_is_needed() {
        let mut list = Shortlist::new(usize::MAX, 50_000, 10.0).unwrap();
        assert_eq!(list.candidates.capacity(), FIRST_ROOM);
        for id in 0..40_000_u64 {
            // Those that do not reach the floor are known for it only in the end.
            let score = (id % 40) as f64;
            assert!(!list.push(Candidate { slot: id, id: id as i64, low: score, high: score }).unwrap());
        }
        list.rank();
        let best = list.into_ranked();
        assert_eq!((best.len(), best[0].low, best[0].id), (30_000, 39.0, 39));
        assert_eq!(best[29_999], Candidate { slot: 39_970, id: 39_970, low: 10.0, high: 10.0 });
    }
}
