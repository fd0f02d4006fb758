package io.github.rustffi.benchmarks.calls;

import io.github.rustffi.benchmarks.Machine;
import java.nio.charset.StandardCharsets;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.Encoding;
import jnr.ffi.annotations.In;

/** JNR-FFI. */
final class JnrCalls implements Calls {
    private static final Natives NATIVES =
            LibraryLoader.create(Natives.class).load(Machine.library().toString());

    @Override
    public int add(int a, int b) {
        return NATIVES.add(a, b);
    }

    @Override
    public String greet(String name) {
        Pointer text = NATIVES.greet(name);
        try {
            return text.getString(0, Integer.MAX_VALUE, StandardCharsets.UTF_8);
        } finally {
            NATIVES.free_string(text);
        }
    }

    /** The functions, public because what JNR-FFI generates implements it. */
    public interface Natives {
        /**
         * Returns the sum of two numbers, wrapping around.
         *
         * @param a a number
         * @param b a number
         * @return the sum
         */
        int add(int a, int b);

        /**
         * Returns a greeting.
         *
         * @param name whom to greet
         * @return the text, to be given back
         */
        Pointer greet(@In @Encoding("UTF-8") String name);

        /**
         * Takes back what {@link #greet} returned.
         *
         * @param text the text
         */
        void free_string(Pointer text);
    }
}
