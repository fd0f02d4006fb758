//! Values for tests that look random and are the same on every run.

/// A linear congruential generator (Knuth's MMIX), so that failures repeat.
pub struct Random(pub u64);

impl Random {
    fn step(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0
    }

    /// Returns an integer from 0 to 2³¹.
    pub fn next(&mut self) -> u64 {
        self.step() >> 33
    }

    /// Returns integers from -8 to 8.
    pub fn integers(&mut self, len: usize) -> Vec<f64> {
        (0..len).map(|_| (self.next() % 17) as f64 - 8.0).collect()
    }

    /// Returns values from -1 to 1, of 31 bits each.
    pub fn reals(&mut self, len: usize) -> Vec<f64> {
        (0..len).map(|_| self.next() as f64 / (1_u64 << 30) as f64 - 1.0).collect()
    }

    /// Returns a value from 0 to 1, of 53 bits.
    pub fn fraction(&mut self) -> f64 {
        (self.step() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Returns a value from -0.5 to 0.5 that depends on the row and the column alone.
pub fn value_at(i: usize, j: usize) -> f64 {
    let mixed = (i as u64 * 1_000_003 + j as u64 + 1).wrapping_mul(6_364_136_223_846_793_005);
    ((mixed ^ mixed >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
}
