//! Vectors in memory that grows without moving, of which some are replaced or removed.
//!
//! Vectors lie row after row in chunks. A chunk is never moved or resized, so growing never holds anything twice, and a
//! new one is a 32nd of what is there already, so little is ever left over. The number of a row among all that there have
//! ever been is the vector's slot, and as long as nothing was replaced or removed its id.
//!
//! A row that has been written is never written again: what replaces a vector is appended, and the old one is marked with
//! the number of the version from which on it is dead. A chunk of which much is dead is emptied: what is alive in it is
//! appended once more, and its memory is freed with the last snapshot that has it.
//!
//! One writer at a time changes the store, while any number of readers read. A change is published as a version, all of it at
//! once: the chunks, how far they are filled, and the number with which marks are compared. A reader that has taken one
//! waits for nobody. What lies beyond the end belongs to the writer alone. `native/tests/loom.rs` runs this file through every
//! interleaving.

use std::collections::HashMap;
use std::ops::Range;

use super::codes::Codes;
use super::stored::{Fill, Memory, Storage, Stored};
use crate::parallel::sync::{Arc, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError, RwLock};
use crate::{Error, Result, memory as heap};

/// Smallest chunk, in bytes: below it, the bookkeeping would outweigh what is saved.
const LEAST_BYTES: usize = 16 << 10;

/// Largest chunk that growing asks for, in bytes.
const MOST_BYTES: usize = 64 << 20;

/// Dead rows and rows left over are at most one for this many vectors, and those of one chunk.
const WASTED: u64 = 8;

/// The slots of ids. Of a hash with a seed of its own, which asks no system for randomness: on Windows the standard library's needs
/// a DLL that not every system has.
type Slots = HashMap<i64, u64, foldhash::fast::RandomState>;

/// Vectors of one dimension.
#[derive(Debug)]
pub(super) struct Store {
    dimension: usize,
    storage: Storage,
    current: RwLock<Arc<Version>>,
    writer: Mutex<Writer>,
    /// The slot of each id, where ids are not slots. Only the writer changes it, together with `current`.
    slots: RwLock<Slots>,
}

/// What the writer knows.
#[derive(Debug)]
struct Writer {
    /// Whether ids are not slots: since the first vector that came with its id or was removed.
    marks: bool,
    /// The id of the next vector that comes without one: more than any that there has been.
    next: u64,
    /// What has changed since the vectors were saved, if they have been.
    unsaved: Option<Unsaved>,
}

/// What has changed since a save: the vectors with ids from `next` on, all of which lie from the slot `end` on, and those with
/// the ids `changed`.
#[derive(Debug, Default)]
pub(super) struct Unsaved {
    next: u64,
    end: u64,
    /// Ids less than `next` that have been put or removed since, some of them more than once.
    changed: Vec<i64>,
}

impl Unsaved {
    fn is_new(&self, id: i64) -> bool {
        u64::try_from(id).is_ok_and(|id| id >= self.next)
    }

    /// Makes room for `more` ids that change.
    fn reserve(&mut self, more: usize) -> Result<()> {
        if self.changed.capacity() - self.changed.len() >= more {
            return Ok(());
        }
        self.changed.sort_unstable();
        self.changed.dedup();
        // As much again as there is, lest the ids be sorted for every few that are added.
        let room = more.max(self.changed.len());
        let refused = |_| Error::OutOfMemory { bytes: room.saturating_mul(size_of::<i64>()) };
        self.changed.try_reserve(room).map_err(refused)
    }

    /// Notes an id that has been put or removed. There is room for it.
    fn note(&mut self, id: i64) {
        if !self.is_new(id) {
            self.changed.push(id);
        }
    }
}

/// What a save has to write.
#[derive(Debug)]
pub(super) struct Unwritten {
    /// The vectors as of one moment.
    pub(super) view: Snapshot,
    /// The ids of those that are to be written, in ascending order, and their slots: all of them if `None`.
    pub(super) rows: Option<Vec<(i64, u64)>>,
    /// The ids that are no longer what was saved, in ascending order.
    pub(super) gone: Vec<i64>,
    /// The id of the next vector that comes without one.
    pub(super) next: u64,
    /// What had changed before, in case that it cannot be written.
    before: Option<Unsaved>,
}

/// The vectors that there are at one moment.
#[derive(Debug)]
struct Version {
    number: u64,
    /// The slot of the next vector.
    end: u64,
    /// The number of vectors.
    live: u64,
    /// Whether chunks have marks.
    marks: bool,
    /// All chunks, the oldest first.
    chunks: Arc<Vec<Placed>>,
}

/// A chunk, and what is known of its rows.
#[derive(Clone, Debug)]
struct Placed {
    chunk: Arc<Chunk>,
    /// Nothing as long as ids are slots, and nothing was removed.
    marks: Option<Arc<Marks>>,
}

#[derive(Debug)]
struct Chunk {
    first: u64,
    rows: usize,
    memory: Memory,
    codes: Codes,
}

impl Chunk {
    fn new(first: u64, rows: usize, memory: Memory) -> Arc<Self> {
        Arc::new(Self { first, rows, memory, codes: Codes::new(rows) })
    }

    /// Returns the bytes of memory that the chunk takes.
    fn bytes(&self) -> u64 {
        (self.memory.bytes() + self.codes.bytes()) as u64
    }

    fn end(&self) -> u64 {
        self.first + self.rows as u64
    }
}

/// What is known of the rows of a chunk. Where the same row may be read, nothing of it is written but its death.
#[derive(Debug)]
struct Marks {
    /// The bits of their ids.
    ids: Vec<AtomicU64>,
    /// The number of the version from which on a row is dead.
    died: Vec<AtomicU64>,
    /// The least of these.
    first_death: AtomicU64,
    /// How many rows have died.
    dead: AtomicU64,
}

/// What stands for a row that is alive.
const ALIVE: u64 = u64::MAX;

impl Marks {
    fn new(rows: usize) -> Result<Self> {
        let filled = |value: u64| -> Result<_> {
            let mut all = heap::with_capacity(rows)?;
            all.extend((0..rows).map(|_| AtomicU64::new(value)));
            Ok(all)
        };
        let (first_death, dead) = (AtomicU64::new(ALIVE), AtomicU64::new(0));
        Ok(Self { ids: filled(0)?, died: filled(ALIVE)?, first_death, dead })
    }

    // Who sees a version sees what was written before it was published: no order is needed besides.

    fn set_id(&self, row: usize, id: i64) {
        self.ids[row].store(id as u64, Ordering::Relaxed);
    }

    fn id(&self, row: usize) -> i64 {
        self.ids[row].load(Ordering::Relaxed) as i64
    }

    fn kill(&self, row: usize, version: u64) {
        self.died[row].store(version, Ordering::Relaxed);
        if self.first_death.load(Ordering::Relaxed) == ALIVE {
            self.first_death.store(version, Ordering::Relaxed);
        }
        self.dead.fetch_add(1, Ordering::Relaxed);
    }

    fn is_alive(&self, row: usize, version: u64) -> bool {
        self.died[row].load(Ordering::Relaxed) > version
    }
}

/// The vectors that were there at one moment.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    dimension: usize,
    storage: Storage,
    version: Arc<Version>,
}

/// Rows with consecutive slots, side by side in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent<'a> {
    /// Slot of the first.
    pub(super) first: u64,
    /// The rows, one after the other.
    pub(super) values: Stored<'a>,
    /// Their codes, as far as they have been made, and those of what may follow.
    pub(super) codes: Option<&'a Codes>,
    marks: Option<(&'a Marks, u64)>,
}

impl<'a> Extent<'a> {
    /// Returns rows whose ids are their slots, and all of which are there.
    #[cfg(test)]
    pub(super) fn of(first: u64, values: &'a [f32]) -> Self {
        Self { first, values: Stored::Floats(values), codes: None, marks: None }
    }

    /// Returns whether rows have ids that are not their slots.
    pub(super) fn has_ids(&self) -> bool {
        self.marks.is_some()
    }

    /// Returns the id of a row.
    pub(super) fn id(&self, row: usize) -> i64 {
        self.marks.map_or((self.first + row as u64) as i64, |(marks, _)| marks.id(row))
    }

    /// Returns whether some of the rows have been removed.
    pub(super) fn has_removed(&self) -> bool {
        self.marks.is_some_and(|(marks, version)| marks.first_death.load(Ordering::Relaxed) <= version)
    }

    /// Returns whether a row is there.
    pub(super) fn is_alive(&self, row: usize) -> bool {
        self.marks.is_none_or(|(marks, version)| marks.is_alive(row, version))
    }
}

impl Store {
    /// Returns a store without vectors.
    pub(super) fn new(dimension: usize, storage: Storage) -> Self {
        Self::with_chunks(dimension, storage, 0, Vec::new())
    }

    /// Returns a store of the vectors that `memory` begins with.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there is none for the bookkeeping.
    pub(super) fn of(dimension: usize, rows: usize, memory: Memory) -> Result<Self> {
        let mut chunks = heap::with_capacity(1)?;
        let storage = memory.storage();
        chunks.push(Placed { chunk: Chunk::new(0, rows, memory), marks: None });
        Ok(Self::with_chunks(dimension, storage, rows as u64, chunks))
    }

    fn with_chunks(dimension: usize, storage: Storage, rows: u64, chunks: Vec<Placed>) -> Self {
        let version = Version { number: 0, end: rows, live: rows, marks: false, chunks: Arc::new(chunks) };
        Self {
            dimension,
            storage,
            current: RwLock::new(Arc::new(version)),
            writer: Mutex::new(Writer { marks: false, next: rows, unsaved: None }),
            slots: RwLock::new(Slots::default()),
        }
    }

    /// Returns the number of values of a vector.
    pub(super) fn dimension(&self) -> usize {
        self.dimension
    }

    /// Returns how values are stored.
    pub(super) fn storage(&self) -> Storage {
        self.storage
    }

    /// Returns the number of vectors.
    pub(super) fn len(&self) -> u64 {
        self.version().live
    }

    /// Returns the bytes of memory that the vectors and their codes take, with what is left over for further ones and what has
    /// been removed.
    pub(super) fn bytes(&self) -> u64 {
        self.version().chunks.iter().map(|placed| placed.chunk.bytes()).sum()
    }

    /// Returns the vectors that are there now.
    pub(super) fn view(&self) -> Snapshot {
        Snapshot { dimension: self.dimension, storage: self.storage, version: self.version() }
    }

    /// Returns the vectors that are there now, and the slot of the one with the id `id`, if there is one.
    pub(super) fn find(&self, id: i64) -> (Snapshot, Option<u64>) {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let view = self.view();
        let slot = if view.has_ids() { slots.get(&id).copied() } else { u64::try_from(id).ok() };
        let slot = slot.filter(|slot| *slot < view.version.end);
        (view, slot)
    }

    fn version(&self) -> Arc<Version> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, version: Version) {
        let version = Arc::new(version);
        let old = std::mem::replace(&mut *self.current.write().unwrap_or_else(PoisonError::into_inner), version);
        // Outside of the lock: freeing much memory takes time.
        drop(old);
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends `rows` vectors, and returns the id of the first: one more than any that there has been. All of them appear
    /// at once.
    ///
    /// `fill` is called with the number of values that it has filled already and with the room for the next ones, which are
    /// whole vectors, until there are all of them.
    ///
    /// # Errors
    /// Those of `fill`, [`Error::NoIds`] when there are not enough ids, and [`Error::OutOfMemory`]. The store is as it was
    /// then.
    pub(super) fn append<E: From<Error>>(
        &self,
        rows: usize,
        fill: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        let writer = &mut *self.writer();
        let first = writer.next;
        if (i64::MAX as u64 + 1).saturating_sub(first) < rows as u64 {
            return Err(Error::NoIds { next: first, vectors: rows }.into());
        }
        self.write(writer, rows, |row| (first + row as u64) as i64, fill)?;
        writer.next = first + rows as u64;
        Ok(first)
    }

    /// Adds a vector for each of `ids`, in place of one with this id that may be there, and returns how many were. All of
    /// them change at once. Of vectors with the same id only the last one stays.
    ///
    /// # Errors
    /// Those of `fill`, which is called as by [`Store::append`], and [`Error::OutOfMemory`]. The store is as it was then.
    pub(super) fn put<E: From<Error>>(
        &self,
        ids: &[i64],
        fill: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        let writer = &mut *self.writer();
        self.put_all(writer, ids, fill)
    }

    fn put_all<E: From<Error>>(
        &self,
        writer: &mut Writer,
        ids: &[i64],
        fill: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        self.begin_marks(writer)?;
        if let Some(unsaved) = &mut writer.unsaved {
            unsaved.reserve(ids.len())?;
        }
        let replaced = self.write(writer, ids.len(), |row| ids[row], fill)?;
        if let Some(unsaved) = &mut writer.unsaved {
            ids.iter().for_each(|id| unsaved.note(*id));
        }
        let greatest = ids.iter().max().and_then(|id| u64::try_from(*id).ok());
        writer.next = writer.next.max(greatest.map_or(0, |id| id + 1));
        Ok(replaced)
    }

    /// Adds a vector for each of `ids`, which come in ascending order, as [`Store::put`] does. As long as ids are slots, they
    /// stay so.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub(super) fn load(&self, ids: &[i64], fill: impl FnMut(usize, &mut [f32]) -> Result<()>) -> Result<()> {
        let writer = &mut *self.writer();
        if !writer.marks && are_slots(ids, self.version().end) {
            self.write(writer, ids.len(), |row| ids[row], fill)?;
            writer.next += ids.len() as u64;
            return Ok(());
        }
        self.put_all(writer, ids, fill).map(|_| ())
    }

    /// Adds the vectors of a mapped file with the ids of `ids`, in place of those that may have them, but for those rows
    /// that are dead. All memory of the store is mapped.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(super) fn load_mapped(&self, memory: Memory, ids: &[i64], is_dead: impl Fn(i64) -> bool) -> Result<()> {
        let writer = &mut *self.writer();
        let rows = ids.len();
        let are_slots = !writer.marks && are_slots(ids, self.version().end) && !ids.iter().any(|id| is_dead(*id));
        if !are_slots {
            self.begin_marks(writer)?;
        }
        let version = self.version();
        let (number, first) = (version.number + 1, version.end);
        let mut chunks = heap::with_capacity(version.chunks.len() + 1)?;
        chunks.extend(version.chunks.iter().cloned());
        let marks = if writer.marks { Some(Arc::new(Marks::new(rows)?)) } else { None };
        chunks.push(Placed { chunk: Chunk::new(first, rows, memory), marks });
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let mut live = version.live + rows as u64;
        if writer.marks {
            reserve(&mut slots, rows as u64)?;
            for (slot, id) in (first..).zip(ids) {
                let (marks, row) = marks_of(&chunks, slot);
                marks.set_id(row, *id);
                let old = if is_dead(*id) { Some(slot) } else { slots.insert(*id, slot) };
                if let Some(old) = old {
                    kill(&chunks, old, number);
                    live -= 1;
                }
            }
        }
        let end = first + rows as u64;
        self.publish(Version { number, end, live, marks: writer.marks, chunks: Arc::new(chunks) });
        let greatest = ids.last().and_then(|id| u64::try_from(*id).ok());
        writer.next = writer.next.max(greatest.map_or(0, |id| id + 1));
        Ok(())
    }

    /// Says that all vectors are saved, and that the next one that comes without an id has at least the id `next`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(super) fn loaded(&self, next: u64) -> Result<()> {
        let writer = &mut *self.writer();
        if next > self.version().end {
            self.begin_marks(writer)?;
        }
        writer.next = writer.next.max(next);
        writer.unsaved = Some(Unsaved { next: writer.next, end: self.version().end, changed: Vec::new() });
        Ok(())
    }

    /// Returns how many vectors and ids a save would write, or a few more; `None` where nothing has been saved.
    pub(super) fn unsaved(&self) -> Option<u64> {
        let writer = self.writer();
        let version = self.version();
        let new = |unsaved: &Unsaved| version.end - unsaved.end + unsaved.changed.len() as u64;
        writer.unsaved.as_ref().map(new)
    }

    /// Begins a save of what has changed since the last one, and of the vectors with the ids of `again`, which are less than
    /// the next one of that save; or of all vectors where `everything` is so, or there was none. Until
    /// [`Store::end_save`] it counts as saved.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`]. Nothing has begun then.
    pub(super) fn begin_save(&self, everything: bool, again: &[i64]) -> Result<Unwritten> {
        let writer = &mut *self.writer();
        let view = self.view();
        let (next, end) = (writer.next, view.version.end);
        let (rows, gone) = match writer.unsaved.as_mut().filter(|_| !everything) {
            None if !view.has_ids() => (None, Vec::new()),
            None => {
                let mut rows = heap::with_capacity(usize::try_from(view.len()).unwrap_or(usize::MAX))?;
                rows.extend(view.ids());
                (Some(rows), Vec::new())
            }
            Some(unsaved) => self.changes(unsaved, &view, again)?,
        };
        let before = writer.unsaved.replace(Unsaved { next, end, changed: Vec::new() });
        Ok(Unwritten { view, rows, gone, next, before })
    }

    fn changes(&self, unsaved: &mut Unsaved, view: &Snapshot, again: &[i64]) -> Result<Changes> {
        unsaved.changed.sort_unstable();
        unsaved.changed.dedup();
        let mut gone = heap::with_capacity(unsaved.changed.len())?;
        gone.extend_from_slice(&unsaved.changed);
        let mut ids = heap::with_capacity(unsaved.changed.len() + again.len())?;
        ids.extend_from_slice(&unsaved.changed);
        ids.extend_from_slice(again);
        ids.sort_unstable();
        ids.dedup();
        let written = usize::try_from(view.version.end - unsaved.end).unwrap_or(usize::MAX);
        let mut rows = heap::with_capacity(ids.len().saturating_add(written))?;
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let slot = |id: i64| {
            let own = || u64::try_from(id).ok().filter(|slot| *slot < view.version.end);
            if view.has_ids() { slots.get(&id).copied() } else { own() }
        };
        rows.extend(ids.iter().filter_map(|id| Some((*id, slot(*id)?))));
        // What was moved is among these, too.
        for part in view.parts().filter(|part| part.first + (part.values.len() / self.dimension) as u64 > unsaved.end) {
            let first = unsaved.end.saturating_sub(part.first) as usize;
            let new = (first..part.values.len() / self.dimension).filter(|row| part.is_alive(*row));
            let new = new.map(|row| (part.id(row), part.first + row as u64));
            rows.extend(new.filter(|(id, _)| unsaved.is_new(*id)));
        }
        Ok((Some(rows), gone))
    }

    /// Ends a save: where it has failed, what it should have written is still to be saved. Where there is no memory to
    /// remember what that is, everything is.
    pub(super) fn end_save(&self, saved: Unwritten, has_succeeded: bool) {
        if has_succeeded {
            return;
        }
        let writer = &mut *self.writer();
        let since = writer.unsaved.take().map_or_else(Vec::new, |unsaved| unsaved.changed);
        writer.unsaved = saved.before.and_then(|mut before| {
            before.reserve(since.len()).ok()?;
            since.iter().for_each(|id| before.note(*id));
            Some(before)
        });
    }

    /// Removes the vectors with these ids, all of them at once, and returns how many there were.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`]. The store is as it was then.
    pub(super) fn remove(&self, ids: &[i64]) -> Result<u64> {
        let writer = &mut *self.writer();
        let version = self.version();
        if ids.is_empty() || version.live == 0 {
            return Ok(0);
        }
        self.begin_marks(writer)?;
        if let Some(unsaved) = &mut writer.unsaved {
            unsaved.reserve(ids.len())?;
        }
        let version = self.version();
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let (number, mut removed) = (version.number + 1, 0);
        for id in ids {
            if let Some(slot) = slots.remove(id) {
                kill(&version.chunks, slot, number);
                removed += 1;
                if let Some(unsaved) = &mut writer.unsaved {
                    unsaved.note(*id);
                }
            }
        }
        if removed > 0 {
            let (live, chunks) = (version.live - removed, Arc::clone(&version.chunks));
            self.publish(Version { number, end: version.end, live, marks: true, chunks });
        }
        drop(slots);
        drop(version);
        self.empty_chunks();
        Ok(removed)
    }

    /// Has marks kept from now on: ids are no longer slots.
    fn begin_marks(&self, writer: &mut Writer) -> Result<()> {
        if writer.marks {
            return Ok(());
        }
        let version = self.version();
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        reserve(&mut slots, version.live)?;
        let mut chunks = heap::with_capacity(version.chunks.len())?;
        for Placed { chunk, .. } in version.chunks.iter() {
            let marks = Marks::new(chunk.rows)?;
            for row in 0..chunk.rows {
                marks.set_id(row, (chunk.first + row as u64) as i64);
            }
            chunks.push(Placed { chunk: Arc::clone(chunk), marks: Some(Arc::new(marks)) });
        }
        slots.extend((0..version.end).map(|slot| (slot as i64, slot)));
        self.publish(Version {
            number: version.number + 1,
            end: version.end,
            live: version.live,
            marks: true,
            chunks: Arc::new(chunks),
        });
        writer.marks = true;
        Ok(())
    }

    /// Appends `rows` vectors with the ids that `id` returns for each, in place of those that have these ids, and returns
    /// how many had.
    fn write<E: From<Error>>(
        &self,
        writer: &Writer,
        rows: usize,
        id: impl Fn(usize) -> i64,
        mut fill: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        let version = self.version();
        let chunks = self.extend(&version, writer.marks, rows, &mut fill)?;
        let (number, end) = (version.number + 1, version.end + rows as u64);
        let (mut dead, mut replaced) = (0, 0);
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if writer.marks {
            reserve(&mut slots, rows as u64)?;
            for (row, slot) in (version.end..end).enumerate() {
                let (marks, place) = marks_of(&chunks, slot);
                marks.set_id(place, id(row));
                if let Some(old) = slots.insert(id(row), slot) {
                    kill(&chunks, old, number);
                    dead += 1;
                    replaced += u64::from(old < version.end);
                }
            }
        }
        let live = version.live + rows as u64 - dead;
        self.publish(Version { number, end, live, marks: writer.marks, chunks });
        drop(slots);
        drop(version);
        self.empty_chunks();
        Ok(replaced)
    }

    /// Fills `rows` rows beyond the end of a version, and returns the chunks with these.
    fn extend<E: From<Error>>(
        &self,
        version: &Version,
        with_marks: bool,
        rows: usize,
        fill: &mut Fill<'_, E>,
    ) -> std::result::Result<Arc<Vec<Placed>>, E> {
        let last = version.chunks.last().map(|placed| &placed.chunk);
        let free = last.map_or(0, |chunk| (chunk.end() - version.end) as usize);
        let old = rows.min(free);
        let new = match rows - old {
            0 => None,
            more => Some((more, self.grown(version, with_marks, more)?)),
        };
        if let (Some(chunk), 1..) = (last, old) {
            let from = (version.end - chunk.first) as usize;
            // SAFETY: the rows beyond the end are the writer's alone, and this is the only one.
            unsafe { chunk.memory.write(self.dimension, from..from + old, 0, fill) }?;
        }
        let Some((more, (chunk, chunks))) = new else {
            return Ok(Arc::clone(&version.chunks));
        };
        // SAFETY: no other thread has seen the new chunk.
        unsafe { chunk.memory.write(self.dimension, 0..more, old * self.dimension, fill) }?;
        Ok(chunks)
    }

    /// Returns a new chunk with room for `rows` rows or more, and all chunks with it.
    fn grown(&self, version: &Version, with_marks: bool, rows: usize) -> Result<(Arc<Chunk>, Arc<Vec<Placed>>)> {
        let first = version.chunks.last().map_or(version.end, |placed| placed.chunk.end());
        let row = self.dimension.saturating_mul(self.storage.width());
        let share = usize::try_from(version.rows()).unwrap_or(usize::MAX).saturating_mul(row) / 32;
        let rows = rows.max(share.clamp(LEAST_BYTES, MOST_BYTES) / row);
        let values = rows.checked_mul(self.dimension).ok_or(Error::OutOfMemory { bytes: usize::MAX })?;
        let mut chunks = heap::with_capacity(version.chunks.len() + 1)?;
        chunks.extend(version.chunks.iter().cloned());
        let chunk = Chunk::new(first, rows, Memory::allocate(self.storage, values)?);
        let marks = if with_marks { Some(Arc::new(Marks::new(rows)?)) } else { None };
        chunks.push(Placed { chunk: Arc::clone(&chunk), marks });
        Ok((chunk, Arc::new(chunks)))
    }

    /// Empties chunks until few rows are dead. Where there is no memory for what is alive in them, they stay as they are.
    fn empty_chunks(&self) {
        while let Some(worst) = self.version().worst() {
            if self.empty_chunk(worst).is_err() {
                return;
            }
        }
    }

    /// Appends once more what is alive in a chunk, and drops it.
    fn empty_chunk(&self, index: usize) -> Result<()> {
        let version = self.version();
        let (dimension, storage) = (self.dimension, self.storage);
        let view = Snapshot { dimension, storage, version: Arc::clone(&version) };
        let placed = &version.chunks[index];
        let all = view.extent(placed);
        let mut alive = heap::with_capacity(placed.chunk.rows)?;
        alive.extend((0..all.values.len() / self.dimension).filter(|row| all.is_alive(*row)));
        let mut chunks = self.extend(&version, true, alive.len(), &mut |from, room| {
            let rows = &alive[from / self.dimension..];
            for (to, row) in room.chunks_exact_mut(self.dimension).zip(rows) {
                all.values.part(row * self.dimension..(row + 1) * self.dimension).copy_to(to);
            }
            Ok::<(), Error>(())
        })?;
        let mut left = heap::with_capacity(chunks.len())?;
        let emptied = |other: &Placed| other.chunk.first == placed.chunk.first;
        left.extend(chunks.iter().filter(|other| !emptied(other)).cloned());
        chunks = Arc::new(left);
        let end = version.end + alive.len() as u64;
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        for (slot, row) in (version.end..end).zip(&alive) {
            let (marks, place) = marks_of(&chunks, slot);
            marks.set_id(place, all.id(*row));
            slots.insert(all.id(*row), slot);
        }
        self.publish(Version { number: version.number + 1, end, live: version.live, marks: true, chunks });
        Ok(())
    }
}

/// Rows that are to be written, and ids that are gone.
type Changes = (Option<Vec<(i64, u64)>>, Vec<i64>);

/// Returns whether ids are the slots from `end` on.
fn are_slots(ids: &[i64], end: u64) -> bool {
    (end..).zip(ids).all(|(slot, id)| u64::try_from(*id) == Ok(slot))
}

/// Makes room for `more` ids.
fn reserve(slots: &mut Slots, more: u64) -> Result<()> {
    let refused = || Error::OutOfMemory { bytes: usize::try_from(more).unwrap_or(usize::MAX).saturating_mul(16) };
    let more = usize::try_from(more).map_err(|_| refused())?;
    slots.try_reserve(more).map_err(|_| refused())
}

/// Returns the chunk of a slot.
fn chunk_of(chunks: &[Placed], slot: u64) -> Option<&Placed> {
    chunks.get(chunks.partition_point(|placed| placed.chunk.end() <= slot))
}

/// Returns the marks of a slot, and its row.
fn marks_of(chunks: &[Placed], slot: u64) -> (&Marks, usize) {
    let Placed { chunk, marks } = chunk_of(chunks, slot).expect("a chunk has the slot");
    (marks.as_deref().expect("marks are kept"), (slot - chunk.first) as usize)
}

/// Marks a slot as dead from a version on.
fn kill(chunks: &[Placed], slot: u64, version: u64) {
    let (marks, row) = marks_of(chunks, slot);
    marks.kill(row, version);
}

impl Version {
    /// Returns the number of rows, dead ones among them.
    fn rows(&self) -> u64 {
        let left_over = self.chunks.last().map_or(0, |placed| placed.chunk.end() - self.end);
        self.chunks.iter().map(|placed| placed.chunk.rows as u64).sum::<u64>() - left_over
    }

    /// Returns the chunk that is to be emptied next, if one is.
    fn worst(&self) -> Option<usize> {
        let last = self.chunks.len().checked_sub(1)?;
        if self.live == 0 {
            return Some(0);
        }
        let before_last: u64 = self.chunks[..last].iter().map(|placed| placed.chunk.rows as u64).sum();
        // What is alive in the last one makes up for as much that is dead.
        if before_last <= self.live + self.live / WASTED {
            return None;
        }
        let dead = |index: &usize| {
            let Placed { chunk, marks } = &self.chunks[*index];
            marks.as_ref().map_or(0.0, |marks| marks.dead.load(Ordering::Relaxed) as f64) / chunk.rows as f64
        };
        (0..last).max_by(|a, b| dead(a).total_cmp(&dead(b)))
    }
}

impl Snapshot {
    /// Returns the number of vectors.
    pub(super) fn len(&self) -> u64 {
        self.version.live
    }

    /// Returns the number of rows, those of removed vectors among them.
    pub(super) fn rows(&self) -> u64 {
        self.version.rows()
    }

    /// Returns the slot after the last one.
    pub(super) fn end(&self) -> u64 {
        self.version.end
    }

    /// Returns the number of values of a vector.
    pub(super) fn dimension(&self) -> usize {
        self.dimension
    }

    /// Returns how values are stored.
    pub(super) fn storage(&self) -> Storage {
        self.storage
    }

    /// Returns whether vectors may have ids that are not their slots, or have been removed.
    pub(super) fn has_ids(&self) -> bool {
        self.version.marks
    }

    /// Returns the rows, in as few parts as they lie in.
    pub(super) fn parts(&self) -> impl Iterator<Item = Extent<'_>> {
        self.version.chunks.iter().map_while(|placed| {
            let extent = self.extent(placed);
            (extent.values.len() > 0).then_some(extent)
        })
    }

    /// Returns the row of a slot, if there is one.
    pub(super) fn get(&self, slot: u64) -> Option<Stored<'_>> {
        if slot >= self.version.end {
            return None;
        }
        let chunk = &chunk_of(&self.version.chunks, slot)?.chunk;
        let row = slot.checked_sub(chunk.first)? as usize;
        Some(self.read(chunk, row..row + 1))
    }

    /// Has the system begin to read the row of a slot, if it is that of a mapped file: see [`Buffer::will_need`].
    pub(super) fn will_need(&self, slot: u64) {
        if let Some(chunk) = chunk_of(&self.version.chunks, slot).map(|placed| &placed.chunk)
            && let Some(row) = slot.checked_sub(chunk.first)
        {
            chunk.memory.will_need(self.dimension, row as usize..row as usize + 1);
        }
    }

    /// Returns the id of the row of a slot.
    pub(super) fn id(&self, slot: u64) -> i64 {
        if !self.has_ids() {
            return slot as i64;
        }
        let (marks, row) = marks_of(&self.version.chunks, slot);
        marks.id(row)
    }

    /// Returns the id of each vector and its slot.
    pub(super) fn ids(&self) -> impl Iterator<Item = (i64, u64)> {
        self.parts().flat_map(|part| {
            let rows = (0..part.values.len() / self.dimension).filter(move |row| part.is_alive(*row));
            rows.map(move |row| (part.id(row), part.first + row as u64))
        })
    }

    fn extent<'a>(&'a self, Placed { chunk, marks }: &'a Placed) -> Extent<'a> {
        let rows = self.version.end.saturating_sub(chunk.first).min(chunk.rows as u64) as usize;
        let marks = marks.as_deref().map(|marks| (marks, self.version.number));
        Extent { first: chunk.first, values: self.read(chunk, 0..rows), codes: Some(&chunk.codes), marks }
    }

    fn read<'a>(&'a self, chunk: &'a Chunk, rows: Range<usize>) -> Stored<'a> {
        debug_assert!(chunk.first + rows.end as u64 <= self.version.end || rows.is_empty());
        // SAFETY: these rows come before an end that was published after they were written, and none of them is ever written
        // again.
        unsafe { chunk.memory.read(self.dimension, rows) }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn add(store: &Store, rows: usize, value: f32) {
        let added: Result<u64> = store.append(rows, |_, room| {
            room.fill(value);
            Ok(())
        });
        added.unwrap();
    }

    #[test]
    fn a_snapshot_keeps_what_is_replaced_and_removed() {
        const DIMENSION: usize = 1000;
        let store = Store::new(DIMENSION, Storage::Float32);
        let put = |ids: &[i64], value: f32| {
            let replaced: Result<u64> = store.put(ids, |_, room| {
                room.fill(value);
                Ok(())
            });
            replaced.unwrap()
        };
        put(&[7, 8, 9], 1.0);
        let view = store.view();
        for change in 0..100 {
            assert_eq!(put(&[8, 9], change as f32), 2);
        }
        assert_eq!(store.remove(&[7]), Ok(1));
        let seen: Vec<_> = view.ids().map(|(id, slot)| (id, view.get(slot).unwrap().as_floats()[0])).collect();
        assert_eq!(seen, [(7, 1.0), (8, 1.0), (9, 1.0)]);
        let bytes = |rows: u64| rows * DIMENSION as u64 * 4;
        assert!(store.bytes() <= bytes(2 + 4), "{}", store.bytes());
        drop(view);
        let now = store.view();
        let mut seen: Vec<_> = now.ids().map(|(id, slot)| (id, now.get(slot).unwrap().as_floats()[0])).collect();
        seen.sort_by_key(|(id, _)| *id);
        assert_eq!(seen, [(8, 99.0), (9, 99.0)]);
    }

    #[test]
    fn readers_see_whole_additions_of_writers_at_the_same_time() {
        // So many values that the additions need several chunks, on both sides of a border.
        const DIMENSION: usize = 1000;
        let store = Store::new(DIMENSION, Storage::Float32);
        std::thread::scope(|scope| {
            for writer in 1..=2 {
                let store = &store;
                scope.spawn(move || (0..4).for_each(|_| add(store, 3, writer as f32)));
            }
            for _ in 0..10 {
                let view = store.view();
                assert_eq!(view.len() % 3, 0, "half an addition");
                for part in view.parts() {
                    assert!(
                        part.values
                            .as_floats()
                            .chunks_exact(DIMENSION)
                            .all(|row| row.iter().all(|value| *value == row[0]))
                    );
                }
            }
        });
        let view = store.view();
        let firsts: Vec<f32> = (0..24).map(|id| view.get(id).unwrap().as_floats()[0]).collect();
        assert!(
            firsts.chunks_exact(3).all(|addition| addition.iter().all(|value| *value == addition[0])),
            "{firsts:?}"
        );
        assert_eq!((view.len(), view.get(24).is_none()), (24, true));
        assert!(view.parts().count() > 1);
    }
}
