package io.github.rustffi.examples.gallery

import io.github.rustffi.Matrix
import java.awt.Color
import kotlin.math.abs
import org.knowm.xchart.HeatMapChart
import org.knowm.xchart.style.Styler.ChartTheme

/** The sides of the membrane have so many steps of the grid to a length of 1. */
private const val STEPS = 20

/** The points of the grid in a row of the square with sides of 2, but for its edges, where nothing moves. */
private const val ROW = 2 * STEPS - 1

private const val MODES = 6

private infix fun Matrix.kron(other: Matrix): Matrix = kronecker(other)

private operator fun Matrix.get(rows: IntArray, columns: IntArray): Matrix = selectRows(*rows).selectColumns(*columns)

/**
 * Finds the tones of a membrane in the shape of an L, which is a square without a quarter of it: the smallest
 * eigenvalues of its Laplacian. The names of Matrix's methods are those of Kotlin's operators, so that `a + b`, `-a`,
 * `a * b` and `a / 2.0` need no declaration.
 *
 * @param args the directory of the picture, `target/gallery` by default
 */
fun main(args: Array<String>) {
    val step = 1.0 / STEPS
    val second = Matrix.generate(ROW, ROW) { i, j -> if (i == j) -2.0 else if (abs(i - j) == 1) 1.0 else 0.0 }
    val one = Matrix.identity(ROW)
    val square = ((one kron second) + (second kron one)) / (step * step)
    val inside = (0 until ROW * ROW).filter { it / ROW < STEPS - 1 || it % ROW < STEPS - 1 }.toIntArray()
    val laplacian = square[inside, inside]

    val eigen = (-laplacian).symmetricEigenNearest(MODES, 0.0)
    val values = eigen.values()
    val modes = eigen.vectors()
    val residual = laplacian * modes + modes * Matrix.diagonal(*values)
    for (k in 0 until MODES) {
        println("tone %d: eigenvalue %.6f".format(k + 1, values[k]))
    }
    println("residual %.1e of the norm of the Laplacian".format(residual.norm() / laplacian.norm()))

    val charts =
        (0 until MODES).map { k ->
            val mode = modes.selectColumns(k) / modes.selectColumns(k).maxAbs()
            draw("tone ${k + 1}: %.2f".format(values[k]), inside, mode)
        }
    Gallery.save(args, "membrane.png", 3, *charts.toTypedArray())
}

private fun draw(title: String, inside: IntArray, mode: Matrix): HeatMapChart {
    // Five pixels a point, beside the margins and the title.
    val chart = HeatMapChart(5 * ROW + 20, 5 * ROW + 44, ChartTheme.Matlab)
    chart.title = title
    chart.styler.setMin(-1.0).setMax(1.0).setRangeColors(Gallery.BLUE_TO_RED).setDrawBorder(false)
    chart.styler.setPlotContentSize(1.0).setLegendVisible(false).setChartBackgroundColor(Color.WHITE)
    chart.styler.setPlotGridLinesVisible(false).setPlotTicksMarksVisible(false)
    chart.styler.setAxisTicksVisible(false).setPlotBorderVisible(false)
    val row = (0 until ROW).toList()
    val points = inside.mapIndexed { i, point -> arrayOf<Number>(point % ROW, point / ROW, mode[i, 0]) }
    chart.addSeries("height", row, row, points)
    return chart
}
