//! Balancing: what makes the entries of a matrix of similar size.

use crate::matrix::column_major::ColumnMajor;
use crate::{Result, float, memory};

/// A similarity transformation by a permutation and a diagonal matrix of powers of two, as LAPACK's `dgebal` finds it:
/// the permutation brings eigenvalues that can be read off to both ends, the diagonal matrix gives rows and columns
/// between them norms of the same size (James, Langou and Lowery, On matrix balancing and eigenvector computation, 2014).
pub(super) struct Balance {
    /// Exponents of the diagonal matrix.
    pub(super) exponents: Vec<i32>,
    /// Exchanges of rows and columns, in the order they were made.
    pub(super) exchanges: Vec<(usize, usize)>,
}

impl Balance {
    /// Balances `matrix`.
    pub(super) fn of(matrix: &mut ColumnMajor) -> Result<Self> {
        let n = matrix.columns();
        let mut balance = Self { exponents: memory::filled(n)?, exchanges: memory::with_capacity(n)? };
        let (mut start, mut end) = (0, n);
        while end > start {
            let is_isolated = |i: usize| (start..end).all(|j| j == i || matrix.column(j)[i] == 0.0);
            let Some(row) = (start..end).rev().find(|i| is_isolated(*i)) else { break };
            end -= 1;
            balance.exchange(matrix, row, end);
        }
        while end > start {
            let is_isolated = |j: usize| (start..end).all(|i| i == j || matrix.column(j)[i] == 0.0);
            let Some(column) = (start..end).find(|j| is_isolated(*j)) else { break };
            balance.exchange(matrix, start, column);
            start += 1;
        }
        const SWEEPS: usize = 100;
        for _ in 0..SWEEPS {
            if !balance.scale(matrix, start, end) {
                break;
            }
        }
        Ok(balance)
    }

    fn exchange(&mut self, matrix: &mut ColumnMajor, first: usize, second: usize) {
        if first == second {
            return;
        }
        self.exchanges.push((first, second));
        let (x, y) = matrix.two_columns_mut(first, second);
        x.swap_with_slice(y);
        for j in 0..matrix.columns() {
            matrix.column_mut(j).swap(first, second);
        }
    }

    /// Scales every row and column between `start` and `end` once where it is worth it, and returns whether it was for any.
    fn scale(&mut self, matrix: &mut ColumnMajor, start: usize, end: usize) -> bool {
        // Bounds every entry of the transformed vectors, and makes an end to the search.
        const LARGEST: i32 = 400;
        let length = |sum: f64, x: f64| sum + x * x;
        let mut changed = false;
        for k in start..end {
            let column = matrix.column(k)[start..end].iter().fold(0.0, |sum, x| length(sum, *x)).sqrt();
            let row = (start..end).fold(0.0, |sum, j| length(sum, matrix.column(j)[k])).sqrt();
            if column == 0.0 || row == 0.0 || !column.is_finite() || !row.is_finite() {
                continue;
            }
            let mut exponent = 0;
            let (mut c, mut r) = (column, row);
            while c < 0.5 * r {
                (c, r, exponent) = (c * 2.0, r * 0.5, exponent + 1);
            }
            while r <= 0.5 * c {
                (c, r, exponent) = (c * 0.5, r * 2.0, exponent - 1);
            }
            let total = self.exponents[k] + exponent;
            if c + r >= 0.95 * (column + row) || total.abs() > LARGEST {
                continue;
            }
            changed = true;
            self.exponents[k] = total;
            float::scale(matrix.column_mut(k), exponent);
            for j in 0..matrix.columns() {
                float::scale(&mut matrix.column_mut(j)[k..=k], -exponent);
            }
        }
        changed
    }

    /// Turns eigenvectors of the balanced matrix into those of the matrix before and returns whether none was lost to
    /// underflow.
    pub(super) fn undo(&self, imaginary: &[f64], vectors: &mut ColumnMajor) -> bool {
        let mut j = 0;
        while j < vectors.columns() {
            let width = if imaginary[j] != 0.0 && j + 1 < vectors.columns() { 2 } else { 1 };
            // The largest component becomes one of ordinary size.
            let mut largest = None;
            for k in j..j + width {
                for (x, e) in vectors.column(k).iter().zip(&self.exponents) {
                    let exponent = float::largest_exponent(&[*x]).map(|exponent| exponent + e);
                    largest = largest.max(exponent);
                }
            }
            let Some(largest) = largest else { return false };
            for k in j..j + width {
                let x = vectors.column_mut(k);
                for (x, e) in x.iter_mut().zip(&self.exponents) {
                    float::scale(std::slice::from_mut(x), e - largest);
                }
                for (first, second) in self.exchanges.iter().rev() {
                    x.swap(*first, *second);
                }
            }
            j += width;
        }
        true
    }
}
