//! Keeping the library mapped: the threads of the pool run its code until the process ends.

/// Keeps this library mapped until the process ends.
#[cfg(unix)]
pub(super) fn pin() {
    use std::mem::MaybeUninit;

    let mut library = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the first argument is the address of a function of this library and is not followed; the second is
    // valid for writing a Dl_info, whose fields are pointers, so that zeros are a value too.
    let name = unsafe {
        libc::dladdr(pin as *const () as *const libc::c_void, library.as_mut_ptr());
        library.assume_init().dli_fname
    };
    if !name.is_null() {
        // SAFETY: the loader gave `name` as a C string that lives as long as the library. RTLD_NOLOAD loads
        // nothing, so no foreign code runs; the handle is kept open for ever, which is the purpose. For a program
        // that is linked statically the answer is null, and there is nothing to keep.
        unsafe { libc::dlopen(name, libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE) };
    }
}

/// Keeps this library mapped until the process ends.
#[cfg(windows)]
pub(super) fn pin() {
    use std::ffi::c_void;

    const GET_MODULE_HANDLE_EX_FLAG_PIN: u32 = 1;
    const GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS: u32 = 4;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
    }

    let mut module = std::ptr::null_mut();
    // SAFETY: with FROM_ADDRESS the second argument is an address within a module, here this function's own, and is
    // not followed; the third is valid for writing a handle.
    unsafe {
        GetModuleHandleExW(
            GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
            pin as *const () as *const c_void,
            &mut module,
        );
    }
}
