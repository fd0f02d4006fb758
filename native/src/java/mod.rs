//! Entry points for Java: the native methods of `io.github.rustffi.internal.Natives`.
//!
//! An entry point converts its arguments, calls the core and converts the result; it computes nothing. Each method is
//! declared once, with the macro `native!`, which checks the Rust function against the Java types, catches panics, lets
//! [`throw`] turn a failure into a Java exception, and exports the `Java_…` symbol.

pub mod convert;
pub mod throw;

mod cholesky;
mod eigen;
mod index;
mod least_squares;
mod lu;
mod matrix;
mod npy;
mod parallelism;
mod pauses;
mod qr;
mod rust_ffi;
mod svd;
mod vector;

use std::ptr;

use jni::objects::JClass;
use jni::sys::JNINativeMethod;
use jni::{Env, NativeMethod};

use throw::{Result, Throw};

use crate::allocator;

/// Declares a native method of `Natives`; `raw` is for functions that can neither fail nor panic, or that are in a
/// [`throw::guard`] from end to end: short ones, to which the guard of `jni` would be long.
macro_rules! native {
    (raw fn $($declaration:tt)*) => {
        jni::native_method! {
            java_type = "io.github.rustffi.internal.Natives",
            // `register` has checked before the first call what would be checked here at every call.
            abi_check = UnsafeNever,
            static raw extern fn $($declaration)*
        }
    };
    (fn $($declaration:tt)*) => {
        jni::native_method! {
            java_type = "io.github.rustffi.internal.Natives",
            error_policy = Throw,
            static extern fn $($declaration)*
        }
    };
}
use native;

/// The native methods by area. Registering them makes the JVM compare every signature with the Java class, and we ask it
/// whether every method is static.
const NATIVES: &[&[NativeMethod]] = &[
    cholesky::NATIVES,
    eigen::NATIVES,
    index::NATIVES,
    least_squares::NATIVES,
    lu::NATIVES,
    matrix::NATIVES,
    npy::NATIVES,
    parallelism::NATIVES,
    qr::NATIVES,
    rust_ffi::NATIVES,
    svd::NATIVES,
    vector::NATIVES,
];

/// `register` is found by its exported name: it is what registers the others.
const _: NativeMethod = native! { fn register() };

/// What the JVM calls when it unloads the library: with the class loader that loaded it, unless threads keep it mapped.
#[unsafe(no_mangle)]
extern "system" fn JNI_OnUnload(_: *mut jni::sys::JavaVM, _: *mut std::ffi::c_void) {
    allocator::release();
}

fn register<'local>(env: &mut Env<'local>, natives: JClass<'local>) -> Result<()> {
    for area in NATIVES {
        for method in *area {
            require_static(env, &natives, method)?;
        }
        // SAFETY: `native!` compared each function with the Java signature it is registered under.
        unsafe { env.register_native_methods(&natives, area) }?;
    }
    pauses::observe(env.get_java_vm()?);
    Ok(())
}

fn require_static(env: &Env<'_>, natives: &JClass<'_>, method: &NativeMethod) -> Result<()> {
    // SAFETY: a `NativeMethod` is laid out as the `JNINativeMethod` that it is to JNI.
    let method: JNINativeMethod = unsafe { *ptr::from_ref(method).cast() };
    let raw = env.get_raw();
    // SAFETY: `raw` is this thread's JNI environment, `natives` a class, and both texts end with NUL.
    let id = unsafe { ((**raw).v1_1.GetStaticMethodID)(raw, natives.as_raw(), method.name, method.signature) };
    if id.is_null() { Err(jni::errors::Error::JavaException.into()) } else { Ok(()) }
}
