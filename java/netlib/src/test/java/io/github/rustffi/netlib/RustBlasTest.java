package io.github.rustffi.netlib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import io.github.rustffi.Parallelism;
import io.github.rustffi.internal.Crossing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RustBlasTest {
    private final BLAS blas = RustBlas.getInstance();

    @Test
    void thereIsOneInstance() {
        assertThat(RustBlas.getInstance()).isSameAs(blas);
    }

    @Test
    void callsThatRustComputesAreCounted() {
        RustBlas counting = new RustBlas(JavaBLAS.getInstance());
        double[] d = {1, 2, 3, 4};
        float[] f = {1, 2, 3, 4};
        assertThat(counting.calls()).isZero();
        counting.dgemm("N", "N", 2, 2, 2, 1, d, 2, d, 2, 0, d.clone(), 2);
        counting.sgemm("N", "N", 2, 2, 2, 1, f, 2, f, 2, 0, f.clone(), 2);
        counting.dsyrk("U", "N", 2, 2, 1, d, 2, 0, d.clone(), 2);
        counting.ssyrk("U", "N", 2, 2, 1, f, 2, 0, f.clone(), 2);
        counting.dtrsm("L", "U", "N", "N", 2, 2, 1, d, 2, d.clone(), 2);
        counting.strsm("L", "U", "N", "N", 2, 2, 1, f, 2, f.clone(), 2);
        assertThat(counting.calls()).isEqualTo(6);
        // Nothing to compute; left to Java; wrong.
        counting.dgemm("N", "N", 2, 0, 2, 1, d, 2, d, 2, 0, d.clone(), 2);
        counting.ddot(4, d, 1, d, 1);
        assertThatThrownBy(() -> counting.dgemm("?", "N", 2, 2, 2, 1, d, 2, d, 2, 0, d.clone(), 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(counting.calls()).isEqualTo(6);
        // A product with a vector, where it is computed in Rust.
        int n = 512;
        counting.dgemv("N", n, n, 1, new double[n * n], n, new double[n], 1, 0, new double[n], 1);
        assertThat(counting.calls()).isEqualTo(Crossing.lends(n * n) ? 7 : 6);
    }

    /** A call with numbers in the places of the flags and sizes that the BLAS checks. */
    private interface Checked {
        void call(BLAS blas, String[] flags, int[] numbers);
    }

    @Test
    void wrongArgumentsAreRefusedAsNetlibRefusesThem() {
        double[] d = new double[64];
        float[] f = new float[64];
        // Flags; then m, n, k or so, and the steps.
        List<Checked> calls = new ArrayList<>();
        calls.add((b, s, i) -> b.dgemm(s[0], s[1], i[0], i[1], i[2], 1, d, i[3], d, i[4], 0, d.clone(), i[5]));
        calls.add((b, s, i) -> b.sgemm(s[0], s[1], i[0], i[1], i[2], 1, f, i[3], f, i[4], 0, f.clone(), i[5]));
        assertRefused(calls, new String[] {"N", "T"}, 2, 3, 4, 5, 5, 5);
        calls.clear();
        calls.add((b, s, i) -> b.dsyrk(s[0], s[1], i[0], i[1], 1, d, i[2], 0, d.clone(), i[3]));
        calls.add((b, s, i) -> b.ssyrk(s[0], s[1], i[0], i[1], 1, f, i[2], 0, f.clone(), i[3]));
        assertRefused(calls, new String[] {"U", "N"}, 3, 4, 5, 5);
        calls.clear();
        calls.add((b, s, i) -> b.dtrsm(s[0], s[1], s[2], s[3], i[0], i[1], 1, d, i[2], d.clone(), i[3]));
        calls.add((b, s, i) -> b.strsm(s[0], s[1], s[2], s[3], i[0], i[1], 1, f, i[2], f.clone(), i[3]));
        assertRefused(calls, new String[] {"L", "L", "N", "U"}, 3, 4, 5, 5);
    }

    /** Asserts that the right call succeeds, and that each mistake has the exception that netlib throws. */
    private void assertRefused(List<Checked> calls, String[] flags, int... numbers) {
        BLAS netlib = JavaBLAS.getInstance();
        for (Checked call : calls) {
            call.call(blas, flags, numbers);
            for (int i = 0; i < flags.length; i++) {
                for (String wrong : new String[] {"X", "", "/", null}) {
                    String[] mistaken = flags.clone();
                    mistaken[i] = wrong;
                    assertSame(netlib, call, mistaken, numbers);
                }
                String[] lower = flags.clone();
                lower[i] = flags[i].toLowerCase() + "anything";
                call.call(blas, lower, numbers);
            }
            for (int i = 0; i < numbers.length; i++) {
                for (int wrong : new int[] {-1, Integer.MIN_VALUE}) {
                    int[] mistaken = numbers.clone();
                    mistaken[i] = wrong;
                    assertSame(netlib, call, flags, mistaken);
                }
            }
            // A step that is one too small, and the least of an empty matrix.
            for (String[] others : new String[][] {flags, swapped(flags)}) {
                for (int i = 2; i < numbers.length; i++) {
                    for (int step : new int[] {0, 1, 2, 3}) {
                        int[] mistaken = numbers.clone();
                        mistaken[i] = step;
                        Throwable expected = catchThrowable(() -> call.call(netlib, others, mistaken));
                        if (expected instanceof IllegalArgumentException) {
                            assertSame(netlib, call, others, mistaken);
                        }
                    }
                }
            }
        }
    }

    private static String[] swapped(String[] flags) {
        String[] swapped = flags.clone();
        for (int i = 0; i < swapped.length; i++) {
            swapped[i] = switch (swapped[i]) {
                case "N" -> "T";
                case "T" -> "N";
                case "L" -> i == 0 ? "R" : "U";
                default -> swapped[i];
            };
        }
        return swapped;
    }

    private void assertSame(BLAS netlib, Checked call, String[] flags, int[] numbers) {
        String what = Arrays.toString(flags) + Arrays.toString(numbers);
        Throwable expected = catchThrowable(() -> call.call(netlib, flags, numbers));
        Throwable actual = catchThrowable(() -> call.call(blas, flags, numbers));
        assertThat(expected).as(what).isNotNull();
        assertThat(actual).as(what).hasSameClassAs(expected);
        if (expected instanceof IllegalArgumentException) {
            assertThat(actual).as(what).hasMessage(expected.getMessage());
        }
    }

    @Test
    void whatLiesBeyondAnArrayIsRefused() {
        double[] d = new double[100];
        float[] f = new float[100];
        String expected = "Index 100 out of bounds for length 100";
        for (int wrong = 0; wrong < 3; wrong++) {
            // 2x3 times 3x4, each with a step of 7, the last value of one of them beyond the array.
            int a = wrong == 0 ? 85 : 84;
            int b = wrong == 1 ? 77 : 76;
            int c = wrong == 2 ? 78 : 77;
            assertBeyond(expected, () -> blas.dgemm("N", "N", 2, 4, 3, 1, d, a, 7, d, b, 7, 0, d, c, 7));
            assertBeyond(expected, () -> blas.sgemm("N", "N", 2, 4, 3, 1, f, a, 7, f, b, 7, 0, f, c, 7));
        }
        blas.dgemm("N", "N", 2, 4, 3, 1, d, 84, 7, d.clone(), 76, 7, 0, d.clone(), 77, 7);
        assertBeyond(expected, () -> blas.dsyrk("U", "T", 3, 2, 1, d, 85, 7, 0, new double[100], 0, 7));
        assertBeyond(expected, () -> blas.dsyrk("U", "T", 3, 2, 1, new double[100], 0, 7, 0, d, 84, 7));
        assertBeyond(expected, () -> blas.ssyrk("L", "N", 3, 2, 1, f, 91, 7, 0, new float[100], 0, 7));
        assertBeyond(expected, () -> blas.dtrsm("L", "U", "N", "N", 3, 2, 1, d, 84, 7, new double[100], 0, 7));
        assertBeyond(expected, () -> blas.strsm("R", "U", "N", "N", 3, 2, 1, new float[100], 0, 7, f, 91, 7));
    }

    @Test
    void offsetsAndStepsThatOverflowAnIntAreRefused() {
        double[] d = new double[100];
        float[] f = new float[100];
        int max = Integer.MAX_VALUE;
        String negative = "Index -1 out of bounds for length 100";
        assertBeyond(negative, () -> blas.dgemm("N", "N", 2, 4, 3, 1, d, -1, 7, d, 0, 7, 0, d, 0, 7));
        assertBeyond(negative, () -> blas.dgemm("N", "N", 2, 4, 3, 1, d, 0, 7, d, -1, 7, 0, d, 0, 7));
        assertBeyond(negative, () -> blas.dgemm("N", "N", 2, 4, 3, 1, d, 0, 7, d, 0, 7, 0, d, -1, 7));
        String large = "Index 2147483647 out of bounds for length 100";
        assertBeyond(large, () -> blas.dgemm("N", "N", 2, 4, 3, 1, d, max, 7, d, 0, 7, 0, d, 0, 7));
        assertBeyond(large, () -> blas.sgemm("N", "N", 2, 4, 3, 1, f, 0, 7, f, 0, 7, 0, f, max, 7));
        // 3 times such a step and 1 is a small number in an int.
        String beyond = "Index 6442450942 out of bounds for length 100";
        assertBeyond(beyond, () -> blas.dgemm("N", "N", 2, 4, 3, 1, d, 0, 7, d, 0, 7, 0, d, 0, max));
        assertBeyond(
                "Index 4294967295 out of bounds for length 100",
                () -> blas.dtrsm("R", "U", "N", "N", 2, 3, 1, d, 0, 7, d, 0, max));
        assertBeyond(
                "Index 4294967296 out of bounds for length 100",
                () -> blas.dsyrk("U", "N", 3, 2, 1, d, 0, 7, 0, d, 0, max));
        // A million by a million.
        assertThatThrownBy(() -> blas.dgemm("N", "N", 1 << 20, 1 << 20, 1, 1, d, 0, 1 << 20, d, 0, 1, 0, d, 0, 1 << 20))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static void assertBeyond(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(message);
    }

    @Test
    void nullIsRefused() {
        double[] d = new double[16];
        float[] f = new float[16];
        List<Runnable> calls = List.of(
                () -> blas.dgemm("N", "N", 2, 2, 2, 1, null, 2, d, 2, 0, d, 2),
                () -> blas.dgemm("N", "N", 2, 2, 2, 1, d, 2, null, 2, 0, d, 2),
                () -> blas.dgemm("N", "N", 2, 2, 2, 1, d, 2, d, 2, 0, null, 2),
                () -> blas.sgemm("N", "N", 2, 2, 2, 1, f, 2, f, 2, 0, null, 2),
                () -> blas.dsyrk("U", "N", 2, 2, 1, null, 2, 0, d, 2),
                () -> blas.ssyrk("U", "N", 2, 2, 1, f, 2, 0, null, 2),
                () -> blas.dtrsm("L", "U", "N", "N", 2, 2, 1, null, 2, d, 2),
                () -> blas.strsm("L", "U", "N", "N", 2, 2, 1, f, 2, null, 2),
                () -> blas.dgemv("N", 2, 2, 1, null, 2, d, 1, 0, d, 1));
        for (Runnable call : calls) {
            assertThatThrownBy(call::run).isInstanceOf(NullPointerException.class);
        }
        // What is empty is not looked at.
        blas.dgemm("N", "N", 0, 2, 2, 1, null, 2, null, 2, 0, null, 2);
        blas.dsyrk("U", "N", 0, 2, 1, null, 2, 0, null, 2);
        blas.dtrsm("L", "U", "N", "N", 0, 2, 1, null, 2, null, 2);
    }

    @Test
    void aProductWithZeroReadsNoMatrix() {
        double[] nan = {Double.NaN};
        double[] c = {1, Double.NaN, 3, 4};
        blas.dgemm("N", "N", 2, 2, 2, 0, nan, 2, nan, 2, 2, c, 2);
        assertThat(c).isEqualTo(new double[] {2, Double.NaN, 6, 8});
        blas.dgemm("N", "N", 2, 2, 0, 1, nan, 2, nan, 2, 0, c, 2);
        assertThat(c).isEqualTo(new double[4]);
        double[] b = {Double.NaN, 1, 2, 3};
        blas.dtrsm("L", "U", "N", "N", 2, 2, 0, nan, 2, b, 2);
        assertThat(b).isEqualTo(new double[4]);
    }

    /** As in a blocked factorization, where all blocks are parts of one matrix. */
    @ParameterizedTest
    @EnumSource
    void matricesMayBePartsOfOneArray(Precision precision) {
        for (int n : new int[] {3, 90}) {
            int order = 3 * n;
            Part whole = Part.matrix(0, order, order, order).fill(new Random(2));
            double[] together = whole.values.clone();
            double[] apart = whole.values.clone();
            // The blocks are at the top left, in the middle and at the bottom right.
            int middle = n * order + n;
            precision.trsm(blas, "L", "L", "N", "U", n, n, 1, part(together, 0, order), part(together, middle, order));
            precision.trsm(
                    blas, "L", "L", "N", "U", n, n, 1, part(apart.clone(), 0, order), part(apart, middle, order));
            precision.gemm(
                    blas,
                    "N",
                    "T",
                    n,
                    n,
                    n,
                    -1,
                    part(together, 0, order),
                    part(together, middle, order),
                    1,
                    part(together, 2 * middle, order));
            double[] inputs = apart.clone();
            precision.gemm(
                    blas,
                    "N",
                    "T",
                    n,
                    n,
                    n,
                    -1,
                    part(inputs, 0, order),
                    part(inputs, middle, order),
                    1,
                    part(apart, 2 * middle, order));
            precision.syrk(blas, "L", "N", n, n, -1, part(together, n, order), 1, part(together, middle, order));
            precision.syrk(blas, "L", "N", n, n, -1, part(apart.clone(), n, order), 1, part(apart, middle, order));
            assertThat(together).isEqualTo(apart).isNotEqualTo(whole.values);
        }
    }

    private static Part part(double[] values, int offset, int step) {
        return Part.of(values, offset, step);
    }

    /** Another thread may use what lies between the columns. */
    @Test
    void whatLiesBetweenColumnsIsNotWritten() throws InterruptedException {
        VarHandle elements = MethodHandles.arrayElementVarHandle(double[].class);
        int n = 200;
        int step = n + 2;
        double[] a = Part.matrix(0, n, n, n).fill(new Random(3)).values;
        double[] c = new double[n * step];
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread other = new Thread(() -> {
            for (double value = 1; !isOver.get(); value++) {
                for (int column = 0; column < n; column++) {
                    int place = column * step + n;
                    double there = (double) elements.getVolatile(c, place);
                    if (there != value - 1) {
                        wrong.set(there + " instead of " + (value - 1) + " at " + place);
                    }
                    elements.setVolatile(c, place, value);
                }
            }
        });
        other.start();
        for (int i = 0; i < 20; i++) {
            blas.dgemm("N", "T", n, n, n, 1, a, n, a, n, 0.5, c, step);
            blas.dsyrk("U", "N", n, n, 1, a, n, 0.5, c, step);
            blas.dtrsm("R", "U", "N", "U", n, n, 1, a, n, c, step);
        }
        isOver.set(true);
        other.join();
        assertThat(wrong).hasNullValue();
    }

    @Test
    void theNumberOfThreadsChangesNoBit() {
        int before = Parallelism.threads();
        try {
            List<double[]> results = new ArrayList<>();
            for (int threads : new int[] {1, 2, 3}) {
                Parallelism.setThreads(threads);
                int n = 400;
                double[] a = Part.matrix(0, n, n, n).fill(new Random(4)).values;
                double[] c = new double[n * n];
                blas.dgemm("T", "N", n, n, n, 0.7, a, n, a, n, 0, c, n);
                blas.dsyrk("L", "T", n, n, 0.3, a, n, 1.5, c, n);
                blas.dtrsm("L", "U", "T", "U", n, n, 0.1, a, n, c, n);
                results.add(c);
            }
            assertThat(results.get(1)).isEqualTo(results.get(0));
            assertThat(results.get(2)).isEqualTo(results.get(0));
        } finally {
            Parallelism.setThreads(before);
        }
    }
}
