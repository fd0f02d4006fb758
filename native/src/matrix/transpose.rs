//! Copies that make rows of columns.

use super::view::{View, ViewMut};
use crate::simd::lanes::{self, Kernel, Lanes};

/// Copies `from`, whose columns are adjacent values or nearly so, to rows.
pub(crate) fn copy_transposed(to: ViewMut<'_>, from: View<'_>) {
    assert!(from.rows() == to.rows() && from.columns() == to.columns());
    lanes::run(CopyTransposed { to, from });
}

struct CopyTransposed<'a> {
    to: ViewMut<'a>,
    from: View<'a>,
}

impl Kernel for CopyTransposed<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Lanes>(mut self) {
        let (rows, columns) = (self.to.rows(), self.to.columns());
        let adjacent = self.from.row_step() == 1;
        for i in (0..rows).step_by(V::COUNT) {
            for j in (0..columns).step_by(V::COUNT) {
                let (height, width) = (V::COUNT.min(rows - i), V::COUNT.min(columns - j));
                let (source, target) = (self.from.at(i, j), self.to.at(i, j));
                if adjacent && height == V::COUNT && width == V::COUNT {
                    // SAFETY: the square is within both views, which have the same shape and share no memory.
                    unsafe { V::transpose(source, self.from.column_step(), target, self.to.row_step()) };
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
    use crate::simd::lanes::tests::with_each;

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
