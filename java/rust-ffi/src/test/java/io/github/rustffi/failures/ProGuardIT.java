package io.github.rustffi.failures;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.loading.Jars;
import io.github.rustffi.loading.Jvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program and the jar, shrunk, optimized and obfuscated together as the README has it. */
class ProGuardIT {
    @TempDir
    Path directory;

    @Test
    void aProgramWorksWithTheRulesOfTheJar() throws Exception {
        String name = ShrunkProgram.class.getName();
        String file = name.replace('.', '/') + ".class";
        Path jar = ShrunkJar.shrunk(
                directory, Map.of(file, Files.readAllBytes(Jvm.tests().resolve(file))), """
                -keep class %s { public static void main(java.lang.String[]); }
                -dontwarn org.slf4j.impl.**
                """.formatted(name));
        Map<String, byte[]> entries = new LinkedHashMap<>(Jars.read(jar));
        assertThat(entries).containsKey("io/github/rustffi/internal/Natives.class");
        // The program uses it, under another name.
        assertThat(entries).doesNotContainKey("io/github/rustffi/VectorIndex.class");
        assertThat(Jvm.ofClasses()
                        .classPath(jar)
                        .with("-Drustffi.dir=" + directory.resolve("cache"))
                        .run(name))
                .isEqualToNormalizingNewlines("""
                        8
                        matrix is singular: pivot 1 is zero
                        [0: 1.0]
                        TotalBytes: true
                        """);
    }
}
