//! The shape of a tile: how many vectors and how many queries are multiplied at once.

use crate::simd::{self, Kernel, Lanes, Level, Simd};

/// Vectors of every tile divide this.
pub(super) const TALLEST: usize = 12;

/// Returns how many queries a tile takes where there are `queries` in all.
pub(super) fn width(level: Level, queries: usize) -> usize {
    simd::dispatch(level, Width { queries })
}

/// What a tile is, in registers of queries and in vectors: sums for each of both, and room for the operands.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// 4 and 6: of all tiles with 24 sums that with the fewest operands to load.
    Wide,
    /// 2 and 12: for fewer queries.
    Tall,
    /// 2 and 6: for 16 registers.
    Small,
    /// 1 and 2: see [`Registers::IS_PLAIN`](crate::simd::Registers::IS_PLAIN).
    Least,
}

impl Shape {
    #[inline(always)]
    pub(super) fn of<S: Simd>(queries: usize) -> Self {
        if S::IS_PLAIN {
            Self::Least
        } else if S::COUNT < 32 {
            Self::Small
        } else if queries > 2 * <S as Lanes<f32>>::LANES {
            Self::Wide
        } else {
            Self::Tall
        }
    }
}

/// Queries in a tile.
struct Width {
    queries: usize,
}

impl Kernel for Width {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> usize {
        let registers = match Shape::of::<S>(self.queries) {
            Shape::Wide => 4,
            Shape::Tall | Shape::Small => 2,
            Shape::Least => 1,
        };
        registers * <S as Lanes<f32>>::LANES
    }
}
