//! What the core takes without the JVM, on problems like those of the Java benchmarks: `cargo bench -p rust_ffi-benches`.
//!
//! An argument picks benchmarks by a part of their names, `TIMES/1024` for one.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode};
use rust_ffi::index::{Index, Metric, Search};
use rust_ffi::least_squares::least_squares;
use rust_ffi::{MatrixRef, Result, blas, cholesky, eigen, lu, qr, svd, vector};

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/common/random.rs"]
mod random;

use random::Random;

const SIZES: [usize; 5] = [64, 256, 512, 1024, 2048];
const LENGTHS: [usize; 7] = [8, 32, 128, 256, 768, 4096, 65_536];
const HITS: [usize; 2] = [10, 1000];
const VECTORS: usize = 100_000;
const DIMENSION: usize = 768;
/// As many queries as are searched together.
const QUERIES: usize = 64;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .without_plots()
        .configure_from_args();
    matrices(&mut criterion);
    vectors(&mut criterion);
    searches(&mut criterion);
    criterion.final_summary();
}

fn matrices(criterion: &mut Criterion) {
    for n in [4, 8, 16, 32, 128].into_iter().chain(SIZES) {
        let (a, b) = (values(n * n), values(n * n + 1));
        let (a, b) = (square(n, &a), square(n, &b[1..]));
        let mut out = vec![0.0; n * n];
        time(criterion, "TIMES", n, || blas::times(a, b, &mut out));
    }
    for n in SIZES {
        let (a, b) = (values(n * n), values(n));
        let (a, b) = (square(n, &a), column(&b));
        let (mut x, mut out, mut permutation) = (vec![0.0; n], vec![0.0; n * n], vec![0; n]);
        time(criterion, "SOLVE", n, || lu::solve(a, b, &mut x));
        time(criterion, "LU", n, || lu::factor(a, &mut out, &mut permutation));
    }
    for n in SIZES.into_iter().filter(|n| *n <= 1024) {
        let (a, positive_definite) = (values(n * n), positive_definite(n));
        let (a, positive_definite) = (square(n, &a), square(n, &positive_definite));
        let (mut x, mut y, mut out, mut vectors) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * n], vec![0.0; n * n]);
        time(criterion, "CHOLESKY", n, || cholesky::factor(positive_definite, &mut out));
        time(criterion, "SVD", n, || svd::svd(a, &mut out, &mut x, &mut vectors));
        time(criterion, "SYMMETRIC_EIGEN", n, || eigen::symmetric_eigen(positive_definite, &mut x, &mut vectors));
        time(criterion, "EIGEN", n, || eigen::eigen(a, &mut x, &mut y, &mut vectors));

        let (tall, b) = (values(10 * n * n), values(10 * n));
        let tall = MatrixRef::new(10 * n, n, &tall).expect("10 n x n values");
        let mut out = vec![0.0; 10 * n * n];
        time(criterion, "QR", n, || qr::factor(tall, &mut out, &mut x));
        time(criterion, "LEAST_SQUARES", n, || least_squares(tall, column(&b), &mut x));
    }
}

fn vectors(criterion: &mut Criterion) {
    for n in LENGTHS {
        let (x, y) = (values(n), values(n + 1));
        let y = &y[1..];
        time(criterion, "DOT/DOUBLE", n, || vector::dot(black_box(&x[..]), y));
        time(criterion, "COSINE/DOUBLE", n, || vector::cosine_similarity(black_box(&x[..]), y));
        let (x, y) = (floats(&x), floats(y));
        time(criterion, "DOT/FLOAT", n, || vector::dot(black_box(&x[..]), &y));
        time(criterion, "COSINE/FLOAT", n, || vector::cosine_similarity(black_box(&x[..]), &y));
    }
}

fn searches(criterion: &mut Criterion) {
    let index = Index::new(DIMENSION as i64, Metric::DotProduct).expect("a dimension of at least 1");
    let stored = floats(&values(VECTORS * DIMENSION));
    let queries = floats(&values(QUERIES * DIMENSION));
    index.add(&stored).expect("finite vectors");
    drop(stored);
    for k in HITS {
        let search = Search::nearest(k as i64);
        time(criterion, "SEARCH", k, || index.search(&queries[..DIMENSION], &search));
        time(criterion, "SEARCH_64", k, || index.search_all(&queries, &search));
    }
}

/// Times what computes a result that depends on a size, after seeing that it does.
fn time<R>(criterion: &mut Criterion, name: &str, n: usize, mut compute: impl FnMut() -> Result<R>) {
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function(BenchmarkId::from_parameter(n), |bencher| {
        compute().expect("a problem that has a result");
        bencher.iter(&mut compute);
    });
    group.finish();
}

/// Seeded values between -1 and 1.
fn values(count: usize) -> Vec<f64> {
    Random(1).reals(count)
}

fn floats(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}

/// Values of a symmetric matrix whose diagonal makes it positive definite.
fn positive_definite(n: usize) -> Vec<f64> {
    let mut a = values(n * n);
    for i in 0..n {
        for j in 0..i {
            a[i * n + j] = a[j * n + i];
        }
        a[i * n + i] = 2.0 * n as f64;
    }
    a
}

fn square(n: usize, values: &[f64]) -> MatrixRef<'_> {
    MatrixRef::new(n, n, values).expect("n x n values")
}

fn column(values: &[f64]) -> MatrixRef<'_> {
    MatrixRef::new(values.len(), 1, values).expect("a value a row")
}
