//! What one thread does in a search.

use super::codes::{GROUP, TOGETHER};
use super::filter::{Coded, Queries};
use super::shortlist::{Candidate, Shortlist};
use super::threshold::Thresholds;
use super::tile::TALLEST;
use crate::memory::{self, Aligned};
use crate::{Error, Result};

/// Where there are few queries, a thread finds the score of a candidate at once when it has seen this part of its
/// vectors: more likely than not worth it, for the vector is in the cache then, and takes ten times as long to read in the
/// end.
const SETTLED_FROM: u64 = 8;

/// Vectors that have passed the filter and wait to become candidates at a time.
const WAITING: usize = 64;

/// Where codes are used, a list holds one of so many vectors of a thread at most before scores are asked for.
const CODED_SHARE: u64 = 16;

/// The most candidates besides the best that the lists of all queries together hold before scores are asked for.
const MOST_CANDIDATES: usize = 1 << 18;

/// Where it is scores that decide, codes are worth their time if they leave one of so many vectors at most.
const FEW: u64 = 8;

/// A vector that may be good for a query, and what the filter knows of it: q·x and x·x, or the distance and nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct Passed {
    pub(super) query: usize,
    pub(super) slot: u64,
    pub(super) sums: [f32; 2],
}

/// Bytes of vectors that are not stored as floats and become floats at a time: so few that they are in the cache when they are
/// scanned.
const WIDENED_BYTES: usize = 64 << 10;

/// The same where whole tiles are more.
const MOST_WIDENED_BYTES: usize = 1 << 20;

/// Returns how many values, of whole vectors, become floats at a time where a thread takes up `rows` vectors at most.
fn widened(dimension: usize, rows: usize) -> usize {
    let (few, most) = [WIDENED_BYTES, MOST_WIDENED_BYTES].map(|bytes| bytes / size_of::<f32>() / dimension).into();
    let whole = (few / TALLEST).max(1) * TALLEST;
    (if whole <= most { whole } else { most.max(1) }).min(rows) * dimension
}

/// What one thread has found. It writes while others read what is theirs, so no two of them share a line of the cache.
pub(super) struct Worker<'a> {
    thresholds: &'a Thresholds,
    thread: usize,
    pub(super) lists: Vec<Shortlist>,
    /// For every query, the score that candidates have to reach.
    known: Aligned<f64>,
    /// For every query, what the filter compares with; beyond the last query, nothing passes.
    pub(super) cutoffs: Aligned<f32>,
    /// What has passed the filter and is no candidate yet: the first `waits` of these.
    waiting: [Passed; WAITING],
    waits: usize,
    /// Whether codes are used.
    pub(super) is_coded: bool,
    /// For every query, what bounds by codes are compared with.
    pub(super) code_cutoffs: Vec<[f32; TOGETHER]>,
    /// Vectors whose codes this thread has seen, and how many of them, for one query or another, may have been good.
    coded: (u64, u64),
    /// Room for a bit for each vector of a block, where there is a filter: whether it may be found.
    pub(super) mask: Vec<u64>,
    /// Room for a vector, and for vectors of a block, as floats where they are not stored so.
    row: Vec<f32>,
    pub(super) floats: Aligned<f32>,
    /// Why the lists are not complete, if they are not.
    failed: Option<Error>,
    /// Vectors that this thread has seen.
    seen: u64,
    /// How many it will have seen when it finds the score of a candidate at once: for many queries, when it guesses first,
    /// if it does.
    settled_from: u64,
    /// How many it will have seen when it guesses next.
    next_guess: u64,
}

impl<'a> Worker<'a> {
    /// Returns the worker of a thread that takes up `rows` vectors at a time at most.
    pub(super) fn new(queries: &Queries<'_>, thresholds: &'a Thresholds, thread: usize, rows: usize) -> Result<Self> {
        let count = queries.view.len();
        let mut lists = memory::with_capacity(queries.count)?;
        let rows_in_all = queries.view.rows();
        let is_coded = queries.coded.is_some();
        for _ in 0..queries.count {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            let mut list = Shortlist::new(thresholds.limit, count, queries.request.floor)?;
            if is_coded {
                let share =
                    usize::try_from(rows_in_all / CODED_SHARE / thresholds.threads as u64).unwrap_or(usize::MAX);
                // What the lists of many queries take together has a limit, too.
                let (several, most) =
                    if queries.is_tiled() { (4, MOST_CANDIDATES / queries.count) } else { (8, 1 << 16) };
                let most = thresholds.limit.saturating_mul(several).saturating_add(share.clamp(256, most));
                list.grow_to(most.min(count));
            }
            lists.push(list);
        }
        let mut cutoffs = Aligned::filled(queries.count.max(queries.packed.len() / queries.dimension))?;
        cutoffs[..queries.count].fill(Queries::OPEN);
        cutoffs[queries.count..].fill(f32::INFINITY);
        let mut known = Aligned::filled(queries.count)?;
        known.fill(f64::NEG_INFINITY);
        let mut code_cutoffs = memory::filled(if is_coded { queries.count.div_ceil(TOGETHER) } else { 0 })?;
        code_cutoffs.fill([f32::NEG_INFINITY; TOGETHER]);
        let next_guess = thresholds.first_guess(rows_in_all);
        let settled_from =
            if queries.is_tiled() { next_guess } else { rows_in_all / thresholds.threads as u64 / SETTLED_FROM };
        let is_masked = queries.request.filter.is_some() || queries.view.has_ids();
        let mask = memory::filled(if is_masked { rows.div_ceil(64) } else { 0 })?;
        let row = queries.room()?;
        let floats = Aligned::unspecified(if row.is_empty() { 0 } else { widened(queries.dimension, rows) })?;
        Ok(Self {
            thresholds,
            thread,
            lists,
            known,
            cutoffs,
            waiting: [Passed::default(); WAITING],
            waits: 0,
            is_coded,
            code_cutoffs,
            coded: (0, 0),
            mask,
            row,
            floats,
            failed: None,
            seen: 0,
            settled_from,
            next_guess,
        })
    }

    /// Returns how many vectors this thread has compared with queries by their codes, once for each query.
    pub(super) fn compared_by_codes(&self) -> u64 {
        self.coded.0
    }

    /// Returns what was found for each query.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there was none for the candidates.
    pub(super) fn into_lists(self) -> Result<Vec<Shortlist>> {
        self.failed.map_or(Ok(self.lists), Err)
    }

    /// Prepares for the scan of a block.
    pub(super) fn begin(&mut self, queries: &Queries<'_>) {
        for query in 0..queries.count {
            self.expect(queries, query, self.thresholds.get(query));
        }
    }

    /// Does what is left to do when `rows` more vectors have been scanned.
    pub(super) fn end(&mut self, queries: &Queries<'_>, rows: u64) {
        self.offer_waiting(queries);
        self.seen += rows;
        if self.seen >= self.next_guess {
            self.next_guess = self.seen * 2;
            let n = queries.view.rows() as f64 / self.seen as f64;
            for query in 0..queries.count {
                let threshold = self.thresholds.guess(query, n, &mut self.lists[query]);
                self.lists[query].drop_hopeless(threshold);
                self.expect(queries, query, threshold);
            }
        }
    }

    /// Keeps what has passed the filter, until there is some of it.
    ///
    /// Does so without a branch on `passes`, which no processor can foresee: one that was foreseen wrong would throw away all loads
    /// that are under way.
    #[inline(always)]
    pub(super) fn keep_if(&mut self, passes: bool, queries: &Queries<'_>, passed: Passed) {
        self.waiting[self.waits] = passed;
        self.waits += usize::from(passes);
        if self.waits == WAITING {
            self.offer_waiting(queries);
        }
    }

    /// Makes candidates of what waits.
    #[inline(never)]
    fn offer_waiting(&mut self, queries: &Queries<'_>) {
        for i in 0..std::mem::take(&mut self.waits) {
            self.offer(queries, self.waiting[i]);
        }
    }

    /// Makes a vector a candidate for a query.
    fn offer(&mut self, queries: &Queries<'_>, Passed { query, slot, sums: [sum, squares] }: Passed) {
        let bounds = queries.bounds(query, sum, squares);
        self.offer_within(queries, query, slot, bounds, self.seen >= self.settled_from);
    }

    /// Makes a vector with a score within bounds a candidate for a query, and finds the score itself if its floats are at
    /// hand.
    fn offer_within(
        &mut self,
        queries: &Queries<'_>,
        query: usize,
        slot: u64,
        (low, high): (f64, f64),
        is_at_hand: bool,
    ) {
        if high < self.known[query] {
            return;
        }
        let id = queries.view.id(slot);
        if !queries.request.allows(query, id) {
            return;
        }
        let mut candidate = Candidate { slot, id, low, high };
        if is_at_hand {
            candidate.settle(queries.score(query, slot, &mut self.row));
        }
        // The score to reach may have risen since the filter has let it pass.
        if candidate.high >= self.known[query] {
            self.list(queries, query, candidate);
        }
    }

    /// Puts a candidate on the shortlist of a query.
    fn list(&mut self, queries: &Queries<'_>, query: usize, candidate: Candidate) {
        let list = &mut self.lists[query];
        let is_full = match list.push(candidate) {
            Ok(is_full) => is_full,
            Err(error) => {
                // Told in the end. Until then, there is as little to do as possible.
                self.failed = Some(error);
                self.known[query] = f64::INFINITY;
                self.cutoffs[query] = f32::INFINITY;
                return;
            }
        };
        if is_full {
            let (is_coded, is_tiled, row) = (&mut self.is_coded, queries.is_tiled(), &mut self.row);
            let settle = |candidate: &mut Candidate| {
                // The list has grown as far as it may, and still there are too many. Of many queries, some may be like that.
                *is_coded &= is_tiled;
                candidate.settle(queries.score(query, candidate.slot, row));
            };
            let threshold = list.shorten(self.thresholds.get(query), settle);
            let threshold = self.thresholds.raise(query, self.thread, threshold, list);
            self.expect(queries, query, threshold);
        }
    }

    /// Lets nothing pass that does not reach `threshold`.
    fn expect(&mut self, queries: &Queries<'_>, query: usize, threshold: f64) {
        if threshold > self.known[query] {
            self.known[query] = threshold;
            self.cutoffs[query] = queries.cutoff(query, threshold);
            if let Some(coded) = &queries.coded {
                self.code_cutoffs[query / TOGETHER][query % TOGETHER] = coded.queries[query].cutoff(threshold);
            }
        }
    }

    /// Makes those vectors of a group candidates that codes do not rule out, and that the bits `allowed` allow.
    pub(super) fn offer_group(
        &mut self,
        queries: &Queries<'_>,
        coded: &Coded<'_>,
        group: (&[i8], &[f32]),
        first: u64,
        allowed: u32,
    ) {
        let level = queries.request.level;
        match &coded.batch {
            None => {
                for query in 0..queries.count {
                    self.offer_coded(queries, coded, query, group, first, allowed);
                }
            }
            Some(batch) => {
                for tile in 0..batch.tiles() {
                    let passing = batch.passing(level, tile, group, &self.code_cutoffs[tile]);
                    for (query, passing) in (tile * TOGETHER..queries.count).zip(passing) {
                        if cfg!(debug_assertions) {
                            self.check_left_out(queries, query, first, allowed & !passing);
                        }
                        if passing & allowed != 0 {
                            self.offer_coded(queries, coded, query, group, first, passing & allowed);
                        }
                    }
                }
            }
        }
        self.coded.0 += coded.queries.len() as u64 * GROUP as u64;
        let (seen, passed) = self.coded;
        let is_of_no_use = if queries.is_tiled() {
            // In the beginning, everything is a candidate.
            let first = if queries.request.wants_many() { 0 } else { 4 * self.thresholds.limit as u64 };
            let few = (seen as f32 * queries.way().worthless()) as u64;
            passed > few + (first + 256) * queries.count as u64
        } else {
            queries.request.wants_many() && passed > seen / FEW + 1024
        };
        if is_of_no_use {
            self.is_coded = false;
        }
    }

    /// Does so for one query.
    fn offer_coded(
        &mut self,
        queries: &Queries<'_>,
        coded: &Coded<'_>,
        query: usize,
        group: (&[i8], &[f32]),
        first: u64,
        allowed: u32,
    ) {
        let coded = &coded.queries[query];
        let cutoff = self.code_cutoffs[query / TOGETHER][query % TOGETHER];
        let (passing, products) = coded.passing(queries.request.level, group, cutoff);
        if cfg!(debug_assertions) {
            self.check_left_out(queries, query, first, allowed & !passing);
        }
        let mut left = passing & allowed;
        self.coded.1 += u64::from(left.count_ones());
        while left != 0 {
            let row = left.trailing_zeros() as usize;
            left &= left - 1;
            let bounds = coded.bounds(row, products[row], group.1);
            self.offer_within(queries, query, first + row as u64, bounds, false);
        }
    }

    /// Checks that no vector was left out that is among the best.
    fn check_left_out(&mut self, queries: &Queries<'_>, query: usize, first: u64, left_out: u32) {
        for row in (0..GROUP as u64).filter(|row| left_out >> row & 1 != 0) {
            let score = queries.score(query, first + row, &mut self.row);
            let known = self.known[query];
            assert!(
                score.is_none_or(|score| score < known),
                "a score of {score:?} was left out, not less than {known}"
            );
        }
    }
}
