//! A symmetric matrix that is multiplied with many vectors.

use super::gemv::{SQUARE, add_symmetric};
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::Shared;
use crate::matrix::{self, MatrixRef};
use crate::{Error, Result, memory, parallel};

/// Rows of a block.
const BLOCK: usize = 64;
/// Rows from which threads share a product.
const PARALLEL_FROM: usize = 256;

const _: () = assert!(BLOCK.is_multiple_of(SQUARE));

/// The half of a symmetric matrix on one side of its diagonal. A product reads it once, which is half as much as all of the
/// matrix.
pub struct Symmetric {
    n: usize,
    /// Blocks of rows, from the diagonal on, each row a column of its block.
    blocks: Vec<ColumnMajor>,
}

impl Symmetric {
    /// Copies what is on and above the diagonal of `a`, and in blocks along it. The rest is not looked at.
    ///
    /// # Errors
    /// [`Error::NotSquare`] when it is not square, [`Error::OutOfMemory`] when there is no memory for the copy.
    pub fn of(a: MatrixRef) -> Result<Self> {
        matrix::check_square(a)?;
        let n = a.rows();
        let mut blocks = memory::with_capacity(n.div_ceil(BLOCK))?;
        for start in (0..n).step_by(BLOCK) {
            blocks.push(ColumnMajor::unspecified(n - start, BLOCK.min(n - start))?);
        }
        for (index, block) in blocks.iter_mut().enumerate() {
            let start = index * BLOCK;
            for i in 0..block.columns() {
                block.column_mut(i).copy_from_slice(&a.values()[(start + i) * n + start..(start + i + 1) * n]);
            }
        }
        Ok(Self { n, blocks })
    }

    /// Writes the product with `x` to `out`: each block's contribution, added up in the order of the blocks, whatever the number
    /// of threads. What it differs by from the exact product is less than 2·n·2⁻⁵³ times the product of magnitudes.
    ///
    /// # Errors
    /// [`Error::Shapes`] when a length is not that of a row, [`Error::OutOfMemory`] and [`Error::Threads`].
    pub fn times(&self, x: &[f64], out: &mut [f64]) -> Result<()> {
        let n = self.n;
        for length in [x.len(), out.len()] {
            if length != n {
                return Err(Error::Shapes { left: (n, n), operation: "times", right: (length, 1) });
            }
        }
        let mut images = ColumnMajor::unspecified(n, self.blocks.len())?;
        parallel::run_if(n >= PARALLEL_FROM, || {
            let shared = Shared::new(images.transposed_mut());
            parallel::for_each(self.blocks.len(), |index| {
                let (start, block) = (index * BLOCK, self.blocks[index].view().transposed());
                // SAFETY: every block has a row of its own.
                let mut image = unsafe { shared.block(index, start, 1, n - start) };
                let image = image.row(0);
                image.fill(0.0);
                add_symmetric(image, block, &x[start..]);
            });
            out.fill(0.0);
            for index in 0..self.blocks.len() {
                let start = index * BLOCK;
                out[start..].iter_mut().zip(&images.column(index)[start..]).for_each(|(sum, value)| *sum += value);
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::value_at;

    #[test]
    fn half_of_the_matrix_gives_the_whole_product() {
        for n in [0, 1, 2, 7, 8, 9, 63, 64, 65, 100, 130, 255, 256, 300] {
            let entry = |i: usize, j: usize| value_at(i.min(j), i.max(j));
            let a: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
            let x: Vec<f64> = (0..n).map(|i| value_at(i, 7)).collect();
            // What is below the blocks along the diagonal is not read.
            let given: Vec<f64> =
                (0..n * n).map(|at| if (at % n) / BLOCK < at / n / BLOCK { f64::NAN } else { a[at] }).collect();
            let matrix = Symmetric::of(MatrixRef::new(n, n, &given).unwrap()).unwrap();
            let products = [1, 2, 3].map(|threads| {
                let mut product = vec![f64::NAN; n];
                parallel::with_threads(threads, || matrix.times(&x, &mut product)).unwrap();
                product
            });
            assert_eq!(products[0], products[1], "{n} rows");
            assert_eq!(products[0], products[2], "{n} rows");
            for (i, product) in products[0].iter().enumerate() {
                let terms = (0..n).map(|j| a[i * n + j] * x[j]);
                let (exact, magnitude) = terms.fold((0.0, 0.0), |(sum, all), term| (sum + term, all + term.abs()));
                let difference = (product - exact).abs();
                assert!(difference <= 4.0 * n as f64 * f64::EPSILON * magnitude, "row {i} of {n}: {product}, {exact}");
            }
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        let matrix = Symmetric::of(MatrixRef::new(2, 2, &[1.0; 4]).unwrap()).unwrap();
        assert_eq!(
            matrix.times(&[1.0; 3], &mut [0.0; 2]).unwrap_err().to_string(),
            "matrix shapes do not agree: 2x2 times 3x1"
        );
        assert!(matrix.times(&[1.0; 2], &mut [0.0; 3]).is_err());
        assert!(Symmetric::of(MatrixRef::new(1, 2, &[1.0; 2]).unwrap()).is_err());
    }
}
