package io.github.rustffi.benchmarks.calls;

import io.github.rustffi.benchmarks.Machine;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The JDK's API for foreign functions. Needs JDK 22. */
final class FfmCalls implements Calls {
    private static final MethodHandle ADD =
            function("add", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle GREET =
            function("greet", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    private static final MethodHandle FREE_STRING =
            function("free_string", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

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

    /**
     * Returns a handle to a function of the library of {@code src/main/c}.
     *
     * @param name the function
     * @param type its type
     * @param options how to call it
     * @return the handle
     */
    static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        MemorySegment address = SymbolLookup.libraryLookup(Machine.library(), Arena.global())
                .find(name)
                .orElseThrow();
        return Linker.nativeLinker().downcallHandle(address, type, options);
    }
}
