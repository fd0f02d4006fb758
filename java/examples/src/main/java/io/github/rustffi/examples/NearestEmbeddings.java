package io.github.rustffi.examples;

import io.github.rustffi.Hits;
import io.github.rustffi.VectorIndex;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Prints the embeddings nearest to one of them: {@code NearestEmbeddings embeddings.npy 42 10} prints the ten nearest
 * to number 42, itself first. In Python, {@code numpy.save("embeddings.npy", array)} writes the file, where
 * {@code array} is of {@code float32} and has a row for every embedding.
 */
public final class NearestEmbeddings {
    private NearestEmbeddings() {}

    /**
     * Runs the example.
     *
     * @param args the file, the number of an embedding, and how many to print
     * @throws IOException if the file cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: NearestEmbeddings embeddings.npy number count");
            System.exit(2);
        }
        try (VectorIndex index = VectorIndex.open(Path.of(args[0]), VectorIndex.Metric.COSINE)) {
            float[] query = index.get(Long.parseLong(args[1]));
            Hits hits = index.search(query, Integer.parseInt(args[2]));
            System.out.printf("the nearest of %d embeddings of dimension %d%n", index.size(), index.dimension());
            for (int i = 0; i < hits.size(); i++) {
                System.out.printf("%8d  %.6f%n", hits.ids()[i], hits.scores()[i]);
            }
        }
    }
}
