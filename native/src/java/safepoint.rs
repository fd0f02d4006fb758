//! Worker threads pause while the JVM stops its own threads for garbage collection.
//!
//! While a garbage collector moves objects, the threads of Java stand still. Native threads would go on and take from the
//! collector the processors that it was to have for itself: beside factorizations, the longest pauses of G1 took half as long
//! again. So each thread of the pool is attached to the JVM for as long as there is work, and between two parts of the work it
//! calls a function of JNI, which does not return before the pause is over.
//!
//! It waits for nothing that waits for the pool. Arrays are lent only where the collector does not wait for them, see
//! [`arrays`](super::arrays).

use std::cell::Cell;
use std::ffi::CString;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::thread;

use jni::sys::{JNI_OK, JNI_VERSION_1_8, JNIEnv, JNIInvokeInterface_, JavaVM, JavaVMAttachArgs};

use crate::parallel::{self, ThreadHooks};

/// The JVM that the library was last registered with.
static JVM: AtomicPtr<*const JNIInvokeInterface_> = AtomicPtr::new(ptr::null_mut());

thread_local! {
    static ATTACHMENT: Cell<Attachment> = const { Cell::new(Attachment::Untried) };
}

#[derive(Clone, Copy)]
enum Attachment {
    Untried,
    /// With the environment of this thread.
    Attached(NonNull<JNIEnv>),
    /// The JVM does not take this thread. It works all the same.
    Refused,
}

/// From now on, the threads of the pool observe the pauses of `jvm`.
pub fn observe(jvm: NonNull<JavaVM>) {
    JVM.store(jvm.as_ptr(), Ordering::Release);
    parallel::set_hooks(ThreadHooks { before_chunk: wait_for_pause, at_rest: detach });
}

/// Returns the JVM that is observed.
fn jvm() -> Option<NonNull<JavaVM>> {
    NonNull::new(JVM.load(Ordering::Acquire))
}

fn wait_for_pause() {
    if matches!(ATTACHMENT.get(), Attachment::Untried) {
        ATTACHMENT.set(attach().map_or(Attachment::Refused, Attachment::Attached));
    }
    if let Attachment::Attached(env) = ATTACHMENT.get() {
        let env = env.as_ptr();
        // SAFETY: this is the environment of this thread, which stays attached until it ends. What is asked for means nothing:
        // the thread has called no method that could throw.
        unsafe { ((**env).v1_2.ExceptionCheck)(env) };
    }
}

/// Attaches this thread, as one that the end of the JVM does not wait for.
fn attach() -> Option<NonNull<JNIEnv>> {
    let jvm = jvm()?.as_ptr();
    let name = CString::new(thread::current().name()?).ok()?;
    let mut arguments =
        JavaVMAttachArgs { version: JNI_VERSION_1_8, name: name.as_ptr().cast_mut(), group: ptr::null_mut() };
    let mut env = ptr::null_mut();
    // SAFETY: the JVM lives, for it is it that work is done for. The name, which is ASCII, and the arguments are valid until this
    // returns.
    let code = unsafe { ((**jvm).v1_4.AttachCurrentThreadAsDaemon)(jvm, &mut env, (&raw mut arguments).cast()) };
    if code == JNI_OK { NonNull::new(env.cast()) } else { None }
}

/// Detaches this thread until it works again: a JVM that ends waits 0.3 s for those that are attached.
fn detach() {
    if let (Attachment::Attached(_), Some(jvm)) = (ATTACHMENT.get(), jvm()) {
        ATTACHMENT.set(Attachment::Untried);
        let jvm = jvm.as_ptr();
        // SAFETY: the thread is attached, and no method of Java is on its stack.
        unsafe { ((**jvm).v1_1.DetachCurrentThread)(jvm) };
    }
}
