package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A class whose static initializer has failed once, at the end of a stack or in a full heap, can never be used again.
 */
class InitializersTest {
    /**
     * Those that loading needs itself, before anything is computed, and the one that serialization needs: the JDK's
     * classes for it have initializers, too.
     */
    private static final List<String> OTHERS = List.of(
            "io.github.rustffi.Serialized",
            "io.github.rustffi.internal.Direct",
            "io.github.rustffi.internal.Failures",
            "io.github.rustffi.internal.Host",
            "io.github.rustffi.internal.Natives",
            "io.github.rustffi.internal.Root");

    @Test
    void classesWithAStaticInitializerAreInitializedWhenTheLibraryIsLoaded() throws IOException {
        Set<String> known = new TreeSet<>(OTHERS);
        Arrays.stream(Loader.initialized()).map(Class::getName).forEach(known::add);
        assertThat(withInitializer()).isEqualTo(known);
    }

    private static Set<String> withInitializer() throws IOException {
        Set<String> found = new TreeSet<>();
        List<Path> files;
        try (Stream<Path> classes = Files.walk(Path.of("target/classes/io/github/rustffi"))) {
            files = classes.filter(path -> path.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            ClassReader reader = new ClassReader(Files.readAllBytes(file));
            reader.accept(
                    new ClassVisitor(Opcodes.ASM9) {
                        @Override
                        public MethodVisitor visitMethod(
                                int access, String name, String descriptor, String signature, String[] exceptions) {
                            if (name.equals("<clinit>")) {
                                found.add(reader.getClassName().replace('/', '.'));
                            }
                            return null;
                        }
                    },
                    ClassReader.SKIP_CODE);
        }
        return found;
    }
}
