//! Natives behind `Vectors`, and functions that do the same without JNI.
//!
//! Where the garbage collector does not pin what is lent, Java puts short vectors, or pieces of long ones, into memory of its own
//! outside of the heap, and passes addresses.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use jni::sys::{jboolean, jdouble, jfloat, jint, jlong};

use super::arrays::{matrix, shape};
use super::natives;
use crate::Result;
use crate::blas::gemv::{add_multiples, row_dots, row_dots_by_eight};
use crate::matrix::view::View;
use crate::vector::{self, Operation, PIECE_BYTES, Pieces, Real};

natives! {
    /// Returns the result of an operation on doubles. Where `y` is null it is one on `x` alone, or `x` is both vectors.
    fn reduce_doubles(operation: jint, x: in jdouble[], y: in jdouble[]?) -> jdouble {
        vector::reduce(known(operation), x, y.unwrap_or(x))
    }

    /// Returns the result of an operation on floats. Where `y` is null it is one on `x` alone, or `x` is both vectors.
    fn reduce_floats(operation: jint, x: in jfloat[], y: in jfloat[]?) -> jdouble {
        vector::reduce(known(operation), x, y.unwrap_or(x))
    }

    /// Returns the bytes of a piece.
    fn piece_bytes() -> jint { Ok(PIECE_BYTES as jint) }

    /// Adds a piece of doubles to the sums at an address, which the first one clears, and returns the result after the last piece, or NaN.
    fn piece_of_doubles(
        operation: jint, x: jlong, y: jlong, count: jint, sums: jlong, is_first: jboolean, is_last: jboolean
    ) -> jdouble {
        // SAFETY: Java passes addresses of its own memory, which it keeps until this returns.
        unsafe { add_piece::<jdouble>(operation, x, y, count, sums, [is_first, is_last]) }
    }

    /// Adds a piece of floats to the sums at an address, which the first one clears, and returns the result after the last piece, or NaN.
    fn piece_of_floats(
        operation: jint, x: jlong, y: jlong, count: jint, sums: jlong, is_first: jboolean, is_last: jboolean
    ) -> jdouble {
        // SAFETY: Java passes addresses of its own memory, which it keeps until this returns.
        unsafe { add_piece::<jfloat>(operation, x, y, count, sums, [is_first, is_last]) }
    }

    /// Multiplies rows of a larger matrix at an address with a vector at another, and writes the products to a third.
    fn times_at(rows: jint, columns: jint, a: jlong, x: jlong, product: jlong) {
        let (rows, columns) = shape(rows, columns)?;
        // SAFETY: Java passes addresses of its own memory, which it keeps until this returns, and which do not overlap.
        unsafe {
            let a = slice::from_raw_parts(a as *const f64, rows * columns);
            let x = slice::from_raw_parts(x as *const f64, columns);
            row_dots(a, x, slice::from_raw_parts_mut(product as *mut f64, rows));
        }
        Ok(())
    }

    /// Adds rows of a larger matrix at an address, each times its factor, to the sum at a third.
    fn transpose_times_at(rows: jint, columns: jint, a: jlong, factors: jlong, sum: jlong) {
        let (height, width) = shape(rows, columns)?;
        // SAFETY: as above.
        unsafe {
            let a = matrix(rows, columns, slice::from_raw_parts(a as *const f64, height * width))?;
            let factors = slice::from_raw_parts(factors as *const f64, height);
            add_multiples(slice::from_raw_parts_mut(sum as *mut f64, width), View::from(a), factors);
        }
        Ok(())
    }

    /// Returns the address of the memory of a direct buffer.
    fn address[call](buffer: JByteBuffer) -> jlong { Ok(call.address(&buffer)?.as_ptr().expose_provenance() as jlong) }

    /// Returns the address of the function that does without JNI what `reduce_doubles` does to one array or two.
    fn direct_for_doubles(arrays: jint) -> jlong { Ok(direct::<jdouble>(arrays) as jlong) }

    /// Returns the address of the function that does without JNI what `reduce_floats` does to one array or two.
    fn direct_for_floats(arrays: jint) -> jlong { Ok(direct::<jfloat>(arrays) as jlong) }

    /// Returns the address of the function that multiplies the only row of a matrix with a vector, or with itself.
    fn direct_for_row(arrays: jint) -> jlong {
        Ok(if arrays == 1 { direct_square as *const () } else { direct_row as *const () } as jlong)
    }
}

/// Returns the operation that Java's `Reduction` has this number for.
#[inline]
fn known(operation: jint) -> Operation {
    Operation::ALL[operation as usize]
}

/// Adds a piece to the sums at an address, which the first one clears, and returns the result after the last one. Where there is
/// none, which is to say that the whole vectors are needed, it is NaN.
///
/// # Safety
/// At `x` and `y` are `count` values, and at `sums` is room for a `Pieces`, which nothing else writes meanwhile; it is one after
/// the first piece.
#[inline]
unsafe fn add_piece<T: Real>(
    operation: jint,
    x: jlong,
    y: jlong,
    count: jint,
    sums: jlong,
    [is_first, is_last]: [bool; 2],
) -> Result<jdouble> {
    let operation = known(operation);
    let count = usize::try_from(count).unwrap_or_else(|_| panic!("a piece of {count} values"));
    let sums = sums as *mut Pieces;
    // SAFETY: as the caller grants.
    let (x, y, mut pieces) = unsafe {
        (
            slice::from_raw_parts(x as *const T, count),
            slice::from_raw_parts(y as *const T, count),
            if is_first { Pieces::default() } else { *sums },
        )
    };
    pieces.add(operation, x, y);
    if is_last {
        return Ok(pieces.finish::<T>(operation).unwrap_or(f64::NAN));
    }
    // SAFETY: as the caller grants.
    unsafe { *sums = pieces };
    Ok(0.0)
}

/// Returns the function that Java's linker calls with the address of one array, or of two.
fn direct<T: Real>(arrays: jint) -> *const () {
    match arrays {
        1 => direct_one::<T> as *const (),
        2 => direct_two::<T> as *const (),
        _ => panic!("a function of {arrays} arrays"),
    }
}

/// Returns the result of an operation on a vector of `length` values, given once for both, or NaN as [`direct_two`] does.
///
/// # Safety
/// At `x` are `length` values.
unsafe extern "C" fn direct_one<T: Real>(operation: jint, length: jint, x: *const T) -> jdouble {
    // SAFETY: as the caller grants.
    unsafe { direct_two(operation, length, x, x) }
}

/// Returns the result of an operation on two vectors of `length` values. Where there is none, or the native method has to be
/// asked why, it is NaN: no panic leaves this, and it knows no exceptions.
///
/// # Safety
/// At `x` and `y` are `length` values.
unsafe extern "C" fn direct_two<T: Real>(operation: jint, length: jint, x: *const T, y: *const T) -> jdouble {
    // SAFETY: as the caller grants; Java's linker lends the values of an array for each address until this returns.
    let (x, y) = unsafe { (slice::from_raw_parts(x, length as usize), slice::from_raw_parts(y, length as usize)) };
    catch_unwind(AssertUnwindSafe(|| vector::reduce(known(operation), x, y)))
        .ok()
        .and_then(crate::Result::ok)
        .unwrap_or(f64::NAN)
}

/// Returns the product of the only row of a matrix, of more than 16 columns, and a vector of `length` values.
///
/// # Safety
/// At `row` and `x` are `length` values.
unsafe extern "C" fn direct_row(_: jint, length: jint, row: *const f64, x: *const f64) -> jdouble {
    // SAFETY: as in `direct_two`.
    let (row, x) = unsafe { (slice::from_raw_parts(row, length as usize), slice::from_raw_parts(x, length as usize)) };
    let mut product = [f64::NAN];
    // The shapes agree: there is nothing to panic about.
    let _ = catch_unwind(AssertUnwindSafe(|| row_dots_by_eight(row, x, &mut product)));
    product[0]
}

/// Returns the same product of a row with itself.
///
/// # Safety
/// At `row` are `length` values.
unsafe extern "C" fn direct_square(operation: jint, length: jint, row: *const f64) -> jdouble {
    // SAFETY: as the caller grants.
    unsafe { direct_row(operation, length, row, row) }
}
