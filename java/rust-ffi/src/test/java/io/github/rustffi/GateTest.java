package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Every path to a native method leads through {@link NativeLibrary#load()}. */
class GateTest {
    private static final String NATIVES = "io/github/rustffi/internal/Natives";

    /** Classes whose objects call natives only when what made or opened them has loaded the library. */
    private static final Set<String> OPENED = Set.of(
            "io/github/rustffi/SymmetricProduct",
            "io/github/rustffi/SymmetricProduct$Closing",
            "io/github/rustffi/VectorIndex",
            "io/github/rustffi/VectorIndex$Closing",
            "io/github/rustffi/IndexDirectory",
            "io/github/rustffi/Npz",
            "io/github/rustffi/Npz$Member",
            "io/github/rustffi/Npz$Content");

    @Test
    void noPublicClassCallsANativeBeforeTheLibraryIsLoaded() throws IOException {
        List<String> methods = new ArrayList<>();
        List<String> ungated = new ArrayList<>();
        try (Stream<Path> classes = Files.list(Path.of("target/classes/io/github/rustffi"))) {
            for (Path file :
                    classes.filter(path -> path.toString().endsWith(".class")).toList()) {
                visit(Files.readAllBytes(file), methods, ungated);
            }
        }
        assertThat(methods).hasSizeGreaterThan(40);
        assertThat(ungated).isEmpty();
    }

    /** Adds the methods of a class that call natives, and those of them that may do so before the library is loaded. */
    private static void visit(byte[] bytes, List<String> methods, List<String> ungated) {
        Set<String> gates = new HashSet<>(Set.of("io/github/rustffi/NativeLibrary.load"));
        // Twice: in the first pass methods that load become gates themselves.
        for (boolean last : new boolean[] {false, true}) {
            new ClassReader(bytes)
                    .accept(
                            new ClassVisitor(Opcodes.ASM9) {
                                private String type;

                                @Override
                                public void visit(int v, int access, String name, String s, String p, String[] i) {
                                    type = name;
                                }

                                @Override
                                public MethodVisitor visitMethod(
                                        int access, String name, String d, String s, String[] e) {
                                    // Lambdas, static or not, are made by methods of the object.
                                    boolean isOfNoObject =
                                            (access & Opcodes.ACC_STATIC) != 0 && (access & Opcodes.ACC_SYNTHETIC) == 0;
                                    String method = type + "." + name;
                                    return new MethodVisitor(Opcodes.ASM9) {
                                        private boolean loaded = OPENED.contains(type) && !isOfNoObject;

                                        @Override
                                        public void visitMethodInsn(
                                                int o, String owner, String called, String d, boolean i) {
                                            if (gates.contains(owner + "." + called)) {
                                                loaded = true;
                                                gates.add(method);
                                            } else if (owner.equals(NATIVES) && last) {
                                                methods.add(method);
                                                if (!loaded) {
                                                    ungated.add(method + " calls " + called);
                                                }
                                            }
                                        }
                                    };
                                }
                            },
                            ClassReader.SKIP_DEBUG);
        }
    }
}
