package io.github.rustffi.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A round of {@link Fuzzer} for each method; more with {@code -Drustffi.fuzz.seconds}, others with
 * {@code -Drustffi.fuzz.seed}.
 */
class FuzzerTest {
    @Test
    void everyPublicMethodKeepsItsPromises() throws Exception {
        Fuzzer fuzzer = new Fuzzer();
        long nanos = TimeUnit.SECONDS.toNanos(Long.getLong("rustffi.fuzz.seconds", 0));
        fuzzer.run(Long.getLong("rustffi.fuzz.seed", 1), nanos);
        assertThat(fuzzer.wrong()).isEmpty();
        assertThat(fuzzer.missed()).as("methods that never returned").isEmpty();
    }
}
