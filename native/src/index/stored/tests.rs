//! Indexes in half precision against indexes in single precision that the rounded values are added to.

use super::super::half::Half;
use super::super::{Bound, Filters, Found, IdFilter, IdSet, Index, Metric, Search};
use super::{PIECE, Storage};
use crate::file::tests::Scratch;
use crate::simd::Level;
use crate::vector::tests::numbers;
use crate::{Error, npy};

const METRICS: [Metric; 3] = [Metric::DotProduct, Metric::Cosine, Metric::Euclidean];

fn rounded(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| Half::nearest(*value).value()).collect()
}

/// Returns an index of the vectors in uneven pieces, of which some have their own ids and some were removed if `changed`.
fn index(storage: Storage, metric: Metric, dimension: usize, vectors: &[f32], changed: bool) -> Index {
    let index = Index::stored_as(storage, dimension as i64, metric).unwrap();
    let (mut rest, mut rows) = (vectors, 100);
    while !rest.is_empty() {
        let (piece, more) = rest.split_at((rows * dimension).min(rest.len()));
        index.add(piece).unwrap();
        (rest, rows) = (more, rows * 3 % 409 + 1);
    }
    if changed {
        // So many that chunks are emptied.
        let some: Vec<i64> = (0..(vectors.len() / dimension) as i64).filter(|id| id % 5 == 1).collect();
        index.remove(&some).unwrap();
        index.put_all(&[9, -5], &vectors[dimension..3 * dimension]).unwrap();
        index.put(1 << 40, &vectors[..dimension]).unwrap();
    }
    index
}

fn bits(found: &Found) -> (&[i64], Vec<u32>, &[usize]) {
    (&found.ids, found.scores.iter().map(|score| score.to_bits()).collect(), &found.counts)
}

/// Asserts that both indexes find the same in every way of searching.
fn assert_same(what: &str, [halves, floats]: [&Index; 2], queries: &[f32]) {
    let dimension = halves.dimension();
    assert_eq!(halves.ids(), floats.ids(), "{what}");
    for id in halves.ids().unwrap() {
        assert_eq!(halves.get(id), floats.get(id), "{what}, vector {id}");
    }
    let size = halves.len() as i64;
    let some: Vec<i64> = (-5..size).filter(|id| id % 3 != 0).collect();
    let few: Vec<i64> = (0..size).step_by(50).collect();
    let shared = [None, Some(&some), Some(&few)].map(|ids| ids.map(|ids| IdFilter::allowing(IdSet::Sorted(ids))));
    for count in [1, 3, 21] {
        let queries = &queries[..count * dimension];
        let middle = floats.search_all(queries, &Search::nearest(size / 2 + 1)).unwrap();
        let score = middle.scores[middle.counts[0] / 2];
        let bound = if floats.metric() == Metric::Euclidean { Bound::AtMost(score) } else { Bound::AtLeast(score) };
        let own: Vec<_> = (0..count).map(|query| shared[query % 3]).collect();
        let filters = shared.map(|filter| filter.map_or(Filters::None, Filters::Shared));
        for filters in filters.into_iter().chain([Filters::Each(&own)]) {
            for (k, bound) in
                [(Some(1), None), (Some(30), None), (Some(30), Some(bound)), (None, Some(bound)), (None, None)]
            {
                let search = Search { k, bound, filters };
                let expected = floats.search_all(queries, &search).unwrap();
                let found = halves.search_all(queries, &search).unwrap();
                assert!(bits(&found) == bits(&expected), "{what}, {count} queries, {k:?}, {bound:?}, {filters:?}");
            }
        }
    }
}

/// Does so with the instructions of every level, with codes and without them.
fn check(what: &str, metric: Metric, dimension: usize, vectors: &[f32], changed: bool) {
    let queries = vectors[..21 * dimension].iter().rev().map(|value| value * 0.9 + 1e-3).collect::<Vec<_>>();
    for level in Level::present() {
        // Sums of doubles are added in another order by another level.
        let floats = index(Storage::Float32, metric, dimension, &rounded(vectors), changed).at(level);
        floats.use_codes_from(u64::MAX);
        let halves = index(Storage::Float16, metric, dimension, vectors, changed).at(level);
        let what = format!("{what}, {metric:?}, {level:?}, {dimension} values, changed: {changed}");
        halves.use_codes_from(u64::MAX);
        assert_same(&what, [&halves, &floats], &queries);
        assert!(halves.bytes() <= floats.bytes() / 2 + (32 << 10), "{what}: {} bytes", halves.bytes());
        let before = halves.bytes();
        halves.use_codes_from(1);
        assert_same(&format!("{what}, with codes"), [&halves, &floats], &queries);
        assert!(halves.bytes() > before || changed, "{what}: there are no codes");
    }
}

#[test]
fn searches_find_what_they_find_among_the_rounded_values() {
    for (dimension, rows) in [(1, 700), (7, 700), (16, 500), (101, 400), (3000, 50)] {
        for (metric, changed) in METRICS.into_iter().flat_map(|metric| [(metric, false), (metric, true)]) {
            let vectors: Vec<f32> = numbers(5).take(rows * dimension).map(|value| value as f32 + 1e-3).collect();
            check("from -1 to 1", metric, dimension, &vectors, changed);
        }
    }
}

#[test]
fn subnormal_and_huge_numbers_are_ordinary_values() {
    let (dimension, rows) = (19, 300);
    for metric in METRICS {
        for factor in [1e-7, 6e-5, 65_519.0, 1.0] {
            let mut vectors: Vec<f32> = numbers(6).take(rows * dimension).map(|value| value as f32 * factor).collect();
            let special = [0.0, -0.0, 65_504.0, -65_519.99, 6e-8, -2_f32.powi(-24), 6.1e-5, 1.0 + 2_f32.powi(-11)];
            vectors.iter_mut().step_by(3).zip(special.iter().cycle()).for_each(|(value, special)| *value = *special);
            check("special values", metric, dimension, &vectors, false);
        }
    }
}

#[test]
fn values_are_rounded_to_the_nearest_and_of_two_to_the_even_one() {
    let index = Index::stored_as(Storage::Float16, 2, Metric::Euclidean).unwrap();
    let ulp = 2_f32.powi(-10);
    index.add(&[1.0 + ulp / 2.0, 1.0 + 1.5 * ulp, 0.1, -65_519.99]).unwrap();
    index.add(&[2_f32.powi(-25), 1.5 * 2_f32.powi(-24), -0.0, 1e-40]).unwrap();
    assert_eq!(index.get(0), Ok(vec![1.0, 1.0 + 2.0 * ulp]));
    assert_eq!(index.get(1), Ok(vec![0.099_975_586, -65_504.0]));
    assert_eq!(index.get(2), Ok(vec![0.0, 2_f32.powi(-23)]));
    assert_eq!(index.get(3).unwrap()[0].to_bits(), (-0.0_f32).to_bits());
}

#[test]
fn values_that_do_not_fit_are_refused_and_nothing_is_added() {
    let index = Index::stored_as(Storage::Float16, 4, Metric::Cosine).unwrap();
    index.add(&[1.0; 4]).unwrap();
    // In the second of several pieces.
    let mut vectors = vec![1.0; 3 * PIECE];
    let at = PIECE + 9;
    let vector = at / 4;
    for (value, problem) in [
        (65_520.0, "is 65520.0, but the largest of float16 is 65504.0"),
        (-131_072.0, "is -131072.0, but the largest of float16 is 65504.0"),
        (f32::NEG_INFINITY, "is -Infinity, not a finite number"),
        (f32::NAN, "is NaN, not a finite number"),
    ] {
        vectors[at] = value;
        let error = index.add(&vectors).unwrap_err().to_string();
        assert_eq!(error, format!("value 1 of vector {vector} {problem}"));
        let error = index.put(7, &[1.0, 1.0, value, 1.0]).unwrap_err().to_string();
        assert_eq!(error, format!("value 2 of the vector {problem}"));
    }
    vectors[at / 4 * 4..][..4].fill(2_f32.powi(-25));
    let error = index.add(&vectors).unwrap_err().to_string();
    assert_eq!(error, format!("vector {vector} is zero when it is rounded to float16, which has no direction"));
    vectors[at / 4 * 4..][..4].fill(-0.0);
    let error = index.add(&vectors).unwrap_err().to_string();
    assert_eq!(error, format!("vector {vector} is zero, which has no direction"));
    assert_eq!((index.len(), index.ids()), (1, Ok(vec![0])));
    vectors[at / 4 * 4] = 2_f32.powi(-25).next_up();
    assert_eq!(index.add(&vectors), Ok(1));
    // Queries are floats.
    assert!(index.search(&[1e38; 4], &Search::nearest(1)).is_ok());
    assert!(index.search(&[1e-38; 4], &Search::nearest(1)).is_ok());
}

#[test]
fn files_of_half_precision_are_written_opened_and_mapped() {
    let scratch = Scratch::new("index-halves");
    let path = scratch.file("vectors.npy");
    let (dimension, rows) = (13, 3000);
    for (metric, changed) in METRICS.into_iter().zip([false, true, false]) {
        let vectors: Vec<f32> = numbers(8).take(rows * dimension).map(|value| value as f32).collect();
        let saved = index(Storage::Float16, metric, dimension, &vectors, changed);
        saved.save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes[..128].windows(5).any(|text| text == b"'<f2'"));
        assert_eq!(bytes.len() as u64, 128 + saved.len() * 2 * dimension as u64);
        // SAFETY: no other process knows the file.
        let mapped = unsafe { Index::map(&path, metric) }.unwrap();
        let halves = Index::open_as(Storage::Float16, &path, metric).unwrap();
        let floats = Index::open(&path, metric).unwrap();
        let storages = [&mapped, &halves, &floats].map(Index::storage);
        assert_eq!(storages, [Storage::Float16, Storage::Float16, Storage::Float32]);
        assert_eq!((mapped.bytes(), floats.bytes()), (0, 2 * halves.bytes()));
        assert_same("mapped", [&mapped, &floats], &vectors);
        assert_same("opened", [&halves, &floats], &vectors);
        drop(mapped);
        floats.save(&path).unwrap();
        let narrowed = Index::open_as(Storage::Float16, &path, metric).unwrap();
        assert_same("opened from floats", [&narrowed, &floats], &vectors);
    }
}

#[test]
fn files_are_rounded_in_either_order_and_refused_where_a_value_does_not_fit() {
    let scratch = Scratch::new("index-narrowed");
    let path = scratch.file("vectors.npy");
    // More than one piece.
    let (dimension, rows) = (40, 1000);
    let values: Vec<f64> = numbers(9).take(dimension * rows).collect();
    let transposed: Vec<f64> = (0..values.len()).map(|i| values[i % rows * dimension + i / rows]).collect();
    let expected = rounded(&values.iter().map(|value| *value as f32).collect::<Vec<_>>());
    for (order, values) in [("False", &values), ("True ", &transposed)] {
        npy::write(&path, &[rows as u64, dimension as u64], [&**values]).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(5).position(|text| text == b"False").unwrap();
        bytes[at..at + 5].copy_from_slice(order.as_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let opened = Index::open_as(Storage::Float16, &path, Metric::DotProduct).unwrap();
        for (id, vector) in expected.chunks_exact(dimension).enumerate() {
            assert_eq!(opened.get(id as i64).unwrap(), vector, "{order}, vector {id}");
        }
    }
    npy::write(&path, &[1, 2], [&[1.0, 65_520.0][..]]).unwrap();
    let error = Index::open_as(Storage::Float16, &path, Metric::DotProduct).unwrap_err();
    let problem = "value 1 of vector 0 is 65520.0, but the largest of float16 is 65504.0";
    assert_eq!(error, Error::file(&path, problem.into()));
}
