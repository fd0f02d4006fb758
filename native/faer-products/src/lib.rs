//! Passes the products of matrices that faer needs on to a function that [`set_compute`] names.
//!
//! faer calls three crates for them: on x86_64 [`gemm`] of one with the name of this one, elsewhere `gemm`, and for small
//! matrices `nano-gemm`. They bring kernels for every type of number, half of the bytes of a library that uses doubles
//! alone; they take memory without asking whether there is any, and keep it for every thread. This crate, and two below it,
//! have the same functions, for doubles, and compute nothing themselves unless they have to.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The instruction set that faer has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstrSet {
    /// AVX2 and FMA.
    Avx256,
    /// AVX-512F.
    Avx512,
}

/// The type of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DType {
    /// `f32`, which is not supported.
    F32,
    /// `f64`.
    F64,
    /// A complex number of two `f32`, which is not supported.
    C32,
    /// A complex number of two `f64`, which is not supported.
    C64,
}

/// What happens to the values of the result that are already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accum {
    /// They are overwritten.
    Replace,
    /// The product is added.
    Add,
}

/// The type of indices of rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IType {
    /// `u32`.
    U32,
    /// `u64`.
    U64,
}

/// The part of the result that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DstKind {
    /// What is on or below the diagonal.
    Lower,
    /// What is on or above the diagonal.
    Upper,
    /// All of it.
    Full,
}

/// A block of a matrix: element `(i, j)` is `row_step * i + column_step * j` values from the first.
#[derive(Clone, Copy, Debug)]
pub struct Block<P> {
    /// The first element.
    pub first: P,
    /// From one row to the next.
    pub row_step: isize,
    /// From one column to the next.
    pub column_step: isize,
}

impl<P> Block<P> {
    fn transposed(self) -> Self {
        Self { row_step: self.column_step, column_step: self.row_step, ..self }
    }

    /// Returns the place of an element, in values from the first.
    #[must_use]
    pub const fn offset(&self, row: usize, column: usize) -> isize {
        row as isize * self.row_step + column as isize * self.column_step
    }
}

/// The product `alpha·A·B`, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Rows of the result and of `A`.
    pub rows: usize,
    /// Columns of the result and of `B`.
    pub columns: usize,
    /// Columns of `A`, rows of `B`.
    pub depth: usize,
    /// The result.
    pub c: Block<*mut f64>,
    /// The part of the result that is written.
    pub part: DstKind,
    /// What happens to the values that are already there.
    pub accum: Accum,
    /// The factor.
    pub alpha: f64,
    /// The left-hand side.
    pub a: Block<*const f64>,
    /// The right-hand side.
    pub b: Block<*const f64>,
    /// The rows of the result that the rows of the product are written to.
    pub row_indices: Indices,
    /// The columns of the result that the columns of the product are written to.
    pub column_indices: Indices,
    /// The diagonal of a matrix between the two sides, and the values from one entry to the next.
    pub diagonal: Option<(*const f64, isize)>,
}

/// Where rows or columns of a product are in the result.
#[derive(Clone, Copy, Debug)]
pub enum Indices {
    /// In the same place.
    Same,
    /// In the places of a list of `u32`.
    U32(*const u32),
    /// In the places of a list of `u64`.
    U64(*const u64),
}

impl Indices {
    fn of(itype: IType, first: *const ()) -> Self {
        match itype {
            _ if first.is_null() => Self::Same,
            IType::U32 => Self::U32(first.cast()),
            IType::U64 => Self::U64(first.cast()),
        }
    }

    /// Returns the place of a row or column.
    ///
    /// # Safety
    /// The list is that long.
    unsafe fn place(self, index: usize) -> usize {
        match self {
            Self::Same => index,
            // SAFETY: as the caller grants. faer has compared the places with the shape of the result.
            Self::U32(first) => unsafe { *first.wrapping_add(index) as usize },
            // SAFETY: as above.
            Self::U64(first) => unsafe { *first.wrapping_add(index) as usize },
        }
    }
}

impl Product {
    /// Returns the product of two whole blocks, of `[rows, columns, depth]`, that overwrites a third one.
    #[must_use]
    pub const fn new(
        [rows, columns, depth]: [usize; 3],
        c: Block<*mut f64>,
        a: Block<*const f64>,
        b: Block<*const f64>,
    ) -> Self {
        Self {
            rows,
            columns,
            depth,
            c,
            part: DstKind::Full,
            accum: Accum::Replace,
            alpha: 1.0,
            a,
            b,
            row_indices: Indices::Same,
            column_indices: Indices::Same,
            diagonal: None,
        }
    }

    /// Returns whether it is the product of two blocks, all of which is written to a third one.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        matches!(
            self,
            Self { part: DstKind::Full, row_indices: Indices::Same, column_indices: Indices::Same, diagonal: None, .. }
        )
    }

    /// Returns the address of the value of the result that an element of the product is written to.
    ///
    /// # Safety
    /// The element is within the product, and lists of indices are as long as its sides.
    #[must_use]
    pub unsafe fn target(&self, row: usize, column: usize) -> *mut f64 {
        // SAFETY: as the caller grants.
        let (row, column) = unsafe { (self.row_indices.place(row), self.column_indices.place(column)) };
        self.c.first.wrapping_offset(self.c.offset(row, column))
    }

    /// Returns an entry of the diagonal between the two sides, one if there is none.
    ///
    /// # Safety
    /// The diagonal is that long.
    #[must_use]
    pub unsafe fn scale(&self, index: usize) -> f64 {
        // SAFETY: as the caller grants.
        self.diagonal.map_or(1.0, |(first, step)| unsafe { *first.wrapping_offset(index as isize * step) })
    }

    /// Returns the same product for the transposed result.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            c: self.c.transposed(),
            part: match self.part {
                DstKind::Lower => DstKind::Upper,
                DstKind::Upper => DstKind::Lower,
                DstKind::Full => DstKind::Full,
            },
            a: self.b.transposed(),
            b: self.a.transposed(),
            row_indices: self.column_indices,
            column_indices: self.row_indices,
            ..self
        }
    }

    /// Returns the columns of a row that are written.
    #[must_use]
    pub fn written(&self, row: usize) -> std::ops::Range<usize> {
        match self.part {
            DstKind::Full => 0..self.columns,
            DstKind::Lower => 0..self.columns.min(row + 1),
            DstKind::Upper => row.min(self.columns)..self.columns,
        }
    }

    /// Computes the product value by value: slow, but it needs no memory.
    ///
    /// # Safety
    /// The three blocks are valid, and the result overlaps neither of the others.
    pub unsafe fn compute(&self) {
        for i in 0..self.rows {
            for j in self.written(i) {
                let mut sum = 0.0;
                for k in 0..self.depth {
                    let (a, b) = (self.a.offset(i, k), self.b.offset(k, j));
                    // SAFETY: both elements are within their blocks.
                    sum +=
                        unsafe { *self.a.first.wrapping_offset(a) * self.scale(k) * *self.b.first.wrapping_offset(b) };
                }
                // SAFETY: the element is within the result.
                unsafe {
                    let to = self.target(i, j);
                    *to = if self.accum == Accum::Add { *to } else { 0.0 } + self.alpha * sum
                };
            }
        }
    }
}

/// Computes a product, or returns false and leaves the result as it is. The blocks are valid, and the result overlaps
/// neither of the others.
pub type Compute = unsafe fn(&Product) -> bool;

static COMPUTE: OnceLock<Compute> = OnceLock::new();

/// Names the function that computes products from now on, once and for all.
pub fn set_compute(compute: Compute) {
    COMPUTE.get_or_init(|| compute);
}

/// How many products that function has computed.
static COMPUTED: AtomicUsize = AtomicUsize::new(0);

/// Returns how many products the function that [`set_compute`] names has computed.
#[must_use]
pub fn computed() -> usize {
    COMPUTED.load(Ordering::Relaxed)
}

/// Computes a product: by the function that [`set_compute`] names, or value by value where there is none, or no memory.
///
/// # Safety
/// The blocks are valid, and the result overlaps neither of the others.
pub unsafe fn compute(product: &Product) {
    // SAFETY: the caller grants the blocks.
    unsafe {
        if COMPUTE.get().is_some_and(|compute| compute(product)) {
            COMPUTED.fetch_add(1, Ordering::Relaxed);
        } else {
            product.compute();
        }
    }
}

/// Computes a product of blocks, as faer asks for it.
///
/// # Panics
/// If the values are not doubles.
///
/// # Safety
/// The three blocks are valid, and the result overlaps neither of the others.
#[expect(clippy::too_many_arguments, reason = "faer calls it so")]
pub unsafe fn gemm(
    dtype: DType,
    itype: IType,
    _instr: InstrSet,
    nrows: usize,
    ncols: usize,
    depth: usize,
    dst: *mut (),
    dst_rs: isize,
    dst_cs: isize,
    dst_row_idx: *const (),
    dst_col_idx: *const (),
    dst_kind: DstKind,
    beta: Accum,
    lhs: *const (),
    lhs_rs: isize,
    lhs_cs: isize,
    _conj_lhs: bool,
    real_diag: *const (),
    diag_stride: isize,
    rhs: *const (),
    rhs_rs: isize,
    rhs_cs: isize,
    _conj_rhs: bool,
    alpha: *const (),
    _n_threads: usize,
) {
    assert_eq!(dtype, DType::F64, "only doubles are supported");
    let product = Product {
        rows: nrows,
        columns: ncols,
        depth,
        c: Block { first: dst.cast(), row_step: dst_rs, column_step: dst_cs },
        part: dst_kind,
        accum: beta,
        // SAFETY: faer points to a double.
        alpha: unsafe { *alpha.cast() },
        a: Block { first: lhs.cast(), row_step: lhs_rs, column_step: lhs_cs },
        b: Block { first: rhs.cast(), row_step: rhs_rs, column_step: rhs_cs },
        row_indices: Indices::of(itype, dst_row_idx),
        column_indices: Indices::of(itype, dst_col_idx),
        diagonal: (!real_diag.is_null()).then_some((real_diag.cast(), diag_stride)),
    };
    // SAFETY: the caller grants the blocks.
    unsafe { compute(&product) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(part: DstKind, accum: Accum) -> Vec<f64> {
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]; // 3x2
        let b = [1.0, 0.0, 2.0, -1.0, 1.0, 0.0]; // 2x3
        let mut c = vec![100.0; 9];
        // SAFETY: the arrays have the shapes that are given, column by column for the result.
        unsafe {
            gemm(
                DType::F64,
                IType::U32,
                InstrSet::Avx256,
                3,
                3,
                2,
                c.as_mut_ptr().cast(),
                1,
                3,
                std::ptr::null(),
                std::ptr::null(),
                part,
                accum,
                a.as_ptr().cast(),
                2,
                1,
                false,
                std::ptr::null(),
                0,
                b.as_ptr().cast(),
                3,
                1,
                false,
                (&raw const TWO).cast(),
                1,
            );
        }
        c
    }

    static TWO: f64 = 2.0;

    #[test]
    fn only_the_part_asked_for_is_written() {
        assert_eq!(product(DstKind::Full, Accum::Replace), [-2.0, -2.0, -2.0, 4.0, 8.0, 12.0, 4.0, 12.0, 20.0]);
        assert_eq!(product(DstKind::Full, Accum::Add), [98.0, 98.0, 98.0, 104.0, 108.0, 112.0, 104.0, 112.0, 120.0]);
        assert_eq!(product(DstKind::Lower, Accum::Replace), [-2.0, -2.0, -2.0, 100.0, 8.0, 12.0, 100.0, 100.0, 20.0]);
        assert_eq!(product(DstKind::Upper, Accum::Replace), [-2.0, 100.0, 100.0, 4.0, 8.0, 100.0, 4.0, 12.0, 20.0]);
    }
}
