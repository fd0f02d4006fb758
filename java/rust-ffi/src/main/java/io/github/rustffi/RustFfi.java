package io.github.rustffi;

import io.github.rustffi.internal.Natives;
import java.util.Objects;

/**
 * The tutorial's functions, computed by Rust.
 *
 * <p>Every method throws the {@link UnsatisfiedLinkError} of {@link NativeLibrary#load()} where the native library
 * cannot be loaded.
 *
 * <pre>{@code
 * RustFfi.add(5, 3);       // 8
 * RustFfi.multiply(4, 6);  // 24
 * RustFfi.greet("Gopher"); // "Hello, Gopher!"
 * }</pre>
 */
public final class RustFfi {
    private RustFfi() {}

    /**
     * Returns {@code a + b}, wrapping around on overflow as Java's {@code +} does.
     *
     * @param a a summand
     * @param b a summand
     * @return the sum
     */
    public static int add(int a, int b) {
        NativeLibrary.load();
        return Natives.add(a, b);
    }

    /**
     * Returns {@code a * b}, wrapping around on overflow as Java's {@code *} does.
     *
     * @param a a factor
     * @param b a factor
     * @return the product
     */
    public static int multiply(int a, int b) {
        NativeLibrary.load();
        return Natives.multiply(a, b);
    }

    /**
     * Returns {@code Hello, <name>!}. Any Unicode text is kept as it is.
     *
     * @param name the name to greet
     * @return the greeting
     * @throws NullPointerException if {@code name} is null
     * @throws IllegalArgumentException if {@code name} is not Unicode text, with the index of the first unpaired
     *     surrogate
     */
    public static String greet(String name) {
        Objects.requireNonNull(name, "name");
        NativeLibrary.load();
        return Natives.greet(name);
    }

    /**
     * Returns the version of the loaded native library, which equals that of this jar.
     *
     * @return the version, such as {@code 1.2.3}
     */
    public static String version() {
        NativeLibrary.load();
        return Natives.version();
    }
}
