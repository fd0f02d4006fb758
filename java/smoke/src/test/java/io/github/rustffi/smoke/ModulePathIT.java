package io.github.rustffi.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModulePathIT {
    private static final String MODULE_PATH = Stream.of(Jars.RUST_FFI, Jars.NATIVE_LIB_LOADER, Jars.SLF4J_API)
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));

    @TempDir
    Path directory;

    @Test
    void aNamedModuleThatRequiresTheLibraryCallsIt() throws Exception {
        Path info = Files.writeString(
                directory.resolve("module-info.java"), "module consumer { requires io.github.rustffi; }");
        Path main = Files.writeString(directory.resolve("Main.java"), """
                package consumer;

                import io.github.rustffi.RustFfi;

                public class Main {
                  public static void main(String[] arguments) {
                    System.out.println(RustFfi.class.getModule().getName() + " " + RustFfi.add(5, 3));
                  }
                }
                """);
        Path classes = directory.resolve("classes");
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--module-path",
                        MODULE_PATH,
                        "-d",
                        classes.toString(),
                        info.toString(),
                        main.toString());
        assertThat(status).isZero();

        String modules = classes + File.pathSeparator + MODULE_PATH;
        assertThat(java("--module-path", modules, "--module", "consumer/consumer.Main"))
                .isEqualTo("io.github.rustffi 8");
    }

    private String java(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=io.github.rustffi");
        }
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readString(output).strip();
    }
}
