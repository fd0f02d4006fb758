package io.github.rustffi.benchmarks.calls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The JDK's API for foreign functions. Needs JDK 22. */
final class FfmCalls implements Calls {
    private static final MethodHandle ADD = FfmFunctions.add();
    private static final MethodHandle GREET = FfmFunctions.greet();
    private static final MethodHandle FREE_STRING = FfmFunctions.freeString();

    @Override
    public int add(int a, int b) {
        try {
            return (int) ADD.invokeExact(a, b);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String greet(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = (MemorySegment) GREET.invokeExact(arena.allocateFrom(name));
            try {
                return text.reinterpret(Long.MAX_VALUE).getString(0);
            } finally {
                FREE_STRING.invokeExact(text);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
