package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares with the list of the platforms what the classes themselves have to say of them. */
class PlatformsTest {
    static List<String[]> platforms() throws IOException {
        return Files.readAllLines(Path.of("../../native/platforms.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" +"))
                .toList();
    }

    @Test
    void aFailureLooksForTheLibraryOfEachPlatform() throws IOException {
        List<String> libraries =
                platforms().stream().map(row -> row[0] + "/" + row[2]).toList();
        assertThat(Failure.libraries()).containsExactlyElementsOf(libraries);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("platforms")
    void theHostFindsEachPlatform(String platform, String target) {
        String processor = target.substring(0, target.indexOf('-'));
        String system = target.contains("linux") ? "Linux" : target.contains("windows") ? "Windows 11" : "Mac OS X";
        assertThat(Host.platforms(system, processor)).contains(platform);
    }
}
