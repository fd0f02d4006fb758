//! Natives behind `SymmetricEigen` and `Eigen`.

use jni::sys::{jboolean, jdouble, jint};

use super::arrays::matrix;
use super::natives;
use crate::eigen;

natives! {
    fn symmetric_eigen[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[], values: out jdouble[], vectors: out jdouble[]
    ) {
        eigen::symmetric_eigen(matrix(rows, columns, a)?, values, vectors)
    }

    fn eigen[is_shared](
        is_shared: jboolean, rows: jint, columns: jint, a: in jdouble[],
        real: out jdouble[], imaginary: out jdouble[], vectors: out jdouble[]
    ) {
        eigen::eigen(matrix(rows, columns, a)?, real, imaginary, vectors)
    }
}
