//! Failures on their way to Java.
//!
//! Rust names no exception of Java's and asks no class loader: the class that received the call has a static method that
//! throws them. Whatever the state of the JVM, a call that failed returns with an exception pending, or the process ends and
//! says why.

use std::ffi::CStr;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::thread;

use jni::EnvUnowned;
use jni::objects::JClass;
use jni::sys::{jsize, jstring, jvalue};

use super::call::Call;
use super::failure::{Failure, Kind, Message, Result, Told, message_of};
use crate::Error;

/// The method of `Natives` that throws: it takes a kind, a message, and the file that is meant, or an empty text.
pub(super) const THROWS: (&CStr, &CStr) = (c"fail", c"(ILjava/lang/String;Ljava/lang/String;)V");

/// The field of `Natives` with the error for when nothing else can be thrown.
pub(super) const SPARE: (&CStr, &CStr) = (c"SPARE", c"Ljava/lang/Error;");

/// Returns what `work` returns, or the default with a Java exception pending.
#[inline]
pub fn guard<'local, T: Default>(
    env: EnvUnowned<'local>,
    natives: &JClass<'local>,
    work: impl FnOnce(Call<'local>) -> Result<T>,
) -> T {
    let call = Call::new(&env, natives);
    match catch_unwind(AssertUnwindSafe(|| work(call))) {
        Ok(Ok(value)) => value,
        failed => throw_failure(call, failed),
    }
}

#[cold]
#[inline(never)]
fn throw_failure<T: Default>(call: Call<'_>, failed: thread::Result<Result<T>>) -> T {
    match failed {
        Ok(Ok(_)) => {}
        Ok(Err(failure)) => throw(call, &failure),
        Err(payload) => {
            throw_one(call, Kind::Bug, &message_of(&*payload), "");
            // To drop a payload runs foreign code, which may panic in turn.
            std::mem::forget(payload);
        }
    }
    T::default()
}

fn throw(call: Call<'_>, failure: &Failure) {
    match failure {
        // The message of these exceptions is made of both, in Java.
        Failure::Core(error @ Error::Io { path, cause, .. }) => throw_one(call, Kind::of(error), cause, path),
        Failure::Core(error) => throw_one(call, Kind::of(error), &Told(error), ""),
        Failure::Null(argument) => throw_one(call, Kind::NullPointer, argument, ""),
        Failure::Pending => throw_one(call, Kind::Bug, &"JNI failed without an exception", ""),
    }
}

/// Makes sure that an exception is pending. One that is already there wins.
fn throw_one(call: Call<'_>, kind: Kind, message: &dyn Display, file: &str) {
    if call.is_pending() {
        return;
    }
    // Whether that came to an exception, this one or one of the JVM's, is asked for below: what it returns says less.
    let _: Result<()> = call_java(call, kind, message, file);
    if call.is_pending() {
        return;
    }
    // SAFETY: no exception is pending, and the field holds an `Error`.
    if let Ok(spare) = unsafe { call.static_object(SPARE.0, SPARE.1) } {
        // SAFETY: as above.
        unsafe { call.throw(spare) };
    }
    if !call.is_pending() {
        call.fatal(c"rust_ffi: a call failed, and no exception could be thrown to say so");
    }
}

fn call_java(call: Call<'_>, kind: Kind, message: &dyn Display, file: &str) -> Result<()> {
    let message = new_string(call, Message::of(message).units())?.as_ptr();
    let file = new_string(call, Message::of(&file).units())?.as_ptr();
    let arguments = [jvalue { i: kind as i32 }, jvalue { l: message }, jvalue { l: file }];
    // SAFETY: these are the arguments that the signature names, and no exception is pending: both strings were made.
    unsafe { call.call_static(THROWS.0, THROWS.1, &arguments) }
}

/// Returns a new Java string.
///
/// # Errors
/// [`Failure::Pending`] when the JVM has no memory for it.
pub(super) fn new_string(call: Call<'_>, units: &[u16]) -> Result<NonNull<jni::sys::_jobject>> {
    let length = jsize::try_from(units.len()).map_err(|_| Error::OutOfMemory { bytes: units.len() * 2 })?;
    let env = call.env();
    // SAFETY: `env` is this thread's JNI environment and `units` holds `length` units.
    let string: jstring = unsafe { ((**env).v1_1.NewString)(env, units.as_ptr(), length) };
    NonNull::new(string).ok_or(Failure::Pending)
}
