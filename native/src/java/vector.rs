//! Natives behind `Vectors`, and functions that do the same without JNI.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use jni::objects::{JClass, JDoubleArray, JFloatArray, JString};
use jni::sys::{jboolean, jdouble, jfloat, jint, jlong};
use jni::{Env, EnvUnowned, NativeMethod};

use super::convert::{self, Crossing, with_arrays};
use super::native;
use super::throw::{Result, Throw, guard};
use crate::vector;

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { raw fn dot_of_doubles(x: jdouble[], y: jdouble[], in_place: jboolean) -> jdouble },
    native! { raw fn dot_of_floats(x: jfloat[], y: jfloat[], in_place: jboolean) -> jdouble },
    native! { raw fn sum_of_doubles(x: jdouble[], in_place: jboolean) -> jdouble },
    native! { raw fn sum_of_floats(x: jfloat[], in_place: jboolean) -> jdouble },
    native! { raw fn norm_of_doubles(x: jdouble[], in_place: jboolean) -> jdouble },
    native! { raw fn norm_of_floats(x: jfloat[], in_place: jboolean) -> jdouble },
    native! { raw fn squared_distance_of_doubles(x: jdouble[], y: jdouble[], in_place: jboolean) -> jdouble },
    native! { raw fn squared_distance_of_floats(x: jfloat[], y: jfloat[], in_place: jboolean) -> jdouble },
    native! { raw fn cosine_similarity_of_doubles(x: jdouble[], y: jdouble[], in_place: jboolean) -> jdouble },
    native! { raw fn cosine_similarity_of_floats(x: jfloat[], y: jfloat[], in_place: jboolean) -> jdouble },
    native! { fn direct(name: JString) -> jlong },
];

macro_rules! of_one {
    ($name:ident, $array:ident, $function:path) => {
        fn $name<'local>(env: EnvUnowned<'local>, _: JClass<'local>, x: $array<'local>, in_place: jboolean) -> jdouble {
            // SAFETY: there are no outputs.
            guard(env, |env| unsafe { with_arrays(env, Crossing::of(in_place), [&x], [], |[x], []| Ok($function(x))) })
        }
    };
}

macro_rules! of_two {
    ($name:ident, $array:ident, $function:path) => {
        fn $name<'local>(
            env: EnvUnowned<'local>,
            _: JClass<'local>,
            x: $array<'local>,
            y: $array<'local>,
            in_place: jboolean,
        ) -> jdouble {
            // SAFETY: there are no outputs.
            guard(env, |env| unsafe {
                with_arrays(env, Crossing::of(in_place), [&x, &y], [], |[x, y], []| $function(x, y))
            })
        }
    };
}

of_two!(dot_of_doubles, JDoubleArray, vector::dot);
of_two!(dot_of_floats, JFloatArray, vector::dot);
of_one!(sum_of_doubles, JDoubleArray, vector::sum);
of_one!(sum_of_floats, JFloatArray, vector::sum);
of_one!(norm_of_doubles, JDoubleArray, vector::norm);
of_one!(norm_of_floats, JFloatArray, vector::norm);
of_two!(squared_distance_of_doubles, JDoubleArray, vector::squared_distance);
of_two!(squared_distance_of_floats, JFloatArray, vector::squared_distance);
of_two!(cosine_similarity_of_doubles, JDoubleArray, vector::cosine_similarity);
of_two!(cosine_similarity_of_floats, JFloatArray, vector::cosine_similarity);

/// Makes a function of C that is given the address of each vector and how many values each has.
///
/// No panic leaves it, and it knows no exceptions: where there is no result it returns NaN, and Java asks the native method.
macro_rules! direct {
    ($type:ty, |$($x:ident),+| $value:expr) => {{
        unsafe extern "C" fn direct($($x: *const $type,)+ length: jint) -> jdouble {
            // SAFETY: the linker lends the values of one array for each address until this returns.
            $(let $x = unsafe { slice::from_raw_parts($x, length as usize) };)+
            catch_unwind(AssertUnwindSafe(|| $value)).ok().and_then(crate::Result::ok).unwrap_or(f64::NAN)
        }
        direct as *const ()
    }};
}

/// The functions that Java calls through its own linker, by the names of the native methods that do the same.
const DIRECT: &[(&str, *const ())] = &[
    ("dotOfDoubles", direct!(jdouble, |x, y| vector::dot(x, y))),
    ("dotOfFloats", direct!(jfloat, |x, y| vector::dot(x, y))),
    ("sumOfDoubles", direct!(jdouble, |x| Ok(vector::sum(x)))),
    ("sumOfFloats", direct!(jfloat, |x| Ok(vector::sum(x)))),
    ("normOfDoubles", direct!(jdouble, |x| Ok(vector::norm(x)))),
    ("normOfFloats", direct!(jfloat, |x| Ok(vector::norm(x)))),
    ("squaredDistanceOfDoubles", direct!(jdouble, |x, y| vector::squared_distance(x, y))),
    ("squaredDistanceOfFloats", direct!(jfloat, |x, y| vector::squared_distance(x, y))),
    ("cosineSimilarityOfDoubles", direct!(jdouble, |x, y| vector::cosine_similarity(x, y))),
    ("cosineSimilarityOfFloats", direct!(jfloat, |x, y| vector::cosine_similarity(x, y))),
];

fn direct<'local>(env: &mut Env<'local>, _: JClass<'local>, name: JString<'local>) -> Result<jlong> {
    let name = convert::text(env, &name)?;
    let (_, function) =
        DIRECT.iter().find(|(known, _)| *known == name).expect("Java asks for the functions of `DIRECT`");
    Ok(*function as jlong)
}
