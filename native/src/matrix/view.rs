//! Strided views of matrices, for algorithms that work on blocks in place.

use std::marker::PhantomData;

use super::MatrixRef;
use crate::{Result, parallel};

/// A block of a matrix to read. Element `(i, j)` is `row_step * i + column_step * j` values from the first; either step
/// may be negative, so that transposing and reversing cost nothing.
#[derive(Clone, Copy)]
pub(crate) struct View<'a, T = f64> {
    first: *const T,
    rows: usize,
    columns: usize,
    row_step: isize,
    column_step: isize,
    values: PhantomData<&'a [T]>,
}

// SAFETY: a view only reads what it borrows.
unsafe impl<T: Sync> Send for View<'_, T> {}
// SAFETY: a view only reads what it borrows.
unsafe impl<T: Sync> Sync for View<'_, T> {}

/// A block of a matrix to write. The elements of a row are adjacent.
pub(crate) struct ViewMut<'a, T = f64> {
    first: *mut T,
    rows: usize,
    columns: usize,
    row_step: isize,
    values: PhantomData<&'a mut [T]>,
}

// SAFETY: a mutable view is the only way to its elements.
unsafe impl<T: Send> Send for ViewMut<'_, T> {}

impl<'a, T: Copy> From<MatrixRef<'a, T>> for View<'a, T> {
    fn from(matrix: MatrixRef<'a, T>) -> Self {
        Self::new(matrix.values(), matrix.rows(), matrix.columns(), matrix.columns())
    }
}

impl<'a, T: Copy> View<'a, T> {
    /// Returns the rows of `columns` values that begin at every multiple of `row_step` in `values`.
    pub(crate) fn new(values: &'a [T], rows: usize, columns: usize, row_step: usize) -> Self {
        assert_holds(values.len(), rows, columns, row_step);
        Self { first: values.as_ptr(), rows, columns, row_step: row_step as isize, column_step: 1, values: PhantomData }
    }

    /// Returns a view of `rows` x `columns` values in memory.
    ///
    /// # Safety
    /// The values are valid to read, and nothing writes to them, for as long as the view is used.
    pub(crate) const unsafe fn from_raw(
        first: *const T,
        rows: usize,
        columns: usize,
        row_step: isize,
        column_step: isize,
    ) -> Self {
        Self { first, rows, columns, row_step, column_step, values: PhantomData }
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) const fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) const fn row_step(&self) -> isize {
        self.row_step
    }

    pub(crate) const fn column_step(&self) -> isize {
        self.column_step
    }

    /// Returns the address of an element, or of the place after the last row or column.
    pub(crate) fn at(&self, row: usize, column: usize) -> *const T {
        debug_assert!(row <= self.rows && column <= self.columns);
        self.first.wrapping_offset(row as isize * self.row_step + column as isize * self.column_step)
    }

    /// Returns an element.
    pub(crate) fn get(&self, row: usize, column: usize) -> T {
        assert!(row < self.rows && column < self.columns, "({row}, {column}) of {}x{}", self.rows, self.columns);
        // SAFETY: the element is within the view.
        unsafe { *self.at(row, column) }
    }

    /// Returns a row, whose elements are adjacent.
    pub(crate) fn row(&self, row: usize) -> &'a [T] {
        assert!(row < self.rows && self.column_step == 1, "row {row} of {}, step {}", self.rows, self.column_step);
        // SAFETY: the elements of the row are adjacent, within the view, and borrowed by it.
        unsafe { std::slice::from_raw_parts(self.at(row, 0), self.columns) }
    }

    /// Returns a block of this view.
    pub(crate) fn block(&self, row: usize, column: usize, rows: usize, columns: usize) -> Self {
        assert!(
            row + rows <= self.rows && column + columns <= self.columns,
            "block {rows}x{columns} at ({row}, {column}) of {}x{}",
            self.rows,
            self.columns
        );
        Self { first: self.at(row, column), rows, columns, ..*self }
    }

    /// Returns the transpose.
    pub(crate) const fn transposed(&self) -> Self {
        Self { rows: self.columns, columns: self.rows, row_step: self.column_step, column_step: self.row_step, ..*self }
    }

    /// Returns the view with the last row first and the last column first: of an upper triangle it makes a lower one.
    pub(crate) fn reversed(&self) -> Self {
        Self {
            first: self.at(self.rows.saturating_sub(1), self.columns.saturating_sub(1)),
            row_step: -self.row_step,
            column_step: -self.column_step,
            ..*self
        }
    }
}

impl<'a, T: Copy + Send + Sync> ViewMut<'a, T> {
    /// Returns the rows of `columns` values that begin at every multiple of `row_step` in `values`.
    pub(crate) fn new(values: &'a mut [T], rows: usize, columns: usize, row_step: usize) -> Self {
        assert_holds(values.len(), rows, columns, row_step);
        Self { first: values.as_mut_ptr(), rows, columns, row_step: row_step as isize, values: PhantomData }
    }

    /// Returns a view of `rows` x `columns` values in memory.
    ///
    /// # Safety
    /// The values are valid, and nothing else uses them for as long as the view is used.
    pub(crate) const unsafe fn from_raw(first: *mut T, rows: usize, columns: usize, row_step: isize) -> Self {
        Self { first, rows, columns, row_step, values: PhantomData }
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) const fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) const fn row_step(&self) -> isize {
        self.row_step
    }

    /// Returns the address of an element, or of the place after the last row or column.
    pub(crate) fn at(&mut self, row: usize, column: usize) -> *mut T {
        debug_assert!(row <= self.rows && column <= self.columns);
        self.first.wrapping_offset(row as isize * self.row_step).wrapping_add(column)
    }

    /// Returns this view for reading.
    pub(crate) const fn view(&self) -> View<'_, T> {
        View {
            first: self.first,
            rows: self.rows,
            columns: self.columns,
            row_step: self.row_step,
            column_step: 1,
            values: PhantomData,
        }
    }

    /// Returns this view for a shorter time.
    pub(crate) const fn reborrow(&mut self) -> ViewMut<'_, T> {
        ViewMut {
            first: self.first,
            rows: self.rows,
            columns: self.columns,
            row_step: self.row_step,
            values: PhantomData,
        }
    }

    /// Returns the first `rows` rows, and the others.
    pub(crate) fn split_rows(mut self, rows: usize) -> (Self, Self) {
        assert!(rows <= self.rows, "{rows} of {} rows", self.rows);
        let below = Self {
            first: self.at(rows, 0),
            rows: self.rows - rows,
            columns: self.columns,
            row_step: self.row_step,
            values: PhantomData,
        };
        self.rows = rows;
        (self, below)
    }

    /// Returns the first `rows` rows, and keeps the others.
    pub(crate) fn take_rows(&mut self, rows: usize) -> Self {
        assert!(rows <= self.rows, "{rows} of {} rows", self.rows);
        let taken = Self { rows, ..*self };
        self.first = self.at(rows, 0);
        self.rows -= rows;
        taken
    }

    /// Returns the first `columns` columns, and the others.
    pub(crate) fn split_columns(mut self, columns: usize) -> (Self, Self) {
        assert!(columns <= self.columns, "{columns} of {} columns", self.columns);
        let right = Self {
            first: self.at(0, columns),
            rows: self.rows,
            columns: self.columns - columns,
            row_step: self.row_step,
            values: PhantomData,
        };
        self.columns = columns;
        (self, right)
    }

    /// Returns the view with the last row first.
    pub(crate) fn reversed_rows(mut self) -> Self {
        self.first = self.at(self.rows.saturating_sub(1), 0);
        self.row_step = -self.row_step;
        self
    }

    /// Returns a row.
    pub(crate) fn row(&mut self, row: usize) -> &mut [T] {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        // SAFETY: the elements of a row are adjacent, within the view, and borrowed by it alone.
        unsafe { std::slice::from_raw_parts_mut(self.at(row, 0), self.columns) }
    }

    /// Exchanges two rows.
    pub(crate) fn swap_rows(&mut self, one: usize, other: usize) {
        assert!(one < self.rows && other < self.rows, "rows {one} and {other} of {}", self.rows);
        if one != other {
            let (one, other) = (self.at(one, 0), self.at(other, 0));
            // SAFETY: two different rows of the view do not overlap, and the view alone borrows them.
            unsafe { std::ptr::swap_nonoverlapping(one, other, self.columns) };
        }
    }

    /// Sets what is below the diagonal of a square to what is above it.
    pub(crate) fn mirror_upper(&mut self) {
        // Blocks whose lines stay in the cache until each of their values has been read.
        const BLOCK: usize = 32;
        assert!(self.rows == self.columns, "{}x{} is no square", self.rows, self.columns);
        for first in (0..self.rows).step_by(BLOCK) {
            let end = self.rows.min(first + BLOCK);
            for column in (0..end).step_by(BLOCK) {
                for i in first..end {
                    for j in column..i.min(column + BLOCK) {
                        let (upper, lower) = (self.at(j, i), self.at(i, j));
                        // SAFETY: both elements are within the view.
                        unsafe { *lower = *upper };
                    }
                }
            }
        }
    }

    /// Takes on the values of `from`, which has the same shape.
    pub(crate) fn copy_from(&mut self, from: View<'_, T>) {
        assert!(self.rows == from.rows && self.columns == from.columns && from.column_step == 1);
        for i in 0..self.rows {
            // SAFETY: both rows are within their views, and a mutable view overlaps no other.
            unsafe { std::ptr::copy_nonoverlapping(from.at(i, 0), self.at(i, 0), self.columns) };
        }
    }

    /// Calls `work` with bands of about `height` rows each, and with the number of the first row, on all threads of the pool.
    pub(crate) fn for_each_band(self, height: usize, work: impl Fn(usize, ViewMut<'_, T>) + Sync) {
        let whole = Shared(self);
        parallel::for_each(whole.rows().div_ceil(height), |band| {
            let row = band * height;
            // SAFETY: bands do not overlap, and `for_each` calls with each index once.
            let block = unsafe { whole.block(row, 0, height.min(whole.rows() - row), whole.columns()) };
            work(row, block);
        });
    }

    /// Calls `work` with stripes of about `width` columns each, and with the number of the first column, on all threads of the
    /// pool.
    pub(crate) fn for_each_stripe(self, width: usize, work: impl Fn(usize, ViewMut<'_, T>) + Sync) {
        let whole = Shared(self);
        parallel::for_each(whole.columns().div_ceil(width), |stripe| {
            // SAFETY: stripes do not overlap, and `for_each` calls with each index once.
            let (column, block) = unsafe { whole.stripe(width, stripe) };
            work(column, block);
        });
    }

    /// Does what [`ViewMut::for_each_stripe`] does with work that may fail.
    ///
    /// # Errors
    /// One of those of `work`, which all stripes are given to.
    pub(crate) fn try_for_each_stripe(
        self,
        width: usize,
        work: impl Fn(usize, ViewMut<'_, T>) -> Result<()> + Sync,
    ) -> Result<()> {
        let whole = Shared(self);
        parallel::try_for_each(whole.columns().div_ceil(width), |stripe| {
            // SAFETY: stripes do not overlap, and `try_for_each` calls with each index once.
            let (column, block) = unsafe { whole.stripe(width, stripe) };
            work(column, block)
        })
    }
}

/// A block of a matrix to write, of any steps.
pub(crate) struct StridedMut<'a, T = f64> {
    first: *mut T,
    rows: usize,
    columns: usize,
    row_step: isize,
    column_step: isize,
    values: PhantomData<&'a mut [T]>,
}

impl<'a, T: Copy + Send + Sync> StridedMut<'a, T> {
    /// Returns a view of `rows` x `columns` values in memory.
    ///
    /// # Safety
    /// The values are valid and different ones, and nothing else uses them for as long as the view is used.
    pub(crate) const unsafe fn from_raw(
        first: *mut T,
        rows: usize,
        columns: usize,
        row_step: isize,
        column_step: isize,
    ) -> Self {
        Self { first, rows, columns, row_step, column_step, values: PhantomData }
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) const fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the transpose.
    pub(crate) const fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, row_step: self.column_step, column_step: self.row_step, ..self }
    }

    /// Returns the view of rows whose elements are adjacent, if they are.
    pub(crate) fn adjacent(&mut self) -> Option<ViewMut<'_, T>> {
        // SAFETY: the elements of a row are adjacent, and borrowed by this view.
        (self.column_step == 1)
            .then(|| unsafe { ViewMut::from_raw(self.first, self.rows, self.columns, self.row_step) })
    }

    /// Returns whether the elements of a column are adjacent.
    pub(crate) const fn has_adjacent_columns(&self) -> bool {
        self.row_step == 1
    }

    /// Replaces each element by what `change` makes of it.
    pub(crate) fn change(&mut self, change: impl Fn(usize, usize, T) -> T) {
        for i in 0..self.rows {
            for j in 0..self.columns {
                let at = self.first.wrapping_offset(i as isize * self.row_step + j as isize * self.column_step);
                // SAFETY: the element is within the view.
                unsafe { *at = change(i, j, *at) };
            }
        }
    }
}

/// A mutable view that several threads take disjoint blocks of.
pub(crate) struct Shared<'a, T = f64>(ViewMut<'a, T>);

// SAFETY: blocks are taken under the contract of `block`: no two that live at the same time overlap.
unsafe impl<T: Send> Sync for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    pub(crate) const fn new(view: ViewMut<'a, T>) -> Self {
        Self(view)
    }

    pub(crate) const fn rows(&self) -> usize {
        self.0.rows
    }

    pub(crate) const fn columns(&self) -> usize {
        self.0.columns
    }

    /// Returns one of the stripes of `width` columns, of which the last may be narrower, and the number of its first column.
    ///
    /// # Safety
    /// It is taken once, and no other block that lives at the same time overlaps it.
    unsafe fn stripe(&self, width: usize, number: usize) -> (usize, ViewMut<'_, T>) {
        let column = number * width;
        // SAFETY: as the caller grants.
        (column, unsafe { self.block(0, column, self.rows(), width.min(self.columns() - column)) })
    }

    /// Returns a block of the view.
    ///
    /// # Safety
    /// No other block that lives at the same time overlaps it.
    pub(crate) unsafe fn block(&self, row: usize, column: usize, rows: usize, columns: usize) -> ViewMut<'_, T> {
        assert!(
            row + rows <= self.0.rows && column + columns <= self.0.columns,
            "block {rows}x{columns} at ({row}, {column}) of {}x{}",
            self.0.rows,
            self.0.columns
        );
        ViewMut {
            first: self.0.first.wrapping_offset(row as isize * self.0.row_step).wrapping_add(column),
            rows,
            columns,
            row_step: self.0.row_step,
            values: PhantomData,
        }
    }
}

fn assert_holds(values: usize, rows: usize, columns: usize, row_step: usize) {
    let last = if rows == 0 || columns == 0 { 0 } else { (rows - 1) * row_step + columns };
    assert!(columns <= row_step || rows <= 1, "{columns} columns in rows of {row_step}");
    assert!(last <= values, "{rows}x{columns} with a step of {row_step} in {values} values");
}
