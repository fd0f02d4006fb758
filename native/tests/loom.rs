//! Runs the store of the vectors, and the steps of a team, through every interleaving of their threads, with a model of
//! memory that notices when somebody reads what is being written, or has not been published: `RUSTFLAGS="--cfg loom" cargo
//! test --release --test loom`.

#![cfg(loom)]

use rust_ffi::{Error, Result, memory};

mod sync {
    pub use loom::cell::UnsafeCell;
    pub use loom::hint::spin_loop;
    pub use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    pub use loom::sync::{Arc, Mutex, RwLock};
    pub use loom::thread::yield_now;
    pub use std::sync::PoisonError;
}

#[path = "../src/index"]
mod index {
    /// Buffer that is accompanied by a cell for every row, whose uses `loom` follows.
    pub mod buffer {
        use loom::cell::UnsafeCell;
        use std::ops::Range;

        #[derive(Debug)]
        pub struct Buffer {
            values: std::cell::UnsafeCell<Vec<f32>>,
            rows: Vec<UnsafeCell<()>>,
        }

        // SAFETY: what the model is there to prove.
        unsafe impl Send for Buffer {}
        // SAFETY: as above.
        unsafe impl Sync for Buffer {}

        impl Buffer {
            pub fn allocate(len: usize) -> crate::Result<Self> {
                // Few rows, so that the second addition needs a second chunk.
                let rows = (0..len).map(|_| UnsafeCell::new(())).collect();
                Ok(Self { values: std::cell::UnsafeCell::new(vec![0.0; len]), rows })
            }

            pub fn bytes(&self) -> usize {
                0
            }

            /// # Safety
            /// As in the real thing.
            pub unsafe fn read(&self, dimension: usize, rows: Range<usize>) -> &[f32] {
                for row in rows.clone() {
                    self.rows[row].with(|_| ());
                }
                // SAFETY: the cells have just said that nobody writes these rows.
                unsafe { &(&*self.values.get())[rows.start * dimension..rows.end * dimension] }
            }

            /// # Safety
            /// As in the real thing.
            pub unsafe fn write<R>(
                &self,
                dimension: usize,
                rows: Range<usize>,
                fill: impl FnOnce(&mut [f32]) -> R,
            ) -> R {
                for row in rows.clone() {
                    self.rows[row].with_mut(|_| ());
                }
                // SAFETY: the cells have just said that nobody else uses these rows.
                fill(unsafe { &mut (&mut *self.values.get())[rows.start * dimension..rows.end * dimension] })
            }
        }
    }

    #[expect(dead_code, reason = "the library uses the rest")]
    mod store;

    mod tests {
        use super::store::Store;

        /// Values of a vector: so many that a chunk has room for two.
        const DIMENSION: usize = 2048;

        fn add(store: &Store, rows: usize, value: f32) {
            let added: crate::Result<u64> = store.append(rows, |_, room| {
                room.fill(value);
                Ok(())
            });
            added.unwrap();
        }

        fn check(store: &Store) -> u64 {
            let view = store.view();
            let mut seen = 0;
            for part in view.parts() {
                assert_eq!(part.first, seen);
                for row in part.values.chunks_exact(DIMENSION) {
                    let expected = [1.0, 2.0, 2.0, 3.0][seen as usize];
                    assert!(row.iter().all(|value| *value == expected), "vector {seen} is {}", row[0]);
                    seen += 1;
                }
            }
            assert_eq!(seen, view.len());
            assert!([0, 1, 3, 4].contains(&seen), "half an addition: {seen}");
            seen
        }

        #[test]
        fn a_reader_sees_whole_additions_in_every_interleaving() {
            loom::model(|| {
                let store = loom::sync::Arc::new(Store::new(DIMENSION));
                let writer = {
                    let store = loom::sync::Arc::clone(&store);
                    loom::thread::spawn(move || {
                        add(&store, 1, 1.0);
                        // One of them in the first chunk, one in a new one.
                        add(&store, 2, 2.0);
                        add(&store, 1, 3.0);
                    })
                };
                let first = check(&store);
                assert!(check(&store) >= first, "vectors have gone");
                writer.join().unwrap();
                assert_eq!(check(&store), 4);
            });
        }

        #[test]
        fn writers_wait_for_each_other_in_every_interleaving() {
            loom::model(|| {
                let store = loom::sync::Arc::new(Store::new(DIMENSION));
                let writer = {
                    let store = loom::sync::Arc::clone(&store);
                    loom::thread::spawn(move || add(&store, 2, 5.0))
                };
                add(&store, 2, 5.0);
                writer.join().unwrap();
                let view = store.view();
                assert_eq!(view.len(), 4);
                assert!(view.parts().all(|part| part.values.iter().all(|value| *value == 5.0)));
            });
        }

        #[test]
        fn a_failed_addition_leaves_nothing_behind() {
            loom::model(|| {
                let store = Store::new(DIMENSION);
                let failed: crate::Result<u64> = store.append(3, |_, _| Err(crate::Error::Closed));
                assert_eq!(failed, Err(crate::Error::Closed));
                assert_eq!(store.view().parts().count(), 0);
            });
        }
    }
}

#[path = "../src/parallel"]
mod parallel {
    pub mod cache_padded;
    pub(crate) use super::sync;
    pub mod team;

    /// A pool of two threads, the second of which begins whenever it likes.
    mod worker {
        pub const fn before_chunk() {}

        pub fn join<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
            let mut result = None;
            let second: Box<dyn FnOnce() + Send + '_> = Box::new(|| result = Some(second()));
            // SAFETY: the thread has ended when this function returns, and a panic of `first` ends the test.
            let second: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(second) };
            let thread = loom::thread::spawn(second);
            let first = first();
            thread.join().unwrap();
            (first, result.unwrap())
        }
    }
}

mod team_tests {
    use loom::cell::UnsafeCell;

    use super::parallel::team::{Team, lead};

    /// Runs `test` through the interleavings in which threads are interrupted three times at most: all of them would take
    /// hours, and a fault hardly ever needs more.
    fn interleave(test: fn()) {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(3);
        model.check(test);
    }

    /// Values whose uses `loom` follows.
    struct Values([UnsafeCell<usize>; 4]);

    // SAFETY: what the model is there to prove.
    unsafe impl Sync for Values {}

    impl Values {
        fn get(&self, index: usize) -> usize {
            // SAFETY: the cell has just said that nobody writes this value.
            self.0[index].with(|value| unsafe { *value })
        }

        fn set(&self, index: usize, to: usize) {
            // SAFETY: the cell has just said that nobody else uses this value.
            self.0[index].with_mut(|value| unsafe { *value = to });
        }
    }

    #[test]
    fn every_part_sees_the_step_before() {
        interleave(|| {
            let values = Values(std::array::from_fn(|_| UnsafeCell::new(0)));
            lead(2, |team| {
                // Each part reads what the other one wrote.
                team.step(true, 2, |i| values.set(i, values.get(3 - i) + 1));
                team.step(true, 2, |i| values.set(2 + i, values.get(1 - i) + 1));
                assert_eq!((values.get(2), values.get(3)), (2, 2));
                values.set(0, 7);
            });
            assert_eq!(values.get(0), 7);
        });
    }

    #[test]
    fn a_step_of_fewer_parts_follows_one_of_more() {
        interleave(|| {
            let values = Values(std::array::from_fn(|_| UnsafeCell::new(0)));
            lead(2, |team| {
                team.step(true, 3, |i| values.set(i, i + 1));
                team.step(true, 2, |i| values.set(i, values.get(i) * 10));
                assert_eq!([0, 1, 2].map(|i| values.get(i)), [10, 20, 3]);
            });
        });
    }
    #[test]
    fn one_who_joins_by_himself_shares_a_step_or_comes_too_late() {
        interleave(|| {
            let values = Values(std::array::from_fn(|_| UnsafeCell::new(0)));
            let (mut team, team_member) = Team::new(2);
            assert_eq!(team.members(), 2);
            let member = loom::thread::spawn(move || team_member.join());
            team.step(true, 2, |i| values.set(i, i + 1));
            team.step(true, 2, |i| values.set(2 + i, values.get(1 - i)));
            assert_eq!((values.get(2), values.get(3)), (2, 1));
            drop(team);
            // Nobody uses the values any more: the leader waited for whoever did.
            drop(values);
            member.join().unwrap();
        });
    }
}
