//! Natives behind the files that Java writes itself.

use super::natives;
use super::strings::java_string;
use crate::file;

natives! {
    fn create_beside[call](path: Path) -> JString {
        let (temporary, _) = file::create_beside(&path)?;
        // What stands in front of its name is the path, which came from Java, or what a link there leads to.
        java_string(call, &temporary.to_string_lossy())
    }

    fn put_in_place[_call](temporary: Path, path: Path) {
        Ok(file::put_in_place(&temporary, &path)?)
    }
}
