package io.github.rustffi.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

class CompletenessIT {
    private static final String PACKAGE = "io/github/rustffi/";

    @Test
    void everyPublicMethodIsCalled() throws Exception {
        assertThat(calledBySmoke()).containsAll(publicMethods());
    }

    @Test
    void thePublicMethodsAreFound() throws Exception {
        assertThat(publicMethods()).contains("io.github.rustffi.RustFfi.add", "io.github.rustffi.NativeLibrary.load");
    }

    private static Set<String> publicMethods() throws Exception {
        Set<String> names = new TreeSet<>();
        try (JarFile jar = new JarFile(Jars.RUST_FFI.toFile())) {
            for (String entry : jar.stream().map(Object::toString).toList()) {
                if (entry.startsWith(PACKAGE) && entry.endsWith(".class") && entry.indexOf('/', PACKAGE.length()) < 0) {
                    addPublicMethods(entry, names);
                }
            }
        }
        return names;
    }

    private static void addPublicMethods(String entry, Set<String> names) throws ClassNotFoundException {
        String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
        if (name.endsWith("package-info")) {
            return;
        }
        Class<?> type = Class.forName(name, false, CompletenessIT.class.getClassLoader());
        if (!Modifier.isPublic(type.getModifiers()) || Throwable.class.isAssignableFrom(type)) {
            return;
        }
        for (Method method : type.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && !overridesObject(method)) {
                names.add(type.getName() + "." + method.getName());
            }
        }
    }

    private static boolean overridesObject(Method method) {
        try {
            Object.class.getMethod(method.getName(), method.getParameterTypes());
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static Set<String> calledBySmoke() throws IOException {
        Set<String> names = new TreeSet<>();
        try (InputStream smoke = Smoke.class.getResourceAsStream("Smoke.class")) {
            new ClassReader(smoke).accept(new Calls(names), ClassReader.SKIP_DEBUG);
        }
        return names;
    }

    /** Collects the methods that a class calls or refers to. */
    private static final class Calls extends ClassVisitor {
        private final Set<String> names;

        Calls(Set<String> names) {
            super(Opcodes.ASM9);
            this.names = names;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String method, String descriptor, String signature, String[] exceptions) {
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitMethodInsn(
                        int opcode, String owner, String name, String descriptor, boolean isInterface) {
                    names.add(Type.getObjectType(owner).getClassName() + "." + name);
                }

                @Override
                public void visitInvokeDynamicInsn(
                        String name, String descriptor, Handle bootstrap, Object... arguments) {
                    for (Object argument : arguments) {
                        if (argument instanceof Handle handle) {
                            names.add(Type.getObjectType(handle.getOwner()).getClassName() + "." + handle.getName());
                        }
                    }
                }
            };
        }
    }
}
