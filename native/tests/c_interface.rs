//! C and C++ programs compile against `rust_ffi.h` without a warning, link with the library and run without an error.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How a program is built.
struct Build<'a> {
    name: &'a str,
    source: &'a str,
    flags: &'a [&'a str],
}

#[test]
fn a_c99_program_uses_every_function() {
    let program = Build { name: "tutorial_c", source: "tutorial.c", flags: &["-std=c99"] }.run();
    assert!(program.status.success(), "{}", text(&program));
}

#[test]
fn a_cpp_program_links() {
    let program = Build { name: "tutorial_cpp", source: "tutorial.cpp", flags: &["-std=c++11"] }.run();
    assert!(program.status.success(), "{}", text(&program));
}

/// Memory errors and leaks, looked for by AddressSanitizer with its leak detector.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod memory {
    use super::*;

    const SANITIZE: &str = "-fsanitize=address,undefined";

    #[test]
    fn a_c_program_neither_leaks_nor_errs() {
        let flags = &["-std=c99", SANITIZE];
        let program = Build { name: "sanitized", source: "tutorial.c", flags }.run();
        assert!(program.status.success(), "{}", text(&program));
    }

    #[test]
    fn a_forgotten_greeting_is_a_leak() {
        let flags = &["-std=c99", SANITIZE, "-DFORGET"];
        let program = Build { name: "forgetful", source: "tutorial.c", flags }.run();
        assert!(!program.status.success() && text(&program).contains("leak"), "{}", text(&program));
    }
}

impl Build<'_> {
    fn run(&self) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let source = root.join("tests/c").join(self.source);
        let program =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.name).with_extension(std::env::consts::EXE_EXTENSION);
        let library = library_directory();
        let mut build = cc::Build::new();
        // A build script would learn these from cargo; a test has to say them.
        build.cargo_metadata(false).opt_level(0).target(HOST).host(HOST).cpp(self.source.ends_with(".cpp"));
        let compiler = build.get_compiler();
        let mut command = compiler.to_command();
        if compiler.is_like_msvc() {
            command.args(["/W4", "/WX", "/I"]).arg(root.join("include")).arg(&source);
            command.arg(format!("/Fe:{}", program.display())).arg(library.join("rust_ffi.dll.lib"));
        } else {
            command.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror"]).args(self.flags);
            command.arg("-I").arg(root.join("include")).arg(&source).arg("-o").arg(&program);
            command.arg("-L").arg(&library).arg("-lrust_ffi").arg(format!("-Wl,-rpath,{}", library.display()));
        }
        let compiled = command.current_dir(env!("CARGO_TARGET_TMPDIR")).output().expect("a C compiler is installed");
        assert!(compiled.status.success(), "{}", text(&compiled));
        Command::new(&program).env("PATH", search_path(&library)).output().expect("the program was just built")
    }
}

/// The target the tests were built for, which is the machine that they run on.
const HOST: &str = env!("RUST_FFI_TARGET");

/// Cargo puts the shared library beside the test programs.
fn library_directory() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    test.parent().expect("a program is in a directory").to_owned()
}

/// Windows looks for a DLL along `PATH`.
fn search_path(library: &Path) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::iter::once(library.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(directories).expect("a search path holds no separators within its parts")
}

fn text(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat()
}
