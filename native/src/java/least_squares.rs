//! Natives behind `Matrix.leastSquares`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::least_squares;

natives! {
    fn least_squares[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[],
        b_rows: jint, b_columns: jint, b: in jdouble[], x: out jdouble[]
    ) -> jint {
        let rank = least_squares::least_squares(matrix(rows, columns, a)?, matrix(b_rows, b_columns, b)?, x)?;
        Ok(rank as jint)
    }
}
