package io.github.rustffi.examples;

import io.github.rustffi.Hits;
import io.github.rustffi.IdFilter;
import io.github.rustffi.SearchOptions;
import io.github.rustffi.VectorIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/**
 * Recommends films to somebody who has seen some: those nearest to the mean of these, but none that was already seen,
 * and none that is not near enough. Films have ids of their own, and one that is taken off the programme is removed.
 * The films are saved, with what has changed since saved by itself, and the next start of the program maps the
 * directory.
 */
public final class Recommendation {
    private static final int DIMENSION = 16;

    /** Each film is of one of these, and its id begins with the genre's number. */
    private static final String[] GENRES = {"comedy", "crime", "western", "war"};

    private Recommendation() {}

    /**
     * Runs the example.
     *
     * @param args the directory to save the films in: {@code films} if it is not given
     * @throws IOException if the films cannot be saved or read
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args.length > 0 ? args[0] : "films");
        Random random = new Random(1);
        try (VectorIndex films = VectorIndex.create(DIMENSION, VectorIndex.Metric.COSINE)) {
            for (int genre = 0; genre < GENRES.length; genre++) {
                float[] typical = near(new float[DIMENSION], 1, random);
                for (int film = 0; film < 500; film++) {
                    films.put(1000L * genre + film, near(typical, 0.5f, random));
                }
            }

            long[] seen = {2003, 2014, 2015, 2092, 2065, 2035};
            float[] taste = new float[DIMENSION];
            for (long film : seen) {
                float[] vector = films.get(film);
                for (int i = 0; i < DIMENSION; i++) {
                    taste[i] += vector[i] / seen.length;
                }
            }
            SearchOptions unseen = SearchOptions.nearest(5).atLeast(0.5f).filter(IdFilter.exclude(seen));
            print("recommended", films.search(taste, unseen));
            films.save(directory);

            films.remove(films.search(taste, unseen).ids()[0]);
            print("without the first", films.search(taste, unseen));
            films.save(directory);

            // At the next start. What is mapped is read from the disk as it is searched.
            try (VectorIndex saved = VectorIndex.map(directory)) {
                print("from the disk", saved.search(taste, unseen));
            }
        }
    }

    /** Returns a vector that is about as far from another as {@code spread} says. */
    private static float[] near(float[] vector, float spread, Random random) {
        float[] moved = vector.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += spread * (float) random.nextGaussian();
        }
        return moved;
    }

    private static void print(String title, Hits hits) {
        System.out.println(title);
        for (int i = 0; i < hits.size(); i++) {
            long film = hits.ids()[i];
            System.out.printf("%8d  %-8s %.3f%n", film, GENRES[(int) (film / 1000)], hits.scores()[i]);
        }
    }
}
