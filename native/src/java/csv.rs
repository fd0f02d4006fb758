//! Natives behind `Matrix.readCsv` and `Matrix.writeCsv`.

use jni::sys::{jdouble, jint};

use super::arrays::{matrix, new_array, size};
use super::natives;
use crate::csv;

natives! {
    fn read_csv[call](path: Path, delimiter: jint, skipped_lines: jint, shape: jint[]) -> [jdouble] {
        let table = csv::read(&path, delimiter as u32, skipped_lines.into(), jint::MAX as usize)?;
        shape.write(&[size(table.rows, &"rows", &path)?, size(table.columns, &"columns", &path)?]);
        new_array(call, &table.values)
    }

    fn write_csv[_call](path: Path, delimiter: jint, rows: jint, columns: jint, a: jdouble[]) {
        Ok(csv::write(&path, delimiter as u32, matrix(rows, columns, &a.to_vec()?)?)?)
    }
}
