//! Natives behind `Vectors`, and functions that do the same without JNI.
//!
//! Where the garbage collector does not pin what is lent, Java puts short vectors, or pieces of long ones, into memory of its own
//! outside of the heap, and passes addresses.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use jni::sys::{jboolean, jdouble, jfloat, jint, jlong};

use super::arrays::shape;
use super::natives;
use crate::Result;
use crate::blas::gemv::row_dots;
use crate::vector::{self, Operation, PIECE_BYTES, Pieces, Real};

natives! {
    fn dot_of_doubles(x: in jdouble[], y: in jdouble[]) -> jdouble { vector::dot(x, y) }

    fn dot_of_floats(x: in jfloat[], y: in jfloat[]) -> jdouble { vector::dot(x, y) }

    fn sum_of_doubles(x: in jdouble[]) -> jdouble { Ok(vector::sum(x)) }

    fn sum_of_floats(x: in jfloat[]) -> jdouble { Ok(vector::sum(x)) }

    fn norm_of_doubles(x: in jdouble[]) -> jdouble { Ok(vector::norm(x)) }

    fn norm_of_floats(x: in jfloat[]) -> jdouble { Ok(vector::norm(x)) }

    fn squared_distance_of_doubles(x: in jdouble[], y: in jdouble[]) -> jdouble { vector::squared_distance(x, y) }

    fn squared_distance_of_floats(x: in jfloat[], y: in jfloat[]) -> jdouble { vector::squared_distance(x, y) }

    fn cosine_similarity_of_doubles(x: in jdouble[], y: in jdouble[]) -> jdouble { vector::cosine_similarity(x, y) }

    fn cosine_similarity_of_floats(x: in jfloat[], y: in jfloat[]) -> jdouble { vector::cosine_similarity(x, y) }

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

    /// Returns the address of the memory of a direct buffer.
    fn address[call](buffer: JByteBuffer) -> jlong { Ok(call.address(&buffer)?.as_ptr().expose_provenance() as jlong) }

    /// Returns the address of the function that does without JNI what the method of this name does.
    fn direct[call](name: JString) -> jlong {
        let name = super::strings::text(call, &name)?;
        let (_, function) =
            DIRECT.iter().find(|(known, _)| *known == name).expect("Java asks for the functions of `DIRECT`");
        Ok(*function as jlong)
    }
}

/// What a piece adds to, by the ordinals of the Java enum.
const OPERATIONS: [Operation; 5] =
    [Operation::Dot, Operation::Sum, Operation::Norm, Operation::SquaredDistance, Operation::CosineSimilarity];

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
    let operation = OPERATIONS[operation as usize];
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

/// Makes a function of C that is given the address of each vector and how many values each has.
///
/// No panic leaves it, and it knows no exceptions: where there is no result it returns NaN, and Java asks the native method.
macro_rules! direct {
    ($type:ty, |$($x:ident),+| $value:expr) => {{
        unsafe extern "C" fn direct($($x: *const $type,)+ length: jint) -> jdouble {
            // SAFETY: the linker lends the values of one array for each address until this returns.
            $(let $x = unsafe { slice::from_raw_parts($x, length as usize) };)+
            catch_unwind(AssertUnwindSafe(|| $value)).ok().and_then(crate::Result::ok).unwrap_or(f64::NAN)
        }
        direct as *const ()
    }};
}

/// The functions that Java calls through its own linker, by the names of the native methods that do the same.
const DIRECT: &[(&str, *const ())] = &[
    ("dotOfDoubles", direct!(jdouble, |x, y| vector::dot(x, y))),
    ("dotOfFloats", direct!(jfloat, |x, y| vector::dot(x, y))),
    ("sumOfDoubles", direct!(jdouble, |x| Ok(vector::sum(x)))),
    ("sumOfFloats", direct!(jfloat, |x| Ok(vector::sum(x)))),
    ("normOfDoubles", direct!(jdouble, |x| Ok(vector::norm(x)))),
    ("normOfFloats", direct!(jfloat, |x| Ok(vector::norm(x)))),
    ("squaredDistanceOfDoubles", direct!(jdouble, |x, y| vector::squared_distance(x, y))),
    ("squaredDistanceOfFloats", direct!(jfloat, |x, y| vector::squared_distance(x, y))),
    ("cosineSimilarityOfDoubles", direct!(jdouble, |x, y| vector::cosine_similarity(x, y))),
    ("cosineSimilarityOfFloats", direct!(jfloat, |x, y| vector::cosine_similarity(x, y))),
];
