package io.github.rustffi.failures;

import io.github.rustffi.loading.Jvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs {@link States} in JVMs of their own: a selection that takes a minute or two, or all of it. */
public final class Runs {
    private static final int MINUTES = 30;

    private static final String[] COLLECTORS = {"Serial", "Parallel", "G1"};

    /** JVMs that die before a run is given up. */
    private static final int MOST_DEATHS = 3;

    /** What is shown at most of what is wrong in one run. */
    private static final int SHOWN = 20;

    private final List<Run> runs = new ArrayList<>();
    private final Path directory;

    private Runs(Path directory) {
        this.directory = directory;
    }

    /** Makes ready what a run needs. */
    private interface Preparation {
        Jvm jvm() throws IOException;
    }

    /**
     * One state, or several of a kind.
     *
     * @param name what a reader calls it
     * @param preparation gives the JVM
     * @param arguments those of {@link States}, the selection of calls last
     */
    record Run(String name, Preparation preparation, List<String> arguments) {}

    /**
     * What came of a run.
     *
     * @param made number of calls made by the JVMs that came to their end
     * @param wrong what is wrong, each thing once
     */
    record Outcome(long made, List<String> wrong) {}

    /** Returns the runs that every build makes, which leave their files in a directory. */
    static List<Run> brief(Path directory) {
        Runs runs = new Runs(directory);
        for (String collector : COLLECTORS) {
            runs.addHeap(collector, "0,120", "rust");
        }
        runs.addFirstInHeap("G1", "0,120", "kinds");
        runs.addStack(false, "warm", 0, 4, "rust");
        runs.addStack(false, "warm", 1, 4, "rust");
        runs.addStack(true, "fresh", 0, 4, "kinds");
        runs.addFirst("kinds");
        runs.addOthers("G1");
        return runs.runs;
    }

    /** Returns all runs, which leave their files in a directory. */
    static List<Run> all(Path directory) {
        Runs runs = new Runs(directory);
        for (String collector : COLLECTORS) {
            runs.addHeap(collector, "0,40,80,120,200,400,800,1600", "all");
            runs.addFirstInHeap(collector, "0,40,120,400,1600", "all");
        }
        for (int stack : new int[] {0, 1, 512 << 10}) {
            runs.addStack(false, "warm", stack, 1, "all");
            runs.addStack(true, "fresh", stack, 1, "all");
        }
        runs.addFirst("all");
        for (String collector : COLLECTORS) {
            runs.addOthers(collector);
        }
        return runs.runs;
    }

    private void add(String name, Preparation preparation, String... arguments) {
        runs.add(new Run(name, preparation, List.of(arguments)));
    }

    private void addOthers(String collector) {
        add("at rest, checked by the JVM, " + collector, () -> jvm(collector).with("-Xcheck:jni"), "rest", "all");
        for (String name : ContextLoaders.names()) {
            add("context class loader: " + name + ", " + collector, () -> jvm(collector), "context", name, "all");
        }
        add("two copies, " + collector, () -> jvm(collector), "copies", "all");
        add("two copies whose class loaders are closed, " + collector, () -> jvm(collector), "stopped", "all");
        if (Runtime.version().feature() >= 21) {
            add("virtual thread, " + collector, () -> jvm(collector), "virtual", "all");
        }
        add(
                "jar minimized as by maven-shade, " + collector,
                () -> jvm(collector).classPath(ShrunkJar.minimized(Files.createTempDirectory(directory, "minimized"))),
                "rest",
                "all");
        add(
                "jar shrunk by ProGuard, " + collector,
                () -> jvm(collector).classPath(ShrunkJar.shrunk(Files.createTempDirectory(directory, "shrunk"))),
                "rest",
                "all");
    }

    private Jvm jvm(String collector) {
        return Jvm.ofJar()
                .with("-XX:-UseSerialGC", "-XX:+Use" + collector + "GC")
                .with("-Drustffi.dir=" + directory.resolve("natives"), "-Djava.io.tmpdir=" + directory);
    }

    private void addHeap(String collector, String bytesLeft, String selection) {
        add("full heap, " + collector + ", warm", () -> full(collector), "heap", "warm", bytesLeft, selection);
    }

    /** In a JVM for each call, since none can unload copies of the library while its heap is full. */
    private void addFirstInHeap(String collector, String bytesLeft, String selection) {
        for (int call : Calls.select(selection)) {
            add(
                    "full heap, " + collector + ", first: " + FailingCalls.all().get(call),
                    () -> full(collector),
                    "heap",
                    "fresh",
                    bytesLeft,
                    Integer.toString(call));
        }
    }

    private Jvm full(String collector) {
        // The heap could not be filled where the collector gives up before.
        String patience = collector.equals("Parallel") ? "-XX:-UseGCOverheadLimit" : "-Xmx24m";
        return jvm(collector).with("-Xmx24m", patience);
    }

    private void addStack(boolean each, String kind, long bytes, int step, String selection) {
        String stack = bytes == 0 ? "main thread" : bytes == 1 ? "smallest stack" : "stack of " + bytes + " bytes";
        String method = EndOfStack.class.getName().replace('.', '/') + ",descend";
        add(
                "end of the stack, " + stack + ", " + kind,
                () -> jvm("Serial").with("-XX:CompileCommand=quiet", "-XX:CompileCommand=exclude," + method),
                arguments(each, "stack", kind, Long.toString(bytes), Integer.toString(step), selection));
    }

    private void addFirst(String selection) {
        for (int call : Calls.select(selection)) {
            add("first: " + FailingCalls.all().get(call), () -> jvm("Serial"), "rest", Integer.toString(call));
        }
    }

    private static String[] arguments(boolean each, String... arguments) {
        List<String> all = new ArrayList<>(each ? List.of("each") : List.of());
        all.addAll(Arrays.asList(arguments));
        return all.toArray(String[]::new);
    }

    /** Runs a state, and where the JVM dies once more without the call in which it did. */
    static Outcome run(Run run) throws IOException, InterruptedException {
        long made = 0;
        List<String> wrong = new ArrayList<>();
        List<String> arguments = new ArrayList<>(run.arguments());
        int last = arguments.size() - 1;
        Jvm jvm = run.preparation().jvm();
        for (int deaths = 0; deaths < MOST_DEATHS; deaths++) {
            Path lastWords = Files.createTempFile("rust-ffi-failures", ".last");
            try {
                Files.write(lastWords, new byte[] {-1, -1, -1, -1});
                Ended ended = start(jvm.with("-D" + Calls.LAST_WORDS + "=" + lastWords), arguments);
                long done = read(ended.output(), wrong);
                if (done >= 0) {
                    return new Outcome(made + done, wrong);
                }
                int call = ByteBuffer.wrap(Files.readAllBytes(lastWords)).getInt();
                if (call < 0) {
                    wrong.add("before the first call the JVM " + ended);
                    return new Outcome(made, wrong);
                }
                wrong.add(FailingCalls.all().get(call) + ": the JVM " + ended);
                arguments.set(last, arguments.get(last) + "-" + call);
            } finally {
                Files.delete(lastWords);
            }
        }
        wrong.add("there may be more");
        return new Outcome(made, wrong);
    }

    private record Ended(int exit, String output) {
        @Override
        public String toString() {
            String[] lines = output.split("\n");
            String last = String.join(" / ", Arrays.copyOfRange(lines, Math.max(0, lines.length - 3), lines.length));
            return "ended with exit code " + exit + ": " + last.substring(0, Math.min(last.length(), 300));
        }
    }

    private static Ended start(Jvm jvm, List<String> arguments) throws IOException, InterruptedException {
        try (Jvm.Running running = jvm.start(States.class, arguments.toArray(String[]::new))) {
            Thread watch = new Thread(() -> {
                try {
                    Thread.sleep(MINUTES * 60_000L);
                    running.kill();
                } catch (InterruptedException e) {
                    // It has come to its end in time.
                }
            });
            watch.setDaemon(true);
            watch.start();
            String output = running.output();
            watch.interrupt();
            return new Ended(running.exit(), output);
        }
    }

    /** Adds what is wrong, and returns the number of calls made, or -1 where the program did not come to its end. */
    private static long read(String output, List<String> wrong) {
        long made = -1;
        for (String line : output.split("\n")) {
            if (line.startsWith(Calls.WRONG) || line.startsWith("WARNING") || line.startsWith("FATAL ERROR")) {
                if (!wrong.contains(line)) {
                    wrong.add(line);
                }
            } else if (line.startsWith(States.DONE)) {
                made = Long.parseLong(line.substring(States.DONE.length()).strip());
            }
        }
        return made;
    }

    /** Starts all runs, as many at a time as there are processors. */
    static Map<Run, Future<Outcome>> start(List<Run> runs) {
        ExecutorService executor =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), task -> {
                    Thread thread = new Thread(task, "runs");
                    thread.setDaemon(true);
                    return thread;
                });
        Map<Run, Future<Outcome>> outcomes = new LinkedHashMap<>();
        for (Run run : runs) {
            outcomes.put(run, executor.submit(() -> run(run)));
        }
        executor.shutdown();
        return outcomes;
    }

    /** Prints a table of all runs on this JVM, with {@code --all}, or else of the brief ones. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("rust-ffi-runs");
        List<Run> runs = List.of(arguments).contains("--all") ? all(directory) : brief(directory);
        long made = 0;
        int wrong = 0;
        for (Map.Entry<Run, Future<Outcome>> run : start(runs).entrySet()) {
            Outcome outcome = run.getValue().get();
            made += outcome.made();
            wrong += outcome.wrong().size();
            System.out.printf(
                    "%8d  %5d  %s%n",
                    outcome.made(), outcome.wrong().size(), run.getKey().name());
            outcome.wrong().stream().limit(SHOWN).forEach(what -> System.out.println("                   " + what));
            if (outcome.wrong().size() > SHOWN) {
                System.out.println("                   and so on");
            }
        }
        System.out.printf("%8d  %5d  on Java %s%n", made, wrong, System.getProperty("java.version"));
        System.exit(wrong == 0 ? 0 : 1);
    }
}
