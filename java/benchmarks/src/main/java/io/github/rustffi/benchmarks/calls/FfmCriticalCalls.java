package io.github.rustffi.benchmarks.calls;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The JDK's API for foreign functions without its transitions, for functions that take no time. Needs JDK 22. */
final class FfmCriticalCalls implements Calls {
    private static final Linker.Option CRITICAL = Linker.Option.critical(true);
    private static final MethodHandle ADD = FfmFunctions.add(CRITICAL);
    private static final MethodHandle GREET = FfmFunctions.greet(CRITICAL);
    private static final MethodHandle FREE_STRING = FfmFunctions.freeString(CRITICAL);

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
        // C reads the bytes where they are, on Java's heap; the copy adds the zero that ends them.
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        MemorySegment terminated = MemorySegment.ofArray(Arrays.copyOf(utf8, utf8.length + 1));
        try {
            MemorySegment text = (MemorySegment) GREET.invokeExact(terminated);
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
