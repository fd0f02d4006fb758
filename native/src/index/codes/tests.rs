//! Bounds and searches over data of many kinds, some of it made against codes.

use std::sync::atomic::Ordering;

use super::super::filter::{Queries, Request};
use super::super::metric::Metric;
use super::super::read_order::ReadOrder;
use super::super::store::{Snapshot, Store};
use super::super::stored::{Storage, Stored};
use super::super::{Bound, Filters, IdFilter, IdSet, Index, Search};
use super::{Batch, Coding, GROUP, TOGETHER};
use crate::Result;
use crate::simd::Level;
use crate::vector::tests::numbers;

const METRICS: [Metric; 3] = [Metric::DotProduct, Metric::Cosine, Metric::Euclidean];

/// Data with queries that have no codes.
const OUT_OF_RANGE: [&str; 4] = ["subnormal", "1e20", "1e-19 beside 1", "1e25 beside 1"];

/// Returns `rows` vectors and two queries of each kind.
fn data(rows: usize, dimension: usize) -> Vec<(&'static str, Vec<f32>)> {
    let count = (rows + 2) * dimension;
    // From -1 to 1, and nearly normal.
    let mut uniform = numbers(dimension as u64);
    let mut normal = {
        let mut numbers = numbers(7 + dimension as u64);
        move || (0..4).map(|_| numbers.next().unwrap()).sum::<f64>()
    };
    let mut made = Vec::new();
    let mut add = |name, value: &mut dyn FnMut(usize, usize) -> f64| {
        let values = (0..count).map(|i| value(i / dimension, i % dimension) as f32);
        made.push((name, values.collect::<Vec<f32>>()));
    };
    add("normal", &mut |_, _| normal());
    add("uniform", &mut |_, _| uniform.next().unwrap());
    add("positive", &mut |_, _| uniform.next().unwrap().abs());
    add("one tight cluster", &mut |_, i| 3.0 + (i % 5) as f64 + 1e-5 * normal());
    add("two tight clusters", &mut |row, i| if row % 2 == 0 { i as f64 } else { -1.0 } + 1e-5 * normal());
    add("an offset of 1000", &mut |_, _| 1e3 + normal());
    add("outlier coordinates", &mut |_, i| normal() * if i % 97 == 0 { 500.0 } else { 1.0 });
    add("heavy tails", &mut |_, _| normal().powi(9));
    add("all equal", &mut |_, i| 0.1 + i as f64);
    add("duplicates", &mut |row, i| ((row % 7 + 1) * (i % 11 + 1)) as f64 / 3.0);
    add("subnormal", &mut |_, _| 1e-41 * (2.0 + normal()));
    add("1e-17", &mut |_, _| 1e-17 * normal());
    add("1e17", &mut |_, _| 1e17 * normal() / (dimension as f64).sqrt());
    add("1e20", &mut |_, _| 1e20 * (2.0 + normal()));
    add("1e-19 beside 1", &mut |row, _| if row % 3 == 0 { 1e-19 } else { 1.0 } * normal());
    add("1e25 beside 1", &mut |row, _| if row % 31 == 0 { 1e25 } else { 1.0 } * normal());
    add("one hot", &mut |row, i| f64::from(i == row * 7 % dimension));
    add("integers", &mut |_, _| (normal() * 100.0).round());
    made
}

fn view(dimension: usize, vectors: &[f32]) -> Snapshot {
    let store = Store::new(dimension, Storage::Float32);
    let copied: Result<u64> = store.append(vectors.len() / dimension, |from, room| {
        room.copy_from_slice(&vectors[from..from + room.len()]);
        Ok(())
    });
    copied.unwrap();
    store.view()
}

#[test]
fn scores_are_within_their_bounds() {
    for (dimension, rows) in [(1, 64), (2, 64), (7, 64), (100, 64), (518, 32), (519, 32), (4096, 16), (16_384, 16)] {
        for (name, values) in data(rows, dimension) {
            let (vectors, queries) = values.split_at(rows * dimension);
            // A vector itself is the nearest of all.
            for queries in [queries, &vectors[..dimension]] {
                for (metric, level) in METRICS.into_iter().flat_map(|m| Level::present().map(move |level| (m, level))) {
                    check_bounds(name, metric, level, dimension, vectors, queries);
                }
            }
        }
    }
}

fn check_bounds(name: &str, metric: Metric, level: Level, dimension: usize, vectors: &[f32], values: &[f32]) {
    let (view, coding, read_order) = (view(dimension, vectors), Coding::default(), ReadOrder::default());
    coding.set_from(1);
    let request = Request {
        level,
        read_order: &read_order,
        coding: &coding,
        metric,
        queries: values,
        limit: 1,
        findable: view.len(),
        floor: f32::NEG_INFINITY,
        filter: None,
        own_filters: &[],
    };
    let queries = Queries::new(request, &view).unwrap();
    let Some(coded) = &queries.coded else {
        assert!(OUT_OF_RANGE.contains(&name), "{name} of {dimension} has no codes");
        return;
    };
    let batch = Batch::new(level, coded.centre, dimension, values, &coded.queries).unwrap();
    assert_eq!(batch.is_some(), Batch::worthwhile_from(level, queries.count).is_some());
    for part in view.parts() {
        let Some(room) = part.codes.unwrap().room(dimension) else { continue };
        for (number, rows) in part.values.as_floats().chunks_exact(GROUP * dimension).enumerate() {
            assert!(room.group(number).is_none());
            room.make(number, level, metric, coded.centre, Stored::Floats(rows));
            let group = room.group(number).unwrap();
            if let Some(batch) = &batch {
                check_batch(
                    &format!("{name}, {metric:?}, {level:?}, {dimension} values"),
                    &queries,
                    batch,
                    number,
                    group,
                );
            }
            for (query, coded) in coded.queries.iter().enumerate() {
                for row in 0..GROUP {
                    let slot = part.first + (number * GROUP + row) as u64;
                    let Some(score) = queries.score(query, slot, &mut []) else { continue };
                    let (_, products) = coded.passing(level, group, f32::INFINITY);
                    let (low, high) = coded.bounds(row, products[row], group.1);
                    let what =
                        format!("{name}, {metric:?}, {level:?}, {dimension} values, query {query}, vector {slot}");
                    assert!(low <= score && score <= high, "{what}: {score:e} is not within {low:e} and {high:e}");
                    let (passing, _) = coded.passing(level, group, coded.cutoff(score));
                    assert!(passing >> row & 1 == 1, "{what}: left out by its own score {score:e}");
                    let far = 10.0 * (high - low) + 1e-3 * score.abs() + 1e-30;
                    let (passing, _) = coded.passing(level, group, coded.cutoff(high + far));
                    assert!(passing >> row & 1 == 0 || !high.is_finite(), "{what}: not left out");
                }
            }
        }
    }
}

/// Checks that queries together let pass what they should of a group, and leave out what is far below.
fn check_batch(what: &str, queries: &Queries<'_>, batch: &Batch, number: usize, group: (&[i8], &[f32])) {
    let (level, coded) = (queries.request.level, queries.coded.as_ref().unwrap());
    for (query, coded) in coded.queries.iter().enumerate() {
        let passing = |cutoff: f32| {
            let mut cutoffs = [f32::INFINITY; TOGETHER];
            cutoffs[query] = cutoff;
            let passing = batch.passing(level, 0, group, &cutoffs);
            assert!(
                (0..queries.count).all(|other| other == query || passing[other] & !unbounded(group) == 0),
                "{what}"
            );
            passing[query]
        };
        let (_, products) = coded.passing(level, group, f32::INFINITY);
        for (row, product) in products.into_iter().enumerate() {
            let Some(score) = queries.score(query, (number * GROUP + row) as u64, &mut []) else { continue };
            let passes = passing(coded.cutoff(score)) >> row & 1 == 1;
            assert!(passes, "{what}, query {query}, vector {number}/{row}: left out by its own score {score:e}");
            let (low, high) = coded.bounds(row, product, group.1);
            // With a query of 8 bits, the bound is wider by a part of the norms.
            let far = high + 4.0 * (high - low) + coded.reach(row, group.1) / 4.0 + 1e-3 * score.abs() + 1e-30;
            let passes = passing(coded.cutoff(far)) >> row & 1 == 1;
            assert!(!passes || !far.is_finite(), "{what}, query {query}, vector {number}/{row}: not left out");
        }
    }
}

/// Returns a bit for each vector of a group that has no codes.
fn unbounded((_, constants): (&[i8], &[f32])) -> u32 {
    (0..GROUP).map(|row| u32::from(constants[GROUP + row].is_infinite()) << row).sum()
}

/// Returns an index in uneven pieces, of which some have their own ids and some were removed if `changed`.
fn index(metric: Metric, dimension: usize, vectors: &[f32], changed: bool) -> Index {
    let index = Index::new(dimension as i64, metric).unwrap();
    let (mut rest, mut rows) = (vectors, 100);
    while !rest.is_empty() {
        let (piece, more) = rest.split_at((rows * dimension).min(rest.len()));
        index.add(piece).unwrap();
        (rest, rows) = (more, rows * 3 % 409 + 1);
    }
    if changed {
        index.remove(&[3, 4, 5, 77]).unwrap();
        index.put_all(&[9, -5], &vectors[dimension..3 * dimension]).unwrap();
    }
    index
}

#[test]
fn searches_with_codes_find_what_searches_without_find() {
    const ROWS: usize = 1500;
    for dimension in [1, 16, 101] {
        for (name, mut values) in data(ROWS, dimension) {
            for metric in METRICS {
                if metric == Metric::Cosine {
                    // No vector may be zero.
                    values
                        .chunks_exact_mut(dimension)
                        .filter(|row| row.iter().all(|x| *x == 0.0))
                        .for_each(|row| row[0] = 1.0);
                }
                for changed in [false, true] {
                    compare(name, metric, dimension, values.split_at(ROWS * dimension), changed);
                }
            }
        }
    }
}

fn compare(name: &str, metric: Metric, dimension: usize, (vectors, queries): (&[f32], &[f32]), changed: bool) {
    let [plain, coded] = [(); 2].map(|()| index(metric, dimension, vectors, changed));
    // The best instructions, and those that are not quite as good.
    let level = Level::present().rev().take(2).nth(usize::from(changed)).unwrap_or(Level::best());
    let coded = coded.at(level);
    plain.use_codes_from(u64::MAX);
    coded.use_codes_from(1);
    let some: Vec<i64> = (0..1500).filter(|id| id % 3 != 0).collect();
    let few: Vec<i64> = (0..1500).step_by(50).collect();
    let filters = [None, Some(IdFilter::allowing(IdSet::Sorted(&some))), Some(IdFilter::allowing(IdSet::Sorted(&few)))];
    // More than one tile of queries, of which some are vectors themselves.
    let many = [queries, &vectors[..9 * dimension]].concat();
    for queries in [&queries[..dimension], queries, &many] {
        let median = plain.search_all(queries, &Search::nearest(700)).unwrap();
        let score = median.scores[median.counts[0] / 2];
        let bound = if metric == Metric::Euclidean { Bound::AtMost(score) } else { Bound::AtLeast(score) };
        for k in [Some(1), Some(10), Some(150), None] {
            for bound in [None, Some(bound)] {
                for filter in filters {
                    let filters = filter.map_or(Filters::None, Filters::Shared);
                    let search = Search { k, bound, filters };
                    let expected = plain.search_all(queries, &search).unwrap();
                    for _ in 0..2 {
                        let found = coded.search_all(queries, &search).unwrap();
                        assert!(
                            found == expected,
                            "{name}, {metric:?}, {dimension} values, {search:?}, changed: {changed}"
                        );
                    }
                }
            }
        }
        // As if nothing had been learnt.
        coded.coding.shares.iter().for_each(|share| share.store(0, Ordering::Relaxed));
    }
    assert!(coded.bytes() > plain.bytes() || OUT_OF_RANGE.contains(&name), "{name}: there are no codes");
}
