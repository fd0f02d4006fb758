//! Exact nearest-neighbour search in memory.
//!
//! An [`Index`] holds vectors of one dimension in single precision, outside of any garbage-collected heap, and finds those
//! that are nearest to a query: all of them are looked at, so the answer is exact. In half precision ([`Storage::Float16`])
//! they take half the memory, and the answer is that of an index of the rounded values.
//!
//! ```
//! use rust_ffi::index::{Index, Metric, Search};
//!
//! let index = Index::new(2, Metric::Euclidean)?;
//! index.add(&[0.0, 0.0, 3.0, 4.0, 1.0, 0.0])?;
//! let found = index.search(&[0.9, 0.0], &Search::nearest(2))?;
//! assert_eq!(found.ids, [2, 0]);
//! # Ok::<(), rust_ffi::Error>(())
//! ```
//!
//! # Scores
//! A score is computed in doubles and rounded to a float. Vectors are ranked by it, to the precision of a float but without
//! regard to a float's range: where two scores are both infinite, or both zero, because they are too large or too small
//! for a float, the better one still comes first. Vectors with the same score come in the order of their ids. The
//! same vectors and the same query give the same answer for any number of threads, whether asked for alone or with
//! others.
//!
//! # Threads
//! Everything may be called from any thread at any time. Searches run at the same time as each other and as [`Index::add`],
//! [`Index::put_all`] and [`Index::remove`]: a search sees the index as it was at one moment, with every change that was
//! finished before, and nothing of one that is not finished. Changes wait for each other.
//!
//! # Memory
//! What is replaced or removed takes at most an eighth of the memory of the vectors that are there, and that of one chunk of
//! 64 MB or less, unless a search that may still read it is running.

mod buffer;
mod codes;
mod filter;
mod half;
pub mod handles;
mod ids;
mod metric;
mod progress;
mod queue;
mod read_order;
mod request;
pub mod saved;
mod scan;
mod search;
mod shortlist;
mod store;
mod stored;
mod threshold;
mod tile;
mod worker;

use std::path::Path;
use std::sync::Mutex;

use crate::error::Which;
use crate::npy::{self, Kind};
use crate::simd::Level;
use crate::{Error, Result, memory};
use codes::Coding;
use filter::Request;
use half::Half;
pub use ids::{Filters, IdFilter, IdSet};
pub use metric::Metric;
use progress::Progress;
use read_order::ReadOrder;
pub use request::{Bound, Found, Search};
use store::Store;
pub use stored::Storage;
use stored::{Memory, Stored};

/// Vectors to search in.
#[derive(Debug)]
pub struct Index {
    metric: Metric,
    store: Store,
    mapped: bool,
    level: Level,
    read_order: ReadOrder,
    coding: Coding,
    progress: Mutex<Progress>,
}

/// Largest dimension of an index: what Java's arrays can have.
pub const MAX_DIMENSION: usize = i32::MAX as usize;

/// Vectors from which on an index has codes of them, unless it is told otherwise.
pub const CODES_FROM: u64 = codes::FROM;

/// Returns the bytes of memory that the vectors of all indexes and their codes take, with what is left over for further ones. Mapped
/// files are not counted.
#[must_use]
pub fn bytes_in_use() -> u64 {
    buffer::bytes_in_use()
}

impl Index {
    /// Returns an index without vectors.
    ///
    /// # Errors
    /// [`Error::Dimension`] when `dimension` is not from 1 to [`MAX_DIMENSION`].
    pub fn new(dimension: i64, metric: Metric) -> Result<Self> {
        Self::stored_as(Storage::Float32, dimension, metric)
    }

    /// Returns an index without vectors that stores them as `storage` says: in half precision, values are rounded to the nearest
    /// number, of two to the even one. Searches find what they find in an index of single precision that the rounded values are
    /// added to.
    ///
    /// # Errors
    /// As for [`Index::new`].
    pub fn stored_as(storage: Storage, dimension: i64, metric: Metric) -> Result<Self> {
        match usize::try_from(dimension) {
            Ok(values @ 1..=MAX_DIMENSION) => Ok(Self::with_store(Store::new(values, storage), metric)),
            _ => Err(Error::Dimension { dimension, maximum: MAX_DIMENSION }),
        }
    }

    fn with_store(store: Store, metric: Metric) -> Self {
        Self {
            metric,
            store,
            mapped: false,
            level: Level::best(),
            read_order: ReadOrder::default(),
            coding: Coding::default(),
            progress: Mutex::default(),
        }
    }

    /// Returns an index of the vectors in the `.npy` file at `path`, read into memory: the file may change afterwards.
    ///
    /// # Errors
    /// - [`Error::Io`] when the file cannot be read.
    /// - [`Error::File`] when it is not a two-dimensional array of numbers, or is not as long as its header says; when an integer
    ///   is not one of the `f32`s, or a float is too large for them; when a vector holds NaN or infinity, or is zero and the metric
    ///   is the cosine.
    /// - [`Error::OutOfMemory`] when there is none.
    pub fn open(path: &Path, metric: Metric) -> Result<Self> {
        Self::open_as(Storage::Float32, path, metric)
    }

    /// Does what [`Index::open`] does, and stores the vectors as `storage` says.
    ///
    /// # Errors
    /// Those of [`Index::open`], and [`Error::File`] when a value is too large for half precision, or a vector becomes zero in it
    /// and the metric is the cosine.
    pub fn open_as(storage: Storage, path: &Path, metric: Metric) -> Result<Self> {
        let (reader, rows, dimension) = Self::reader(path)?;
        let index = Self::with_store(Store::new(dimension, storage), metric);
        if rows > 0 {
            let added = match storage {
                // There is one part, for the index is empty.
                Storage::Float32 => {
                    let mut reader = Some(reader);
                    let read =
                        |_: usize, values: &mut [f32]| reader.take().map_or(Ok(()), |reader| reader.read(values));
                    index.append(rows, numbered_vector, read)
                }
                // Rows are put together from all of the file.
                Storage::Float16 if reader.array().format().fortran_order => {
                    let mut values = memory::filled(rows * dimension)?;
                    reader.read(&mut values)?;
                    index.append(rows, numbered_vector, copied(&values))
                }
                Storage::Float16 => {
                    let mut values = npy::Values::new(reader)?;
                    index.append(rows, numbered_vector, |_, room| values.read(room))
                }
            };
            added.map_err(|error| match error {
                Error::VectorNotFinite { .. }
                | Error::ZeroVector { .. }
                | Error::VectorTooLarge { .. }
                | Error::VectorTooSmall { .. } => Error::file(path, error.to_string()),
                other => other,
            })?;
        }
        Ok(index)
    }

    /// Returns an index of the vectors in the `.npy` file at `path`, mapped into memory: nothing is read before it is needed,
    /// and processes that map the same file share it. Nothing can be added.
    ///
    /// The vectors are not looked at: one that holds NaN or infinity, or is zero where the metric is the cosine, is never found.
    ///
    /// # Errors
    /// - [`Error::Io`] when the file cannot be read or mapped.
    /// - [`Error::File`] when it is not a two-dimensional array of `float32` or `float16` in C order and in this machine's byte
    ///   order, or is not as long as its header says.
    ///
    /// # Safety
    /// As long as the index exists, the file must not be changed in place: a search that meets a page of a file that has been
    /// truncated, or that cannot be read from the disk, ends the process. [`Index::save`] and every other replacement of the file as a whole are harmless.
    pub unsafe fn map(path: &Path, metric: Metric) -> Result<Self> {
        let (reader, rows, dimension) = Self::reader(path)?;
        let (format, offset) = (reader.array().format(), reader.array().offset());
        let bad = |problem: String| Err(Error::file(path, format!("{problem}, so it cannot be mapped")));
        let storage = match format.kind {
            Kind::Float32 => Some(Storage::Float32),
            Kind::Float16 => Some(Storage::Float16),
            _ => None,
        };
        let Some(storage) = storage.filter(|_| format.big_endian == cfg!(target_endian = "big")) else {
            return bad(format!("its values are of the type {format}, not float32 or float16"));
        };
        if format.fortran_order {
            return bad("it is in Fortran order, not in C order".into());
        }
        if !offset.is_multiple_of(storage.width()) {
            return bad(format!("its values begin at byte {offset}, not at a multiple of {}", storage.width()));
        }
        let store = if rows == 0 {
            Store::new(dimension, storage)
        } else {
            // SAFETY: the caller answers for the file, which is as long as its header says.
            let memory = unsafe { Memory::map(storage, reader.file(), offset as u64, rows * dimension) };
            Store::of(dimension, rows, memory.map_err(|error| Error::io(path, &error))?)?
        };
        Ok(Self { mapped: true, ..Self::with_store(store, metric) })
    }

    fn reader(path: &Path) -> Result<(npy::Reader, usize, usize)> {
        let reader = npy::Reader::open(path, 2)?;
        let (rows, columns) = (reader.array().rows(), reader.array().columns());
        if !(1..=MAX_DIMENSION).contains(&columns) {
            let problem =
                format!("it has {rows} vectors of dimension {columns}, which has to be from 1 to {MAX_DIMENSION}");
            return Err(Error::file(path, problem));
        }
        Ok((reader, rows, columns))
    }

    /// Returns the number of values of a vector.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.store.dimension()
    }

    /// Returns the similarity measure.
    #[must_use]
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Returns how vectors are stored.
    #[must_use]
    pub fn storage(&self) -> Storage {
        self.store.storage()
    }

    /// Returns the number of vectors.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.store.len()
    }

    /// Returns whether there are no vectors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the bytes of memory that the vectors and their codes take, with what is left over for further ones. The vectors
    /// of a mapped file take none.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.store.bytes()
    }

    /// Adds the vectors that follow one another in `values`, all of them or none, and returns the id of the first: ids
    /// are 0, 1, 2 and so on, and always greater than any that there has been.
    ///
    /// # Errors
    /// - [`Error::Mapped`] when this is a mapped file.
    /// - [`Error::NotVectors`] when the number of values is not a multiple of the dimension.
    /// - [`Error::VectorNotFinite`] for NaN and infinity, and [`Error::ZeroVector`] when the metric is the cosine.
    /// - [`Error::VectorTooLarge`] and, when the metric is the cosine, [`Error::VectorTooSmall`] in half precision.
    /// - [`Error::NoIds`] when there are not enough ids left, and [`Error::OutOfMemory`] when there is no memory.
    pub fn add(&self, values: &[f32]) -> Result<u64> {
        self.add_with(values.len(), copied(values))
    }

    /// Adds one vector of `count` values that `copy` writes, as [`Index::add_with`] does, and returns its id.
    ///
    /// # Errors
    /// [`Error::VectorDimension`] when `count` is not the dimension, otherwise those of [`Index::add_with`].
    pub fn add_one_with<E: From<Error>>(
        &self,
        count: usize,
        copy: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        self.check_length(Which::Only("vector"), count)?;
        self.append_checked(count, |_| Which::Only("vector"), copy)
    }

    /// Adds `rows` vectors of `columns` values each that `copy` writes, as [`Index::add_with`] does, and returns the id of
    /// the first.
    ///
    /// # Errors
    /// [`Error::VectorDimension`] when there are vectors and `columns` is not the dimension, otherwise those of
    /// [`Index::add_with`].
    pub fn add_rows_with<E: From<Error>>(
        &self,
        rows: usize,
        columns: usize,
        copy: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        if rows > 0 {
            self.check_dimension(0, columns)?;
        }
        self.append_checked(rows.saturating_mul(self.dimension()), numbered_vector, copy)
    }

    /// Checks that the vector `number` of several has `values` values.
    ///
    /// # Errors
    /// [`Error::VectorDimension`] when that is not the dimension.
    pub fn check_dimension(&self, number: usize, values: usize) -> Result<()> {
        self.check_length(numbered_vector(number), values)
    }

    /// The same for `count` values that `copy` writes where they belong: it is called with the number of values that it has
    /// written already and the room for the next ones.
    ///
    /// # Errors
    /// Those of [`Index::add`] and those of `copy`.
    pub fn add_with<E: From<Error>>(
        &self,
        count: usize,
        copy: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        self.append_checked(count, numbered_vector, copy)
    }

    fn append_checked<E: From<Error>>(
        &self,
        count: usize,
        which: impl Fn(usize) -> Which,
        copy: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        self.check_mapped()?;
        self.append(self.count("vectors", count)?, which, copy)
    }

    fn check_mapped(&self) -> Result<()> {
        if self.mapped { Err(Error::Mapped) } else { Ok(()) }
    }

    /// Returns how many vectors, which messages call so, `values` values are.
    fn count(&self, argument: &'static str, values: usize) -> Result<usize> {
        if !values.is_multiple_of(self.dimension()) {
            return Err(Error::NotVectors { argument, values, dimension: self.dimension() });
        }
        Ok(values / self.dimension())
    }

    fn append<E: From<Error>>(
        &self,
        rows: usize,
        which: impl Fn(usize) -> Which,
        copy: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        self.store.append(rows, self.checked(which, copy))
    }

    /// Returns what copies vectors as `copy` does, and then checks them where they are.
    fn checked<E: From<Error>>(
        &self,
        which: impl Fn(usize) -> Which,
        mut copy: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E> {
        move |from, room| {
            copy(from, room)?;
            let first = from / self.dimension();
            Ok(self.check(self.storage(), room, |vector| which(first + vector))?)
        }
    }

    /// Checks vectors that are to be stored as `storage` says, which messages call as `which` says of the number of each.
    fn check(&self, storage: Storage, values: &[f32], which: impl Fn(usize) -> Which) -> Result<()> {
        // What is not less in magnitude cannot be stored, and what is not more becomes zero.
        let (too_large, too_small) = match storage {
            Storage::Float32 => (f32::INFINITY, 0.0),
            Storage::Float16 => (Half::TOO_LARGE, Half::TOO_SMALL),
        };
        for (vector, values) in values.chunks_exact(self.dimension()).enumerate() {
            let fits = |value: &f32| value.abs() < too_large;
            if !values.iter().fold(true, |fit, value| fit & fits(value)) {
                let bad = values.iter().position(|value| !fits(value));
                let component = bad.expect("one of the values does not fit");
                let (vector, value) = (which(vector), values[component]);
                return Err(if value.is_finite() {
                    Error::VectorTooLarge { vector, component, value }
                } else {
                    Error::VectorNotFinite { vector, component, value }
                });
            }
            if self.metric == Metric::Cosine && values.iter().all(|value| value.abs() <= too_small) {
                let vector = which(vector);
                return Err(if values.iter().all(|value| *value == 0.0) {
                    Error::ZeroVector { vector }
                } else {
                    Error::VectorTooSmall { vector }
                });
            }
        }
        Ok(())
    }

    /// Adds the vector `vector` with the id `id`, in place of one that may have it, and returns whether one had.
    ///
    /// # Errors
    /// [`Error::VectorDimension`] unless it has the length of a vector, otherwise as for [`Index::put_all`].
    pub fn put(&self, id: i64, vector: &[f32]) -> Result<bool> {
        self.put_one_with(id, vector.len(), copied(vector))
    }

    /// Adds a vector for each of `ids`, of those that follow one another in `values`, in place of those that may have these
    /// ids, and returns how many had. All of them change at once, or none. Of vectors with the same id the last one stays.
    ///
    /// # Errors
    /// - [`Error::Mapped`] when this is a mapped file.
    /// - [`Error::NotVectors`] when the number of values is not a multiple of the dimension.
    /// - [`Error::IdCount`] when there are not as many ids as vectors.
    /// - [`Error::VectorNotFinite`] for NaN and infinity, and [`Error::ZeroVector`] when the metric is the cosine.
    /// - [`Error::VectorTooLarge`] and, when the metric is the cosine, [`Error::VectorTooSmall`] in half precision.
    /// - [`Error::OutOfMemory`] when there is none.
    pub fn put_all(&self, ids: &[i64], values: &[f32]) -> Result<u64> {
        self.put_with(ids, values.len(), copied(values))
    }

    /// Does what [`Index::put`] does with a vector of `count` values that `copy` writes, see [`Index::add_with`].
    ///
    /// # Errors
    /// Those of [`Index::put`] and those of `copy`.
    pub fn put_one_with<E: From<Error>>(
        &self,
        id: i64,
        count: usize,
        copy: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<bool, E> {
        self.check_mapped()?;
        self.check_length(Which::Only("vector"), count)?;
        Ok(self.store.put(&[id], self.checked(|_| Which::Only("vector"), copy))? > 0)
    }

    /// Does what [`Index::put_all`] does with `count` values that `copy` writes, see [`Index::add_with`].
    ///
    /// # Errors
    /// Those of [`Index::put_all`] and those of `copy`.
    pub fn put_with<E: From<Error>>(
        &self,
        ids: &[i64],
        count: usize,
        copy: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        self.check_mapped()?;
        let vectors = self.count("vectors", count)?;
        if ids.len() != vectors {
            return Err(Error::IdCount { ids: ids.len(), vectors }.into());
        }
        self.store.put(ids, self.checked(numbered_vector, copy))
    }

    /// Removes the vectors with these ids, all of them at once, and returns how many there were.
    ///
    /// # Errors
    /// - [`Error::Mapped`] when this is a mapped file.
    /// - [`Error::OutOfMemory`] when there is none for the bookkeeping; nothing is removed then.
    pub fn remove(&self, ids: &[i64]) -> Result<u64> {
        self.check_mapped()?;
        self.store.remove(ids)
    }

    /// Returns whether there is a vector with the id `id`.
    #[must_use]
    pub fn contains(&self, id: i64) -> bool {
        let (view, slot) = self.store.find(id);
        slot.is_some_and(|slot| view.get(slot).is_some())
    }

    /// Returns the ids of all vectors that are there now, in ascending order.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there is none for them.
    pub fn ids(&self) -> Result<Vec<i64>> {
        let view = self.store.view();
        let refused = Error::OutOfMemory { bytes: usize::MAX };
        let mut ids = memory::with_capacity(usize::try_from(view.len()).map_err(|_| refused)?)?;
        ids.extend(view.ids().map(|(id, _)| id));
        ids.sort_unstable();
        Ok(ids)
    }

    /// Returns a copy of the vector with the id `id`.
    ///
    /// # Errors
    /// - [`Error::Id`] or [`Error::NoVector`] when there is no such vector.
    /// - [`Error::OutOfMemory`] when there is none for the copy.
    pub fn get(&self, id: i64) -> Result<Vec<f32>> {
        let (view, slot) = self.store.find(id);
        let vector = slot.and_then(|slot| view.get(slot));
        let vector =
            vector.ok_or(if view.has_ids() { Error::NoVector { id } } else { Error::Id { id, len: view.len() } })?;
        let mut copy = memory::filled(vector.len())?;
        vector.copy_to(&mut copy);
        Ok(copy)
    }

    /// Finds the vectors nearest to `query`, as `search` says.
    ///
    /// # Errors
    /// - [`Error::HitCount`] when `k` is not at least 1.
    /// - [`Error::Bound`] when the bound of the scores is NaN, or not one for the metric.
    /// - [`Error::FilterCount`] when there are filters, but not one for each query.
    /// - [`Error::VectorDimension`] unless `query` has the length of a vector.
    /// - [`Error::VectorNotFinite`] for NaN and infinity, and [`Error::ZeroVector`] when the metric is the cosine.
    /// - [`Error::OutOfMemory`] when there is none for the candidates, [`Error::Threads`] when there are no threads.
    pub fn search(&self, query: &[f32], search: &Search<'_>) -> Result<Found> {
        self.check_length(Which::Only("query"), query.len())?;
        self.find(query, |_| Which::Only("query"), search)
    }

    /// Finds the vectors nearest to each of the queries that follow one another in `queries`, in one pass over memory for
    /// many of them. All of them see the same vectors.
    ///
    /// # Errors
    /// - [`Error::NotVectors`] when the number of values is not a multiple of the dimension.
    /// - Otherwise as for [`Index::search`].
    pub fn search_all(&self, queries: &[f32], search: &Search<'_>) -> Result<Found> {
        self.count("queries", queries.len())?;
        self.find(queries, |query| Which::Numbered("query", query), search)
    }

    fn find(&self, queries: &[f32], which: impl Fn(usize) -> Which, search: &Search<'_>) -> Result<Found> {
        let (k, floor) = (search.limit()?, search.floor(self.metric)?);
        let count = queries.len() / self.dimension();
        search.filters.check(count)?;
        self.check(Storage::Float32, queries, which)?;
        let view = self.store.view();
        let limit = usize::try_from(k.min(view.len())).unwrap_or(usize::MAX);
        let mut found = Found::of(count)?;
        if limit == 0 {
            (0..count).try_for_each(|_| found.add(std::iter::empty()))?;
            return Ok(found);
        }
        let together = search::TOGETHER * self.dimension();
        for (part, queries) in queries.chunks(together).enumerate() {
            let request = Request {
                level: self.level,
                read_order: &self.read_order,
                coding: &self.coding,
                metric: self.metric,
                queries,
                limit,
                findable: view.len(),
                floor,
                filter: None,
                own_filters: &[],
            };
            let filters = search.filters.part(part * search::TOGETHER, queries.len() / self.dimension());
            for best in search::search(&view, request, filters)? {
                found.add(best.iter().map(|hit| {
                    let score = if self.metric == Metric::Euclidean { 0.0 - hit.low } else { hit.low };
                    (hit.id, score as f32)
                }))?;
            }
        }
        Ok(found)
    }

    fn check_length(&self, vector: Which, values: usize) -> Result<()> {
        let dimension = self.dimension();
        if values == dimension { Ok(()) } else { Err(Error::VectorDimension { vector, values, dimension }) }
    }

    /// Has searches use codes of the vectors where there are at least `vectors`, in place of [`CODES_FROM`]. They find the same.
    /// Codes are made by the first search that reads a vector, take as much memory as a quarter of the vectors and a little
    /// more, and are freed with the vectors.
    pub fn use_codes_from(&self, vectors: u64) {
        self.coding.set_from(vectors);
    }

    /// Makes the searches use the instructions of `level`.
    #[cfg(test)]
    fn at(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// Writes the vectors to `path` as a `.npy` file, in the order of their ids, in place of one that may be there: a reader sees
    /// the old file or the new one. The ids are not written, nor are changes that are made meanwhile.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written; the old one stays as it was. Windows does not let a file be replaced
    /// that is mapped.
    pub fn save(&self, path: &Path) -> Result<()> {
        let view = self.store.view();
        let shape = [view.len(), view.dimension() as u64];
        if !view.has_ids() {
            return write(path, &shape, view.storage(), &mut view.parts().map(|part| part.values));
        }
        let refused = Error::OutOfMemory { bytes: usize::MAX };
        let mut vectors = memory::with_capacity(usize::try_from(view.len()).map_err(|_| refused)?)?;
        vectors.extend(view.ids());
        vectors.sort_unstable();
        write(path, &shape, view.storage(), &mut vectors.iter().filter_map(|(_, slot)| view.get(*slot)))
    }
}

/// Writes vectors as [`npy::write`] does.
fn write(path: &Path, shape: &[u64], storage: Storage, vectors: &mut dyn Iterator<Item = Stored<'_>>) -> Result<()> {
    match storage {
        Storage::Float32 => npy::write(path, shape, vectors.map(Stored::as_floats)),
        Storage::Float16 => npy::write(path, shape, vectors.map(Stored::as_halves)),
    }
}

/// Returns what copies a part of `values` to the room for it.
fn copied(values: &[f32]) -> impl FnMut(usize, &mut [f32]) -> Result<()> {
    |from, room| {
        room.copy_from_slice(&values[from..from + room.len()]);
        Ok(())
    }
}

/// Returns what messages call a vector that is one of several.
fn numbered_vector(number: usize) -> Which {
    Which::Numbered("vector", number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::tests::numbers;
    use std::collections::BTreeMap;

    fn floats(seed: u64, count: usize) -> Vec<f32> {
        numbers(seed).take(count).map(|value| value as f32).collect()
    }

    fn index(dimension: usize, metric: Metric, vectors: &[f32]) -> Index {
        let index = Index::new(dimension as i64, metric).unwrap();
        // In uneven pieces, so that there are several chunks.
        let mut rest = vectors;
        let mut rows = 1;
        while !rest.is_empty() {
            let (piece, more) = rest.split_at((rows * dimension).min(rest.len()));
            index.add(piece).unwrap();
            rest = more;
            rows = rows * 3 % 1009 + 1;
        }
        index
    }

    /// Returns the ids and scores of the best vectors, in plain doubles.
    fn reference(metric: Metric, dimension: usize, vectors: &[f32], query: &[f32]) -> Vec<(i64, f64)> {
        let wide: Vec<f64> = query.iter().map(|value| f64::from(*value)).collect();
        let sum =
            |x: &[f64], y: &[f64], of: fn(f64, f64) -> f64| x.iter().zip(y).fold(0.0, |sum, (x, y)| sum + of(*x, *y));
        let mut scored: Vec<(i64, f64)> = vectors
            .chunks_exact(dimension)
            .enumerate()
            .map(|(id, vector)| {
                let vector: Vec<f64> = vector.iter().map(|value| f64::from(*value)).collect();
                let dot = sum(&wide, &vector, |x, y| x * y);
                let score = match metric {
                    Metric::DotProduct => dot,
                    Metric::Cosine => {
                        dot / (sum(&wide, &wide, |x, y| x * y).sqrt() * sum(&vector, &vector, |x, y| x * y).sqrt())
                    }
                    Metric::Euclidean => sum(&wide, &vector, |x, y| (x - y) * (x - y)),
                };
                (id as i64, score)
            })
            .collect();
        let sign = if metric == Metric::Euclidean { 1.0 } else { -1.0 };
        scored.sort_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1)).then(a.0.cmp(&b.0)));
        scored
    }

    /// Asserts that the hits are those of a reference in doubles, but for scores that tie to the precision of a float.
    fn assert_exact(what: &str, metric: Metric, ids: &[i64], scores: &[f32], best: &[(i64, f64)]) {
        let by_id: std::collections::HashMap<i64, f64> = best.iter().copied().collect();
        let mut seen = std::collections::HashSet::new();
        for (rank, (id, score)) in ids.iter().zip(scores).enumerate() {
            assert!(seen.insert(*id), "{what}: id {id} twice");
            let own = by_id[id];
            let (expected, wanted) = best[rank];
            // For the cosine and the dot product of doubles, what cancels is lost from about 1e-16 of the terms.
            let tie = f64::from(f32::EPSILON) * wanted.abs() + if metric == Metric::Cosine { 1e-14 } else { 0.0 };
            assert!(
                (own - wanted).abs() <= tie,
                "{what}: rank {rank} has id {id} with {own}, not {expected} with {wanted}"
            );
            let given = f64::from(*score);
            let close = (given - own).abs() <= f64::from(f32::EPSILON) * own.abs() + 1e-14 * f64::from(own.abs() < 1.0);
            let same = given == f64::from(own as f32)
                || close
                || (own.abs() < f64::from(f32::MIN_POSITIVE) && given.abs() < 2e-38);
            assert!(same, "{what}: id {id} is given {given}, but has {own}");
        }
        for (rank, pair) in ids.windows(2).enumerate() {
            if scores[rank] == scores[rank + 1] && scores[rank].is_normal() {
                assert!(pair[0] < pair[1], "{what}: ids {} and {} of the same score", pair[0], pair[1]);
            }
        }
    }

    fn check(what: &str, metric: Metric, dimension: usize, vectors: &[f32], queries: &[f32]) {
        let count = vectors.len() / dimension;
        for level in Level::present() {
            let index = index(dimension, metric, vectors).at(level);
            let best: Vec<_> =
                queries.chunks_exact(dimension).map(|query| reference(metric, dimension, vectors, query)).collect();
            for k in [1, 10, count + 5] {
                let what = format!("{what}, {metric:?}, {level:?}, dimension {dimension}, k {k}");
                let n = k.min(count);
                let search = Search::nearest(k as i64);
                let Found { ids, scores, counts } = index.search_all(queries, &search).unwrap();
                assert_eq!(counts, vec![n; best.len()], "{what}");
                for (query, best) in best.iter().enumerate() {
                    let (ids, scores) = (&ids[query * n..][..n], &scores[query * n..][..n]);
                    assert_exact(&what, metric, ids, scores, best);
                    let alone = index.search(&queries[query * dimension..][..dimension], &search).unwrap();
                    assert_eq!((&*alone.ids, &*alone.scores), (ids, scores), "{what}: alone and together");
                }
            }
        }
    }

    const METRICS: [Metric; 3] = [Metric::DotProduct, Metric::Cosine, Metric::Euclidean];

    #[test]
    fn random_vectors_are_found_exactly() {
        for metric in METRICS {
            for dimension in [1, 2, 3, 7, 8, 15, 16, 17, 33, 64, 65, 130] {
                check("random", metric, dimension, &floats(1, 150 * dimension), &floats(2, 5 * dimension));
            }
            check("many queries", metric, 24, &floats(3, 500 * 24), &floats(4, 70 * 24));
            check("many vectors", metric, 4, &floats(5, 3000 * 4), &floats(6, 4 * 4));
        }
    }

    #[test]
    fn clustered_vectors_far_from_the_origin_are_found_exactly() {
        for metric in METRICS {
            for (spread, offset) in [(1e-3, 1.0), (1e-4, 1000.0), (1.0, 1e6)] {
                let dimension = 40;
                let vectors: Vec<f32> =
                    numbers(7).take(400 * dimension).map(|value| (offset + spread * value) as f32).collect();
                check("clustered", metric, dimension, &vectors, &vectors[..6 * dimension]);
            }
        }
    }

    #[test]
    fn vectors_of_very_different_norms_are_found_exactly() {
        for metric in METRICS {
            let dimension = 20;
            let exponents = [-44, -40, -38, -30, -20, -10, -5, 0, 5, 10, 19, 20, 30, 37, 38];
            let mut vectors = floats(8, 300 * dimension);
            for (row, vector) in vectors.chunks_exact_mut(dimension).enumerate() {
                let factor = 10_f64.powi(exponents[row % exponents.len()]);
                vector.iter_mut().for_each(|value| *value = (f64::from(*value) * factor) as f32);
                // What became zero by this has no direction.
                vector[0] = if vector[0] == 0.0 { f32::from_bits(1) } else { vector[0] };
            }
            let queries: Vec<f32> = vectors.chunks_exact(dimension).step_by(31).flatten().copied().collect();
            check("very different norms", metric, dimension, &vectors, &queries);
            for exponent in exponents {
                let factor = 10_f64.powi(exponent);
                let vectors: Vec<f32> = floats(9, 60 * dimension)
                    .iter()
                    .map(|value| (f64::from(*value) * factor) as f32)
                    .map(|value| if value == 0.0 { f32::from_bits(1) } else { value })
                    .collect();
                check("the same norms", metric, dimension, &vectors, &vectors[..5 * dimension]);
            }
        }
    }

    #[test]
    fn equal_vectors_come_in_the_order_of_their_ids() {
        for metric in METRICS {
            let dimension = 12;
            let one = floats(10, dimension);
            let vectors = one.repeat(500);
            check("equal", metric, dimension, &vectors, &floats(11, 5 * dimension));
            let few: Vec<f32> = (0..500).flat_map(|row| floats(100 + row % 7, dimension)).collect();
            check("often equal", metric, dimension, &few, &floats(12, 5 * dimension));
            let index = index(dimension, metric, &vectors);
            let found = index.search(&floats(13, dimension), &Search::nearest(4)).unwrap();
            assert_eq!(found.ids, [0, 1, 2, 3]);
        }
    }

    #[test]
    fn zero_and_negative_zero_are_ordinary_values() {
        for metric in [Metric::DotProduct, Metric::Euclidean] {
            let vectors: Vec<f32> = (0..200).map(|i| [0.0, -0.0, 1.0, f32::MAX, -f32::MAX][i % 5]).collect();
            check("zeros", metric, 4, &vectors, &[0.0, -0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let (dimension, k) = (16, 100);
        let vectors = floats(14, 6_000 * dimension);
        let queries = floats(15, 20 * dimension);
        for metric in METRICS {
            let index = index(dimension, metric, &vectors);
            let search = || index.search_all(&queries, &Search::nearest(k)).unwrap();
            let expected = search();
            for threads in [1, 2, 3, 7] {
                assert_eq!(crate::parallel::with_threads(threads, search), expected, "{threads} threads");
            }
        }
    }

    /// Returns the words of the bits of ids below `count`.
    fn bits(count: i64, set: &dyn Fn(i64) -> bool) -> Vec<u64> {
        let mut words = vec![0_u64; count as usize / 64 + 1];
        (0..count).filter(|id| set(*id)).for_each(|id| words[id as usize / 64] |= 1 << (id % 64));
        words
    }

    #[test]
    fn only_allowed_ids_are_found() {
        let dimension = 6;
        for (count, queries) in [(700_i64, 1), (700, 5), (9_000, 2), (9_000, 40)] {
            let vectors = floats(16, count as usize * dimension);
            let queries = floats(17, queries * dimension);
            for metric in METRICS {
                let index = index(dimension, metric, &vectors);
                let all = index.search_all(&queries, &Search::default()).unwrap();
                let all: Vec<&[i64]> = all.ids.chunks(count as usize).collect();
                let sets: [&dyn Fn(i64) -> bool; 9] = [
                    &|_| false,
                    &|_| true,
                    &|id| id == 699,
                    &|id| id % 64 == 63,
                    &|id| id % 3 == 0,
                    &|id| id % 100 != 0,
                    &|id| (130..260).contains(&id),
                    &|id| id >= count / 2,
                    // All but the best, which come first in every search.
                    &|id| !all[0][..count as usize / 2].contains(&id),
                ];
                for (number, set) in sets.iter().enumerate() {
                    // A bit beyond the last vector, which is no vector's.
                    let words = bits(count + 100, &|id| set(id) || id == count + 70);
                    let others = bits(count, &|id| !set(id));
                    let ids: Vec<i64> = (-5..count + 9).filter(|id| set(*id)).collect();
                    for filter in [
                        IdFilter::allowing(IdSet::Bits { first: 0, words: &words }),
                        IdFilter::excluding(IdSet::Bits { first: 0, words: &others }),
                        IdFilter::allowing(IdSet::Sorted(&ids)),
                    ] {
                        for k in [1, 20, 200] {
                            let search = Search::nearest(k).filtered(Filters::Shared(filter));
                            let found = index.search_all(&queries, &search).unwrap();
                            let best = |all: &&[i64]| {
                                let allowed = all.iter().copied().filter(|id| set(*id));
                                allowed.take(k as usize).collect::<Vec<_>>()
                            };
                            let expected: Vec<i64> = all.iter().flat_map(best).collect();
                            assert!(found.ids == expected, "set {number}, {k} of {count}, {metric:?}");
                            let alone = index.search(&queries[..dimension], &search).unwrap();
                            assert!(alone.ids == found.ids[..found.counts[0]], "set {number}, {k} of {count}");
                        }
                    }
                }
                let word = IdFilter::allowing(IdSet::Bits { first: 0, words: &[u64::MAX] });
                let search = Search::nearest(700).filtered(Filters::Shared(word));
                let found = index.search(&queries[..dimension], &search).unwrap();
                assert_eq!(found.counts, [64], "what lies beyond the last word is not allowed");
            }
        }
    }

    #[test]
    fn each_query_of_a_batch_has_its_own_filter() {
        let (dimension, count) = (5, 8_000_i64);
        let vectors = floats(22, count as usize * dimension);
        let queries = floats(23, 300 * dimension);
        let words: Vec<_> = (1..=300_i64).map(|step| bits(count, &|id| id % step == 0)).collect();
        let filters: Vec<_> = words
            .iter()
            .enumerate()
            .map(|(query, words)| {
                let set = IdSet::Bits { first: 0, words };
                match query % 7 {
                    0 => None,
                    1..=3 => Some(IdFilter::allowing(set)),
                    _ => Some(IdFilter::excluding(set)),
                }
            })
            .collect();
        for metric in METRICS {
            let index = index(dimension, metric, &vectors);
            for k in [3, 150] {
                let search = Search::nearest(k).filtered(Filters::Each(&filters));
                let found = index.search_all(&queries, &search).unwrap();
                let mut at = 0;
                for (query, filter) in queries.chunks(dimension).zip(&filters) {
                    let filters = filter.map_or(Filters::None, Filters::Shared);
                    let alone = index.search(query, &Search::nearest(k).filtered(filters)).unwrap();
                    let n = alone.ids.len();
                    assert_eq!((&found.ids[at..at + n], &found.scores[at..at + n]), (&*alone.ids, &*alone.scores));
                    at += n;
                }
                assert_eq!(at, found.ids.len());
            }
            let few = Search::nearest(1).filtered(Filters::Each(&filters[..3]));
            let error = index.search_all(&queries, &few).unwrap_err();
            assert_eq!(error.to_string(), "there are 3 filters for 300 queries");
        }
    }

    #[test]
    fn only_scores_that_reach_the_bound_are_found() {
        let dimension = 10;
        let vectors = floats(24, 6_000 * dimension);
        let queries = floats(25, 9 * dimension);
        for metric in METRICS {
            let index = index(dimension, metric, &vectors);
            let all = index.search_all(&queries, &Search::default()).unwrap();
            assert_eq!(all.counts, [6_000; 9]);
            let reaches = |bound: Bound, score: f32| match bound {
                Bound::AtLeast(least) => score >= least,
                Bound::AtMost(most) => score <= most,
            };
            for rank in [0, 1, 50, 3_000, 5_999] {
                let score = all.scores[rank];
                for value in [score, score.next_up(), score.next_down()] {
                    let bound = if metric == Metric::Euclidean { Bound::AtMost(value) } else { Bound::AtLeast(value) };
                    for k in [None, Some(10), Some(4_000)] {
                        for threads in [1, 2] {
                            let search = Search { k, bound: Some(bound), filters: Filters::None };
                            let find = || index.search_all(&queries, &search).unwrap();
                            let found = crate::parallel::with_threads(threads, find);
                            let mut expected = Found::default();
                            for query in 0..9 {
                                let scores = &all.scores[query * 6_000..][..6_000];
                                let count = scores.iter().filter(|score| reaches(bound, **score)).count();
                                let count = k.map_or(count, |k| count.min(k as usize));
                                expected.ids.extend_from_slice(&all.ids[query * 6_000..][..count]);
                                expected.scores.extend_from_slice(&scores[..count]);
                                expected.counts.push(count);
                            }
                            assert!(found == expected, "{metric:?}, {bound:?}, {k:?}, {threads} threads");
                            let alone = index.search(&queries[..dimension], &search).unwrap();
                            assert_eq!(alone.ids, expected.ids[..expected.counts[0]]);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn bounds_hold_for_scores_as_they_are_returned() {
        // Dot products that overflow a float, underflow to zero, or are rounded to it.
        let vectors = [f32::MAX, 1e-30, -1e-30, 1.0, f32::MIN];
        let index = index(1, Metric::DotProduct, &vectors);
        for (query, least, expected) in [
            (f32::MAX, f32::INFINITY, &[0][..]),
            (f32::MAX, f32::NEG_INFINITY, &[0, 3, 1, 2, 4]),
            (1e-30, 0.0, &[0, 3, 1, 2]),
            (1.0, 1.0, &[0, 3]),
            (1.0, 1.0 + f32::EPSILON, &[0]),
        ] {
            let search = Search { bound: Some(Bound::AtLeast(least)), ..Search::default() };
            let found = index.search(&[query], &search).unwrap();
            assert_eq!(found.ids, expected, "{query}, at least {least}");
            assert!(found.scores.iter().all(|score| *score >= least));
        }
        let error = |metric, bound| {
            let index = Index::new(1, metric).unwrap();
            let search = Search { bound: Some(bound), ..Search::nearest(1) };
            index.search(&[1.0], &search).unwrap_err().to_string()
        };
        let nan = error(Metric::Cosine, Bound::AtLeast(f32::NAN));
        assert_eq!(nan, "atLeast must be a number, but is NaN");
        let most = error(Metric::Cosine, Bound::AtMost(0.5));
        assert_eq!(most, "cosines are bounded by atLeast, not by atMost, which is 0.5");
        let least = error(Metric::Euclidean, Bound::AtLeast(0.5));
        assert_eq!(least, "squared distances are bounded by atMost, not by atLeast, which is 0.5");
    }

    #[test]
    fn the_best_are_found_where_a_guess_is_wrong() {
        // The first vectors, of which the first guess knows little else, are better than all others but not enough.
        let (dimension, rows, good) = (512, 20_000, 100);
        let value = |id: usize| if id < good { 500.0 + id as f32 } else { (id * 7919 % rows) as f32 / rows as f32 };
        let mut vectors = vec![0.0; rows * dimension];
        for (id, vector) in vectors.chunks_exact_mut(dimension).enumerate() {
            vector[id % dimension] = value(id);
        }
        let index = Index::new(dimension as i64, Metric::DotProduct).unwrap();
        index.add(&vectors).unwrap();
        let mut expected: Vec<_> = (0..rows).collect();
        expected.sort_by(|a, b| value(*b).total_cmp(&value(*a)).then(a.cmp(b)));
        for k in [100, 101, 300, 2000] {
            let queries = [1.0; 5 * 512];
            let Found { ids, scores, counts } = index.search_all(&queries, &Search::nearest(k as i64)).unwrap();
            for (ids, scores) in ids.chunks_exact(k).zip(scores.chunks_exact(k)) {
                assert!(ids.iter().zip(&expected).all(|(id, expected)| *id == *expected as i64), "{k} of {rows}");
                assert!(scores.iter().zip(&expected).all(|(score, id)| *score == value(*id)), "{k} of {rows}");
            }
            assert_eq!(counts, [k; 5]);
        }
    }

    #[test]
    fn bad_input_is_an_error_and_changes_nothing() {
        let text = |result: Result<u64>| result.unwrap_err().to_string();
        for dimension in [0, -5, 1 << 31] {
            let error = Index::new(dimension, Metric::Cosine).unwrap_err();
            assert_eq!(error.to_string(), format!("dimension must be from 1 to 2147483647, but is {dimension}"));
        }
        let index = index(2, Metric::Cosine, &[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(text(index.add(&[1.0, 2.0, 3.0])), "the vectors have 3 values, not a multiple of the dimension 2");
        let queries = index.search_all(&[1.0, 2.0, 3.0], &Search::nearest(1)).unwrap_err().to_string();
        assert_eq!(queries, "the queries have 3 values, not a multiple of the dimension 2");
        let nan = index.add(&[1.0, 2.0, 3.0, f32::NAN]);
        assert_eq!(text(nan), "value 1 of vector 1 is NaN, not a finite number");
        let infinite = index.add(&[f32::NEG_INFINITY, 2.0]);
        assert_eq!(text(infinite), "value 0 of vector 0 is -Infinity, not a finite number");
        let zero = index.add(&[1.0, 2.0, 0.0, -0.0]);
        assert_eq!(text(zero), "vector 1 is zero, which has no direction");
        let search = |query: &[f32], k| index.search(query, &Search::nearest(k)).map(|found| found.ids.len() as u64);
        let longer = index.add_one_with::<Error>(4, |_, _| unreachable!("there is nothing to copy"));
        assert_eq!(text(longer), "the vector has 4 values, but the dimension is 2");
        assert_eq!(text(search(&[1.0], 1)), "the query has 1 values, but the dimension is 2");
        assert_eq!(text(search(&[1.0, 1.0], 0)), "k must be at least 1, but is 0");
        assert_eq!(text(search(&[1.0, 1.0], -3)), "k must be at least 1, but is -3");
        assert_eq!(text(search(&[f32::NAN, 1.0], 1)), "value 0 of the query is NaN, not a finite number");
        assert_eq!(text(search(&[0.0, 0.0], 1)), "the query is zero, which has no direction");
        for (id, message) in [(2, "id 2 is out of range for 2 vectors"), (-1, "id -1 is out of range for 2 vectors")] {
            assert_eq!(index.get(id).unwrap_err().to_string(), message);
        }
        assert_eq!(index.len(), 2);
        assert_eq!(index.get(1).unwrap(), [3.0, 4.0]);
        assert_eq!(index.add(&[5.0, 6.0]), Ok(2));
        assert_eq!(index.get(2).unwrap(), [5.0, 6.0]);
        assert_eq!(index.add(&[]), Ok(3));
    }

    /// Returns an index of the same vectors without ids of their own, and the ids in its order.
    fn rebuilt(metric: Metric, dimension: usize, model: &BTreeMap<i64, Vec<f32>>) -> (Index, Vec<i64>) {
        let vectors: Vec<f32> = model.values().flatten().copied().collect();
        (index(dimension, metric, &vectors), model.keys().copied().collect())
    }

    #[test]
    fn what_was_put_and_removed_is_found_as_if_it_had_been_so_from_the_beginning() {
        const DIMENSION: usize = 24;
        let queries = floats(31, 9 * DIMENSION);
        for metric in METRICS {
            let (mut random, mut model) = (numbers(32), BTreeMap::new());
            let mut next = |below: usize| (random.next().unwrap().abs() * 1e6) as usize % below;
            let index = index(DIMENSION, metric, &floats(33, 50 * DIMENSION));
            (0..50).for_each(|id| drop(model.insert(id, index.get(id).unwrap())));
            for round in 0..60 {
                let ids: Vec<i64> = (0..=next(400)).map(|_| next(3000) as i64 - 500).collect();
                if round % 3 == 2 {
                    let there = ids.iter().filter(|id| model.remove(id).is_some()).count();
                    assert_eq!(index.remove(&ids), Ok(there as u64));
                } else {
                    let vectors = floats(34 + round, ids.len() * DIMENSION);
                    let mut there: Vec<_> = ids.iter().filter(|id| model.contains_key(id)).collect();
                    there.sort_unstable();
                    there.dedup();
                    assert_eq!(index.put_all(&ids, &vectors), Ok(there.len() as u64));
                    for (id, vector) in ids.iter().zip(vectors.chunks_exact(DIMENSION)) {
                        model.insert(*id, vector.to_vec());
                    }
                }
                if round % 7 == 3 {
                    let vector = floats(35 + round, DIMENSION);
                    let id = index.add(&vector).unwrap() as i64;
                    assert!(model.keys().all(|other| *other < id));
                    model.insert(id, vector);
                }
                assert_eq!((index.len(), index.ids().unwrap()), (model.len() as u64, model.keys().copied().collect()));
                for id in ids {
                    assert_eq!(
                        (index.get(id).ok(), index.contains(id)),
                        (model.get(&id).cloned(), model.contains_key(&id))
                    );
                }
                if round % 6 != 5 {
                    continue;
                }
                let (plain, ids) = rebuilt(metric, DIMENSION, &model);
                let rank = |id: &i64| ids.binary_search(id).unwrap() as i64;
                let odd: Vec<i64> = ids.iter().copied().filter(|id| id % 2 != 0).collect();
                let few: Vec<i64> = ids.iter().copied().filter(|id| id % 97 == 0).collect();
                let (odd_ranks, few_ranks): (Vec<_>, Vec<_>) =
                    (odd.iter().map(rank).collect(), few.iter().map(rank).collect());
                let words = vec![0xaaaa_aaaa_aaaa_aaaa_u64; 100];
                let bits = IdFilter::allowing(IdSet::Bits { first: -640, words: &words });
                let sorted = |ids| IdFilter::allowing(IdSet::Sorted(ids));
                let without = |ids| IdFilter::excluding(IdSet::Sorted(ids));
                let own =
                    |odd, few| [Some(sorted(odd)), None, Some(sorted(few)), Some(without(few))].repeat(3)[..9].to_vec();
                let (each, each_rank) = (own(&odd, &few), own(&odd_ranks, &few_ranks));
                for (filters, expected) in [
                    (Filters::None, Filters::None),
                    (Filters::Shared(sorted(&odd)), Filters::Shared(sorted(&odd_ranks))),
                    (Filters::Shared(bits), Filters::Shared(sorted(&odd_ranks))),
                    (Filters::Shared(sorted(&few)), Filters::Shared(sorted(&few_ranks))),
                    (Filters::Shared(without(&few)), Filters::Shared(without(&few_ranks))),
                    (Filters::Each(&each), Filters::Each(&each_rank)),
                ] {
                    for k in [1, 10, 5000] {
                        let found = index.search_all(&queries, &Search::nearest(k).filtered(filters)).unwrap();
                        let mut same = plain.search_all(&queries, &Search::nearest(k).filtered(expected)).unwrap();
                        same.ids.iter_mut().for_each(|rank| *rank = ids[*rank as usize]);
                        assert_eq!(found, same, "{metric:?}, k = {k}, {filters:?}");
                    }
                    if matches!(filters, Filters::Each(_)) {
                        continue;
                    }
                    let query = &queries[..DIMENSION];
                    let found = index.search(query, &Search::nearest(7).filtered(filters)).unwrap();
                    let mut same = plain.search(query, &Search::nearest(7).filtered(expected)).unwrap();
                    same.ids.iter_mut().for_each(|rank| *rank = ids[*rank as usize]);
                    assert_eq!(found, same, "{metric:?}, {filters:?}");
                }
            }
            let scratch = crate::file::tests::Scratch::new("index-ids");
            index.save(&scratch.file("a.npy")).unwrap();
            let saved = Index::open(&scratch.file("a.npy"), metric).unwrap();
            assert!((0..).zip(model.values()).all(|(rank, vector)| saved.get(rank).as_ref() == Ok(vector)));
            let all: Vec<i64> = model.keys().copied().collect();
            assert_eq!((index.remove(&all), index.len(), index.bytes()), (Ok(all.len() as u64), 0, 0));
            assert_eq!(index.search(&queries[..DIMENSION], &Search::nearest(3)).unwrap().ids, []);
            let id = index.add(&queries[..DIMENSION]).unwrap() as i64;
            assert!(!all.contains(&id) && index.contains(id), "{id}");
        }
    }

    #[test]
    fn bad_ids_are_errors_and_change_nothing() {
        let index = index(2, Metric::Cosine, &[1.0, 2.0, 3.0, 4.0]);
        let text = |result: Result<u64>| result.unwrap_err().to_string();
        assert_eq!(text(index.put_all(&[1], &[1.0; 4])), "there are 1 ids for 2 vectors");
        assert_eq!(
            text(index.put_all(&[1], &[1.0; 3])),
            "the vectors have 3 values, not a multiple of the dimension 2"
        );
        assert_eq!(text(index.put_all(&[1, 9], &[1.0, 1.0, 0.0, 0.0])), "vector 1 is zero, which has no direction");
        assert_eq!(index.put(1, &[1.0]).unwrap_err().to_string(), "the vector has 1 values, but the dimension is 2");
        assert_eq!((index.ids(), index.get(1)), (Ok(vec![0, 1]), Ok(vec![3.0, 4.0])));
        assert_eq!(index.put(i64::MAX - 1, &[5.0, 6.0]), Ok(false));
        assert_eq!(index.add(&[7.0, 8.0]), Ok(i64::MAX as u64));
        assert_eq!(
            text(index.add(&[7.0, 8.0])),
            "there are no ids for 1 vectors from 9223372036854775808 to 9223372036854775807"
        );
        assert_eq!(index.remove(&[0, 0, 77, -1]), Ok(1));
        assert_eq!(index.get(0).unwrap_err().to_string(), "there is no vector with the id 0");
        assert_eq!(index.ids(), Ok(vec![1, i64::MAX - 1, i64::MAX]));
    }

    /// Puts and removes at random, and returns the most that was left over, in bytes beyond an eighth of the live ones.
    fn churn(dimension: usize, ids: usize, changes: usize) -> i64 {
        let index = Index::new(dimension as i64, Metric::DotProduct).unwrap();
        let (vector, mut state, mut most) = (vec![1.0; dimension], 1_u64, i64::MIN);
        for change in 0..changes {
            // Marsaglia's xorshift: the test takes most of its time elsewhere.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let id = (state >> 8) as usize % ids;
            // Two of three changes put at first, then one of three.
            let puts = if change / ids % 8 < 4 { 2 } else { 1 };
            if state % 3 < puts {
                index.put(id as i64, &vector).unwrap();
            } else {
                index.remove(&[id as i64]).unwrap();
            }
            if change % 61 == 0 {
                let live = index.len() * dimension as u64 * 4;
                most = most.max(index.bytes() as i64 - (live + live / 8) as i64);
            }
        }
        most
    }

    #[test]
    fn little_is_left_over_after_random_puts_and_removes() {
        // A chunk is 16 KB here.
        let left_over = churn(32, 5000, 120_000);
        assert!(left_over <= 20 << 10, "{left_over} bytes");
    }

    #[test]
    #[ignore = "takes a minute"]
    fn little_is_left_over_after_ten_million_puts_and_removes() {
        let left_over = churn(64, 200_000, 10_000_000);
        println!("{left_over} bytes");
        // The largest chunk is a 32nd of 200,000 vectors and an eighth.
        assert!(left_over <= 200_000 * 256 / 32 * 9 / 8, "{left_over} bytes");
    }

    #[test]
    fn searches_see_both_of_a_pair_that_writers_move_together() {
        const DIMENSION: usize = 3;
        let seconds = std::env::var("RUST_FFI_STRESS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0.5);
        let end = std::time::Instant::now() + std::time::Duration::from_secs_f64(seconds);
        let index = Index::new(DIMENSION as i64, Metric::Euclidean).unwrap();
        // Four pairs among others, and each writer moves its own.
        let pair = |writer: i64, place: f32| [writer as f32, place, 1.0, writer as f32, place, 2.0];
        for writer in 0..4 {
            index.put_all(&[2 * writer, 2 * writer + 1], &pair(writer, 0.0)).unwrap();
        }
        let others: Vec<i64> = (100..600).collect();
        index.put_all(&others, &vec![1e6; others.len() * DIMENSION]).unwrap();
        let moves = std::sync::atomic::AtomicU64::new(0);
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let (index, moves) = (&index, &moves);
                scope.spawn(move || {
                    let mut place = 0.0;
                    while std::time::Instant::now() < end {
                        place = (place + 1.0) % 1000.0;
                        let ids = [2 * writer, 2 * writer + 1];
                        if place % 5.0 == 0.0 {
                            assert_eq!(index.remove(&ids), Ok(2));
                            assert_eq!(index.put_all(&ids, &pair(writer, place)), Ok(0));
                        } else {
                            assert_eq!(index.put_all(&ids, &pair(writer, place)), Ok(2));
                        }
                        moves.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                });
            }
            for many in [false, false, true] {
                let index = &index;
                scope.spawn(move || {
                    let queries = vec![0.0; DIMENSION * if many { 5 } else { 1 }];
                    let search = Search { k: None, bound: Some(Bound::AtMost(1e10)), ..Search::default() };
                    while std::time::Instant::now() < end {
                        let Found { ids, scores, counts } = index.search_all(&queries, &search).unwrap();
                        let (ids, scores) = (&ids[..counts[0]], &scores[..counts[0]]);
                        assert!(ids.iter().filter(|id| **id >= 100).count() == 0);
                        for writer in 0..4 {
                            let score = |id| ids.iter().position(|other| *other == id).map(|at| scores[at]);
                            match (score(2 * writer), score(2 * writer + 1)) {
                                (None, None) => {}
                                // The squares of 1 and 2 apart, and the same place.
                                (Some(one), Some(two)) => assert!((two - one - 3.0).abs() < 0.2, "{one} and {two}"),
                                half => panic!("half of the pair {writer}: {half:?}"),
                            }
                        }
                    }
                });
            }
        });
        assert!(moves.into_inner() > 100);
        assert!(index.bytes() <= index.len() * 12 * 9 / 8 + (17 << 10), "{} bytes", index.bytes());
    }

    #[test]
    fn memory_that_cannot_be_had_is_an_error() {
        let index = Index::new(1 << 20, Metric::DotProduct).unwrap();
        let refused = index.add_with::<Error>(1 << 60, |_, _| unreachable!("there is no room to fill"));
        assert_eq!(refused, Err(Error::OutOfMemory { bytes: 1 << 62 }));
        assert_eq!((index.len(), index.bytes()), (0, 0));
    }

    #[test]
    fn memory_is_a_little_more_than_the_vectors_and_is_given_back() {
        let _alone = MEMORY.lock().unwrap();
        let index = Index::new(64, Metric::DotProduct).unwrap();
        let vector = floats(18, 64);
        for count in 1..=40_000_u64 {
            index.add(&vector).unwrap();
            let bytes = count * 256;
            assert!(index.bytes() >= bytes, "{} bytes for {count} vectors", index.bytes());
            let most = (bytes as f64 * 1.05).max(bytes as f64 + 16_384.0);
            assert!(index.bytes() as f64 <= most, "{} bytes for {count} vectors", index.bytes());
        }
        assert!(bytes_in_use() >= index.bytes());
    }

    /// Held by tests that look at figures of the whole process.
    static MEMORY: std::sync::Mutex<()> = std::sync::Mutex::new(());

    #[test]
    fn vectors_added_in_bulk_take_no_more_than_their_bytes() {
        let index = Index::new(100, Metric::DotProduct).unwrap();
        index.add(&floats(19, 100 * 20_000)).unwrap();
        assert_eq!(index.bytes(), 100 * 20_000 * 4);
    }

    #[test]
    fn a_closed_handle_names_nothing() {
        let handle = handles::open(index(1, Metric::DotProduct, &[1.0]));
        let held = handles::get(handle).unwrap();
        handles::close(handle);
        handles::close(handle);
        assert_eq!(handles::get(handle).unwrap_err().to_string(), "the index is closed");
        assert_eq!(held.len(), 1, "a call that still runs keeps the vectors");
        for never in [0, -1, i64::MAX] {
            assert_eq!(handles::get(never).unwrap_err(), Error::Closed);
        }
    }

    #[test]
    fn a_saved_index_is_opened_and_mapped_again() {
        let scratch = crate::file::tests::Scratch::new("index-save");
        let path = scratch.file("vectors.npy");
        for (metric, rows) in METRICS.into_iter().zip([0, 1, 5000]) {
            let vectors = floats(20, rows * 13);
            let saved = index(13, metric, &vectors);
            saved.save(&path).unwrap();
            let opened = Index::open(&path, metric).unwrap();
            // SAFETY: no other process knows the file.
            let mapped = unsafe { Index::map(&path, metric) }.unwrap();
            assert_eq!((mapped.bytes(), mapped.len(), opened.len()), (0, rows as u64, rows as u64));
            let query = floats(21, 13);
            let search = |index: &Index| index.search(&query, &Search::nearest(7)).unwrap();
            assert_eq!(search(&opened), search(&saved));
            assert_eq!(search(&mapped), search(&saved));
            assert_eq!(mapped.add(&query).unwrap_err().to_string(), "an index of a mapped file cannot be changed");
            assert_eq!(opened.add(&query), Ok(rows as u64));
            // In the place of a file that is mapped.
            #[cfg(unix)]
            {
                opened.save(&path).unwrap();
                assert_eq!(search(&mapped), search(&saved));
            }
        }
    }

    #[test]
    fn files_that_are_no_vectors_are_refused() {
        let scratch = crate::file::tests::Scratch::new("index-files");
        let path = scratch.file("bad.npy");
        let header = |kind: &str, fortran: &str, shape: &str| {
            let text = format!("{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
            let text = format!("{text:<117}\n");
            [b"\x93NUMPY\x01\x00\x76\x00".as_slice(), text.as_bytes()].concat()
        };
        for (bytes, problem) in [
            (header("<f4", "False", "(2, 0)"), "it has 2 vectors of dimension 0, which has to be from 1 to 2147483647"),
            (
                header("<f4", "False", "(0, 4294967296)"),
                "it has 0 vectors of dimension 4294967296, which has to be from 1 to 2147483647",
            ),
            (header("<f4", "False", "(2,)"), "2 dimensions are needed, but its shape is (2,)"),
            (header("<f4", "False", "(1000000, 1000000)"), "its header says 4000000000128 bytes, but it has 128 bytes"),
        ] {
            std::fs::write(&path, &bytes).unwrap();
            let expected = format!("cannot use {}: {problem}", path.display());
            assert_eq!(Index::open(&path, Metric::DotProduct).unwrap_err().to_string(), expected);
            // SAFETY: no other process knows the file.
            assert_eq!(unsafe { Index::map(&path, Metric::DotProduct) }.unwrap_err().to_string(), expected);
        }
        let nan =
            [header("<f4", "False", "(2, 1)"), 1_f32.to_le_bytes().to_vec(), f32::NAN.to_le_bytes().to_vec()].concat();
        std::fs::write(&path, nan).unwrap();
        let error = Index::open(&path, Metric::DotProduct).unwrap_err();
        let expected = format!("cannot use {}: value 0 of vector 1 is NaN, not a finite number", path.display());
        assert_eq!(error.to_string(), expected);
        // SAFETY: no other process knows the file.
        let mapped = unsafe { Index::map(&path, Metric::DotProduct) }.unwrap();
        let found = mapped.search(&[1.0], &Search::nearest(2)).unwrap();
        assert_eq!(found.ids, [0], "NaN is never found");
    }

    #[test]
    fn what_cannot_be_mapped_is_opened() {
        let scratch = crate::file::tests::Scratch::new("index-conversion");
        let path = scratch.file("a.npy");
        // Vectors (1, 2), (3, 4) and (5, 6).
        let (c, fortran) = ([1_u8, 2, 3, 4, 5, 6], [1_u8, 3, 5, 2, 4, 6]);
        let doubles: Vec<u8> = c.iter().flat_map(|value| f64::from(*value).to_le_bytes()).collect();
        let big: Vec<u8> = c.iter().flat_map(|value| f32::from(*value).to_be_bytes()).collect();
        let columns: Vec<u8> = fortran.iter().flat_map(|value| f32::from(*value).to_le_bytes()).collect();
        for (kind, order, bytes, problem) in [
            ("<f8", "False", doubles, "its values are of the type float64, not float32 or float16"),
            (">f4", "False", big, "its values are of the type big-endian float32, not float32 or float16"),
            ("|u1", "True", fortran.to_vec(), "its values are of the type uint8, not float32 or float16"),
            ("float32", "True", columns, "it is in Fortran order, not in C order"),
        ] {
            let text = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': (3L, 2L), }}");
            let text = format!("{text:<117}\n");
            std::fs::write(&path, [b"\x93NUMPY\x01\x00\x76\x00", text.as_bytes(), &bytes].concat()).unwrap();
            let opened = Index::open(&path, Metric::DotProduct).unwrap();
            assert_eq!((opened.get(1).unwrap(), opened.len()), (vec![3.0, 4.0], 3), "{kind}");
            // SAFETY: no other process knows the file.
            let error = unsafe { Index::map(&path, Metric::DotProduct) }.unwrap_err();
            let expected = format!("cannot use {}: {problem}, so it cannot be mapped", path.display());
            assert_eq!(error.to_string(), expected);
        }
    }

    /// Adders, searchers and a reader at the same time, each checking what it sees. `RUST_FFI_STRESS_SECONDS` makes it longer.
    #[test]
    fn searches_during_additions_see_whole_additions_only() {
        const DIMENSION: usize = 3;
        const BATCH: u64 = 5;
        let seconds = std::env::var("RUST_FFI_STRESS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0.5);
        let end = std::time::Instant::now() + std::time::Duration::from_secs_f64(seconds);
        let index = Index::new(DIMENSION as i64, Metric::DotProduct).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while std::time::Instant::now() < end && index.len() < 400_000 {
                        let first = index
                            .add_with::<Error>(BATCH as usize * DIMENSION, |from, room| {
                                for (i, value) in room.iter_mut().enumerate() {
                                    *value = ((from + i) / DIMENSION + 1) as f32;
                                }
                                Ok(())
                            })
                            .unwrap();
                        assert_eq!(first % BATCH, 0);
                    }
                });
            }
            for thread in 0..6 {
                let index = &index;
                scope.spawn(move || {
                    let mut last = 0;
                    while std::time::Instant::now() < end {
                        let len = index.len();
                        assert!(len >= last && len.is_multiple_of(BATCH), "{len} vectors after {last}");
                        last = len;
                        if len == 0 {
                            continue;
                        }
                        if thread % 3 == 0 {
                            assert_eq!(index.get(len as i64 - 1).unwrap(), [BATCH as f32; DIMENSION]);
                            continue;
                        }
                        // The last vector of every addition is the best: the first of them all comes first.
                        let Found { ids, scores, .. } = index.search(&[1.0; DIMENSION], &Search::nearest(2)).unwrap();
                        assert_eq!((ids.len(), ids[0], scores[0]), (2, BATCH as i64 - 1, (BATCH * 3) as f32));
                        let second = if len > BATCH { [2 * BATCH - 1; 2] } else { [BATCH - 2, 2 * BATCH - 1] };
                        assert!(second.contains(&(ids[1] as u64)), "{} for {len} vectors", ids[1]);
                    }
                });
            }
        });
        assert_eq!(index.len() % BATCH, 0);
    }
}
