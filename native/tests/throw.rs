//! What a failure becomes in Java, seen in a real JVM that runs with `-Xcheck:jni`.

mod jvm;

use std::io::ErrorKind;
use std::process::Command;

use jni::objects::{JClass, JString};
use jni::strings::JNIStr;
use jni::sys::jint;
use jni::{Env, EnvUnowned, jni_sig, jni_str};
use rust_ffi::Error;
use rust_ffi::java::failure::{Failure, Result};
use rust_ffi::java::throw::guard;

/// An exception's class, its message, and what brings it about.
type Case = (&'static str, &'static str, fn() -> Result<jint>);

const CASES: &[Case] = &[
    ("java/lang/IllegalArgumentException", "unpaired surrogate at index 3", || {
        Err(Error::UnpairedSurrogate { index: 3 }.into())
    }),
    ("java/lang/OutOfMemoryError", "cannot allocate 8 bytes", || Err(Error::OutOfMemory { bytes: 8 }.into())),
    ("java/lang/NullPointerException", "name", || Err(Failure::Null("name"))),
    ("java/lang/IllegalStateException", "the index is closed", || Err(Error::Closed.into())),
    ("java/lang/IndexOutOfBoundsException", "id 5 is out of range for 3 vectors", || {
        Err(Error::Id { id: 5, len: 3 }.into())
    }),
    ("java/lang/UnsupportedOperationException", "an index of a mapped file cannot be changed", || {
        Err(Error::Mapped.into())
    }),
    ("java/lang/ArithmeticException", "the norm is beyond 1.7976931348623157E308", || {
        Err(Error::Overflow { quantity: "norm" }.into())
    }),
    ("io/github/rustffi/SingularMatrixException", "matrix is singular: pivot 1 is zero", || {
        Err(Error::Singular { pivot: 1 }.into())
    }),
    (
        "io/github/rustffi/NotPositiveDefiniteException",
        "matrix is not positive definite: pivot 2 is not positive",
        || Err(Error::NotPositiveDefinite { pivot: 2 }.into()),
    ),
    ("io/github/rustffi/NoConvergenceException", "the eigenvalues of a 2x2 matrix did not converge", || {
        Err(Error::NoConvergence { quantity: "eigenvalues", rows: 2, columns: 2 }.into())
    }),
    ("java/io/IOException", "cannot use Zoë.npy: it is 🦀", || {
        Err(Error::File { path: "Zoë.npy".into(), problem: "it is 🦀".into() }.into())
    }),
    ("java/nio/file/NoSuchFileException", "a.npy: gone", || Err(io(ErrorKind::NotFound))),
    ("java/nio/file/AccessDeniedException", "a.npy: gone", || Err(io(ErrorKind::PermissionDenied))),
    ("java/nio/file/FileSystemException", "a.npy: gone", || Err(io(ErrorKind::StorageFull))),
    ("java/lang/AssertionError", "bug in rust_ffi: the table is empty", || panic!("the table is empty")),
    ("java/lang/AssertionError", "bug in rust_ffi: no entry 42 in 7", || {
        panic!("no entry {} in {}", std::hint::black_box(42), 7)
    }),
    ("java/lang/AssertionError", "bug in rust_ffi: panic without a message", || std::panic::panic_any(1)),
    ("java/lang/AssertionError", "bug in rust_ffi: JNI failed without an exception", || Err(Failure::Pending)),
];

fn io(kind: ErrorKind) -> Failure {
    Error::Io { path: "a.npy".into(), kind, cause: "gone".into() }.into()
}

/// Classes that do not throw what they are to throw.
const OTHERS: &[(&str, &str)] = &[
    (
        "Silent",
        "class Silent { static void fail(int k, String m, String f) {} static final Error SPARE = new Error(\"spare\"); }",
    ),
    (
        "Failing",
        "class Failing { static void fail(int k, String m, String f) { throw new StackOverflowError(\"end\"); } }",
    ),
    ("Shrunk", "class Shrunk {}"),
    ("Mute", "class Mute { static void fail(int k, String m, String f) {} static final Error SPARE = null; }"),
];

/// Set in the process that is to end.
const ENDS: &str = "RUST_FFI_TEST_ENDS";

#[test]
fn a_failure_always_arrives() {
    if !jvm::is_installed() {
        return;
    }
    if std::env::var_os(ENDS).is_none() {
        let exe = std::env::current_exe().unwrap();
        let ended = Command::new(exe).arg("--nocapture").env(ENDS, "1").output().unwrap();
        let text = [ended.stdout, ended.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(!ended.status.success(), "{text}");
        assert!(text.contains("rust_ffi: a call failed, and no exception could be thrown to say so"), "{text}");
    }
    let name = if std::env::var_os(ENDS).is_none() { "throw" } else { "throw-ends" };
    jvm::start(name, OTHERS)
        .attach_current_thread(|env| -> jni::errors::Result<()> {
            if std::env::var_os(ENDS).is_some() {
                let mute = env.find_class(jni_str!("Mute"))?;
                call(env, &mute, |_| Err(Error::Closed.into()));
                return Ok(());
            }
            let natives = env.find_class(jni_str!("io/github/rustffi/internal/Natives"))?;
            for (class, message, fail) in CASES {
                assert_eq!(call(env, &natives, |_| fail()), 0);
                assert_eq!(thrown(env), (class.to_string(), message.to_string()));
            }

            // An exception that is already pending wins over a panic, and over a failure.
            for fail in [|| panic!("second"), || Err(Error::Closed.into())] {
                let pending = |env: &mut Env<'_>| -> Result<jint> {
                    let _ = env.throw_new(jni_str!("java/lang/ArithmeticException"), jni_str!("first"));
                    fail()
                };
                assert_eq!(call(env, &natives, pending), 0);
                assert_eq!(thrown(env), ("java/lang/ArithmeticException".to_owned(), "first".to_owned()));
            }

            // Where the exception cannot be made, another one is pending.
            for (class, exception, message) in [
                (jni_str!("Silent"), "java/lang/Error", "spare"),
                (jni_str!("Failing"), "java/lang/StackOverflowError", "end"),
                (jni_str!("Shrunk"), "java/lang/NoSuchMethodError", "fail"),
            ] {
                let class: &JNIStr = class;
                let class = env.find_class(class)?;
                assert_eq!(call(env, &class, |_| Err(Error::Closed.into())), 0);
                let (thrown, text) = thrown(env);
                assert_eq!(thrown, exception);
                assert!(text.contains(message), "{text}");
            }

            // The JVM lives on, and a call that succeeds returns its value.
            assert_eq!(call(env, &natives, |_| Ok(42)), 42);
            assert!(!env.exception_check());
            Ok(())
        })
        .expect("no exception is left over");
}

/// Calls `body` as a native method of `class` is called.
fn call(env: &mut Env<'_>, class: &JClass<'_>, body: impl FnOnce(&mut Env<'_>) -> Result<jint>) -> jint {
    // SAFETY: the environment and the class are this thread's, and outlive the call.
    let (unowned, class) = unsafe { (EnvUnowned::from_raw(env.get_raw()), JClass::from_raw(env, class.as_raw())) };
    guard(unowned, &class, |_| body(env))
}

/// Takes the pending exception and returns the name of its class and its message.
fn thrown(env: &mut Env<'_>) -> (String, String) {
    let exception = env.exception_occurred().expect("an exception is pending");
    env.exception_clear();
    let class = env.get_object_class(&exception).unwrap();
    let name =
        env.call_method(&class, jni_str!("getName"), jni_sig!("()Ljava/lang/String;"), &[]).unwrap().l().unwrap();
    let message = env
        .call_method(&exception, jni_str!("getMessage"), jni_sig!("()Ljava/lang/String;"), &[])
        .unwrap()
        .l()
        .unwrap();
    let text = |env: &mut Env<'_>, object| env.cast_local::<JString>(object).unwrap().to_string();
    (text(env, name).replace('.', "/"), text(env, message))
}
