package io.github.rustffi.benchmarks.calls;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.github.rustffi.benchmarks.Machine;
import java.util.Map;

/** JNA with direct mapping, the faster of its two ways. */
final class JnaCalls implements Calls {
    @Override
    public int add(int a, int b) {
        return Natives.add(a, b);
    }

    @Override
    public String greet(String name) {
        Pointer text = Natives.greet(name);
        try {
            return text.getString(0, "UTF-8");
        } finally {
            Natives.free_string(text);
        }
    }

    private static final class Natives {
        static {
            Native.register(
                    Natives.class,
                    NativeLibrary.getInstance(
                            Machine.library().toString(), Map.of(Library.OPTION_STRING_ENCODING, "UTF-8")));
        }

        static native int add(int a, int b);

        static native Pointer greet(String name);

        static native void free_string(Pointer text);
    }
}
