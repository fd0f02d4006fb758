//! Natives behind `Parallelism`, and what Java knows of its garbage collector.

use jni::sys::{jboolean, jint};

use super::{arrays, natives};
use crate::parallel;

natives! {
    fn threads() -> jint {
        Ok(parallel::threads() as jint)
    }

    fn set_threads(threads: jint) {
        parallel::set_threads(usize::try_from(threads).map_err(|_| parallel::no_such_count(threads.into()))?)
    }

    fn set_pins(pins: jboolean) {
        arrays::set_pins(pins);
        Ok(())
    }
}
