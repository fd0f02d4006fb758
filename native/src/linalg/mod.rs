//! Factorizations and what is solved with them.

pub mod cholesky;
mod divide_and_conquer;
pub mod eigen;
mod householder;
pub mod least_squares;
pub mod lu;
pub mod qr;
mod scaling;
pub mod svd;
pub mod triangular;
mod verify;
