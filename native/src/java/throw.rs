//! Failures on their way to Java: the whole mapping.

use std::any::Any;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use jni::errors::ErrorPolicy;
use jni::objects::{JObject, JThrowable, JValue};
use jni::strings::{JNIStr, JNIString};
use jni::{Env, EnvUnowned, jni_sig, jni_str};

use super::convert;
use crate::Error;

/// What an entry point returns.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why an entry point did not return a value.
#[derive(Debug)]
pub enum Failure {
    /// The core refused the call or could not finish it.
    Core(Error),
    /// JNI failed, most often because a Java exception is already on its way.
    Jni(jni::errors::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<jni::errors::Error> for Failure {
    fn from(error: jni::errors::Error) -> Self {
        Self::Jni(error)
    }
}

/// Returns the Java exception that stands for `error`.
const fn exception(error: &Error) -> &'static JNIStr {
    match error {
        Error::UnpairedSurrogate { .. }
        | Error::ValueCount { .. }
        | Error::Shapes { .. }
        | Error::NotSquare { .. }
        | Error::NotFinite { .. }
        | Error::NotSymmetric { .. }
        | Error::Empty { .. }
        | Error::Tolerance { .. }
        | Error::Wide { .. }
        | Error::VectorLength { .. }
        | Error::PermutationLength { .. }
        | Error::PermutationEntry { .. }
        | Error::ThreadCount { .. }
        | Error::VectorLengths { .. }
        | Error::Dimension { .. }
        | Error::NotVectors { .. }
        | Error::VectorDimension { .. }
        | Error::VectorNotFinite { .. }
        | Error::ZeroVector { .. }
        | Error::HitCount { .. } => jni_str!("java/lang/IllegalArgumentException"),
        Error::Id { .. } => jni_str!("java/lang/IndexOutOfBoundsException"),
        Error::Mapped => jni_str!("java/lang/UnsupportedOperationException"),
        Error::Closed => jni_str!("java/lang/IllegalStateException"),
        Error::Overflow { .. } => jni_str!("java/lang/ArithmeticException"),
        Error::Singular { .. } => jni_str!("io/github/rustffi/SingularMatrixException"),
        Error::NoConvergence { .. } => jni_str!("io/github/rustffi/NoConvergenceException"),
        Error::NotPositiveDefinite { .. } => jni_str!("io/github/rustffi/NotPositiveDefiniteException"),
        Error::Io { kind: ErrorKind::NotFound, .. } => jni_str!("java/nio/file/NoSuchFileException"),
        Error::Io { kind: ErrorKind::PermissionDenied, .. } => jni_str!("java/nio/file/AccessDeniedException"),
        Error::Io { .. } => jni_str!("java/nio/file/FileSystemException"),
        Error::Npy { .. } | Error::PathLength { .. } => jni_str!("java/io/IOException"),
        Error::OutOfMemory { .. } | Error::Threads { .. } => jni_str!("java/lang/OutOfMemoryError"),
    }
}

/// Returns what `work` returns, or the default with an exception thrown as [`Throw`] throws it.
///
/// Where `jni` guards it, a dot product of 256 floats takes half as long again: `jni` notes and checks in thread-local
/// storage, twice, which environment is in use. Here it does so for a failure only.
pub fn guard<'local, T: Default>(
    mut env: EnvUnowned<'local>,
    work: impl FnOnce(&EnvUnowned<'local>) -> Result<T>,
) -> T {
    match catch_unwind(AssertUnwindSafe(|| work(&env))) {
        Ok(Ok(value)) => value,
        failed => throw_failure(&mut env, failed),
    }
}

#[cold]
fn throw_failure<T: Default>(env: &mut EnvUnowned<'_>, failed: thread::Result<Result<T>>) -> T {
    env.with_env(|_| failed.unwrap_or_else(|payload| resume_unwind(payload))).resolve::<Throw>()
}

/// Throws a Java exception for every failure and every panic. An exception that is already pending wins.
#[derive(Debug)]
pub struct Throw;

impl<T: Default> ErrorPolicy<T, Failure> for Throw {
    type Captures<'unowned_env_local: 'native_method, 'native_method> = ();

    fn on_error<'unowned_env_local: 'native_method, 'native_method>(
        env: &mut Env<'unowned_env_local>,
        (): &mut (),
        failure: Failure,
    ) -> jni::errors::Result<T> {
        match failure {
            Failure::Core(error) => match &error {
                // A failure to make the exception is itself one of the JVM's that is pending.
                Error::Io { path, cause, .. } => drop(throw_file(env, exception(&error), path, cause)),
                _ => throw(env, exception(&error), &error.to_string()),
            },
            Failure::Jni(jni::errors::Error::NullPtr(argument)) => {
                throw(env, jni_str!("java/lang/NullPointerException"), argument);
            }
            Failure::Jni(error) => throw_bug(env, &error.to_string()),
        }
        Ok(T::default())
    }

    fn on_panic<'unowned_env_local: 'native_method, 'native_method>(
        env: &mut Env<'unowned_env_local>,
        (): &mut (),
        payload: Box<dyn Any + Send + 'static>,
    ) -> jni::errors::Result<T> {
        let message = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("panic without a message");
        throw_bug(env, message);
        // Dropping a payload runs foreign code that may panic in turn.
        std::mem::forget(payload);
        Ok(T::default())
    }
}

/// Throws one of the exceptions that know the name of a file and the reason apart. Their message is both.
fn throw_file(env: &mut Env<'_>, class: &JNIStr, file: &str, reason: &str) -> Result<()> {
    if env.exception_check() {
        return Ok(());
    }
    let (file, reason) = (convert::java_string(env, file)?, convert::java_string(env, reason)?);
    let signature = jni_sig!("(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V");
    let arguments = [JValue::Object(&file), JValue::Object(&JObject::null()), JValue::Object(&reason)];
    let exception = env.new_object(class, signature, &arguments)?;
    let exception = env.cast_local::<JThrowable>(exception)?;
    Ok(env.throw(exception)?)
}

fn throw_bug(env: &mut Env<'_>, message: &str) {
    throw(env, jni_str!("java/lang/AssertionError"), &format!("bug in rust_ffi: {message}"));
}

fn throw(env: &mut Env<'_>, class: &JNIStr, message: &str) {
    if !env.exception_check() {
        // `throw_new` answers with an error also where it succeeds, and where it fails it leaves an exception of the JVM's.
        let _ = env.throw_new(class, JNIString::from(message));
    }
}
