//! Tells the tests which target they are built for, which they hand to the C compiler, and the linker what it cannot know.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("TARGET").expect("cargo sets TARGET for build scripts");
    println!("cargo::rustc-env=RUST_FFI_TARGET={target}");

    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") {
        // The library is loaded by its path: it needs no place to be searched for, and the builder's is no one else's.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-install_name,librust_ffi.dylib");
        // Rust's libc names libiconv, which nothing here calls.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-dead_strip_dylibs");
        // Room for the load command that a signature adds after linking.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-headerpad,0x100");
    }
}
