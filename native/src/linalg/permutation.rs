//! Permutations of rows or columns, as the factorizations have them: the number of each, once.

use crate::{Error, Result};

/// Returns an error unless `permutation` has an entry for each of `rows`.
///
/// # Errors
/// [`Error::PermutationLength`].
pub(crate) fn check_length(rows: usize, permutation: &[i32]) -> Result<()> {
    let length = permutation.len();
    if length == rows { Ok(()) } else { Err(Error::PermutationLength { rows, length }) }
}

/// Returns an entry, which is the number of a row if this is a permutation.
///
/// # Errors
/// [`Error::PermutationEntry`].
pub(crate) fn entry(permutation: &[i32], index: usize) -> Result<usize> {
    let (value, rows) = (permutation[index], permutation.len());
    let entry = usize::try_from(value).ok().filter(|&entry| entry < rows);
    entry.ok_or(Error::PermutationEntry { index, value, rows })
}

/// Sets a permutation to the one that changes nothing.
///
/// # Errors
/// [`Error::OutOfMemory`] when it has more entries than an `i32` counts.
pub(crate) fn set_identity(permutation: &mut [i32]) -> Result<()> {
    for (i, entry) in permutation.iter_mut().enumerate() {
        *entry = i32::try_from(i).map_err(|_| Error::OutOfMemory { bytes: usize::MAX })?;
    }
    Ok(())
}
