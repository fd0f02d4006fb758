//! Files of any format: how one is opened for reading, and how one is written as a whole.

pub mod crc32;

use std::fs::{self, File, OpenOptions};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Error, Result};

/// Bytes that are read or written at once.
pub(crate) const BUFFER: usize = 1 << 16;

/// Opens the file at `path` for reading, and returns it with its length.
///
/// # Errors
/// - [`Error::Io`] when the file cannot be opened.
/// - [`Error::File`] when it is a directory, a device or a pipe, whose length nobody knows.
pub fn open(path: &Path) -> Result<(File, u64)> {
    let failed = |error| Error::io(path, &error);
    // Asked before it is opened, for to open a pipe waits until a process writes to it.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Error::file(path, "it is not a regular file".into()));
    }
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    Ok((file, length))
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
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    let (temporary, mut file) = create_beside(path)?;
    let written = write(&mut file).map_err(|error| Error::io(path, &error));
    drop(file);
    let written = written.and_then(|()| put_in_place(&temporary, path));
    if written.is_err() {
        // The first failure is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Writes a new file at `path`, and forces it to the disk. What is there already is left alone.
///
/// # Errors
/// [`Error::Io`] when there is such a file, or it cannot be written; it is removed then.
pub fn create(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    let failed = |error: io::Error| Error::io(path, &error);
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    let written = write(&mut file).and_then(|()| file.sync_all());
    drop(file);
    if written.is_err() {
        // The first failure is the one to report.
        let _ = fs::remove_file(path);
    }
    written.map_err(failed)
}

/// Creates the file that [`put_in_place`] puts in the place of the one at `path`, in the same directory, and returns its path
/// with it. Only those who may read the old file may read it.
///
/// # Errors
/// [`Error::Io`] when that fails, or `path` is a directory, a device or a pipe.
pub fn create_beside(path: &Path) -> Result<(PathBuf, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let failed = |error: io::Error| Error::io(path, &error);
    let invalid = |problem: &str| failed(io::Error::new(io::ErrorKind::InvalidInput, problem));
    let target = target(path)?;
    if target.file_name().is_none() {
        return Err(invalid("not the name of a file"));
    }
    let old = fs::metadata(&target).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return Err(invalid("it is not a regular file"));
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Some(old) = old {
        // The owner writes to it until it is in its place.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, old.permissions().mode() | 0o200);
    }
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        // Not the name with something added, which may be too long.
        let temporary = target.with_file_name(format!(".rust-ffi-{}-{next}.tmp", std::process::id()));
        match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return result.map(|file| (temporary, file)).map_err(failed),
        }
    }
}

/// Puts the file at `temporary`, which [`create_beside`] has created, in the place of the one at `path`, as [`replace`] says.
///
/// # Errors
/// [`Error::Io`] when that fails; the old file stays as it was, and the new one where it is.
pub fn put_in_place(temporary: &Path, path: &Path) -> Result<()> {
    let failed = |error: io::Error| Error::io(path, &error);
    let target = target(path)?;
    // Windows forces only what was opened for writing to the disk.
    let file = OpenOptions::new().write(true).open(temporary).map_err(failed)?;
    if let Ok(old) = fs::metadata(&target) {
        file.set_permissions(old.permissions()).map_err(failed)?;
    }
    file.sync_all().map_err(failed)?;
    drop(file);
    fs::rename(temporary, &target).map_err(failed)?;
    #[cfg(unix)]
    if let Some(directory) = target.parent() {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        // The file is in its place. That a directory must not be read, or cannot be forced to the disk, does not change that.
        let _ = File::open(directory).and_then(|directory| directory.sync_all());
    }
    Ok(())
}

/// Returns the file that a symbolic link leads to, or the path itself.
fn target(path: &Path) -> Result<PathBuf> {
    if path.is_symlink() { fs::canonicalize(path).map_err(|error| Error::io(path, &error)) } else { Ok(path.into()) }
}

/// Returns the error of reading the file at `path` to an end that is known.
pub(crate) fn truncated(path: &Path, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        Error::file(path, "it ends early".into())
    } else {
        Error::io(path, error)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Write;

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

        pub(crate) fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let scratch = Scratch::new("file-failed-write");
        let path = scratch.file("a");
        replace(&path, |file| file.write_all(b"old")).unwrap();
        let error = replace(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("disk on fire"))
        });
        assert_eq!(error.unwrap_err().to_string(), format!("{}: disk on fire", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(scratch.names(), ["a"]);
        let missing = scratch.file("no/such/directory");
        assert!(matches!(replace(&missing, |_| Ok(())), Err(Error::Io { .. })));
    }

    #[test]
    fn a_reader_of_the_old_file_keeps_it() {
        let scratch = Scratch::new("file-old-reader");
        let path = scratch.file("a");
        replace(&path, |file| file.write_all(b"old")).unwrap();
        let (old, length) = open(&path).unwrap();
        replace(&path, |file| file.write_all(b"newer")).unwrap();
        assert_eq!((io::read_to_string(old).unwrap().as_str(), length), ("old", 3));
        assert_eq!(fs::read(&path).unwrap(), b"newer");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_and_stays_one() {
        let scratch = Scratch::new("file-pipe");
        let path = scratch.file("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let error = open(&path).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot use {}: it is not a regular file", path.display()));
        let error = replace(&path, |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: it is not a regular file", path.display()));
        assert_eq!(scratch.names(), ["pipe"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay_as_they_were() {
        let scratch = Scratch::new("file-link");
        let (path, link) = (scratch.file("a"), scratch.file("link"));
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink("a", &link).unwrap();
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

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_read_only_is_replaced_and_stays_so() {
        let scratch = Scratch::new("file-read-only");
        let path = scratch.file("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        replace(&path, |file| file.write_all(b"new")).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!((fs::read(&path).unwrap(), mode), (b"new".to_vec(), 0o440));
    }
}
