//! The headers of NumPy's files.

use std::fmt;

use super::number::{self, Kind};

/// How the values of a file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The number type.
    pub kind: Kind,
    /// Whether the most significant byte of a value comes first.
    pub big_endian: bool,
    /// Whether the values of a column lie side by side (Fortran order) instead of those of a row (C order).
    pub fortran_order: bool,
}

impl fmt::Display for Format {
    /// Writes the number type, and the byte order where it is not this machine's: `big-endian float32`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let swapped = self.kind.width() > 1 && self.big_endian != cfg!(target_endian = "big");
        let order = if self.big_endian { "big-endian " } else { "little-endian " };
        write!(f, "{}{}", if swapped { order } else { "" }, self.kind.name())
    }
}

/// What the header of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// How the values are stored.
    pub format: Format,
    /// Length of every dimension.
    pub shape: Vec<u64>,
}

/// The lengths of dimensions as Python writes them: `(2, 3)`, or `(2,)` for one.
#[derive(Debug)]
pub(super) struct Shape<'a>(pub(super) &'a [u64]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<String> = self.0.iter().map(u64::to_string).collect();
        write!(f, "({}{})", lengths.join(", "), if lengths.len() == 1 { "," } else { "" })
    }
}

/// Returns what the text of a header says, or what is wrong with it.
///
/// It may be written in every way in which NumPy has written headers: with type strings, characters or names of types, with
/// the `u` of Python 2 before its strings and its `L` after its numbers.
///
/// # Errors
/// A description of the problem, when `text` is not the literal of a Python dictionary with exactly the entries
/// `descr`, `fortran_order` and `shape`, or names another type than a [`Kind`].
pub fn parse(text: &[u8]) -> Result<Header, String> {
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
    let (kind, big_endian) = kind.ok_or_else(|| missing("descr"))?;
    let fortran_order = fortran_order.ok_or_else(|| missing("fortran_order"))?;
    let shape = shape.ok_or_else(|| missing("shape"))?;
    Ok(Header { format: Format { kind, big_endian, fortran_order }, shape })
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

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.accept(byte) { Ok(()) } else { Err(self.unexpected(&format!("{}", char::from(byte)))) }
    }

    fn unexpected(&self, wanted: &str) -> String {
        if self.rest.is_empty() {
            format!("its header ends where {wanted} is needed")
        } else {
            format!("its header has {} where {wanted} is needed", printable(self.rest))
        }
    }

    fn string(&mut self) -> Result<&'a str, String> {
        self.skip_space();
        // Python 2 writes u'...' for text.
        let (quote, rest) = match self.rest {
            [b'u' | b'U', quote @ (b'\'' | b'"'), rest @ ..] | [quote @ (b'\'' | b'"'), rest @ ..] => (*quote, rest),
            _ => return Err(self.unexpected("a string")),
        };
        let end = rest.iter().position(|byte| *byte == quote).ok_or_else(|| self.unexpected("a whole string"))?;
        let text = str::from_utf8(&rest[..end]).map_err(|_| self.unexpected("text"))?;
        self.rest = &rest[end + 1..];
        Ok(text)
    }

    fn kind(&mut self) -> Result<(Kind, bool), String> {
        self.skip_space();
        let refused = |name: &str| format!("its values are of the type {name}, not numbers or truth values");
        if self.rest.first() == Some(&b'[') {
            return Err(refused(&format!("void with fields {}", printable(self.rest))));
        }
        let text = self.string()?;
        let native = cfg!(target_endian = "big");
        let (big_endian, kind) = match text.split_at_checked(1) {
            Some(("<", kind)) => (false, kind),
            Some((">", kind)) => (true, kind),
            Some(("=" | "|", kind)) => (native, kind),
            _ => (native, text),
        };
        Kind::of(kind).map(|kind| (kind, big_endian)).ok_or_else(|| refused(&number::other_name(kind)))
    }

    fn boolean(&mut self) -> Result<bool, String> {
        self.skip_space();
        for (name, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(name.as_bytes()) {
                self.rest = rest;
                return Ok(value);
            }
        }
        Err(self.unexpected("True or False"))
    }

    fn shape(&mut self) -> Result<Vec<u64>, String> {
        let mut shape = Vec::new();
        self.expect(b'(')?;
        while !self.accept(b')') {
            shape.push(self.number()?);
            // NumPy's own arrays have at most 64 dimensions.
            if shape.len() > 64 {
                return Err("it has more than 64 dimensions".into());
            }
            // In Python, (3) is a number; (3,) is the shape of one dimension.
            if !self.accept(b',') {
                self.expect(if shape.len() == 1 { b',' } else { b')' })?;
                break;
            }
        }
        Ok(shape)
    }

    fn number(&mut self) -> Result<u64, String> {
        self.skip_space();
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        let value = number.iter().try_fold(0_u64, |value, digit| {
            value.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit - b'0')))
        });
        match value {
            Some(value) if digits > 0 => {
                // Python 2 writes 3L for some.
                self.rest = rest.strip_prefix(b"L").unwrap_or(rest);
                Ok(value)
            }
            _ => Err(self.unexpected("a dimension")),
        }
    }

    fn end(&mut self) -> Result<(), String> {
        self.skip_space();
        if self.rest.is_empty() { Ok(()) } else { Err(self.unexpected("the end")) }
    }
}

/// Returns the beginning of `bytes` for a message.
pub(super) fn printable(bytes: &[u8]) -> String {
    let bytes = bytes.iter().take(20).map(|byte| char::from(*byte));
    bytes.map(|byte| if byte == ' ' || byte.is_ascii_graphic() { byte } else { char::REPLACEMENT_CHARACTER }).collect()
}
