//! Matrices as text: a line for each row, with a delimiter between its numbers.
//!
//! The parser is strict. It knows no quotes, and what is not a number is an error with its line and its column, both counted
//! from one: the column is that of the table.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use crate::file::{self, BUFFER};
use crate::matrix::MatrixRef;
use crate::{Error, Result, memory};

/// What an UTF-8 file may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Characters of a field that a message shows.
const SHOWN: usize = 40;

/// The numbers of a file, row after row.
#[derive(Debug, PartialEq)]
pub struct Table {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// The numbers.
    pub values: Vec<f64>,
}

/// Reads the numbers in the file at `path`, at most `most` of them, leaving out the first `skipped_lines` lines. Spaces and tabs
/// around a number are skipped; lines end with a line feed, or a carriage return and a line feed, and the last one may do
/// without.
///
/// A number is written as `-12.5e-3`, without a sign, a point or an exponent if need be, or it is `nan`, `inf` or `infinity`,
/// in upper or lower case. It is rounded to the nearest double.
///
/// # Errors
/// - [`Error::Delimiter`] and [`Error::SkippedLines`] for such arguments.
/// - [`Error::Io`] when the file cannot be read.
/// - [`Error::File`], with line and column, for a field that is empty, is not a number or is too large for a double, and for a
///   row that is not as long as the first one; for more than `most` numbers.
/// - [`Error::OutOfMemory`] when there is none for the numbers or for the longest line.
pub fn read(path: &Path, delimiter: u32, skipped_lines: i64, most: usize) -> Result<Table> {
    let delimiter = delimiter_of(delimiter)?;
    let skipped = u64::try_from(skipped_lines).map_err(|_| Error::SkippedLines { lines: skipped_lines })?;
    let (file, _) = file::open(path)?;
    let mut lines = Lines::of(file, path)?;
    let mut table = Table { rows: 0, columns: 0, values: Vec::new() };
    while let Some((number, line)) = lines.next()? {
        if number > skipped {
            let line = if number == 1 { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
            table.add(line, delimiter, most).map_err(|refused| refused.error(path, number, skipped + 1))?;
        }
    }
    Ok(table)
}

/// Writes `matrix` to `path`, in place of a file that may be there: a line with a line feed for each row, and the shortest
/// text for each number that is read as the same one. Without values there are no lines.
///
/// # Errors
/// - [`Error::Delimiter`].
/// - [`Error::Io`] when the file cannot be written; the old one stays as it was.
/// - [`Error::OutOfMemory`] when there is none for a small buffer.
pub fn write(path: &Path, delimiter: u32, matrix: MatrixRef<'_>) -> Result<()> {
    /// More than the text of any number and what follows it.
    const LONGEST: usize = 64;
    let delimiter = delimiter_of(delimiter)?;
    let mut text: Vec<u8> = memory::with_capacity(BUFFER + LONGEST)?;
    file::replace(path, |file| {
        for row in matrix.values().chunks(matrix.columns().max(1)) {
            for (column, value) in row.iter().enumerate() {
                if column > 0 {
                    text.push(delimiter);
                }
                if value.is_nan() {
                    write!(text, "nan")?
                } else {
                    write!(text, "{value:?}")?
                }
                if text.len() >= BUFFER {
                    file.write_all(&text)?;
                    text.clear();
                }
            }
            text.push(b'\n');
        }
        file.write_all(&text)
    })
}

fn delimiter_of(delimiter: u32) -> Result<u8> {
    match u8::try_from(delimiter) {
        Ok(byte) if byte == b'\t' || byte == b' ' || byte.is_ascii_punctuation() && !b"+-.\"".contains(&byte) => {
            Ok(byte)
        }
        _ => Err(Error::Delimiter { delimiter }),
    }
}

/// What is wrong with a line.
enum Refused {
    /// The field in a column, counted from zero.
    Field(usize, String),
    /// The row, of which this column is one too many or the first one that is missing, for the first row has as many as this.
    Length(usize, usize),
    /// There are more numbers than this.
    Count(usize),
    /// There is no memory.
    Memory(Error),
}

impl Refused {
    fn error(self, path: &Path, line: u64, first_line: u64) -> Error {
        Error::file(
            path,
            match self {
                Self::Field(column, problem) => format!("line {line}, column {}: {problem}", column + 1),
                Self::Length(column, columns) => {
                    let problem = if column < columns { "there is no such field" } else { "there is one more field" };
                    let s = if columns == 1 { "" } else { "s" };
                    format!(
                        "line {line}, column {}: {problem}, but line {first_line} has {columns} field{s}",
                        column + 1
                    )
                }
                Self::Count(most) => format!("line {line}: it has more than {most} numbers"),
                Self::Memory(error) => return error,
            },
        )
    }
}

impl Table {
    /// Adds the row that a line is.
    fn add(&mut self, line: &[u8], delimiter: u8, most: usize) -> std::result::Result<(), Refused> {
        let mut count = 0;
        for field in line.split(|byte| *byte == delimiter) {
            if self.rows > 0 && count == self.columns {
                return Err(Refused::Length(count, self.columns));
            }
            let value = number(field).map_err(|problem| Refused::Field(count, problem))?;
            if self.values.len() == most {
                return Err(Refused::Count(most));
            }
            if self.values.len() == self.values.capacity() {
                // Twice as many as there are: no more is asked for than the file fills.
                let bytes = self.values.len().saturating_mul(2 * size_of::<f64>());
                self.values.try_reserve(1).map_err(|_| Refused::Memory(Error::OutOfMemory { bytes }))?;
            }
            self.values.push(value);
            count += 1;
        }
        if self.rows > 0 && count < self.columns {
            return Err(Refused::Length(count, self.columns));
        }
        self.columns = count;
        self.rows += 1;
        Ok(())
    }
}

/// Returns the number that a field is, or what is wrong with it.
fn number(field: &[u8]) -> std::result::Result<f64, String> {
    let field = trimmed(field);
    if field.is_empty() {
        return Err("the field is empty".into());
    }
    let value = str::from_utf8(field).ok().and_then(|text| text.parse::<f64>().ok());
    match value {
        Some(value) if value.is_infinite() && !field.iter().any(|byte| byte.eq_ignore_ascii_case(&b'i')) => {
            Err(format!("{} is too large for a double", shown(field)))
        }
        Some(value) => Ok(value),
        None => Err(format!("\"{}\" is not a number", shown(field))),
    }
}

fn trimmed(mut field: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = field {
        field = rest;
    }
    field
}

/// Returns the beginning of a field for a message.
fn shown(field: &[u8]) -> String {
    // No character has more than four bytes.
    let beginning = String::from_utf8_lossy(&field[..field.len().min(4 * SHOWN)]);
    let mut characters = beginning.chars().map(|character| if character.is_control() { '\u{FFFD}' } else { character });
    let text: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_none() && field.len() <= 4 * SHOWN { text } else { text + "..." }
}

/// The lines of a file, of which one at a time is in memory.
struct Lines<'a> {
    file: File,
    path: &'a Path,
    buffer: Vec<u8>,
    /// Where the next line begins, and where the bytes end that have been read.
    start: usize,
    end: usize,
    /// Lines that have been returned.
    count: u64,
}

impl<'a> Lines<'a> {
    fn of(file: File, path: &'a Path) -> Result<Self> {
        Ok(Self { file, path, buffer: memory::filled(BUFFER)?, start: 0, end: 0, count: 0 })
    }

    /// Returns the next line without its end, and its number from one on.
    fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
        let mut searched = self.start;
        let (line, next) = loop {
            if let Some(length) = self.buffer[searched..self.end].iter().position(|byte| *byte == b'\n') {
                let end = searched + length;
                break (self.start..end, end + 1);
            }
            // Further bytes follow those of a line that has begun.
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            searched = self.end;
            if self.end == self.buffer.len() {
                let longer = 2 * self.buffer.len();
                let refused = |_| Error::OutOfMemory { bytes: longer };
                self.buffer.try_reserve_exact(longer - self.buffer.len()).map_err(refused)?;
                self.buffer.resize(longer, 0);
            }
            let read = loop {
                match self.file.read(&mut self.buffer[self.end..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    result => break result.map_err(|error| Error::io(self.path, &error))?,
                }
            };
            if read == 0 {
                if self.end == 0 {
                    return Ok(None);
                }
                break (0..self.end, self.end);
            }
            self.end += read;
        };
        self.start = next;
        self.count += 1;
        let line = &self.buffer[line];
        Ok(Some((self.count, line.strip_suffix(b"\r").unwrap_or(line))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::Scratch;

    const COMMA: u32 = b',' as u32;

    fn text(name: &str, text: &[u8]) -> (Scratch, std::path::PathBuf) {
        let scratch = Scratch::new(name);
        let path = scratch.file("a.csv");
        std::fs::write(&path, text).unwrap();
        (scratch, path)
    }

    fn table(rows: usize, columns: usize, values: &[f64]) -> Table {
        Table { rows, columns, values: values.to_vec() }
    }

    #[test]
    fn numbers_are_read_row_after_row() {
        for (csv, delimiter, skipped, expected) in [
            ("", ',', 0, table(0, 0, &[])),
            ("1", ',', 0, table(1, 1, &[1.0])),
            ("1,2\n3,4\n", ',', 0, table(2, 2, &[1.0, 2.0, 3.0, 4.0])),
            ("1,2\r\n3,4", ',', 0, table(2, 2, &[1.0, 2.0, 3.0, 4.0])),
            ("\u{FEFF}1,2\n", ',', 0, table(1, 2, &[1.0, 2.0])),
            ("größe;\"数\n1;2\n", ';', 1, table(1, 2, &[1.0, 2.0])),
            ("a\nb\n", ',', 2, table(0, 0, &[])),
            ("a\n", ',', 9, table(0, 0, &[])),
            (" 1\t2 \n", '\t', 0, table(1, 2, &[1.0, 2.0])),
            ("1 2\n", ' ', 0, table(1, 2, &[1.0, 2.0])),
            ("-1.5e-3,+.5,5.,1E2\n", ',', 0, table(1, 4, &[-0.0015, 0.5, 5.0, 100.0])),
            ("inf,-Infinity,1e-400\n", ',', 0, table(1, 3, &[f64::INFINITY, f64::NEG_INFINITY, 0.0])),
        ] {
            let (_scratch, path) = text("csv-read", csv.as_bytes());
            assert_eq!(read(&path, delimiter.into(), skipped, 100), Ok(expected), "{csv:?}");
        }
        let (_scratch, path) = text("csv-nan", b"NaN,nan");
        assert!(read(&path, COMMA, 0, 2).unwrap().values.iter().all(|value| value.is_nan()));
    }

    #[test]
    fn what_is_wrong_is_named_by_line_and_column() {
        let long = format!("1,{}", "x".repeat(1000));
        for (csv, skipped, problem) in [
            ("1,2\n3,\n", 0, "line 2, column 2: the field is empty"),
            ("1,2\n , 3\n", 0, "line 2, column 1: the field is empty"),
            ("1\n\n", 0, "line 2, column 1: the field is empty"),
            ("1,2\n3,abc\n", 0, "line 2, column 2: \"abc\" is not a number"),
            ("a,b\n1,\"2\"\n", 1, "line 2, column 2: \"\"2\"\" is not a number"),
            ("0x10", 0, "line 1, column 1: \"0x10\" is not a number"),
            ("1d", 0, "line 1, column 1: \"1d\" is not a number"),
            ("1 000", 0, "line 1, column 1: \"1 000\" is not a number"),
            ("1\r2", 0, "line 1, column 1: \"1\u{FFFD}2\" is not a number"),
            ("1,1e999", 0, "line 1, column 2: 1e999 is too large for a double"),
            ("a\n1,2\n3,4,5\n", 1, "line 3, column 3: there is one more field, but line 2 has 2 fields"),
            ("1,2,3\n4\n", 0, "line 2, column 2: there is no such field, but line 1 has 3 fields"),
            ("1\n2,3", 0, "line 2, column 2: there is one more field, but line 1 has 1 field"),
            ("1,2\n3,4\n5", 0, "line 3: it has more than 4 numbers"),
            (&long, 0, &format!("line 1, column 2: \"{}...\" is not a number", "x".repeat(40))),
        ] {
            let (_scratch, path) = text("csv-bad", csv.as_bytes());
            let error = read(&path, COMMA, skipped, 4).unwrap_err();
            assert_eq!(error.to_string(), format!("cannot use {}: {problem}", path.display()), "{csv:?}");
        }
        let (_scratch, path) = text("csv-utf16", b"\xFF\xFE1\0,\x002\0");
        let error = read(&path, COMMA, 0, 4).unwrap_err().to_string();
        assert!(error.ends_with("line 1, column 1: \"\u{FFFD}\u{FFFD}1\u{FFFD}\" is not a number"), "{error}");
    }

    #[test]
    fn delimiters_are_no_part_of_a_number() {
        let (_scratch, path) = text("csv-delimiter", b"1");
        for delimiter in ['.', '-', '+', 'e', '0', '"', '\n', '\r', '\0', '；'] {
            let error = Error::Delimiter { delimiter: delimiter.into() };
            assert_eq!(read(&path, delimiter.into(), 0, 1), Err(error.clone()));
            assert_eq!(write(&path, delimiter.into(), MatrixRef::new(0, 0, &[]).unwrap()), Err(error));
        }
        assert_eq!(read(&path, COMMA, -1, 1), Err(Error::SkippedLines { lines: -1 }));
        assert_eq!(std::fs::read(&path).unwrap(), b"1");
    }

    #[test]
    fn lines_may_be_longer_than_the_buffer() {
        let line = vec!["12345.5"; 50_000].join(",");
        let (_scratch, path) = text("csv-long", format!("{line}\n{line}\r\n{line}").as_bytes());
        let table = read(&path, COMMA, 0, 150_000).unwrap();
        assert_eq!((table.rows, table.columns), (3, 50_000));
        assert!(table.values.iter().all(|value| *value == 12345.5));
    }

    #[test]
    fn a_matrix_comes_back_bit_by_bit() {
        let (scratch, path) = text("csv-round-trip", b"");
        let special = [
            0.0,
            -0.0,
            0.1,
            1.0 / 3.0,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e16,
            1e23,
            9e15,
        ];
        let mut values = special.to_vec();
        values.extend(crate::vector::tests::numbers(7).take(40_000 - special.len()));
        for (delimiter, rows, columns) in [(',', 100, 400), ('\t', 40_000, 1), (' ', 1, 40_000)] {
            write(&path, delimiter.into(), MatrixRef::new(rows, columns, &values).unwrap()).unwrap();
            let table = read(&path, delimiter.into(), 0, usize::MAX).unwrap();
            assert_eq!((table.rows, table.columns), (rows, columns));
            assert!(table.values.iter().zip(&values).all(|(read, written)| read.to_bits() == written.to_bits()));
        }
        write(&path, COMMA, MatrixRef::new(2, 2, &[1.0, f64::NAN, -0.0, 1e300]).unwrap()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1.0,nan\n-0.0,1e300\n");
        write(&path, COMMA, MatrixRef::new(2, 0, &[]).unwrap()).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        assert_eq!(scratch.names(), ["a.csv"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(proptest::sample::select(b"0123456789.,-+eEnaif \t\r\n\"\xFF".to_vec()), 0..60),
            skipped in 0_i64..3,
        ) {
            let (_scratch, path) = text("csv-any", &bytes);
            match read(&path, COMMA, skipped, 1000) {
                Ok(table) => proptest::prop_assert_eq!(table.values.len(), table.rows * table.columns),
                Err(error) => proptest::prop_assert!(error.to_string().contains("line "), "{}", error),
            }
        }
    }
}
