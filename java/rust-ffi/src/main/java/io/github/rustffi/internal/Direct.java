package io.github.rustffi.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;

/**
 * A function of Rust that is called through the JDK's own linker (JEP 454) and not through JNI. The arrays are lent to
 * it.
 *
 * <p>On short vectors a call takes 15 ns, where one through JNI takes 60. The collector waits until it is over, so it
 * is for short work only: {@link Crossing} says when. A function knows no exceptions: NaN says that the native method
 * of the same name is to be asked, and throws one if there is a reason.
 *
 * <p>The linker is called by reflection, since it is not in the oldest JDK that we compile for. That is over once a
 * constant of this class exists: the compiler of the JVM then trusts it, as it trusts every record, and calls the
 * function right away.
 *
 * @param handle takes arrays and the number of their values
 */
public record Direct(MethodHandle handle) {
    public static final Direct DOT_OF_DOUBLES = of("dotOfDoubles", double[].class, double[].class);
    public static final Direct DOT_OF_FLOATS = of("dotOfFloats", float[].class, float[].class);
    public static final Direct SUM_OF_DOUBLES = of("sumOfDoubles", double[].class);
    public static final Direct SUM_OF_FLOATS = of("sumOfFloats", float[].class);
    public static final Direct NORM_OF_DOUBLES = of("normOfDoubles", double[].class);
    public static final Direct NORM_OF_FLOATS = of("normOfFloats", float[].class);
    public static final Direct SQUARED_DISTANCE_OF_DOUBLES =
            of("squaredDistanceOfDoubles", double[].class, double[].class);
    public static final Direct SQUARED_DISTANCE_OF_FLOATS = of("squaredDistanceOfFloats", float[].class, float[].class);
    public static final Direct COSINE_SIMILARITY_OF_DOUBLES =
            of("cosineSimilarityOfDoubles", double[].class, double[].class);
    public static final Direct COSINE_SIMILARITY_OF_FLOATS =
            of("cosineSimilarityOfFloats", float[].class, float[].class);

    public double call(double[] x) {
        try {
            return (double) handle.invokeExact(x, x.length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public double call(float[] x) {
        try {
            return (double) handle.invokeExact(x, x.length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Calls a function of two arrays, which have the same length. */
    public double call(double[] x, double[] y) {
        try {
            return (double) handle.invokeExact(x, y, x.length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Calls a function of two arrays, which have the same length. */
    public double call(float[] x, float[] y) {
        try {
            return (double) handle.invokeExact(x, y, x.length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static AssertionError unexpected(Throwable e) {
        if (e instanceof VirtualMachineError) {
            throw (VirtualMachineError) e; // as at the end of the stack
        }
        return new AssertionError("bug in rust_ffi: ".concat(e.toString()), e);
    }

    private static Direct of(String name, Class<?>... arrays) {
        try {
            return new Direct(link(Natives.direct(name), arrays));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name, e);
        }
    }

    /**
     * Returns, in the words of {@code java.lang.foreign}, what
     *
     * <pre>{@code
     * Linker.nativeLinker().downcallHandle(
     *         MemorySegment.ofAddress(address),
     *         FunctionDescriptor.of(JAVA_DOUBLE, ADDRESS, …, JAVA_INT),
     *         Linker.Option.critical(true))
     * }</pre>
     *
     * returns, with arrays for the memory segments that it takes.
     */
    private static MethodHandle link(long address, Class<?>... arrays) throws ReflectiveOperationException {
        Class<?> linker = foreign("Linker");
        Class<?> segment = foreign("MemorySegment");
        Class<?> layout = foreign("MemoryLayout");
        Class<?> descriptor = foreign("FunctionDescriptor");
        Class<?> option = foreign("Linker$Option");
        Class<?> layouts = foreign("ValueLayout");

        Object arguments = Array.newInstance(layout, arrays.length + 1);
        MethodHandle[] segments = new MethodHandle[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            Array.set(arguments, i, layouts.getField("ADDRESS").get(null));
            segments[i] = MethodHandles.publicLookup()
                    .findStatic(segment, "ofArray", MethodType.methodType(segment, arrays[i]));
        }
        Array.set(arguments, arrays.length, layouts.getField("JAVA_INT").get(null));
        Object options = Array.newInstance(option, 1);
        Array.set(options, 0, option.getMethod("critical", boolean.class).invoke(null, true));

        Object function = linker.getMethod("downcallHandle", segment, descriptor, options.getClass())
                .invoke(
                        linker.getMethod("nativeLinker").invoke(null),
                        segment.getMethod("ofAddress", long.class).invoke(null, address),
                        descriptor
                                .getMethod("of", layout, arguments.getClass())
                                .invoke(null, layouts.getField("JAVA_DOUBLE").get(null), arguments),
                        options);
        return MethodHandles.filterArguments((MethodHandle) function, 0, segments);
    }

    private static Class<?> foreign(String name) throws ClassNotFoundException {
        return Class.forName("java.lang.foreign.".concat(name));
    }
}
