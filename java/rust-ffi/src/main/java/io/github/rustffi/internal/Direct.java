package io.github.rustffi.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;

/**
 * The functions of Rust for the operations of {@link Reduction} that are called through the JDK's own linker (JEP 454)
 * and not through JNI. The arrays are lent to them.
 *
 * <p>On short vectors a call takes less than half the time of one through JNI. The collector waits until it is over, so
 * it is for short work only: {@link Crossing} says when. A function knows no exceptions: NaN says that the native
 * method is to be asked, which throws one if there is a reason.
 *
 * <p>The linker is called by reflection, since it is not in the oldest JDK that we compile for. That is over once a
 * constant of this class exists: the compiler of the JVM then trusts it, as it trusts every record, and calls the
 * function right away.
 *
 * @param one takes the operation, the number of values, and an array: with two, such a call would take 12 ns more
 * @param two takes the operation, the number of values in each array, and two arrays
 */
public record Direct(MethodHandle one, MethodHandle two) {
    public static final Direct DOUBLES = of(double[].class, Natives.directForDoubles(1), Natives.directForDoubles(2));
    public static final Direct FLOATS = of(float[].class, Natives.directForFloats(1), Natives.directForFloats(2));

    /** Multiplies a row of more than 16 columns with a vector, with the bits of a matrix that has no other. */
    public static final Direct ROW = of(double[].class, Natives.directForRow(1), Natives.directForRow(2));

    /** Returns the result of an operation on two arrays of the same length, or on one that is given twice, or NaN. */
    public double call(int operation, double[] x, double[] y) {
        try {
            return x == y
                    ? (double) one.invokeExact(operation, x.length, x)
                    : (double) two.invokeExact(operation, x.length, x, y);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Returns the result of an operation on two arrays of the same length, or on one that is given twice, or NaN. */
    public double call(int operation, float[] x, float[] y) {
        try {
            return x == y
                    ? (double) one.invokeExact(operation, x.length, x)
                    : (double) two.invokeExact(operation, x.length, x, y);
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

    private static Direct of(Class<?> array, long one, long two) {
        try {
            return new Direct(link(one, array), link(two, array, array));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(array.getSimpleName(), e);
        }
    }

    /**
     * Returns, in the words of {@code java.lang.foreign}, what
     *
     * <pre>{@code
     * Linker.nativeLinker().downcallHandle(
     *         MemorySegment.ofAddress(address),
     *         FunctionDescriptor.of(JAVA_DOUBLE, JAVA_INT, JAVA_INT, ADDRESS, …),
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

        Object arguments = Array.newInstance(layout, 2 + arrays.length);
        Array.set(arguments, 0, layouts.getField("JAVA_INT").get(null));
        Array.set(arguments, 1, layouts.getField("JAVA_INT").get(null));
        MethodHandle[] segments = new MethodHandle[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            Array.set(arguments, 2 + i, layouts.getField("ADDRESS").get(null));
            segments[i] = MethodHandles.publicLookup()
                    .findStatic(segment, "ofArray", MethodType.methodType(segment, arrays[i]));
        }
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
        return MethodHandles.filterArguments((MethodHandle) function, 2, segments);
    }

    private static Class<?> foreign(String name) throws ClassNotFoundException {
        return Class.forName("java.lang.foreign.".concat(name));
    }
}
