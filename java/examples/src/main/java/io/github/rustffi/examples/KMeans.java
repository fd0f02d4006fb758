package io.github.rustffi.examples;

import io.github.rustffi.Matrix;
import java.util.Arrays;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Finds clusters of points by k-means (Lloyd's algorithm), begun as k-means++ does. */
public final class KMeans {
    private KMeans() {}

    /**
     * Runs the example.
     *
     * @param args nothing
     */
    public static void main(String[] args) {
        Random random = new Random(1);
        double[][] middles = {{0, 0}, {6, 1}, {2, 7}};
        Matrix points = Matrix.zeros(0, 2);
        for (double[] middle : middles) {
            points = Matrix.vstack(points, Matrix.gaussian(200, 2, random).plusRow(middle));
        }

        Matrix centres = first(points, middles.length, random);
        int[] nearest = new int[0];
        int rounds = 0;
        for (int[] last = null; !Arrays.equals(nearest, last); rounds++) {
            last = nearest;
            nearest = points.squaredDistances(centres).rowArgmin();
            centres = means(points, nearest, centres.rows());
        }

        double[] distances = points.squaredDistances(centres).rowMinima();
        System.out.printf(
                "%d rounds, sum of squares %.1f%n",
                rounds, Matrix.ofRow(distances).sum());
        for (double[] centre : centres.toRows()) {
            System.out.printf("(%.2f, %.2f)%n", centre[0], centre[1]);
        }
    }

    /** Returns points to begin with: each with a probability in proportion to its squared distance from the others. */
    private static Matrix first(Matrix points, int k, RandomGenerator random) {
        Matrix centres = points.selectRows(random.nextInt(points.rows()));
        while (centres.rows() < k) {
            double[] distances = points.squaredDistances(centres).rowMinima();
            double rest = random.nextDouble() * Matrix.ofRow(distances).sum();
            int chosen = 0;
            while (chosen < distances.length - 1 && (rest -= distances[chosen]) > 0) {
                chosen++;
            }
            centres = Matrix.vstack(centres, points.selectRows(chosen));
        }
        return centres;
    }

    /** Returns the mean of the points of each cluster: a product with a matrix that has a one where a point belongs. */
    private static Matrix means(Matrix points, int[] cluster, int k) {
        Matrix belongs = Matrix.generate(k, cluster.length, (i, j) -> cluster[j] == i ? 1 : 0);
        return belongs.times(points).divColumn(belongs.rowSums());
    }
}
