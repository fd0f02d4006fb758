//! Natives behind `Matrix.leastSquares` and `LeastSquares`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::least_squares;

natives! {
    fn least_squares[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[],
        b_rows: jint, b_columns: jint, b: in jdouble[], tolerance: jdouble, x: out jdouble[]
    ) {
        let (a, b) = (matrix(rows, columns, a)?, matrix(b_rows, b_columns, b)?);
        least_squares::least_squares_with_tolerance(a, b, tolerance, x).map(drop)
    }

    fn least_squares_fit[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[],
        b_rows: jint, b_columns: jint, b: in jdouble[], tolerance: jdouble,
        x: out jdouble[], residuals: out jdouble[], singular_values: out jdouble[]
    ) -> jint {
        let (a, b) = (matrix(rows, columns, a)?, matrix(b_rows, b_columns, b)?);
        Ok(least_squares::fit(a, b, tolerance, x, residuals, singular_values)? as jint)
    }
}
