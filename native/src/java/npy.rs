//! Natives behind `Matrix.readNpy` and `Matrix.writeNpy`.

use jni::sys::{jdouble, jint};

use super::arrays::{matrix, new_array, size};
use super::natives;
use crate::{memory, npy};

natives! {
    fn read_npy[call](path: Path, shape: jint[]) -> [jdouble] {
        let reader = npy::Reader::open(&path)?;
        let (rows, columns) = (size(reader.rows(), &"rows", &path)?, size(reader.columns(), &"columns", &path)?);
        let count = size(reader.rows().saturating_mul(reader.columns()), &"values", &path)?;
        let mut values = memory::filled(count as usize)?;
        reader.read_matrix(&mut values)?;
        shape.write(&[rows, columns]);
        new_array(call, &values)
    }

    fn write_npy[call](path: Path, rows: jint, columns: jint, a: jdouble[]) {
        Ok(npy::write_matrix(&path, matrix(rows, columns, &a.to_vec()?)?)?)
    }
}
