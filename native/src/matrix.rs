//! Dense matrices.

use crate::{Error, Result};

/// A borrowed dense matrix: `rows * columns` values in row-major order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatrixRef<'a> {
    rows: usize,
    columns: usize,
    values: &'a [f64],
}

impl<'a> MatrixRef<'a> {
    /// Returns a view of `values` as a matrix.
    ///
    /// # Errors
    /// [`Error::ValueCount`] unless there are exactly `rows * columns` values.
    pub fn new(rows: usize, columns: usize, values: &'a [f64]) -> Result<Self> {
        if rows.checked_mul(columns) != Some(values.len()) {
            return Err(Error::ValueCount { rows, columns, values: values.len() });
        }
        Ok(Self { rows, columns, values })
    }

    /// Returns the number of rows.
    #[must_use]
    pub const fn rows(self) -> usize {
        self.rows
    }

    /// Returns the number of columns.
    #[must_use]
    pub const fn columns(self) -> usize {
        self.columns
    }

    /// Returns the values in row-major order.
    #[must_use]
    pub const fn values(self) -> &'a [f64] {
        self.values
    }
}
