//! Natives behind `Batch`.

use jni::sys::{jdouble, jint};

use super::arrays::shape;
use super::natives;
use crate::batch;

natives! {
    fn batch_times(
        count: jint, rows: jint, inner: jint, columns: jint,
        a: in jdouble[], b: in jdouble[], product: out jdouble[]
    ) {
        let ((count, rows), (inner, columns)) = (shape(count, rows)?, shape(inner, columns)?);
        batch::times(count, [rows, inner, columns], a, b, product)
    }

    fn batch_solve(
        count: jint, n: jint, columns: jint, a: in jdouble[], b: in jdouble[], x: out jdouble[]
    ) {
        let ((count, _), (n, columns)) = (shape(count, n)?, shape(n, columns)?);
        batch::solve(count, n, columns, a, b, x)
    }

    fn batch_cholesky(count: jint, n: jint, a: in jdouble[], l: out jdouble[]) {
        let (count, n) = shape(count, n)?;
        batch::cholesky(count, n, a, l)
    }

    fn batch_symmetric_eigen(
        count: jint, n: jint, a: in jdouble[], values: out jdouble[], vectors: out jdouble[]
    ) {
        let (count, n) = shape(count, n)?;
        batch::symmetric_eigens(count, n, a, values, vectors)
    }
}
