//! Factorizations and what is solved with them.

pub mod batch;
pub mod cholesky;
mod divide_and_conquer;
pub mod eigen;
mod householder;
pub mod ldl;
pub mod least_squares;
pub mod lu;
mod permutation;
pub mod pivoted_qr;
pub mod qr;
mod scaling;
pub mod svd;
pub mod triangular;
mod verify;
