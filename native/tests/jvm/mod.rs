//! A JVM for tests, which runs with `-Xcheck:jni`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jni::{InitArgsBuilder, JNIVersion, JavaVM};

/// Starts a JVM with the classes of the library that Rust calls, and with some more.
///
/// # Panics
/// When there is no JDK.
#[must_use]
pub fn start(name: &str, more: &[(&str, &str)]) -> JavaVM {
    let classes = compile(name, more);
    let options = InitArgsBuilder::new()
        .version(JNIVersion::V1_8)
        .option("-Xcheck:jni")
        .option(format!("-Djava.class.path={}", classes.display()))
        .build()
        .unwrap();
    JavaVM::new(options).expect("a JDK is installed")
}

/// Returns whether there is a JDK to test with. Maven names its own one; whoever runs cargo alone may have none.
#[must_use]
pub fn is_installed() -> bool {
    let is_installed =
        std::env::var_os("JAVA_HOME").is_some() || Command::new("javac").arg("-version").output().is_ok();
    if !is_installed {
        println!("JAVA_HOME is not set, and no javac is on the PATH: nothing was tested");
    }
    is_installed
}

/// Compiles `Natives`, what it needs, and some more, each a name and a text.
fn compile(name: &str, more: &[(&str, &str)]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let sources = directory.join("sources");
    fs::create_dir_all(&sources).unwrap();
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../java/rust-ffi/src/main/java/io/github/rustffi");
    let mut files: Vec<PathBuf> = [
        "internal/Natives.java",
        "internal/Failures.java",
        "SingularMatrixException.java",
        "NotPositiveDefiniteException.java",
        "NoConvergenceException.java",
    ]
    .iter()
    .map(|file| library.join(file))
    .collect();
    for (name, text) in more {
        let file = sources.join(format!("{name}.java"));
        fs::write(&file, text).unwrap();
        files.push(file);
    }
    let javac = std::env::var_os("JAVA_HOME").map_or("javac".into(), |home| Path::new(&home).join("bin/javac"));
    let classes = directory.join("classes");
    let done = Command::new(javac).arg("-d").arg(&classes).args(files).status().expect("a JDK is installed");
    assert!(done.success(), "javac: {done}");
    classes
}
