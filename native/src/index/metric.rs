/// The similarity measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// The dot product: the greatest is the best.
    DotProduct,
    /// The cosine of the angle, from -1 to 1: the greatest is the best.
    Cosine,
    /// The square of the Euclidean distance: the smallest is the best.
    Euclidean,
}
