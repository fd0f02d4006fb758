//! Entry points for Java: the native methods of `io.github.rustffi.internal.Natives`.
//!
//! An entry point converts its arguments, calls the core and converts the result; it computes nothing. Each method is
//! declared once, by the macro `natives!`: its name, what it takes, what it returns, and what it does. The macro makes the
//! function that the JVM calls, in which no panic ends the JVM and no failure is lost, see [`throw`].
//!
//! What of the crate `jni` is used here calls nothing by itself: its types, its function table, and the macro that
//! compares a function with a Java signature.

pub mod arrays;
pub mod call;
pub mod failure;
pub mod throw;

mod batch;
mod blas;
mod cholesky;
mod csv;
mod eigen;
mod file;
mod float_matrix;
mod index;
mod ldl;
mod least_squares;
mod lu;
mod matrix;
mod npy;
mod parallelism;
mod qr;
mod rust_ffi;
mod safepoint;
mod strings;
mod svd;
mod triangular;
mod vector;

use jni::NativeMethod;
use jni::sys::JNINativeMethod;

use call::Call;
use failure::Result;

use crate::index::handles;
use crate::memory::allocator;
use crate::parallel;

/// Declares native methods of `Natives`, and the list `NATIVES` of all of them.
///
/// ```text
/// natives! {
///     /// Multiplies.
///     fn times(rows: jint, columns: jint, a: in jdouble[], x: in jdouble[], product: out jdouble[]) {
///         blas::times_vector(matrix(rows, columns, a)?, x, product)
///     }
///     /// Greets.
///     fn greet[call](name: JString) -> JString { strings::surrounded(call, &name, ["Hello, ", "!"]) }
/// }
/// ```
///
/// An argument is
/// - a number, a `JString`, a `JByteBuffer` or a `JObject`, as it comes;
/// - an array whose elements are a slice in the body: `in`, `out` or `inout`. They are lent or copied, whichever the
///   garbage collector takes better, see [`arrays`]. The body may make no call to Java, and has nothing to make one with.
///   Where it fails, outputs hold anything. Java passes no array twice of which one is written;
/// - such an array that may be null, `in jdouble[]?`: an `Option` of a slice;
/// - any other array, which is an [`arrays::Array`] in the body;
/// - a `Path`, made of a `String` of Java's.
///
/// The body returns a `crate::Result`, or with `[call]` after the name, by which it knows its [`Call`], a
/// [`failure::Result`]. `-> [jdouble]` returns an array. With arrays that are slices, the name in brackets is that of an argument
/// instead, a `jboolean` which says that Java's callers may write to the inputs meanwhile. They are then copied: what a body
/// checks has to stay as it is.
macro_rules! natives {
    ($( $(#[$doc:meta])* fn $name:ident $([$call:ident])? ($($arguments:tt)*) $(-> $result:tt)? $body:block )*) => {
        pub(super) const NATIVES: &[jni::NativeMethod] = &[$(
            $crate::java::native!(
                @arguments [$(#[$doc])* $name [$($call)?] [$($result)?] $body] [] [] [] [] []
                $($arguments)*,
            )
        ),*];
    };
}
use natives;

/// What `natives!` makes of one method: it sorts the arguments, one by one, and then puts together the function.
macro_rules! native {
    // The lists are: what the Java signature has, what the function takes, what is converted, arrays, arrays that are written.
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: in $t:ident[]?, $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: $t[],]
            [$($rust)* $x: jni::objects::JPrimitiveArray<'local, $t>,] [$($convert)*]
            [$($array)* ($x $t NullableInput)] [$($written)*] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: in $t:ident[], $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: $t[],]
            [$($rust)* $x: jni::objects::JPrimitiveArray<'local, $t>,] [$($convert)*]
            [$($array)* ($x $t Input)] [$($written)*] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: out $t:ident[], $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: $t[],]
            [$($rust)* $x: jni::objects::JPrimitiveArray<'local, $t>,] [$($convert)*]
            [$($array)*] [$($written)* ($x $t Output)] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: inout $t:ident[], $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: $t[],]
            [$($rust)* $x: jni::objects::JPrimitiveArray<'local, $t>,] [$($convert)*]
            [$($array)*] [$($written)* ($x $t InputAndOutput)] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: $t:ident[]?, $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: $t[],]
            [$($rust)* $x: jni::objects::JPrimitiveArray<'local, $t>,] [$($convert)* ($x nullable)]
            [$($array)*] [$($written)*] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: $t:ident[], $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: $t[],]
            [$($rust)* $x: jni::objects::JPrimitiveArray<'local, $t>,] [$($convert)* ($x array)]
            [$($array)*] [$($written)*] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: Path, $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: JString,]
            [$($rust)* $x: jni::objects::JString<'local>,] [$($convert)* ($x path)]
            [$($array)*] [$($written)*] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: JString, $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: JString,]
            [$($rust)* $x: jni::objects::JString<'local>,] [$($convert)*]
            [$($array)*] [$($written)*] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: JByteBuffer, $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: JByteBuffer,]
            [$($rust)* $x: jni::objects::JByteBuffer<'local>,] [$($convert)*]
            [$($array)*] [$($written)*] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: JObject, $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: JObject,]
            [$($rust)* $x: jni::objects::JObject<'local>,] [$($convert)*]
            [$($array)*] [$($written)*] $($rest)*)
    };
    (@arguments $m:tt [$($java:tt)*] [$($rust:tt)*] [$($convert:tt)*] [$($array:tt)*] [$($written:tt)*]
        $x:ident: $t:ident, $($rest:tt)*) => {
        $crate::java::native!(@arguments $m [$($java)* $x: $t,] [$($rust)* $x: $t,] [$($convert)*]
            [$($array)*] [$($written)*] $($rest)*)
    };

    // All arguments are sorted.
    (@arguments [$(#[$doc:meta])* $name:ident [] [$($result:tt)?] $body:block] $java:tt $rust:tt [$(($converted:ident $how:ident))*] [] [] $(,)?) => {
        $crate::java::native!(@function $(#[$doc])* $name [$($result)?] $java $rust _call {
            $( let $converted = $crate::java::native!(@convert _call $converted $how); )*
            Ok($crate::java::run(|| $body)?)
        })
    };
    (@arguments [$(#[$doc:meta])* $name:ident [$call:ident] [$($result:tt)?] $body:block] $java:tt $rust:tt [$(($converted:ident $how:ident))*] [] [] $(,)?) => {
        $crate::java::native!(@function $(#[$doc])* $name [$($result)?] $java $rust $call {
            $( let $converted = $crate::java::native!(@convert $call $converted $how); )*
            $body
        })
    };
    (@arguments [$(#[$doc:meta])* $name:ident [$($shared:ident)?] [$($result:tt)?] $body:block] $java:tt $rust:tt [$(($converted:ident $how:ident))*] [$(($in:ident $in_type:ident $in_access:ident))*]
        [$(($out:ident $out_type:ident $out_access:ident))*] $(,)?) => {
        $crate::java::native!(@function $(#[$doc])* $name [$($result)?] $java $rust call {
            $( let $converted = $crate::java::native!(@convert call $converted $how); )*
            $( let mut $in = $crate::java::native!(@elements call $in $in_access); )*
            $( let mut $out = $crate::java::native!(@elements call $out $out_access); )*
            let largest = 0_usize $( .max($in.array().bytes()) )* $( .max($out.array().bytes()) )*;
            let lending = $crate::java::arrays::Lending::beside(largest)$(.unless_shared($shared))?;
            $( $in.copy(lending)?; )*
            $( $out.copy(lending)?; )*
            // From here on no function of JNI may be called until all have ended.
            $( $in.lend(lending)?; )*
            $( $out.lend(lending)?; )*
            let result = {
                $( let $in = $crate::java::native!(@slice $in $in_type $in_access); )*
                // SAFETY: Java passes no array twice of which one is written.
                $( let $out: &mut [$out_type] = unsafe { $out.get_mut() }; )*
                $crate::java::run(|| $body)
            };
            $( $in.end(); )*
            $( $out.end(); )*
            let value = result?;
            $( $out.write_back(); )*
            Ok(value)
        })
    };

    (@function $(#[$doc:meta])* $name:ident [$($result:tt)?] [$($java:tt)*] [$($rust:tt)*] $call:ident $body:block) => {{
        #[allow(clippy::too_many_arguments, reason = "each array comes with its shape")]
        $(#[$doc])*
        #[inline(always)]
        fn entry_point<'local>(
            env: jni::EnvUnowned<'local>,
            natives: jni::objects::JClass<'local>,
            $($rust)*
        ) -> $crate::java::native!(@value $($result)?) {
            $crate::java::throw::guard(env, &natives, |$call| $body)
        }

        $crate::java::native!(@method $name [$($java)*] $($result)?)
    }};
    (@method $name:ident [$($java:tt)*]) => {
        jni::native_method! {
            java_type = "io.github.rustffi.internal.Natives",
            // `register` compares what would be compared here, by looking up classes, at the first call.
            abi_check = UnsafeNever,
            fn = entry_point,
            static raw extern fn $name($($java)*)
        }
    };
    (@method $name:ident [$($java:tt)*] [$t:ident]) => {
        jni::native_method! {
            java_type = "io.github.rustffi.internal.Natives",
            abi_check = UnsafeNever,
            fn = entry_point,
            static raw extern fn $name($($java)*) -> $t[]
        }
    };
    (@method $name:ident [$($java:tt)*] $t:ident) => {
        jni::native_method! {
            java_type = "io.github.rustffi.internal.Natives",
            abi_check = UnsafeNever,
            fn = entry_point,
            static raw extern fn $name($($java)*) -> $t
        }
    };

    (@value) => { () };
    (@value [$t:ident]) => { jni::objects::JPrimitiveArray<'local, $t> };
    (@value JString) => { jni::objects::JString<'local> };
    (@value $t:ident) => { $t };

    (@convert $call:ident $x:ident array) => {
        $crate::java::arrays::Array::new($call, &$x, stringify!($x))?
    };
    (@convert $call:ident $x:ident nullable) => {
        $crate::java::arrays::Array::nullable($call, &$x)
    };
    (@convert $call:ident $x:ident path) => {
        $crate::java::strings::path($call, &$x)?
    };
    (@elements $call:ident $x:ident NullableInput) => {{
        let array = $crate::java::arrays::Array::or_empty($call, &$x);
        $crate::java::arrays::Elements::new(array, $crate::java::arrays::Access::Input)
    }};
    (@elements $call:ident $x:ident $access:ident) => {{
        let array = $crate::java::arrays::Array::new($call, &$x, stringify!($x))?;
        $crate::java::arrays::Elements::new(array, $crate::java::arrays::Access::$access)
    }};
    (@slice $x:ident $t:ident NullableInput) => { (!$x.array().is_null()).then(|| -> &[$t] { $x.get() }) };
    (@slice $x:ident $t:ident $access:ident) => {{
        let slice: &[$t] = $x.get();
        slice
    }};
}
use native;

/// Returns what the body of a method returns: a `?` in it ends the body and no more.
#[inline]
fn run<T>(body: impl FnOnce() -> crate::Result<T>) -> crate::Result<T> {
    body()
}

/// The native methods by area.
const AREAS: &[&[NativeMethod]] = &[
    batch::NATIVES,
    blas::NATIVES,
    cholesky::NATIVES,
    csv::NATIVES,
    eigen::NATIVES,
    file::NATIVES,
    float_matrix::NATIVES,
    index::NATIVES,
    ldl::NATIVES,
    least_squares::NATIVES,
    lu::NATIVES,
    matrix::NATIVES,
    npy::NATIVES,
    parallelism::NATIVES,
    qr::NATIVES,
    rust_ffi::NATIVES,
    svd::NATIVES,
    triangular::NATIVES,
    vector::NATIVES,
];

/// What binds all methods to their functions; it is found by its exported name.
mod registration {
    super::natives! {
        fn register[call]() { super::register(call) }
    }
}
const _: &[NativeMethod] = registration::NATIVES;

/// What the JVM calls when it unloads the library, with the class loader that loaded it. Where threads keep it mapped, the next
/// class loader that loads the same file gets it as it is left here: as if it were new.
#[unsafe(no_mangle)]
extern "system" fn JNI_OnUnload(_: *mut jni::sys::JavaVM, _: *mut std::ffi::c_void) {
    parallel::release();
    handles::close_all();
    eigen::SYMMETRIC.close_all();
    arrays::set_pins(false);
    allocator::release();
}

/// Binds all methods. The JVM compares every signature with the Java class, and we ask it whether every method is static.
///
/// Nothing that belongs to this class loader is kept: a library that its threads keep mapped may serve a later one.
fn register(call: Call<'_>) -> Result<()> {
    call.require_static(throw::THROWS.0, throw::THROWS.1)?;
    for area in AREAS {
        for method in *area {
            // SAFETY: a `NativeMethod` is laid out as the `JNINativeMethod` that it is to JNI, and its texts end with NUL.
            unsafe {
                let method: JNINativeMethod = *std::ptr::from_ref(method).cast();
                call.require_static(std::ffi::CStr::from_ptr(method.name), std::ffi::CStr::from_ptr(method.signature))?;
            }
        }
        // SAFETY: as above; and `natives!` compared each function with the Java signature that it is registered under.
        unsafe { call.register(std::slice::from_raw_parts(area.as_ptr().cast::<JNINativeMethod>(), area.len()))? };
    }
    safepoint::observe(call.jvm()?);
    Ok(())
}
