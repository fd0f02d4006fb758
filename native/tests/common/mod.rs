//! What the numerical tests share: seeded matrices of LAPACK's test classes, and norms.
#![allow(dead_code, reason = "every test file uses a part")]

mod random;

use std::sync::{Mutex, MutexGuard, PoisonError};

use proptest::prelude::*;
use rust_ffi::{MatrixRef, blas, parallel};

pub use random::Random;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Sets the number of threads until the guard is dropped.
pub fn with_threads(threads: usize) -> MutexGuard<'static, ()> {
    let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    parallel::set_threads(threads).unwrap();
    alone
}

/// An owned matrix.
#[derive(Clone, Debug)]
pub struct Owned {
    pub rows: usize,
    pub columns: usize,
    pub values: Vec<f64>,
}

impl Owned {
    pub fn new(rows: usize, columns: usize, values: Vec<f64>) -> Self {
        assert_eq!(values.len(), rows * columns);
        Self { rows, columns, values }
    }

    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self::new(rows, columns, vec![0.0; rows * columns])
    }

    pub fn random(rows: usize, columns: usize, seed: u64) -> Self {
        Self::new(rows, columns, Random(seed).reals(rows * columns))
    }

    pub fn view(&self) -> MatrixRef<'_> {
        MatrixRef::new(self.rows, self.columns, &self.values).unwrap()
    }

    pub fn times(&self, other: &Self) -> Self {
        let mut out = Self::zeros(self.rows, other.columns);
        blas::times(self.view(), other.view(), &mut out.values).unwrap();
        out
    }

    pub fn minus(&self, other: &Self) -> Self {
        assert_eq!((self.rows, self.columns), (other.rows, other.columns));
        let differences = self.values.iter().zip(&other.values).map(|(x, y)| x - y);
        Self::new(self.rows, self.columns, differences.collect())
    }

    pub fn scaled(&self, factor: f64) -> Self {
        Self::new(self.rows, self.columns, self.values.iter().map(|x| x * factor).collect())
    }

    pub fn transposed(&self) -> Self {
        let value = |k: usize| self.values[k % self.rows * self.columns + k / self.rows];
        Self::new(self.columns, self.rows, (0..self.values.len()).map(value).collect())
    }

    pub fn bits(&self) -> Vec<u64> {
        self.values.iter().map(|x| x.to_bits()).collect()
    }

    /// The one-norm.
    pub fn norm1(&self) -> f64 {
        let mut sums = vec![0.0; self.columns];
        for row in self.values.chunks_exact(self.columns.max(1)) {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += x.abs();
            }
        }
        sums.iter().fold(0.0, |norm, &sum| if sum > norm || sum.is_nan() { sum } else { norm })
    }

    /// A power of two that brings the largest magnitude near one, so that a residual neither overflows nor underflows.
    pub fn normalizing(&self) -> f64 {
        let largest = self.values.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        if largest == 0.0 { 1.0 } else { 2.0_f64.powi(-(largest.log2().floor() as i32).clamp(-1000, 1000)) }
    }
}

/// Applies `count` random reflections from the left.
fn reflect(a: &mut Owned, random: &mut Random, count: usize) {
    for _ in 0..count {
        let v = random.reals(a.rows);
        let square: f64 = v.iter().map(|x| x * x).sum();
        if square == 0.0 {
            continue;
        }
        for j in 0..a.columns {
            let dot: f64 = (0..a.rows).map(|i| v[i] * a.values[i * a.columns + j]).sum();
            for (i, v) in v.iter().enumerate() {
                a.values[i * a.columns + j] -= 2.0 * dot / square * v;
            }
        }
    }
}

/// A matrix with the given singular values.
pub fn with_singular_values(rows: usize, columns: usize, values: impl Fn(usize) -> f64, seed: u64) -> Owned {
    let mut a = Owned::zeros(rows, columns);
    for i in 0..rows.min(columns) {
        a.values[i * columns + i] = values(i);
    }
    let mut random = Random(seed);
    reflect(&mut a, &mut random, 3);
    let mut a = a.transposed();
    reflect(&mut a, &mut random, 3);
    a.transposed()
}

/// LAPACK's matrix classes in a shape; `true` for those that are singular.
pub fn classes(rows: usize, columns: usize) -> Vec<(&'static str, Owned, bool)> {
    let seed = (rows * 1009 + columns) as u64;
    let random = Owned::random(rows, columns, seed);
    let with = |keep: fn(usize, usize) -> bool| {
        let mut a = random.clone();
        for (index, value) in a.values.iter_mut().enumerate() {
            let (i, j) = (index / columns, index % columns);
            if !keep(i, j) {
                *value = 0.0;
            } else if i == j {
                *value = value.signum() * (2.0 + value.abs());
            } else {
                // Triangles of independent values grow exponentially worse with their size.
                *value /= rows.max(columns) as f64;
            }
        }
        a
    };
    let mut badly = random.clone();
    for (index, value) in badly.values.iter_mut().enumerate() {
        let (i, j) = (index / columns, index % columns);
        *value *= 10.0_f64.powi((i % 7) as i32 * 4 - 12) * 10.0_f64.powi((j % 5) as i32 * 3 - 6);
    }
    let small = rows.min(columns);
    let conditioned = |condition: f64| {
        let last = small.saturating_sub(1).max(1) as f64;
        with_singular_values(rows, columns, |i| condition.powf(-(i as f64) / last), seed + 1)
    };
    let deficient = |rank: usize| {
        let (left, right) = (Random(seed + 2).integers(rows * rank), Random(seed + 3).integers(rank * columns));
        Owned::new(rows, rank, left).times(&Owned::new(rank, columns, right))
    };
    let large = |exponent| random.scaled(2.0_f64.powi(exponent));
    let mut all = vec![
        ("random", random.clone(), false),
        ("near overflow", large(1000), false),
        ("at overflow", random.scaled(f64::MAX), false),
        ("near underflow", large(-1000), false),
        ("at underflow", large(-1022), false),
        ("badly scaled", badly, false),
        ("diagonal", with(|i, j| i == j), false),
        ("upper triangular", with(|i, j| i <= j), false),
        ("lower triangular", with(|i, j| i >= j), false),
        ("condition 1e4", conditioned(1e4), false),
        ("condition 1e12", conditioned(1e12), false),
        ("zero", Owned::zeros(rows, columns), true),
    ];
    if small > 1 {
        all.push(("ones", Owned::new(rows, columns, vec![1.0; rows * columns]), true));
        all.push(("rank-deficient", deficient(small / 2), true));
    }
    all
}

/// The sizes of LAPACK's tests, and some around the edges of blocks.
pub const SIZES: [usize; 11] = [0, 1, 2, 3, 5, 10, 50, 64, 129, 257, 513];

/// Returns any double, most often a small one or one at the border of what a double can be.
pub fn any_value() -> impl Strategy<Value = f64> {
    let special = prop::sample::select(vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        1e-300,
        1e300,
        f64::EPSILON,
    ]);
    let rare = prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    prop_oneof![200 => special, 200 => -10.0..10.0_f64, 100 => any::<f64>(), 1 => rare]
}
