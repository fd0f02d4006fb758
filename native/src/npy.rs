//! NumPy's `.npy` files of single and double precision.
//!
//! The format is that of NumPy's documentation (`numpy.lib.format`, versions 1.0 to 3.0). A file is refused unless its
//! header is complete and names `float32` or `float64` of either byte order, and unless it is exactly as long as its
//! header says. Nothing is allocated on the word of a header alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::matrix::MatrixRef;
use crate::{Error, Result, memory};

/// Longest header that is read. NumPy's own limit for files that it does not trust is 10,000 bytes.
const MAX_HEADER: usize = 1 << 16;

/// Bytes that are read or written at once.
const BUFFER: usize = 1 << 16;

/// How the values of a file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Bytes of a value: 4 for `float32`, 8 for `float64`.
    pub width: usize,
    /// Whether the most significant byte comes first.
    pub big_endian: bool,
    /// Whether the values of a column lie side by side (Fortran order) instead of those of a row (C order).
    pub fortran_order: bool,
}

/// What the header of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// How the values are stored.
    pub format: Format,
    /// Length of every dimension.
    pub shape: Vec<u64>,
}

/// A two-dimensional array in a file, opened for reading.
#[derive(Debug)]
pub struct Reader {
    file: File,
    path: PathBuf,
    format: Format,
    rows: usize,
    columns: usize,
    offset: u64,
}

impl Reader {
    /// Opens the file at `path` and reads its header.
    ///
    /// # Errors
    /// - [`Error::Io`] when the file cannot be read.
    /// - [`Error::Npy`] when it is not a `.npy` file of two dimensions and floating-point values, or is shorter or
    ///   longer than its header says.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |error| Error::io(path, &error);
        let bad = |problem: String| Error::npy(path, problem);
        // Asked before it is opened, for to open a pipe waits until a process writes to it.
        if !fs::metadata(path).map_err(failed)?.is_file() {
            return Err(bad("it is not a regular file".into()));
        }
        let mut file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let (header, offset) = read_header(&mut file, path)?;
        let &[rows, columns] = header.shape.as_slice() else {
            return Err(bad(format!("2 dimensions are needed, but it has {}", header.shape.len())));
        };
        let values = u128::from(rows) * u128::from(columns);
        let needed = values.checked_mul(header.format.width as u128).and_then(|bytes| bytes.checked_add(offset.into()));
        if needed != Some(length.into()) {
            let needed = needed.map_or_else(|| format!("{rows} x {columns} values"), |bytes| format!("{bytes} bytes"));
            return Err(bad(format!("its header says {needed}, but it has {length}")));
        }
        let size = |n: u64| usize::try_from(n).map_err(|_| bad(format!("a dimension of {n} is too large")));
        Ok(Self { file, path: path.into(), format: header.format, rows: size(rows)?, columns: size(columns)?, offset })
    }

    /// Returns the length of the first dimension.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the length of the second dimension.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns how the values are stored.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns where the values begin, in bytes from the start of the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Reads all values into `values`, in row-major order whatever the order of the file.
    ///
    /// # Errors
    /// - [`Error::ValueCount`] unless there is room for exactly `rows * columns` values.
    /// - [`Error::Io`] when the file cannot be read.
    /// - [`Error::Npy`] when it has become shorter since it was opened.
    /// - [`Error::OutOfMemory`] when there is none for a small buffer.
    pub fn read_matrix(mut self, values: &mut [f64]) -> Result<()> {
        let (rows, columns) = (self.rows, self.columns);
        MatrixRef::new(rows, columns, values)?;
        let mut at = 0;
        let fortran = self.format.fortran_order;
        self.decode(rows * columns, |value| {
            // Column-major value number i is that of row i % rows and column i / rows.
            let index = if fortran { at % rows * columns + at / rows } else { at };
            values[index] = value;
            at += 1;
        })
    }

    /// Reads the next `values.len()` values in the order of the file.
    ///
    /// # Errors
    /// - [`Error::Io`] when the file cannot be read.
    /// - [`Error::Npy`] when it has become shorter since it was opened.
    /// - [`Error::OutOfMemory`] when there is none for a small buffer.
    pub fn read_floats(&mut self, values: &mut [f32]) -> Result<()> {
        let mut left = values.iter_mut();
        self.decode(left.len(), |value| {
            if let Some(next) = left.next() {
                *next = value as f32;
            }
        })
    }

    fn decode(&mut self, count: usize, mut accept: impl FnMut(f64)) -> Result<()> {
        let Format { width, big_endian, .. } = self.format;
        let mut buffer = memory::filled::<u8>(BUFFER)?;
        let mut left = count;
        while left > 0 {
            let values = left.min(BUFFER / width);
            let bytes = &mut buffer[..values * width];
            self.file.read_exact(bytes).map_err(|error| truncated(&self.path, &error))?;
            match (width, big_endian) {
                (4, false) => bytes.as_chunks().0.iter().for_each(|b| accept(f32::from_le_bytes(*b).into())),
                (4, true) => bytes.as_chunks().0.iter().for_each(|b| accept(f32::from_be_bytes(*b).into())),
                (_, false) => bytes.as_chunks().0.iter().for_each(|b| accept(f64::from_le_bytes(*b))),
                (_, true) => bytes.as_chunks().0.iter().for_each(|b| accept(f64::from_be_bytes(*b))),
            }
            left -= values;
        }
        Ok(())
    }
}

/// Writes `matrix` to `path` as `float64` in C order, in place of a file that may be there.
///
/// A reader sees the old file or the new one, see `replace`.
///
/// # Errors
/// - [`Error::Io`] when the file cannot be written; the old one stays as it was.
/// - [`Error::OutOfMemory`] when there is none for a small buffer.
pub fn write_matrix(path: &Path, matrix: MatrixRef<'_>) -> Result<()> {
    let mut buffer = memory::with_capacity(BUFFER)?;
    replace(path, |file| {
        file.write_all(&header_bytes("<f8", matrix.rows() as u64, matrix.columns() as u64))?;
        for values in matrix.values().chunks(BUFFER / 8) {
            buffer.clear();
            buffer.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            file.write_all(&buffer)?;
        }
        Ok(())
    })
}

/// Writes vectors to `path` as a `float32` array of `rows` times `columns` in C order, in place of a file that may be
/// there. `parts` are row-major and follow one another.
///
/// A reader sees the old file or the new one, see `replace`.
///
/// # Errors
/// - [`Error::Io`] when the file cannot be written; the old one stays as it was.
/// - [`Error::OutOfMemory`] when there is none for a small buffer.
pub fn write_floats<'a>(
    path: &Path,
    rows: u64,
    columns: u64,
    parts: impl IntoIterator<Item = &'a [f32]>,
) -> Result<()> {
    let mut buffer = memory::with_capacity(BUFFER)?;
    replace(path, |file| {
        file.write_all(&header_bytes("<f4", rows, columns))?;
        for values in parts.into_iter().flat_map(|part| part.chunks(BUFFER / 4)) {
            buffer.clear();
            buffer.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            file.write_all(&buffer)?;
        }
        Ok(())
    })
}

/// Puts what `write` writes in the place of the file at `path`.
///
/// The bytes go to a new file beside it, are forced to the disk, and take the name in one step: a reader sees the old file
/// or the new one, even if the machine fails meanwhile. A program that has the old one open or mapped keeps it. Where the path
/// is a symbolic link, all this is done to what it leads to. The new file has the permissions of the old one to read, and at
/// no time by others.
///
/// # Errors
/// [`Error::Io`] when any of that fails, or `path` is a directory, a device or a pipe; the old file stays as it was, and the
/// new one is removed.
fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    let failed = |error: io::Error| Error::io(path, &error);
    let target = if path.is_symlink() { fs::canonicalize(path).map_err(failed)? } else { path.into() };
    let old = fs::metadata(&target).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let old = old.map(|old| old.permissions());
    let (temporary, mut file) = create_beside(&target, old.as_ref()).map_err(failed)?;
    let written = write(&mut file).and_then(|()| {
        if let Some(old) = old {
            file.set_permissions(old)?;
        }
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, &target)
    });
    if let Err(error) = written {
        // The first failure is the one to report.
        let _ = fs::remove_file(&temporary);
        return Err(failed(error));
    }
    #[cfg(unix)]
    if let Some(directory) = target.parent() {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        // The file is in its place. That a directory must not be read, or cannot be forced to the disk, does not change that.
        let _ = File::open(directory).and_then(|directory| directory.sync_all());
    }
    Ok(())
}

/// Creates a new file in the directory of `path`, readable only for those who may read `path` with these permissions.
fn create_beside(path: &Path, permissions: Option<&fs::Permissions>) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"));
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Some(permissions) = permissions {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, permissions.mode());
    }
    #[cfg(not(unix))]
    let _ = permissions;
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        // Not the name with something added, which may be too long.
        let temporary = path.with_file_name(format!(".rust-ffi-{}-{next}.tmp", std::process::id()));
        match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return result.map(|file| (temporary, file)),
        }
    }
}

/// Returns the bytes in front of the values, a multiple of 64 long as NumPy makes them.
fn header_bytes(kind: &str, rows: u64, columns: u64) -> Vec<u8> {
    let mut text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let length = (10 + text.len() + 1).next_multiple_of(64);
    text.extend(std::iter::repeat_n(' ', length - 11 - text.len()));
    text.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(((length - 10) as u16).to_le_bytes());
    bytes.extend(text.bytes());
    bytes
}

fn truncated(path: &Path, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        Error::npy(path, "it ends early".into())
    } else {
        Error::io(path, error)
    }
}

/// Reads a header, and returns it with the number of bytes that it takes.
fn read_header(file: &mut impl Read, path: &Path) -> Result<(Header, u64)> {
    let bad = |problem: String| Error::npy(path, problem);
    let mut read = |bytes: &mut [u8]| file.read_exact(bytes).map_err(|error| truncated(path, &error));
    let mut start = [0; 8];
    read(&mut start)?;
    if &start[..6] != b"\x93NUMPY" {
        return Err(bad("it does not begin as a .npy file does".into()));
    }
    let (prefix, length) = match start[6] {
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
    Ok((header, (prefix + length) as u64))
}

/// Returns what the text of a header says, or what is wrong with it.
///
/// # Errors
/// A description of the problem, when `text` is not the literal of a Python dictionary with exactly the entries
/// `descr`, `fortran_order` and `shape`, or names another type than a floating-point number of 4 or 8 bytes.
pub fn parse(text: &[u8]) -> std::result::Result<Header, String> {
    let mut literal = Literal { rest: text };
    let (mut kind, mut fortran_order, mut shape) = (None, None, None);
    literal.expect(b'{')?;
    while !literal.accept(b'}') {
        let key = literal.string()?;
        literal.expect(b':')?;
        let new = match key {
            "descr" => kind.replace(literal.kind()?).is_none(),
            "fortran_order" => fortran_order.replace(literal.boolean()?).is_none(),
            "shape" => shape.replace(literal.shape()?).is_none(),
            _ => return Err(format!("its header has an unknown entry {}", printable(key.as_bytes()))),
        };
        if !new {
            return Err(format!("its header has two entries {key}"));
        }
        if !literal.accept(b',') {
            literal.expect(b'}')?;
            break;
        }
    }
    literal.end()?;
    let missing = |name: &str| format!("its header lacks the entry {name}");
    let (width, big_endian) = kind.ok_or_else(|| missing("descr"))?;
    let fortran_order = fortran_order.ok_or_else(|| missing("fortran_order"))?;
    let shape = shape.ok_or_else(|| missing("shape"))?;
    Ok(Header { format: Format { width, big_endian, fortran_order }, shape })
}

/// Python literals, as far as a header has them.
struct Literal<'a> {
    rest: &'a [u8],
}

impl<'a> Literal<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn accept(&mut self, byte: u8) -> bool {
        self.skip_space();
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, byte: u8) -> std::result::Result<(), String> {
        if self.accept(byte) { Ok(()) } else { Err(self.unexpected(&format!("{}", char::from(byte)))) }
    }

    fn unexpected(&self, wanted: &str) -> String {
        if self.rest.is_empty() {
            format!("its header ends where {wanted} is needed")
        } else {
            format!("its header has {} where {wanted} is needed", printable(self.rest))
        }
    }

    fn string(&mut self) -> std::result::Result<&'a str, String> {
        self.skip_space();
        let (quote, rest) = match self.rest.split_first() {
            Some((quote @ (b'\'' | b'"'), rest)) => (*quote, rest),
            _ => return Err(self.unexpected("a string")),
        };
        let end = rest.iter().position(|byte| *byte == quote).ok_or_else(|| self.unexpected("a whole string"))?;
        let text = str::from_utf8(&rest[..end]).map_err(|_| self.unexpected("text"))?;
        self.rest = &rest[end + 1..];
        Ok(text)
    }

    fn kind(&mut self) -> std::result::Result<(usize, bool), String> {
        self.skip_space();
        if !matches!(self.rest.first(), Some(b'\'' | b'"')) {
            return Err(format!("its values are of the type {}, not float32 or float64", printable(self.rest)));
        }
        let kind = self.string()?;
        let native = cfg!(target_endian = "big");
        let (big_endian, kind) = match kind.split_at_checked(1) {
            Some(("<", kind)) => (false, kind),
            Some((">", kind)) => (true, kind),
            Some(("=" | "|", kind)) => (native, kind),
            _ => (native, kind),
        };
        match kind {
            "f4" => Ok((4, big_endian)),
            "f8" => Ok((8, big_endian)),
            _ => Err(format!("its values are of the type {}, not float32 or float64", printable(kind.as_bytes()))),
        }
    }

    fn boolean(&mut self) -> std::result::Result<bool, String> {
        self.skip_space();
        for (name, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(name.as_bytes()) {
                self.rest = rest;
                return Ok(value);
            }
        }
        Err(self.unexpected("True or False"))
    }

    fn shape(&mut self) -> std::result::Result<Vec<u64>, String> {
        let mut shape = Vec::new();
        self.expect(b'(')?;
        while !self.accept(b')') {
            shape.push(self.number()?);
            // NumPy's own arrays have at most 64 dimensions.
            if shape.len() > 64 {
                return Err("it has more than 64 dimensions".into());
            }
            if !self.accept(b',') {
                self.expect(b')')?;
                break;
            }
        }
        Ok(shape)
    }

    fn number(&mut self) -> std::result::Result<u64, String> {
        self.skip_space();
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        let value = number.iter().try_fold(0_u64, |value, digit| {
            value.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit - b'0')))
        });
        match value {
            Some(value) if digits > 0 => {
                self.rest = rest;
                Ok(value)
            }
            _ => Err(self.unexpected("a dimension")),
        }
    }

    fn end(&mut self) -> std::result::Result<(), String> {
        self.skip_space();
        if self.rest.is_empty() { Ok(()) } else { Err(self.unexpected("the end")) }
    }
}

/// Returns the beginning of `bytes` for a message.
fn printable(bytes: &[u8]) -> String {
    let bytes = bytes.iter().take(20).map(|byte| char::from(*byte));
    bytes.map(|byte| if byte == ' ' || byte.is_ascii_graphic() { byte } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Seek;

    /// A directory that is removed with everything in it.
    pub(crate) struct Scratch(PathBuf);

    impl Scratch {
        pub(crate) fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("rust-ffi-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        pub(crate) fn file(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

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
        let reader = Reader::open(path)?;
        let (rows, columns) = (reader.rows(), reader.columns());
        let mut values = vec![f64::NAN; rows * columns];
        reader.read_matrix(&mut values)?;
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
            assert_eq!(Reader::open(&path).unwrap().offset() % 64, 0);
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
            (npy(1, good, &[0; 7]), "its header says 78 bytes, but it has 77"),
            (npy(1, good, &[0; 9]), "its header says 78 bytes, but it has 79"),
            (npy(1, "", &[]), "its header ends where { is needed"),
            (npy(1, "{}", &[]), "its header lacks the entry descr"),
            (npy(1, "{'descr': '<f4'}", &[]), "its header lacks the entry fortran_order"),
            (npy(1, "{'descr': '<f4', 'fortran_order': False}", &[]), "its header lacks the entry shape"),
            (npy(1, "{'descr': '<f4', 'descr': '<f4'}", &[]), "its header has two entries descr"),
            (npy(1, "{'a\n': 1}", &[]), "its header has an unknown entry a\u{fffd}"),
            (npy(1, "{'descr': '<i4', ", &[]), "its values are of the type i4, not float32 or float64"),
            (npy(1, "{'descr': '|O', ", &[]), "its values are of the type O, not float32 or float64"),
            (
                npy(1, "{'descr': [('x', '<f4')]", &[]),
                "its values are of the type [('x', '<f4')], not float32 or float64",
            ),
            (npy(1, "{'fortran_order': 0", &[]), "its header has 0 where True or False is needed"),
            (npy(1, "{'shape': (-1, 2)", &[]), "its header has -1, 2) where a dimension is needed"),
            (npy(1, "{'shape': (1 2)", &[]), "its header has 2) where ) is needed"),
            (
                npy(1, "{'shape': (99999999999999999999, 1)", &[]),
                "its header has 99999999999999999999 where a dimension is needed",
            ),
            (npy(1, "{'descr", &[]), "its header has 'descr where a whole string is needed"),
            (npy(1, &good.replace("(1, 2)", "(2,)"), &[0; 8]), "2 dimensions are needed, but it has 1"),
            (npy(1, &good.replace("(1, 2)", "()"), &[0; 4]), "2 dimensions are needed, but it has 0"),
            (npy(1, &good.replace("(1, 2)", "(1, 1, 2)"), &[0; 8]), "2 dimensions are needed, but it has 3"),
            (npy(1, &format!("{good}x"), &[0; 8]), "its header has x where the end is needed"),
            (
                npy(1, &good.replace("(1, 2)", "(4294967296, 4294967296)"), &[]),
                "its header says 73786976294838206552 bytes, but it has 88",
            ),
            (
                npy(1, &good.replace("(1, 2)", "(9223372036854775808, 9223372036854775808)"), &[]),
                "its header says 9223372036854775808 x 9223372036854775808 values, but it has 106",
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
        let reader = Reader::open(&path).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(reader.offset() + 8).unwrap();
        let error = reader.read_matrix(&mut [0.0; 4]).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot use {}: it ends early", path.display()));
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let scratch = Scratch::new("npy-failed-write");
        let path = scratch.file("a.npy");
        write_matrix(&path, MatrixRef::new(1, 1, &[5.0]).unwrap()).unwrap();
        let error = replace(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("disk on fire"))
        });
        assert_eq!(error.unwrap_err().to_string(), format!("{}: disk on fire", path.display()));
        assert_eq!(read(&path), Ok((1, 1, vec![5.0])));
        assert_eq!(scratch.names(), ["a.npy"]);
        let missing = scratch.file("no/such/directory.npy");
        assert!(matches!(write_matrix(&missing, MatrixRef::new(0, 0, &[]).unwrap()), Err(Error::Io { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_and_stays_one() {
        let scratch = Scratch::new("npy-pipe");
        let path = scratch.file("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let error = Reader::open(&path).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot use {}: it is not a regular file", path.display()));
        let error = write_matrix(&path, MatrixRef::new(0, 0, &[]).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: it is not a regular file", path.display()));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay_as_they_were() {
        let scratch = Scratch::new("npy-link");
        let (path, link) = (scratch.file("a.npy"), scratch.file("link.npy"));
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink("a.npy", &link).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        replace(&link, |file| {
            let names = scratch.names();
            let new = names.iter().find(|name| name.ends_with(".tmp")).expect("a new file");
            assert_eq!(mode(&scratch.file(new)), 0o600, "while it is written");
            file.write_all(b"new")
        })
        .unwrap();
        assert!(link.is_symlink());
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"new".to_vec(), 0o600));
        let long = scratch.file(&"n".repeat(255));
        replace(&long, |file| file.write_all(b"long")).unwrap();
        assert_eq!(fs::read(&long).unwrap(), b"long");
    }

    #[test]
    fn a_reader_of_the_old_file_keeps_it() {
        let scratch = Scratch::new("npy-old-reader");
        let path = scratch.file("a.npy");
        write_matrix(&path, MatrixRef::new(1, 1, &[5.0]).unwrap()).unwrap();
        let mut old = File::open(&path).unwrap();
        write_matrix(&path, MatrixRef::new(1, 1, &[6.0]).unwrap()).unwrap();
        old.seek(io::SeekFrom::End(-8)).unwrap();
        let mut bytes = [0; 8];
        old.read_exact(&mut bytes).unwrap();
        assert_eq!(f64::from_le_bytes(bytes), 5.0);
        assert_eq!(read(&path), Ok((1, 1, vec![6.0])));
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error_with_its_name() {
        let error = Reader::open(Path::new("no-such-file.npy")).unwrap_err();
        assert!(error.to_string().starts_with("no-such-file.npy: "), "{error}");
        assert!(matches!(error, Error::Io { kind: io::ErrorKind::NotFound, .. }));
    }
}
