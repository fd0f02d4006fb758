//! Natives behind `Matrix.readNpy` and `Matrix.writeNpy`.

use jni::objects::{JClass, JDoubleArray, JIntArray, JString};
use jni::sys::jint;
use jni::{Env, NativeMethod};

use super::convert::{self, Crossing, matrix, with_arrays};
use super::native;
use super::throw::{Result, Throw};
use crate::{memory, npy};

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { fn read_npy(path: JString, shape: jint[]) -> jdouble[] },
    native! { fn write_npy(path: JString, rows: jint, columns: jint, a: jdouble[]) },
];

fn read_npy<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    path: JString<'local>,
    shape: JIntArray<'local>,
) -> Result<JDoubleArray<'local>> {
    let path = convert::path(env, &path)?;
    let reader = npy::Reader::open(&path)?;
    let (rows, columns) =
        (convert::size(reader.rows(), "rows", &path)?, convert::size(reader.columns(), "columns", &path)?);
    let mut values =
        memory::filled(convert::size(reader.rows().saturating_mul(reader.columns()), "values", &path)? as usize)?;
    reader.read_matrix(&mut values)?;
    convert::write(env, &shape, &[rows, columns])?;
    let array = JDoubleArray::new(env, values.len())?;
    convert::write(env, &array, &values)?;
    Ok(array)
}

fn write_npy<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    path: JString<'local>,
    rows: jint,
    columns: jint,
    a: JDoubleArray<'local>,
) -> Result<()> {
    let path = convert::path(env, &path)?;
    let work = |[a]: [&[f64]; 1], []: [&mut [f64]; 0]| npy::write_matrix(&path, matrix(rows, columns, a)?);
    // SAFETY: there are no outputs.
    unsafe { with_arrays(env, Crossing::Copied, [&a], [], work) }
}
