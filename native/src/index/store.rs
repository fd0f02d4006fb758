//! Vectors in memory that grows without moving.
//!
//! Vectors lie row after row in chunks. A chunk is never moved or resized, so growing never holds anything twice, and a
//! new one is a 32nd of what is there already, so little is ever left over.
//!
//! One writer at a time appends, while any number of readers read. The number of vectors is published last, with
//! release ordering: who reads it, with acquire ordering, sees all of those vectors and every chunk that they lie in.
//! What lies beyond belongs to the writer alone. `native/tests/loom.rs` runs this file through every interleaving.

use std::ops::Range;

use super::buffer::Buffer;
use crate::parallel::sync::{Arc, AtomicU64, Mutex, Ordering, PoisonError, RwLock};
use crate::{Error, Result, memory as heap};

/// Smallest chunk, in bytes: below it, the bookkeeping would outweigh what is saved.
const LEAST_BYTES: usize = 16 << 10;

/// Largest chunk that growing asks for, in bytes.
const MOST_BYTES: usize = 64 << 20;

/// Vectors of one dimension.
#[derive(Debug)]
pub(super) struct Store {
    dimension: usize,
    len: AtomicU64,
    table: RwLock<Arc<Table>>,
    writer: Mutex<()>,
}

/// All chunks, the oldest first.
#[derive(Debug)]
struct Table {
    chunks: Vec<Arc<Chunk>>,
}

#[derive(Debug)]
struct Chunk {
    first: u64,
    rows: usize,
    memory: Buffer,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.first + self.rows as u64
    }
}

/// The vectors that were there at one moment.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    dimension: usize,
    len: u64,
    table: Arc<Table>,
}

/// Vectors with consecutive ids, side by side in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent<'a> {
    /// Id of the first.
    pub(super) first: u64,
    /// The vectors, row after row.
    pub(super) values: &'a [f32],
}

impl Store {
    /// Returns a store without vectors.
    pub(super) fn new(dimension: usize) -> Self {
        Self::with_table(dimension, 0, Vec::new())
    }

    /// Returns a store of the vectors that `memory` begins with.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there is none for the bookkeeping.
    pub(super) fn of(dimension: usize, rows: usize, memory: Buffer) -> Result<Self> {
        let mut chunks = heap::with_capacity(1)?;
        chunks.push(Arc::new(Chunk { first: 0, rows, memory }));
        Ok(Self::with_table(dimension, rows as u64, chunks))
    }

    fn with_table(dimension: usize, len: u64, chunks: Vec<Arc<Chunk>>) -> Self {
        let table = RwLock::new(Arc::new(Table { chunks }));
        Self { dimension, len: AtomicU64::new(len), table, writer: Mutex::new(()) }
    }

    /// Returns the number of values of a vector.
    pub(super) fn dimension(&self) -> usize {
        self.dimension
    }

    /// Returns the number of vectors.
    pub(super) fn len(&self) -> u64 {
        self.len.load(Ordering::Acquire)
    }

    /// Returns the bytes of memory that the vectors take, with what is left over for further ones.
    pub(super) fn bytes(&self) -> u64 {
        self.table().chunks.iter().map(|chunk| chunk.memory.bytes() as u64).sum()
    }

    /// Returns the vectors that are there now.
    pub(super) fn view(&self) -> Snapshot {
        // The number first: the table that is read after it has all chunks of that many vectors.
        let len = self.len();
        Snapshot { dimension: self.dimension, len, table: self.table() }
    }

    fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Appends `rows` vectors, and returns the id of the first. All of them appear at once.
    ///
    /// `fill` is called with the number of values that it has filled already and with the room for the next ones, once or
    /// twice.
    ///
    /// # Errors
    /// Those of `fill`, and [`Error::OutOfMemory`]. The store is as it was then.
    pub(super) fn append<E: From<Error>>(
        &self,
        rows: usize,
        mut fill: impl FnMut(usize, &mut [f32]) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let first = self.len.load(Ordering::Relaxed);
        let table = self.table();
        let last = table.chunks.last();
        let free = last.map_or(0, |chunk| (chunk.end() - first) as usize);
        let old = rows.min(free);
        let new = match rows - old {
            0 => None,
            more => Some((more, self.grown(&table, more)?)),
        };
        if let (Some(chunk), 1..) = (last, old) {
            let from = (first - chunk.first) as usize;
            // SAFETY: the vectors beyond `len` are the writer's alone, and `_writer` makes this the only one.
            unsafe { chunk.memory.write(self.dimension, from..from + old, |values| fill(0, values)) }?;
        }
        if let Some((more, (chunk, grown))) = new {
            // SAFETY: no other thread has seen the new chunk.
            unsafe { chunk.memory.write(self.dimension, 0..more, |values| fill(old * self.dimension, values)) }?;
            *self.table.write().unwrap_or_else(PoisonError::into_inner) = grown;
        }
        self.len.store(first + rows as u64, Ordering::Release);
        Ok(first)
    }

    /// Returns a new chunk with room for `rows` vectors or more, and the table with it.
    fn grown(&self, table: &Table, rows: usize) -> Result<(Arc<Chunk>, Arc<Table>)> {
        let first = table.chunks.last().map_or(0, |chunk| chunk.end());
        let row = self.dimension * size_of::<f32>();
        let share = usize::try_from(first).unwrap_or(usize::MAX).saturating_mul(row) / 32;
        let rows = rows.max(share.clamp(LEAST_BYTES, MOST_BYTES) / row);
        let values = rows.checked_mul(self.dimension).ok_or(Error::OutOfMemory { bytes: usize::MAX })?;
        let mut chunks = heap::with_capacity(table.chunks.len() + 1)?;
        chunks.extend(table.chunks.iter().cloned());
        let chunk = Arc::new(Chunk { first, rows, memory: Buffer::allocate(values)? });
        chunks.push(Arc::clone(&chunk));
        Ok((chunk, Arc::new(Table { chunks })))
    }
}

impl Snapshot {
    /// Returns the number of vectors.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Returns the number of values of a vector.
    pub(super) fn dimension(&self) -> usize {
        self.dimension
    }

    /// Returns the vectors, in as few parts as they lie in.
    pub(super) fn parts(&self) -> impl Iterator<Item = Extent<'_>> {
        self.table.chunks.iter().map_while(|chunk| {
            let rows = self.len.saturating_sub(chunk.first).min(chunk.rows as u64) as usize;
            (rows > 0).then(|| self.part(chunk, 0..rows))
        })
    }

    /// Returns the vector with the id `id`, if there is one.
    pub(super) fn get(&self, id: u64) -> Option<&[f32]> {
        if id >= self.len {
            return None;
        }
        let chunks = &self.table.chunks;
        let chunk = &chunks[chunks.partition_point(|chunk| chunk.end() <= id)];
        let row = (id - chunk.first) as usize;
        Some(self.part(chunk, row..row + 1).values)
    }

    fn part<'a>(&'a self, chunk: &'a Chunk, rows: Range<usize>) -> Extent<'a> {
        let first = chunk.first + rows.start as u64;
        debug_assert!(chunk.first + rows.end as u64 <= self.len);
        // SAFETY: these vectors come before a number that was published after they were written, and none of them is
        // ever written again.
        Extent { first, values: unsafe { chunk.memory.read(self.dimension, rows) } }
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
    fn readers_see_whole_additions_of_writers_at_the_same_time() {
        // So many values that the additions need several chunks, on both sides of a border.
        const DIMENSION: usize = 1000;
        let store = Store::new(DIMENSION);
        std::thread::scope(|scope| {
            for writer in 1..=2 {
                let store = &store;
                scope.spawn(move || (0..4).for_each(|_| add(store, 3, writer as f32)));
            }
            for _ in 0..10 {
                let view = store.view();
                assert_eq!(view.len() % 3, 0, "half an addition");
                for part in view.parts() {
                    assert!(part.values.chunks_exact(DIMENSION).all(|row| row.iter().all(|value| *value == row[0])));
                }
            }
        });
        let view = store.view();
        let firsts: Vec<f32> = (0..24).map(|id| view.get(id).unwrap()[0]).collect();
        assert!(
            firsts.chunks_exact(3).all(|addition| addition.iter().all(|value| *value == addition[0])),
            "{firsts:?}"
        );
        assert_eq!((view.len(), view.get(24)), (24, None));
        assert!(view.parts().count() > 1);
    }
}
