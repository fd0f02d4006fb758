package io.github.rustffi;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Operations on each value of a matrix in row-major order: plain loops, which the JVM compiles to vector code. */
final class ElementWise {
    private ElementWise() {}

    static double[] map(double[] a, DoubleUnaryOperator function) {
        double[] result = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            result[i] = function.applyAsDouble(a[i]);
        }
        return result;
    }

    static double[] zip(double[] a, double[] b, DoubleBinaryOperator function) {
        double[] result = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            result[i] = function.applyAsDouble(a[i], b[i]);
        }
        return result;
    }

    static double[] plus(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    static double[] minus(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    static double[] times(double[] a, double[] b) {
        double[] product = new double[a.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = a[i] * b[i];
        }
        return product;
    }

    static double[] div(double[] a, double[] b) {
        double[] quotient = new double[a.length];
        for (int i = 0; i < quotient.length; i++) {
            quotient[i] = a[i] / b[i];
        }
        return quotient;
    }

    static double[] plus(double[] a, double s) {
        double[] sum = new double[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + s;
        }
        return sum;
    }

    static double[] times(double[] a, double s) {
        double[] product = new double[a.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = a[i] * s;
        }
        return product;
    }

    static double[] div(double[] a, double s) {
        double[] quotient = new double[a.length];
        for (int i = 0; i < quotient.length; i++) {
            quotient[i] = a[i] / s;
        }
        return quotient;
    }

    static double[] negate(double[] a) {
        double[] negative = new double[a.length];
        for (int i = 0; i < negative.length; i++) {
            negative[i] = -a[i];
        }
        return negative;
    }

    static double[] plusRow(double[] a, double[] row) {
        double[] sum = new double[a.length];
        for (int from = 0; from < a.length; from += row.length) {
            for (int j = 0; j < row.length; j++) {
                sum[from + j] = a[from + j] + row[j];
            }
        }
        return sum;
    }

    static double[] minusRow(double[] a, double[] row) {
        double[] difference = new double[a.length];
        for (int from = 0; from < a.length; from += row.length) {
            for (int j = 0; j < row.length; j++) {
                difference[from + j] = a[from + j] - row[j];
            }
        }
        return difference;
    }

    static double[] timesRow(double[] a, double[] row) {
        double[] product = new double[a.length];
        for (int from = 0; from < a.length; from += row.length) {
            for (int j = 0; j < row.length; j++) {
                product[from + j] = a[from + j] * row[j];
            }
        }
        return product;
    }

    static double[] divRow(double[] a, double[] row) {
        double[] quotient = new double[a.length];
        for (int from = 0; from < a.length; from += row.length) {
            for (int j = 0; j < row.length; j++) {
                quotient[from + j] = a[from + j] / row[j];
            }
        }
        return quotient;
    }

    static double[] plusColumn(int columns, double[] a, double[] column) {
        double[] sum = new double[a.length];
        for (int i = 0, from = 0; i < column.length; i++, from += columns) {
            double s = column[i];
            for (int j = 0; j < columns; j++) {
                sum[from + j] = a[from + j] + s;
            }
        }
        return sum;
    }

    static double[] minusColumn(int columns, double[] a, double[] column) {
        double[] difference = new double[a.length];
        for (int i = 0, from = 0; i < column.length; i++, from += columns) {
            double s = column[i];
            for (int j = 0; j < columns; j++) {
                difference[from + j] = a[from + j] - s;
            }
        }
        return difference;
    }

    static double[] timesColumn(int columns, double[] a, double[] column) {
        double[] product = new double[a.length];
        for (int i = 0, from = 0; i < column.length; i++, from += columns) {
            double s = column[i];
            for (int j = 0; j < columns; j++) {
                product[from + j] = a[from + j] * s;
            }
        }
        return product;
    }

    static double[] divColumn(int columns, double[] a, double[] column) {
        double[] quotient = new double[a.length];
        for (int i = 0, from = 0; i < column.length; i++, from += columns) {
            double s = column[i];
            for (int j = 0; j < columns; j++) {
                quotient[from + j] = a[from + j] / s;
            }
        }
        return quotient;
    }
}
