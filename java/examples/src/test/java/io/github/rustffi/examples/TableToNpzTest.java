package io.github.rustffi.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.Matrix;
import io.github.rustffi.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableToNpzTest {
    @TempDir
    private Path directory;

    @Test
    void aTableIsStandardized() throws IOException {
        Path table = Files.writeString(directory.resolve("table.csv"), "height,weight\n1,10\n3,10.5\n5,11\n7,10.5\n");
        Path npz = directory.resolve("table.npz");
        TableToNpz.main(new String[] {table.toString(), npz.toString()});
        try (Npz written = Npz.open(npz)) {
            assertThat(written.doubles("means")).containsExactly(4, 10.5);
            assertThat(written.doubles("deviations")).containsExactly(Math.sqrt(5), Math.sqrt(0.125));
            Matrix standardized = written.matrix("table");
            assertThat(standardized.column(0)[0]).isEqualTo(-3 / Math.sqrt(5));
            assertThat(standardized.column(1)).containsExactly(-0.5 / Math.sqrt(0.125), 0, 0.5 / Math.sqrt(0.125), 0);
        }
    }
}
