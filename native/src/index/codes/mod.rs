//! Codes of the vectors in 8 bits, which show that most vectors cannot be among the best without a look at their floats.
//!
//! Codes are made by the searches: one that has read vectors in floats makes their codes while they are in the cache, those of a
//! 32nd of the vectors at a time ([`Budget`]), and the searches after it read a quarter of the memory. Rows never change
//! once they are written, and so neither do their codes: they belong to a chunk of the store, and go with it. A search waits for
//! nobody, since it reads the floats of vectors whose codes another one is making.
//!
//! # Codes
//! With μ the mean of a sample of the vectors, and y = x − μ, a vector has the codes c = round(127·y/max|y|), the scale
//! s = ⟨y,c⟩/⟨c,c⟩, with which y − s·c is orthogonal to c, and bounds R ≥ ‖y − s·c‖ and Y ≥ s·‖c‖. A query q has p = q − μ, and is
//! rounded to g = round(p/t), with P ≥ ‖p‖ and E ≥ ‖p − t·g‖. With e = s·t·⟨g,c⟩, of which the product of integers is exact,
//!
//! > p·y = e + s·(p − t·g)·c + p·(y − s·c),
//!
//! of which the second term is E·Y at most. The third one is R times the part of p that is orthogonal to c,
//! √(P² − a²) with a = |p·c|/‖c‖ ≥ |e|/Y − E. What is left to find q·x = q·μ + μ·y + p·y and |q − x|² = |p|² + |y|² − 2·p·y is
//! computed in doubles when the codes are made. Queries that are searched for together are compared first by a bound that takes
//! less arithmetic ([`Batch`]). Up to three queries are compared with codes of 4 bits ([`short`]) where these rule out nearly as
//! much. See `docs/exact-search.md` for what rounding adds.

mod bound;
mod encode;
mod kernel;
mod short;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use super::buffer::Buffer;
use super::metric::Metric;
use super::stored::Stored;
use crate::simd::Level;
use crate::{Result, memory};

pub(super) use bound::{Batch, CodedQuery};
pub(super) use kernel::{GROUP, TOGETHER};

/// Vectors from which on an index has codes: a search among fewer takes a few milliseconds at most.
pub(super) const FROM: u64 = 10_000;

/// Largest dimension with codes: beyond it, 32 bits hold the products of less than 10 bits of a query.
const MOST_VALUES: usize = 16_384;

/// Vectors whose mean is the centre.
const SAMPLE: u64 = 1024;

/// What is known of a vector besides its codes: s, R, Y, B and N, see [`bound`].
pub(super) const CONSTANTS: usize = 5;

/// Vectors of a segment from which on its codes are saved: those of fewer are made anew sooner than three files are written.
const SAVED_FROM: u64 = 1024;

/// Norms that codes can stand for: their squares are far from both ends of a float's range.
const LEAST_NORM: f64 = 1e-18;
const MOST_NORM: f64 = 1e18;

/// The part of the vectors whose codes a search makes at most, for each of its queries: to make all takes about four times as long
/// as a search in floats, and no search is to take more than a quarter longer than that.
const MADE_AT_ONCE: u64 = 32;

/// Vectors for each that is wanted, from which on short codes may leave few enough of them.
const SHORT_FROM: u64 = 512;

/// The share of the vectors that short codes let pass up to which they are faster than the others.
pub(super) const SHORT_UP_TO: f32 = 0.04;

/// Of searches that have gained nothing by codes, one of this many tries again.
const RETRIED: u32 = 64;

/// A way of searching, which has its own share of candidates.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// Whether it is for all vectors with some scores, instead of for some vectors.
    pub(super) is_bounded: bool,
    /// For so many queries together, which share the reading of floats; 1 where they do not.
    pub(super) together: usize,
}

impl Way {
    fn number(self) -> usize {
        usize::from(self.is_bounded) + 2 * usize::from(self.together > 1)
    }

    /// Returns the share of the vectors from which on candidates cost as much as the codes save.
    pub(super) fn worthless(self) -> f32 {
        (0.5 / self.together as f32).clamp(0.04, 0.2)
    }
}

/// Bits of a code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bits {
    Four,
    Eight,
}

/// Returns whether the kernels of AVX2 may be used by who uses the instructions of `level`.
#[cfg(target_arch = "x86_64")]
fn has_avx2(level: Level) -> bool {
    level as u8 >= Level::Avx2 as u8 && is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

/// What an index knows of its codes.
#[derive(Debug)]
pub(super) struct Coding {
    /// Vectors from which on there are codes.
    from: AtomicU64,
    centre: OnceLock<Option<Centre>>,
    /// The share of the vectors that were candidates, as the bits of a float, for each [`Way`].
    shares: [AtomicU32; 4],
    searches: AtomicU32,
    /// The share of the vectors that short codes let pass, as the bits of a float: NaN where it is not known. See
    /// [`Coding::short_way`].
    short: [AtomicU32; SHORT_WAYS],
    /// What a test has searches use.
    #[cfg(test)]
    only: std::sync::Mutex<Option<Bits>>,
}

/// Ways of searching that differ in what short codes let pass.
const SHORT_WAYS: usize = 4;

impl Default for Coding {
    fn default() -> Self {
        Self {
            from: AtomicU64::new(FROM),
            centre: OnceLock::new(),
            shares: Default::default(),
            searches: AtomicU32::new(0),
            short: [const { AtomicU32::new(u32::MAX) }; SHORT_WAYS],
            #[cfg(test)]
            only: Default::default(),
        }
    }
}

impl Coding {
    /// Has searches use codes from so many vectors on.
    pub(super) fn set_from(&self, from: u64) {
        self.from.store(from, Ordering::Relaxed);
    }

    /// Returns what the codes for a search among `count` vectors are relative to, if it is to use codes. `row` returns the vector
    /// of a slot below `end`, if there is one, and `will_need` is told first which will be asked for.
    pub(super) fn centre<'a>(
        &self,
        dimension: usize,
        count: u64,
        way: Way,
        end: u64,
        row: impl Fn(u64) -> Option<Stored<'a>>,
        will_need: impl Fn(u64),
    ) -> Option<&Centre> {
        if count < self.from.load(Ordering::Relaxed) || dimension > MOST_VALUES {
            return None;
        }
        let share = f32::from_bits(self.shares[way.number()].load(Ordering::Relaxed));
        if share > way.worthless() && !self.searches.fetch_add(1, Ordering::Relaxed).is_multiple_of(RETRIED) {
            return None;
        }
        if let Some(known) = self.centre.get() {
            return known.as_ref();
        }
        // Where there is no memory for it, the next search tries again. Of several, the first one counts.
        let centre = Centre::of(dimension, end, row, will_need).ok()?;
        self.centre.get_or_init(|| centre).as_ref()
    }

    /// Returns what codes are relative to, if there may be codes.
    pub(super) fn known_centre(&self) -> Option<&Centre> {
        self.centre.get()?.as_ref()
    }

    /// Has all codes be relative to a centre that has been saved, unless there is one already.
    pub(super) fn set_centre(&self, centre: Centre) {
        self.centre.get_or_init(|| Some(centre));
    }

    /// Returns whether a segment of `rows` vectors of an index of `all` is saved with codes: where searches use them.
    pub(super) fn are_saved(&self, rows: u64, all: u64) -> bool {
        let from = self.from.load(Ordering::Relaxed);
        rows > 0 && rows >= from.min(SAVED_FROM) && all >= from && self.known_centre().is_some()
    }

    /// Returns the number of the way in which `limit` of `findable` vectors are searched for, if short codes may be of use for it.
    fn short_way(&self, way: Way, limit: u64, findable: u64) -> Option<usize> {
        if way.is_bounded {
            return Some(0);
        }
        let each = findable / limit.max(1);
        // Of eight times as many for each, more than eight times as many are left out.
        (each >= SHORT_FROM).then(|| (each / SHORT_FROM).ilog(8).min(SHORT_WAYS as u32 - 2) as usize + 1)
    }

    /// Returns whether short codes are faster than the others, where it is known.
    pub(super) fn is_short(&self, level: Level, way: Way, limit: u64, findable: u64) -> Option<bool> {
        #[cfg(test)]
        if let Some(bits) = *self.only.lock().unwrap() {
            return Some(bits == Bits::Four);
        }
        if !short::are_fast(level) {
            return None;
        }
        let share = f32::from_bits(self.short[self.short_way(way, limit, findable)?].load(Ordering::Relaxed));
        Some(share <= SHORT_UP_TO)
    }

    /// Learns which share of the vectors short codes let pass.
    pub(super) fn learn_short(&self, way: Way, limit: u64, findable: u64, share: f32) {
        if let Some(way) = self.short_way(way, limit, findable) {
            let old = f32::from_bits(self.short[way].load(Ordering::Relaxed));
            // One search that sees far more, as where a thread has to wait, does not change what the next ones do.
            let share = share.min(2.0 * SHORT_UP_TO);
            let new = if old.is_nan() { share } else { old + 0.25 * (share - old) };
            self.short[way].store(new.to_bits(), Ordering::Relaxed);
        }
    }

    /// Learns which share of the vectors were candidates.
    pub(super) fn learn(&self, way: Way, share: f32) {
        let known = &self.shares[way.number()];
        let old = f32::from_bits(known.load(Ordering::Relaxed));
        // A search that gains nothing is told from others at once, and forgotten soon.
        known.store((old + 0.5 * (share - old)).to_bits(), Ordering::Relaxed);
    }
}

/// How many groups a search may still make the codes of.
#[derive(Debug)]
pub(super) struct Budget(AtomicU64);

impl Budget {
    /// Returns that of a search for some queries among so many vectors.
    pub(super) fn new(queries: usize, vectors: u64) -> Self {
        let share = (vectors / GROUP as u64 / MADE_AT_ONCE + 1).saturating_mul(queries as u64);
        Self(AtomicU64::new(share))
    }

    /// Takes what there is left for `groups` of them at most, and returns for how many.
    pub(super) fn take(&self, groups: usize) -> usize {
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            (left > 0).then(|| left.saturating_sub(groups as u64))
        });
        before.map_or(0, |left| usize::try_from(left).unwrap_or(usize::MAX).min(groups))
    }
}

/// What codes are relative to.
#[derive(Debug)]
pub(super) struct Centre {
    /// μ, followed by zeros up to a whole block.
    mean: Vec<f32>,
    /// The same as doubles.
    wide: Vec<f64>,
    norm: f64,
}

impl Centre {
    /// Returns about the mean of some vectors, unless that is too large.
    fn of<'a>(
        dimension: usize,
        end: u64,
        row: impl Fn(u64) -> Option<Stored<'a>>,
        will_need: impl Fn(u64),
    ) -> Result<Option<Self>> {
        let mut mean: Vec<f32> = memory::filled(dimension.next_multiple_of(encode::BLOCK))?;
        let step = end.div_ceil(SAMPLE).max(1);
        let share = step as f32 / end as f32;
        let mut room: Vec<f32> = memory::filled(dimension)?;
        let slots = || (0..end).step_by(step as usize);
        slots().for_each(will_need);
        for slot in slots() {
            let Some(row) = row(slot) else { continue };
            for (mean, value) in mean.iter_mut().zip(row.floats(&mut room)) {
                *mean += if value.is_finite() { *value * share } else { 0.0 };
            }
        }
        Self::with(mean)
    }

    fn with(mean: Vec<f32>) -> Result<Option<Self>> {
        let mut wide = memory::with_capacity(mean.len())?;
        wide.extend(mean.iter().map(|value| f64::from(*value)));
        let norm = norm(wide.iter().copied());
        Ok((norm < MOST_NORM / 10.0).then_some(Self { mean, wide, norm }))
    }

    /// Returns the one that has been saved, unless it is none.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub(super) fn saved(values: &[f32]) -> Result<Option<Self>> {
        let mut mean: Vec<f32> = memory::filled(values.len().next_multiple_of(encode::BLOCK))?;
        mean[..values.len()].copy_from_slice(values);
        Self::with(mean)
    }

    /// Returns μ of so many values.
    pub(super) fn values(&self, dimension: usize) -> &[f32] {
        &self.mean[..dimension]
    }

    /// Returns the codes of a group of vectors row after row, and s, R, Y, B and N of each.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub(super) fn codes_of(&self, level: Level, metric: Metric, vectors: Stored<'_>) -> Result<SavedGroup> {
        let (dimension, mut constants) = (vectors.len() / GROUP, [0.0; CONSTANTS * GROUP]);
        let padded = self.mean.len();
        let mut codes: Vec<i8> = memory::filled(GROUP * padded)?;
        encode::rows(level, metric, self, vectors, &mut codes, &mut constants)?;
        // Without what pads them.
        for row in 1..GROUP {
            codes.copy_within(row * padded..row * padded + dimension, row * dimension);
        }
        codes.truncate(GROUP * dimension);
        let constants = std::array::from_fn(|i| constants[i % CONSTANTS * GROUP + i / CONSTANTS]);
        Ok(SavedGroup { codes, constants })
    }
}

/// The codes of a group as they are saved: row after row, and so are the constants.
pub(super) struct SavedGroup {
    pub(super) codes: Vec<i8>,
    pub(super) constants: [f32; CONSTANTS * GROUP],
}

impl SavedGroup {
    /// Returns room for those of vectors of so many values.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub(super) fn new(dimension: usize) -> Result<Self> {
        Ok(Self { codes: memory::filled(GROUP * dimension)?, constants: [0.0; CONSTANTS * GROUP] })
    }
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

/// Returns more than the relative error of a sum of so many doubles.
fn tiny(count: usize) -> f64 {
    count as f64 * (4.0 * f64::EPSILON)
}

/// Returns a float that is not less than `value` with the relative error of a sum in doubles.
fn above(value: f64) -> f32 {
    ((value * (1.0 + 1e-9)) as f32).next_up()
}

/// The codes of a chunk, as far as there are any.
#[derive(Debug)]
pub(super) struct Codes {
    rows: usize,
    room: OnceLock<Room>,
    short: OnceLock<Room>,
}

impl Codes {
    /// Returns what becomes the codes of `rows` vectors.
    pub(super) fn new(rows: usize) -> Self {
        Self { rows, room: OnceLock::new(), short: OnceLock::new() }
    }

    /// Returns the bytes of memory that they take.
    pub(super) fn bytes(&self) -> usize {
        [&self.room, &self.short].into_iter().filter_map(OnceLock::get).map(|room| room.memory.bytes()).sum()
    }

    /// Returns the room for them, unless there is no memory or not one whole group.
    pub(super) fn room(&self, dimension: usize) -> Option<&Room> {
        self.room_in(&self.room, dimension.next_multiple_of(2) * GROUP)
    }

    /// Returns the room for short ones, unless there is none.
    pub(super) fn short_room(&self, dimension: usize) -> Option<&Room> {
        self.room_in(&self.short, short::bytes(dimension))
    }

    fn room_in<'a>(&self, place: &'a OnceLock<Room>, bytes: usize) -> Option<&'a Room> {
        if let Some(room) = place.get() {
            return Some(room);
        }
        let room = Room::new(self.rows / GROUP, bytes).ok()??;
        Some(place.get_or_init(|| room))
    }
}

/// Groups of codes.
#[derive(Debug)]
pub(super) struct Room {
    /// Whether the codes of each group are there.
    states: Vec<AtomicU8>,
    /// For each group its codes, and then the constants of its vectors.
    memory: Buffer,
    /// Floats that the codes take, and that a group takes.
    codes: usize,
    words: usize,
}

const NONE: u8 = 0;
const BEGUN: u8 = 1;
const MADE: u8 = 2;

impl Room {
    fn new(groups: usize, bytes: usize) -> Result<Option<Self>> {
        if groups == 0 {
            return Ok(None);
        }
        let codes = bytes / size_of::<f32>();
        let words = codes + CONSTANTS * GROUP;
        let mut states = memory::with_capacity(groups)?;
        states.extend((0..groups).map(|_| AtomicU8::new(NONE)));
        Ok(Some(Self { states, memory: Buffer::allocate(groups * words)?, codes, words }))
    }

    /// Returns the codes of a group and its constants, if they have been made.
    pub(super) fn group(&self, group: usize) -> Option<(&[i8], &[f32])> {
        if self.states.get(group)?.load(Ordering::Acquire) != MADE {
            return None;
        }
        // SAFETY: a group that has been made is not written again.
        let (codes, constants) = unsafe { self.memory.read(self.words, group..group + 1) }.split_at(self.codes);
        // SAFETY: the same memory, of which every byte is a code.
        let codes = unsafe { std::slice::from_raw_parts(codes.as_ptr().cast(), size_of_val(codes)) };
        Some((codes, constants))
    }

    /// Makes the codes of a group from its vectors, unless another thread has begun to.
    pub(super) fn make(&self, group: usize, level: Level, metric: Metric, centre: &Centre, vectors: Stored<'_>) {
        self.fill(group, |codes, constants| encode::group(level, metric, centre, vectors, codes, constants));
    }

    /// Sets the codes of a group to those that have been saved, unless another thread makes them.
    pub(super) fn load(&self, group: usize, saved: &SavedGroup) {
        let dimension = saved.codes.len() / GROUP;
        self.fill(group, |codes, constants| {
            encode::interleave(&saved.codes, dimension, codes);
            for (i, constant) in saved.constants.iter().enumerate() {
                constants[i % CONSTANTS * GROUP + i / CONSTANTS] = *constant;
            }
            Ok(())
        });
    }

    /// Makes the short codes of a group from its vectors and the constants of its codes, unless another thread has begun to.
    pub(super) fn make_short(&self, group: usize, centre: &Centre, vectors: Stored<'_>, long: &[f32]) {
        self.fill(group, |codes, constants| short::group(centre, vectors, long, codes, constants));
    }

    /// Has the codes of a group and their constants written, unless another thread has begun to.
    fn fill(&self, group: usize, fill: impl FnOnce(&mut [i8], &mut [f32]) -> Result<()>) {
        let Some(state) = self.states.get(group) else {
            return;
        };
        if state.compare_exchange(NONE, BEGUN, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        // SAFETY: only who has begun with a group writes it, and nobody reads it before it has been made.
        let made = unsafe {
            self.memory.write(self.words, group..group + 1, |room| {
                let (codes, constants) = room.split_at_mut(self.codes);
                // SAFETY: the same memory, of which every byte is a code.
                let codes = std::slice::from_raw_parts_mut(codes.as_mut_ptr().cast(), size_of_val(codes));
                fill(codes, constants)
            })
        };
        state.store(if made.is_ok() { MADE } else { NONE }, Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
