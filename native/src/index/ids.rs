//! Sets of ids, and which vectors of a block they let a search find.

use crate::{Error, Result};

/// Ids, in one of two forms.
#[derive(Clone, Copy, Debug)]
pub enum IdSet<'a> {
    /// Bits of consecutive ids: that of `first + i` is bit i % 64 of word i / 64.
    Bits {
        /// The id of the first bit.
        first: i64,
        /// The bits. What lies beyond them is not in the set.
        words: &'a [u64],
    },
    /// The ids themselves, in ascending order.
    Sorted(&'a [i64]),
}

/// Which ids a search may find.
#[derive(Clone, Copy, Debug)]
pub struct IdFilter<'a> {
    ids: IdSet<'a>,
    excludes: bool,
}

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

impl<'a> IdFilter<'a> {
    /// Returns the filter that allows the ids of a set and no others.
    #[must_use]
    pub fn allowing(ids: IdSet<'a>) -> Self {
        Self { ids, excludes: false }
    }

    /// Returns the filter that allows all ids but those of a set.
    #[must_use]
    pub fn excluding(ids: IdSet<'a>) -> Self {
        Self { ids, excludes: true }
    }

    /// Returns whether an id may be found.
    #[must_use]
    pub fn allows(&self, id: i64) -> bool {
        let is_in_set = match self.ids {
            IdSet::Bits { first, words } => {
                id >= first && {
                    let bit = id.abs_diff(first);
                    let word = usize::try_from(bit / BITS as u64).ok().and_then(|word| words.get(word));
                    word.is_some_and(|word| word >> (bit % BITS as u64) & 1 == 1)
                }
            }
            IdSet::Sorted(ids) => ids.binary_search(&id).is_ok(),
        };
        is_in_set != self.excludes
    }

    /// Returns how many of the ids 0 to `count - 1` may be found, or a few more where an id is in the set twice.
    pub(super) fn allowed(&self, count: u64) -> u64 {
        let in_set = match self.ids {
            IdSet::Bits { first, words } => {
                let mut ones = 0;
                for (i, word) in words.iter().enumerate() {
                    let begin = i128::from(first) + (i * BITS) as i128;
                    let below = |limit: i128| (limit - begin).clamp(0, BITS as i128) as u32;
                    let (from, to) = (below(0), below(i128::from(count)));
                    ones += u64::from((word & first_ones(to) & !first_ones(from)).count_ones());
                }
                ones
            }
            IdSet::Sorted(ids) => self.range(ids, 0, count).len() as u64,
        };
        if self.excludes { count.saturating_sub(in_set) } else { in_set.min(count) }
    }

    /// Returns how many of `count` vectors with any ids may be found at most.
    pub(super) fn allowed_at_most(&self, count: u64) -> u64 {
        match self.ids {
            _ if self.excludes => count,
            IdSet::Bits { words, .. } => words.iter().map(|word| u64::from(word.count_ones())).sum::<u64>().min(count),
            IdSet::Sorted(ids) => count.min(ids.len() as u64),
        }
    }

    /// Writes to `mask` a bit for each of the `rows` ids that `id` returns: whether it may be found.
    pub(super) fn mask_of(&self, id: impl Fn(usize) -> i64, rows: usize, mask: &mut [u64]) {
        match self.ids {
            IdSet::Bits { .. } => fill(mask, rows, |row| self.allows(id(row))),
            IdSet::Sorted([]) => fill(mask, rows, |_| self.excludes),
            IdSet::Sorted(ids @ [least, .., greatest]) | IdSet::Sorted(ids @ [least @ greatest]) => {
                fill(mask, rows, |row| {
                    let id = id(row);
                    let is_in_set = *least <= id && id <= *greatest && ids.binary_search(&id).is_ok();
                    is_in_set != self.excludes
                });
            }
        }
    }

    /// Writes to `mask` a bit for each of the `rows` ids from `first` on: whether it may be found. Returns how many may.
    pub(super) fn mask(&self, first: u64, rows: usize, mask: &mut [u64]) -> usize {
        match self.ids {
            IdSet::Bits { first: begin, words } => {
                let word = |i: i128| usize::try_from(i).ok().and_then(|i| words.get(i)).copied().unwrap_or(0);
                for (i, mask) in mask.iter_mut().enumerate() {
                    let bit = i128::from(first) + (i * BITS) as i128 - i128::from(begin);
                    let (at, shift) = (bit.div_euclid(BITS as i128), bit.rem_euclid(BITS as i128) as u32);
                    *mask = word(at) >> shift;
                    if shift > 0 {
                        *mask |= word(at + 1) << (u64::BITS - shift);
                    }
                }
            }
            IdSet::Sorted(ids) => {
                mask.fill(0);
                for id in self.range(ids, first, first + rows as u64) {
                    let row = (*id as u64 - first) as usize;
                    mask[row / BITS] |= 1 << (row % BITS);
                }
            }
        }
        if self.excludes {
            mask.iter_mut().for_each(|word| *word = !*word);
        }
        if let (Some(last), 1..) = (mask.last_mut(), rows % BITS) {
            *last &= first_ones((rows % BITS) as u32);
        }
        mask.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Returns those of the sorted `ids` that are from `first` to before `end`.
    fn range(&self, ids: &'a [i64], first: u64, end: u64) -> &'a [i64] {
        let before = |limit: u64| ids.partition_point(|id| u64::try_from(*id).map_or(true, |id| id < limit));
        &ids[before(first).max(ids.partition_point(|id| *id < 0))..before(end)]
    }
}

/// Sets those of the first `rows` bits of `mask` that `is_set` says, and no others.
pub(super) fn fill(mask: &mut [u64], rows: usize, is_set: impl Fn(usize) -> bool) {
    for (i, word) in mask.iter_mut().enumerate() {
        *word = 0;
        for bit in 0..BITS.min(rows - i * BITS) {
            *word |= u64::from(is_set(i * BITS + bit)) << bit;
        }
    }
}

/// Returns a word whose `count` lowest bits are set.
fn first_ones(count: u32) -> u64 {
    if count == u64::BITS { u64::MAX } else { (1 << count) - 1 }
}

/// Returns whether the bit of a row is set in a mask.
#[inline(always)]
pub(super) fn is_set(mask: &[u64], row: usize) -> bool {
    mask[row / BITS] >> (row % BITS) & 1 == 1
}

/// The rows whose bits are set in a mask, in ascending order.
pub(super) struct SetRows<'a> {
    mask: &'a [u64],
    word: usize,
    /// Bits of this word that are left.
    left: u64,
}

impl<'a> SetRows<'a> {
    pub(super) fn of(mask: &'a [u64]) -> Self {
        Self { mask, word: 0, left: mask.first().copied().unwrap_or(0) }
    }
}

impl Iterator for SetRows<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            self.word += 1;
            self.left = *self.mask.get(self.word)?;
        }
        let row = self.word * BITS + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(row)
    }
}

/// Which ids the queries of a search may find.
#[derive(Clone, Copy, Debug, Default)]
pub enum Filters<'a> {
    /// All of them.
    #[default]
    None,
    /// The same for every query.
    Shared(IdFilter<'a>),
    /// For each query its own, or all ids.
    Each(&'a [Option<IdFilter<'a>>]),
}

impl<'a> Filters<'a> {
    /// Checks that there is a filter for each of `queries`, where each has its own.
    ///
    /// # Errors
    /// [`Error::FilterCount`].
    pub(super) fn check(&self, queries: usize) -> Result<()> {
        match self {
            Self::Each(filters) if filters.len() != queries => {
                Err(Error::FilterCount { filters: filters.len(), queries })
            }
            _ => Ok(()),
        }
    }

    /// Returns the filters of the `count` queries from `first` on.
    pub(super) fn part(&self, first: usize, count: usize) -> Self {
        match self {
            Self::Each(filters) => Self::Each(&filters[first..first + count]),
            other => *other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_form_of_a_set_says_the_same() {
        for ids in [&[][..], &[0], &[63, 64], &[1, 2, 3, 130, 131, 400], &[i64::MIN, -70, -1, 5, i64::MAX]] {
            let set: BTreeSet<i64> = ids.iter().copied().collect();
            for begin in [-128, -64, -3, 0, 1, 64, 100] {
                // What bits from there on can say, too few for the last of the ids.
                let mut words = [0_u64; 6];
                let inside = |id: &i64| (begin..begin + 6 * 64).contains(id);
                ids.iter().filter(|id| inside(id)).for_each(|id| {
                    words[(*id - begin) as usize / 64] |= 1 << ((*id - begin) % 64);
                });
                let bits = IdSet::Bits { first: begin, words: &words };
                for (form, is_bits) in [(bits, true), (IdSet::Sorted(ids), false)] {
                    for filter in [IdFilter::allowing(form), IdFilter::excluding(form)] {
                        let expected = |id: i64| (set.contains(&id) && (!is_bits || inside(&id))) != filter.excludes;
                        for id in (-140..600).chain([i64::MIN, i64::MAX]) {
                            assert_eq!(filter.allows(id), expected(id), "{id} of {filter:?}");
                        }
                        for count in [0, 1, 5, 64, 65, 131, 500] {
                            let allowed = (0..count).filter(|id| expected(*id)).count() as u64;
                            assert_eq!(filter.allowed(count as u64), allowed, "{count} of {filter:?}");
                        }
                        for (first, rows) in [(0, 1_usize), (0, 64), (0, 65), (7, 200), (60, 70), (1000, 3)] {
                            let mut mask = vec![u64::MAX; rows.div_ceil(64)];
                            let found = filter.mask(first, rows, &mut mask);
                            let set: Vec<_> = SetRows::of(&mask).collect();
                            let allowed: Vec<_> =
                                (0..rows).filter(|row| expected(first as i64 + *row as i64)).collect();
                            assert_eq!((found, &set), (allowed.len(), &allowed), "{first} and {rows} of {filter:?}");
                            assert!((0..rows).all(|row| is_set(&mask, row) == allowed.contains(&row)));
                        }
                    }
                }
            }
        }
    }
}
