package io.github.rustffi.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The failing calls in states in which a JVM is rarely found. {@code scripts/check-failures --all} makes many more. */
class FailuresIT {
    @TempDir
    static Path directory;

    @TestFactory
    Stream<DynamicTest> everyCallFailsAsItShould() {
        return Runs.start(Runs.brief(directory)).entrySet().stream()
                .map(run -> dynamicTest(
                        run.getKey().name(),
                        () -> assertThat(run.getValue().get().wrong()).isEmpty()));
    }
}
