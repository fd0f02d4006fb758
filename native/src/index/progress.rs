//! How far a save, or the reading of what has been saved, has come.

use super::store::Unwritten;
use crate::npy;

/// A save that has begun, and the segments that have been opened.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) save: Option<Unwritten>,
    pub(super) segments: Vec<Segment>,
    /// The constants of the vectors whose codes have been written last, five for each.
    pub(super) constants: Vec<f32>,
}

/// What one save has written.
#[derive(Debug, Default)]
pub(super) struct Segment {
    /// The vectors, with the checksum of their file.
    pub(super) vectors: Option<(npy::Reader, u32)>,
    /// Their ids.
    pub(super) ids: Vec<i64>,
    /// The ids of vectors that are gone from earlier segments.
    pub(super) gone: Vec<i64>,
    /// The codes of the vectors, if they have been saved.
    pub(super) codes: SavedCodes,
}

/// The codes of a segment.
#[derive(Debug, Default)]
pub(super) struct SavedCodes {
    /// The codes, with the checksum of their file.
    pub(super) values: Option<(npy::Reader, u32)>,
    /// The constants of each vector, with the checksum of their file.
    pub(super) constants: Option<(npy::Reader, u32)>,
    /// What the codes are relative to.
    pub(super) centre: Vec<f32>,
}
