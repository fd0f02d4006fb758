//! Working copies in column-major order.
//!
//! Every column begins on a boundary of 128 bytes. The kernels underneath split their work by the address of the data:
//! fixed alignment is what makes their results depend on the values alone.

use super::transpose::copy_transposed;
use super::view::{View, ViewMut};
use crate::memory::Plain;
use crate::{Result, float, memory};

/// Rows or columns that one thread copies at a time.
const STRIPE: usize = 64;

#[derive(Clone, Copy, Default)]
#[repr(C, align(128))]
struct Line([f64; Line::LEN]);

// SAFETY: a line is as many numbers as it has bytes for.
unsafe impl Plain for Line {}

impl Line {
    const LEN: usize = 16;
}

/// A matrix of its own, column by column.
pub(crate) struct ColumnMajor {
    lines: Vec<Line>,
    rows: usize,
    columns: usize,
    stride: usize,
}

impl ColumnMajor {
    /// Returns a matrix of zeros.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when the memory cannot be had.
    pub(crate) fn zeros(rows: usize, columns: usize) -> Result<Self> {
        Self::within(memory::filled, rows, columns)
    }

    /// Returns a matrix of values that may be anything, as [`memory::unspecified`] does.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when the memory cannot be had.
    pub(crate) fn unspecified(rows: usize, columns: usize) -> Result<Self> {
        Self::within(memory::unspecified, rows, columns)
    }

    fn within(room: impl FnOnce(usize) -> Result<Vec<Line>>, rows: usize, columns: usize) -> Result<Self> {
        let mut lines = rows.div_ceil(Line::LEN);
        // Columns that lie a multiple of a page apart would share the same few sets of the cache.
        if lines > 0 && lines.is_multiple_of(32) {
            lines += 1;
        }
        let stride = lines * Line::LEN;
        Ok(Self { lines: room(lines.saturating_mul(columns))?, rows, columns, stride })
    }

    /// Returns the identity.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when the memory cannot be had.
    pub(crate) fn identity(size: usize) -> Result<Self> {
        let mut identity = Self::zeros(size, size)?;
        (0..size).for_each(|j| identity.column_mut(j)[j] = 1.0);
        Ok(identity)
    }

    /// Returns a copy of this.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when the memory cannot be had.
    pub(crate) fn duplicate(&self) -> Result<Self> {
        let mut lines = memory::with_capacity(self.lines.len())?;
        lines.extend_from_slice(&self.lines);
        Ok(Self { lines, ..*self })
    }

    /// Sets this to `a` times `2^exponent`, on all threads of the pool if the caller is on it.
    pub(crate) fn copy_scaled<'a>(&mut self, a: impl Into<View<'a>>, exponent: i32) {
        let a = a.into();
        assert_eq!((self.rows, self.columns), (a.rows(), a.columns()), "shapes differ");
        let (first, second) = float::powers_of_two(exponent);
        self.transposed_mut().for_each_stripe(STRIPE, |row, mut stripe| {
            let (height, width) = (stripe.rows(), stripe.columns());
            let from = a.transposed().block(0, row, height, width);
            if from.column_step() == 1 {
                stripe.copy_from(from);
            } else {
                copy_transposed(stripe.reborrow(), from);
            }
            if exponent != 0 {
                for j in 0..height {
                    stripe.row(j).iter_mut().for_each(|x| *x = *x * first * second);
                }
            }
        });
    }

    /// Writes these values to `out` in row-major order.
    pub(crate) fn write_rows(&self, out: &mut [f64]) {
        self.write_first_rows(self.rows, out);
    }

    /// Writes those of some rows.
    pub(crate) fn write_first_rows(&self, rows: usize, out: &mut [f64]) {
        assert!(rows <= self.rows && out.len() == rows * self.columns, "lengths differ");
        let from = self.view();
        ViewMut::new(out, rows, self.columns, self.columns).for_each_stripe(STRIPE, |column, stripe| {
            let (height, width) = (stripe.rows(), stripe.columns());
            copy_transposed(stripe, from.block(0, column, height, width));
        });
    }

    /// Writes these values to `out` in column-major order.
    pub(crate) fn write_columns(&self, out: &mut [f64]) {
        assert_eq!(out.len(), self.rows * self.columns, "lengths differ");
        for j in 0..self.columns {
            out[j * self.rows..][..self.rows].copy_from_slice(self.column(j));
        }
    }

    /// Sets every value to `x`.
    pub(crate) fn fill(&mut self, x: f64) {
        for j in 0..self.columns {
            self.column_mut(j).fill(x);
        }
    }

    /// Sets every value to zero, but those of the main diagonal to one.
    pub(crate) fn set_identity(&mut self) {
        self.fill(0.0);
        for j in 0..self.rows.min(self.columns) {
            self.column_mut(j)[j] = 1.0;
        }
    }

    /// Sets this to `other`, which has the same shape.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        assert_eq!((self.rows, self.columns), (other.rows, other.columns), "shapes differ");
        self.lines.copy_from_slice(&other.lines);
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) const fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) fn column(&self, j: usize) -> &[f64] {
        &self.values()[j * self.stride..][..self.rows]
    }

    pub(crate) fn column_mut(&mut self, j: usize) -> &mut [f64] {
        let (rows, stride) = (self.rows, self.stride);
        &mut self.values_mut()[j * stride..][..rows]
    }

    /// Returns two different columns, `first` before `second`.
    pub(crate) fn two_columns_mut(&mut self, first: usize, second: usize) -> (&mut [f64], &mut [f64]) {
        let (rows, stride) = (self.rows, self.stride);
        let (left, right) = self.values_mut().split_at_mut(second * stride);
        (&mut left[first * stride..][..rows], &mut right[..rows])
    }

    /// Returns the values from one column to the next.
    pub(crate) const fn stride(&self) -> usize {
        self.stride
    }

    /// Returns a view of these values.
    pub(crate) fn view(&self) -> View<'_> {
        View::new(self.values(), self.columns, self.rows, self.stride).transposed()
    }

    /// Returns a view of the transpose of these values.
    pub(crate) fn transposed_mut(&mut self) -> ViewMut<'_> {
        let (rows, columns, stride) = (self.rows, self.columns, self.stride);
        ViewMut::new(self.values_mut(), columns, rows, stride)
    }

    /// Whether all values are finite.
    pub(crate) fn is_finite(&self) -> bool {
        (0..self.columns).all(|j| float::all_finite(self.column(j)))
    }

    /// Returns the values, column after column, each of which begins a [stride](Self::stride) after the one before.
    pub(crate) fn values(&self) -> &[f64] {
        // SAFETY: a Line is LEN values of f64 without padding, so `lines` is `LEN` times as many of them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.lines.len() * Line::LEN) }
    }

    /// The same to write.
    pub(crate) fn values_mut(&mut self) -> &mut [f64] {
        // SAFETY: a Line is LEN values of f64 without padding, so `lines` is `LEN` times as many of them.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.lines.len() * Line::LEN) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::MatrixRef;

    pub(crate) fn filled(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> f64) -> ColumnMajor {
        let mut matrix = ColumnMajor::zeros(rows, columns).unwrap();
        for j in 0..columns {
            matrix.column_mut(j).iter_mut().enumerate().for_each(|(i, x)| *x = entry(i, j));
        }
        matrix
    }

    #[test]
    fn rows_and_columns_change_places() {
        for (rows, columns) in [(0, 0), (0, 3), (3, 0), (1, 1), (7, 9), (17, 8), (40, 33)] {
            let values: Vec<f64> = (0..rows * columns).map(|i| i as f64).collect();
            let a = MatrixRef::new(rows, columns, &values).unwrap();
            let mut copy = ColumnMajor::zeros(rows, columns).unwrap();
            copy.copy_scaled(a, 1);
            let mut transposed = ColumnMajor::zeros(columns, rows).unwrap();
            transposed.copy_scaled(View::from(a).transposed(), 1);
            for i in 0..rows {
                for j in 0..columns {
                    assert_eq!(copy.column(j)[i], 2.0 * values[i * columns + j]);
                    assert_eq!(transposed.column(i)[j], 2.0 * values[i * columns + j]);
                }
            }
            let mut out = vec![0.0; rows * columns];
            copy.write_rows(&mut out);
            float::scale(&mut out, -1);
            assert_eq!(out, values);
        }
    }
}
