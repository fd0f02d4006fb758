package io.github.rustffi.benchmarks.calls;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.rustffi.benchmarks.Machine;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Handles to the functions of the library of {@code src/main/c}. Needs JDK 22. */
final class FfmFunctions {
    private static final SymbolLookup LIBRARY = SymbolLookup.libraryLookup(Machine.library(), Arena.global());

    private FfmFunctions() {}

    static MethodHandle add(Linker.Option... options) {
        return function("add", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), options);
    }

    static MethodHandle greet(Linker.Option... options) {
        return function("greet", FunctionDescriptor.of(ADDRESS, ADDRESS), options);
    }

    static MethodHandle freeString(Linker.Option... options) {
        return function("free_string", FunctionDescriptor.ofVoid(ADDRESS), options);
    }

    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(LIBRARY.find(name).orElseThrow(), type, options);
    }
}
