package io.github.rustffi.loading;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How to start a JVM that loads the library: immutable, and started any number of times. */
public final class Jvm {
    private static final String JNU = "C.UTF-8";

    private final List<String> classPath;
    private final List<String> options;
    private final Map<String, String> environment;
    private final Path directory;
    private final String module;

    private Jvm(
            List<String> classPath,
            List<String> options,
            Map<String, String> environment,
            Path directory,
            String module) {
        this.classPath = classPath;
        this.options = options;
        this.environment = environment;
        this.directory = directory;
        this.module = module;
    }

    /** A JVM with the class path of the test that runs. */
    public static Jvm ofClasses() {
        return new Jvm(
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
                List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                Map.of("LC_ALL", JNU),
                Path.of(System.getProperty("java.io.tmpdir")),
                "ALL-UNNAMED");
    }

    /** A JVM with the packed jar, what it depends on, a logger that keeps silent, and the tests' classes. */
    public static Jvm ofJar() {
        return ofJar(jar());
    }

    static Jvm ofJar(Path jar) {
        return ofClasses()
                .classPath(
                        jar,
                        dependency("org.scijava.nativelib.NativeLibraryUtil"),
                        dependency("org.slf4j.Logger"),
                        dependency("org.slf4j.impl.StaticLoggerBinder"),
                        tests());
    }

    public static Path jar() {
        return Path.of(System.getProperty("rustffi.jar"));
    }

    public static Path tests() {
        return location(Jvm.class);
    }

    public static Path dependency(String type) {
        try {
            return location(Class.forName(type));
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static Path location(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    public Jvm classPath(Path... files) {
        List<String> names = new ArrayList<>();
        for (Path file : files) {
            names.add(file.toString());
        }
        return new Jvm(names, options, environment, directory, module);
    }

    public Jvm with(String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return new Jvm(classPath, all, environment, directory, module);
    }

    Jvm environment(String name, String value) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(name, value);
        return new Jvm(classPath, options, all, directory, module);
    }

    /** Names the module that may call native code, where it is not that of the class path. */
    Jvm nativeAccess(String name) {
        return new Jvm(classPath, options, environment, directory, name);
    }

    Jvm in(Path workingDirectory) {
        return new Jvm(classPath, options, environment, workingDirectory, module);
    }

    /** Starts the JVM with a main class; standard error goes to standard output. */
    public Running start(Class<?> main, String... arguments) throws IOException {
        return start(main.getName(), arguments);
    }

    Running start(String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        if (Runtime.version().feature() >= 24 && !options.contains("--illegal-native-access=deny")) {
            command.add("--enable-native-access=" + module);
        }
        if (!classPath.isEmpty()) {
            command.add("-cp");
            command.add(String.join(File.pathSeparator, classPath));
        }
        command.add(main);
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new Running(builder.start());
    }

    /** Runs {@link Probe} to its end and returns what it printed. */
    String probe(String... arguments) throws IOException {
        return run(Probe.class.getName(), arguments);
    }

    public String run(String main, String... arguments) throws IOException {
        try (Running running = start(main, arguments)) {
            return running.output();
        }
    }

    /** A JVM that runs. */
    public static final class Running implements AutoCloseable {
        private final Process process;
        private final BufferedReader output;

        private Running(Process process) {
            this.process = process;
            output = process.inputReader(StandardCharsets.UTF_8);
        }

        /** Returns the next line of what it prints. */
        public String line() throws IOException {
            return String.valueOf(output.readLine());
        }

        /** Returns the rest of what it prints before it ends. */
        public String output() throws IOException {
            StringBuilder text = new StringBuilder();
            for (int c = output.read(); c >= 0; c = output.read()) {
                text.append((char) c);
            }
            return text.toString();
        }

        /** Waits for its end, and returns its exit code. */
        public int exit() throws InterruptedException {
            return process.waitFor();
        }

        boolean isAlive() {
            return process.isAlive();
        }

        /** Ends it as an operating system does. */
        public void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        @Override
        public void close() throws IOException {
            try {
                output.close();
                if (!process.waitFor(1, TimeUnit.MINUTES)) {
                    process.destroyForcibly();
                    throw new IOException("a JVM did not end within a minute");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
