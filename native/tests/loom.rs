//! Runs the store of the vectors through every interleaving of a writer and a reader, with a model of memory that notices
//! when somebody reads what is being written, or has not been published: `RUSTFLAGS="--cfg loom" cargo test --release --test
//! loom`.

#![cfg(loom)]

use rust_ffi::{Error, Result, memory};

#[path = "../src/index"]
mod index {
    pub mod sync {
        pub use loom::sync::atomic::{AtomicU64, Ordering};
        pub use loom::sync::{Arc, Mutex, RwLock};
        pub use std::sync::PoisonError;
    }

    /// Memory that is accompanied by a cell for every row, whose uses `loom` follows.
    pub mod memory {
        use loom::cell::UnsafeCell;
        use std::ops::Range;

        #[derive(Debug)]
        pub struct Memory {
            values: std::cell::UnsafeCell<Vec<f32>>,
            rows: Vec<UnsafeCell<()>>,
        }

        // SAFETY: what the model is there to prove.
        unsafe impl Send for Memory {}
        // SAFETY: as above.
        unsafe impl Sync for Memory {}

        impl Memory {
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
