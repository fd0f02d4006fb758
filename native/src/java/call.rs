//! One call of a native method, and what it asks of the JVM: through JNI's function table alone.
//!
//! The crate `jni` looks classes up by name, through class loaders that may be anybody's, and clears exceptions when that fails.
//! Here nothing is looked up but on the class that received the call, and a null that JNI returns is never lost: it is a
//! [`Failure::Pending`].

use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use jni::EnvUnowned;
use jni::objects::{JByteBuffer, JClass, JObject};
use jni::sys::{JNIEnv, JNIInvokeInterface_, JNINativeMethod, JavaVM, jclass, jint, jobject, jvalue};

use super::failure::{Failure, Result};

/// A call of a native method: the JNI environment of its thread, and the class that received it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'local> {
    env: *mut JNIEnv,
    natives: jclass,
    local: PhantomData<&'local JNIEnv>,
}

impl<'local> Call<'local> {
    /// Returns the call that the JVM makes with these arguments.
    #[inline]
    #[must_use]
    pub fn new(env: &EnvUnowned<'local>, natives: &JClass<'local>) -> Self {
        Self { env: env.as_raw(), natives: natives.as_raw(), local: PhantomData }
    }

    /// Returns the environment as JNI's functions take it.
    #[inline]
    pub(super) fn env(self) -> *mut JNIEnv {
        self.env
    }

    /// Returns whether a Java exception is pending.
    pub(super) fn is_pending(self) -> bool {
        let env = self.env();
        // SAFETY: `env` is this thread's JNI environment.
        unsafe { ((**env).v1_2.ExceptionCheck)(env) }
    }

    /// Returns the JVM.
    pub(super) fn jvm(self) -> Result<NonNull<JavaVM>> {
        let (env, mut jvm) = (self.env(), ptr::null_mut::<*const JNIInvokeInterface_>());
        // SAFETY: `env` is this thread's JNI environment, and `jvm` has room for a pointer.
        unsafe { ((**env).v1_1.GetJavaVM)(env, &raw mut jvm) };
        NonNull::new(jvm).ok_or(Failure::Pending)
    }

    /// Requires that the class has a static method.
    ///
    /// # Errors
    /// [`Failure::Pending`], with a `NoSuchMethodError`, when it has none.
    pub(super) fn require_static(self, name: &CStr, signature: &CStr) -> Result<()> {
        self.static_method(name, signature).map(drop)
    }

    fn static_method(self, name: &CStr, signature: &CStr) -> Result<NonNull<jni::sys::_jmethodID>> {
        let env = self.env();
        // SAFETY: `env` is this thread's JNI environment, and `natives` the class that received the call.
        let id = unsafe { ((**env).v1_1.GetStaticMethodID)(env, self.natives, name.as_ptr(), signature.as_ptr()) };
        NonNull::new(id).ok_or(Failure::Pending)
    }

    /// Calls a static method of the class that returns nothing. An exception that it throws is pending afterwards.
    ///
    /// # Errors
    /// [`Failure::Pending`] when there is no such method.
    ///
    /// # Safety
    /// `arguments` are what the signature says, and no exception is pending.
    pub(super) unsafe fn call_static(self, name: &CStr, signature: &CStr, arguments: &[jvalue]) -> Result<()> {
        let id = self.static_method(name, signature)?.as_ptr();
        let env = self.env();
        // SAFETY: the method is the class's own, and the caller grants its arguments.
        unsafe { ((**env).v1_1.CallStaticVoidMethodA)(env, self.natives, id, arguments.as_ptr()) };
        Ok(())
    }

    /// Returns the object in a static field of the class.
    ///
    /// # Errors
    /// [`Failure::Pending`] when there is no such field or nothing in it.
    ///
    /// # Safety
    /// No exception is pending.
    pub(super) unsafe fn static_object(self, name: &CStr, signature: &CStr) -> Result<NonNull<jni::sys::_jobject>> {
        let env = self.env();
        // SAFETY: `env` is this thread's JNI environment, and `natives` the class that received the call.
        let object: jobject = unsafe {
            let id = ((**env).v1_1.GetStaticFieldID)(env, self.natives, name.as_ptr(), signature.as_ptr());
            if id.is_null() {
                return Err(Failure::Pending);
            }
            ((**env).v1_1.GetStaticObjectField)(env, self.natives, id)
        };
        NonNull::new(object).ok_or(Failure::Pending)
    }

    /// Throws an exception that exists already. Neither memory nor stack is needed for that.
    ///
    /// # Safety
    /// `exception` is a local reference to a `Throwable`, and no exception is pending.
    pub(super) unsafe fn throw(self, exception: NonNull<jni::sys::_jobject>) {
        let env = self.env();
        // SAFETY: as the caller grants. What it returns is also what `is_pending` says.
        unsafe { ((**env).v1_1.Throw)(env, exception.as_ptr()) };
    }

    /// Returns where the memory of a direct buffer is.
    ///
    /// # Errors
    /// [`Failure::Null`] when the buffer is null, or not a direct one.
    pub(super) fn address(self, buffer: &JByteBuffer<'local>) -> Result<NonNull<c_void>> {
        let env = self.env();
        if buffer.is_null() {
            return Err(Failure::Null("buffer"));
        }
        // SAFETY: `env` is this thread's JNI environment, and the buffer is not null.
        let address = unsafe { ((**env).v1_4.GetDirectBufferAddress)(env, buffer.as_raw()) };
        NonNull::new(address).ok_or(Failure::Null("buffer"))
    }

    /// Returns `count` floats of a direct `FloatBuffer` in this machine's byte order, from `first` on.
    ///
    /// # Errors
    /// [`Failure::Null`] when the buffer is null, or not a direct one.
    ///
    /// # Panics
    /// When it has not as many.
    pub(super) fn floats<'a>(self, buffer: &'a JObject<'local>, first: jint, count: jint) -> Result<Floats<'a>> {
        let env = self.env();
        if buffer.is_null() {
            return Err(Failure::Null("buffer"));
        }
        // SAFETY: `env` is this thread's JNI environment, and Java passes a buffer, which is not null.
        let address = unsafe { ((**env).v1_4.GetDirectBufferAddress)(env, buffer.as_raw()) };
        // SAFETY: as above.
        let capacity = unsafe { ((**env).v1_4.GetDirectBufferCapacity)(env, buffer.as_raw()) };
        let address = NonNull::new(address).ok_or(Failure::Null("buffer"))?.cast::<f32>();
        let (first, count) = (i64::from(first), i64::from(count));
        assert!(first >= 0 && count >= 0 && first + count <= capacity, "the buffer has these floats");
        // SAFETY: the buffer has so many floats.
        let address = unsafe { address.add(first as usize) };
        Ok(Floats { address, count: count as usize, buffer: PhantomData })
    }

    /// Ends the process, with a sentence that says why.
    pub(super) fn fatal(self, why: &CStr) -> ! {
        let env = self.env();
        // SAFETY: `env` is this thread's JNI environment.
        unsafe { ((**env).v1_1.FatalError)(env, why.as_ptr()) }
    }

    /// Binds methods of the class to functions.
    ///
    /// # Errors
    /// [`Failure::Pending`], with a `NoSuchMethodError`, when the class has no such native method.
    ///
    /// # Safety
    /// Each function takes and returns what its signature says.
    pub(super) unsafe fn register(self, methods: &[JNINativeMethod]) -> Result<()> {
        let (env, count) = (self.env(), methods.len() as jint);
        // SAFETY: `env` is this thread's JNI environment, `natives` a class, and the caller grants the methods.
        let code = unsafe { ((**env).v1_1.RegisterNatives)(env, self.natives, methods.as_ptr(), count) };
        if code == jni::sys::JNI_OK { Ok(()) } else { Err(Failure::Pending) }
    }
}

/// Floats in the memory of a direct buffer, which other threads may write meanwhile.
pub(super) struct Floats<'a> {
    address: NonNull<f32>,
    count: usize,
    buffer: PhantomData<&'a ()>,
}

impl Floats<'_> {
    /// Copies the floats from `from` on to `values`.
    ///
    /// # Panics
    /// When there are fewer from there on.
    pub(super) fn read(&self, from: usize, values: &mut [f32]) {
        assert!(self.count.checked_sub(from) >= Some(values.len()), "the buffer has all these floats");
        // SAFETY: the buffer has these floats, and keeps its memory as long as there is a reference to it. No slice is made of
        // what others may write; what is copied then is checked after it was copied.
        unsafe { self.address.add(from).as_ptr().copy_to(values.as_mut_ptr(), values.len()) };
    }
}
