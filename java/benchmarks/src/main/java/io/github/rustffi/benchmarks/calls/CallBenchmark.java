package io.github.rustffi.benchmarks.calls;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a call costs. What it returns is checked before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class CallBenchmark {
    /** Who is called: see {@link Peers}. */
    @Param({"rust-ffi", "jni", "jna", "jnr", "ffm", "ffm-critical"})
    public String peer;

    private Calls calls;
    private int a = 5;
    private int b = 3;

    /** Makes the peer ready and checks what it returns. */
    @Setup
    public void prepare() {
        calls = Peers.of(peer);
        requireEqual(8, calls.add(5, 3));
        requireEqual(Integer.MIN_VALUE, calls.add(Integer.MAX_VALUE, 1));
        for (String name :
                new String[] {"Gopher", "", "Zoë", "🦀", Name.of("short"), Name.of("long"), Name.of("emoji")}) {
            requireEqual("Hello, " + name + "!", calls.greet(name));
        }
    }

    /**
     * Adds.
     *
     * @return the sum
     */
    @Benchmark
    public int add() {
        return calls.add(a, b);
    }

    /**
     * Greets.
     *
     * @param name whom
     * @return the greeting
     */
    @Benchmark
    public String greet(Name name) {
        return calls.greet(name.name);
    }

    private static void requireEqual(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError(actual + ", not " + expected);
        }
    }

    /** Whom to greet. */
    @State(Scope.Benchmark)
    public static class Name {
        /** 10 or 1,000 letters of ASCII, or 10 characters of which some are emoji. */
        @Param({"short", "long", "emoji"})
        public String text;

        private String name;

        /** Makes the name. */
        @Setup
        public void prepare() {
            name = of(text);
        }

        private static String of(String text) {
            return switch (text) {
                case "short" -> "Ferdinanda";
                case "long" -> "Ferdinanda".repeat(100);
                case "emoji" -> "Ferris 🦀 🐘";
                default -> throw new IllegalArgumentException("no text " + text);
            };
        }
    }
}
