package io.github.rustffi.langchain4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskDocumentsTest {
    @TempDir
    Path directory;

    private String ask(String question) throws IOException, InterruptedException {
        Path said = directory.resolve("said");
        Path complained = directory.resolve("complained");
        int status = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AskDocuments.class.getName(),
                        directory.resolve("passages").toString(),
                        question)
                .redirectOutput(said.toFile())
                .redirectError(complained.toFile())
                .start()
                .waitFor();
        assertThat(status).as(Files.readString(complained)).isZero();
        String first =
                Files.readString(complained, StandardCharsets.UTF_8).contains("read 3 documents") ? "first " : "";
        return first + Files.readString(said);
    }

    @Test
    void aProcessThatIsStartedAgainFindsTheSamePassages() throws Exception {
        String question = "How is memory freed in Rust?";
        String first = ask(question);
        assertThat(first).startsWith("first rust.txt: ").contains("garbage collector");
        assertThat(ask(question)).isEqualTo(first.substring("first ".length()));
        assertThat(ask("What does one bake a loaf of?")).startsWith("bread.txt: ");
    }
}
