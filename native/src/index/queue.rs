//! The vectors, cut into blocks for the threads to take.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::codes::GROUP;
use super::filter::Queries;
use super::store::Extent;
use super::tile::TALLEST;
use crate::{Result, memory};

/// Bytes of vectors that a thread takes up at once where there are many queries: enough to outweigh the taking.
const BLOCK_BYTES: usize = 256 << 10;

/// The same where there are few: reading long runs is faster.
const LONG_BLOCK_BYTES: usize = 1 << 20;

/// Such blocks that a thread takes up as one, until there are few left: reading long runs is faster yet.
const LONGEST_RUN: usize = 8;

/// Vectors of whole tiles and whole groups.
const TALLEST_GROUPS: usize = 3 * GROUP;
const _: () = assert!(TALLEST_GROUPS.is_multiple_of(TALLEST));

/// The vectors of a view, cut into blocks for the threads to take.
pub(super) struct Queue<'a> {
    /// Every part with the number of the first block in it.
    parts: Vec<(usize, Extent<'a>)>,
    pub(super) count: usize,
    /// Values of a block.
    values: usize,
    /// From one block that is taken up to the next.
    step: usize,
    /// Blocks that may be taken up as one. Only where the step is 1 do they follow each other.
    longest_run: usize,
    /// Whether the last ones come first.
    backwards: bool,
    /// How many have been taken up.
    taken: AtomicUsize,
}

/// Returns a step that visits `count` blocks once each and is never long in one place: the golden section of them or a little
/// more.
fn spreading(count: usize) -> usize {
    let gcd = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let section = (count as f64 * 0.618) as usize;
    (section..).find(|step| gcd(*step, count) == 1).unwrap_or(1)
}

impl<'a> Queue<'a> {
    pub(super) fn of(queries: &Queries<'a>) -> Result<Self> {
        let (view, dimension) = (queries.view, queries.dimension);
        let bytes = if queries.is_tiled() { BLOCK_BYTES } else { LONG_BLOCK_BYTES };
        let rows = bytes / size_of::<f32>() / dimension;
        // Blocks begin with a group where there are codes.
        let (rows, together) = match (queries.is_tiled(), &queries.coded) {
            (true, None) => (rows, TALLEST),
            (true, Some(_)) => (rows.max(TALLEST_GROUPS), TALLEST_GROUPS),
            (false, _) => (rows, GROUP),
        };
        let values = (if rows < together { rows.max(1) } else { rows / together * together }) * dimension;
        let mut parts = memory::with_capacity(view.parts().count())?;
        let mut count = 0;
        for part in view.parts() {
            parts.push((count, part));
            count += part.values.len().div_ceil(values);
        }
        let (step, longest_run) = if queries.is_tiled() { (spreading(count), 1) } else { (1, LONGEST_RUN) };
        let (backwards, taken) = (queries.request.read_order.turn(), AtomicUsize::new(0));
        Ok(Self { parts, count, values, step, longest_run, backwards, taken })
    }

    /// Returns the most vectors that are taken up as one, given the dimension.
    pub(super) fn most_rows(&self, dimension: usize) -> usize {
        self.values / dimension * self.longest_run
    }

    /// Takes the block that is next for one of `threads`, or several that follow each other as one.
    pub(super) fn take(&self, threads: usize) -> Option<Task<'a>> {
        let part_of = |block| self.parts.partition_point(|(first, _)| *first <= block) - 1;
        let run = |taken| {
            let left = self.count - taken;
            let in_part = if self.backwards {
                left - self.parts[part_of(left - 1)].0
            } else {
                self.parts.get(part_of(taken) + 1).map_or(self.count, |(first, _)| *first) - taken
            };
            // In the end each thread takes little, so that none waits long for another.
            (left / (2 * threads)).min(in_part).clamp(1, self.longest_run)
        };
        let taken = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
            (taken < self.count).then(|| taken + run(taken))
        });
        let taken = taken.ok()?;
        let run = run(taken);
        let from = if self.backwards { self.count - taken - run } else { taken };
        let block = (from as u128 * self.step as u128 % self.count as u128) as usize;
        let (first, part) = self.parts[part_of(block)];
        let at = (block - first) * self.values;
        let end = part.values.len().min(at + run * self.values);
        Some(Task { part, at, end })
    }
}

/// Vectors that a thread works on.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) part: Extent<'a>,
    /// Where the block begins and ends among the values of the part.
    pub(super) at: usize,
    pub(super) end: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vector_is_in_one_block() {
        let dimension = 3;
        let all = vec![0.0; 60 * dimension];
        // The numbers of vectors of the parts, in blocks of four, the last of which may have less.
        for rows in [&[1][..], &[4], &[60], &[1, 5, 40, 3], &[20, 20, 20]] {
            for (threads, tiled, backwards) in [
                (1, false, false),
                (2, false, true),
                (5, false, false),
                (1, false, true),
                (2, true, false),
                (2, true, true),
            ] {
                let (mut parts, mut count, mut first) = (Vec::new(), 0, 0);
                for rows in rows {
                    parts.push((count, Extent::of(first as u64, &all[..rows * dimension])));
                    count += rows.div_ceil(4_usize);
                    first += rows;
                }
                let (step, longest_run) = if tiled { (spreading(count), 1) } else { (1, 3) };
                let (values, taken) = (4 * dimension, AtomicUsize::new(0));
                let blocks = Queue { parts, count, values, step, longest_run, backwards, taken };
                let mut seen = Vec::new();
                while let Some(Task { part, at, end }) = blocks.take(threads) {
                    assert!(at < end && end - at <= longest_run * blocks.values, "{at} to {end}");
                    seen.extend((at / dimension..end / dimension).map(|row| part.first + row as u64));
                }
                if !tiled {
                    let begin = if backwards { first as u64 - 1 } else { 0 };
                    assert!(
                        seen[..seen.len().min(longest_run * 4)].contains(&begin),
                        "{rows:?}, backwards: {backwards}"
                    );
                }
                seen.sort_unstable();
                assert!(seen.into_iter().eq(0..first as u64), "{rows:?}, {threads} threads, tiled: {tiled}");
            }
        }
    }
}
