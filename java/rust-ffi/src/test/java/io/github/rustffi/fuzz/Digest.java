package io.github.rustffi.fuzz;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A text that differs where two results differ in a bit, all that their methods without arguments return included. */
final class Digest {
    private Digest() {}

    static String of(Object value) {
        if (value == null) {
            return "null";
        } else if (value instanceof double[] doubles) {
            return "doubles " + doubles.length + " " + Arrays.hashCode(doubles);
        } else if (value instanceof float[] floats) {
            return "floats " + floats.length + " " + Arrays.hashCode(floats);
        } else if (value.getClass().isArray()) {
            StringBuilder text = new StringBuilder("[");
            for (int i = 0; i < Array.getLength(value); i++) {
                text.append(of(Array.get(value, i))).append(' ');
            }
            return text.append(']').toString();
        } else if (value instanceof Collection<?> values) {
            return of(values.toArray());
        } else if (value instanceof Optional<?> optional) {
            return of(optional.orElse(null));
        } else if (value.getClass().getName().startsWith("io.github.rustffi.") && !(value instanceof Enum)) {
            return ofParts(value);
        }
        return value.toString();
    }

    private static String ofParts(Object value) {
        List<Method> parts = new ArrayList<>();
        for (Method method : value.getClass().getDeclaredMethods()) {
            if (isPart(method)) {
                parts.add(method);
            }
        }
        parts.sort(Comparator.comparing(Method::getName));
        StringBuilder text = new StringBuilder(value.getClass().getSimpleName());
        for (Method part : parts) {
            text.append(' ').append(part.getName()).append('=').append(of(part, value));
        }
        return text.toString();
    }

    /** Returns whether a method tells something of an object that is no object with such methods of its own kind. */
    private static boolean isPart(Method method) {
        if (!Modifier.isPublic(method.getModifiers())
                || Modifier.isStatic(method.getModifiers())
                || method.getParameterCount() > 0
                || method.getReturnType() == void.class) {
            return false;
        }
        return method.getDeclaringClass().getSimpleName().endsWith("Matrix")
                ? Set.of("toArray", "rows", "columns").contains(method.getName())
                : !method.getName().equals("hashCode");
    }

    private static String of(Method part, Object value) {
        try {
            return of(part.invoke(value));
        } catch (InvocationTargetException e) {
            return e.getCause().toString();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
