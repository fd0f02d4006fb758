//! The scores that candidates have to reach.

use std::sync::atomic::{AtomicI64, Ordering};

use super::filter::Queries;
use super::shortlist::{Candidate, Shortlist};
use crate::{Result, memory};

/// Vectors to find from which on the score to reach is guessed.
///
/// Without a guess nearly every vector is a candidate at first, and k·(1 + ln(n/k)) of n vectors become one in the end. For a
/// large k and many queries at once that takes as long as the arithmetic.
const GUESSED_FROM: usize = 100;

/// A thread guesses first when it has seen this part of the vectors, and again whenever it has seen twice as many.
const GUESSED_AFTER: u64 = 128;

/// The scores that candidates have to reach, as far as all threads together know them.
pub(super) struct Thresholds {
    /// The number of vectors to find.
    pub(super) limit: usize,
    pub(super) threads: usize,
    /// The score that candidates have to reach from the beginning.
    least: f64,
    /// For every query.
    all: Vec<Threshold>,
    /// For every query and thread, what the thread's share of the vectors to find reaches.
    shares: Vec<Threshold>,
    /// For every query the highest guess, if there are any.
    guesses: Vec<Threshold>,
}

impl Thresholds {
    pub(super) fn new(queries: &Queries<'_>, threads: usize, guessing: bool) -> Result<Self> {
        let thresholds = |count: usize, from: f64| -> Result<_> {
            let mut thresholds = memory::with_capacity(count)?;
            thresholds.extend((0..count).map(|_| Threshold::of(from)));
            Ok(thresholds)
        };
        let (limit, least) = (queries.request.limit, queries.request.reached());
        Ok(Self {
            limit,
            threads,
            least,
            all: thresholds(queries.count, least)?,
            shares: thresholds(queries.count.saturating_mul(threads), f64::NEG_INFINITY)?,
            guesses: thresholds(if guessing { queries.count } else { 0 }, f64::NEG_INFINITY)?,
        })
    }

    /// Returns whether a search in `blocks` would take more time for candidates than guesses cost.
    pub(super) fn are_worth_guessing(queries: &Queries<'_>, blocks: usize) -> bool {
        let limit = queries.request.limit;
        let few = u64::try_from(limit).is_ok_and(|limit| limit <= queries.request.findable / 8);
        limit >= GUESSED_FROM && few && queries.is_tiled() && blocks as u64 >= GUESSED_AFTER
    }

    /// Returns how many of `vectors` a thread will have seen when it guesses first, if it does.
    pub(super) fn first_guess(&self, vectors: u64) -> u64 {
        if self.are_guessed() { vectors / GUESSED_AFTER } else { u64::MAX }
    }

    fn are_guessed(&self) -> bool {
        !self.guesses.is_empty()
    }

    /// Returns the score that candidates of a query have to reach after a guess from what a thread has found among one in
    /// `n` of all vectors.
    pub(super) fn guess(&self, query: usize, n: f64, list: &mut Shortlist) -> f64 {
        let expected = self.limit as f64 / n;
        // Four standard deviations of independent vectors, and a few for where there are less than a few.
        let rank = (expected + 4.0 * expected.sqrt() + 4.0) as usize;
        let guess = list.reached_by(rank);
        self.guesses[query].raise(guess);
        self.all[query].raise(guess)
    }

    /// Returns whether a guess was too high for what was found to be the best.
    pub(super) fn have_kept_out_some_of(&self, query: usize, best: &[Candidate]) -> bool {
        self.are_guessed() && {
            let guess = self.guesses[query].get();
            guess > self.least && best.get(self.limit - 1).is_none_or(|last| last.low < guess)
        }
    }

    /// Returns the score that candidates of a query have to reach.
    pub(super) fn get(&self, query: usize) -> f64 {
        self.all[query].get()
    }

    /// Returns that score after learning that it is `threshold` at least and that `list` is what a thread has found.
    pub(super) fn raise(&self, query: usize, thread: usize, threshold: f64, list: &mut Shortlist) -> f64 {
        let thresholds = &self.shares[query * self.threads..][..self.threads];
        thresholds[thread].raise(list.reached_by(self.limit.div_ceil(self.threads)));
        // Where all threads have their share, they have as many as are wanted.
        let together = thresholds.iter().map(Threshold::get).fold(f64::INFINITY, f64::min);
        self.all[query].raise(threshold.max(together))
    }
}

/// A score that only rises, from negative infinity on.
struct Threshold(AtomicI64);

impl Threshold {
    /// Maps the bits of doubles, in the order of what they stand for, to numbers, and back.
    fn ordered(bits: i64) -> i64 {
        bits ^ (bits >> 63 & i64::MAX)
    }

    fn of(score: f64) -> Self {
        Self(AtomicI64::new(Self::ordered(score.to_bits() as i64)))
    }

    fn get(&self) -> f64 {
        f64::from_bits(Self::ordered(self.0.load(Ordering::Relaxed)) as u64)
    }

    /// Returns the score after raising it to `score` if that is higher.
    fn raise(&self, score: f64) -> f64 {
        let before = self.0.fetch_max(Self::ordered(score.to_bits() as i64), Ordering::Relaxed);
        f64::from_bits(Self::ordered(before) as u64).max(score)
    }
}
