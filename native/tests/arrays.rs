//! Arrays that cross in both ways, seen in a real JVM that runs with `-Xcheck:jni`.

use jni::objects::{JDoubleArray, JFloatArray};
use jni::{Env, InitArgsBuilder, JNIVersion, JavaVM};
use rust_ffi::Error;
use rust_ffi::java::convert::{Crossing, copied, with_arrays};
use rust_ffi::java::throw::Failure;

const CROSSINGS: [Crossing; 2] = [Crossing::Borrowed, Crossing::Copied];

#[test]
fn arrays_cross_in_both_ways() {
    let options = InitArgsBuilder::new().version(JNIVersion::V1_8).option("-Xcheck:jni").build().unwrap();
    let jvm = JavaVM::new(options).expect("a JDK is installed");
    jvm.attach_current_thread(|env| -> jni::errors::Result<()> {
        let x = doubles(env, &[1.0, f64::NAN, -0.0])?;
        let y = doubles(env, &[2.0, 3.0, 4.0])?;
        for crossing in CROSSINGS {
            let out = JDoubleArray::new(env, 3)?;
            let work = |[x, y]: [&[f64]; 2], [out]: [&mut [f64]; 1]| {
                out.copy_from_slice(y);
                Ok(x[0] + y[2])
            };
            // SAFETY: `out` is neither `x` nor `y`.
            let sum = unsafe { with_arrays(env, crossing, [&x, &y], [&out], work) };
            assert_eq!(sum.unwrap(), 5.0);
            assert_eq!(copied(env, &out).unwrap(), [2.0, 3.0, 4.0]);

            let bits = |[x, again]: [&[f64]; 2], []: [&mut [f64]; 0]| Ok((x[1].is_nan(), again[2].to_bits()));
            // SAFETY: there are no outputs.
            let bits = unsafe { with_arrays(env, crossing, [&x, &x], [], bits) };
            assert_eq!(bits.unwrap(), (true, (-0.0f64).to_bits()));

            // Arrays that are large, and small beside them, and that cross in several pieces.
            let many = vec![1.5; 300_000];
            let (large, large_out) = (doubles(env, &many)?, JDoubleArray::new(env, many.len())?);
            let work = |[large, x]: [&[f64]; 2], [large_out, out]: [&mut [f64]; 2]| {
                large_out.copy_from_slice(large);
                large_out[299_999] = x[0];
                out.copy_from_slice(&[5.0, 6.0, x[2]]);
                Ok(())
            };
            // SAFETY: the outputs are two arrays, and others than the inputs.
            unsafe { with_arrays(env, crossing, [&large, &x], [&large_out, &out], work) }.unwrap();
            assert_eq!(copied(env, &out).unwrap(), [5.0, 6.0, -0.0]);
            let result = copied(env, &large_out).unwrap();
            assert!(result[..299_999] == many[..299_999] && result[299_999] == 1.0);

            let empty = JFloatArray::new(env, 0)?;
            // SAFETY: there are no outputs.
            let length = unsafe { with_arrays(env, crossing, [&empty], [], |[x], []| Ok(x.len())) };
            assert_eq!(length.unwrap(), 0);

            let failing = |_: [&[f64]; 1], _: [&mut [f64]; 1]| Err::<(), _>(Error::OutOfMemory { bytes: 7 });
            // SAFETY: `out` is not `x`.
            let failed = unsafe { with_arrays(env, crossing, [&x], [&out], failing) };
            assert!(matches!(failed, Err(Failure::Core(Error::OutOfMemory { bytes: 7 }))));

            let null = JDoubleArray::null();
            // SAFETY: there are no outputs.
            let failed = unsafe { with_arrays(env, crossing, [&x, &null], [], |_, []| Ok(())) };
            assert!(matches!(failed, Err(Failure::Jni(jni::errors::Error::NullPtr(_)))));
        }
        assert_eq!(copied(env, &y).unwrap(), [2.0, 3.0, 4.0]);
        Ok(())
    })
    .expect("no exception is left over");
}

fn doubles<'local>(env: &mut Env<'local>, values: &[f64]) -> jni::errors::Result<JDoubleArray<'local>> {
    let array = JDoubleArray::new(env, values.len())?;
    array.set_region(env, 0, values)?;
    Ok(array)
}
