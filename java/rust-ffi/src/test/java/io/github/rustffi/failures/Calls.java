package io.github.rustffi.failures;

import io.github.rustffi.Matrix;
import io.github.rustffi.NativeLibrary;
import io.github.rustffi.RustFfi;
import io.github.rustffi.Vectors;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;

/** Failing calls that are prepared, made, and judged. What is wrong goes to standard output, a line for each. */
final class Calls implements AutoCloseable {
    /** Begins the line about a failure that is not as it should be. */
    static final String WRONG = "wrong: ";

    /** The system property of a file for the number of the call that is made: the last words of a JVM that dies. */
    static final String LAST_WORDS = "failures.last";

    private static final String[] CALLED = {
        "Matrix",
        "RustFfi",
        "Vectors",
        "VectorIndex",
        "Parallelism",
        "Hits",
        "Npz",
        "IdFilter",
        "SearchOptions",
        "BatchHits"
    };

    private final Scene scene = new Scene(Files.createTempDirectory("rust-ffi-failures"));
    private final List<FailingCall.Prepared> prepared = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();
    private final MappedByteBuffer lastWords = lastWords();
    private long made;

    Calls() throws IOException {}

    private static MappedByteBuffer lastWords() throws IOException {
        String file = System.getProperty(LAST_WORDS);
        if (file == null) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer words = channel.map(FileChannel.MapMode.READ_WRITE, 0, Integer.BYTES);
            words.putInt(0, -1);
            return words;
        }
    }

    /**
     * Returns the numbers of the calls that are selected: {@code all}, those that Rust refuses ({@code rust}), of these
     * one for each kind of exception ({@code kinds}), or a single number, in each case without the numbers that follow
     * after a minus: {@code all-3-7}.
     */
    static List<Integer> select(String selection) {
        List<Integer> numbers = new ArrayList<>();
        List<FailingCall> all = FailingCalls.all();
        List<String> kinds = new ArrayList<>();
        List<String> parts = List.of(selection.split("-"));
        for (int i = 0; i < all.size(); i++) {
            FailingCall call = all.get(i);
            boolean selected =
                    switch (parts.get(0)) {
                        case "all" -> true;
                        case "rust" -> call.isOfRust();
                        case "kinds" -> call.isOfRust() && !kinds.contains(call.exception());
                        default -> i == Integer.parseInt(parts.get(0));
                    };
            if (selected && !parts.subList(1, parts.size()).contains(Integer.toString(i))) {
                kinds.add(call.exception());
                numbers.add(i);
            }
        }
        return numbers;
    }

    Calls prepare(String selection) {
        List<FailingCall> all = FailingCalls.all();
        for (int number : select(selection)) {
            try {
                FailingCall.Prepared call = all.get(number).prepare(scene);
                if (call != null) {
                    prepared.add(call);
                    numbers.add(number);
                }
            } catch (Throwable e) {
                System.out.println(WRONG + all.get(number) + ": what has to work before it threw " + e);
            }
        }
        return this;
    }

    /** Loads the library and initializes the classes that are called, without any failure. */
    Calls warmUp() throws ReflectiveOperationException, IOException {
        NativeLibrary.load();
        computeSomething();
        for (String type : CALLED) {
            Class.forName("io.github.rustffi." + type);
        }
        loadClasses();
        return this;
    }

    /**
     * Loads what the library consists of, as if all of it had been used: a class loader that is closed finds nothing.
     */
    private static void loadClasses() throws ReflectiveOperationException, IOException {
        URL location = Matrix.class.getProtectionDomain().getCodeSource().getLocation();
        Path jar = Path.of(URI.create(location.toString()));
        if (!Files.isRegularFile(jar)) {
            return;
        }
        List<String> names;
        try (JarFile file = new JarFile(jar.toFile())) {
            names = file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("io/github/rustffi/") && name.endsWith(".class"))
                    .toList();
        }
        for (String name : names) {
            String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
            Class.forName(type, false, Calls.class.getClassLoader());
        }
    }

    int count() {
        return prepared.size();
    }

    /** Returns how many calls have been made. */
    long made() {
        return made;
    }

    /** Makes a call, and returns what it throws. Asks for no memory itself. */
    Throwable make(int call) {
        if (lastWords != null) {
            lastWords.putInt(0, numbers.get(call));
        }
        made++;
        return prepared.get(call).attempt();
    }

    /** Reports what is wrong with what a call has thrown. */
    void judge(int call, String when, Throwable thrown) {
        report(call, when, prepared.get(call).wrong(thrown));
    }

    /** Reports what is wrong with what a call has thrown where the JVM's own error would be right, too. */
    void judgeUnlessOfJvm(int call, String when, Throwable thrown) {
        report(call, when, prepared.get(call).wrongUnlessOfJvm(thrown));
    }

    private void report(int call, String when, String wrong) {
        if (wrong != null) {
            System.out.println(WRONG + prepared.get(call) + ": " + when + " it " + wrong);
        }
    }

    /** Makes all calls, each of which has to fail as it should. */
    Calls makeAll(String when) {
        for (int i = 0; i < count(); i++) {
            judge(i, when, make(i));
        }
        return this;
    }

    /** Makes all calls once more at rest, and computes something: nothing may be left of the state. */
    Calls makeAllAfterwards() {
        makeAll("afterwards");
        try {
            computeSomething();
        } catch (Throwable e) {
            System.out.println(WRONG + "afterwards an ordinary computation threw " + e);
        }
        return this;
    }

    private static void computeSomething() {
        double[] x = Matrix.of(2, 2, 2, 1, 1, 3).solve(new double[] {3, 5});
        boolean right = Math.abs(x[0] - 0.8) < 1e-12
                && Math.abs(x[1] - 1.4) < 1e-12
                && Math.abs(Vectors.dot(x, x) - 2.6) < 1e-12
                && RustFfi.greet("Gopher").equals("Hello, Gopher!");
        if (!right) {
            throw new AssertionError("an ordinary computation goes wrong");
        }
    }

    @Override
    public void close() throws IOException {
        scene.close();
    }
}
