//! Eigenvalues and eigenvectors of symmetric tridiagonal matrices.
//!
//! The algorithm is divide and conquer (Cuppen, "A divide and conquer method for the symmetric tridiagonal eigenproblem",
//! Numerische Mathematik 36, 1981) in the form of Gu and Eisenstat, "A divide-and-conquer algorithm for the symmetric
//! tridiagonal eigenproblem", SIAM J. Matrix Anal. Appl. 16, 1995. A matrix is two of half the size and a matrix of rank
//! one that joins them. In the basis of the eigenvectors of the halves it is a diagonal matrix and one of rank one: its
//! eigenvalues are the roots of a secular equation, and its eigenvectors go into a product. What hardly takes part, or has
//! the same value as another, is taken out before ("deflation"); for many matrices that is most of it. Small matrices are
//! left to the QR algorithm.
//!
//! Vectors are rows here, of the transpose of the matrix that has them as columns.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::linalg::divide_and_conquer::secular::Secular;
use crate::linalg::divide_and_conquer::{self, Choice, Groups, Span};
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::ViewMut;
use crate::{Result, float, memory, parallel};

/// Largest matrix that is not divided.
const LEAF: usize = 32;
/// What counts as nothing, relative to the largest value, as a multiple of the precision.
const NEGLIGIBLE: f64 = 8.0 * f64::EPSILON;
/// Steps of the QR algorithm for each eigenvalue after which it counts as not to converge.
const STEPS: usize = 30;

/// Decomposes the symmetric tridiagonal matrix with this diagonal and these values next to it, and returns whether every
/// iteration converged: the eigenvalues replace `diagonal`, in ascending order, and the columns of `vectors` become
/// orthonormal eigenvectors. What `off_diagonal` has then means nothing.
///
/// They are exact for a matrix that differs from the given one by a small multiple of `n·ε·‖T‖`. The values must be finite
/// and so far from overflow that sums of a few are too.
///
/// # Errors
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
pub(crate) fn decompose(diagonal: &mut [f64], off_diagonal: &mut [f64], vectors: &mut ColumnMajor) -> Result<bool> {
    let n = diagonal.len();
    assert_eq!(off_diagonal.len(), n.saturating_sub(1), "values next to a diagonal of {n}");
    assert_eq!((vectors.rows(), vectors.columns()), (n, n), "shape of the vectors");
    let mut basis = ColumnMajor::identity(n)?;
    let mut inner = if n > LEAF { ColumnMajor::zeros(n, n)? } else { ColumnMajor::zeros(0, 0)? };
    let room =
        Room { vectors: basis.transposed_mut(), gathered: vectors.transposed_mut(), inner: inner.transposed_mut() };
    if !solve(diagonal, off_diagonal, room)? {
        return Ok(false);
    }
    let order = divide_and_conquer::ascending(diagonal)?;
    divide_and_conquer::take_values(diagonal, &order)?;
    divide_and_conquer::take_columns(&basis, &order, vectors);
    Ok(true)
}

/// Computes the eigenvalues of such a matrix, as [`decompose`] does, by the QR algorithm alone, and returns whether it converged.
pub(crate) fn values(diagonal: &mut [f64], off_diagonal: &mut [f64]) -> bool {
    let n = diagonal.len();
    assert_eq!(off_diagonal.len(), n.saturating_sub(1), "values next to a diagonal of {n}");
    // Vectors of no length.
    let converged = by_qr(diagonal, off_diagonal, &mut ViewMut::new(&mut [], n, 0, 0));
    float::sort(diagonal);
    converged
}

/// Where the eigenvectors of a diagonal block of the matrix are, and where they are worked on.
struct Room<'a> {
    /// The vectors: at first the identity.
    vectors: ViewMut<'a>,
    /// The vectors of the halves, in another order.
    gathered: ViewMut<'a>,
    /// The vectors in the basis of those of the halves. Of a matrix that is not divided it is not used.
    inner: ViewMut<'a>,
}

/// Sets `diagonal` to the eigenvalues, in no particular order, and the vectors to their eigenvectors.
fn solve(diagonal: &mut [f64], off_diagonal: &mut [f64], mut room: Room<'_>) -> Result<bool> {
    let n = diagonal.len();
    if n <= LEAF {
        return Ok(by_qr(diagonal, off_diagonal, &mut room.vectors));
    }
    let half = n / 2;
    let (first, rest) = off_diagonal.split_at_mut(half - 1);
    let [coupling, second @ ..] = rest else { unreachable!("half of {n} values are fewer than {n}") };
    diagonal[half - 1] -= coupling.abs();
    diagonal[half] -= coupling.abs();
    let (above, below) = diagonal.split_at_mut(half);
    let vectors = divide_and_conquer::halves(&mut room.vectors, half, half);
    let gathered = divide_and_conquer::halves(&mut room.gathered, half, half);
    let inner = divide_and_conquer::halves(&mut room.inner, half, half);
    let (one, other) = parallel::join(
        || solve(above, first, Room { vectors: vectors.0, gathered: gathered.0, inner: inner.0 }),
        || solve(below, second, Room { vectors: vectors.1, gathered: gathered.1, inner: inner.1 }),
    );
    if !one? || !other? {
        return Ok(false);
    }
    let exponent = float::largest_exponent(diagonal).max(float::exact_exponent(coupling.abs())).unwrap_or(0);
    float::scale(diagonal, -exponent);
    float::scale(std::slice::from_mut(coupling), -exponent);
    let converged = join(diagonal, half, *coupling, room)?;
    float::scale(diagonal, exponent);
    Ok(converged)
}

/// Makes eigenvalues and eigenvectors of two halves those of the matrix in which `coupling` joins them. The largest value is
/// around 1.
fn join(values: &mut [f64], half: usize, coupling: f64, mut room: Room<'_>) -> Result<bool> {
    let n = values.len();
    // The matrix of rank one is `strength·z·zᵀ`, where z has the norm 1.
    let strength = 2.0 * coupling.abs();
    let mut z = memory::filled(n)?;
    for (i, z) in z.iter_mut().enumerate() {
        let row = room.vectors.row(i);
        *z = FRAC_1_SQRT_2 * if i < half { row[half - 1] } else { row[half].copysign(row[half] * coupling) };
    }
    let choice = deflate(values, &mut z, half, strength, &mut room.vectors)?;
    let count = choice.kept.len();
    let groups = Groups::new(&choice)?;
    groups.gather(room.vectors.view(), room.gathered.reborrow(), half, half);

    let (mut poles, mut signs, mut weights) = (memory::filled(count)?, memory::filled(count)?, memory::filled(count)?);
    for (i, vector) in choice.kept.iter().enumerate() {
        (poles[i], signs[i], weights[i]) = (values[*vector], z[*vector], strength * z[*vector] * z[*vector]);
    }
    // Those of vectors that take part are about to be replaced.
    divide_and_conquer::take_values(values, groups.order())?;
    let equation = Secular::<false>::new(&poles, &weights)?;
    let roots = &mut values[..count];
    let differences = room.vectors.reborrow();
    if divide_and_conquer::solve(&equation, &signs, groups.places(), roots, differences, room.inner.reborrow())?
        .is_none()
    {
        return Ok(false);
    }
    groups.multiply(room.inner.view(), room.gathered.view(), room.vectors, half, half)?;
    Ok(true)
}

/// Makes as many components of `z` vanish as can be, by rotations of vectors with values that are nearly the same. The values of
/// those that take part ascend.
fn deflate(values: &mut [f64], z: &mut [f64], half: usize, strength: f64, vectors: &mut ViewMut<'_>) -> Result<Choice> {
    let n = values.len();
    let negligible = NEGLIGIBLE * float::largest(values).max(strength);
    let mut spans = memory::with_capacity(n)?;
    spans.extend((0..n).map(|i| if i < half { Span::First } else { Span::Second }));
    let (mut kept, mut dropped) = (memory::with_capacity(n)?, memory::with_capacity(n)?);
    let mut last: Option<usize> = None;
    for i in divide_and_conquer::ascending(values)? {
        if strength * z[i].abs() <= negligible {
            dropped.push(i);
            continue;
        }
        if let Some(before) = last {
            if let Some((cosine, sine)) =
                divide_and_conquer::merge_equal(values, z, &mut spans, [before, i], negligible)
            {
                divide_and_conquer::rotate(vectors, i, before, cosine, sine);
                dropped.push(before);
            } else {
                kept.push(before);
            }
        }
        last = Some(i);
    }
    kept.extend(last);
    Ok(Choice { kept, dropped, spans })
}

/// Sets `diagonal` to the eigenvalues and applies what makes them to the vectors, by the QR algorithm with Wilkinson's
/// shifts, and returns whether it converged.
fn by_qr(diagonal: &mut [f64], off_diagonal: &mut [f64], vectors: &mut ViewMut<'_>) -> bool {
    // Values are scaled to be around 1. What is this small beside that changes nothing, but its squares would vanish.
    const NOTHING: f64 = 1e-140;
    let n = diagonal.len();
    let exponent = float::largest_exponent(diagonal).max(float::largest_exponent(off_diagonal)).unwrap_or(0);
    float::scale(diagonal, -exponent);
    float::scale(off_diagonal, -exponent);
    let mut last = n.saturating_sub(1);
    let mut steps = STEPS * n;
    while last > 0 {
        let vanishes = |i: usize| {
            off_diagonal[i].abs() <= 0.5 * f64::EPSILON * (diagonal[i].abs() + diagonal[i + 1].abs()) + NOTHING
        };
        if vanishes(last - 1) {
            last -= 1;
            continue;
        }
        if steps == 0 {
            return false;
        }
        steps -= 1;
        let first = (0..last - 1).rev().find(|i| vanishes(*i)).map_or(0, |i| i + 1);
        qr_step(&mut diagonal[first..=last], &mut off_diagonal[first..last], vectors, first);
    }
    float::scale(diagonal, exponent);
    true
}

/// Does a step of the QR algorithm on a matrix in which nothing beside the diagonal vanishes, and applies it to the vectors
/// from number `row` on.
fn qr_step(diagonal: &mut [f64], off_diagonal: &mut [f64], vectors: &mut ViewMut<'_>, row: usize) {
    let last = diagonal.len() - 1;
    let coupling = off_diagonal[last - 1];
    let half = 0.5 * (diagonal[last - 1] - diagonal[last]);
    let shift = diagonal[last] - coupling * (coupling / (half + half.hypot(coupling).copysign(half)));
    let (mut x, mut y) = (diagonal[0] - shift, off_diagonal[0]);
    for i in 0..last {
        let (cosine, sine, length) = divide_and_conquer::rotation(x, y);
        if i > 0 {
            off_diagonal[i - 1] = length;
        }
        let (a, b, c) = (diagonal[i], off_diagonal[i], diagonal[i + 1]);
        let change = sine * (sine * (c - a) + 2.0 * cosine * b);
        diagonal[i] = a + change;
        diagonal[i + 1] = c - change;
        off_diagonal[i] = cosine * sine * (c - a) + (cosine - sine) * (cosine + sine) * b;
        if i + 1 < last {
            (x, y) = (off_diagonal[i], sine * off_diagonal[i + 1]);
            off_diagonal[i + 1] *= cosine;
        }
        divide_and_conquer::rotate(vectors, row + i, row + i + 1, cosine, sine);
    }
}

#[cfg(test)]
mod tests {
    use faer::diag::{DiagMut, DiagRef};
    use faer::dyn_stack::{MemBuffer, MemStack};
    use faer::linalg::evd;
    use faer::{Par, Spec};

    use super::*;
    use crate::blas::gemm::set_product;
    use crate::linalg::divide_and_conquer::tests::{
        assert_same_bits, signed as numbers, with_glued_matrices, with_graded_matrices,
    };

    fn by_faer(diagonal: &[f64], off_diagonal: &[f64]) -> Vec<f64> {
        let n = diagonal.len();
        let mut next_to = off_diagonal.to_vec();
        next_to.resize(n, 0.0);
        let mut values = vec![0.0; n];
        let parameters = Spec::default();
        let need = evd::self_adjoint_evd_scratch::<f64>(n, evd::ComputeEigenvectors::Yes, Par::Seq, parameters);
        evd::tridiagonal_self_adjoint_evd(
            DiagRef::from_slice(diagonal),
            DiagRef::from_slice(&next_to),
            DiagMut::from_slice_mut(&mut values),
            None,
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(need)),
            parameters,
        )
        .unwrap();
        values
    }

    /// Asserts that a matrix is decomposed as well as can be, and returns the eigenvalues.
    fn assert_decomposed(name: &str, diagonal: &[f64], off_diagonal: &[f64]) -> Vec<f64> {
        let n = diagonal.len();
        let norm = diagonal.iter().chain(off_diagonal).fold(0.0_f64, |norm, x| norm.max(x.abs()));
        let mut values = diagonal.to_vec();
        let mut vectors = ColumnMajor::zeros(n, n).unwrap();
        vectors.fill(f64::NAN);
        let converged = decompose(&mut values, &mut off_diagonal.to_vec(), &mut vectors);
        assert_eq!(converged, Ok(true), "{name} of {n}");
        assert!(values.is_sorted(), "{name} of {n}");
        let (mut residual, mut defect) = (0.0_f64, 0.0_f64);
        let mut gram = ColumnMajor::zeros(n, n).unwrap();
        set_product(&mut gram, vectors.view().transposed(), vectors.view()).unwrap();
        for (j, value) in values.iter().enumerate() {
            let x = vectors.column(j);
            assert!(x.iter().all(|x| x.is_finite()), "{name} of {n}");
            for i in 0..n {
                let mut image = diagonal[i] * x[i];
                if i > 0 {
                    image += off_diagonal[i - 1] * x[i - 1];
                }
                if i + 1 < n {
                    image += off_diagonal[i] * x[i + 1];
                }
                residual = residual.max((image - value * x[i]).abs());
                defect = defect.max((gram.column(j)[i] - f64::from(i == j)).abs());
            }
        }
        let unit = f64::EPSILON * (n as f64).sqrt().max(8.0);
        assert!(residual <= 8.0 * unit * norm, "{name} of {n}: residual {}", residual / unit / norm);
        assert!(defect <= 8.0 * unit, "{name} of {n}: defect {}", defect / unit);
        values
    }

    fn assert_like_faer(name: &str, diagonal: &[f64], off_diagonal: &[f64]) {
        let values = assert_decomposed(name, diagonal, off_diagonal);
        let norm = diagonal.iter().chain(off_diagonal).fold(0.0_f64, |norm, x| norm.max(x.abs()));
        for (x, y) in values.iter().zip(by_faer(diagonal, off_diagonal)) {
            let bound = 4.0 * f64::EPSILON * norm * (values.len() as f64).max(4.0);
            assert!((x - y).abs() <= bound, "{name} of {}: {x} and {y}", values.len());
        }
    }

    const SIZES: [usize; 16] = [1, 2, 3, 5, 16, 31, 32, 33, 34, 63, 64, 65, 66, 100, 129, 300];

    #[test]
    fn random_matrices() {
        assert_decomposed("nothing", &[], &[]);
        for n in SIZES {
            assert_like_faer("random", &numbers(n, 1), &numbers(n - 1, 2));
        }
    }

    #[test]
    fn equal_values() {
        for n in SIZES {
            assert_like_faer("second difference", &vec![2.0; n], &vec![-1.0; n - 1]);
            assert_like_faer("one", &vec![1.0; n], &vec![1.0; n - 1]);
            assert_like_faer("no diagonal", &vec![0.0; n], &numbers(n - 1, 3));
            let zeros = assert_decomposed("zero", &vec![0.0; n], &vec![0.0; n - 1]);
            assert!(zeros.iter().all(|x| *x == 0.0));
            assert_like_faer("identity", &vec![1.0; n], &vec![0.0; n - 1]);
            assert_like_faer("diagonal", &numbers(n, 4), &vec![0.0; n - 1]);
            let nearly: Vec<f64> = numbers(n - 1, 5).iter().map(|x| x * 1e-16).collect();
            assert_like_faer("nearly the identity", &vec![1.0; n], &nearly);
            let close: Vec<f64> = numbers(n - 1, 5).iter().map(|x| x * 1e-12).collect();
            assert_like_faer("close to the identity", &vec![1.0; n], &close);
            let clustered: Vec<f64> = (0..n).map(|i| (i % 3) as f64 + 1e-14 * (i as f64)).collect();
            assert_like_faer("clustered", &clustered, &close);
        }
    }

    #[test]
    fn parts_that_are_not_coupled() {
        for n in SIZES {
            for every in [2, 3, 16, 17] {
                let mut next_to = numbers(n - 1, 6);
                next_to.iter_mut().step_by(every).for_each(|x| *x = 0.0);
                assert_like_faer("split", &numbers(n, 7), &next_to);
                let mut next_to = numbers(n - 1, 6);
                next_to.iter_mut().step_by(every).for_each(|x| *x *= 1e-17);
                assert_like_faer("nearly split", &numbers(n, 7), &next_to);
            }
        }
    }

    #[test]
    fn wilkinson_matrices() {
        for n in SIZES {
            let diagonal: Vec<f64> = (0..n).map(|i| (i as f64 - (n / 2) as f64).abs()).collect();
            assert_like_faer("Wilkinson", &diagonal, &vec![1.0; n - 1]);
        }
        with_glued_matrices(|diagonal, next_to| assert_like_faer("glued", diagonal, next_to));
    }

    #[test]
    fn graded_matrices() {
        for n in SIZES {
            with_graded_matrices(n, |name, diagonal, next_to| _ = assert_decomposed(name, diagonal, next_to));
        }
    }

    #[test]
    fn tiny_and_large_values() {
        for n in SIZES {
            for exponent in [-1060, -1022, -600, 600, 1020] {
                let (first, second) = float::powers_of_two(exponent);
                let scaled = |x: Vec<f64>| -> Vec<f64> { x.iter().map(|x| x * first * second).collect() };
                let (diagonal, next_to) = (scaled(numbers(n, 10)), scaled(numbers(n - 1, 11)));
                let mut values = diagonal.clone();
                let mut vectors = ColumnMajor::zeros(n, n).unwrap();
                assert_eq!(decompose(&mut values, &mut next_to.clone(), &mut vectors), Ok(true));
                let mut gram = ColumnMajor::zeros(n, n).unwrap();
                set_product(&mut gram, vectors.view().transposed(), vectors.view()).unwrap();
                let expected =
                    if exponent < -1000 { vec![0.0; n] } else { by_faer(&numbers(n, 10), &numbers(n - 1, 11)) };
                for (j, value) in values.iter().enumerate() {
                    for i in 0..n {
                        assert!((gram.column(j)[i] - f64::from(i == j)).abs() < 1e-13, "{n}, {exponent}");
                    }
                    let value = value / first / second;
                    assert!(exponent < -1000 || (value - expected[j]).abs() < 1e-13, "{n}, {exponent}");
                }
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_threads() {
        let matrices = [
            (numbers(300, 12), numbers(299, 13)),
            (vec![2.0; 257], vec![-1.0; 256]),
            ((0..210).map(|i| (f64::from(i % 21) - 10.0).abs()).collect(), vec![1.0; 209]),
        ];
        for (diagonal, next_to) in matrices {
            let n = diagonal.len();
            assert_same_bits(&format!("order {n}"), || {
                let mut values = diagonal.clone();
                let mut vectors = ColumnMajor::zeros(n, n).unwrap();
                assert_eq!(decompose(&mut values, &mut next_to.clone(), &mut vectors), Ok(true));
                (0..n).for_each(|j| values.extend_from_slice(vectors.column(j)));
                values
            });
        }
    }
}
