//! Finding the best vectors exactly, at the speed of memory.
//!
//! Every vector is scored in floats first, with a bound on the error of that score. It shows that most vectors cannot be
//! among the best; the few that may be are kept on a shortlist, scored again in doubles in the end, and those scores
//! alone decide. The result is therefore that of a search in doubles throughout, whatever the instructions, the number
//! of threads and the order of the work.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::filter::{Queries, Request};
use super::ids::{Filters, IdFilter};
use super::queue::Queue;
use super::scan;
use super::shortlist::{Candidate, Shortlist};
use super::store::Snapshot;
use super::threshold::Thresholds;
use super::worker::Worker;
use crate::parallel::CachePadded;
use crate::{Result, memory, parallel, simd};

/// Products below which a search is over before another thread would have begun.
const PARALLEL_FROM: u128 = 1 << 18;

/// Candidates whose scores a thread finds at a time.
const SETTLED: usize = 64;

/// How many candidates before its turn the vector of one is asked for.
const SETTLED_AHEAD: usize = 4;

/// Queries that are answered in one pass over the vectors.
pub(super) const TOGETHER: usize = 256;

/// A query whose filter allows fewer than one of this many vectors is searched for alone: a pass over all of them that it shares
/// with others would take longer.
const SPARSE: u64 = 16;

/// Returns the best vectors of `view` for every query, the best first, with their scores as both bounds.
///
/// # Errors
/// [`crate::Error::OutOfMemory`] when there is none for the candidates, [`crate::Error::Threads`] when there are no
/// threads.
pub(super) fn search(view: &Snapshot, request: Request<'_>, filters: Filters<'_>) -> Result<Vec<Vec<Candidate>>> {
    match filters {
        Filters::None => together(view, request),
        Filters::Shared(filter) => shared(view, request, filter),
        Filters::Each(filters) => each_filtered(view, request, filters),
    }
}

/// Returns what is found where all queries have one filter.
fn shared(view: &Snapshot, request: Request<'_>, filter: IdFilter<'_>) -> Result<Vec<Vec<Candidate>>> {
    let findable = allowed(view, filter);
    let limit = usize::try_from(findable).map_or(request.limit, |findable| findable.min(request.limit));
    if limit == 0 {
        return nothing(request.queries.len() / view.dimension());
    }
    together(view, Request { limit, findable, filter: Some(filter), ..request })
}

/// Returns how many vectors a filter lets a search find, or a few more.
fn allowed(view: &Snapshot, filter: IdFilter<'_>) -> u64 {
    if view.has_ids() { filter.allowed_at_most(view.len()) } else { filter.allowed(view.len()) }
}

/// Returns an empty list for every query.
fn nothing(queries: usize) -> Result<Vec<Vec<Candidate>>> {
    let mut lists = memory::with_capacity(queries)?;
    lists.resize_with(queries, Vec::new);
    Ok(lists)
}

/// Returns what is found where each query has its own filter, or none.
fn each_filtered(
    view: &Snapshot,
    request: Request<'_>,
    filters: &[Option<IdFilter<'_>>],
) -> Result<Vec<Vec<Candidate>>> {
    let (dimension, count) = (view.dimension(), filters.len());
    let query = |query: usize| &request.queries[query * dimension..][..dimension];
    let (mut alone, mut joint) = (memory::with_capacity(count)?, memory::with_capacity(count)?);
    for (number, filter) in filters.iter().enumerate() {
        match filter {
            Some(filter) if count == 1 || allowed(view, *filter) < view.len() / SPARSE => {
                alone.push((number, *filter));
            }
            _ => joint.push(number),
        }
    }
    let mut found = nothing(count)?;
    if !joint.is_empty() {
        let (mut queries, mut own_filters) =
            (memory::with_capacity(joint.len() * dimension)?, memory::with_capacity(joint.len())?);
        for number in &joint {
            queries.extend_from_slice(query(*number));
            own_filters.push(filters[*number]);
        }
        let findable = view.len() / SPARSE;
        let request = Request { queries: &queries, own_filters: &own_filters, findable, ..request };
        for (number, best) in joint.into_iter().zip(together(view, request)?) {
            found[number] = best;
        }
    }
    let search_alone = |i: usize| {
        let (number, filter) = alone[i];
        shared(view, Request { queries: query(number), ..request }, filter)
    };
    let allowed: u128 = alone.iter().map(|(_, filter)| u128::from(allowed(view, *filter))).sum();
    let found_alone = parallel::run_if(alone.len() > 1 && allowed * dimension as u128 >= PARALLEL_FROM, || {
        each(alone.len(), search_alone)
    })?;
    for ((number, _), mut best) in alone.iter().zip(found_alone) {
        found[*number] = best.pop().unwrap_or_default();
    }
    Ok(found)
}

/// Returns what is found for queries that are answered together.
fn together(view: &Snapshot, request: Request<'_>) -> Result<Vec<Vec<Candidate>>> {
    let queries = Queries::new(request, view)?;
    let blocks = Queue::of(&queries)?;
    let read = if request.filter.is_some() { request.findable } else { view.rows() };
    let work = u128::from(read) * request.queries.len() as u128;
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
            let mut own_filters = memory::with_capacity(request.own_filters.len().min(missed.len()))?;
            own_filters.extend(missed.iter().filter_map(|query| request.own_filters.get(*query).copied()));
            let again = Queries::new(Request { queries: &again, own_filters: &own_filters, ..request }, view)?;
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
    let threads = thresholds.threads;
    let rows = blocks.most_rows(queries.dimension);
    let mut workers = memory::with_capacity(threads)?;
    for thread in 0..threads {
        workers.push(Mutex::new(CachePadded(Worker::new(queries, thresholds, thread, rows)?)));
    }
    parallel::for_each(threads, |worker| {
        let CachePadded(worker) = &mut *workers[worker].lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(block) = blocks.take(threads) {
            parallel::before_chunk();
            scan::scan(worker, queries, block);
        }
    });
    let mut found: Vec<Vec<Shortlist>> = memory::with_capacity(threads)?;
    // Whether no thread has found codes to be of no use, and how many vectors were compared by them.
    let (mut are_useful, mut coded) = (true, 0);
    for worker in workers {
        let worker = worker.into_inner().unwrap_or_else(PoisonError::into_inner).0;
        are_useful &= worker.is_coded;
        coded += worker.compared_by_codes();
        found.push(worker.into_lists()?);
    }
    let mut lists =
        each(queries.count, |query| Shortlist::joined(found.iter().map(|lists| &lists[query]), thresholds.get(query)))?;
    drop(found);
    if queries.coded.is_some() {
        let (likely, open) = settle_likely(queries, &mut lists, thresholds)?;
        let all = queries.view.rows() as f32 * queries.count as f32;
        let share = if are_useful { likely as f32 / all + open as f32 / coded as f32 } else { 1.0 };
        // Where no vector had codes, nothing is known of their use.
        if coded > 0 || !are_useful {
            queries.request.coding.learn(queries.way(), share);
        }
    }
    settle(queries, &mut lists, usize::MAX)?;
    let mut ranked = memory::with_capacity(queries.count)?;
    ranked.extend(lists.into_iter().map(Mutex::new));
    parallel::for_each(queries.count, |query| ranked[query].lock().unwrap_or_else(PoisonError::into_inner).rank());
    let mut best = memory::with_capacity(queries.count)?;
    best.extend(ranked.into_iter().map(|list| list.into_inner().unwrap_or_else(PoisonError::into_inner).into_ranked()));
    Ok(best)
}

/// Finds the scores of twice as many as are wanted, of those that are likely the best, and drops who cannot be among the best
/// then: bounds by codes are so wide that many can. Returns how many scores that makes, and how many are left to find.
fn settle_likely(queries: &Queries<'_>, lists: &mut [Shortlist], thresholds: &Thresholds) -> Result<(usize, usize)> {
    let likely = queries.request.limit.saturating_mul(2);
    for list in lists.iter_mut() {
        list.reached_by(likely);
    }
    settle(queries, lists, likely)?;
    let (mut settled, mut open) = (0, 0);
    for (query, list) in lists.iter_mut().enumerate() {
        let before = list.candidates().len();
        list.drop_hopeless(thresholds.get(query));
        settled += likely.min(before);
        open += list.candidates().iter().filter(|candidate| !candidate.is_settled()).count();
    }
    Ok((settled, open))
}

/// Finds the scores of the first `most` candidates of each list, on all threads, in the order in which the vectors lie in memory.
fn settle(queries: &Queries<'_>, lists: &mut [Shortlist], most: usize) -> Result<()> {
    let open = |candidate: &&mut Candidate| !candidate.is_settled();
    let count = lists.iter_mut().map(|list| list.candidates().iter_mut().take(most).filter(open).count()).sum();
    let mut candidates = memory::with_capacity(count)?;
    for (query, list) in lists.iter_mut().enumerate() {
        let open = list.candidates().iter_mut().take(most).filter(open);
        candidates.extend(open.map(|candidate| (query, candidate)));
    }
    candidates.sort_unstable_by_key(|(_, candidate)| candidate.slot);
    let mut shares = memory::with_capacity(count.div_ceil(SETTLED))?;
    shares.extend(candidates.chunks_mut(SETTLED).map(Mutex::new));
    let settle = |share: usize| {
        let mut room = queries.room()?;
        let mut share = shares[share].lock().unwrap_or_else(PoisonError::into_inner);
        // All of them at once: a disk reads many sooner than one after the other.
        share.iter().for_each(|(_, candidate)| queries.view.will_need(candidate.slot));
        for i in 0..share.len() {
            if let Some(vector) = share.get(i + SETTLED_AHEAD).and_then(|(_, next)| queries.view.get(next.slot)) {
                vector.addresses(simd::LINE).for_each(simd::prefetch);
            }
            let (query, candidate) = &mut share[i];
            candidate.settle(queries.score(*query, candidate.slot, &mut room));
        }
        Ok(())
    };
    each(shares.len(), settle).map(drop)
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
