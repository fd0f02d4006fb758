//! How vectors are stored: as floats, or in half precision.

use std::fs::File;
use std::io;
use std::ops::Range;

use super::buffer::Buffer;
use super::half::{Half, narrow, widen};
use crate::{Error, Result, memory as heap};

/// The type of a stored value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// Single precision: 4 bytes.
    #[default]
    Float32,
    /// Half precision (IEEE 754 binary16): 2 bytes.
    Float16,
}

impl Storage {
    /// Returns the bytes of a value.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Float32 => size_of::<f32>(),
            Self::Float16 => size_of::<Half>(),
        }
    }
}

/// Values as they are stored.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stored<'a> {
    Floats(&'a [f32]),
    Halves(&'a [Half]),
}

impl<'a> Stored<'a> {
    /// Returns how many there are.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Halves(values) => values.len(),
        }
    }

    /// Returns some of them.
    pub(super) fn part(self, range: Range<usize>) -> Self {
        match self {
            Self::Floats(values) => Self::Floats(&values[range]),
            Self::Halves(values) => Self::Halves(&values[range]),
        }
    }

    /// Returns them a row of as many values after the other.
    pub(super) fn rows(self, dimension: usize) -> impl Iterator<Item = Self> {
        (0..self.len()).step_by(dimension).map(move |at| self.part(at..at + dimension))
    }

    /// Returns them as floats, which are in `room` unless they are stored so. It has room for as many.
    pub(super) fn floats<'b>(self, room: &'b mut [f32]) -> &'b [f32]
    where
        'a: 'b,
    {
        match self {
            Self::Floats(values) => values,
            Self::Halves(values) => {
                let room = &mut room[..values.len()];
                widen(values, room);
                room
            }
        }
    }

    /// Writes them to `room`, which has room for as many.
    pub(super) fn copy_to(self, room: &mut [f32]) {
        match self {
            Self::Floats(values) => room.copy_from_slice(values),
            Self::Halves(values) => widen(values, room),
        }
    }

    /// Returns the addresses of what they take in memory, a step of so many bytes after each other.
    pub(super) fn addresses(self, step: usize) -> impl Iterator<Item = *const u8> {
        let (first, bytes) = match self {
            Self::Floats(values) => (values.as_ptr().cast::<u8>(), size_of_val(values)),
            Self::Halves(values) => (values.as_ptr().cast::<u8>(), size_of_val(values)),
        };
        (0..bytes).step_by(step).map(move |at| first.wrapping_add(at))
    }

    /// Returns them if they are stored as floats, otherwise nothing.
    pub(super) fn as_floats(self) -> &'a [f32] {
        if let Self::Floats(values) = self { values } else { &[] }
    }

    /// Returns them if they are stored in half precision, otherwise nothing.
    pub(super) fn as_halves(self) -> &'a [Half] {
        if let Self::Halves(values) = self { values } else { &[] }
    }
}

/// Writes values to the room that it is given, some at a time, and is told how many it has written already.
pub(super) type Fill<'a, E> = dyn FnMut(usize, &mut [f32]) -> std::result::Result<(), E> + 'a;

/// Memory for values.
#[derive(Debug)]
pub(super) enum Memory {
    Floats(Buffer),
    Halves(Buffer<Half>),
}

/// Values that are written as floats before they are stored in half precision.
const PIECE: usize = 16 << 10;

impl Memory {
    /// Returns memory for `len` values, at least one.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(super) fn allocate(storage: Storage, len: usize) -> Result<Self> {
        Ok(match storage {
            Storage::Float32 => Self::Floats(Buffer::allocate(len)?),
            Storage::Float16 => Self::Halves(Buffer::allocate(len)?),
        })
    }

    /// Maps `len` values of `file`, which begin at `offset`.
    ///
    /// # Errors
    /// The system's when the file cannot be mapped.
    ///
    /// # Safety
    /// As long as the memory is in use, the file must not be changed or truncated.
    pub(super) unsafe fn map(storage: Storage, file: &File, offset: u64, len: usize) -> io::Result<Self> {
        // SAFETY: as the caller grants.
        unsafe {
            Ok(match storage {
                Storage::Float32 => Self::Floats(Buffer::map(file, offset, len)?),
                Storage::Float16 => Self::Halves(Buffer::map(file, offset, len)?),
            })
        }
    }

    /// Returns how the values are stored.
    pub(super) fn storage(&self) -> Storage {
        match self {
            Self::Floats(_) => Storage::Float32,
            Self::Halves(_) => Storage::Float16,
        }
    }

    /// Returns the bytes that this takes: none for a mapped file.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Floats(buffer) => buffer.bytes(),
            Self::Halves(buffer) => buffer.bytes(),
        }
    }

    /// Has the system begin to read the vectors `rows` of a mapped file: see [`Buffer::will_need`].
    pub(super) fn will_need(&self, dimension: usize, rows: Range<usize>) {
        match self {
            Self::Floats(buffer) => buffer.will_need(dimension, rows),
            Self::Halves(buffer) => buffer.will_need(dimension, rows),
        }
    }

    /// Returns the vectors `rows`.
    ///
    /// # Safety
    /// They must not be written as long as they are in use.
    pub(super) unsafe fn read(&self, dimension: usize, rows: Range<usize>) -> Stored<'_> {
        // SAFETY: as the caller grants.
        unsafe {
            match self {
                Self::Floats(buffer) => Stored::Floats(buffer.read(dimension, rows)),
                Self::Halves(buffer) => Stored::Halves(buffer.read(dimension, rows)),
            }
        }
    }

    /// Lets `fill` write the vectors `rows`, some at a time: it is called with the number of values that it has written already,
    /// which begins with `from`, and with the room for the next ones. In half precision the nearest numbers are stored.
    ///
    /// # Errors
    /// Those of `fill`, and [`Error::OutOfMemory`].
    ///
    /// # Safety
    /// No other thread may read or write them meanwhile, and the memory must not be that of a file.
    pub(super) unsafe fn write<E: From<Error>>(
        &self,
        dimension: usize,
        rows: Range<usize>,
        from: usize,
        fill: &mut Fill<'_, E>,
    ) -> std::result::Result<(), E> {
        match self {
            // SAFETY: as the caller grants.
            Self::Floats(buffer) => unsafe { buffer.write(dimension, rows, |room| fill(from, room)) },
            Self::Halves(buffer) => {
                let most = (PIECE / dimension).min(rows.len()).max(1) * dimension;
                let mut floats: Vec<f32> = heap::filled(most)?;
                let store = |halves: &mut [Half]| {
                    for (piece, halves) in halves.chunks_mut(most).enumerate() {
                        let floats = &mut floats[..halves.len()];
                        fill(from + piece * most, floats)?;
                        narrow(floats, halves);
                    }
                    Ok(())
                };
                // SAFETY: as the caller grants.
                unsafe { buffer.write(dimension, rows, store) }
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
