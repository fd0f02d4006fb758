package io.github.rustffi.spark;

import dev.ludovic.netlib.blas.BLAS;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** The BLAS that MLlib calls. */
final class MllibBlas {
    /** The objects of MLlib that have one. */
    static final List<String> OBJECTS =
            List.of("org.apache.spark.ml.linalg.BLAS$", "org.apache.spark.mllib.linalg.BLAS$");

    private static final String FIELD = "_nativeBLAS";

    private MllibBlas() {}

    /**
     * Has MLlib call a BLAS, or logs that it goes on with its own.
     *
     * @return whether all of MLlib calls it
     */
    static boolean replace(BLAS blas, @Nullable ClassLoader loader, Logger log) {
        return replace(OBJECTS, FIELD, blas, loader, log);
    }

    /** Does the same with other names. Sets none where one is missing. */
    static boolean replace(List<String> objects, String name, BLAS blas, @Nullable ClassLoader loader, Logger log) {
        try {
            for (boolean last : new boolean[] {false, true}) {
                for (String object : objects) {
                    Class<?> type = Class.forName(object, true, loader);
                    Field field = type.getDeclaredField(name);
                    if (field.getType() != BLAS.class) {
                        throw new NoSuchFieldException(field + " is no " + BLAS.class);
                    }
                    field.setAccessible(true);
                    Object owner = Modifier.isStatic(field.getModifiers())
                            ? null
                            : type.getField("MODULE$").get(null);
                    if (last) {
                        field.set(owner, blas);
                    }
                }
            }
            log.info("MLlib multiplies matrices with {}", blas.getClass().getName());
            return true;
        } catch (ReflectiveOperationException | InaccessibleObjectException | LinkageError e) {
            log.warn("this version of MLlib goes on with its own BLAS: {}", e.toString());
            return false;
        }
    }
}
