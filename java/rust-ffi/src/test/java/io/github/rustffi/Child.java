package io.github.rustffi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A JVM of its own, for what would be the end of the one that runs the tests. */
final class Child {
    private Child() {}

    /**
     * How a JVM ended.
     *
     * @param exit its exit code
     * @param output what it printed
     */
    record Result(int exit, String output) {}

    static Result run(List<String> options, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return run(List.of(), options, main, arguments);
    }

    /** Runs a class with the prefix before the command. */
    static Result run(List<String> prefix, List<String> options, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return run(Map.of(), prefix, options, main, arguments);
    }

    /** Runs a class with these variables in its environment. */
    static Result run(Map<String, String> environment, List<String> options, Class<?> main)
            throws IOException, InterruptedException {
        return run(environment, List.of(), options, main);
    }

    private static Result run(
            Map<String, String> environment,
            List<String> prefix,
            List<String> options,
            Class<?> main,
            String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // The library listens to it, and here it may be set for anything.
        builder.environment().remove("OMP_NUM_THREADS");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), text);
        }
    }
}
