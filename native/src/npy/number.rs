//! The number types of NumPy's files, and how their values become those of Rust.

use std::fmt::Display;

use crate::float::half::Half;
use crate::memory::Plain;

/// A number type of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One byte, which is not zero for true.
    Bool,
    /// Signed integers of 8 bits.
    Int8,
    /// Signed integers of 16 bits.
    Int16,
    /// Signed integers of 32 bits.
    Int32,
    /// Signed integers of 64 bits.
    Int64,
    /// Unsigned integers of 8 bits.
    Uint8,
    /// Unsigned integers of 16 bits.
    Uint16,
    /// Unsigned integers of 32 bits.
    Uint32,
    /// Unsigned integers of 64 bits.
    Uint64,
    /// Half precision.
    Float16,
    /// Single precision.
    Float32,
    /// Double precision.
    Float64,
}

/// What a header calls each type besides the type string of [`Kind::of`]: the characters and names that `numpy.dtype` takes.
const ALIASES: &[(Kind, &[&str])] = &[
    (Kind::Bool, &["?", "bool", "bool_"]),
    (Kind::Int8, &["b", "int8", "byte"]),
    (Kind::Int16, &["h", "int16", "short"]),
    (Kind::Int32, &["i", "int32", "intc"]),
    (Kind::Int64, &["l", "q", "p", "n", "int64", "int", "int_", "long", "longlong", "intp"]),
    (Kind::Uint8, &["B", "uint8", "ubyte"]),
    (Kind::Uint16, &["H", "uint16", "ushort"]),
    (Kind::Uint32, &["I", "uint32", "uintc"]),
    (Kind::Uint64, &["L", "Q", "P", "N", "uint64", "uint", "ulong", "ulonglong", "uintp"]),
    (Kind::Float16, &["e", "float16", "half"]),
    (Kind::Float32, &["f", "float32", "single"]),
    (Kind::Float64, &["d", "float64", "double", "float"]),
];

/// NumPy's names of the types that are not read, by the character that their type strings begin with.
const OTHERS: &[(&str, &str)] = &[
    ("O", "object"),
    ("U", "str"),
    ("S", "bytes"),
    ("a", "bytes"),
    ("M", "datetime64"),
    ("m", "timedelta64"),
    ("V", "void"),
];

impl Kind {
    /// Returns the type of a type string without its byte order, such as `f4`, or of a name, such as `float32`.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let kind = match name {
            "b1" => Self::Bool,
            "i1" => Self::Int8,
            "i2" => Self::Int16,
            "i4" => Self::Int32,
            "i8" => Self::Int64,
            "u1" => Self::Uint8,
            "u2" => Self::Uint16,
            "u4" => Self::Uint32,
            "u8" => Self::Uint64,
            "f2" => Self::Float16,
            "f4" => Self::Float32,
            "f8" => Self::Float64,
            _ => return ALIASES.iter().find(|(_, names)| names.contains(&name)).map(|(kind, _)| *kind),
        };
        Some(kind)
    }

    /// Returns NumPy's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Float16 => "float16",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        }
    }

    /// Returns the bytes of a value.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::Bool | Self::Int8 | Self::Uint8 => 1,
            Self::Int16 | Self::Uint16 | Self::Float16 => 2,
            Self::Int32 | Self::Uint32 | Self::Float32 => 4,
            Self::Int64 | Self::Uint64 | Self::Float64 => 8,
        }
    }
}

/// Returns NumPy's name of a type that is not a [`Kind`], given its type string without the byte order.
pub(super) fn other_name(kind: &str) -> String {
    if let Some(bytes) = kind.strip_prefix('c').and_then(|bytes| bytes.parse::<u32>().ok()) {
        return format!("complex{}", u64::from(bytes) * 8);
    }
    if let Some(bytes) = kind.strip_prefix('f').and_then(|bytes| bytes.parse::<u32>().ok()) {
        return format!("float{}", u64::from(bytes) * 8);
    }
    let known = OTHERS.iter().find(|(first, _)| {
        let rest = kind.strip_prefix(first);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|first: char| first.is_ascii_digit() || first == '[')
        })
    });
    known.map_or_else(|| super::header::printable(kind.as_bytes()), |(_, name)| (*name).to_owned())
}

/// Types that are written to a file as they are.
pub trait Written: Copy {
    /// The type string of the bytes that [`write`](Self::write) appends.
    const TYPE: &'static str;

    /// Appends the bytes of the value, the least significant one first.
    fn write(self, bytes: &mut Vec<u8>);
}

/// Implements [`Written`].
macro_rules! written {
    ($type:ty, $name:literal, |$value:ident| $bytes:expr) => {
        impl Written for $type {
            const TYPE: &'static str = $name;

            fn write(self, bytes: &mut Vec<u8>) {
                let $value = self;
                bytes.extend($bytes);
            }
        }
    };
}
written!(Half, "<f2", |half| half.0.to_le_bytes());
written!(f32, "<f4", |value| value.to_le_bytes());
written!(f64, "<f8", |value| value.to_le_bytes());
written!(i64, "<i8", |value| value.to_le_bytes());

/// Types that the values of a file are converted to.
pub trait Number: Written + Plain + Default + Display {
    /// NumPy's name of the type.
    const NAME: &'static str;

    /// Returns the nearest value, or nothing where that is infinite, or has to be an integer and is another.
    fn of_float(value: f64) -> Option<Self>;

    /// Returns exactly the value, or nothing.
    fn of_signed(value: i64) -> Option<Self>;

    /// Returns exactly the value, or nothing.
    fn of_unsigned(value: u64) -> Option<Self>;
}

/// The least number that is too large for an `i64`.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// The least number that is too large for a `u64`.
const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

macro_rules! float {
    ($type:ty, $name:literal) => {
        impl Number for $type {
            const NAME: &'static str = $name;

            #[inline(always)]
            fn of_float(value: f64) -> Option<Self> {
                let converted = value as $type;
                (converted.is_finite() || !value.is_finite()).then_some(converted)
            }

            #[inline(always)]
            fn of_signed(value: i64) -> Option<Self> {
                let converted = value as $type;
                // A conversion back would make the largest integer of 2^63.
                (f64::from(converted) < TWO_TO_63 && converted as i64 == value).then_some(converted)
            }

            #[inline(always)]
            fn of_unsigned(value: u64) -> Option<Self> {
                let converted = value as $type;
                (f64::from(converted) < TWO_TO_64 && converted as u64 == value).then_some(converted)
            }
        }
    };
}
float!(f32, "float32");
float!(f64, "float64");

impl Number for i64 {
    const NAME: &'static str = "int64";

    #[inline(always)]
    fn of_float(value: f64) -> Option<Self> {
        ((-TWO_TO_63..TWO_TO_63).contains(&value) && value.trunc() == value).then_some(value as Self)
    }

    #[inline(always)]
    fn of_signed(value: i64) -> Option<Self> {
        Some(value)
    }

    #[inline(always)]
    fn of_unsigned(value: u64) -> Option<Self> {
        Self::try_from(value).ok()
    }
}

/// A value that cannot be converted.
#[derive(Debug, PartialEq)]
pub(super) struct Refused {
    /// Its index among the values.
    pub(super) index: usize,
    /// The value.
    pub(super) value: String,
}

/// Converts the values that `bytes` are, as many as there is room for in `values`.
///
/// # Errors
/// The first value that has no counterpart.
pub(super) fn convert<T: Number>(kind: Kind, big_endian: bool, bytes: &[u8], values: &mut [T]) -> Result<(), Refused> {
    macro_rules! number {
        ($type:ty, $of:ident, $wide:ty) => {
            if big_endian {
                each(bytes, values, <$type>::from_be_bytes, |value| T::$of(<$wide>::from(value)))
            } else {
                each(bytes, values, <$type>::from_le_bytes, |value| T::$of(<$wide>::from(value)))
            }
        };
    }
    match kind {
        Kind::Bool => each(bytes, values, |[byte]: [u8; 1]| u8::from(byte != 0), |value| T::of_unsigned(value.into())),
        Kind::Int8 => number!(i8, of_signed, i64),
        Kind::Int16 => number!(i16, of_signed, i64),
        Kind::Int32 => number!(i32, of_signed, i64),
        Kind::Int64 => number!(i64, of_signed, i64),
        Kind::Uint8 => number!(u8, of_unsigned, u64),
        Kind::Uint16 => number!(u16, of_unsigned, u64),
        Kind::Uint32 => number!(u32, of_unsigned, u64),
        Kind::Uint64 => number!(u64, of_unsigned, u64),
        Kind::Float16 if big_endian => {
            each(bytes, values, |b| Half(u16::from_be_bytes(b)).value(), |x| T::of_float(x.into()))
        }
        Kind::Float16 => each(bytes, values, |b| Half(u16::from_le_bytes(b)).value(), |x| T::of_float(x.into())),
        Kind::Float32 => number!(f32, of_float, f64),
        Kind::Float64 => number!(f64, of_float, f64),
    }
}

#[inline(always)]
fn each<V: Copy + Display, T, const N: usize>(
    bytes: &[u8],
    values: &mut [T],
    decode: impl Fn([u8; N]) -> V,
    convert: impl Fn(V) -> Option<T>,
) -> Result<(), Refused> {
    for (index, (value, bytes)) in values.iter_mut().zip(bytes.as_chunks().0).enumerate() {
        let read = decode(*bytes);
        match convert(read) {
            Some(converted) => *value = converted,
            None => return Err(Refused { index, value: read.to_string() }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_converted_exactly_or_not_at_all() {
        let two_53 = 1_i64 << 53;
        assert_eq!(f64::of_signed(two_53), Some(two_53 as f64));
        assert_eq!(f64::of_signed(two_53 + 1), None);
        assert_eq!(f64::of_signed(two_53 + 2), Some((two_53 + 2) as f64));
        assert_eq!(f64::of_signed(i64::MIN), Some(-TWO_TO_63));
        assert_eq!(f64::of_signed(i64::MAX), None);
        assert_eq!(f64::of_unsigned(u64::MAX), None);
        assert_eq!(f64::of_unsigned(1 << 63), Some(TWO_TO_63));
        assert_eq!(f32::of_signed(16_777_217), None);
        assert_eq!(f32::of_signed(-16_777_216), Some(-16_777_216.0));
        assert_eq!(f32::of_signed(i64::MAX), None);
        assert_eq!(f32::of_unsigned(u64::MAX), None);
        assert_eq!(i64::of_unsigned(u64::MAX), None);
        assert_eq!(i64::of_unsigned(i64::MAX as u64), Some(i64::MAX));
    }

    #[test]
    fn floats_become_integers_where_they_are_some() {
        assert_eq!(i64::of_float(-3.0), Some(-3));
        assert_eq!(i64::of_float(-0.0), Some(0));
        assert_eq!(i64::of_float(-TWO_TO_63), Some(i64::MIN));
        for value in [0.5, TWO_TO_63, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(i64::of_float(value), None, "{value}");
        }
    }

    #[test]
    fn floats_are_rounded_but_not_to_infinity() {
        assert_eq!(f32::of_float(0.1), Some(0.1));
        assert_eq!(f32::of_float(1e-300), Some(0.0));
        assert_eq!(f32::of_float(f64::NEG_INFINITY), Some(f32::NEG_INFINITY));
        assert!(f32::of_float(f64::NAN).unwrap().is_nan());
        assert_eq!(f32::of_float(1e39), None);
        assert_eq!(f64::of_float(f64::MAX), Some(f64::MAX));
    }

    #[test]
    fn names_are_those_of_numpy() {
        for (kind, names) in ALIASES {
            for name in *names {
                assert_eq!(Kind::of(name), Some(*kind));
            }
            assert_eq!(Kind::of(kind.name()), Some(*kind));
            let letter = match kind {
                Kind::Bool => 'b',
                _ if kind.name().starts_with('u') => 'u',
                _ if kind.name().starts_with('i') => 'i',
                _ => 'f',
            };
            assert_eq!(Kind::of(&format!("{letter}{}", kind.width())), Some(*kind));
        }
        for (kind, name) in [
            ("c8", "complex64"),
            ("c16", "complex128"),
            ("f16", "float128"),
            ("O", "object"),
            ("U10", "str"),
            ("S3", "bytes"),
            ("M8[ns]", "datetime64"),
            ("m8", "timedelta64"),
            ("V4", "void"),
            ("i3", "i3"),
            ("Matrix", "Matrix"),
            ("c99999999999", "c99999999999"),
        ] {
            assert_eq!((Kind::of(kind), other_name(kind).as_str()), (None, name));
        }
    }
}
