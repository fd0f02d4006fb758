//! Products against a naive loop: the values are small integers, so that every order of summation is exact.

mod common;

use common::{Random, with_threads};
use rust_ffi::{MatrixRef, blas};

fn times(m: usize, k: usize, n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![f64::NAN; m * n];
    blas::times(MatrixRef::new(m, k, a).unwrap(), MatrixRef::new(k, n, b).unwrap(), &mut out).unwrap();
    out
}

fn naive(m: usize, k: usize, n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; m * n];
    for i in 0..m {
        for p in 0..k {
            for j in 0..n {
                out[i * n + j] += a[i * k + p] * b[p * n + j];
            }
        }
    }
    out
}

fn check(m: usize, k: usize, n: usize) {
    let mut random = Random((m * 1_000_003 + k * 1009 + n) as u64);
    let (a, b) = (random.integers(m * k), random.integers(k * n));
    assert!(times(m, k, n, &a, &b) == naive(m, k, n, &a, &b), "{m}x{k} times {k}x{n}");
}

#[test]
fn every_small_shape_is_exact() {
    let _threads = with_threads(2);
    for m in 1..=65 {
        for n in 1..=65 {
            check(m, (m * 7 + n * 3) % 65 + 1, n);
        }
    }
    for k in 1..=65 {
        for n in 1..=65 {
            check((k * 5 + n * 11) % 65 + 1, k, n);
        }
    }
}

#[test]
fn shapes_around_the_edges_of_blocks_are_exact() {
    let edges = [1, 7, 63, 64, 65, 127, 128, 129, 239, 240, 241, 255, 256, 257, 511, 512, 513];
    for threads in [1, 2, 3, 7] {
        let _threads = with_threads(threads);
        for (i, &m) in edges.iter().enumerate() {
            for (j, &n) in edges.iter().enumerate() {
                check(m, edges[(i * 5 + j * 3 + threads) % edges.len()], n);
            }
        }
    }
    let _threads = with_threads(2);
    check(3, 2, 9000);
    check(40, 300, 4097);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for (m, k, n) in [(1, 600, 900), (37, 41, 43), (200, 300, 100), (513, 257, 511), (64, 1025, 700), (900, 600, 1)] {
        let mut random = Random(7);
        let (a, b) = (random.reals(m * k), random.reals(k * n));
        let results: Vec<Vec<u64>> = [1, 2, 3, 7]
            .iter()
            .map(|&threads| {
                let _threads = with_threads(threads);
                times(m, k, n, &a, &b).iter().map(|x| x.to_bits()).collect()
            })
            .collect();
        assert!(results.iter().all(|bits| *bits == results[0]), "{m}x{k} times {k}x{n}");
    }
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let _threads = with_threads(2);
    for n in [4, 8, 16, 24, 32, 48, 64, 96, 100, 128, 192, 256, 384, 512, 1000, 1024, 2048] {
        let mut random = Random(7);
        let (a, b) = (random.reals(n * n), random.reals(n * n));
        let mut out = vec![0.0; n * n];
        let (a, b) = (MatrixRef::new(n, n, &a).unwrap(), MatrixRef::new(n, n, &b).unwrap());
        // The shortest of many short runs, for the machine may be busy with other work.
        let calls = (1e6 / (n as f64 + 8.0).powi(3)).max(1.0) as usize;
        let mut best = f64::INFINITY;
        for _ in 0..(6e10 / (n as f64 + 8.0).powi(3)).clamp(5.0, 3000.0) as usize {
            let start = std::time::Instant::now();
            for _ in 0..calls {
                blas::times(a, b, &mut out).unwrap();
            }
            best = best.min(start.elapsed().as_secs_f64() / calls as f64);
        }
        println!("{n:5} {:10.2} us {:7.1} GFLOPS", best * 1e6, 2.0 * (n as f64).powi(3) / best * 1e-9);
    }
}
