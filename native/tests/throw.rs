//! What a failure becomes in Java, seen in a real JVM that runs with `-Xcheck:jni`.

use jni::objects::JString;
use jni::strings::JNIStr;
use jni::sys::jint;
use jni::{Env, EnvUnowned, InitArgsBuilder, JNIVersion, JavaVM, jni_sig, jni_str};
use rust_ffi::Error;
use rust_ffi::java::throw::{Result, Throw};

/// An exception's class, its message, and what brings it about.
type Case = (&'static JNIStr, &'static str, fn() -> Result<jint>);

#[test]
fn failures_become_the_documented_exceptions() {
    let options = InitArgsBuilder::new().version(JNIVersion::V1_8).option("-Xcheck:jni").build().unwrap();
    let jvm = JavaVM::new(options).expect("a JDK is installed");
    jvm.attach_current_thread(|env| -> jni::errors::Result<()> {
        let number = 42;
        let cases: [Case; 6] = [
            (jni_str!("java/lang/IllegalArgumentException"), "unpaired surrogate at index 3", || {
                Err(Error::UnpairedSurrogate { index: 3 }.into())
            }),
            (jni_str!("java/lang/OutOfMemoryError"), "cannot allocate 8 bytes", || {
                Err(Error::OutOfMemory { bytes: 8 }.into())
            }),
            (jni_str!("java/lang/NullPointerException"), "name", || Err(jni::errors::Error::NullPtr("name").into())),
            (jni_str!("java/lang/AssertionError"), "bug in rust_ffi: the table is empty", || {
                panic!("the table is empty")
            }),
            (jni_str!("java/lang/AssertionError"), "bug in rust_ffi: no entry 42 in 7", || {
                panic!("no entry {} in {}", std::hint::black_box(42), 7)
            }),
            (jni_str!("java/lang/AssertionError"), "bug in rust_ffi: panic without a message", || {
                std::panic::panic_any(1)
            }),
        ];
        for (class, message, fail) in cases {
            assert_eq!(call(env, |_| fail()), 0);
            assert_eq!(thrown(env), (class.to_string(), message.to_owned()));
        }

        // An exception that is already on its way wins over a panic.
        let pending = |env: &mut Env<'_>| -> Result<jint> {
            let _ = env.throw_new(jni_str!("java/lang/ArithmeticException"), jni_str!("first"));
            panic!("second")
        };
        assert_eq!(call(env, pending), 0);
        assert_eq!(thrown(env), ("java/lang/ArithmeticException".to_owned(), "first".to_owned()));

        // The JVM lives on, and a call that succeeds returns its value.
        assert_eq!(call(env, |_| Ok(number)), number);
        assert!(!env.exception_check());
        Ok(())
    })
    .expect("no exception is left over");
}

/// Calls `body` as a native method is called.
fn call(env: &mut Env<'_>, body: impl FnOnce(&mut Env<'_>) -> Result<jint>) -> jint {
    // SAFETY: the environment is this thread's, and it outlives the call.
    let mut unowned = unsafe { EnvUnowned::from_raw(env.get_raw()) };
    unowned.with_env(|env| body(env)).resolve::<Throw>()
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
