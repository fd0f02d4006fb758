//! Natives behind `VectorIndex`.
//!
//! An index is known to Java by its handle, see [`handles`]: memory does not depend on how Java uses it. Arrays are copied, since
//! a search may wait for others.

use jni::sys::{jboolean, jfloat, jint, jlong};

use super::arrays::{Array, Rows, new_array, shape};
use super::failure::{Failure, Result};
use super::natives;
use crate::index::handles::{self, get};
use crate::index::saved::{Part, Save};
use crate::index::{self, Bound, Filters, Found, IdFilter, IdSet, Index, Metric, Search, Storage};
use crate::{Error, memory};

natives! {
    fn index_create(dimension: jint, metric: jint, storage: jint) -> jlong {
        Ok(handles::open(Index::stored_as(self::storage(storage), dimension.into(), self::metric(metric))?))
    }

    fn index_open[_call](path: Path, metric: jint, storage: jint) -> jlong {
        Ok(handles::open(Index::open_as(self::storage(storage), &path, self::metric(metric))?))
    }

    fn index_map[_call](path: Path, metric: jint) -> jlong {
        // SAFETY: `VectorIndex.map` tells its callers not to change the file.
        Ok(handles::open(unsafe { Index::map(&path, self::metric(metric)) }?))
    }

    fn index_close(index: jlong) {
        handles::close(index);
        Ok(())
    }

    fn index_add[_call](index: jlong, vector: jfloat[]) -> jlong {
        Ok(get(index)?.add_one_with(vector.length(), copied(vector, 0))? as jlong)
    }

    fn index_add_all[_call](index: jlong, vectors: jfloat[], first: jint, count: jint) -> jlong {
        let (first, count) = shape(first, count)?;
        Ok(get(index)?.add_with(count, copied(vectors, first))? as jlong)
    }

    fn index_add_matrix[_call](index: jlong, rows: jint, columns: jint, values: jfloat[]) -> jlong {
        let (rows, columns) = shape(rows, columns)?;
        Ok(get(index)?.add_rows_with(rows, columns, copied(values, 0))? as jlong)
    }

    fn index_add_rows[call](index: jlong, vectors: JObject) -> jlong {
        let (rows, index) = (Rows::new(call, &vectors, "vectors")?, get(index)?);
        let (count, dimension) = (rows.length(), index.dimension());
        let copy = |from: usize, room: &mut [f32]| {
            for (row, room) in (from / dimension..).zip(room.chunks_exact_mut(dimension)) {
                rows.with(row, |vector| {
                    index.check_dimension(row, vector.length())?;
                    vector.read(0, room);
                    Ok(())
                })?;
            }
            Ok(())
        };
        Ok(index.add_rows_with::<Failure>(count, dimension, copy)? as jlong)
    }

    fn index_add_memory[call](index: jlong, buffer: JObject, first: jint, count: jint) -> jlong {
        let (_, values) = shape(first, count)?;
        let vectors = call.floats(&buffer, first, count)?;
        let copy = |from, room: &mut [f32]| {
            vectors.read(from, room);
            Ok(())
        };
        Ok(get(index)?.add_with::<Failure>(values, copy)? as jlong)
    }

    fn index_put[_call](index: jlong, id: jlong, vector: jfloat[]) -> jboolean {
        get(index)?.put_one_with(id, vector.length(), copied(vector, 0))
    }

    fn index_put_all[_call](index: jlong, ids: jlong[], vectors: jfloat[]) -> jlong {
        Ok(get(index)?.put_with(&ids.to_vec()?, vectors.length(), copied(vectors, 0))? as jlong)
    }

    fn index_remove[_call](index: jlong, ids: jlong[]) -> jlong {
        Ok(get(index)?.remove(&ids.to_vec()?)? as jlong)
    }

    fn index_contains(index: jlong, id: jlong) -> jboolean {
        Ok(get(index)?.contains(id))
    }

    fn index_ids[call](index: jlong) -> [jlong] {
        new_array(call, &get(index)?.ids()?)
    }

    fn index_get[call](index: jlong, id: jlong) -> [jfloat] {
        new_array(call, &get(index)?.get(id)?)
    }

    fn index_size(index: jlong) -> jlong {
        Ok(get(index)?.len() as jlong)
    }

    fn index_dimension(index: jlong) -> jint {
        Ok(get(index)?.dimension() as jint)
    }

    fn index_storage(index: jlong) -> jint {
        Ok(get(index)?.storage() as jint)
    }

    fn index_bytes(index: jlong) -> jlong {
        Ok(get(index)?.bytes() as jlong)
    }

    fn index_use_codes(index: jlong, from: jlong) {
        get(index)?.use_codes_from(if from == 0 { index::CODES_FROM } else { from as u64 });
        Ok(())
    }

    fn index_bytes_in_use() -> jlong {
        Ok(index::bytes_in_use() as jlong)
    }

    fn open_indexes() -> jint {
        Ok(jint::try_from(handles::count()).unwrap_or(jint::MAX))
    }

    fn index_search[call](
        index: jlong, query: jfloat[], k: jlong, bound: jint, threshold: jfloat, filters: jlong[]?, own: jint[]?
    ) -> [jlong] {
        let query = query.to_vec()?;
        let given = Given::of(k, self::bound(bound, threshold), filters, own)?;
        let found = given.search(|search| get(index)?.search(&query, search))?;
        new_array(call, &packed(&found)?)
    }

    fn index_search_all[call](
        index: jlong, queries: jfloat[], k: jlong, bound: jint, threshold: jfloat, filters: jlong[]?, own: jint[]?,
        counts: jint[]
    ) -> [jlong] {
        let queries = queries.to_vec()?;
        let given = Given::of(k, self::bound(bound, threshold), filters, own)?;
        let found = given.search(|search| get(index)?.search_all(&queries, search))?;
        let mut found_counts = memory::with_capacity(found.counts.len())?;
        found_counts.extend(found.counts.iter().map(|count| *count as jint));
        // More hits than an array holds are refused first.
        let packed = new_array(call, &packed(&found)?)?;
        counts.write(&found_counts);
        Ok(packed)
    }

    fn index_save[_call](index: jlong, path: Path) {
        Ok(get(index)?.save(&path)?)
    }

    fn index_create_mapped(dimension: jint, metric: jint, storage: jint) -> jlong {
        Ok(handles::open(Index::new_mapped(self::storage(storage), dimension.into(), self::metric(metric))?))
    }

    fn index_begin_segment(index: jlong) {
        get(index)?.begin_segment()
    }

    fn index_open_part[_call](index: jlong, part: jint, path: Path, count: jlong, checksum: jint) {
        Ok(get(index)?.open_part(self::part(part), &path, count as u64, checksum as u32)?)
    }

    fn index_read_segments(index: jlong, next: jlong) {
        // SAFETY: `VectorIndex.map` tells its callers not to change the files.
        unsafe { get(index)?.read_segments(next as u64) }
    }

    fn index_unsaved(index: jlong) -> jlong {
        Ok(get(index)?.unsaved().map_or(-1, |count| count as jlong))
    }

    fn index_begin_save[_call](index: jlong, everything: jboolean, save: jlong[]) {
        let Save { rows, gone, size, next, has_codes } = get(index)?.begin_save(everything)?;
        save.write(&[rows, gone, size, next, u64::from(has_codes)].map(|count| count as jlong));
        Ok(())
    }

    fn index_write_part[_call](index: jlong, part: jint, path: Path) -> jint {
        Ok(get(index)?.write_part(self::part(part), &path)? as jint)
    }

    fn index_end_save(index: jlong, has_succeeded: jboolean) {
        get(index)?.end_save(has_succeeded);
        Ok(())
    }
}

/// Returns the metric of the Java enum's ordinal.
fn metric(ordinal: jint) -> Metric {
    match ordinal {
        0 => Metric::DotProduct,
        1 => Metric::Cosine,
        2 => Metric::Euclidean,
        _ => panic!("no metric has the ordinal {ordinal}"),
    }
}

/// Returns the storage of the Java enum's ordinal.
fn storage(ordinal: jint) -> Storage {
    match ordinal {
        0 => Storage::Float32,
        1 => Storage::Float16,
        _ => panic!("no storage has the ordinal {ordinal}"),
    }
}

/// Returns the part that Java has numbered so.
fn part(kind: jint) -> Part {
    match kind {
        0 => Part::Vectors,
        1 => Part::Ids,
        2 => Part::Tombstones,
        3 => Part::Codes,
        4 => Part::Bounds,
        5 => Part::Centre,
        _ => panic!("no part is numbered {kind}"),
    }
}

/// Returns the bound that Java has numbered so.
fn bound(kind: jint, threshold: jfloat) -> Option<Bound> {
    match kind {
        0 => None,
        1 => Some(Bound::AtLeast(threshold)),
        2 => Some(Bound::AtMost(threshold)),
        _ => panic!("no bound is numbered {kind}"),
    }
}

/// Returns what copies a part of the values of an array, from `first` on, to the room for it.
fn copied(array: Array<'_, jfloat>, first: usize) -> impl FnMut(usize, &mut [f32]) -> Result<()> {
    move |from, room| {
        array.read(first + from, room);
        Ok(())
    }
}

/// What a search is asked for, with its filters as Java gives them.
struct Given {
    k: jlong,
    bound: Option<Bound>,
    /// All filters, one after the other. Each begins with three numbers: what it is, the id of its first bit, and how many
    /// numbers follow, which are its bits or its ids.
    code: Vec<jlong>,
    /// For each query the number of its filter, or -1 where there is none, if the queries do not share the first one.
    numbers: Option<Vec<jint>>,
}

impl Given {
    fn of(
        k: jlong,
        bound: Option<Bound>,
        code: Option<Array<'_, jlong>>,
        numbers: Option<Array<'_, jint>>,
    ) -> crate::Result<Self> {
        let code = code.map(Array::to_vec).transpose()?.unwrap_or_default();
        Ok(Self { k, bound, code, numbers: numbers.map(Array::to_vec).transpose()? })
    }

    /// Returns what `find` finds for it.
    fn search(&self, find: impl FnOnce(&Search<'_>) -> crate::Result<Found>) -> crate::Result<Found> {
        let sets = self.sets()?;
        let own = self.own(&sets)?;
        find(&Search { k: Some(self.k), bound: self.bound, filters: self.filters(&sets, &own) })
    }

    fn sets(&self) -> crate::Result<Vec<IdFilter<'_>>> {
        let mut sets = Vec::new();
        let mut rest = &*self.code;
        while let [kind, first, count, more @ ..] = rest {
            let (data, next) = more.split_at(*count as usize);
            let ids =
                if kind & 1 == 0 { IdSet::Bits { first: *first, words: words(data) } } else { IdSet::Sorted(data) };
            sets.try_reserve(1).map_err(|_| Error::OutOfMemory { bytes: size_of_val(rest) })?;
            sets.push(if kind & 2 == 0 { IdFilter::allowing(ids) } else { IdFilter::excluding(ids) });
            rest = next;
        }
        Ok(sets)
    }

    fn own<'a>(&self, sets: &[IdFilter<'a>]) -> crate::Result<Vec<Option<IdFilter<'a>>>> {
        let numbers = self.numbers.as_deref().unwrap_or_default();
        let mut own = memory::with_capacity(numbers.len())?;
        own.extend(numbers.iter().map(|number| usize::try_from(*number).ok().map(|number| sets[number])));
        Ok(own)
    }

    fn filters<'a>(&self, sets: &[IdFilter<'a>], own: &'a [Option<IdFilter<'a>>]) -> Filters<'a> {
        match (&self.numbers, sets.first()) {
            (Some(_), _) => Filters::Each(own),
            (None, Some(shared)) => Filters::Shared(*shared),
            (None, None) => Filters::None,
        }
    }
}

/// Returns the ids of all hits, and after them their scores, two in a number: an array of a length that only the search knows.
fn packed(found: &Found) -> crate::Result<Vec<jlong>> {
    let mut packed = memory::with_capacity(found.ids.len() + found.scores.len().div_ceil(2))?;
    packed.extend_from_slice(&found.ids);
    packed.extend(found.scores.chunks(2).map(|pair| {
        let [low, high] = [0, 1].map(|i| u64::from(pair.get(i).map_or(0, |score| score.to_bits())));
        (low | high << 32) as jlong
    }));
    Ok(packed)
}

/// Returns Java's longs as what they are in a `BitSet`: 64 bits each.
fn words(longs: &[jlong]) -> &[u64] {
    // SAFETY: the types differ in the sign alone.
    unsafe { std::slice::from_raw_parts(longs.as_ptr().cast(), longs.len()) }
}
