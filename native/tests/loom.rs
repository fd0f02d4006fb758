//! Runs the store of the vectors, the steps of a team, and what wakes threads through every interleaving of their threads, with a model of
//! memory that notices when somebody reads what is being written, or has not been published: `RUSTFLAGS="--cfg loom" cargo
//! test --release --test loom`.

#![cfg(loom)]

use rust_ffi::{Error, Result, memory};

mod sync {
    pub use loom::cell::UnsafeCell;
    pub use loom::hint::spin_loop;
    pub use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    pub use loom::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock};
    pub use loom::thread::yield_now;
    pub use std::sync::PoisonError;
    use std::time::Duration;

    pub fn sleep(_: Duration) {
        yield_now();
    }

    /// Looks twice: the model has no clock.
    pub fn look_out(_: Duration, is_so: impl Fn() -> bool) {
        if !is_so() {
            yield_now();
            is_so();
        }
    }
}

/// Runs `test` through the interleavings in which threads are interrupted three times at most: all of them would take
/// hours, and a fault hardly ever needs more.
fn interleave(test: fn()) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(test);
}

#[path = "../src/index"]
mod index {
    /// Buffer that is accompanied by a cell for every row, whose uses `loom` follows.
    pub mod buffer {
        use loom::cell::UnsafeCell;
        use std::ops::Range;

        #[derive(Debug)]
        pub struct Buffer<T = f32> {
            values: std::cell::UnsafeCell<Vec<T>>,
            rows: Vec<UnsafeCell<()>>,
        }

        // SAFETY: what the model is there to prove.
        unsafe impl<T> Send for Buffer<T> {}
        // SAFETY: as above.
        unsafe impl<T> Sync for Buffer<T> {}

        impl<T: Copy + Default> Buffer<T> {
            pub fn allocate(len: usize) -> crate::Result<Self> {
                // Few rows, so that the second addition needs a second chunk.
                let rows = (0..len).map(|_| UnsafeCell::new(())).collect();
                Ok(Self { values: std::cell::UnsafeCell::new(vec![T::default(); len]), rows })
            }

            /// # Safety
            /// As in the real thing.
            pub unsafe fn map(_: &std::fs::File, _: u64, _: usize) -> std::io::Result<Self> {
                unreachable!("the model maps nothing")
            }

            pub fn bytes(&self) -> usize {
                0
            }

            pub fn will_need(&self, _dimension: usize, _rows: Range<usize>) {}

            /// # Safety
            /// As in the real thing.
            pub unsafe fn read(&self, dimension: usize, rows: Range<usize>) -> &[T] {
                for row in rows.clone() {
                    self.rows[row].with(|_| ());
                }
                // SAFETY: the cells have just said that nobody writes these rows.
                unsafe { &(&*self.values.get())[rows.start * dimension..rows.end * dimension] }
            }

            /// # Safety
            /// As in the real thing.
            pub unsafe fn write<R>(&self, dimension: usize, rows: Range<usize>, fill: impl FnOnce(&mut [T]) -> R) -> R {
                for row in rows.clone() {
                    self.rows[row].with_mut(|_| ());
                }
                // SAFETY: the cells have just said that nobody else uses these rows.
                fill(unsafe { &mut (&mut *self.values.get())[rows.start * dimension..rows.end * dimension] })
            }
        }
    }

    /// No codes: none of what the model follows makes any.
    pub mod codes {
        #[derive(Debug)]
        pub struct Codes;

        impl Codes {
            pub fn new(_rows: usize) -> Self {
                Self
            }

            pub fn bytes(&self) -> usize {
                0
            }
        }
    }

    /// Whole numbers instead of those in half precision.
    pub mod half {
        #[derive(Clone, Copy, Debug, Default)]
        pub struct Half(u16);

        pub fn widen(halves: &[Half], floats: &mut [f32]) {
            halves.iter().zip(floats).for_each(|(half, float)| *float = half.0.into());
        }

        pub fn narrow(floats: &[f32], halves: &mut [Half]) {
            floats.iter().zip(halves).for_each(|(float, half)| half.0 = *float as u16);
        }
    }

    #[expect(dead_code, reason = "the library uses the rest")]
    mod store;
    #[expect(dead_code, reason = "the library uses the rest")]
    mod stored;

    mod tests {
        use super::super::interleave;
        use super::store::Store;
        use super::stored::Storage;

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
                for row in part.values.as_floats().chunks_exact(DIMENSION) {
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
                let store = loom::sync::Arc::new(Store::new(DIMENSION, Storage::Float32));
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
                let store = loom::sync::Arc::new(Store::new(DIMENSION, Storage::Float32));
                let writer = {
                    let store = loom::sync::Arc::clone(&store);
                    loom::thread::spawn(move || add(&store, 2, 5.0))
                };
                add(&store, 2, 5.0);
                writer.join().unwrap();
                let view = store.view();
                assert_eq!(view.len(), 4);
                assert!(view.parts().all(|part| part.values.as_floats().iter().all(|value| *value == 5.0)));
            });
        }

        fn put(store: &Store, ids: &[i64], value: f32) {
            let put: crate::Result<u64> = store.put(ids, |_, room| {
                room.fill(value);
                Ok(())
            });
            put.unwrap();
        }

        /// Asserts that there are both vectors of a pair or none, and that both are the same.
        fn check_pair(store: &Store) -> Option<f32> {
            let view = store.view();
            let mut values = Vec::new();
            for part in view.parts() {
                for (row, vector) in part.values.as_floats().chunks_exact(DIMENSION).enumerate() {
                    assert!(vector.iter().all(|value| *value == vector[0]));
                    if part.is_alive(row) {
                        values.push((part.id(row), vector[0]));
                    }
                }
            }
            values.sort_by_key(|(id, _)| *id);
            match values[..] {
                [] => None,
                [(3, one), (4, two)] if one == two => Some(one),
                _ => panic!("{values:?}"),
            }
        }

        #[test]
        fn a_pair_moves_together_in_every_interleaving() {
            interleave(|| {
                let store = loom::sync::Arc::new(Store::new(DIMENSION, Storage::Float32));
                put(&store, &[3, 4], 1.0);
                let writer = {
                    let store = loom::sync::Arc::clone(&store);
                    loom::thread::spawn(move || {
                        // The memory of the first pair is free after the third.
                        put(&store, &[3, 4], 2.0);
                        put(&store, &[4, 3], 3.0);
                        assert_eq!(store.remove(&[3, 4]), Ok(2));
                    })
                };
                let first = check_pair(&store);
                let second = check_pair(&store);
                let order = |seen: Option<f32>| seen.unwrap_or(4.0);
                assert!(order(first) <= order(second), "{first:?} after {second:?}");
                writer.join().unwrap();
                assert_eq!(check_pair(&store), None);
            });
        }

        #[test]
        fn writers_of_one_pair_wait_for_each_other_in_every_interleaving() {
            interleave(|| {
                let store = loom::sync::Arc::new(Store::new(DIMENSION, Storage::Float32));
                put(&store, &[3, 4], 1.0);
                let writer = {
                    let store = loom::sync::Arc::clone(&store);
                    loom::thread::spawn(move || put(&store, &[3, 4], 2.0))
                };
                put(&store, &[3, 4], 5.0);
                assert!(check_pair(&store).is_some());
                let (view, slot) = store.find(3);
                assert_eq!(view.id(slot.unwrap()), 3);
                writer.join().unwrap();
                assert!([Some(2.0), Some(5.0)].contains(&check_pair(&store)));
                assert_eq!(store.len(), 2);
            });
        }

        #[test]
        fn a_failed_addition_leaves_nothing_behind() {
            loom::model(|| {
                let store = Store::new(DIMENSION, Storage::Float32);
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
    mod gate;
    mod standby;
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

    mod gate_tests {
        use loom::cell::UnsafeCell;
        use loom::sync::Arc;
        use loom::thread::spawn;

        use super::super::interleave;
        use super::gate::{CROWDED_FOR, Entry, Gate};

        /// Gate with a value that only one caller at a time may use.
        struct Guarded {
            gate: Gate,
            value: UnsafeCell<usize>,
        }

        // SAFETY: what the model is there to prove.
        unsafe impl Sync for Guarded {}
        // SAFETY: as above.
        unsafe impl Send for Guarded {}

        impl Guarded {
            fn new() -> Arc<Self> {
                Arc::new(Self { gate: Gate::new(1), value: UnsafeCell::new(0) })
            }

            fn count(&self) {
                // SAFETY: the cell has just said that nobody else uses the value.
                self.value.with_mut(|value| unsafe { *value += 1 });
            }
        }

        #[test]
        fn one_place_is_for_one_caller_and_everybody_comes_in() {
            interleave(|| {
                let guarded = Guarded::new();
                let callers = [(); 2].map(|()| {
                    let guarded = Arc::clone(&guarded);
                    spawn(move || {
                        let _place = guarded.gate.enter();
                        guarded.count();
                    })
                });
                {
                    let _place = guarded.gate.enter();
                    guarded.count();
                }
                callers.into_iter().for_each(|caller| caller.join().unwrap());
                let _place = guarded.gate.enter();
                // SAFETY: the cell has just said that nobody writes the value.
                guarded.value.with(|value| assert_eq!(unsafe { *value }, 3));
            });
        }

        #[test]
        fn short_work_has_one_leader_at_a_time() {
            interleave(|| {
                let guarded = Guarded::new();
                let work = |guarded: &Guarded| match guarded.gate.enter_short(1) {
                    Entry::Leading(_place) => guarded.count(),
                    Entry::Alone(_place) => {}
                    Entry::Shared => {
                        let _place = guarded.gate.enter();
                        guarded.count();
                    }
                };
                let other = {
                    let guarded = Arc::clone(&guarded);
                    spawn(move || work(&guarded))
                };
                work(&guarded);
                other.join().unwrap();
                // Everybody has left: after a while the next one leads.
                for _ in 0..CROWDED_FOR {
                    if let Entry::Leading(_place) = guarded.gate.enter_short(1) {
                        return;
                    }
                }
                assert!(matches!(guarded.gate.enter_short(1), Entry::Leading(_)));
            });
        }

        #[test]
        fn one_who_waits_for_rest_hears_of_callers_and_of_the_end() {
            interleave(|| {
                let gate = Arc::new(Gate::new(2));
                let waiting = {
                    let gate = Arc::clone(&gate);
                    spawn(move || while gate.wait_for_rest() {})
                };
                drop(gate.enter());
                gate.close();
                waiting.join().unwrap();
            });
        }

        #[test]
        fn there_is_rest_after_each_call() {
            interleave(|| {
                let gate = Arc::new(Gate::new(2));
                let caller = {
                    let gate = Arc::clone(&gate);
                    spawn(move || drop(gate.enter()))
                };
                assert!(gate.wait_for_rest());
                caller.join().unwrap();
            });
        }
    }

    mod standby_tests {
        use loom::sync::Arc;
        use loom::thread::{JoinHandle, spawn};

        use super::super::interleave;
        use super::standby::Standby;
        use super::team::Team;

        /// Calls for one thread to join a team that has nothing to do, and returns the threads that had to be sent there.
        fn call(standby: &Arc<Standby>) -> Vec<JoinHandle<()>> {
            let (_team, member) = Team::new(2);
            let sent = (0..standby.call(member, 1)).map(|_| {
                let standby = Arc::clone(standby);
                spawn(move || standby.stand_by())
            });
            sent.collect()
        }

        #[test]
        fn a_thread_that_stands_by_is_called_or_sent_for_again() {
            interleave(|| {
                let standby = Arc::new(Standby::default());
                let mut sent = call(&standby);
                assert_eq!(sent.len(), 1);
                sent.extend(call(&standby));
                for thread in sent {
                    thread.join().unwrap();
                }
                // Nobody stands by any more, and the next call knows it.
                let (_team, member) = Team::new(2);
                assert_eq!(standby.call(member, 1), 1);
            });
        }
    }
}

mod team_tests {
    use loom::cell::UnsafeCell;

    use super::interleave;
    use super::parallel::team::{Team, lead};

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
