//! Tells the tests which target they are built for: they hand it to the C compiler.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("TARGET").expect("cargo sets TARGET for build scripts");
    println!("cargo::rustc-env=RUST_FFI_TARGET={target}");
}
