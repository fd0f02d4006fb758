//! In which way memory is read, and from which end.
//!
//! Some processors read fastest in several places at once, each asked for ahead of time; others in one long run that they
//! foresee by themselves. To either of them the other's way takes 1.4 times as long or more, so it is measured which one
//! this is. Results do not depend on it.
//!
//! Every second search goes backwards, so that it begins with what the one before it has read last: some of that is still in the
//! cache, while a search that begins where the last one has begun finds nothing there.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// A way of reading the vectors of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    /// Several at a time that lie far apart.
    Scattered,
    /// One after the other.
    Sequential,
}

/// One of this many blocks is read in the order that was the slower one so far: it may no longer be.
const RETRIED: u32 = 64;

/// The part of a new measurement in what is known.
const WEIGHT: f32 = 0.125;

/// What each way has taken.
#[derive(Debug, Default)]
pub(super) struct ReadOrder {
    blocks: AtomicU32,
    /// Nanoseconds a value, as the bits of a float; zero until there is a measurement.
    taken: [AtomicU32; 2],
    /// Whether the next search goes backwards.
    backwards: AtomicBool,
}

impl ReadOrder {
    /// Returns the way in which the next block is to be read.
    pub(super) fn next(&self) -> Order {
        let [apart, in_turn] = self.taken.each_ref().map(|taken| f32::from_bits(taken.load(Ordering::Relaxed)));
        // What has not been measured has taken nothing so far, and is read next.
        let faster = if apart <= in_turn { Order::Scattered } else { Order::Sequential };
        let retry = self.blocks.fetch_add(1, Ordering::Relaxed) % RETRIED == RETRIED - 1;
        match (faster, retry) {
            (Order::Scattered, false) | (Order::Sequential, true) => Order::Scattered,
            (Order::Sequential, false) | (Order::Scattered, true) => Order::Sequential,
        }
    }

    /// Returns whether the search that asks goes backwards.
    pub(super) fn turn(&self) -> bool {
        self.backwards.fetch_xor(true, Ordering::Relaxed)
    }

    /// Learns how long it took to read `values` in one order. That others may learn at the same time does no harm: one
    /// measurement of many is lost.
    pub(super) fn learn(&self, way: Order, time: Duration, values: usize) {
        let taken = &self.taken[way as usize];
        let (old, new) = (f32::from_bits(taken.load(Ordering::Relaxed)), time.as_nanos() as f32 / values as f32);
        // A thread that was interrupted has measured something else.
        let known = if old == 0.0 { new } else { old + WEIGHT * (new.min(2.0 * old) - old) };
        taken.store(known.to_bits(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many of `blocks` are read apart, when reading a value takes these nanoseconds.
    fn apart(read_order: &ReadOrder, blocks: usize, nanoseconds: [u64; 2]) -> usize {
        let read = |_: &usize| {
            let way = read_order.next();
            read_order.learn(way, Duration::from_nanos(nanoseconds[way as usize] * 1000), 1000);
            way == Order::Scattered
        };
        (0..blocks).filter(read).count()
    }

    #[test]
    fn the_faster_way_is_taken_but_for_one_block_in_many() {
        assert_eq!(apart(&ReadOrder::default(), 640, [4, 3]), 11);
        assert_eq!(apart(&ReadOrder::default(), 640, [3, 4]), 640 - 11);
    }

    #[test]
    fn a_way_that_becomes_the_faster_one_is_found() {
        let read_order = ReadOrder::default();
        apart(&read_order, 640, [4, 3]);
        apart(&read_order, 64 * 20, [3, 6]);
        assert_eq!(apart(&read_order, 640, [3, 6]), 630);
    }

    #[test]
    fn every_second_search_goes_backwards() {
        let read_order = ReadOrder::default();
        assert_eq!([(); 4].map(|()| read_order.turn()), [false, true, false, true]);
    }

    #[test]
    fn an_interruption_changes_little() {
        let read_order = ReadOrder::default();
        apart(&read_order, 64, [4, 3]);
        read_order.learn(Order::Sequential, Duration::from_millis(10), 1000);
        assert_eq!(apart(&read_order, 63, [4, 3]), 0);
    }

    #[test]
    fn no_time_at_all_is_no_measurement() {
        assert_eq!(apart(&ReadOrder::default(), 64, [0, 0]), 63);
    }
}
