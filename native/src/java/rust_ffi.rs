//! Natives behind `RustFfi`.

use jni::objects::{JClass, JString};
use jni::sys::jint;
use jni::{Env, EnvUnowned, NativeMethod};

use super::throw::{Result, Throw, guard};
use super::{convert, native};
use crate::{arithmetic, greeting};

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { raw fn add(a: jint, b: jint) -> jint },
    native! { raw fn multiply(a: jint, b: jint) -> jint },
    native! { raw fn greet(name: JString) -> JString },
    native! { fn version() -> JString },
];

fn add<'local>(_: EnvUnowned<'local>, _: JClass<'local>, a: jint, b: jint) -> jint {
    arithmetic::add(a, b)
}

fn multiply<'local>(_: EnvUnowned<'local>, _: JClass<'local>, a: jint, b: jint) -> jint {
    arithmetic::multiply(a, b)
}

fn greet<'local>(env: EnvUnowned<'local>, _: JClass<'local>, name: JString<'local>) -> JString<'local> {
    guard(env, |env| convert::surrounded(env, &name, greeting::AROUND))
}

fn version<'local>(env: &mut Env<'local>, _: JClass<'local>) -> Result<JString<'local>> {
    // Hidden from the compiler, which would take it apart: whoever looks into the library is to find it as a text.
    convert::java_string(env, std::hint::black_box(env!("CARGO_PKG_VERSION")))
}
