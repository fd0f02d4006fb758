//! NumPy's `.npy` files of numbers.
//!
//! The format is that of NumPy's documentation (`numpy.lib.format`, versions 1.0 to 3.0). A file is refused unless its
//! header is complete and names a number type, see [`Kind`], and unless it is exactly as long as its header says. Nothing is
//! allocated on the word of a header alone.

mod header;
mod number;

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

pub use header::{Format, Header, parse};
pub use number::{Kind, Number, Written};

use crate::file::crc32::Crc32;
use crate::file::{self, BUFFER};
use crate::matrix::MatrixRef;
use crate::{Error, Result, memory};
use header::Shape;

/// Longest header that is read. NumPy's own limit for files that it does not trust is 10,000 bytes.
const MAX_HEADER: usize = 1 << 16;

/// Bytes within which the values of every file begin.
pub const MAX_START: usize = MAX_HEADER + 12;

/// An array of one dimension or two, of which the header is known.
#[derive(Debug)]
pub struct Array {
    path: PathBuf,
    format: Format,
    rows: usize,
    columns: Option<usize>,
    offset: usize,
}

impl Array {
    /// Returns the array whose file, with the name `path` in messages, begins with the bytes of `start` and is `length` bytes
    /// long in all. Either the whole file or [`MAX_START`] bytes of it are needed.
    ///
    /// # Errors
    /// [`Error::File`] when that is not a `.npy` file of `dimensions` dimensions, 1 or 2, and numbers, or is shorter or longer
    /// than its header says.
    pub fn of(path: &Path, mut start: impl Read, length: u64, dimensions: usize) -> Result<Self> {
        let bad = |problem: String| Error::file(path, problem);
        let (header, offset) = read_header(&mut start, path)?;
        let shape = header.shape.as_slice();
        if shape.len() != dimensions {
            let s = if dimensions == 1 { " is" } else { "s are" };
            return Err(bad(format!("{dimensions} dimension{s} needed, but its shape is {}", Shape(shape))));
        }
        let values = shape.iter().try_fold(1_u128, |values, length| values.checked_mul((*length).into()));
        let bytes = values.and_then(|values| values.checked_mul(header.format.kind.width() as u128));
        let needed = bytes.and_then(|bytes| bytes.checked_add(offset as u128));
        if needed != Some(length.into()) {
            let needed = needed.map_or_else(|| format!("the shape {}", Shape(shape)), |bytes| format!("{bytes} bytes"));
            return Err(bad(format!("its header says {needed}, but it has {length} bytes")));
        }
        let size = |n: &u64| usize::try_from(*n).map_err(|_| bad(format!("a dimension of {n} is too large")));
        let columns = shape.get(1).map(size).transpose()?;
        let rows = shape.first().map_or(Ok(1), size)?;
        Ok(Self { path: path.into(), format: header.format, rows, columns, offset })
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the length of the first dimension.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the length of the second dimension, or 1 where there is none.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns.unwrap_or(1)
    }

    /// Returns how many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows().saturating_mul(self.columns())
    }

    /// Returns whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how the values are stored.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns where the values begin, in bytes from the start of the file.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Converts the values in `bytes`, as many as there is room for in `values`. They follow one another as in the file, of
    /// which the first is number `first`.
    ///
    /// Floats are rounded to the nearest value. Integers keep their value.
    ///
    /// # Errors
    /// [`Error::File`] for an integer that `T` does not have, and for a float whose nearest value is infinite or which is
    /// to be an integer and is none; it names the value and its index.
    pub fn convert<T: Number>(&self, first: usize, bytes: &[u8], values: &mut [T]) -> Result<()> {
        let Format { kind, big_endian, .. } = self.format;
        number::convert(kind, big_endian, bytes, values).map_err(|refused| {
            let index = self.index(first + refused.index);
            let (value, from, to) = (refused.value, kind.name(), T::NAME);
            Error::file(&self.path, format!("its {from} {value} at index {index} would not keep its value as {to}"))
        })
    }

    /// Returns the index of the value that is number `at` in the file.
    fn index(&self, at: usize) -> String {
        match self.columns {
            None => format!("[{at}]"),
            Some(_) if self.format.fortran_order => format!("[{}, {}]", at % self.rows, at / self.rows),
            Some(columns) => format!("[{}, {}]", at / columns, at % columns),
        }
    }
}

/// An array in a file, opened for reading.
#[derive(Debug)]
pub struct Reader {
    file: File,
    array: Array,
}

impl Reader {
    /// Opens the file at `path` and reads its header.
    ///
    /// # Errors
    /// - [`Error::Io`] when the file cannot be read.
    /// - [`Error::File`] as [`Array::of`].
    pub fn open(path: &Path, dimensions: usize) -> Result<Self> {
        let (file, length) = file::open(path)?;
        let array = Array::of(path, &file, length, dimensions)?;
        Ok(Self { file, array })
    }

    /// Returns what the header says.
    #[must_use]
    pub fn array(&self) -> &Array {
        &self.array
    }

    /// Returns the file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Reads all values into `values`, in row-major order whatever the order of the file, and converts them as
    /// [`Array::convert`] does.
    ///
    /// # Errors
    /// - [`Error::ValueCount`] unless there is room for exactly as many values.
    /// - [`Error::Io`] when the file cannot be read.
    /// - [`Error::File`] when it has become shorter since it was opened, and as [`Array::convert`].
    /// - [`Error::OutOfMemory`] when there is none for a small buffer.
    pub fn read<T: Number>(mut self, values: &mut [T]) -> Result<()> {
        let (rows, columns) = (self.array.rows(), self.array.columns());
        if values.len() != self.array.len() {
            return Err(Error::ValueCount { rows, columns, values: values.len() });
        }
        let width = self.array.format.kind.width();
        let at_once = BUFFER / width;
        let mut bytes = memory::filled::<u8>(BUFFER)?;
        // The values of a column that lie side by side, to be spread over the rows.
        let scattered = self.array.format.fortran_order && rows > 1 && columns > 1;
        let mut piece = memory::filled::<T>(if scattered { at_once } else { 0 })?;
        let (mut row, mut column) = (0, 0);
        let mut first = 0;
        while first < values.len() {
            let count = at_once.min(values.len() - first);
            let bytes = &mut bytes[..count * width];
            self.file.read_exact(bytes).map_err(|error| file::truncated(&self.array.path, &error))?;
            if scattered {
                self.array.convert(first, bytes, &mut piece[..count])?;
                for value in &piece[..count] {
                    values[row * columns + column] = *value;
                    row += 1;
                    if row == rows {
                        (row, column) = (0, column + 1);
                    }
                }
            } else {
                self.array.convert(first, bytes, &mut values[first..first + count])?;
            }
            first += count;
        }
        Ok(())
    }
}

/// The values of a file in its own order, read one after the other, with the checksum of the whole file.
#[derive(Debug)]
pub struct Values {
    reader: Reader,
    crc: Crc32,
    bytes: Vec<u8>,
    /// Where in `bytes` the next value is.
    next: usize,
    /// The number of the next value.
    first: usize,
}

impl Values {
    /// Begins with the first value.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read, [`Error::OutOfMemory`] when there is no memory for a small buffer.
    pub fn new(mut reader: Reader) -> Result<Self> {
        let failed = |error: io::Error| Error::io(&reader.array.path, &error);
        let mut start = memory::filled::<u8>(reader.array.offset)?;
        reader.file.rewind().map_err(failed)?;
        reader.file.read_exact(&mut start).map_err(|error| file::truncated(&reader.array.path, &error))?;
        let mut crc = Crc32::default();
        crc.update(&start);
        Ok(Self { reader, crc, bytes: memory::with_capacity(BUFFER)?, next: 0, first: 0 })
    }

    /// Reads the next values, which are converted as by [`Array::convert`], into the room for them.
    ///
    /// # Errors
    /// Those of [`Reader::read`], and [`Error::File`] where there are not as many left.
    pub fn read<T: Number>(&mut self, mut room: &mut [T]) -> Result<()> {
        let width = self.reader.array.format.kind.width();
        while !room.is_empty() {
            let buffered = self.buffered()?;
            let (now, later) = room.split_at_mut(room.len().min(buffered));
            let bytes = &self.bytes[self.next..][..now.len() * width];
            self.reader.array.convert(self.first, bytes, now)?;
            self.pass(now.len());
            room = later;
        }
        Ok(())
    }

    /// Reads the next values of a file of signed integers of 8 bits as they are.
    ///
    /// # Errors
    /// As [`Values::read`].
    pub fn read_int8(&mut self, mut room: &mut [i8]) -> Result<()> {
        debug_assert_eq!(self.reader.array.format.kind, Kind::Int8);
        while !room.is_empty() {
            let buffered = self.buffered()?;
            let (now, later) = room.split_at_mut(room.len().min(buffered));
            for (to, byte) in now.iter_mut().zip(&self.bytes[self.next..]) {
                *to = *byte as i8;
            }
            self.pass(now.len());
            room = later;
        }
        Ok(())
    }

    /// Leaves out the next `count` values.
    ///
    /// # Errors
    /// As [`Values::read`].
    pub fn skip(&mut self, mut count: usize) -> Result<()> {
        while count > 0 {
            let now = self.buffered()?.min(count);
            self.pass(now);
            count -= now;
        }
        Ok(())
    }

    /// Checks that the whole file has a checksum, which the manifest gives. All values have been read.
    ///
    /// # Errors
    /// [`Error::File`] where it has another one.
    pub fn check(&self, expected: u32) -> Result<()> {
        match self.crc.value() {
            found if found == expected => Ok(()),
            found => {
                let problem = format!("its checksum is {found:08x}, but the manifest says {expected:08x}");
                Err(Error::file(&self.reader.array.path, problem))
            }
        }
    }

    fn pass(&mut self, count: usize) {
        self.next += count * self.reader.array.format.kind.width();
        self.first += count;
    }

    /// Returns how many values there are in memory, at least one.
    fn buffered(&mut self) -> Result<usize> {
        let Array { path, format, .. } = &self.reader.array;
        let width = format.kind.width();
        if self.next == self.bytes.len() {
            let left = self.reader.array.len() - self.first;
            if left == 0 {
                return Err(Error::file(path, "it ends early".into()));
            }
            self.bytes.resize(left.min(BUFFER / width) * width, 0);
            self.reader.file.read_exact(&mut self.bytes).map_err(|error| file::truncated(path, &error))?;
            self.crc.update(&self.bytes);
            self.next = 0;
        }
        Ok((self.bytes.len() - self.next) / width)
    }
}

/// Writes `matrix` to `path` in C order, in place of a file that may be there.
///
/// A reader sees the old file or the new one, see [`file::replace`].
///
/// # Errors
/// - [`Error::Io`] when the file cannot be written; the old one stays as it was.
/// - [`Error::OutOfMemory`] when there is none for a small buffer.
pub fn write_matrix<T: Number>(path: &Path, matrix: MatrixRef<'_, T>) -> Result<()> {
    write(path, &[matrix.rows() as u64, matrix.columns() as u64], [matrix.values()])
}

/// Writes `vector` to `path` as an array of one dimension, in place of a file that may be there.
///
/// # Errors
/// As [`write_matrix`].
pub fn write_vector<T: Number>(path: &Path, vector: &[T]) -> Result<()> {
    write(path, &[vector.len() as u64], [vector])
}

/// Writes an array of the given shape to `path` in C order, in place of a file that may be there. `parts` are its values in
/// that order, one part after the other.
///
/// # Errors
/// As [`write_matrix`].
pub fn write<'a, T: Written + 'a>(path: &Path, shape: &[u64], parts: impl IntoIterator<Item = &'a [T]>) -> Result<()> {
    let mut buffer = memory::with_capacity(BUFFER)?;
    file::replace(path, |file| write_to(&mut buffer, shape, parts, |bytes| file.write_all(bytes)))
}

/// Writes a new file as [`write()`] does, forces it to the disk, and returns its checksum.
///
/// # Errors
/// - [`Error::Io`] when there is such a file already, or it cannot be written.
/// - [`Error::OutOfMemory`] when there is no memory for a small buffer.
pub fn create<'a, T: Written + 'a>(
    path: &Path,
    shape: &[u64],
    parts: impl IntoIterator<Item = &'a [T]>,
) -> Result<u32> {
    let mut buffer = memory::with_capacity(BUFFER)?;
    let mut crc = Crc32::default();
    file::create(path, |file| {
        write_to(&mut buffer, shape, parts, |bytes| {
            crc.update(bytes);
            file.write_all(bytes)
        })
    })?;
    Ok(crc.value())
}

/// Writes a new file of signed integers of 8 bits, `rows` times `columns` of them, as [`create`] does. `next` sets each row in
/// turn.
///
/// # Errors
/// As [`create`], and those of `next`; there is no file then.
pub fn create_int8(
    path: &Path,
    rows: u64,
    columns: usize,
    mut next: impl FnMut(&mut [i8]) -> Result<()>,
) -> Result<u32> {
    let (mut row, mut bytes) = (memory::filled(columns)?, memory::with_capacity(BUFFER.max(columns))?);
    let (mut crc, mut failed) = (Crc32::default(), None);
    bytes.extend(start("|i1", &[rows, columns as u64]));
    let created = file::create(path, |file| {
        let mut flush = |bytes: &mut Vec<u8>| {
            crc.update(bytes);
            let written = file.write_all(bytes);
            bytes.clear();
            written
        };
        for _ in 0..rows {
            if let Err(error) = next(&mut row) {
                failed = Some(error);
                return Err(io::ErrorKind::Other.into());
            }
            if bytes.len() + columns > bytes.capacity() {
                flush(&mut bytes)?;
            }
            bytes.extend(row.iter().map(|value| *value as u8));
        }
        flush(&mut bytes)
    });
    failed.map_or(created, Err)?;
    Ok(crc.value())
}

/// Hands the bytes of an array to `write`, as many at a time as `buffer` has room for.
fn write_to<'a, T: Written + 'a>(
    buffer: &mut Vec<u8>,
    shape: &[u64],
    parts: impl IntoIterator<Item = &'a [T]>,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    buffer.clear();
    write(&start_of::<T>(shape))?;
    for values in parts.into_iter().flat_map(|part| part.chunks(BUFFER / size_of::<T>())) {
        // Parts may be short: single vectors.
        if buffer.len() + size_of_val(values) > BUFFER {
            write(buffer)?;
            buffer.clear();
        }
        values.iter().for_each(|value| value.write(buffer));
    }
    write(buffer)
}

/// Returns the bytes in front of the values of an array in C order, a multiple of 64 long as NumPy makes them.
#[must_use]
pub fn start_of<T: Written>(shape: &[u64]) -> Vec<u8> {
    start(T::TYPE, shape)
}

fn start(of: &str, shape: &[u64]) -> Vec<u8> {
    let mut text = format!("{{'descr': '{of}', 'fortran_order': False, 'shape': {}, }}", Shape(shape));
    let length = (10 + text.len() + 1).next_multiple_of(64);
    text.extend(std::iter::repeat_n(' ', length - 11 - text.len()));
    text.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(((length - 10) as u16).to_le_bytes());
    bytes.extend(text.bytes());
    bytes
}

/// Reads a header, and returns it with the number of bytes that it takes.
fn read_header(start: &mut impl Read, path: &Path) -> Result<(Header, usize)> {
    let bad = |problem: String| Error::file(path, problem);
    let mut read = |bytes: &mut [u8]| start.read_exact(bytes).map_err(|error| file::truncated(path, &error));
    let mut magic = [0; 8];
    read(&mut magic)?;
    if &magic[..6] != b"\x93NUMPY" {
        return Err(bad("it does not begin as a .npy file does".into()));
    }
    let (prefix, length) = match magic[6] {
        1 => {
            let mut length = [0; 2];
            read(&mut length)?;
            (10, usize::from(u16::from_le_bytes(length)))
        }
        2 | 3 => {
            let mut length = [0; 4];
            read(&mut length)?;
            (12, u32::from_le_bytes(length) as usize)
        }
        version => return Err(bad(format!("version 1, 2 or 3 is needed, but it has {version}"))),
    };
    if length > MAX_HEADER {
        return Err(bad(format!("a header has at most {MAX_HEADER} bytes, but it says {length}")));
    }
    let mut text = memory::filled::<u8>(length)?;
    read(&mut text)?;
    let header = parse(&text).map_err(bad)?;
    Ok((header, prefix + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::Scratch;
    use std::fs::{self, OpenOptions};

    fn npy(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY".to_vec();
        bytes.extend([version, 0]);
        if version == 1 {
            bytes.extend((header.len() as u16).to_le_bytes());
        } else {
            bytes.extend((header.len() as u32).to_le_bytes());
        }
        bytes.extend(header.bytes());
        bytes.extend(data);
        bytes
    }

    fn read(path: &Path) -> Result<(usize, usize, Vec<f64>)> {
        read_as(path, 2)
    }

    fn read_as<T: Number>(path: &Path, dimensions: usize) -> Result<(usize, usize, Vec<T>)> {
        let reader = Reader::open(path, dimensions)?;
        let (rows, columns) = (reader.array().rows(), reader.array().columns());
        let mut values = vec![T::default(); reader.array().len()];
        reader.read(&mut values)?;
        Ok((rows, columns, values))
    }

    fn problem(scratch: &Scratch, bytes: &[u8]) -> String {
        let path = scratch.file("bad.npy");
        fs::write(&path, bytes).unwrap();
        let text = read(&path).unwrap_err().to_string();
        text.strip_prefix(&format!("cannot use {}: ", path.display())).expect(&text).to_owned()
    }

    #[test]
    fn a_matrix_comes_back_as_it_was_written() {
        let scratch = Scratch::new("npy-round-trip");
        let path = scratch.file("a.npy");
        for (rows, columns) in [(0, 0), (0, 3), (3, 0), (1, 1), (2, 3), (300, 117)] {
            let mut values: Vec<f64> = (0..rows * columns).map(|i| i as f64 / 7.0).collect();
            if let [first, second, third, ..] = values.as_mut_slice() {
                (*first, *second, *third) = (-0.0, f64::NEG_INFINITY, f64::MIN_POSITIVE / 2.0);
            }
            write_matrix(&path, MatrixRef::new(rows, columns, &values).unwrap()).unwrap();
            assert_eq!(read(&path), Ok((rows, columns, values)));
            assert_eq!(Reader::open(&path, 2).unwrap().array().offset() % 64, 0);
        }
        assert_eq!(scratch.names(), ["a.npy"]);
    }

    #[test]
    fn every_order_and_byte_order_is_read() {
        let scratch = Scratch::new("npy-orders");
        let path = scratch.file("a.npy");
        // Rows (1, 2, 3) and (4, 5, 6).
        let (c, f) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        for (kind, fortran, version) in [("f4", true, 1), ("f4", false, 2), ("f8", true, 3), ("f8", false, 1)] {
            for order in ["<", ">"] {
                let bytes: Vec<u8> = (if fortran { f } else { c })
                    .iter()
                    .flat_map(|x: &f64| match (kind, order) {
                        ("f4", "<") => (*x as f32).to_le_bytes().to_vec(),
                        ("f4", _) => (*x as f32).to_be_bytes().to_vec(),
                        (_, "<") => x.to_le_bytes().to_vec(),
                        _ => x.to_be_bytes().to_vec(),
                    })
                    .collect();
                let fortran = if fortran { "True" } else { "False" };
                let header =
                    format!("{{'descr': '{order}{kind}', 'fortran_order': {fortran}, 'shape': (2, 3), }}   \n");
                fs::write(&path, npy(version, &header, &bytes)).unwrap();
                assert_eq!(read(&path), Ok((2, 3, c.to_vec())), "{header}");
            }
        }
    }

    #[test]
    fn every_number_type_is_read_in_either_byte_order() {
        let scratch = Scratch::new("npy-kinds");
        let path = scratch.file("a.npy");
        // Rows (0, 1, 2) and (3, 4, 5), and the same in Fortran order.
        let (c, f) = ([0_u8, 1, 2, 3, 4, 5], [0_u8, 3, 1, 4, 2, 5]);
        let halves = [0_u16, 0x3C00, 0x4000, 0x4200, 0x4400, 0x4500];
        for (kind, width) in
            [("i1", 1), ("u1", 1), ("i2", 2), ("u2", 2), ("i4", 4), ("u4", 4), ("i8", 8), ("u8", 8), ("f2", 2)]
        {
            for (order, fortran) in [("<", "False"), (">", "False"), ("<", "True"), (">", "True")] {
                let values = if fortran == "True" { f } else { c };
                let bytes: Vec<u8> = values
                    .iter()
                    .flat_map(|value| {
                        let value = if kind == "f2" { halves[usize::from(*value)].into() } else { u64::from(*value) };
                        if order == "<" {
                            value.to_le_bytes()[..width].to_vec()
                        } else {
                            value.to_be_bytes()[8 - width..].to_vec()
                        }
                    })
                    .collect();
                let header = format!("{{'descr': '{order}{kind}', 'fortran_order': {fortran}, 'shape': (2, 3), }}\n");
                fs::write(&path, npy(1, &header, &bytes)).unwrap();
                assert_eq!(read_as(&path, 2), Ok((2, 3, c.map(f64::from).to_vec())), "{header}");
                assert_eq!(read_as(&path, 2), Ok((2, 3, c.map(f32::from).to_vec())), "{header}");
                assert_eq!(read_as(&path, 2), Ok((2, 3, c.map(i64::from).to_vec())), "{header}");
            }
        }
        fs::write(&path, npy(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }\n", &[0, 1, 2])).unwrap();
        assert_eq!(read_as(&path, 1), Ok((3, 1, vec![0, 1, 1_i64])));
    }

    #[test]
    fn headers_of_every_age_are_read() {
        let scratch = Scratch::new("npy-headers");
        let path = scratch.file("a.npy");
        for (kind, shape, fortran) in [
            ("'<f4'", "(1L, 2L)", "False"),
            ("u'<f4'", "(1, 2)", "False"),
            ("U\"<f4\"", "( 1 ,2,)", "True"),
            ("'float32'", "(1L, 2)", "False"),
            ("'f'", "(1, 2)", "False"),
            ("'single'", "(1, 2)", "True"),
        ] {
            for u in ["", "u"] {
                let header = format!("{{{u}'descr': {kind}, {u}'fortran_order': {fortran}, {u}'shape': {shape}}}");
                let bytes = [1_f32.to_le_bytes(), 2_f32.to_le_bytes()].concat();
                fs::write(&path, npy(1, &header, &bytes)).unwrap();
                assert_eq!(read(&path), Ok((1, 2, vec![1.0, 2.0])), "{header}");
            }
        }
    }

    #[test]
    fn a_value_that_would_change_is_named() {
        let scratch = Scratch::new("npy-values");
        let path = scratch.file("a.npy");
        let write = |kind: &str, fortran: &str, shape: &str, bytes: Vec<u8>| {
            let header = format!("{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
            fs::write(&path, npy(1, &header, &bytes)).unwrap();
        };
        let expect = |result: Result<()>, problem: &str| {
            assert_eq!(result.unwrap_err().to_string(), format!("cannot use {}: {problem}", path.display()));
        };
        let large: Vec<u8> = [1, 2, 3, 4, (1_i64 << 53) + 1, 6].iter().flat_map(|value| value.to_le_bytes()).collect();
        write("<i8", "False", "(2, 3)", large.clone());
        let problem = "its int64 9007199254740993 at index [1, 1] would not keep its value as float64";
        expect(read_as::<f64>(&path, 2).map(drop), problem);
        assert_eq!(read_as::<i64>(&path, 2).unwrap().2[4], (1 << 53) + 1);
        write("<i8", "True", "(2, 3)", large.clone());
        let problem = "its int64 9007199254740993 at index [0, 2] would not keep its value as float64";
        expect(read_as::<f64>(&path, 2).map(drop), problem);
        write("<i8", "False", "(6,)", large);
        let problem = "its int64 9007199254740993 at index [4] would not keep its value as float32";
        expect(read_as::<f32>(&path, 1).map(drop), problem);
        write(">u8", "False", "(1,)", u64::MAX.to_be_bytes().to_vec());
        let problem = "its uint64 18446744073709551615 at index [0] would not keep its value as int64";
        expect(read_as::<i64>(&path, 1).map(drop), problem);
        write("<f8", "False", "(2,)", [1_f64, 2.5].iter().flat_map(|value| value.to_le_bytes()).collect());
        let problem = "its float64 2.5 at index [1] would not keep its value as int64";
        expect(read_as::<i64>(&path, 1).map(drop), problem);
        // Of many values, beyond the first buffer.
        let mut many = vec![0_u8; 100_000];
        many.extend([0xFF; 8].repeat(50_000));
        write("<u8", "False", "(62500,)", many);
        let problem = "its uint64 18446744073709551615 at index [12500] would not keep its value as float64";
        expect(read_as::<f64>(&path, 1).map(drop), problem);
    }

    #[test]
    fn vectors_come_back_as_they_were_written() {
        let scratch = Scratch::new("npy-vectors");
        let path = scratch.file("a.npy");
        let values = [i64::MIN, -1, 0, i64::MAX];
        write_vector(&path, &values).unwrap();
        assert_eq!(read_as(&path, 1), Ok((4, 1, values.to_vec())));
        let values = [f32::MIN_POSITIVE / 2.0, -0.0, f32::INFINITY];
        write_vector(&path, &values).unwrap();
        assert_eq!(read_as(&path, 1), Ok((3, 1, values.to_vec())));
        write_vector::<f64>(&path, &[]).unwrap();
        assert_eq!(read_as::<f64>(&path, 1), Ok((0, 1, vec![])));
        let error = read(&path).unwrap_err().to_string();
        assert!(error.ends_with("2 dimensions are needed, but its shape is (0,)"), "{error}");
        write_matrix(&path, MatrixRef::new(1, 2, &[1.0, 2.0]).unwrap()).unwrap();
        let error = read_as::<f64>(&path, 1).unwrap_err().to_string();
        assert!(error.ends_with("1 dimension is needed, but its shape is (1, 2)"), "{error}");
    }

    proptest::proptest! {
        /// Whatever a header says, it is read or refused: what is read is as long as the file.
        #[test]
        fn no_header_is_trusted(
            text in proptest::sample::select(vec![
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n",
                "{u'descr': 'float64', 'shape': (3L, 4L), 'fortran_order': True}",
            ]),
            changes in proptest::collection::vec((0_usize..80, proptest::prelude::any::<u8>(), 0_u8..3), 0..6),
            data in 0_usize..200,
            version in 0_u8..5,
        ) {
            let mut text = text.as_bytes().to_vec();
            for (at, byte, change) in changes {
                let at = at % text.len().max(1);
                match change {
                    0 if at < text.len() => text[at] = byte,
                    1 if at < text.len() => drop(text.remove(at)),
                    // What a number could be made longer with.
                    _ => text.insert(at, b"0123456789(),L'"[usize::from(byte) % 15]),
                }
            }
            let mut bytes = npy(1, "", &[]);
            (bytes[6], bytes[8], bytes[9]) = (version, text.len() as u8, 0);
            if version > 1 {
                bytes.extend([0, 0]);
            }
            bytes.extend(&text);
            bytes.resize(bytes.len() + data, 0x40);
            for dimensions in [1, 2] {
                if let Ok(array) = Array::of(Path::new("a"), bytes.as_slice(), bytes.len() as u64, dimensions) {
                    proptest::prop_assert_eq!(array.len() * array.format().kind.width(), data);
                    let mut values = vec![0.0_f32; array.len()];
                    let _ = array.convert(0, &bytes[array.offset()..], &mut values);
                }
            }
        }
    }

    #[test]
    fn malformed_files_say_what_is_wrong() {
        let scratch = Scratch::new("npy-malformed");
        let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
        for (bytes, expected) in [
            (b"".to_vec(), "it ends early"),
            (b"\x93NUM".to_vec(), "it ends early"),
            (b"PK\x03\x04aaaa".to_vec(), "it does not begin as a .npy file does"),
            (b"\x93NUMPY\x04\x00".to_vec(), "version 1, 2 or 3 is needed, but it has 4"),
            (b"\x93NUMPY\x01\x00\xff".to_vec(), "it ends early"),
            (b"\x93NUMPY\x01\x00\xff\x00{".to_vec(), "it ends early"),
            (b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec(), "a header has at most 65536 bytes, but it says 4294967295"),
            (npy(1, good, &[0; 7]), "its header says 78 bytes, but it has 77 bytes"),
            (npy(1, good, &[0; 9]), "its header says 78 bytes, but it has 79 bytes"),
            (npy(1, "", &[]), "its header ends where { is needed"),
            (npy(1, "{}", &[]), "its header lacks the entry descr"),
            (npy(1, "{'descr': '<f4'}", &[]), "its header lacks the entry fortran_order"),
            (npy(1, "{'descr': '<f4', 'fortran_order': False}", &[]), "its header lacks the entry shape"),
            (npy(1, "{'descr': '<f4', 'descr': '<f4'}", &[]), "its header has two entries descr"),
            (npy(1, "{'a\n': 1}", &[]), "its header has an unknown entry a\u{fffd}"),
            (npy(1, "{'descr': '<c16', ", &[]), "its values are of the type complex128, not numbers or truth values"),
            (npy(1, "{'descr': '|O', ", &[]), "its values are of the type object, not numbers or truth values"),
            (
                npy(1, "{'descr': [('x', '<f4')]", &[]),
                "its values are of the type void with fields [('x', '<f4')], not numbers or truth values",
            ),
            (npy(1, "{'shape': (3)", &[]), "its header has ) where , is needed"),
            (npy(1, "{'shape': (3l,)", &[]), "its header has l,) where , is needed"),
            (npy(1, "{'fortran_order': 0", &[]), "its header has 0 where True or False is needed"),
            (npy(1, "{'shape': (-1, 2)", &[]), "its header has -1, 2) where a dimension is needed"),
            (npy(1, "{'shape': (1 2)", &[]), "its header has 2) where , is needed"),
            (
                npy(1, "{'shape': (99999999999999999999, 1)", &[]),
                "its header has 99999999999999999999 where a dimension is needed",
            ),
            (npy(1, "{'descr", &[]), "its header has 'descr where a whole string is needed"),
            (npy(1, &good.replace("(1, 2)", "(2,)"), &[0; 8]), "2 dimensions are needed, but its shape is (2,)"),
            (npy(1, &good.replace("(1, 2)", "()"), &[0; 4]), "2 dimensions are needed, but its shape is ()"),
            (
                npy(1, &good.replace("(1, 2)", "(1, 1, 2)"), &[0; 8]),
                "2 dimensions are needed, but its shape is (1, 1, 2)",
            ),
            (npy(1, &format!("{good}x"), &[0; 8]), "its header has x where the end is needed"),
            (
                npy(1, &good.replace("(1, 2)", "(4294967296, 4294967296)"), &[]),
                "its header says 73786976294838206552 bytes, but it has 88 bytes",
            ),
            (
                npy(1, &good.replace("(1, 2)", "(9223372036854775808, 9223372036854775808)"), &[]),
                "its header says the shape (9223372036854775808, 9223372036854775808), but it has 106 bytes",
            ),
        ] {
            assert_eq!(problem(&scratch, &bytes), expected);
        }
    }

    #[test]
    fn a_file_that_shrinks_after_it_was_opened_is_an_error() {
        let scratch = Scratch::new("npy-shrinks");
        let path = scratch.file("a.npy");
        write_matrix(&path, MatrixRef::new(2, 2, &[1.0; 4]).unwrap()).unwrap();
        let reader = Reader::open(&path, 2).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(reader.array().offset() as u64 + 8).unwrap();
        let error = reader.read(&mut [0.0; 4]).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot use {}: it ends early", path.display()));
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error_with_its_name() {
        let error = Reader::open(Path::new("no-such-file.npy"), 2).unwrap_err();
        assert!(error.to_string().starts_with("no-such-file.npy: "), "{error}");
        assert!(matches!(error, Error::Io { kind: io::ErrorKind::NotFound, .. }));
    }
}
