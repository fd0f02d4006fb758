package io.github.rustffi.netlib;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ludovic.netlib.blas.BLAS;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.netlib.util.doubleW;
import org.netlib.util.floatW;

/** What Rust does not do is left to another BLAS, as it is called. */
class DelegationTest {
    private static final Set<String> NATIVE =
            new TreeSet<>(List.of("dgemm", "sgemm", "dsyrk", "ssyrk", "dtrsm", "strsm"));

    /** Those that Rust does only for large matrices. */
    private static final Set<String> NATIVE_IF_LARGE = Set.of("dgemv", "sgemv");

    private final List<Call> calls = new ArrayList<>();
    private final BLAS blas = new RustBlas((BLAS) Proxy.newProxyInstance(
            BLAS.class.getClassLoader(), new Class<?>[] {BLAS.class}, (proxy, method, arguments) -> {
                Object result = resultOf(method.getReturnType());
                calls.add(new Call(method, arguments, result));
                return result;
            }));

    private int next = 3;

    private record Call(Method method, Object[] arguments, Object result) {}

    @Test
    void everyOtherMethodIsCalledWithTheSameArgumentsAndItsResultReturned() throws ReflectiveOperationException {
        int delegated = 0;
        for (Method method : methods().toList()) {
            if (NATIVE.contains(method.getName()) || NATIVE_IF_LARGE.contains(method.getName())) {
                continue;
            }
            calls.clear();
            Object[] arguments = arguments(method);
            Object result = method.invoke(blas, arguments);
            assertThat(calls).as(method.toString()).hasSize(1);
            Call call = calls.get(0);
            assertThat(call.method).isEqualTo(method);
            assertSame(call.arguments, arguments);
            assertThat(result).as(method.toString()).isEqualTo(call.result);
            delegated++;
        }
        assertThat(delegated).isEqualTo(121);
    }

    @Test
    void aSmallProductWithAVectorIsLeftToTheOthers() throws ReflectiveOperationException {
        for (Method method : methods()
                .filter(method -> NATIVE_IF_LARGE.contains(method.getName()))
                .toList()) {
            calls.clear();
            Object[] arguments = arguments(method);
            method.invoke(blas, arguments);
            assertThat(calls).as(method.toString()).hasSize(1);
            assertThat(calls.get(0).method.getName()).isEqualTo(method.getName());
            List<Object> given = new ArrayList<>(List.of(arguments));
            if (method.getParameterCount() == 11) {
                given.add(5, 0);
                given.add(8, 0);
                given.add(12, 0);
            }
            assertSame(calls.get(0).arguments, given.toArray());
        }
    }

    @Test
    void theOthersAreNotCalledForWhatRustDoes() throws ReflectiveOperationException {
        Set<String> done = new TreeSet<>();
        for (Method method :
                methods().filter(method -> NATIVE.contains(method.getName())).toList()) {
            try {
                method.invoke(blas, arguments(method));
            } catch (InvocationTargetException e) {
                // The flags are none.
                assertThat(e.getCause()).isInstanceOf(IllegalArgumentException.class);
            }
            done.add(method.getName());
        }
        assertThat(calls).isEmpty();
        assertThat(done).isEqualTo(NATIVE);
    }

    private static Stream<Method> methods() {
        return Arrays.stream(BLAS.class.getMethods()).filter(method -> !Modifier.isStatic(method.getModifiers()));
    }

    private static void assertSame(Object[] actual, Object[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            if (expected[i] instanceof Number) {
                assertThat(actual[i]).isEqualTo(expected[i]);
            } else {
                assertThat(actual[i]).isSameAs(expected[i]);
            }
        }
    }

    private Object[] arguments(Method method) {
        return Arrays.stream(method.getParameterTypes()).map(this::argument).toArray();
    }

    /** Returns a value that no other argument has. */
    private Object argument(Class<?> type) {
        next++;
        if (type == int.class) {
            return next;
        } else if (type == double.class) {
            return next + 0.5;
        } else if (type == float.class) {
            return next + 0.5f;
        } else if (type == String.class) {
            return "flag " + next;
        } else if (type == doubleW.class) {
            return new doubleW(next);
        } else if (type == floatW.class) {
            return new floatW(next);
        }
        return Array.newInstance(type.getComponentType(), 1);
    }

    private Object resultOf(Class<?> type) {
        next++;
        if (type == int.class) {
            return next;
        } else if (type == double.class) {
            return next + 0.5;
        } else if (type == float.class) {
            return next + 0.5f;
        }
        return type == boolean.class ? true : null;
    }
}
