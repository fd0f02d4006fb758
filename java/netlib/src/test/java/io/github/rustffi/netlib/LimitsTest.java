package io.github.rustffi.netlib;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ludovic.netlib.blas.BLAS;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls with a full heap and at the end of a stack, in a JVM of their own. */
class LimitsTest {
    @ParameterizedTest
    @ValueSource(strings = {"heap", "stack"})
    void callsFailAsTheyShouldOrAreRight(String limit) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // Interpreted, so that all frames of a descent are of one size.
        Process process = new ProcessBuilder(
                        java,
                        "-Xint",
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Limits.class.getName(),
                        limit)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
                .doesNotContain("wrong:")
                .containsPattern("made [0-9]{2,} calls")
                .contains("refused some");
    }

    /** A call, and what it throws if there is memory. */
    private static final class Call {
        private final String name;
        private final Runnable run;
        private final String expected;
        private final Object result;
        private final Object before;
        private Object after;

        /** Takes, too, the array that is written, or null if the call is refused with the message. */
        Call(String name, Runnable run, Object result, String expected) {
            this.name = name;
            this.run = run;
            this.result = result;
            this.expected = expected;
            before = copy(result);
        }

        private static Object copy(Object array) {
            return array instanceof double[] d ? d.clone() : array instanceof float[] f ? f.clone() : null;
        }

        /** Makes the call where there is memory, to know what is right. */
        void rehearse() {
            Throwable thrown = make();
            if (!String.valueOf(expected).equals(thrown == null ? "null" : thrown.getMessage())) {
                throw new AssertionError(name, thrown);
            }
            after = copy(result);
            reset();
        }

        Throwable make() {
            try {
                run.run();
                return null;
            } catch (Throwable e) {
                return e;
            }
        }

        void reset() {
            if (before != null) {
                System.arraycopy(before, 0, result, 0, java.lang.reflect.Array.getLength(before));
            }
        }

        private static boolean equal(Object x, Object y) {
            return Objects.deepEquals(x, y);
        }

        /** Returns 'r' if the call is right, 'o' if the JVM has refused it, and 'w' otherwise. Takes no memory. */
        char judge(Throwable thrown) {
            boolean untouched = equal(result, before);
            if (thrown instanceof VirtualMachineError) {
                return untouched || equal(result, after) ? 'o' : 'w';
            }
            if (thrown == null) {
                return expected == null && equal(result, after) ? 'r' : 'w';
            }
            return expected != null && untouched && expected.equals(thrown.getMessage()) ? 'r' : 'w';
        }
    }

    /** What the JVM of its own does. */
    static final class Limits {
        private static final int N = 20;
        private static final int FRAMES = 400;
        private static final int[] BYTES_LEFT = {0, 16, 64, 256, 1024, 4096, 16384, 65536};

        private final List<Call> calls = new ArrayList<>();
        private final Object[] held = new Object[1 << 18];
        private final Throwable[] thrown = new Throwable[FRAMES];
        private final char[] verdicts = new char[FRAMES];
        private int count;
        private int made;
        private int refused;
        private int back;

        private Limits() {
            BLAS blas = RustBlas.getInstance();
            double[] a = new double[N * N];
            float[] f = new float[N * N];
            for (int i = 0; i < a.length; i++) {
                a[i] = i % 7 + (i % (N + 1) == 0 ? 40 : 0);
                f[i] = (float) a[i];
            }
            double[] c = new double[N * N];
            Arrays.fill(c, 3);
            float[] g = new float[N * N];
            Arrays.fill(g, 3);
            add("dgemm", () -> blas.dgemm("N", "T", N, N, N, 1, a, N, a, N, 0.5, c, N), c, null);
            add("sgemm", () -> blas.sgemm("N", "T", N, N, N, 1, f, N, f, N, 0.5f, g, N), g, null);
            add("dsyrk", () -> blas.dsyrk("U", "N", N, N, 1, a, N, 0.5, c, N), c, null);
            add("ssyrk", () -> blas.ssyrk("U", "N", N, N, 1, f, N, 0.5f, g, N), g, null);
            add("dtrsm", () -> blas.dtrsm("L", "U", "N", "N", N, N, 1, a, N, c, N), c, null);
            add("strsm", () -> blas.strsm("L", "U", "N", "N", N, N, 1, f, N, g, N), g, null);
            add("dgemv", () -> blas.dgemv("N", N, N, 1, a, N, a, 1, 0.5, c, 1), c, null);
            add("sgemv", () -> blas.sgemv("N", N, N, 1, f, N, f, 1, 0.5f, g, 1), g, null);
            add(
                    "dgemm with a step of 1",
                    () -> blas.dgemm("N", "N", N, N, N, 1, a, 1, a, N, 0.5, c, N),
                    c,
                    "** On entry to 'DGEMM' parameter number 8 had an illegal value");
            add(
                    "ssyrk with no flag",
                    () -> blas.ssyrk("?", "N", N, N, 1, f, N, 0.5f, g, N),
                    g,
                    "** On entry to 'SSYRK' parameter number 1 had an illegal value");
        }

        private void add(String name, Runnable run, Object result, String expected) {
            Call call = new Call(name, run, result, expected);
            call.rehearse();
            calls.add(call);
        }

        public static void main(String[] arguments) {
            Limits limits = new Limits();
            if (arguments[0].equals("heap")) {
                limits.withAFullHeap();
            } else {
                limits.atTheEndOfTheStack();
            }
            for (Call call : limits.calls) {
                limits.count(call, call.judge(call.make()), "afterwards");
            }
            System.out.println("made " + limits.made + " calls");
            System.out.println(limits.refused > 0 ? "refused some" : "refused none");
        }

        private void count(Call call, char verdict, String when) {
            made++;
            if (verdict == 'o') {
                refused++;
            }
            if (verdict == 'w') {
                System.out.println("wrong: " + call.name + " " + when);
            }
            call.reset();
        }

        private void withAFullHeap() {
            for (int bytesLeft : BYTES_LEFT) {
                for (Call call : calls) {
                    Object left = bytesLeft == 0 ? null : new byte[bytesLeft];
                    fill();
                    Objects.requireNonNull(calls);
                    left = null;
                    Throwable e = call.make();
                    char verdict = call.judge(e);
                    while (count > 0) {
                        held[--count] = null;
                    }
                    count(call, verdict, "with " + bytesLeft + " bytes left: " + e + left);
                }
            }
        }

        private void fill() {
            for (int size = 1 << 20; size > 0; size = size == 16 ? 0 : Math.max(16, size / 8)) {
                try {
                    for (; count < held.length; count++) {
                        held[count] = new byte[size - 16];
                    }
                } catch (OutOfMemoryError e) {
                    // Smaller ones may still find room.
                }
            }
        }

        private void atTheEndOfTheStack() {
            for (Call call : calls) {
                back = 0;
                descend(call);
                for (int i = 0; i < FRAMES; i++) {
                    count(call, verdicts[i], "with " + i + " frames left: " + thrown[i]);
                }
            }
        }

        private void descend(Call call) {
            try {
                descend(call);
            } catch (StackOverflowError e) {
                // This is the end.
            }
            if (back < FRAMES) {
                attempt(call);
            }
        }

        /** Makes the call on the way back, with a little more room each time. */
        private void attempt(Call call) {
            Throwable e;
            try {
                e = call.make();
            } catch (StackOverflowError error) {
                e = error;
            }
            try {
                verdicts[back] = call.judge(e);
                thrown[back] = e;
                call.reset();
                back++;
            } catch (StackOverflowError error) {
                // There is no room to judge: the next frame has more.
            }
        }
    }
}
