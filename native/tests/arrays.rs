//! Arrays across JNI, lent and copied, in a real JVM that runs with `-Xcheck:jni`.

mod jvm;

use jni::objects::{JClass, JDoubleArray, JFloatArray, JPrimitiveArray};
use jni::{Env, EnvUnowned, jni_str};
use rust_ffi::java::arrays::{Access, Array, Element, Elements, Lending, new_array, set_pins};
use rust_ffi::java::call::Call;
use rust_ffi::java::failure::Failure;

#[test]
fn arrays_cross_in_both_ways() {
    if !jvm::is_installed() {
        return;
    }
    jvm::start("arrays", &[])
        .attach_current_thread(|env| -> jni::errors::Result<()> {
            let natives = env.find_class(jni_str!("io/github/rustffi/internal/Natives"))?;
            for pins in [false, true] {
                set_pins(pins);
                let x = doubles(env, &[1.0, f64::NAN, -0.0])?;
                let y = doubles(env, &[2.0, 3.0, 4.0])?;
                let (out, sums) = (JDoubleArray::new(env, 3)?, doubles(env, &[10.0, 20.0, 30.0])?);
                let call = call(env, &natives);
                let arrays = [
                    (array(call, &x), Access::Input),
                    (array(call, &y), Access::Input),
                    (array(call, &out), Access::Output),
                    (array(call, &sums), Access::InputAndOutput),
                ];
                with(arrays, |[x, y, out, sums]| {
                    assert!(x[0] == 1.0 && x[1].is_nan() && x[2].is_sign_negative());
                    out.copy_from_slice(y);
                    sums[1] += y[1];
                });
                assert_eq!(array(call, &out).to_vec().unwrap(), [2.0, 3.0, 4.0]);
                assert_eq!(array(call, &y).to_vec().unwrap(), [2.0, 3.0, 4.0]);
                assert_eq!(array(call, &sums).to_vec().unwrap(), [10.0, 23.0, 30.0]);

                // The same input twice; and arrays that are large, and small beside them, and that cross in several pieces.
                let many = vec![1.5; 300_000];
                let (large, large_out) = (doubles(env, &many)?, JDoubleArray::new(env, many.len())?);
                let arrays = [
                    (array(call, &large), Access::Input),
                    (array(call, &large), Access::Input),
                    (array(call, &x), Access::Input),
                    (array(call, &large_out), Access::Output),
                    (array(call, &out), Access::Output),
                ];
                with(arrays, |[large, again, x, large_out, out]| {
                    assert_eq!(large, again);
                    large_out.copy_from_slice(large);
                    large_out[299_999] = x[0];
                    out.copy_from_slice(&[5.0, 6.0, x[2]]);
                });
                assert_eq!(array(call, &out).to_vec().unwrap(), [5.0, 6.0, -0.0]);
                let result = array(call, &large_out).to_vec().unwrap();
                assert!(result[..299_999] == many[..299_999] && result[299_999] == 1.0);

                let empty = JFloatArray::new(env, 0)?;
                with([(array(call, &empty), Access::InputAndOutput)], |[empty]| assert!(empty.is_empty()));

                // Only where the collector pins are arrays lent: what is written is in the array before it is written back.
                let before = [7.0, 8.0, 9.0];
                let lent = doubles(env, &before)?;
                let whole = array(call, &lent);
                let mut elements = Elements::new(whole, Access::InputAndOutput);
                let lending = Lending::beside(whole.bytes());
                elements.copy(lending).unwrap();
                elements.lend(lending).unwrap();
                // SAFETY: there is no other argument.
                unsafe { elements.get_mut()[0] = 0.5 };
                elements.end();
                assert_eq!(whole.to_vec().unwrap()[0], if pins { 0.5 } else { 7.0 });

                // What others may write to is copied: what is written during the call is not in the copy.
                let mut shared = Elements::new(whole, Access::Input);
                let lending = Lending::beside(whole.bytes()).unless_shared(true);
                shared.copy(lending).unwrap();
                shared.lend(lending).unwrap();
                whole.write(&[-1.0]);
                assert_ne!(shared.get()[0], -1.0);
                shared.end();

                let made = new_array(call, &many).unwrap();
                assert!(array(call, &made).to_vec().unwrap() == many);

                let null = JDoubleArray::null();
                assert!(matches!(Array::new(call, &null, "x"), Err(Failure::Null("x"))));
                assert!(Array::nullable(call, &null).is_none());
            }
            Ok(())
        })
        .expect("no exception is left over");
}

/// Does what an entry point does with its arrays.
fn with<T: Element, const N: usize>(arrays: [(Array<'_, T>, Access); N], work: impl FnOnce([&mut [T]; N])) {
    let lending = Lending::beside(arrays.iter().map(|(array, _)| array.bytes()).max().unwrap());
    let mut elements = arrays.map(|(array, access)| Elements::new(array, access));
    elements.iter_mut().for_each(|elements| elements.copy(lending).unwrap());
    elements.iter_mut().for_each(|elements| elements.lend(lending).unwrap());
    // SAFETY: no array is given twice of which one is written.
    work(elements.each_mut().map(|elements| unsafe { elements.get_mut() }));
    elements.iter_mut().for_each(Elements::end);
    for (elements, (_, access)) in elements.iter().zip(arrays) {
        if access != Access::Input {
            elements.write_back();
        }
    }
}

fn array<'local, T: Element>(call: Call<'local>, array: &JPrimitiveArray<'local, T>) -> Array<'local, T> {
    Array::new(call, array, "array").unwrap()
}

fn call<'local>(env: &mut Env<'local>, natives: &JClass<'local>) -> Call<'local> {
    // SAFETY: the environment is this thread's, and outlives the call.
    Call::new(&unsafe { EnvUnowned::from_raw(env.get_raw()) }, natives)
}

fn doubles<'local>(env: &mut Env<'local>, values: &[f64]) -> jni::errors::Result<JDoubleArray<'local>> {
    let array = JDoubleArray::new(env, values.len())?;
    array.set_region(env, 0, values)?;
    Ok(array)
}
