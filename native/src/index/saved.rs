//! How an index is saved to a directory, part by part, and read from it. Which parts there are, and which of them count, is
//! for the caller to know: a part is a `.npy` file that is written once, and has a checksum.
//!
//! A segment is what one save has written: vectors with their ids, in the order of these, and the ids of vectors in earlier
//! segments that are no longer there, or have been replaced. It has the codes of its vectors, if searches have used codes: then
//! an index that is opened, or mapped, need not make them. Those of all segments are relative to one centre; of segments that
//! have others, and of those without, they are made anew.

use std::path::Path;
use std::sync::{MutexGuard, PoisonError};

use super::codes::{CONSTANTS, Centre, GROUP, SavedGroup};
use super::progress::{Progress, SavedCodes, Segment};
use super::store::Unwritten;
use super::stored::{Memory, Stored};
use super::{Index, Metric, Storage};
use crate::npy::{self, Kind, Values};
use crate::{Error, Result, memory};

/// A part of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The vectors, as they are stored: `float32` or `float16`.
    Vectors,
    /// Their ids, as `int64`.
    Ids,
    /// The ids of vectors that are gone from earlier segments, as `int64`.
    Tombstones,
    /// The codes of the vectors, as `int8`.
    Codes,
    /// For each vector s, R, Y, B and N, which bound its scores, as `float32`: see `docs/exact-search.md`.
    Bounds,
    /// What the codes are relative to, as `float32`.
    Centre,
}

impl Part {
    /// Returns the type of the values, and how many belong to one vector or id.
    fn form(self, storage: Storage, dimension: usize) -> (Kind, usize) {
        match self {
            Self::Vectors if storage == Storage::Float16 => (Kind::Float16, dimension),
            Self::Vectors => (Kind::Float32, dimension),
            Self::Ids | Self::Tombstones => (Kind::Int64, 1),
            Self::Codes => (Kind::Int8, dimension),
            Self::Bounds => (Kind::Float32, CONSTANTS),
            Self::Centre => (Kind::Float32, 1),
        }
    }
}

/// What a save is going to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Save {
    /// The number of vectors in the new segment.
    pub rows: u64,
    /// The number of ids that are gone from earlier segments.
    pub gone: u64,
    /// The number of vectors in the index.
    pub size: u64,
    /// The least id that the next vector which comes without one may have.
    pub next: u64,
    /// Whether the segment has codes. They are written after the vectors, and before their bounds.
    pub has_codes: bool,
}

impl Index {
    /// Returns an index without vectors whose vectors are going to be those of mapped files: nothing else can be added.
    ///
    /// # Errors
    /// As for [`Index::new`].
    pub fn new_mapped(storage: Storage, dimension: i64, metric: Metric) -> Result<Self> {
        Ok(Self { mapped: true, ..Self::stored_as(storage, dimension, metric)? })
    }

    /// Begins a segment that is to be read, after those that have been begun.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn begin_segment(&self) -> Result<()> {
        let segments = &mut self.progress().segments;
        segments.try_reserve(1).map_err(|_| Error::OutOfMemory { bytes: size_of::<Segment>() })?;
        segments.push(Segment::default());
        Ok(())
    }

    /// Opens a part of the segment that has been begun last. It has `count` vectors or ids. Ids are read, and vectors when
    /// [`Index::read_segments`] is called: the file may have been removed by then.
    ///
    /// # Errors
    /// - [`Error::Io`] when the file cannot be read.
    /// - [`Error::File`] when it is not what the index has written.
    /// - [`Error::OutOfMemory`].
    pub fn open_part(&self, part: Part, path: &Path, count: u64, checksum: u32) -> Result<()> {
        let (kind, columns) = part.form(self.storage(), self.dimension());
        let dimensions = if matches!(part, Part::Vectors | Part::Codes | Part::Bounds) { 2 } else { 1 };
        let reader = npy::Reader::open(path, dimensions)?;
        let (array, format) = (reader.array(), reader.array().format());
        let bad = |problem: String| Err(Error::file(path, problem));
        if format.kind != kind || format.big_endian || format.fortran_order || array.offset() % ALIGNMENT != 0 {
            return bad(format!("its values are of the type {format}, not {} in C order", kind.name()));
        }
        if (array.rows() as u64, array.columns()) != (count, columns) {
            let (rows, has) = (array.rows(), array.columns());
            return bad(format!("it has {rows} rows of {has} values, but the manifest says {count} of {columns}"));
        }
        let progress = &mut *self.progress();
        let segment = progress.segments.last_mut().expect("a segment has been begun");
        match part {
            Part::Vectors => segment.vectors = Some((reader, checksum)),
            Part::Ids => segment.ids = read_ids(path, reader, checksum)?,
            Part::Tombstones => segment.gone = read_ids(path, reader, checksum)?,
            Part::Codes => segment.codes.values = Some((reader, checksum)),
            Part::Bounds => segment.codes.constants = Some((reader, checksum)),
            Part::Centre => {
                let mut centre: Vec<f32> = memory::filled(reader.array().len())?;
                let mut values = Values::new(reader)?;
                values.read(&mut centre)?;
                values.check(checksum)?;
                segment.codes.centre = centre;
            }
        }
        match &segment.vectors {
            Some((vectors, _)) if part == Part::Ids && vectors.array().rows() != segment.ids.len() => {
                bad(format!("it has {} ids for {} vectors", segment.ids.len(), vectors.array().rows()))
            }
            _ => Ok(()),
        }
    }

    /// Reads the segments that have been opened, or maps them, and adds their vectors, but for those that are gone. The next
    /// vector that comes without an id has at least the id `next`. Everything counts as saved.
    ///
    /// # Errors
    /// - [`Error::Io`] when a file cannot be read or mapped.
    /// - [`Error::File`] when vectors or codes have another checksum. Vectors of files that are mapped are not looked at.
    /// - [`Error::OutOfMemory`].
    ///
    /// # Safety
    /// If the index is mapped, no file may be changed in place as long as it exists, see [`Index::map`].
    pub unsafe fn read_segments(&self, next: u64) -> Result<()> {
        let segments = std::mem::take(&mut self.progress().segments);
        let centre = self.set_centre(&segments)?;
        // From the last one on, for what is gone from a segment is said by those after it.
        let mut gone: Vec<Vec<i64>> = memory::with_capacity(segments.len())?;
        let mut later = Vec::new();
        for segment in segments.iter().rev() {
            let all = united(&later, &segment.gone)?;
            gone.push(std::mem::replace(&mut later, all));
        }
        for (segment, gone) in segments.into_iter().zip(gone.into_iter().rev()) {
            let Some((reader, checksum)) = segment.vectors else {
                continue;
            };
            let (first, ids) = (self.store.view().end(), &segment.ids);
            if self.mapped {
                let (rows, offset) = (reader.array().rows(), reader.array().offset());
                // SAFETY: the caller answers for the file, which is as long as its header says.
                let buffer =
                    unsafe { Memory::map(self.storage(), reader.file(), offset as u64, rows * self.dimension()) };
                let buffer = buffer.map_err(|error| Error::io(reader.array().path(), &error))?;
                self.store.load_mapped(buffer, &segment.ids, |id| gone.binary_search(&id).is_ok())?;
            } else {
                self.read_segment(reader, checksum, &segment.ids, &gone)?;
            }
            if centre.as_ref().is_some_and(|centre| *centre == segment.codes.centre) {
                // Of files that are mapped, all vectors have places, those that are gone among them.
                self.read_codes(segment.codes, first, |row| self.mapped || gone.binary_search(&ids[row]).is_err())?;
            }
        }
        self.store.loaded(next)
    }

    /// Has codes be relative to what those of the most vectors are relative to, and returns it, if there are codes.
    fn set_centre(&self, segments: &[Segment]) -> Result<Option<Vec<f32>>> {
        let coded = segments.iter().filter(|segment| segment.codes.centre.len() == self.dimension());
        let Some(Segment { codes: SavedCodes { centre, .. }, .. }) = coded.max_by_key(|segment| segment.ids.len())
        else {
            return Ok(None);
        };
        let Some(known) = Centre::saved(centre)? else {
            return Ok(None);
        };
        self.coding.set_centre(known);
        let mut values = memory::with_capacity(centre.len())?;
        values.extend_from_slice(centre);
        Ok(Some(values))
    }

    /// Reads the codes of vectors that lie from the slot `first` on: of each row of a segment for which `is_there` holds. What
    /// shares a group with others is left out, and made anew.
    fn read_codes(&self, saved: SavedCodes, first: u64, is_there: impl Fn(usize) -> bool) -> Result<()> {
        let (Some((codes, sum_of_codes)), Some((constants, sum_of_constants))) = (saved.values, saved.constants) else {
            return Ok(());
        };
        let (dimension, rows) = (self.dimension(), codes.array().rows());
        let (mut codes, mut constants) = (Values::new(codes)?, Values::new(constants)?);
        let mut row = 0;
        // Passes the next row that is there, if there is one, and reads it as number `i` of a group.
        let mut next = |into: Option<(&mut SavedGroup, usize)>| -> Result<()> {
            let gone = (row..rows).take_while(|row| !is_there(*row)).count();
            codes.skip(gone * dimension)?;
            constants.skip(gone * CONSTANTS)?;
            row += gone;
            match into {
                Some((group, i)) => {
                    codes.read_int8(&mut group.codes[i * dimension..][..dimension])?;
                    constants.read(&mut group.constants[i * CONSTANTS..][..CONSTANTS])?;
                }
                None if row < rows => {
                    codes.skip(dimension)?;
                    constants.skip(CONSTANTS)?;
                }
                None => return Ok(()),
            }
            row += 1;
            Ok(())
        };
        let view = self.store.view();
        let (mut slot, end) = (first, first + (0..rows).filter(|row| is_there(*row)).count() as u64);
        // Vectors that were moved meanwhile, since ids were there twice, do not lie where they were put.
        let is_in_place = end == view.end();
        let mut group = SavedGroup::new(dimension)?;
        for part in view.parts().filter(|_| is_in_place) {
            let room = part.codes.and_then(|codes| codes.room(dimension));
            let end = end.min(part.first + (part.values.len() / dimension) as u64);
            while slot < end {
                let at = slot - part.first;
                if let Some(room) = room
                    && at.is_multiple_of(GROUP as u64)
                    && slot + GROUP as u64 <= end
                {
                    (0..GROUP).try_for_each(|i| next(Some((&mut group, i))))?;
                    room.load(at as usize / GROUP, &group);
                    slot += GROUP as u64;
                } else {
                    next(None)?;
                    slot += 1;
                }
            }
        }
        (slot..=end).try_for_each(|_| next(None))?;
        codes.check(sum_of_codes)?;
        constants.check(sum_of_constants)
    }

    fn read_segment(&self, reader: npy::Reader, checksum: u32, ids: &[i64], gone: &[i64]) -> Result<()> {
        let mut is_alive = memory::with_capacity(ids.len())?;
        is_alive.extend(ids.iter().map(|id| gone.binary_search(id).is_err()));
        let mut alive = memory::with_capacity(ids.len())?;
        alive.extend(ids.iter().zip(&is_alive).filter(|(_, is_alive)| **is_alive).map(|(id, _)| *id));
        let mut values = Values::new(reader)?;
        let (mut row, mut left) = (0, alive.len());
        let run = |row: usize, kind: bool| is_alive[row..].iter().take_while(|is_alive| **is_alive == kind).count();
        if alive.is_empty() {
            values.skip(ids.len() * self.dimension())?;
            return values.check(checksum);
        }
        self.store.load(&alive, |_, mut room| {
            left -= room.len() / self.dimension();
            while !room.is_empty() {
                let dead = run(row, false);
                values.skip(dead * self.dimension())?;
                row += dead;
                let count = run(row, true).min(room.len() / self.dimension());
                let (now, later) = room.split_at_mut(count * self.dimension());
                values.read(now)?;
                row += count;
                room = later;
            }
            if left > 0 {
                return Ok(());
            }
            values.skip((ids.len() - row) * self.dimension())?;
            values.check(checksum)
        })
    }

    /// Returns how many vectors and ids a save would write that only writes what has changed, or a few more; `None` where
    /// there has been no save.
    #[must_use]
    pub fn unsaved(&self) -> Option<u64> {
        self.store.unsaved()
    }

    /// Begins a save of all vectors, or of what has changed since the last one and of the segments of which the ids have been
    /// opened; it takes their place. A save that has not ended has failed.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn begin_save(&self, everything: bool) -> Result<Save> {
        let progress = &mut *self.progress();
        let segments = std::mem::take(&mut progress.segments);
        if let Some(failed) = progress.save.take() {
            self.store.end_save(failed, false);
        }
        let (mut again, mut gone) = (Vec::new(), Vec::new());
        for segment in &segments {
            again = united(&again, &segment.ids)?;
            gone = united(&gone, &segment.gone)?;
        }
        let save = progress.save.insert(self.store.begin_save(everything, &again)?);
        if !everything {
            save.gone = united(&gone, &save.gone)?;
        }
        if let Some(rows) = &mut save.rows {
            rows.sort_unstable();
            rows.dedup();
        }
        let size = save.view.len();
        let rows = save.rows.as_ref().map_or(size, |rows| rows.len() as u64);
        let has_codes = self.coding.are_saved(rows, size);
        Ok(Save { rows, gone: save.gone.len() as u64, size, next: save.next, has_codes })
    }

    /// Writes a part of what is to be saved to a new file, forces it to the disk, and returns its checksum.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written, or is there already. [`Error::OutOfMemory`].
    pub fn write_part(&self, part: Part, path: &Path) -> Result<u32> {
        let progress = &mut *self.progress();
        let Unwritten { view, rows, gone, .. } = progress.save.as_ref().expect("a save has begun");
        let count = rows.as_ref().map_or(view.len(), |rows| rows.len() as u64);
        match (part, rows) {
            (Part::Vectors, None) => create(
                path,
                &[count, view.dimension() as u64],
                view.storage(),
                &mut view.parts().map(|part| part.values),
            ),
            (Part::Vectors, Some(rows)) => {
                let mut vectors = rows.iter().filter_map(|(_, slot)| view.get(*slot));
                create(path, &[count, view.dimension() as u64], view.storage(), &mut vectors)
            }
            (Part::Ids, rows) => {
                let refused = |_| Error::OutOfMemory { bytes: usize::MAX };
                let mut ids = memory::with_capacity(usize::try_from(count).map_err(refused)?)?;
                match rows {
                    None => ids.extend(0..count as i64),
                    Some(rows) => ids.extend(rows.iter().map(|(id, _)| *id)),
                }
                npy::create(path, &[count], [&*ids])
            }
            (Part::Tombstones, _) => npy::create(path, &[gone.len() as u64], [&**gone]),
            (Part::Codes, rows) => {
                let mut all = view.parts().flat_map(|part| part.values.rows(view.dimension()));
                let mut some = rows.iter().flatten().filter_map(|(_, slot)| view.get(*slot));
                let vectors: &mut dyn Iterator<Item = Stored<'_>> = if rows.is_none() { &mut all } else { &mut some };
                let (checksum, constants) = self.write_codes(path, count, vectors)?;
                progress.constants = constants;
                Ok(checksum)
            }
            (Part::Bounds, _) => {
                npy::create(path, &[count, CONSTANTS as u64], [&*std::mem::take(&mut progress.constants)])
            }
            (Part::Centre, _) => {
                npy::create(path, &[view.dimension() as u64], [self.known_centre().values(view.dimension())])
            }
        }
    }

    fn known_centre(&self) -> &Centre {
        self.coding.known_centre().expect("codes are saved where they are relative to something")
    }

    /// Writes the codes of `count` vectors, and returns the checksum, and the constants of each.
    fn write_codes(
        &self,
        path: &Path,
        count: u64,
        vectors: &mut dyn Iterator<Item = Stored<'_>>,
    ) -> Result<(u32, Vec<f32>)> {
        let (centre, dimension) = (self.known_centre(), self.dimension());
        let refused = |_| Error::OutOfMemory { bytes: usize::MAX };
        let rows = usize::try_from(count).map_err(refused)?;
        let mut constants = memory::with_capacity(rows.saturating_mul(CONSTANTS))?;
        let mut room: Vec<f32> = memory::filled(GROUP * dimension)?;
        let (mut group, mut at) = (SavedGroup::new(dimension)?, GROUP);
        let checksum = npy::create_int8(path, count, dimension, |row| {
            if at == GROUP {
                // What is left of the last group is as it was, and not written.
                for room in room.chunks_exact_mut(dimension) {
                    let Some(vector) = vectors.next() else { break };
                    vector.copy_to(room);
                }
                group = centre.codes_of(self.level, self.metric, Stored::Floats(&room))?;
                at = 0;
            }
            row.copy_from_slice(&group.codes[at * dimension..][..dimension]);
            constants.extend_from_slice(&group.constants[at * CONSTANTS..][..CONSTANTS]);
            at += 1;
            Ok(())
        })?;
        Ok((checksum, constants))
    }

    /// Ends a save. If it has not succeeded, what it should have written is still to be saved.
    pub fn end_save(&self, has_succeeded: bool) {
        let progress = &mut *self.progress();
        progress.segments.clear();
        progress.constants = Vec::new();
        if let Some(save) = progress.save.take() {
            self.store.end_save(save, has_succeeded);
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the values of a part are aligned to in its file: a cache line.
const ALIGNMENT: usize = 64;

/// Writes vectors as [`npy::create`] does.
fn create(path: &Path, shape: &[u64], storage: Storage, vectors: &mut dyn Iterator<Item = Stored<'_>>) -> Result<u32> {
    match storage {
        Storage::Float32 => npy::create(path, shape, vectors.map(Stored::as_floats)),
        Storage::Float16 => npy::create(path, shape, vectors.map(Stored::as_halves)),
    }
}

fn read_ids(path: &Path, reader: npy::Reader, checksum: u32) -> Result<Vec<i64>> {
    let mut ids: Vec<i64> = memory::filled(reader.array().len())?;
    let mut values = Values::new(reader)?;
    values.read(&mut ids)?;
    values.check(checksum)?;
    match ids.windows(2).find(|pair| pair[0] >= pair[1]) {
        None => Ok(ids),
        Some(pair) => Err(Error::file(path, format!("id {} comes before id {}", pair[0], pair[1]))),
    }
}

/// Returns the numbers of either of two lists that are in ascending order.
fn united(x: &[i64], y: &[i64]) -> Result<Vec<i64>> {
    let mut all = memory::with_capacity(x.len() + y.len())?;
    all.extend_from_slice(x);
    all.extend_from_slice(y);
    all.sort();
    all.dedup();
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::Scratch;
    use std::fs;

    fn index(storage: Storage) -> Index {
        let index = Index::stored_as(storage, 2, Metric::Euclidean).unwrap();
        index.add(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        index
    }

    fn rows(index: &Index) -> (Vec<i64>, Vec<i64>) {
        index.begin_save(false).unwrap();
        let progress = index.progress();
        let save = progress.save.as_ref().unwrap();
        (save.rows.as_ref().unwrap().iter().map(|(id, _)| *id).collect(), save.gone.clone())
    }

    #[test]
    fn a_save_has_what_has_changed_since_the_last_that_succeeded() {
        let index = index(Storage::Float32);
        assert_eq!(index.unsaved(), None);
        assert_eq!(index.begin_save(false), Ok(Save { rows: 3, gone: 0, size: 3, next: 3, has_codes: false }));
        index.add(&[6.0, 7.0]).unwrap();
        index.end_save(true);
        assert_eq!(rows(&index), (vec![3], vec![]));
        index.put(1, &[8.0, 9.0]).unwrap();
        index.remove(&[0]).unwrap();
        // Not ended, and so not saved.
        assert_eq!(rows(&index), (vec![1, 3], vec![0, 1]));
        index.put(-7, &[1.0, 1.0]).unwrap();
        index.remove(&[3]).unwrap();
        index.end_save(false);
        assert_eq!(rows(&index), (vec![-7, 1], vec![-7, 0, 1]));
        index.end_save(true);
        assert_eq!(index.unsaved(), Some(0));
        assert_eq!(rows(&index), (vec![], vec![]));
        assert_eq!(index.begin_save(true), Ok(Save { rows: 3, gone: 0, size: 3, next: 4, has_codes: false }));
    }

    #[test]
    fn ids_that_change_often_are_noted_once() {
        let index = index(Storage::Float32);
        index.begin_save(true).unwrap();
        index.end_save(true);
        for value in 0..10_000 {
            index.put(1, &[value as f32, 1.0]).unwrap();
        }
        index.put(2, &[1.0, 1.0]).unwrap();
        assert_eq!(rows(&index), (vec![1, 2], vec![1, 2]));
    }

    #[test]
    fn codes_come_back_with_their_vectors() {
        codes_come_back(Storage::Float32);
        codes_come_back(Storage::Float16);
    }

    fn codes_come_back(storage: Storage) {
        const PARTS: [Part; 6] = [Part::Vectors, Part::Ids, Part::Tombstones, Part::Codes, Part::Bounds, Part::Centre];
        let (scratch, dimension) = (Scratch::new("index-saved-codes"), 7);
        let values = |seed: u64, rows: usize| -> Vec<f32> {
            crate::vector::tests::numbers(seed).take(rows * dimension).map(|value| value as f32).collect()
        };
        let (index, query) = (Index::stored_as(storage, dimension as i64, Metric::Cosine).unwrap(), values(3, 1));
        let search = crate::index::Search::nearest(5);
        index.use_codes_from(1);
        index.add(&values(1, 200)).unwrap();
        index.search(&query, &search).unwrap();
        let path = |segment: usize, part: usize| scratch.file(&format!("{segment}-{part}.npy"));
        let mut segments = Vec::new();
        for segment in 0..2 {
            let Save { rows, gone, has_codes, .. } = index.begin_save(false).unwrap();
            assert!(has_codes);
            let counts = [rows, rows, gone, rows, rows, dimension as u64];
            let saved = |i: usize| (counts[i], index.write_part(PARTS[i], &path(segment, i)).unwrap());
            segments.push([0, 1, 2, 3, 4, 5].map(saved));
            index.end_save(true);
            index.remove(&(20..70).collect::<Vec<i64>>()).unwrap();
            index.put_all(&(60..160).collect::<Vec<i64>>(), &values(2, 100)).unwrap();
        }
        let read = |index: Index| {
            for (segment, saved) in segments.iter().enumerate() {
                index.begin_segment().unwrap();
                for (i, (count, checksum)) in saved.iter().enumerate() {
                    index.open_part(PARTS[i], &path(segment, i), *count, *checksum)?;
                }
            }
            // SAFETY: nothing is mapped when the files change.
            unsafe { index.read_segments(200) }.map(|()| index)
        };
        for mapped in [false, true] {
            let of_kind = if mapped { Index::new_mapped } else { Index::stored_as };
            let opened = read(of_kind(storage, dimension as i64, Metric::Cosine).unwrap()).unwrap();
            opened.use_codes_from(1);
            let mut coded = 0;
            let view = opened.store.view();
            for part in view.parts() {
                let room = part.codes.unwrap().room(dimension);
                for group in 0..part.values.len() / dimension / GROUP {
                    let Some((codes, constants)) = room.and_then(|room| room.group(group)) else { continue };
                    // They are those that are made of the vectors.
                    let vectors = part.values.part(group * GROUP * dimension..(group + 1) * GROUP * dimension);
                    let other = crate::index::codes::Codes::new(GROUP);
                    let other = other.room(dimension).unwrap();
                    other.make(0, opened.level, Metric::Cosine, opened.known_centre(), vectors);
                    assert_eq!(other.group(0), Some((codes, constants)));
                    coded += GROUP;
                }
            }
            assert!(coded as u64 >= opened.len() - 48, "{coded} of {}", opened.len());
            let expected = index.search(&query, &search).unwrap();
            assert_eq!(opened.search(&query, &search).unwrap(), expected);
            drop(view);
            drop(opened);
            for part in 3..6 {
                let whole = fs::read(path(1, part)).unwrap();
                let mut damaged = whole.clone();
                *damaged.last_mut().unwrap() ^= 1;
                fs::write(path(1, part), damaged).unwrap();
                let error = read(of_kind(storage, dimension as i64, Metric::Cosine).unwrap()).unwrap_err().to_string();
                assert!(error.contains(&path(1, part).display().to_string()), "{error}");
                fs::write(path(1, part), whole).unwrap();
            }
        }
    }

    #[test]
    fn segments_come_back_without_what_is_gone() {
        segments_come_back(Storage::Float32);
        segments_come_back(Storage::Float16);
    }

    fn segments_come_back(storage: Storage) {
        let scratch = Scratch::new("index-saved");
        let (index, parts) = (index(storage), [Part::Vectors, Part::Ids, Part::Tombstones]);
        let path = |segment: usize, part: usize| scratch.file(&format!("{segment}-{part}.npy"));
        let mut segments = Vec::new();
        for segment in 0..3 {
            let Save { rows, gone, .. } = index.begin_save(false).unwrap();
            let counts = [rows, rows, gone];
            segments.push([0, 1, 2].map(|i| (counts[i], index.write_part(parts[i], &path(segment, i)).unwrap())));
            index.end_save(true);
            index.put(segment as i64, &[7.0, segment as f32]).unwrap();
            index.remove(&[segment as i64 + 1]).unwrap();
        }
        let expected = |index: &Index| (index.ids().unwrap(), index.get(1).unwrap(), index.add(&[0.5, 0.5]));
        let read = |index: Index, damaged: Option<&Path>| {
            for (segment, saved) in segments.iter().enumerate() {
                index.begin_segment().unwrap();
                for (i, (count, checksum)) in saved.iter().enumerate() {
                    index.open_part(parts[i], &path(segment, i), *count, *checksum)?;
                }
            }
            // SAFETY: the files change only where they are not mapped.
            unsafe { index.read_segments(9) }?;
            assert_eq!(damaged, None);
            Ok::<_, Error>(index)
        };
        let opened = read(Index::stored_as(storage, 2, Metric::Euclidean).unwrap(), None).unwrap();
        assert_eq!(expected(&opened), (vec![0, 1], vec![7.0, 1.0], Ok(9)));
        let mapped = read(Index::new_mapped(storage, 2, Metric::Euclidean).unwrap(), None).unwrap();
        assert_eq!(expected(&mapped), (vec![0, 1], vec![7.0, 1.0], Err(Error::Mapped)));
        drop(mapped);
        for part in 0..3 {
            let file = path(1, part);
            let mut bytes = fs::read(&file).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(&file, &bytes).unwrap();
            let error =
                read(Index::stored_as(storage, 2, Metric::Euclidean).unwrap(), Some(&file)).unwrap_err().to_string();
            assert!(error.contains(&format!("{}: its checksum is ", file.display())), "{error}");
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(&file, &bytes).unwrap();
        }
    }
}
