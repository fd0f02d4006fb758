//! The bits of a thousand results, beside those that were stored: what only moves code changes none of them.
//!
//! Bits depend on the instructions of the processor; `tests/bits.txt` has those for AVX2. After a change that is meant to
//! change results, `BLESS=1 cargo test --test bits` on such a processor writes it anew.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::Hasher;
use std::path::Path;

use common::{Owned, Random, with_threads};
use rust_ffi::index::{Found, Index, Metric, Search};
use rust_ffi::triangular::{self, Triangle};
use rust_ffi::{Error, blas, cholesky, eigen, ldl, least_squares, lu, matrix, pivoted_qr, qr, svd, vector};

/// The hash of all results of an operation, by its name.
type Hashes = BTreeMap<&'static str, Fnv>;

/// FNV-1a, of 64 bits.
struct Fnv {
    hash: u64,
    results: usize,
}

impl Default for Fnv {
    fn default() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, results: 0 }
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.hash
    }
}

/// Adds a result, or what is said instead.
fn add(hashes: &mut Hashes, operation: &'static str, result: Result<Vec<f64>, Error>) {
    let all = hashes.entry(operation).or_default();
    all.results += 1;
    match result {
        // Which NaN it is depends on the order in which the compiler has an instruction take its operands.
        Ok(values) => values.iter().for_each(|x| all.write_u64(if x.is_nan() { f64::NAN } else { *x }.to_bits())),
        // The hashes stored are those of these words: a better one is no other result.
        Err(error) => all.write(error.to_string().replace("E308", "e308").replace("b has", "matrix has").as_bytes()),
    }
}

/// What values are like.
const KINDS: [fn(&mut Random, usize) -> Vec<f64>; 6] = [
    |random, len| random.reals(len),
    |random, len| random.integers(len),
    |random, len| random.reals(len).into_iter().map(|x| x * 2.0_f64.powi(1010)).collect(),
    |random, len| random.reals(len).into_iter().map(|x| x * f64::MIN_POSITIVE / 4096.0).collect(),
    |random, len| {
        (0..len).map(|i| if random.next().is_multiple_of(5) { 0.0 * (i as f64 - 1.5) } else { 1.0 }).collect()
    },
    |random, len| {
        let mut values = random.reals(len);
        let special = [f64::NAN, f64::INFINITY, -0.0, f64::MAX, 5e-324, f64::MIN_POSITIVE];
        (0..len).step_by(7).for_each(|i| values[i] = special[i / 7 % special.len()]);
        values
    },
];

fn vectors(hashes: &mut Hashes) {
    for len in [0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 33, 63, 64, 100, 255, 768, 2047, 2048, 2049, 4096, 4100, 10_000] {
        for (kind, values) in KINDS.iter().enumerate() {
            let mut random = Random(len as u64 * 8 + kind as u64);
            let (x, y) = (values(&mut random, len), values(&mut random, len));
            let (f, g): (Vec<f32>, Vec<f32>) =
                (x.iter().map(|x| *x as f32).collect(), y.iter().map(|y| *y as f32).collect());
            let of = |value: f64| Ok(vec![value]);
            add(hashes, "dot of doubles", vector::dot(&x, &y).and_then(of));
            add(hashes, "dot of floats", vector::dot(&f, &g).and_then(of));
            add(hashes, "sum of doubles", of(vector::sum(&x)));
            add(hashes, "sum of floats", of(vector::sum(&f)));
            add(hashes, "norm of doubles", of(vector::norm(&x)));
            add(hashes, "norm of floats", of(vector::norm(&f)));
            add(hashes, "squared distance of doubles", vector::squared_distance(&x, &y).and_then(of));
            add(hashes, "squared distance of floats", vector::squared_distance(&f, &g).and_then(of));
            add(hashes, "cosine similarity of doubles", vector::cosine_similarity(&x, &y).and_then(of));
            add(hashes, "cosine similarity of floats", vector::cosine_similarity(&f, &g).and_then(of));
        }
    }
}

fn products(hashes: &mut Hashes) {
    let shapes = [
        (1, 1, 1),
        (2, 3, 4),
        (3, 1, 2),
        (8, 8, 8),
        (9, 16, 17),
        (31, 33, 5),
        (64, 64, 64),
        (65, 255, 33),
        (48, 256, 96),
        (100, 257, 100),
        (130, 600, 70),
        (257, 300, 260),
        (1, 500, 90),
        (90, 500, 1),
        (1, 5000, 1),
        (3, 4097, 1),
        (40, 16, 1),
        (40, 17, 1),
        (2, 700, 1),
    ];
    for (m, k, n) in shapes {
        for (kind, values) in KINDS.iter().enumerate() {
            let mut random = Random((m * 1000 + n * 10 + kind) as u64);
            let a = Owned::new(m, k, values(&mut random, m * k));
            let b = Owned::new(k, n, values(&mut random, k * n));
            add(hashes, "times", Ok(a.times(&b).values));
            let (at, bt) = (a.transposed(), b.transposed());
            let product = written([m * n], |[c]| blas::transpose_times(at.view(), b.view(), c));
            add(hashes, "transpose times", product);
            let product = written([m * n], |[c]| blas::times_transpose(a.view(), bt.view(), c));
            add(hashes, "times transpose", product);
            if k < 1000 {
                add(hashes, "gram", written([k * k], |[c]| blas::gram(a.view(), c)));
            }
        }
    }
}

/// Returns what `work` has written to slices of these lengths.
fn written<const N: usize>(
    lengths: [usize; N],
    work: impl FnOnce([&mut [f64]; N]) -> Result<(), Error>,
) -> Result<Vec<f64>, Error> {
    let mut slices = lengths.map(|len| vec![0.0; len]);
    work(slices.each_mut().map(Vec::as_mut_slice))?;
    Ok(slices.concat())
}

fn factorizations(hashes: &mut Hashes) {
    let shapes = [
        (1, 1),
        (2, 2),
        (3, 3),
        (5, 5),
        (8, 8),
        (9, 9),
        (16, 16),
        (17, 17),
        (33, 33),
        (64, 64),
        (65, 65),
        (100, 100),
        (129, 129),
        (200, 200),
        (300, 300),
        (3, 2),
        (2, 3),
        (20, 7),
        (7, 20),
        (130, 40),
        (40, 130),
        (300, 64),
    ];
    for (m, n) in shapes {
        for (kind, values) in KINDS.iter().enumerate() {
            let mut random = Random((m * 1000 + n * 10 + kind) as u64);
            let a = Owned::new(m, n, values(&mut random, m * n));
            let b = Owned::new(m, 3, values(&mut random, m * 3));
            let (a, b, s) = (a.view(), b.view(), m.min(n));

            let mut permutation = vec![0; m];
            let mut lu = vec![0.0; m * n];
            let norm = lu::factor(a, &mut lu, &mut permutation);
            add(hashes, "lu", norm.clone().map(|norm| [lu.as_slice(), &[norm]].concat()));
            if let (Ok(norm), true) = (norm, m == n) {
                let factors = matrix::MatrixRef::new(n, n, &lu).unwrap();
                add(hashes, "rcond", lu::rcond(factors, norm).map(|rcond| vec![rcond]));
                add(hashes, "determinant", lu::determinant_factored(factors, &permutation).map(|value| vec![value]));
            }
            if m == n {
                add(hashes, "solve", written([n * 3], |[x]| lu::solve(a, b, x)));
                add(hashes, "inverse", written([n * n], |[x]| lu::inverse(a, x)));
                for (is_upper, is_transposed) in [(false, false), (false, true), (true, false), (true, true)] {
                    let triangle = Triangle { is_upper, is_unit: true, is_transposed };
                    let x = written([n * 3], |[x]| triangular::solve(a, triangle, b, x));
                    add(hashes, "solve with a triangle", x);
                }
            }

            let factors = written([m * n, s], |[qr, tau]| qr::factor(a, qr, tau));
            add(hashes, "qr", factors.clone());
            if let Ok(factors) = factors {
                let (values, tau) = factors.split_at(m * n);
                let factors = matrix::MatrixRef::new(m, n, values).unwrap();
                add(hashes, "q", written([m * s], |[q]| qr::q(factors, tau, q)));
                if m >= n {
                    add(hashes, "solve by qr", written([n * 3], |[x]| qr::solve_factored(factors, tau, b, x)));
                }
            }
            let mut permutation = vec![0; n];
            let factors = written([m * n, s], |[qr, tau]| pivoted_qr::factor(a, qr, tau, &mut permutation));
            let order = permutation.iter().map(|j| f64::from(*j));
            add(hashes, "pivoted qr", factors.map(|factors| factors.into_iter().chain(order).collect()));
            let least = written([n * 3], |[x]| least_squares::least_squares(a, b, x).map(drop));
            add(hashes, "least squares", least);
            add(hashes, "svd", written([m * s, s, n * s], |[u, values, v]| svd::svd(a, u, values, v)));
            add(hashes, "singular values", written([s], |[values]| svd::singular_values(a, values)));
            if m * n <= 10_000 {
                add(hashes, "pseudo-inverse", written([n * m], |[x]| svd::pseudo_inverse(a, x)));
            }
            if m == n && n <= 129 {
                let eigen = |[real, imaginary, vectors]: [&mut [f64]; 3]| eigen::eigen(a, real, imaginary, vectors);
                add(hashes, "eigen", written([n, n, n * n], eigen));
                let alone = |[real, imaginary]: [&mut [f64]; 2]| eigen::eigenvalues(a, real, imaginary);
                add(hashes, "eigenvalues", written([n, n], alone));
            }
        }
        if m == n {
            for scale in [1.0, 2.0_f64.powi(990), 2.0_f64.powi(-1000)] {
                let a = Owned::random(n, n, n as u64);
                let mut symmetric = a.times(&a.transposed()).scaled(scale);
                (0..n).for_each(|i| symmetric.values[i * n + i] += scale);
                let mut indefinite = symmetric.clone();
                let (symmetric, b) = (symmetric.view(), Owned::random(n, 2, 7));
                let l = written([n * n], |[l]| cholesky::factor(symmetric, l));
                add(hashes, "cholesky", l.clone());
                if let Ok(l) = l {
                    let l = matrix::MatrixRef::new(n, n, &l).unwrap();
                    add(hashes, "solve by cholesky", written([n * 2], |[x]| cholesky::solve_factored(l, b.view(), x)));
                }
                (0..n).for_each(|i| indefinite.values[i * n + i] -= scale * i as f64);
                let mut permutation = vec![0; n];
                let factors = written([n * n], |[x]| ldl::factor(indefinite.view(), x, &mut permutation));
                add(hashes, "ldl", factors.clone());
                if let Ok(factors) = factors {
                    let factors = matrix::MatrixRef::new(n, n, &factors).unwrap();
                    let solve = |[x]: [&mut [f64]; 1]| ldl::solve_factored(factors, &permutation, b.view(), x);
                    add(hashes, "solve by ldl", written([n * 2], solve));
                    add(hashes, "determinant by ldl", ldl::determinant_factored(factors).map(|value| vec![value]));
                }
                let eigen = |[values, vectors]: [&mut [f64]; 2]| eigen::symmetric_eigen(symmetric, values, vectors);
                add(hashes, "symmetric eigen", written([n, n * n], eigen));
                let alone = |[values]: [&mut [f64]; 1]| eigen::symmetric_eigenvalues(symmetric, values);
                add(hashes, "symmetric eigenvalues", written([n], alone));
            }
        }
    }
}

fn searches(hashes: &mut Hashes) {
    let of = |ids: &[i64], scores: &[f32]| -> Vec<f64> {
        ids.iter().map(|id| *id as f64).chain(scores.iter().map(|score| f64::from(*score))).collect()
    };
    for dimension in [1, 3, 16, 31, 100, 384] {
        for (metric, name) in [
            (Metric::DotProduct, "search by dot product"),
            (Metric::Cosine, "search by cosine"),
            (Metric::Euclidean, "search by distance"),
        ] {
            for count in [1, 5, 64, 1000, 3001] {
                let mut random = Random((dimension * 10 + count) as u64);
                let mut floats = |len: usize| random.reals(len).into_iter().map(|x| x as f32).collect::<Vec<_>>();
                let index = Index::new(dimension as i64, metric).unwrap();
                index.add(&floats(dimension * count)).unwrap();
                let queries = floats(dimension * 9);
                let search = Search::nearest(10);
                let room = |count: usize| count * 10;
                let of = |found: Found, queries| {
                    let (mut ids, mut scores) = (vec![-1; room(queries)], vec![0.0; room(queries)]);
                    ids[..found.ids.len()].copy_from_slice(&found.ids);
                    scores[..found.scores.len()].copy_from_slice(&found.scores);
                    of(&ids, &scores)
                };
                add(hashes, name, index.search(&queries[..dimension], &search).map(|found| of(found, 1)));
                add(hashes, name, index.search_all(&queries, &search).map(|found| of(found, 9)));
            }
        }
    }
}

/// Returns a line for each operation: its name, how many results it has, and their hash.
fn hashes(threads: usize) -> String {
    let _threads = with_threads(threads);
    let mut hashes = Hashes::new();
    vectors(&mut hashes);
    products(&mut hashes);
    factorizations(&mut hashes);
    searches(&mut hashes);
    let mut text = String::new();
    for (operation, all) in &hashes {
        writeln!(text, "{operation}: {} results, {:016x}", all.results, all.hash).unwrap();
    }
    text
}

#[test]
fn results_have_the_bits_that_were_stored() {
    let one = hashes(1);
    assert_eq!(hashes(3), one, "three threads instead of one");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bits.txt");
    #[cfg(target_arch = "x86_64")]
    let is_avx2 =
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && !is_x86_feature_detected!("avx512f");
    #[cfg(not(target_arch = "x86_64"))]
    let is_avx2 = false;
    if !is_avx2 {
        println!("{} has no results for this processor:\n{one}", path.display());
    } else if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, one).unwrap();
    } else {
        let stored = std::fs::read_to_string(path).unwrap();
        let changed: Vec<_> = one.lines().filter(|line| !stored.lines().any(|stored| stored == *line)).collect();
        assert!(changed.is_empty() && one == stored, "not as stored: {changed:#?}");
    }
}
