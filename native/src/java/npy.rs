//! Natives behind what reads and writes NumPy's files.

use std::path::Path;

use jni::objects::JPrimitiveArray;
use jni::sys::{jdouble, jfloat, jint, jlong};

use super::arrays::{Element, matrix, new_array, size};
use super::call::Call;
use super::failure::Result;
use super::natives;
use crate::memory;
use crate::npy::{self, Number};

natives! {
    fn read_npy[call](path: Path, shape: jint[]) -> [jdouble] {
        let reader = npy::Reader::open(&path, 2)?;
        shape.write(&self::shape(reader.array(), &path)?);
        read(call, reader)
    }

    fn read_npy_doubles[call](path: Path) -> [jdouble] {
        vector(call, &path)
    }

    fn read_npy_floats[call](path: Path) -> [jfloat] {
        vector(call, &path)
    }

    fn read_npy_longs[call](path: Path) -> [jlong] {
        vector(call, &path)
    }

    fn write_npy[_call](path: Path, rows: jint, columns: jint, a: jdouble[]) {
        Ok(npy::write_matrix(&path, matrix(rows, columns, &a.to_vec()?)?)?)
    }

    fn write_npy_doubles[_call](path: Path, x: jdouble[]) {
        Ok(npy::write_vector(&path, &x.to_vec()?)?)
    }

    fn write_npy_floats[_call](path: Path, x: jfloat[]) {
        Ok(npy::write_vector(&path, &x.to_vec()?)?)
    }

    fn write_npy_longs[_call](path: Path, x: jlong[]) {
        Ok(npy::write_vector(&path, &x.to_vec()?)?)
    }
}

/// Returns the numbers of rows and columns of an array as Java counts them.
///
/// # Errors
/// [`Error::File`](crate::Error::File) when an int does not hold one of them, or the number of values.
fn shape(array: &npy::Array, path: &Path) -> crate::Result<[jint; 2]> {
    size(array.len(), &"values", path)?;
    Ok([size(array.rows(), &"rows", path)?, size(array.columns(), &"columns", path)?])
}

fn read<'local, T: Number + Element>(call: Call<'local>, reader: npy::Reader) -> Result<JPrimitiveArray<'local, T>> {
    let mut values = memory::filled(reader.array().len())?;
    reader.read(&mut values)?;
    new_array(call, &values)
}

fn vector<'local, T: Number + Element>(call: Call<'local>, path: &Path) -> Result<JPrimitiveArray<'local, T>> {
    let reader = npy::Reader::open(path, 1)?;
    size(reader.array().len(), &"values", path)?;
    read(call, reader)
}
