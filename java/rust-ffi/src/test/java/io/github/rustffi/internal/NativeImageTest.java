package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metadata for GraalVM's native-image, against the classes that it is about. */
class NativeImageTest {
    private static final String DIRECTORY = "/META-INF/native-image/io.github.rustffi/rust-ffi/";

    private static JsonElement read(String file) throws IOException {
        try (InputStream in = NativeImageTest.class.getResourceAsStream(DIRECTORY + file);
                Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(text);
        }
    }

    private static List<JsonObject> objects(JsonElement array) {
        List<JsonObject> objects = new ArrayList<>();
        array.getAsJsonArray().forEach(element -> objects.add(element.getAsJsonObject()));
        return objects;
    }

    /** Returns the entries by the name of their class, without it. */
    private static Map<String, JsonObject> byType(JsonElement entries, String key) {
        Map<String, JsonObject> byType = new TreeMap<>();
        for (JsonObject entry : objects(entries)) {
            byType.put(entry.remove(key).getAsString(), entry);
        }
        return byType;
    }

    private static Map<String, JsonObject> types() throws IOException {
        return byType(read("reachability-metadata.json").getAsJsonObject().get("reflection"), "type");
    }

    /** The keys that the schemas 1.1.0 and 1.2.0 have, of those that may be of use here. */
    @Test
    void theMetadataSaysNothingThatTheSchemaDoesNotKnow() throws IOException {
        JsonObject all = read("reachability-metadata.json").getAsJsonObject();
        assertThat(all.keySet()).isSubsetOf("comment", "reflection", "resources");
        for (JsonObject type : objects(all.get("reflection"))) {
            assertThat(type.keySet()).contains("type");
            assertThat(type.keySet())
                    .isSubsetOf(
                            "type", "methods", "fields", "allDeclaredMethods", "allDeclaredFields", "jniAccessible");
        }
        for (JsonObject resource : objects(all.get("resources"))) {
            assertThat(resource.keySet()).containsExactly("glob");
        }
    }

    @Test
    void theTwoFormsSayTheSame() throws IOException {
        Map<String, JsonObject> types = types();
        Map<String, JsonObject> reflection = byType(read("reflect-config.json"), "name");
        Map<String, JsonObject> jni = byType(read("jni-config.json"), "name");
        types.forEach((type, entry) -> {
            JsonElement ofJni = entry.remove("jniAccessible");
            assertThat((ofJni == null ? reflection : jni).get(type)).isEqualTo(entry);
        });
        Set<String> named = new TreeSet<>(reflection.keySet());
        named.addAll(jni.keySet());
        assertThat(named).isEqualTo(types.keySet());
    }

    @Test
    void everyClassAndFieldThatIsNamedIsThere() throws Exception {
        for (Map.Entry<String, JsonObject> entry : types().entrySet()) {
            Class<?> type = Class.forName(entry.getKey());
            JsonElement fields = entry.getValue().get("fields");
            for (JsonObject field : objects(fields == null ? new JsonArray() : fields)) {
                assertThat(type.getDeclaredField(field.get("name").getAsString()))
                        .isNotNull();
            }
        }
    }

    /** Rust's source has the names and signatures of what it calls as pairs of C strings. */
    @Test
    void whatRustCallsByItsNameIsAccessibleAndThere() throws Exception {
        JsonObject natives = types().get(Natives.class.getName());
        assertThat(natives.get("jniAccessible").getAsBoolean()).isTrue();
        // Each native method, too: they are registered by their names.
        assertThat(natives.get("allDeclaredMethods").getAsBoolean()).isTrue();
        List<String> fields = new ArrayList<>();
        for (MatchResult named : namedByRust()) {
            String name = named.group(1);
            if (named.group(2).startsWith("(")) {
                assertThat(Arrays.stream(Natives.class.getDeclaredMethods()).map(Method::getName))
                        .contains(name);
            } else {
                Field field = Natives.class.getDeclaredField(name);
                assertThat(field.getType().descriptorString()).isEqualTo(named.group(2));
                fields.add(name);
            }
        }
        assertThat(objects(natives.get("fields")).stream()
                        .map(field -> field.get("name").getAsString()))
                .containsExactlyInAnyOrderElementsOf(fields);
    }

    private static List<MatchResult> namedByRust() throws IOException {
        String source = Files.readString(Path.of("../../native/src/java/throw.rs"));
        List<MatchResult> named = Pattern.compile("\\(c\"(\\w+)\", c\"([^\"]+)\"\\)")
                .matcher(source)
                .results()
                .toList();
        assertThat(named).hasSizeGreaterThanOrEqualTo(2);
        return named;
    }

    /** What JMX looks at, and what {@link Loader} initializes by its name. */
    @Test
    void whatIsFoundByReflectionIsNamed() throws IOException {
        Map<String, JsonObject> types = types();
        assertThat(types.keySet())
                .containsAll(
                        Arrays.stream(Loader.initialized()).map(Class::getName).toList());
        for (Class<?> bean : List.of(NativeMemoryMXBean.class, VectorIndexMXBean.class)) {
            assertThat(types.get(bean.getName()).get("allDeclaredMethods").getAsBoolean())
                    .isTrue();
        }
        assertThat(sourceOf("Loader")).containsOnlyOnce("Class.forName(");
    }

    private static String sourceOf(String type) throws IOException {
        return Files.readString(Path.of("src/main/java/io/github/rustffi/internal", type + ".java"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linux_64/librust_ffi.so",
                "linux_musl_arm64/librust_ffi.so",
                "osx_arm64/librust_ffi.dylib",
                "windows_64/rust_ffi.dll"
            })
    void libraryAndChecksumAreResources(String library) throws IOException {
        String glob = objects(
                        read("reachability-metadata.json").getAsJsonObject().get("resources"))
                .get(0)
                .get("glob")
                .getAsString();
        String pattern = objects(read("resource-config.json")
                        .getAsJsonObject()
                        .getAsJsonObject("resources")
                        .get("includes"))
                .get(0)
                .get("pattern")
                .getAsString();
        for (String name : List.of("natives/" + library, "natives/" + library + ".sha256")) {
            assertThat(name).matches(pattern);
            assertThat(FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(Path.of(name)))
                    .as("%s matches %s", name, glob)
                    .isTrue();
        }
    }
}
