"""A program of pyspark's, as users write it: MLlib, and the SQL functions through the gateway to the JVM.

scripts/check-spark submits it with the plugin by --jars and --conf alone.
"""

import sys

import numpy
from pyspark.ml.classification import LogisticRegression
from pyspark.mllib.linalg import DenseMatrix
from pyspark.mllib.linalg.distributed import BlockMatrix
from pyspark.sql import SparkSession

def check(holds, text):
    if not holds:
        sys.exit(text)
    print("check:", text)

def block_matrix(context, values, side):
    across = range(len(values) // side)
    blocks = [
        ((i, j), DenseMatrix(side, side, values[i * side : (i + 1) * side, j * side : (j + 1) * side].T.ravel()))
        for i in across
        for j in across
    ]
    return BlockMatrix(context.parallelize(blocks, 4), side, side)


spark = SparkSession.builder.getOrCreate()
values = numpy.random.default_rng(1).standard_normal((400, 400))
factor = block_matrix(spark.sparkContext, values, 200)
apart = abs(factor.multiply(factor).toLocalMatrix().toArray() - values @ values).max()
check(apart < 1e-11, f"pyspark.mllib: a product of block matrices is NumPy's to {apart:.1e}")

folder = sys.argv[1]
data = spark.read.format("libsvm").load(folder + "/sample_multiclass_classification_data.txt").persist()
model = LogisticRegression(maxIter=10).fit(data)
predicted = model.transform(data).filter("prediction = label").count()
check(predicted > 0.9 * data.count(), f"pyspark.ml: logistic regression is right on {predicted} of {data.count()} rows")

spark._jvm.io.github.rustffi.spark.RustFfiFunctions.register(spark._jsparkSession)
row = spark.sql("SELECT rust_ffi_dot(array(1.0D, 2.0D), array(3.0D, 4.0D)), rust_ffi_cosine(array(3, 4), array(4, 3))").head()
check(list(row) == [11.0, 0.96], f"the SQL functions from Python: {list(row)}")
# Vectors of pyspark.ml, in the executors.
data.createOrReplaceTempView("vectors")
largest = spark.sql("SELECT max(rust_ffi_dot(features, features)) FROM vectors").head()[0]
expected = max(float(row.features.dot(row.features)) for row in data.collect())
check(abs(largest - expected) < 1e-12 * expected, f"the SQL functions over vectors from Python: {largest}")
spark.stop()
