//! How far a save, or the reading of what has been saved, has come.

use super::store::Unwritten;
use crate::npy;

/// A save that has begun, and the segments that have been opened.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) save: Option<Unwritten>,
    pub(super) segments: Vec<Segment>,
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
}
