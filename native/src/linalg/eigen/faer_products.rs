//! Our product for faer's algorithms, which ask the crate `faer_products` for theirs.

use faer_products::{Accum, Block, DstKind, Product};

use crate::blas::gemm::{gemm_part, gemm_strided};
use crate::blas::kernel::{Part, Update};
use crate::matrix::view::{StridedMut, View, ViewMut};
use crate::memory;

/// Sees to it that faer's products are ours.
pub(crate) fn install() {
    faer_products::set_compute(compute);
}

/// Computes a product, or returns false where there is no memory for it.
///
/// # Safety
/// The blocks are valid, and the result overlaps neither of the others.
unsafe fn compute(asked: &Product) -> bool {
    if asked.is_plain() {
        let Product { rows, columns, depth, c, a, b, alpha, .. } = *asked;
        let beta = if asked.accum == Accum::Add { 1.0 } else { 0.0 };
        // SAFETY: the caller grants the blocks.
        unsafe {
            let c = StridedMut::from_raw(c.first, rows, columns, c.row_step, c.column_step);
            return gemm_strided(c, Update { alpha, beta }, view(a, rows, depth), view(b, depth, columns)).is_ok();
        }
    }
    // SAFETY: as the caller grants.
    unsafe { by_way_of_a_copy(if asked.part == DstKind::Lower { asked.transposed() } else { *asked }) }
}

/// Computes a product of which a part is needed, with a diagonal between its sides, or which is written here and there.
///
/// # Safety
/// As [`compute`].
unsafe fn by_way_of_a_copy(asked: Product) -> bool {
    let Product { rows, columns, depth, .. } = asked;
    let Ok(mut values) = memory::filled(rows * columns) else {
        return false;
    };
    let part = if asked.part == DstKind::Upper { Part::Upper } else { Part::All };
    let copy = ViewMut::new(&mut values, rows, columns, columns);
    // SAFETY: the caller grants the blocks.
    let (mut a, b) = unsafe { (view(asked.a, rows, depth), view(asked.b, depth, columns)) };
    let scaled;
    if asked.diagonal.is_some() {
        let Ok(mut values) = memory::with_capacity(rows * depth) else {
            return false;
        };
        for i in 0..rows {
            // SAFETY: the diagonal has as many entries as the left-hand side has columns.
            values.extend((0..depth).map(|k| a.get(i, k) * unsafe { asked.scale(k) }));
        }
        scaled = values;
        a = View::new(&scaled, rows, depth, depth);
    }
    if gemm_part(copy, part, Update::SET, a, b).is_err() {
        return false;
    }
    for i in 0..rows {
        for j in asked.written(i) {
            let value = asked.alpha * values[i * columns + j];
            // SAFETY: the element is within the result.
            unsafe {
                let to = asked.target(i, j);
                *to = if asked.accum == Accum::Add { *to + value } else { value };
            }
        }
    }
    true
}

/// Returns a block as a view.
///
/// # Safety
/// The block is valid for as long as the view is used.
unsafe fn view<'a>(block: Block<*const f64>, rows: usize, columns: usize) -> View<'a> {
    // SAFETY: as the caller grants.
    unsafe { View::from_raw(block.first, rows, columns, block.row_step, block.column_step) }
}

#[cfg(test)]
mod tests {
    use faer_products::Indices;

    use super::*;
    use crate::blas::gemm::tests::integers;

    #[test]
    fn every_kind_of_product_is_that_of_its_definition() {
        for (rows, columns, depth) in [(1, 1, 1), (5, 7, 3), (30, 30, 40), (65, 20, 130), (0, 3, 2), (3, 3, 0)] {
            let (a, b) = (integers(rows * depth, 1), integers(depth * columns, 2));
            let row_indices: Vec<u64> = (0..rows as u64).rev().map(|row| row + 2).collect();
            let column_indices: Vec<u32> = (1..=columns as u32).collect();
            let diagonal = integers(2 * depth, 4);
            for (row_step, column_step) in [(columns + 1, 1), (1, rows + 2), (2 * columns + 3, 2)] {
                for part in [DstKind::Full, DstKind::Lower, DstKind::Upper] {
                    for accum in [Accum::Replace, Accum::Add] {
                        for alpha in [1.0, -1.0, 0.5] {
                            // What is written to has some rows and columns more than the product.
                            let mut c = integers((rows + 2) * row_step + (columns + 1) * column_step, 3);
                            let mut expected = c.clone();
                            let mut product = Product {
                                rows,
                                columns,
                                depth,
                                c: Block {
                                    first: c.as_mut_ptr(),
                                    row_step: row_step as isize,
                                    column_step: column_step as isize,
                                },
                                part,
                                accum,
                                alpha,
                                a: Block { first: a.as_ptr(), row_step: depth as isize, column_step: 1 },
                                b: Block { first: b.as_ptr(), row_step: 1, column_step: depth as isize },
                                row_indices: Indices::Same,
                                column_indices: Indices::Same,
                                diagonal: None,
                            };
                            for kind in 0..8 {
                                product.row_indices =
                                    if kind & 1 == 0 { Indices::Same } else { Indices::U64(row_indices.as_ptr()) };
                                product.column_indices =
                                    if kind & 2 == 0 { Indices::Same } else { Indices::U32(column_indices.as_ptr()) };
                                product.diagonal = (kind & 4 != 0).then_some((diagonal.as_ptr(), 2));
                                // SAFETY: the vectors hold the blocks, the indices and the diagonal.
                                unsafe {
                                    product.c.first = c.as_mut_ptr();
                                    assert!(compute(&product));
                                    product.c.first = expected.as_mut_ptr();
                                    product.compute();
                                }
                                assert!(c == expected, "{product:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}
