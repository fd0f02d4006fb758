package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

class OperationsTest {
    /** Methods that compute in Java alone, or only look at what there is. */
    private static final Set<String> NO_OPERATIONS = Set.of(
            "Matrix.of",
            "Matrix.wrap",
            "Matrix.zeros",
            "Matrix.identity",
            "Matrix.diagonal",
            "Matrix.rows",
            "Matrix.columns",
            "Matrix.get",
            "Matrix.row",
            "Matrix.column",
            "Matrix.submatrix",
            "Matrix.toRows",
            "Matrix.plus",
            "Matrix.minus",
            "Matrix.transpose",
            "Matrix.symmetrized",
            "Matrix.trace",
            "Matrix.generate",
            "Matrix.filled",
            "Matrix.ofRow",
            "Matrix.ofColumn",
            "Matrix.random",
            "Matrix.gaussian",
            "Matrix.hstack",
            "Matrix.vstack",
            "Matrix.block",
            "Matrix.reshape",
            "Matrix.selectRows",
            "Matrix.selectColumns",
            "Matrix.upperTriangle",
            "Matrix.lowerTriangle",
            "Matrix.map",
            "Matrix.zip",
            "Matrix.elementTimes",
            "Matrix.elementDiv",
            "Matrix.div",
            "Matrix.unaryMinus",
            "Matrix.plusRow",
            "Matrix.minusRow",
            "Matrix.timesRow",
            "Matrix.divRow",
            "Matrix.plusColumn",
            "Matrix.minusColumn",
            "Matrix.timesColumn",
            "Matrix.divColumn",
            "Matrix.sum",
            "Matrix.mean",
            "Matrix.min",
            "Matrix.max",
            "Matrix.maxAbs",
            "Matrix.argmin",
            "Matrix.argmax",
            "Matrix.rowSums",
            "Matrix.rowMeans",
            "Matrix.rowMinima",
            "Matrix.rowMaxima",
            "Matrix.rowMaxAbs",
            "Matrix.rowArgmin",
            "Matrix.rowArgmax",
            "Matrix.columnSums",
            "Matrix.columnMeans",
            "Matrix.columnMinima",
            "Matrix.columnMaxima",
            "Matrix.columnMaxAbs",
            "Matrix.columnArgmin",
            "Matrix.columnArgmax",
            "Matrix.norm1",
            "Matrix.normInf",
            "Matrix.isClose",
            "Matrix.isSymmetric",
            "Matrix.kronecker",
            "Matrix.outer",
            "Matrix.squaredDistances",
            "Lu.determinantSign",
            "Svd.conditionNumber",
            "Eigen.isReal",
            "Eigen.realVector",
            "Eigen.imaginaryVector",
            "Vectors.plus",
            "Vectors.minus",
            "Vectors.scale",
            "Vectors.axpy",
            "Vectors.mean",
            "Vectors.min",
            "Vectors.max",
            "Vectors.argmin",
            "Vectors.argmax",
            "Lu.rowPermutation",
            "Ldl.permutation",
            "PivotedQr.columnPermutation",
            "VectorIndex.size",
            "VectorIndex.dimension",
            "VectorIndex.metric",
            "VectorIndex.useCodes",
            "VectorIndex.bytesInUse");

    @Test
    void everyPublicMethodIsCalledByAnOperation() throws Exception {
        Set<String> known = called();
        known.addAll(NO_OPERATIONS);
        assertThat(known).containsAll(publicMethods());
        assertThat(publicMethods()).containsAll(NO_OPERATIONS).contains("Matrix.solve", "Qr.solve", "Vectors.dot");
    }

    private static Set<String> publicMethods() {
        return Stream.of(
                        Matrix.class,
                        Lu.class,
                        Cholesky.class,
                        Ldl.class,
                        Qr.class,
                        PivotedQr.class,
                        Svd.class,
                        LeastSquares.class,
                        SymmetricEigen.class,
                        Eigen.class,
                        Schur.class,
                        Hessenberg.class,
                        MatrixFunctions.class,
                        Vectors.class,
                        VectorIndex.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .filter(method -> !Set.of("equals", "hashCode", "toString").contains(method.getName()))
                .map(OperationsTest::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    private static Set<String> called() throws IOException {
        Set<String> names = new TreeSet<>();
        try (InputStream operations = Operations.class.getResourceAsStream("Operations.class")) {
            new ClassReader(operations).accept(new Calls(names), ClassReader.SKIP_DEBUG);
        }
        return names;
    }

    /** Collects the methods that a class calls, each by the simple name of its class and its own. */
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
                    String type = Type.getObjectType(owner).getClassName();
                    names.add(type.substring(type.lastIndexOf('.') + 1) + "." + name);
                }
            };
        }
    }
}
