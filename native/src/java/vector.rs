//! Natives behind `Vectors`.

use jni::objects::{JClass, JDoubleArray, JFloatArray};
use jni::sys::{jboolean, jdouble};
use jni::{EnvUnowned, NativeMethod};

use super::convert::{Crossing, with_arrays};
use super::native;
use super::throw::guard;
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
