//! Natives behind what reads and writes NumPy's files, and the arrays in its archives.
//!
//! Java unpacks an archive, and hands over the bytes of an array in pieces: its beginning with all of them, for nothing is
//! remembered in between.

use std::path::Path;

use jni::objects::JPrimitiveArray;
use jni::sys::{jbyte, jdouble, jfloat, jint, jlong};

use super::arrays::{Array, Element, matrix, new_array, size};
use super::call::Call;
use super::failure::Result;
use super::natives;
use crate::memory;
use crate::npy::{self, Number};

natives! {
    fn read_npy[call](path: Path, shape: jint[]) -> [jdouble] {
        values(call, &path, shape)
    }

    fn read_npy_matrix_of_floats[call](path: Path, shape: jint[]) -> [jfloat] {
        values(call, &path, shape)
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

    fn write_npy_matrix_of_floats[_call](path: Path, rows: jint, columns: jint, a: jfloat[]) {
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

    /// Writes the numbers of rows and columns and whether the order is Fortran's, and returns where the values begin.
    fn npy_header[_call](name: Path, start: jbyte[], length: jlong, dimensions: jint, header: jint[]) -> jint {
        let array = array(&name, start, length, dimensions)?;
        let [rows, columns] = shape(&array, &name)?;
        header.write(&[rows, columns, array.format().fortran_order.into()]);
        Ok(array.offset() as jint)
    }

    fn npy_doubles[_call](
        name: Path, start: jbyte[], length: jlong, dimensions: jint, first: jint, bytes: jbyte[], count: jint, values: jdouble[]
    ) -> jint {
        convert(&array(&name, start, length, dimensions)?, first, bytes, count, values)
    }

    fn npy_floats[_call](
        name: Path, start: jbyte[], length: jlong, dimensions: jint, first: jint, bytes: jbyte[], count: jint, values: jfloat[]
    ) -> jint {
        convert(&array(&name, start, length, dimensions)?, first, bytes, count, values)
    }

    fn npy_longs[_call](
        name: Path, start: jbyte[], length: jlong, dimensions: jint, first: jint, bytes: jbyte[], count: jint, values: jlong[]
    ) -> jint {
        convert(&array(&name, start, length, dimensions)?, first, bytes, count, values)
    }

    fn npy_start[call](kind: jint, shape: jint[]) -> [jbyte] {
        let shape: Vec<u64> = shape.to_vec()?.into_iter().map(|length| length as u64).collect();
        // As `Natives.npyStart` numbers them.
        let start = [npy::start_of::<f64>, npy::start_of::<f32>, npy::start_of::<i64>][kind as usize](&shape);
        new_array(call, &start.into_iter().map(|byte| byte as jbyte).collect::<Vec<_>>())
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

/// Returns the values of a matrix, and writes the numbers of rows and columns to `shape`.
fn values<'local, T: Number + Element>(
    call: Call<'local>,
    path: &Path,
    shape: Array<'_, jint>,
) -> Result<JPrimitiveArray<'local, T>> {
    let reader = npy::Reader::open(path, 2)?;
    shape.write(&self::shape(reader.array(), path)?);
    read(call, reader)
}

fn vector<'local, T: Number + Element>(call: Call<'local>, path: &Path) -> Result<JPrimitiveArray<'local, T>> {
    let reader = npy::Reader::open(path, 1)?;
    size(reader.array().len(), &"values", path)?;
    read(call, reader)
}

/// Returns the array whose file has this length and begins with these bytes.
fn array(name: &Path, start: Array<'_, jbyte>, length: jlong, dimensions: jint) -> crate::Result<npy::Array> {
    npy::Array::of(name, unsigned(start.to_vec()?).as_slice(), length as u64, dimensions as usize)
}

/// Converts the first `count` of `bytes` and returns how many values they are, of which the first is number `first`.
fn convert<T: Number + Element>(
    array: &npy::Array,
    first: jint,
    bytes: Array<'_, jbyte>,
    count: jint,
    values: Array<'_, T>,
) -> Result<jint> {
    let mut piece = memory::filled(count as usize)?;
    bytes.read(0, &mut piece);
    let mut converted = memory::filled::<T>(count as usize / array.format().kind.width())?;
    array.convert(first as usize, &unsigned(piece), &mut converted)?;
    values.write_at(first as usize, &converted);
    Ok(converted.len() as jint)
}

/// Returns the bytes as Rust has them, in the same memory.
fn unsigned(bytes: Vec<jbyte>) -> Vec<u8> {
    bytes.into_iter().map(|byte| byte as u8).collect()
}
