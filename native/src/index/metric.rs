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

impl Metric {
    /// Returns what messages call its scores.
    pub(super) fn scores(self) -> &'static str {
        match self {
            Self::DotProduct => "dot products",
            Self::Cosine => "cosines",
            Self::Euclidean => "squared distances",
        }
    }
}
