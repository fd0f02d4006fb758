package io.github.rustffi.benchmarks.calls;

import io.github.rustffi.benchmarks.Machine;

/** JNI functions written by hand in C. */
final class JniCalls implements Calls {
    @Override
    public int add(int a, int b) {
        return Natives.add(a, b);
    }

    @Override
    public String greet(String name) {
        return Natives.greet(name);
    }

    private static final class Natives {
        static {
            Machine.library();
        }

        static native int add(int a, int b);

        static native String greet(String name);
    }
}
