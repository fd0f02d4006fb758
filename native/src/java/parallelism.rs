//! Natives behind `Parallelism` and `NativeMemory`, and what Java knows of its garbage collector.

use jni::sys::{jboolean, jint, jlong};

use super::{arrays, natives};
use crate::memory::allocator;
use crate::parallel;

natives! {
    fn threads() -> jint {
        Ok(parallel::threads() as jint)
    }

    fn set_threads(threads: jint) {
        parallel::set_threads(usize::try_from(threads).map_err(|_| parallel::no_such_count(threads.into()))?)
    }

    fn workspace_bytes() -> jlong {
        Ok(allocator::in_use() as jlong)
    }

    fn peak_workspace_bytes() -> jlong {
        Ok(allocator::peak() as jlong)
    }

    fn reset_peak() {
        allocator::reset_peak();
        Ok(())
    }

    fn kept_bytes() -> jlong {
        Ok(allocator::kept() as jlong)
    }

    fn set_pins(pins: jboolean) {
        arrays::set_pins(pins);
        Ok(())
    }
}
