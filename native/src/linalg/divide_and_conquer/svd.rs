//! The singular value decomposition of bidiagonal matrices.
//!
//! The algorithm is that of Gu and Eisenstat, "A divide-and-conquer algorithm for the bidiagonal SVD", SIAM J. Matrix Anal.
//! Appl. 16, 1995. Without one of its rows, a matrix that has one more column than rows is two of half the size. In the
//! basis of their singular vectors that row stands above a diagonal matrix: the singular values are the roots of a secular
//! equation between squares, and the singular vectors go into two products. What hardly takes part, or has the same value
//! as another, is taken out before ("deflation"). Small matrices are left to the QR algorithm of Golub and Kahan.
//!
//! Vectors are rows here, of the transpose of the matrix that has them as columns.

use crate::linalg::divide_and_conquer::secular::Secular;
use crate::linalg::divide_and_conquer::{self, Choice, Groups, Span};
use crate::matrix::column_major::ColumnMajor;
use crate::matrix::view::{Shared, ViewMut};
use crate::simd::{self, KernelOf, Lanes};
use crate::{Result, float, memory, parallel};

/// Largest number of rows of a matrix that is not divided.
const LEAF: usize = 24;
/// What counts as nothing, relative to the largest value, as a multiple of the precision.
const NEGLIGIBLE: f64 = 8.0 * f64::EPSILON;
/// Steps of the QR algorithm for each singular value after which it counts as not to converge.
const STEPS: usize = 30;
/// Values are scaled to be around 1. What is this small beside that changes nothing, and its square nearly vanishes.
const NOTHING: f64 = 1e-140;

/// Decomposes the square upper bidiagonal matrix with this diagonal and these values above it, and returns whether every
/// iteration converged: `B = left·diag(diagonal)·rightᵀ`. The singular values replace `diagonal`, in descending order and
/// none negative, and the columns of `left` and `right` become orthonormal. What `superdiagonal` has then means nothing.
///
/// They are exact for a matrix that differs from the given one by a small multiple of `n·ε·‖B‖`. The values must be finite
/// and so far from overflow that sums of a few are too.
///
/// # Errors
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
pub(crate) fn decompose(
    diagonal: &mut [f64],
    superdiagonal: &mut [f64],
    left: &mut ColumnMajor,
    right: &mut ColumnMajor,
) -> Result<bool> {
    let n = diagonal.len();
    assert_eq!(superdiagonal.len(), n.saturating_sub(1), "values above a diagonal of {n}");
    assert_eq!((left.rows(), left.columns()), (n, n), "shape of the left vectors");
    assert_eq!((right.rows(), right.columns()), (n, n), "shape of the right vectors");
    // One more column, of zeros, makes the matrix one of those that it is divided into.
    let mut wide = ColumnMajor::identity(n + 1)?;
    let mut gathered = ColumnMajor::zeros(n + 1, n + 1)?;
    let mut above = memory::filled(n)?;
    above[..superdiagonal.len()].copy_from_slice(superdiagonal);
    // The results are the last to be written, and room until then.
    let (square, inner) = (&mut *right, &mut *left);
    square.set_identity();
    let room = Room {
        left: square.transposed_mut(),
        right: wide.transposed_mut(),
        gathered: gathered.transposed_mut(),
        inner: inner.transposed_mut(),
    };
    if !solve(diagonal, &mut above, room)? {
        return Ok(false);
    }
    let mut order = divide_and_conquer::ascending(diagonal)?;
    order.reverse();
    divide_and_conquer::take_values(diagonal, &order)?;
    divide_and_conquer::take_columns(right, &order, left);
    divide_and_conquer::take_columns(&wide, &order, right);
    Ok(true)
}

/// Computes the singular values of such a matrix, as [`decompose`] does, and returns whether the iteration converged. Behind
/// its last value, `superdiagonal` has a zero.
pub(crate) fn values(diagonal: &mut [f64], superdiagonal: &mut [f64]) -> bool {
    let n = diagonal.len();
    assert_eq!(superdiagonal.len(), n, "values above a diagonal of {n}, and a zero");
    // Vectors of no length.
    let (mut left, mut right) = (ViewMut::new(&mut [], n, 0, 0), ViewMut::new(&mut [], n + 1, 0, 0));
    let converged = by_qr(diagonal, superdiagonal, &mut left, &mut right);
    float::sort(diagonal);
    diagonal.reverse();
    converged
}

/// Where the singular vectors of a part of the matrix are, and where they are worked on.
struct Room<'a> {
    /// The left vectors: at first the identity.
    left: ViewMut<'a>,
    /// The right vectors, of which there is one more that is orthogonal to all rows of the matrix: at first the identity.
    right: ViewMut<'a>,
    /// The vectors of the halves, in another order.
    gathered: ViewMut<'a>,
    /// The vectors in the basis of those of the halves. Of a matrix that is not divided it is not used.
    inner: ViewMut<'a>,
}

/// Sets `diagonal` to the singular values, in no particular order, and the vectors to their singular vectors.
fn solve(diagonal: &mut [f64], superdiagonal: &mut [f64], mut room: Room<'_>) -> Result<bool> {
    let n = diagonal.len();
    if n <= LEAF {
        return Ok(by_qr(diagonal, superdiagonal, &mut room.left, &mut room.right));
    }
    let half = n / 2;
    let (values_above, rest) = diagonal.split_at_mut(half);
    let (next_above, next) = superdiagonal.split_at_mut(half);
    let ([alpha, values_below @ ..], [beta, next_below @ ..]) = (rest, next) else {
        unreachable!("half of {n} values are fewer than {n}")
    };
    let left = divide_and_conquer::halves(&mut room.left, half, half + 1);
    let right = divide_and_conquer::halves(&mut room.right, half + 1, half + 1);
    let gathered = divide_and_conquer::halves(&mut room.gathered, half + 1, half + 1);
    let inner = divide_and_conquer::halves(&mut room.inner, half, half + 1);
    let (one, other) = parallel::join(
        || solve(values_above, next_above, Room { left: left.0, right: right.0, gathered: gathered.0, inner: inner.0 }),
        || solve(values_below, next_below, Room { left: left.1, right: right.1, gathered: gathered.1, inner: inner.1 }),
    );
    if !one? || !other? {
        return Ok(false);
    }
    let mut row = [*alpha, *beta];
    let Some(exponent) = float::largest_exponent(diagonal).max(float::largest_exponent(&row)) else {
        return Ok(true);
    };
    float::scale(diagonal, -exponent);
    float::scale(&mut row, -exponent);
    let converged = join(diagonal, half, row, room)?;
    float::scale(diagonal, exponent);
    Ok(converged)
}

/// Makes singular values and vectors of two halves those of the matrix that has the given values in the row between them, the
/// first below the last column of the one half, the other above the first column of the other. The largest value is around
/// 1.
fn join(values: &mut [f64], half: usize, row: [f64; 2], mut room: Room<'_>) -> Result<bool> {
    let n = values.len();
    let [alpha, beta] = row;
    // The two vectors that are orthogonal to the halves become one that is not orthogonal to the row, and one that is.
    let (x, y) = (alpha * room.right.row(half)[half], beta * room.right.row(n)[half + 1]);
    let length = x.hypot(y);
    if length > NOTHING {
        divide_and_conquer::rotate(&mut room.right, half, n, x / length, y / length);
    }
    // The row in the basis of the right vectors; number `half` is the pole at zero.
    let mut z = memory::filled(n)?;
    for (i, z) in z.iter_mut().enumerate() {
        let vector = room.right.row(i);
        *z = if i < half { alpha * vector[half] } else { beta * vector[half + 1] };
    }
    z[half] = length;
    let largest = float::largest(&row);
    values[half] = 0.0;
    let choice = deflate(values, &mut z, half, largest, &mut room.left, &mut room.right)?;
    let count = choice.kept.len();
    let groups = Groups::new(&choice)?;

    let (mut poles, mut signs, mut weights) = (memory::filled(count)?, memory::filled(count)?, memory::filled(count)?);
    let mut factors: Vec<f64> = memory::filled(count)?;
    for (i, (vector, place)) in choice.kept.iter().zip(groups.places()).enumerate() {
        (poles[i], signs[i], weights[i]) = (values[*vector], z[*vector], z[*vector] * z[*vector]);
        factors[*place] = poles[i];
    }
    // Those of vectors that take part are about to be replaced.
    divide_and_conquer::take_values(values, groups.order())?;
    let equation = Secular::<true>::new(&poles, &weights)?;

    let (mut right, _) = room.right.split_rows(n);
    groups.gather(right.view(), room.gathered.reborrow(), half + 1, half + 1);
    let roots = &mut values[..count];
    let solved =
        divide_and_conquer::solve(&equation, &signs, groups.places(), roots, right.reborrow(), room.inner.reborrow())?;
    let Some(norms) = solved else { return Ok(false) };
    groups.multiply(room.inner.view(), room.gathered.view(), right, half + 1, half + 1)?;

    // The product of the matrix with a right vector is a multiple of the left one: `dᵢ` times its components, and -1 for
    // the row, of which the secular equation is the product.
    let zero = groups.places()[0];
    let inner = Shared::new(room.inner.reborrow());
    divide_and_conquer::share(count, divide_and_conquer::ROOTS, |range| {
        for j in range {
            // SAFETY: each row is taken once.
            let mut vector = unsafe { inner.block(j, 0, 1, count) };
            simd::run(LeftVector { vector: vector.row(0), factors: &factors, zero, value: -1.0 / norms[j] });
        }
    });
    groups.gather(room.left.view(), room.gathered.reborrow(), half, half + 1);
    groups.multiply(room.inner.view(), room.gathered.view(), room.left, half, half + 1)?;
    Ok(true)
}

/// Makes as many components of `z` vanish as can be, by rotations of vectors with values that are nearly the same. The first of
/// those that take part has the pole at zero; the values of the others ascend.
fn deflate(
    values: &mut [f64],
    z: &mut [f64],
    half: usize,
    largest: f64,
    left: &mut ViewMut<'_>,
    right: &mut ViewMut<'_>,
) -> Result<Choice> {
    let n = values.len();
    let negligible = NEGLIGIBLE * float::largest(values).max(largest);
    let mut spans = memory::with_capacity(n)?;
    spans.extend((0..n).map(|i| if i < half { Span::First } else { Span::Second }));
    spans[half] = Span::Both;
    let (mut kept, mut dropped) = (memory::with_capacity(n)?, memory::with_capacity(n)?);
    kept.push(half);
    let mut last: Option<usize> = None;
    for i in divide_and_conquer::ascending(values)?.into_iter().filter(|i| *i != half) {
        if z[i].abs() <= negligible {
            dropped.push(i);
            continue;
        }
        if values[i] <= negligible {
            // Its row vanishes, so that only the right vectors rotate.
            let length = z[half].hypot(z[i]);
            divide_and_conquer::rotate(right, half, i, z[half] / length, z[i] / length);
            (z[half], z[i], values[i]) = (length, 0.0, 0.0);
            dropped.push(i);
            continue;
        }
        if let Some(before) = last {
            if let Some((cosine, sine)) =
                divide_and_conquer::merge_equal(values, z, &mut spans, [before, i], negligible)
            {
                divide_and_conquer::rotate(left, i, before, cosine, sine);
                divide_and_conquer::rotate(right, i, before, cosine, sine);
                dropped.push(before);
            } else {
                kept.push(before);
            }
        }
        last = Some(i);
    }
    kept.extend(last);
    // The equation needs a weight.
    z[half] = z[half].max(negligible);
    Ok(Choice { kept, dropped, spans })
}

/// Makes a left vector of a right one: multiplies it by `factors`, replaces the component at `zero`, and divides it by its
/// norm.
struct LeftVector<'a> {
    vector: &'a mut [f64],
    factors: &'a [f64],
    zero: usize,
    value: f64,
}

impl KernelOf<f64> for LeftVector<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<f64>>(self, simd: S) {
        let Self { vector, factors, zero, value } = self;
        assert!(vector.len() == factors.len() && zero < vector.len());
        let nothing = simd.splat(0.0);
        let mut squares = nothing;
        for (x, factors) in vector.chunks_mut(S::LANES).zip(factors.chunks(S::LANES)) {
            let product = simd.mul_add(simd.load_first(x), simd.load_first(factors), nothing);
            simd.store_first(product, x);
            squares = simd.mul_add(product, product, squares);
        }
        // The factor at `zero` is 0, so that its square is in the sum.
        vector[zero] = value;
        let norm = simd.store(squares).as_ref().iter().fold(value * value, |sum, x| sum + x).sqrt();
        let reciprocal = simd.splat(1.0 / norm);
        for x in vector.chunks_mut(S::LANES) {
            simd.store_first(simd.mul_add(reciprocal, simd.load_first(x), nothing), x);
        }
    }
}

/// Sets `diagonal` to the singular values and applies what makes them to the vectors, by the QR algorithm of Golub and
/// Kahan (Golub and Van Loan, "Matrix Computations", section 8.6), and returns whether it converged.
fn by_qr(diagonal: &mut [f64], superdiagonal: &mut [f64], left: &mut ViewMut<'_>, right: &mut ViewMut<'_>) -> bool {
    let n = diagonal.len();
    let Some(exponent) = float::largest_exponent(diagonal).max(float::largest_exponent(superdiagonal)) else {
        return true;
    };
    float::scale(diagonal, -exponent);
    float::scale(superdiagonal, -exponent);
    clear_column(diagonal, superdiagonal, right, 0);
    let mut last = n - 1;
    let mut steps = STEPS * n;
    while last > 0 {
        let vanishes = |i: usize| {
            superdiagonal[i].abs() <= 0.5 * f64::EPSILON * (diagonal[i].abs() + diagonal[i + 1].abs()) + NOTHING
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
        // A step needs a diagonal without zeros. Where there is one, the matrix falls apart.
        match (first..=last).find(|i| diagonal[*i].abs() <= 0.25 * f64::EPSILON) {
            Some(zero) if zero == last => {
                diagonal[last] = 0.0;
                clear_column(&mut diagonal[first..last], &mut superdiagonal[first..last], right, first);
            }
            Some(zero) => {
                diagonal[zero] = 0.0;
                clear_row(&mut diagonal[zero + 1..=last], &mut superdiagonal[zero..last], left, zero);
            }
            None => qr_step(&mut diagonal[first..=last], &mut superdiagonal[first..last], left, right, first),
        }
    }
    for (i, value) in diagonal.iter_mut().enumerate() {
        if *value < 0.0 {
            *value = -*value;
            right.row(i).iter_mut().for_each(|x| *x = -*x);
        }
    }
    float::scale(diagonal, exponent);
    true
}

/// Clears the last column of a matrix that has one more column than rows, by rotations of it and the others, of which
/// the first has the vector number `first`.
fn clear_column(diagonal: &mut [f64], superdiagonal: &mut [f64], right: &mut ViewMut<'_>, first: usize) {
    let column = diagonal.len();
    let mut value = std::mem::take(&mut superdiagonal[column - 1]);
    for i in (0..column).rev() {
        if value == 0.0 {
            break;
        }
        let (cosine, sine, length) = divide_and_conquer::rotation(diagonal[i], value);
        diagonal[i] = length;
        divide_and_conquer::rotate(right, first + i, first + column, cosine, sine);
        if i > 0 {
            value = -sine * superdiagonal[i - 1];
            superdiagonal[i - 1] *= cosine;
        }
    }
}

/// Clears the row above a matrix whose first column alone it has a value in, by rotations of it and the others. Its vector
/// is number `row`; `superdiagonal` begins with its value.
fn clear_row(diagonal: &mut [f64], superdiagonal: &mut [f64], left: &mut ViewMut<'_>, row: usize) {
    let mut value = std::mem::take(&mut superdiagonal[0]);
    for i in 0..diagonal.len() {
        if value == 0.0 {
            break;
        }
        let (cosine, sine, length) = divide_and_conquer::rotation(diagonal[i], value);
        diagonal[i] = length;
        divide_and_conquer::rotate(left, row + 1 + i, row, cosine, sine);
        if i + 1 < diagonal.len() {
            value = -sine * superdiagonal[i + 1];
            superdiagonal[i + 1] *= cosine;
        }
    }
}

/// Does a step of the QR algorithm on a matrix in which no value vanishes, and applies it to the vectors from number `row`
/// on.
fn qr_step(
    diagonal: &mut [f64],
    superdiagonal: &mut [f64],
    left: &mut ViewMut<'_>,
    right: &mut ViewMut<'_>,
    row: usize,
) {
    let last = diagonal.len() - 1;
    let square = |x: f64| x * x;
    // Wilkinson's shift for the last two columns of the product of the matrix and its transpose.
    let before = if last > 1 { square(superdiagonal[last - 2]) } else { 0.0 };
    let corner = square(diagonal[last]) + square(superdiagonal[last - 1]);
    let coupling = diagonal[last - 1] * superdiagonal[last - 1];
    let half = 0.5 * (square(diagonal[last - 1]) + before - corner);
    let shift = corner - coupling * (coupling / (half + half.hypot(coupling).copysign(half)));
    let (mut x, mut y) = (diagonal[0] - shift / diagonal[0], superdiagonal[0]);
    for i in 0..last {
        let (cosine, sine, length) = divide_and_conquer::rotation(x, y);
        divide_and_conquer::rotate(right, row + i, row + i + 1, cosine, sine);
        if i > 0 {
            superdiagonal[i - 1] = length;
        }
        let (value, next) = (diagonal[i], superdiagonal[i]);
        x = cosine * value + sine * next;
        superdiagonal[i] = cosine * next - sine * value;
        y = sine * diagonal[i + 1];
        diagonal[i + 1] *= cosine;

        let (cosine, sine, length) = divide_and_conquer::rotation(x, y);
        divide_and_conquer::rotate(left, row + i, row + i + 1, cosine, sine);
        diagonal[i] = length;
        let (value, next) = (superdiagonal[i], diagonal[i + 1]);
        superdiagonal[i] = cosine * value + sine * next;
        diagonal[i + 1] = cosine * next - sine * value;
        if i + 1 < last {
            (x, y) = (superdiagonal[i], sine * superdiagonal[i + 1]);
            superdiagonal[i + 1] *= cosine;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blas::gemm::set_product;
    use crate::linalg::divide_and_conquer::tests::{
        assert_same_bits, signed as numbers, with_glued_matrices, with_graded_matrices,
    };

    /// Returns the singular values: the eigenvalues that are not negative of a tridiagonal matrix with zeros on its diagonal.
    fn expected(diagonal: &[f64], superdiagonal: &[f64]) -> Vec<f64> {
        let n = diagonal.len();
        let mut next_to = Vec::new();
        for (i, value) in diagonal.iter().enumerate() {
            next_to.push(*value);
            next_to.extend(superdiagonal.get(i));
        }
        let mut values = vec![0.0; 2 * n];
        let mut vectors = ColumnMajor::zeros(2 * n, 2 * n).unwrap();
        assert_eq!(
            crate::linalg::divide_and_conquer::eigen::decompose(&mut values, &mut next_to, &mut vectors),
            Ok(true)
        );
        values.reverse();
        values.truncate(n);
        values
    }

    fn defect(vectors: &ColumnMajor) -> f64 {
        let n = vectors.columns();
        let mut gram = ColumnMajor::zeros(n, n).unwrap();
        set_product(&mut gram, vectors.view().transposed(), vectors.view()).unwrap();
        (0..n)
            .flat_map(|j| gram.column(j).iter().enumerate().map(move |(i, x)| (x - f64::from(i == j)).abs()))
            .fold(0.0, f64::max)
    }

    /// Asserts that a matrix is decomposed as well as can be.
    fn assert_decomposed(name: &str, diagonal: &[f64], superdiagonal: &[f64]) {
        let n = diagonal.len();
        let norm = diagonal.iter().chain(superdiagonal).fold(0.0_f64, |norm, x| norm.max(x.abs()));
        let mut values = diagonal.to_vec();
        let (mut left, mut right) = (ColumnMajor::zeros(n, n).unwrap(), ColumnMajor::zeros(n, n).unwrap());
        left.fill(f64::NAN);
        right.fill(f64::NAN);
        let converged = decompose(&mut values, &mut superdiagonal.to_vec(), &mut left, &mut right);
        assert_eq!(converged, Ok(true), "{name} of {n}");
        assert!(values.iter().rev().is_sorted() && values.iter().all(|x| *x >= 0.0), "{name} of {n}: {values:?}");
        assert!(left.is_finite() && right.is_finite(), "{name} of {n}");
        let mut residual = 0.0_f64;
        for (j, value) in values.iter().enumerate() {
            let (u, v) = (left.column(j), right.column(j));
            for i in 0..n {
                let mut image = diagonal[i] * v[i];
                let mut transposed = diagonal[i] * u[i];
                if i + 1 < n {
                    image += superdiagonal[i] * v[i + 1];
                }
                if i > 0 {
                    transposed += superdiagonal[i - 1] * u[i - 1];
                }
                residual = residual.max((image - value * u[i]).abs()).max((transposed - value * v[i]).abs());
            }
        }
        let unit = f64::EPSILON * (n as f64).sqrt().max(8.0);
        assert!(residual <= 8.0 * unit * norm, "{name} of {n}: residual {}", residual / unit / norm);
        for vectors in [&left, &right] {
            assert!(defect(vectors) <= 8.0 * unit, "{name} of {n}: defect {}", defect(vectors) / unit);
        }
        for (x, y) in values.iter().zip(expected(diagonal, superdiagonal)) {
            assert!((x - y).abs() <= 8.0 * unit * norm, "{name} of {n}: {x} and {y}");
        }
    }

    const SIZES: [usize; 15] = [1, 2, 3, 5, 16, 23, 24, 25, 26, 49, 50, 51, 100, 129, 300];

    #[test]
    fn random_matrices() {
        assert_decomposed("nothing", &[], &[]);
        for n in SIZES {
            assert_decomposed("random", &numbers(n, 1), &numbers(n - 1, 2));
            let falling: Vec<f64> = (0..n).map(|i| ((n - i) as f64).sqrt()).collect();
            assert_decomposed("like that of a random matrix", &falling, &falling[1..]);
        }
    }

    #[test]
    fn equal_values() {
        for n in SIZES {
            let (ones, zeros) = (vec![1.0; n], vec![0.0; n]);
            assert_decomposed("one", &ones, &ones[1..]);
            assert_decomposed("zero", &zeros, &zeros[1..]);
            assert_decomposed("identity", &ones, &zeros[1..]);
            assert_decomposed("shift", &zeros, &ones[1..]);
            assert_decomposed("no diagonal", &zeros, &numbers(n - 1, 3));
            assert_decomposed("diagonal", &numbers(n, 4), &zeros[1..]);
            for size in [1e-8, 1e-12, 1e-15, 1e-16, 1e-17] {
                let close: Vec<f64> = numbers(n - 1, 5).iter().map(|x| x * size).collect();
                assert_decomposed("close to the identity", &ones, &close);
                let clustered: Vec<f64> = (0..n).map(|i| (i % 3) as f64 + 1e-14 * (i as f64)).collect();
                assert_decomposed("clustered", &clustered, &close);
                let small: Vec<f64> = numbers(n, 5).iter().map(|x| x * size).collect();
                assert_decomposed("close to a shift", &small, &ones[1..]);
                assert_decomposed("close to zero in parts", &small, &numbers(n - 1, 3));
            }
        }
    }

    #[test]
    fn zeros_on_the_diagonal_and_above() {
        for n in SIZES {
            for every in [1, 2, 3, 17] {
                for offset in [0, 7] {
                    for factor in [0.0, 1e-17, 1e-14] {
                        let thin = |mut x: Vec<f64>| {
                            x.iter_mut().skip(offset).step_by(every).for_each(|x| *x *= factor);
                            x
                        };
                        let (diagonal, next_to) = (numbers(n, 7), numbers(n - 1, 6));
                        assert_decomposed("split", &diagonal, &thin(next_to.clone()));
                        assert_decomposed("singular", &thin(diagonal.clone()), &next_to);
                        assert_decomposed("both", &thin(diagonal), &thin(next_to));
                    }
                }
            }
            let mut diagonal = numbers(n, 8);
            diagonal[n - 1] = 0.0;
            assert_decomposed("a zero at the end", &diagonal, &numbers(n - 1, 9));
        }
    }

    #[test]
    fn glued_matrices() {
        with_glued_matrices(|diagonal, next_to| assert_decomposed("glued", diagonal, next_to));
    }

    #[test]
    fn graded_matrices() {
        for n in SIZES {
            with_graded_matrices(n, |name, diagonal, next_to| {
                assert_decomposed(name, diagonal, next_to);
                assert_decomposed("graded and random", diagonal, &numbers(n - 1, 9));
            });
        }
    }

    #[test]
    fn tiny_and_large_values() {
        for n in SIZES {
            let ordinary = expected(&numbers(n, 10), &numbers(n - 1, 11));
            for exponent in [-1060, -1022, -600, 600, 1020] {
                let (first, second) = float::powers_of_two(exponent);
                let scaled = |x: Vec<f64>| -> Vec<f64> { x.iter().map(|x| x * first * second).collect() };
                let (mut values, mut next_to) = (scaled(numbers(n, 10)), scaled(numbers(n - 1, 11)));
                let (mut left, mut right) = (ColumnMajor::zeros(n, n).unwrap(), ColumnMajor::zeros(n, n).unwrap());
                assert_eq!(decompose(&mut values, &mut next_to, &mut left, &mut right), Ok(true));
                assert!(defect(&left) < 1e-13 && defect(&right) < 1e-13, "{n}, {exponent}");
                for (x, y) in values.iter().zip(&ordinary) {
                    let value = x / first / second;
                    assert!(exponent < -1000 || (value - y).abs() < 1e-13, "{n}, {exponent}: {value} and {y}");
                }
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_threads() {
        let matrices = [
            (numbers(300, 12), numbers(299, 13)),
            (vec![1.0; 257], vec![-1.0; 256]),
            ((0..210).map(|i| (f64::from(i % 21) - 10.0).abs()).collect(), vec![1.0; 209]),
        ];
        for (diagonal, next_to) in matrices {
            let n = diagonal.len();
            assert_same_bits(&format!("order {n}"), || {
                let mut values = diagonal.clone();
                let (mut left, mut right) = (ColumnMajor::zeros(n, n).unwrap(), ColumnMajor::zeros(n, n).unwrap());
                assert_eq!(decompose(&mut values, &mut next_to.clone(), &mut left, &mut right), Ok(true));
                (0..n).for_each(|j| values.extend_from_slice(left.column(j)));
                (0..n).for_each(|j| values.extend_from_slice(right.column(j)));
                values
            });
        }
    }
}
