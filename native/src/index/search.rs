//! Finding the best vectors exactly, at the speed of memory.
//!
//! Every vector is scored in floats first, with a bound on the error of that score. It shows that most vectors cannot be
//! among the best; the few that may be are kept on a shortlist, scored again in doubles in the end, and those scores
//! alone decide. The result is therefore that of a search in doubles throughout, whatever the instructions, the number
//! of threads and the order of the work.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::Metric;
use super::filter::Queries;
use super::queue::Queue;
use super::read_order::ReadOrder;
use super::shortlist::{Candidate, Shortlist};
use super::store::Snapshot;
use super::threshold::Thresholds;
use super::worker::Worker;
use crate::parallel::CachePadded;
use crate::simd::{self, Level};
use crate::{Result, memory, parallel};

/// Products below which a search is over before another thread would have begun.
const PARALLEL_FROM: u128 = 1 << 18;

/// Candidates whose scores a thread finds at a time.
const SETTLED: usize = 64;

/// How many candidates before its turn the vector of one is asked for.
const SETTLED_AHEAD: usize = 4;

/// Queries that are answered in one pass over the vectors.
pub(super) const TOGETHER: usize = 256;

/// Values of a cache line.
const LINE: usize = simd::LINE / size_of::<f32>();

/// What a search is given.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) level: Level,
    pub(super) read_order: &'a ReadOrder,
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
/// [`crate::Error::OutOfMemory`] when there is none for the candidates, [`crate::Error::Threads`] when there are no
/// threads.
pub(super) fn search(view: &Snapshot, request: Request<'_>) -> Result<Vec<Vec<Candidate>>> {
    let queries = Queries::new(request, view)?;
    let blocks = Queue::of(&queries)?;
    let work = u128::from(view.len()) * request.queries.len() as u128;
    if work < PARALLEL_FROM {
        return best(&queries, &blocks, &Thresholds::new(&queries, 1, false)?);
    }
    parallel::run(|| {
        let threads = parallel::threads().min(blocks.count);
        let thresholds = Thresholds::new(&queries, threads, Thresholds::are_worth_guessing(&queries, blocks.count))?;
        let mut found = best(&queries, &blocks, &thresholds)?;
        let mut missed = memory::with_capacity(queries.count)?;
        missed.extend((0..queries.count).filter(|query| thresholds.have_kept_out_some_of(*query, &found[*query])));
        if !missed.is_empty() {
            let mut again = memory::with_capacity(missed.len() * queries.dimension)?;
            missed.iter().for_each(|query| again.extend_from_slice(queries.query(*query)));
            let again = Queries::new(Request { queries: &again, ..request }, view)?;
            let thresholds = Thresholds::new(&again, threads, false)?;
            for (query, best) in missed.into_iter().zip(best(&again, &Queue::of(&again)?, &thresholds)?) {
                found[query] = best;
            }
        }
        Ok(found)
    })?
}

/// Returns the best vectors in these blocks for every query, of which a guess among the `thresholds` may have kept out some.
fn best(queries: &Queries<'_>, blocks: &Queue<'_>, thresholds: &Thresholds) -> Result<Vec<Vec<Candidate>>> {
    let Thresholds { limit, threads, .. } = *thresholds;
    let mut workers = memory::with_capacity(threads)?;
    for thread in 0..threads {
        workers.push(Mutex::new(CachePadded(Worker::new(queries, thresholds, thread)?)));
    }
    parallel::for_each(threads, |worker| {
        let CachePadded(worker) = &mut *workers[worker].lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(block) = blocks.take(threads) {
            parallel::before_chunk();
            worker.scan(queries, block);
        }
    });
    let mut found: Vec<Vec<Shortlist>> = memory::with_capacity(threads)?;
    found.extend(workers.into_iter().map(|worker| worker.into_inner().unwrap_or_else(PoisonError::into_inner).0.lists));
    let mut lists = each(queries.count, |query| {
        Shortlist::joined(found.iter().map(|lists| &lists[query]), limit, thresholds.get(query))
    })?;
    drop(found);
    settle(queries, &mut lists)?;
    each(queries.count, |query| lists[query].best())
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
