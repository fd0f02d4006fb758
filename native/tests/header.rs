//! `include/rust_ffi.h` is what cbindgen makes of `src/c.rs`.

use std::path::Path;

/// Set in the environment, this variable has the header written instead of compared.
const WRITE: &str = "RUST_FFI_WRITE_HEADER";

#[test]
fn the_committed_header_is_what_cbindgen_generates() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut generated = Vec::new();
    cbindgen::Builder::new()
        .with_config(cbindgen::Config::from_root_or_default(root))
        .with_src(root.join("src/c.rs"))
        .generate()
        .expect("cbindgen understands src/c.rs")
        .write(&mut generated);
    let generated = String::from_utf8(generated).expect("a header is UTF-8");
    let file = root.join("include/rust_ffi.h");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, &generated).expect("the header can be written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == generated, "include/rust_ffi.h is out of date: run `scripts/header` and commit the result");
}
