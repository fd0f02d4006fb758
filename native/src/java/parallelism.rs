//! Natives behind `Parallelism`.

use jni::objects::JClass;
use jni::sys::jint;
use jni::{Env, NativeMethod};

use super::native;
use super::throw::{Result, Throw};
use crate::parallel;

pub(super) const NATIVES: &[NativeMethod] =
    &[native! { fn threads() -> jint }, native! { fn set_threads(threads: jint) }];

fn threads<'local>(_: &mut Env<'local>, _: JClass<'local>) -> Result<jint> {
    Ok(parallel::threads() as jint)
}

fn set_threads<'local>(_: &mut Env<'local>, _: JClass<'local>, threads: jint) -> Result<()> {
    Ok(parallel::set_threads(threads as usize)?)
}
