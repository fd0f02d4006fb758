package io.github.rustffi.spark.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** What docs/spark.md shows is what is compiled, and what it prints. */
class MaunaLoaTest {
    private static final Path SOURCE = Path.of("src/test/java/io/github/rustffi/spark/examples/MaunaLoa.java");
    private static final String DATA = "../examples/src/main/resources/io/github/rustffi/examples/gallery/co2.csv";

    private static String page() throws IOException {
        return Files.readString(Path.of("../../docs/spark.md"));
    }

    @Test
    void thePageShowsTheExample() throws IOException {
        String source = Files.readString(SOURCE);
        String example = source.substring(
                source.indexOf("        // example\n") + "        // example\n".length(),
                source.indexOf("        // end\n"));
        assertThat(page()).contains("```java\n" + example.stripTrailing().stripIndent() + "\n```\n");
    }

    @Test
    void thePageShowsWhatItPrints() throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SparkSession session = io.github.rustffi.spark.Sessions.local();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            MaunaLoa.print(session, DATA);
        } finally {
            System.setOut(before);
        }
        String printed = bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
        assertThat(printed).contains("ppm in 1980");
        assertThat(page()).contains("```\n" + printed + "```\n");
    }
}
