//! Copies that make rows of columns.

use super::view::{View, ViewMut};
use crate::simd::{self, Element, KernelOf, Lanes};

/// Copies `from`, whose columns are adjacent values or nearly so, to rows.
pub(crate) fn copy_transposed<T: Element>(to: ViewMut<'_, T>, from: View<'_, T>) {
    assert!(from.rows() == to.rows() && from.columns() == to.columns());
    simd::run(CopyTransposed { to, from });
}

struct CopyTransposed<'a, T> {
    to: ViewMut<'a, T>,
    from: View<'a, T>,
}

impl<T: Element> KernelOf<T> for CopyTransposed<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, simd: S) {
        let (rows, columns) = (self.to.rows(), self.to.columns());
        let adjacent = self.from.row_step() == 1;
        for i in (0..rows).step_by(S::LANES) {
            for j in (0..columns).step_by(S::LANES) {
                let (height, width) = (S::LANES.min(rows - i), S::LANES.min(columns - j));
                let (source, target) = (self.from.at(i, j), self.to.at(i, j));
                if adjacent && height == S::LANES && width == S::LANES {
                    // SAFETY: the square is within both views, which have the same shape and share no memory.
                    unsafe { simd.transpose(source, self.from.column_step(), target, self.to.row_step()) };
                    continue;
                }
                for p in 0..height {
                    for q in 0..width {
                        // SAFETY: the element is within both views, which have the same shape.
                        unsafe {
                            *target.wrapping_offset(p as isize * self.to.row_step()).wrapping_add(q) = *source
                                .wrapping_offset(p as isize * self.from.row_step())
                                .wrapping_offset(q as isize * self.from.column_step());
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::tests::with_each;

    #[test]
    fn rows_become_columns_with_every_instruction_set() {
        with_each(|choice| {
            for (rows, columns) in [(0, 3), (1, 1), (4, 8), (8, 4), (8, 8), (17, 25), (31, 16)] {
                let (stride, room) = (columns + 3, rows + 5);
                let from: Vec<f64> = (0..room * columns).map(|i| i as f64).collect();
                let mut to = vec![-1.0; rows * stride];
                let columns_of = View::new(&from, columns, rows, room).transposed();
                copy_transposed(ViewMut::new(&mut to, rows, columns, stride), columns_of);
                for (i, row) in to.chunks_exact(stride.max(1)).enumerate() {
                    let expected = (0..columns).map(|j| (j * room + i) as f64).chain([-1.0; 3]);
                    assert!(row.iter().copied().eq(expected), "{rows}x{columns} {choice:?}");
                }
            }
        });
    }
}
