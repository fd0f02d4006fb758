package io.github.rustffi.examples;

import io.github.rustffi.Matrix;
import io.github.rustffi.Standardization;
import io.github.rustffi.Vectors;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Learns which of three arms of a spiral a point is on: a network of one hidden layer, trained by gradient descent. */
public final class NeuralNetwork {
    private static final int CLASSES = 3;
    private static final int HIDDEN = 64;
    private static final double RATE = 1.0;
    private static final double DECAY = 1e-3;

    private Matrix weights1;
    private double[] biases1 = new double[HIDDEN];
    private Matrix weights2;
    private double[] biases2 = new double[CLASSES];

    private NeuralNetwork(int inputs, Random random) {
        weights1 = Matrix.gaussian(inputs, HIDDEN, random).div(Math.sqrt(inputs));
        weights2 = Matrix.gaussian(HIDDEN, CLASSES, random).div(Math.sqrt(HIDDEN));
    }

    /**
     * Runs the example.
     *
     * @param args nothing
     */
    public static void main(String[] args) {
        Random random = new Random(1);
        int n = 300;
        int[] arms = IntStream.range(0, n).map(i -> i % CLASSES).toArray();
        Matrix noise = Matrix.gaussian(n, 1, random).times(0.1);
        Matrix points = Matrix.generate(n, 2, (i, j) -> {
            double radius = (i + 1.0) / n;
            double angle = 4 * radius + 2 * Math.PI * arms[i] / CLASSES + noise.get(i, 0);
            return radius * (j == 0 ? Math.cos(angle) : Math.sin(angle));
        });
        Matrix x = Standardization.of(points).apply(points);
        Matrix target = Matrix.identity(CLASSES).selectRows(arms);

        NeuralNetwork network = new NeuralNetwork(x.columns(), random);
        for (int step = 0; step <= 1000; step++) {
            double loss = network.train(x, target);
            if (step % 250 == 0) {
                System.out.printf("step %4d: loss %.4f%n", step, loss);
            }
        }
        int[] found = network.probabilities(network.hidden(x)).rowArgmax();
        long right = IntStream.range(0, n).filter(i -> found[i] == arms[i]).count();
        System.out.printf("%d of %d points are on the arm that is found%n", right, n);
        System.out.println("the first: " + Arrays.toString(Arrays.copyOf(found, 6)));
    }

    private Matrix hidden(Matrix x) {
        return x.times(weights1).plusRow(biases1).map(value -> Math.max(0, value));
    }

    private Matrix probabilities(Matrix hidden) {
        Matrix scores = hidden.times(weights2).plusRow(biases2);
        // Softmax; the largest score is subtracted, so that nothing overflows.
        Matrix exponentials = scores.minusColumn(scores.rowMaxima()).map(Math::exp);
        return exponentials.divColumn(exponentials.rowSums());
    }

    /** Goes a step down the gradient of the mean cross-entropy, and returns that before the step. */
    private double train(Matrix x, Matrix target) {
        Matrix hidden = hidden(x);
        Matrix probabilities = probabilities(hidden);
        double loss = -target.elementTimes(probabilities.map(Math::log)).sum() / x.rows();

        Matrix error = probabilities.minus(target).div(x.rows());
        Matrix hiddenError = error.timesTranspose(weights2).zip(hidden, (e, h) -> h > 0 ? e : 0);
        Matrix gradient1 = x.transposeTimes(hiddenError).plus(weights1.times(DECAY));
        Matrix gradient2 = hidden.transposeTimes(error).plus(weights2.times(DECAY));
        weights1 = weights1.minus(gradient1.times(RATE));
        weights2 = weights2.minus(gradient2.times(RATE));
        biases1 = Vectors.axpy(-RATE, hiddenError.columnSums(), biases1);
        biases2 = Vectors.axpy(-RATE, error.columnSums(), biases2);
        return loss;
    }
}
