//! Finding the best vectors exactly, at the speed of memory.
//!
//! Every vector is scored in floats first, with a bound on the error of that score. It shows that most vectors cannot be
//! among the best; the few that may be are kept on a shortlist, scored again in doubles in the end, and those scores
//! alone decide. The result is therefore that of a search in doubles throughout, whatever the instructions, the number
//! of threads and the order of the work.
//!
//! # The filter
//! d is the dimension, u = 2⁻²⁴, q and x are the query and the vector, s and n the sums of floats for q·x and x·x. As in
//! every analysis of a dot product, |s − q·x| ≤ γ‖q‖‖x‖ with γ = d·u/(1 − d·u), in whatever order the sums are formed. Queries are scaled by a
//! power of two to a norm of at most one, so that they neither overflow nor underflow.
//! - Dot product: q·x ≤ s + c‖x‖.
//! - Cosine: x can only reach t if s ≥ (t − c)‖q‖‖x‖.
//! - Distance: the square is summed up from differences, never expanded, and has a relative error of c at most.
//!
//! c stands for γ with what the filter's own rounding adds. Where x·x leaves the range of floats, the comparison is made
//! to fail, which leaves the decision to the doubles.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use super::Metric;
use super::pace::{Pace, Way};
use super::store::{Part, View};
use super::top::{Candidate, Shortlist};
use crate::crew::Line;
use crate::memory::Aligned;
use crate::simd::{self, Kernel, Lanes, Level, Simd};
use crate::vector::{WideDot, WideSquaredDistance};
use crate::{Result, memory, parallel};

/// Bytes of vectors that a thread takes up at once where there are many queries: enough to outweigh the taking.
const BLOCK_BYTES: usize = 256 << 10;

/// The same where there are few: reading long runs is faster.
const LONG_BLOCK_BYTES: usize = 1 << 20;

/// Such blocks that a thread takes up as one, until there are few left: reading long runs is faster yet.
const LONGEST_RUN: usize = 8;

/// Products below which a search is over before another thread would have begun.
const PARALLEL_FROM: u128 = 1 << 18;

/// Candidates whose scores a thread finds at a time.
const SETTLED: usize = 64;

/// How many candidates before its turn the vector of one is asked for.
const SETTLED_AHEAD: usize = 4;

/// Where there are few queries, a thread finds the score of a candidate at once when it has seen one in so many of its vectors: more
/// likely than not worth it, for the vector is in the cache then, and takes ten times as long to read in the end.
const SETTLED_FROM: u64 = 8;

/// Vectors that have passed the filter and wait to become candidates at a time.
const WAITING: usize = 64;

/// Queries that are answered in one pass over the vectors.
pub(super) const TOGETHER: usize = 256;

/// Vectors that are read at the same time where there are few queries, if that is faster: see [`Pace`].
const ROWS: usize = 8;

/// Values of a cache line.
const LINE: usize = simd::LINE / size_of::<f32>();

/// How far ahead of the arithmetic such a vector is asked for, in bytes.
const AHEAD: usize = 1024;

/// What a search is given.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) level: Level,
    pub(super) pace: &'a Pace,
    pub(super) metric: Metric,
    /// The queries, row after row: finite, and not zero where the metric is the cosine.
    pub(super) queries: &'a [f32],
    /// The number of vectors to find for each.
    pub(super) limit: usize,
    /// A bit for every id that may be found, if not all may.
    pub(super) allowed: Option<&'a [u64]>,
}

/// Returns the best vectors of `view` for every query, the best first, with their scores as both bounds.
///
/// # Errors
/// [`crate::Error::OutOfMemory`] when there is none for the candidates, [`crate::Error::Threads`] when there are no threads.
pub(super) fn search(view: &View, request: Request<'_>) -> Result<Vec<Vec<Candidate>>> {
    let queries = Queries::new(request, view)?;
    let blocks = Blocks::of(&queries)?;
    let work = u128::from(view.len()) * request.queries.len() as u128;
    if work < PARALLEL_FROM {
        return blocks.best(&queries, &Bars::new(&queries, 1, false)?);
    }
    parallel::run(|| {
        let bars = Bars::new(&queries, parallel::threads().min(blocks.count), blocks.are_worth_guessing(&queries))?;
        let mut found = blocks.best(&queries, &bars)?;
        let mut missed = memory::with_capacity(queries.count)?;
        missed.extend((0..queries.count).filter(|query| bars.have_kept_out_some_of(*query, &found[*query])));
        if !missed.is_empty() {
            let mut again = memory::with_capacity(missed.len() * queries.dimension)?;
            missed.iter().for_each(|query| again.extend_from_slice(queries.query(*query)));
            let again = Queries::new(Request { queries: &again, ..request }, view)?;
            let bars = Bars::new(&again, bars.threads, false)?;
            for (query, best) in missed.into_iter().zip(blocks.best(&again, &bars)?) {
                found[query] = best;
            }
        }
        Ok(found)
    })?
}

/// Finds the scores of all candidates, on all threads, in the order in which the vectors lie in memory.
fn settle(queries: &Queries<'_>, lists: &mut [Shortlist]) -> Result<()> {
    let open = |candidate: &&mut Candidate| !candidate.is_settled();
    let count = lists.iter_mut().map(|list| list.candidates().iter_mut().filter(open).count()).sum();
    let mut candidates = memory::with_capacity(count)?;
    for (query, list) in lists.iter_mut().enumerate() {
        candidates.extend(list.candidates().iter_mut().filter(open).map(|candidate| (query, candidate)));
    }
    candidates.sort_unstable_by_key(|(_, candidate)| candidate.id);
    let mut shares = memory::with_capacity(count.div_ceil(SETTLED))?;
    shares.extend(candidates.chunks_mut(SETTLED).map(Mutex::new));
    parallel::for_each(shares.len(), |share| {
        let mut share = shares[share].lock().unwrap_or_else(PoisonError::into_inner);
        for i in 0..share.len() {
            if let Some(vector) = share.get(i + SETTLED_AHEAD).and_then(|(_, next)| queries.view.get(next.id)) {
                vector.chunks(LINE).for_each(|line| simd::prefetch(line.as_ptr()));
            }
            let (query, candidate) = &mut share[i];
            candidate.settle(queries.score(*query, candidate.id));
        }
    });
    Ok(())
}

/// Returns what `make` returns for 0, 1, … `count - 1`, on all threads.
fn each<T: Send + Sync>(count: usize, make: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let mut slots = memory::with_capacity(count)?;
    slots.extend((0..count).map(|_| OnceLock::new()));
    parallel::for_each(count, |i| drop(slots[i].set(make(i))));
    let mut made = memory::with_capacity(count)?;
    for slot in slots {
        made.push(slot.into_inner().expect("every part was run")?);
    }
    Ok(made)
}

/// The vectors of a view, cut into blocks for the threads to take.
struct Blocks<'a> {
    /// Every part with the number of the first block in it.
    parts: Vec<(usize, Part<'a>)>,
    count: usize,
    /// Values of a block.
    values: usize,
    /// From one block that is taken up to the next.
    step: usize,
    /// Blocks that may be taken up as one. Only where the step is 1 do they follow each other.
    longest_run: usize,
}

/// Returns a step that visits `count` blocks once each and is never long in one place: the golden section of them or a little
/// more.
fn spreading(count: usize) -> usize {
    let gcd = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let section = (count as f64 * 0.618) as usize;
    (section..).find(|step| gcd(*step, count) == 1).unwrap_or(1)
}

impl<'a> Blocks<'a> {
    fn of(queries: &Queries<'a>) -> Result<Self> {
        let (view, dimension) = (queries.view, queries.dimension);
        let bytes = if queries.is_tiled() { BLOCK_BYTES } else { LONG_BLOCK_BYTES };
        let rows = bytes / size_of::<f32>() / dimension;
        let values = (if rows < TALLEST { rows.max(1) } else { rows / TALLEST * TALLEST }) * dimension;
        let mut parts = memory::with_capacity(view.parts().count())?;
        let mut count = 0;
        for part in view.parts() {
            parts.push((count, part));
            count += part.values.len().div_ceil(values);
        }
        let (step, longest_run) = if queries.is_tiled() { (spreading(count), 1) } else { (1, LONGEST_RUN) };
        Ok(Self { parts, count, values, step, longest_run })
    }

    /// Returns whether candidates would take more time than guesses save.
    fn are_worth_guessing(&self, queries: &Queries<'_>) -> bool {
        let limit = queries.request.limit;
        let few = u64::try_from(limit).is_ok_and(|limit| limit <= queries.view.len() / 8);
        limit >= GUESSED_FROM && few && queries.is_tiled() && self.count as u64 >= GUESSED_AFTER
    }

    /// Returns the best vectors in these blocks for every query, of which a guess among the `bars` may have kept out some.
    fn best(&self, queries: &Queries<'_>, bars: &Bars) -> Result<Vec<Vec<Candidate>>> {
        let Bars { limit, threads, .. } = *bars;
        let mut workers = memory::with_capacity(threads)?;
        for thread in 0..threads {
            workers.push(Mutex::new(Line(Worker::new(queries, bars, thread)?)));
        }
        let (next, backwards) = (AtomicUsize::new(0), queries.request.pace.turn());
        parallel::for_each(threads, |worker| {
            let Line(worker) = &mut *workers[worker].lock().unwrap_or_else(PoisonError::into_inner);
            while let Some(block) = self.take(&next, threads, backwards) {
                parallel::before_part();
                worker.scan(queries, block);
            }
        });
        let mut found: Vec<Vec<Shortlist>> = memory::with_capacity(threads)?;
        found.extend(
            workers.into_iter().map(|worker| worker.into_inner().unwrap_or_else(PoisonError::into_inner).0.lists),
        );
        let mut lists = each(queries.count, |query| {
            Shortlist::joined(found.iter().map(|lists| &lists[query]), limit, bars.get(query))
        })?;
        drop(found);
        settle(queries, &mut lists)?;
        each(queries.count, |query| lists[query].best())
    }

    /// Takes up the block that is next, or several that follow each other as one: from the first on, or from the last on.
    fn take(&self, next: &AtomicUsize, threads: usize, backwards: bool) -> Option<Block<'a>> {
        let part_of = |block| self.parts.partition_point(|(first, _)| *first <= block) - 1;
        let run = |taken| {
            let left = self.count - taken;
            let in_part = if backwards {
                left - self.parts[part_of(left - 1)].0
            } else {
                self.parts.get(part_of(taken) + 1).map_or(self.count, |(first, _)| *first) - taken
            };
            // In the end each thread takes little, so that none waits long for another.
            (left / (2 * threads)).min(in_part).clamp(1, self.longest_run)
        };
        let taken = next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
            (taken < self.count).then(|| taken + run(taken))
        });
        let taken = taken.ok()?;
        let run = run(taken);
        let from = if backwards { self.count - taken - run } else { taken };
        let block = (from as u128 * self.step as u128 % self.count as u128) as usize;
        let (first, part) = self.parts[part_of(block)];
        let at = (block - first) * self.values;
        let end = part.values.len().min(at + run * self.values);
        Some(Block { part, at, end })
    }
}

/// Vectors that a thread works on.
#[derive(Clone, Copy)]
struct Block<'a> {
    part: Part<'a>,
    /// Where the block begins and ends among the values of the part.
    at: usize,
    end: usize,
}

/// Queries, prepared.
struct Queries<'a> {
    request: Request<'a>,
    view: &'a View,
    dimension: usize,
    count: usize,
    /// The queries times a power of two each, except for distances.
    scaled: Vec<f32>,
    /// For every query, that power of two and the norm of the query itself.
    scales: Vec<(f64, f64)>,
    /// Tiles of queries side by side: for every dimension the values of as many queries as a tile has.
    packed: Aligned<f32>,
    bound: Bound,
}

/// What the filter allows for.
#[derive(Clone, Copy)]
struct Bound {
    /// c: the relative error of a sum of floats and of the filter.
    relative: f64,
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

/// Vectors of every tile divide this.
const TALLEST: usize = 12;

/// Values of a vector that a tile takes at once.
const STEP: usize = 8;

impl<'a> Queries<'a> {
    fn new(request: Request<'a>, view: &'a View) -> Result<Self> {
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
        };
        if queries.is_tiled() {
            queries.pack(simd::dispatch(request.level, TileWidth { queries: count }))?;
        }
        Ok(queries)
    }

    /// Returns whether the queries are worth a tile. A few of them are better off one by one.
    fn is_tiled(&self) -> bool {
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

    fn query(&self, query: usize) -> &[f32] {
        &self.request.queries[query * self.dimension..][..self.dimension]
    }

    /// Returns how good the vector is for the query, the greater the better, unless it is not finite.
    fn score(&self, query: usize, id: u64) -> Option<f64> {
        let (level, norm) = (self.request.level, self.scales[query].1);
        let (x, y) = (self.query(query), self.view.get(id)?);
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
    fn bounds(&self, query: usize, sum: f32, squares: f32) -> (f64, f64) {
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

    /// Returns what the filter compares with, for a query whose candidates have to reach `bar`.
    fn threshold(&self, query: usize, bar: f64) -> f32 {
        let (scale, norm) = self.scales[query];
        let Bound { relative, absolute } = self.bound;
        if bar == f64::NEG_INFINITY {
            return Self::OPEN;
        }
        // The score of a candidate is rounded to the precision of a float, which may lift it to the bar.
        let bar = bar - bar.abs() * f64::from(f32::EPSILON);
        match self.request.metric {
            Metric::DotProduct => below(bar * scale - absolute),
            Metric::Cosine => below((bar - 2.0 * relative) * norm * scale),
            Metric::Euclidean => below(bar * (1.0 + 2.0 * relative) - absolute),
        }
    }

    /// Returns what the filter compares with while every vector is a candidate.
    const OPEN: f32 = f32::NEG_INFINITY;
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

/// Vectors to find from which on the score to reach is guessed.
///
/// Without a guess nearly every vector is a candidate at first, and k·(1 + ln(n/k)) of n vectors become one in the end. For a
/// large k and many queries at once that takes as long as the arithmetic.
const GUESSED_FROM: usize = 100;

/// The first guess comes when a thread has seen one in so many vectors, another one whenever it has seen twice as many.
const GUESSED_AFTER: u64 = 128;

/// The scores that candidates have to reach, as far as all threads together know them.
struct Bars {
    /// The number of vectors to find.
    limit: usize,
    threads: usize,
    /// For every query.
    all: Vec<Bar>,
    /// For every query and thread, what the thread's share of the vectors to find reaches.
    shares: Vec<Bar>,
    /// For every query the highest guess, if there are any.
    guesses: Vec<Bar>,
}

impl Bars {
    fn new(queries: &Queries<'_>, threads: usize, guessing: bool) -> Result<Self> {
        let bars = |count: usize| -> Result<_> {
            let mut bars = memory::with_capacity(count)?;
            bars.extend((0..count).map(|_| Bar::default()));
            Ok(bars)
        };
        Ok(Self {
            limit: queries.request.limit,
            threads,
            all: bars(queries.count)?,
            shares: bars(queries.count.saturating_mul(threads))?,
            guesses: bars(if guessing { queries.count } else { 0 })?,
        })
    }

    fn are_guessed(&self) -> bool {
        !self.guesses.is_empty()
    }

    /// Returns the score that candidates of a query have to reach after a guess from what a thread has found among one in
    /// `n` of all vectors.
    fn guess(&self, query: usize, n: f64, list: &mut Shortlist) -> f64 {
        let expected = self.limit as f64 / n;
        // Four standard deviations of independent vectors, and a few for where there are less than a few.
        let rank = (expected + 4.0 * expected.sqrt() + 4.0) as usize;
        let guess = list.reached_by(rank);
        self.guesses[query].raise(guess);
        self.all[query].raise(guess)
    }

    /// Returns whether a guess was too high for what was found to be the best.
    fn have_kept_out_some_of(&self, query: usize, best: &[Candidate]) -> bool {
        self.are_guessed() && best.get(self.limit - 1).is_none_or(|last| last.low < self.guesses[query].get())
    }

    /// Returns the score that candidates of a query have to reach.
    fn get(&self, query: usize) -> f64 {
        self.all[query].get()
    }

    /// Returns that score after learning that it is `bar` at least and that `list` is what a thread has found.
    fn raise(&self, query: usize, thread: usize, bar: f64, list: &mut Shortlist) -> f64 {
        let bars = &self.shares[query * self.threads..][..self.threads];
        bars[thread].raise(list.reached_by(self.limit.div_ceil(self.threads)));
        // Where all threads have their share, they have as many as are wanted.
        let together = bars.iter().map(Bar::get).fold(f64::INFINITY, f64::min);
        self.all[query].raise(bar.max(together))
    }
}

/// A score that only rises, from negative infinity on.
struct Bar(AtomicI64);

impl Bar {
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

impl Default for Bar {
    fn default() -> Self {
        Self::of(f64::NEG_INFINITY)
    }
}

/// A vector that may be good for a query, and what the filter knows of it: q·x and x·x, or the distance and nothing.
#[derive(Clone, Copy, Default)]
struct Passed {
    query: usize,
    id: u64,
    sums: [f32; 2],
}

/// What one thread has found. It writes while others read what is theirs, so no two of them share a line of the cache.
struct Worker<'a> {
    bars: &'a Bars,
    thread: usize,
    lists: Vec<Shortlist>,
    /// For every query, the score that candidates have to reach.
    known: Aligned<f64>,
    /// For every query, what the filter compares with; beyond the last query, nothing passes.
    thresholds: Aligned<f32>,
    /// What has passed the filter and is no candidate yet: the first `waits` of these.
    waiting: [Passed; WAITING],
    waits: usize,
    /// Vectors that this thread has seen.
    seen: u64,
    /// How many it will have seen when it finds the score of a candidate at once: for many queries, when it guesses first, if it does.
    settled_from: u64,
    /// How many it will have seen when it guesses next.
    next_guess: u64,
}

impl<'a> Worker<'a> {
    fn new(queries: &Queries<'_>, bars: &'a Bars, thread: usize) -> Result<Self> {
        let count = queries.view.len();
        let mut lists = memory::with_capacity(queries.count)?;
        for _ in 0..queries.count {
            lists.push(Shortlist::new(bars.limit, usize::try_from(count).unwrap_or(usize::MAX))?);
        }
        let mut thresholds = Aligned::filled(queries.count.max(queries.packed.len() / queries.dimension))?;
        thresholds[..queries.count].fill(Queries::OPEN);
        thresholds[queries.count..].fill(f32::INFINITY);
        let mut known = Aligned::filled(queries.count)?;
        known.fill(f64::NEG_INFINITY);
        let next_guess = if bars.are_guessed() { count / GUESSED_AFTER } else { u64::MAX };
        let settled_from = if queries.is_tiled() { next_guess } else { count / bars.threads as u64 / SETTLED_FROM };
        let waiting = [Passed::default(); WAITING];
        Ok(Self { bars, thread, lists, known, thresholds, waiting, waits: 0, seen: 0, settled_from, next_guess })
    }

    fn scan(&mut self, queries: &Queries<'_>, block: Block<'_>) {
        for query in 0..queries.count {
            self.expect(queries, query, self.bars.get(query));
        }
        let level = queries.request.level;
        match queries.request.metric {
            Metric::DotProduct => simd::dispatch(level, Scan::<DOT_PRODUCT> { worker: self, queries, block }),
            Metric::Cosine => simd::dispatch(level, Scan::<COSINE> { worker: self, queries, block }),
            Metric::Euclidean => simd::dispatch(level, Scan::<EUCLIDEAN> { worker: self, queries, block }),
        }
        self.offer_waiting(queries);
        self.seen += ((block.end - block.at) / queries.dimension) as u64;
        if self.seen >= self.next_guess {
            self.next_guess = self.seen * 2;
            let n = queries.view.len() as f64 / self.seen as f64;
            for query in 0..queries.count {
                let bar = self.bars.guess(query, n, &mut self.lists[query]);
                self.lists[query].drop_hopeless(bar);
                self.expect(queries, query, bar);
            }
        }
    }

    /// Keeps what has passed the filter, until there is some of it.
    ///
    /// Does so without a branch on `passes`, which no processor can foresee: one that was foreseen wrong would throw away all loads
    /// that are under way.
    #[inline(always)]
    fn keep_if(&mut self, passes: bool, queries: &Queries<'_>, passed: Passed) {
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
    fn offer(&mut self, queries: &Queries<'_>, Passed { query, id, sums: [sum, squares] }: Passed) {
        let (low, high) = queries.bounds(query, sum, squares);
        let mut candidate = Candidate { id, low, high };
        if self.seen >= self.settled_from && candidate.high >= self.known[query] {
            candidate.settle(queries.score(query, id));
        }
        // The score to reach may have risen since the filter has let it pass.
        if candidate.high >= self.known[query] {
            self.list(queries, query, candidate);
        }
    }

    /// Puts a candidate on the shortlist of a query.
    fn list(&mut self, queries: &Queries<'_>, query: usize, candidate: Candidate) {
        let list = &mut self.lists[query];
        if list.push(candidate) {
            let settle = |candidate: &mut Candidate| candidate.settle(queries.score(query, candidate.id));
            let bar = list.shorten(self.bars.get(query), settle);
            let bar = self.bars.raise(query, self.thread, bar, list);
            self.expect(queries, query, bar);
        }
    }

    /// Lets nothing pass that does not reach `bar`.
    fn expect(&mut self, queries: &Queries<'_>, query: usize, bar: f64) {
        if bar > self.known[query] {
            self.known[query] = bar;
            self.thresholds[query] = queries.threshold(query, bar);
        }
    }
}

const DOT_PRODUCT: u8 = 0;
const COSINE: u8 = 1;
const EUCLIDEAN: u8 = 2;

/// What a tile is, in registers of queries and in vectors: sums for each of both, and room for the operands.
#[derive(Clone, Copy)]
enum Tile {
    /// 4 and 6: of all tiles with 24 sums that with the fewest operands to load.
    Wide,
    /// 2 and 12: for fewer queries.
    Tall,
    /// 2 and 6: for 16 registers.
    Small,
}

impl Tile {
    #[inline(always)]
    fn of<S: Simd>(queries: usize) -> Self {
        if S::REGISTERS < 32 {
            Self::Small
        } else if queries > 2 * <S as Lanes<f32>>::LANES {
            Self::Wide
        } else {
            Self::Tall
        }
    }
}

/// Queries in a tile.
struct TileWidth {
    queries: usize,
}

impl Kernel for TileWidth {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> usize {
        let registers = match Tile::of::<S>(self.queries) {
            Tile::Wide => 4,
            Tile::Tall | Tile::Small => 2,
        };
        registers * <S as Lanes<f32>>::LANES
    }
}

/// The scan of one block.
struct Scan<'a, 'w, const METRIC: u8> {
    worker: &'a mut Worker<'w>,
    queries: &'a Queries<'a>,
    block: Block<'a>,
}

impl<const METRIC: u8> Kernel for Scan<'_, '_, METRIC> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        if let Some(allowed) = self.queries.request.allowed {
            self.allowed(simd, allowed);
        } else if !self.queries.is_tiled() {
            self.singly(simd);
        } else {
            match Tile::of::<S>(self.queries.count) {
                Tile::Wide => self.tiled::<S, 4, 6>(simd),
                Tile::Tall => self.tiled::<S, 2, 12>(simd),
                Tile::Small => self.tiled::<S, 2, 6>(simd),
            }
        }
    }
}

impl<const METRIC: u8> Scan<'_, '_, METRIC> {
    /// Scans the vectors with every query in turn, in the way that is the faster one.
    #[inline(always)]
    fn singly<S: Simd>(&mut self, simd: S) {
        let Block { at, end, .. } = self.block;
        let pace = self.queries.request.pace;
        let (way, begin) = (pace.next(), Instant::now());
        let dimension = self.queries.dimension;
        let apart = if way == Way::Apart { (end - at) / (ROWS * dimension) * dimension } else { 0 };
        let together = at + ROWS * apart;
        for at in (at..at + apart).step_by(dimension) {
            self.rows::<S, ROWS, AHEAD>(simd, std::array::from_fn(|row| at + row * apart));
        }
        for at in (together..end).step_by(dimension) {
            self.rows::<S, 1, 0>(simd, [at]);
        }
        pace.learn(way, begin.elapsed(), end - at);
    }

    /// Scans the vectors whose bits are set, a few at a time.
    #[inline(always)]
    fn allowed<S: Simd>(&mut self, simd: S, allowed: &[u64]) {
        let Block { part, at, end } = self.block;
        let dimension = self.queries.dimension;
        let first = part.first + (at / dimension) as u64;
        let last = part.first + (end / dimension) as u64;
        let (mut rows, mut waiting) = ([0; ROWS], 0);
        let mut id = first;
        while id < last {
            let Some(word) = usize::try_from(id / 64).ok().and_then(|word| allowed.get(word)) else { break };
            let left = word >> (id % 64);
            if left == 0 {
                id = (id / 64 + 1) * 64;
                continue;
            }
            id += u64::from(left.trailing_zeros());
            if id < last {
                rows[waiting] = (id - part.first) as usize * dimension;
                waiting += 1;
                if waiting == ROWS {
                    self.rows::<S, ROWS, AHEAD>(simd, rows);
                    waiting = 0;
                }
            }
            id += 1;
        }
        for at in &rows[..waiting] {
            self.rows::<S, 1, AHEAD>(simd, [*at]);
        }
    }

    /// Offers the vectors at `at` to every query that they may be good for.
    #[inline(always)]
    fn rows<S: Simd, const R: usize, const AHEAD: usize>(&mut self, simd: S, at: [usize; R]) {
        let (queries, dimension) = (self.queries, self.queries.dimension);
        let rows = at.map(|at| &self.block.part.values[at..at + dimension]);
        for (query, scaled) in queries.scaled.chunks_exact(dimension).enumerate() {
            let sums = row_sums::<S, R, AHEAD, METRIC>(simd, scaled, rows);
            for (sums, at) in sums.into_iter().zip(at) {
                let id = self.block.part.first + (at / dimension) as u64;
                let passes = self.passes(sums, self.worker.thresholds[query]);
                self.worker.keep_if(passes, queries, Passed { query, id, sums });
            }
        }
    }

    /// Returns whether a vector with the sums q·x and x·x, or the distance, may reach `threshold`.
    #[inline(always)]
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "a comparison with NaN has to let pass")]
    fn passes(&self, [sum, squares]: [f32; 2], threshold: f32) -> bool {
        match METRIC {
            DOT_PRODUCT => !(sum + self.slack(squares) < threshold),
            COSINE => !(sum < threshold * length(squares)),
            _ => !(-sum < threshold),
        }
    }

    /// Returns by how much q·x may exceed its sum of floats, for a vector with the sum x·x.
    #[inline(always)]
    fn slack(&self, squares: f32) -> f32 {
        // The least normal number stands for what underflow has taken from the sum.
        self.queries.bound.relative as f32 * (squares + f32::MIN_POSITIVE).sqrt()
    }

    /// Scans tiles of `R` vectors by `Q` registers of queries.
    #[inline(always)]
    fn tiled<S: Simd, const Q: usize, const R: usize>(&mut self, simd: S) {
        let dimension = self.queries.dimension;
        let (mut at, end) = (self.block.at, self.block.end);
        while end - at >= R * dimension {
            self.tile::<S, Q, R>(simd, at);
            at += R * dimension;
        }
        while at < end {
            self.rows::<S, 1, AHEAD>(simd, [at]);
            at += dimension;
        }
    }

    /// Offers the `R` vectors at `at` to every query that they may be good for.
    #[inline(always)]
    fn tile<S: Simd, const Q: usize, const R: usize>(&mut self, simd: S, at: usize) {
        let (queries, dimension) = (self.queries, self.queries.dimension);
        let lanes = <S as Lanes<f32>>::LANES;
        let width = Q * lanes;
        let rows: [&[f32]; R] = std::array::from_fn(|row| &self.block.part.values[at + row * dimension..][..dimension]);
        let mut squares = [0.0; R];
        if METRIC != EUCLIDEAN {
            for row in 0..R {
                squares[row] = norm_squared(simd, rows[row]);
            }
        }
        for (tile, packed) in queries.packed.chunks_exact(width * dimension).enumerate() {
            // The next vectors, while there is arithmetic to do.
            let ahead = if tile == 0 { R * dimension * size_of::<f32>() } else { 0 };
            let sums = tile_sums::<S, Q, R, METRIC>(simd, rows, packed, ahead);
            for (row, sums) in sums.into_iter().enumerate() {
                for (across, sum) in sums.into_iter().enumerate() {
                    let first = tile * width + across * lanes;
                    let threshold = Lanes::<f32>::blocks(simd, &self.worker.thresholds[first..][..lanes]).0;
                    let threshold = Lanes::<f32>::load(simd, &threshold[0]);
                    let mut passed = match METRIC {
                        DOT_PRODUCT => {
                            let slack = Lanes::<f32>::splat(simd, self.slack(squares[row]));
                            simd.not_less(Lanes::<f32>::add(simd, sum, slack), threshold)
                        }
                        COSINE => {
                            let norm = Lanes::<f32>::splat(simd, length(squares[row]));
                            simd.not_less(sum, Lanes::<f32>::mul(simd, threshold, norm))
                        }
                        _ => {
                            let negative = Lanes::<f32>::sub(simd, Lanes::<f32>::splat(simd, 0.0), sum);
                            simd.not_less(negative, threshold)
                        }
                    };
                    if passed == 0 {
                        continue;
                    }
                    let values = Lanes::<f32>::store(simd, sum);
                    while passed != 0 {
                        let lane = passed.trailing_zeros() as usize;
                        passed &= passed - 1;
                        if first + lane < queries.count {
                            let id = self.block.part.first + (at / dimension + row) as u64;
                            let sums = [values.as_ref()[lane], squares[row]];
                            self.worker.keep_if(true, queries, Passed { query: first + lane, id, sums });
                        }
                    }
                }
            }
        }
    }
}

/// Returns ‖x‖ for the cosine, or NaN where the sum x·x is not to be trusted.
#[inline(always)]
fn length(squares: f32) -> f32 {
    // 2^-80 to 2^120: far enough from both ends of the range.
    const TRUSTED: std::ops::RangeInclusive<f32> = f32::from_bits(47 << 23)..=f32::from_bits(247 << 23);
    if TRUSTED.contains(&squares) { squares.sqrt() } else { f32::NAN }
}

/// Registers of a vector that are taken one after another.
const LINES: usize = 2;

/// Returns for each of the vectors q·x and x·x, or the squared distance and nothing.
#[inline(always)]
fn row_sums<S: Lanes<f32>, const R: usize, const AHEAD: usize, const METRIC: u8>(
    simd: S,
    query: &[f32],
    rows: [&[f32]; R],
) -> [[f32; 2]; R] {
    let mut sums = [[simd.splat(0.0); 2]; R];
    let (query, query_tail) = simd.blocks(query);
    let blocks = rows.map(|row| simd.blocks(row).0);
    // Two lines of a vector at a time: memory gives lines of one page sooner than those of many.
    let (whole, left) = query.as_chunks::<LINES>();
    let parts = blocks.map(|blocks| blocks.as_chunks::<LINES>().0);
    for (i, query) in whole.iter().enumerate() {
        for row in 0..R {
            let part = &parts[row][i];
            for (q, x) in query.iter().zip(part) {
                if AHEAD > 0 {
                    simd::prefetch(std::ptr::from_ref(x).wrapping_byte_add(AHEAD));
                }
                sums[row] = row_step::<S, METRIC>(simd, sums[row], simd.load(q), simd.load(x));
            }
        }
    }
    for (i, q) in left.iter().enumerate() {
        let q = simd.load(q);
        for row in 0..R {
            let x = &blocks[row][whole.len() * LINES + i];
            sums[row] = row_step::<S, METRIC>(simd, sums[row], q, simd.load(x));
        }
    }
    if !query_tail.is_empty() {
        let q = simd.load_tail(query_tail);
        for row in 0..R {
            sums[row] = row_step::<S, METRIC>(simd, sums[row], q, simd.load_tail(simd.blocks(rows[row]).1));
        }
    }
    // No closure: it would be compiled without the instructions of `S`, and pass registers through memory.
    let mut totals = [[0.0; 2]; R];
    for row in 0..R {
        let [sum, squares] = sums[row];
        totals[row] = [simd.sum(sum), if METRIC == EUCLIDEAN { 0.0 } else { simd.sum(squares) }];
    }
    totals
}

/// Adds the products of registers of q and x to the sums.
#[inline(always)]
fn row_step<S: Lanes<f32>, const METRIC: u8>(
    simd: S,
    [sum, squares]: [S::Vector; 2],
    q: S::Vector,
    x: S::Vector,
) -> [S::Vector; 2] {
    if METRIC == EUCLIDEAN {
        let difference = simd.sub(q, x);
        [simd.mul_add(difference, difference, sum), squares]
    } else {
        [simd.mul_add(q, x, sum), simd.mul_add(x, x, squares)]
    }
}

/// Returns x·x.
#[inline(always)]
fn norm_squared<S: Lanes<f32>>(simd: S, row: &[f32]) -> f32 {
    let zero = simd.splat(0.0);
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    let (row, tail) = simd.blocks(row);
    let (row4, row1) = row.as_chunks::<4>();
    for x in row4 {
        let (p, q, r, s) = (simd.load(&x[0]), simd.load(&x[1]), simd.load(&x[2]), simd.load(&x[3]));
        a = simd.mul_add(p, p, a);
        b = simd.mul_add(q, q, b);
        c = simd.mul_add(r, r, c);
        d = simd.mul_add(s, s, d);
    }
    for x in row1 {
        let x = simd.load(x);
        a = simd.mul_add(x, x, a);
    }
    if !tail.is_empty() {
        let x = simd.load_tail(tail);
        b = simd.mul_add(x, x, b);
    }
    simd.sum(simd.add(simd.add(a, b), simd.add(c, d)))
}

/// Adds what value `i` of each vector and of each query contributes. Not a function: the sums would pass through memory.
macro_rules! tile_step {
    ($simd:ident, $sums:ident, $rows:ident, $i:ident, $queries:ident) => {
        let mut queries = [$simd.splat(0.0); Q];
        for across in 0..Q {
            queries[across] = $simd.load(&$queries[across]);
        }
        for row in 0..R {
            let x = $simd.splat($rows[row][$i]);
            for across in 0..Q {
                $sums[row][across] = if METRIC == EUCLIDEAN {
                    let difference = $simd.sub(queries[across], x);
                    $simd.mul_add(difference, difference, $sums[row][across])
                } else {
                    $simd.mul_add(queries[across], x, $sums[row][across])
                };
            }
        }
    };
}

/// Returns for each of the vectors and each of the queries q·x, or the squared distance, and asks for the memory `ahead`.
#[inline(always)]
fn tile_sums<S: Lanes<f32>, const Q: usize, const R: usize, const METRIC: u8>(
    simd: S,
    rows: [&[f32]; R],
    packed: &[f32],
    ahead: usize,
) -> [[S::Vector; Q]; R] {
    let mut sums = [[simd.splat(0.0); Q]; R];
    let packed = simd.blocks(packed).0.as_chunks::<Q>().0;
    let (packed, packed_left) = packed.as_chunks::<STEP>();
    // Arrays of a fixed length, so that nothing is left to check in the innermost loop.
    let steps = rows.map(|row| row.as_chunks::<STEP>().0);
    for (step, queries) in packed.iter().enumerate() {
        let rows = steps.map(|steps| &steps[step]);
        for row in rows {
            simd::prefetch(row.as_ptr().wrapping_byte_add(ahead));
        }
        for (i, queries) in queries.iter().enumerate() {
            tile_step!(simd, sums, rows, i, queries);
        }
    }
    let left = rows.map(|row| row.as_chunks::<STEP>().1);
    for (i, queries) in packed_left.iter().enumerate() {
        tile_step!(simd, sums, left, i, queries);
    }
    sums
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
    fn every_vector_is_in_one_block() {
        let dimension = 3;
        let all = vec![0.0; 60 * dimension];
        // Parts of so many vectors, in blocks of four, the last of which may have less.
        for rows in [&[1][..], &[4], &[60], &[1, 5, 40, 3], &[20, 20, 20]] {
            for (threads, tiled, backwards) in [
                (1, false, false),
                (2, false, true),
                (5, false, false),
                (1, false, true),
                (2, true, false),
                (2, true, true),
            ] {
                let (mut parts, mut count, mut first) = (Vec::new(), 0, 0);
                for rows in rows {
                    parts.push((count, Part { first: first as u64, values: &all[..rows * dimension] }));
                    count += rows.div_ceil(4_usize);
                    first += rows;
                }
                let (step, longest_run) = if tiled { (spreading(count), 1) } else { (1, 3) };
                let blocks = Blocks { parts, count, values: 4 * dimension, step, longest_run };
                let (next, mut seen) = (AtomicUsize::new(0), Vec::new());
                while let Some(Block { part, at, end }) = blocks.take(&next, threads, backwards) {
                    assert!(at < end && end - at <= longest_run * blocks.values, "{at} to {end}");
                    seen.extend((at / dimension..end / dimension).map(|row| part.first + row as u64));
                }
                if !tiled {
                    let begin = if backwards { first as u64 - 1 } else { 0 };
                    assert!(
                        seen[..seen.len().min(longest_run * 4)].contains(&begin),
                        "{rows:?}, backwards: {backwards}"
                    );
                }
                seen.sort_unstable();
                assert!(seen.into_iter().eq(0..first as u64), "{rows:?}, {threads} threads, tiled: {tiled}");
            }
        }
    }

    #[test]
    fn queries_are_scaled_to_a_norm_of_about_one() {
        for norm in [1e-45, 1e-20, 0.5, 1.0, 3.0, 1e38, 1e42] {
            let scaled = norm * scale(norm);
            assert!((0.5..1.0).contains(&scaled), "{norm} became {scaled}");
        }
    }
}
