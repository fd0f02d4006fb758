//! Files that an index is opened from: any bytes give an index of just those vectors that the file holds, or an error.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rust_ffi::Error;
use rust_ffi::index::{Index, Metric, Search};

/// File that is removed in the end.
struct Temporary(PathBuf);

impl Temporary {
    fn of(bytes: &[u8]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = Self(std::env::temp_dir().join(format!("rust_ffi-open-{}-{number}.npy", std::process::id())));
        fs::write(&file.0, bytes).unwrap();
        file
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Returns the bytes of a file with `rows` vectors.
fn saved(rows: usize, dimension: usize) -> Vec<u8> {
    let index = Index::new(dimension as i64, Metric::DotProduct).unwrap();
    index.add(&(0..rows * dimension).map(|value| value as f32 + 1.0).collect::<Vec<_>>()).unwrap();
    let file = Temporary::of(b"");
    index.save(&file.0).unwrap();
    fs::read(&file.0).unwrap()
}

/// Asserts that an index has no vectors but those at the end of the file.
fn assert_of(index: &Index, bytes: &[u8]) {
    let (rows, dimension) = (index.len() as usize, index.dimension());
    let header = String::from_utf8_lossy(bytes);
    // Values of another type, or in Fortran order, are not the bytes of the file.
    let same = if header.contains("f4'") && !header.contains("True") { rows * dimension } else { 0 };
    let values = &bytes[bytes.len() - same * size_of::<f32>()..];
    for (id, expected) in values.chunks_exact(dimension * size_of::<f32>()).enumerate() {
        let vector = index.get(id as i64).unwrap();
        for (value, expected) in vector.iter().zip(expected.chunks_exact(size_of::<f32>())) {
            let bits: [u8; 4] = expected.try_into().unwrap();
            let bits = u32::from_ne_bytes(bits);
            assert!([bits, bits.swap_bytes()].contains(&value.to_bits()), "{value} in vector {id}");
        }
    }
    assert!(index.get(rows as i64).is_err());
    // Whatever a mapped file holds, a search comes to its end.
    let found = index.search(&vec![1.0; dimension], &Search::nearest(3)).unwrap();
    assert!(found.ids.len() <= 3.min(rows), "{} of {rows}", found.ids.len());
}

fn check(bytes: &[u8]) {
    let file = Temporary::of(bytes);
    let path: &Path = &file.0;
    for metric in [Metric::DotProduct, Metric::Cosine, Metric::Euclidean] {
        let opened = Index::open(path, metric);
        // SAFETY: the file is this test's own, and stays as it is.
        let mapped = unsafe { Index::map(path, metric) };
        for index in [&opened, &mapped] {
            match index {
                Ok(index) => assert_of(index, bytes),
                Err(Error::File { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        if let Ok(index) = &opened {
            assert!(mapped.is_err() || mapped.is_ok_and(|mapped| mapped.len() == index.len()));
        }
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn what_was_saved_is_opened() {
    let bytes = saved(5, 3);
    let file = Temporary::of(&bytes);
    let index = Index::open(&file.0, Metric::Cosine).unwrap();
    assert_eq!((index.len(), index.dimension()), (5, 3));
    assert_of(&index, &bytes);
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn any_bytes_are_an_index_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn any_header_is_an_index_or_an_error(
        text in r"\{?('descr': ?'[<>|=]?[fi][0-9]{1,2}', ?)?('fortran_order': ?(True|False), ?)?'shape': ?\([0-9]{0,20},? ?[0-9]{0,3},?\),? ?\}?",
        values in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes.extend(values);
        check(&bytes);
    }

    #[test]
    fn a_damaged_file_is_an_index_or_an_error(
        rows in 0..6_usize,
        dimension in 1..5_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = saved(rows, dimension);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        check(&bytes);
    }
}
