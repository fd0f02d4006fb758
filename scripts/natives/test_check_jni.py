"""Tests of check_jni.py."""

from check_jni import expanded, paths, problems

LENT = "fn f() { ((**env).v1_2.GetPrimitiveArrayCritical)(env) } // GetPrimitiveArrayCritical"


def test_a_use_is_taken_apart():
    assert expanded("jni::{Env,objects::{JClass,JString},sys::jint}") == [
        "jni::Env",
        "jni::objects::JClass",
        "jni::objects::JString",
        "jni::sys::jint",
    ]


def test_paths_are_found_wherever_they_are():
    text = "use jni::sys::{\n    jint,\n};\nfn f(x: jni::objects::JObject) { jni::Env::new() } // jni::comment"
    assert paths(text) == ["jni::sys::jint", "jni::objects::JObject", "jni::Env::new"]


def test_types_and_the_function_table_are_allowed():
    text = "use jni::{EnvUnowned, NativeMethod};\nuse jni::sys::{JNIEnv, jint};\njni::native_method! {}\n"
    assert problems([("a.rs", text), ("b.rs", LENT)]) == []


def test_what_looks_up_classes_is_refused():
    text = "use jni::{Env, errors::ErrorPolicy};\nfn f() { jni::objects::JThrowable }"
    found = problems([("a.rs", text), ("b.rs", LENT)])
    assert [line.split(" is ")[0] for line in found] == [
        "a.rs: jni::Env",
        "a.rs: jni::errors::ErrorPolicy",
        "a.rs: jni::objects::JThrowable",
    ]


def test_arrays_are_lent_in_one_place():
    assert problems([("a.rs", LENT), ("b.rs", LENT)]) == ["arrays are lent in 2 places, not in 1: a.rs, b.rs"]
    assert problems([]) == ["arrays are lent in 0 places, not in 1: "]
