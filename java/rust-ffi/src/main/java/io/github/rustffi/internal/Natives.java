package io.github.rustffi.internal;

/**
 * The methods that Rust implements, by area. The library is loaded, and every signature compared, before the first
 * call: see {@link Loader}.
 */
public final class Natives {
    private Natives() {}

    // The library itself

    /** Returns the version of the native library. */
    public static native String version();

    /** Binds every other method to its Rust function, or throws if a signature differs. */
    static native void register();

    // RustFfi

    public static native int add(int a, int b);

    public static native int multiply(int a, int b);

    public static native String greet(String name);
}
