//! Natives behind `RustFfi`.

use jni::sys::jint;

use super::{natives, strings};
use crate::tutorial;

natives! {
    fn add(a: jint, b: jint) -> jint {
        Ok(tutorial::add(a, b))
    }

    fn multiply(a: jint, b: jint) -> jint {
        Ok(tutorial::multiply(a, b))
    }

    fn greet[call](name: JString) -> JString {
        strings::surrounded(call, &name, tutorial::AROUND)
    }

    fn version[call]() -> JString {
        // Hidden from the compiler, which would take it apart: a search in the library finds it as a text.
        strings::java_string(call, std::hint::black_box(env!("CARGO_PKG_VERSION")))
    }
}
