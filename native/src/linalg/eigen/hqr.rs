//! Eigenvalues and eigenvectors of a general matrix, one reflection at a time.
//!
//! The steps are those of EISPACK's `orthes` and `hqr2` (Wilkinson and Reinsch, Handbook for Automatic Computation, 1971)
//! with the safeguards of LAPACK's `dlahqr` and `dtrevc`: Householder reduction to Hessenberg form, Francis' double-shift
//! QR steps with exceptional shifts, back substitution that is scaled before it can overflow. It is slower than a blocked
//! method, but for small matrices, and serves where that one fails.

use std::iter;

use faer::c64;

use crate::blas::gemm::set_product;
use crate::matrix::column_major::ColumnMajor;
use crate::{Result, float, memory};

/// Steps on one eigenvalue before the search for it is given up.
const STEPS: usize = 300;

/// Computes the eigenvalues of `matrix`, whose largest value must be of ordinary size, and eigenvectors if they are wanted, and
/// returns whether the iteration converged. A pair of conjugates has two columns of `vectors`, the real and the imaginary part
/// for the eigenvalue with the positive imaginary part, which comes first.
///
/// # Errors
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
pub(crate) fn eigen(
    matrix: &ColumnMajor,
    real: &mut [f64],
    imaginary: &mut [f64],
    vectors: Option<&mut ColumnMajor>,
) -> Result<bool> {
    let n = matrix.columns();
    let mut h = matrix.duplicate()?;
    let mut z = vectors.as_ref().map(|_| ColumnMajor::identity(n)).transpose()?;
    reduce(&mut h, z.as_mut(), &mut memory::filled(n)?);
    if !iterate(&mut h, z.as_mut(), real, imaginary) {
        return Ok(false);
    }
    if let (Some(vectors), Some(z)) = (vectors, z) {
        let mut x = ColumnMajor::zeros(n, n)?;
        substitute(&h, real, imaginary, &mut x);
        set_product(vectors, z.view(), x.view())?;
    }
    Ok(true)
}

/// Reduces `h`, whose largest value must be of ordinary size, to real Schur form, multiplies `z` by the same rotations, and returns
/// whether the iteration converged.
///
/// # Errors
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
pub(super) fn schur(h: &mut ColumnMajor, z: &mut ColumnMajor) -> Result<bool> {
    let n = h.columns();
    hessenberg(h, z)?;
    Ok(iterate(h, Some(z), &mut memory::filled(n)?, &mut memory::filled(n)?))
}

/// Reduces `h` to Hessenberg form, and multiplies `z` by the same reflections. It always ends.
///
/// # Errors
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when working memory cannot be had.
pub(super) fn hessenberg(h: &mut ColumnMajor, z: &mut ColumnMajor) -> Result<bool> {
    let n = h.columns();
    reduce(h, Some(z), &mut memory::filled(n)?);
    Ok(true)
}

/// The matrix itself, and the one of its rotations if there is one.
fn both<'a>(h: &'a mut ColumnMajor, z: Option<&'a mut ColumnMajor>) -> impl Iterator<Item = &'a mut ColumnMajor> {
    iter::once(h).chain(z)
}

/// Reduces `h` to Hessenberg form `zᵀ·h·z`, where `z` is the identity before, if it is wanted.
fn reduce(h: &mut ColumnMajor, mut z: Option<&mut ColumnMajor>, v: &mut [f64]) {
    let n = h.columns();
    for k in 0..n.saturating_sub(2) {
        let tail = &mut h.column_mut(k)[k + 1..];
        let norm = float::norm(tail);
        if tail[1..].iter().all(|x| *x == 0.0) {
            continue;
        }
        let image = -norm.copysign(tail[0]);
        let scale = tail[0] - image;
        let v = &mut v[k + 1..];
        v[0] = 1.0;
        for (v, x) in v[1..].iter_mut().zip(&tail[1..]) {
            *v = x / scale;
        }
        tail.fill(0.0);
        tail[0] = image;
        let factor = 2.0 / v.iter().fold(0.0, |sum, x| sum + x * x);
        for j in k + 1..n {
            let x = &mut h.column_mut(j)[k + 1..];
            let projection = factor * x.iter().zip(&*v).fold(0.0, |sum, (x, v)| sum + x * v);
            x.iter_mut().zip(&*v).for_each(|(x, v)| *x -= projection * v);
        }
        for matrix in both(h, z.as_deref_mut()) {
            for i in 0..n {
                let mut projection = 0.0;
                for (j, v) in (k + 1..).zip(&*v) {
                    projection += matrix.column(j)[i] * v;
                }
                projection *= factor;
                for (j, v) in (k + 1..).zip(&*v) {
                    matrix.column_mut(j)[i] -= projection * v;
                }
            }
        }
    }
}

/// Reduces the Hessenberg matrix `h` to real Schur form, applies the same rotations to the columns of `z`, and returns
/// whether that took no more than the allowed number of steps.
fn iterate(h: &mut ColumnMajor, mut z: Option<&mut ColumnMajor>, real: &mut [f64], imaginary: &mut [f64]) -> bool {
    let n = h.columns();
    // The active block ends before row `end`.
    let mut end = n;
    let mut steps = 0;
    while end > 0 {
        let start = active_start(h, end);
        if start + 1 >= end {
            real[end - 1] = h.column(end - 1)[end - 1];
            imaginary[end - 1] = 0.0;
            end -= 1;
            steps = 0;
        } else if start + 2 == end {
            standardize(h, z.as_deref_mut(), start);
            real[start] = h.column(start)[start];
            real[start + 1] = h.column(start + 1)[start + 1];
            let (above, below) = (h.column(start + 1)[start], h.column(start)[start + 1]);
            imaginary[start] = above.abs().sqrt() * below.abs().sqrt();
            imaginary[start + 1] = -imaginary[start];
            end -= 2;
            steps = 0;
        } else {
            steps += 1;
            if steps > STEPS {
                return false;
            }
            step(h, z.as_deref_mut(), start, end, steps);
        }
    }
    true
}

/// Returns the row where the block begins that ends before row `end`: the entry to the left of it is set to zero.
fn active_start(h: &mut ColumnMajor, end: usize) -> usize {
    const TINY: f64 = f64::MIN_POSITIVE / f64::EPSILON;
    let value = |h: &ColumnMajor, i: usize, j: usize| h.column(j)[i];
    for k in (1..end).rev() {
        let below = value(h, k, k - 1).abs();
        let diagonal = value(h, k - 1, k - 1).abs() + value(h, k, k).abs();
        let negligible = if below <= TINY {
            true
        } else if below <= f64::EPSILON * diagonal {
            // The criterion of Ahues and Tisseur, LAPACK Working Note 122, keeps small eigenvalues accurate.
            let above = value(h, k - 1, k).abs();
            let (large, small) = (below.max(above), below.min(above));
            let difference = (value(h, k - 1, k - 1) - value(h, k, k)).abs();
            let corner = value(h, k, k).abs();
            let (first, second) = (corner.max(difference), corner.min(difference));
            let sum = first + large;
            small * (large / sum) <= TINY.max(f64::EPSILON * (second * (first / sum)))
        } else {
            false
        };
        if negligible {
            h.column_mut(k - 1)[k] = 0.0;
            return k;
        }
    }
    0
}

/// Gives the block of rows and columns `k` and `k + 1` the standard form: upper triangular if its eigenvalues are real,
/// otherwise with two equal values on the diagonal.
pub(super) fn standardize(h: &mut ColumnMajor, z: Option<&mut ColumnMajor>, k: usize) {
    let n = h.columns();
    let (mut a, mut c) = (h.column(k)[k], h.column(k)[k + 1]);
    let (mut b, mut d) = (h.column(k + 1)[k], h.column(k + 1)[k + 1]);
    let (mut cosine, mut sine) = (1.0, 0.0);
    if c == 0.0 {
        return;
    }
    if b == 0.0 {
        (cosine, sine) = (0.0, 1.0);
        (a, b, c, d) = (d, -c, 0.0, a);
    } else if a != d || b.is_sign_negative() == c.is_sign_negative() {
        let p = 0.5 * (a - d);
        let scale = p.abs().max(b.abs()).max(c.abs());
        let discriminant = (p / scale) * p + (b / scale) * c;
        if discriminant >= 4.0 * f64::EPSILON * scale {
            let root = p + (scale.sqrt() * discriminant.sqrt()).copysign(p);
            let length = c.hypot(root);
            (cosine, sine) = (root / length, c / length);
            a = d + root;
            d -= (b / root) * c;
            b -= c;
            c = 0.0;
        } else {
            let sigma = b + c;
            let difference = a - d;
            let length = sigma.hypot(difference);
            cosine = (0.5 * (1.0 + sigma.abs() / length)).sqrt();
            sine = -(p / (length * cosine)) * 1.0_f64.copysign(sigma);
            let (aa, bb) = (a * cosine + b * sine, -a * sine + b * cosine);
            let (cc, dd) = (c * cosine + d * sine, -c * sine + d * cosine);
            b = bb * cosine + dd * sine;
            c = -aa * sine + cc * cosine;
            let mean = 0.5 * ((aa * cosine + cc * sine) + (-bb * sine + dd * cosine));
            (a, d) = (mean, mean);
            if c != 0.0 && b == 0.0 {
                (b, c) = (-c, 0.0);
                (cosine, sine) = (-sine, cosine);
            } else if c != 0.0 && b.is_sign_negative() == c.is_sign_negative() {
                let (root_b, root_c) = (b.abs().sqrt(), c.abs().sqrt());
                let p = (root_b * root_c).copysign(c);
                let length = (b + c).abs().sqrt();
                (a, d) = (mean + p, mean - p);
                b -= c;
                c = 0.0;
                let (other_cosine, other_sine) = (root_b / length, root_c / length);
                (cosine, sine) = (cosine * other_cosine - sine * other_sine, cosine * other_sine + sine * other_cosine);
            }
        }
    }
    for j in k + 2..n {
        let column = h.column_mut(j);
        (column[k], column[k + 1]) =
            (cosine * column[k] + sine * column[k + 1], cosine * column[k + 1] - sine * column[k]);
    }
    for (matrix, rows) in both(h, z).zip([k, n]) {
        let (x, y) = matrix.two_columns_mut(k, k + 1);
        for (x, y) in x[..rows].iter_mut().zip(&mut y[..rows]) {
            (*x, *y) = (cosine * *x + sine * *y, cosine * *y - sine * *x);
        }
    }
    h.column_mut(k)[k] = a;
    h.column_mut(k)[k + 1] = c;
    h.column_mut(k + 1)[k] = b;
    h.column_mut(k + 1)[k + 1] = d;
}

/// Does one double-shift QR step on the rows `start..end`.
fn step(h: &mut ColumnMajor, mut z: Option<&mut ColumnMajor>, start: usize, end: usize, count: usize) {
    let n = h.columns();
    let last = end - 1;
    let value = |h: &ColumnMajor, i: usize, j: usize| h.column(j)[i];
    // The shifts are the eigenvalues of this block.
    let (h11, h21, h12, h22) = if count.is_multiple_of(10) {
        let (size, corner) = if count.is_multiple_of(20) {
            (value(h, start + 1, start).abs() + value(h, start + 2, start + 1).abs(), value(h, start, start))
        } else {
            (value(h, last, last - 1).abs() + value(h, last - 1, last - 2).abs(), value(h, last, last))
        };
        let diagonal = 0.75 * size + corner;
        (diagonal, size, -0.4375 * size, diagonal)
    } else {
        (value(h, last - 1, last - 1), value(h, last, last - 1), value(h, last - 1, last), value(h, last, last))
    };
    let (first, second) = shifts(h11, h12, h21, h22);

    let mut begin = last - 2;
    let mut v;
    loop {
        let (a, below) = (value(h, begin, begin), value(h, begin + 1, begin));
        let next = value(h, begin + 1, begin + 1);
        let size = (a - second.re).abs() + second.im.abs() + below.abs();
        let scaled = below / size;
        v = [
            scaled * value(h, begin, begin + 1) + (a - first.re) * ((a - second.re) / size)
                - first.im * (second.im / size),
            scaled * (a + next - first.re - second.re),
            scaled * value(h, begin + 2, begin + 1),
        ];
        let sum = v[0].abs() + v[1].abs() + v[2].abs();
        if sum > 0.0 {
            v = v.map(|x| x / sum);
        }
        if begin == start {
            break;
        }
        let left = value(h, begin, begin - 1).abs() * (v[1].abs() + v[2].abs());
        let diagonal = value(h, begin - 1, begin - 1).abs() + a.abs() + next.abs();
        if left <= f64::EPSILON * v[0].abs() * diagonal {
            break;
        }
        begin -= 1;
    }

    for k in begin..last {
        let size = 3.min(end - k);
        if k > begin {
            v = [0.0; 3];
            v[..size].copy_from_slice(&h.column(k - 1)[k..k + size]);
        }
        let norm = float::norm(&v);
        if v[1] == 0.0 && v[2] == 0.0 {
            continue;
        }
        let image = -norm.copysign(v[0]);
        let scale = v[0] - image;
        let w = [1.0, v[1] / scale, v[2] / scale];
        let factor = 2.0 / (1.0 + w[1] * w[1] + w[2] * w[2]);
        if k > begin {
            let column = h.column_mut(k - 1);
            column[k] = image;
            column[k + 1..k + size].fill(0.0);
        } else if k > start {
            h.column_mut(k - 1)[k] *= 1.0 - factor;
        }
        let reflection = (w, factor);
        for j in k..n {
            let column = &mut h.column_mut(j)[k..];
            if size == 3 {
                reflect::<3>(column.first_chunk_mut().expect("three rows are left"), reflection);
            } else {
                reflect::<2>(column.first_chunk_mut().expect("two rows are left"), reflection);
            }
        }
        for (matrix, rows) in both(h, z.as_deref_mut()).zip([end.min(k + 4), n]) {
            if size == 3 {
                reflect_columns::<3>(matrix, k, rows, reflection);
            } else {
                reflect_columns::<2>(matrix, k, rows, reflection);
            }
        }
    }
}

/// Applies the reflection of a vector, with its factor, to some values.
#[inline(always)]
fn reflect<const SIZE: usize>(x: &mut [f64; SIZE], (v, factor): ([f64; 3], f64)) {
    let projection = factor * (0..SIZE).fold(0.0, |sum, l| sum + x[l] * v[l]);
    (0..SIZE).for_each(|l| x[l] -= projection * v[l]);
}

/// Applies a reflection to the first rows of the columns from `first` on.
fn reflect_columns<const SIZE: usize>(
    matrix: &mut ColumnMajor,
    first: usize,
    rows: usize,
    reflection: ([f64; 3], f64),
) {
    let stride = matrix.stride();
    let mut columns = matrix.values_mut()[first * stride..].chunks_mut(stride);
    let mut columns: [&mut [f64]; SIZE] =
        std::array::from_fn(|_| &mut columns.next().expect("the columns are there")[..rows]);
    for i in 0..rows {
        let mut x = columns.each_ref().map(|column| column[i]);
        reflect(&mut x, reflection);
        (0..SIZE).for_each(|l| columns[l][i] = x[l]);
    }
}

/// Returns the eigenvalues of a block of two rows and columns; of two real ones, the one nearer to its last value twice.
fn shifts(h11: f64, h12: f64, h21: f64, h22: f64) -> (c64, c64) {
    let size = h11.abs() + h12.abs() + h21.abs() + h22.abs();
    if size == 0.0 {
        return (c64::new(0.0, 0.0), c64::new(0.0, 0.0));
    }
    let (h11, h12, h21, h22) = (h11 / size, h12 / size, h21 / size, h22 / size);
    let mean = 0.5 * (h11 + h22);
    let determinant = (h11 - mean) * (h22 - mean) - h12 * h21;
    let root = determinant.abs().sqrt();
    if determinant >= 0.0 {
        (c64::new(mean * size, root * size), c64::new(mean * size, -root * size))
    } else {
        let (one, other) = (mean + root, mean - root);
        let nearer = if (one - h22).abs() <= (other - h22).abs() { one } else { other };
        (c64::new(nearer * size, 0.0), c64::new(nearer * size, 0.0))
    }
}

/// Computes the eigenvectors of the real Schur form `t`, which has these eigenvalues.
fn substitute(t: &ColumnMajor, real: &[f64], imaginary: &[f64], vectors: &mut ColumnMajor) {
    let n = t.columns();
    let norm =
        (0..n).fold(0.0_f64, |norm, j| t.column(j)[..n.min(j + 2)].iter().fold(norm, |norm, x| norm.max(x.abs())));
    let smallest = if norm == 0.0 { f64::EPSILON } else { f64::EPSILON * norm };
    let at_least = |x: c64| if x.re.abs() + x.im.abs() < smallest { c64::new(smallest, 0.0) } else { x };
    for j in 0..n {
        vectors.column_mut(j).fill(0.0);
    }
    let mut j = n;
    while j > 0 {
        let pair = imaginary[j - 1] != 0.0;
        // The pair is computed for the eigenvalue with the positive imaginary part.
        let first = if pair { j - 2 } else { j - 1 };
        let lambda = c64::new(real[first], imaginary[first]);
        let mut single = [0.0; 0];
        let (re, im) = if pair {
            let (re, im) = vectors.two_columns_mut(first, j - 1);
            (re, im)
        } else {
            (vectors.column_mut(first), &mut single[..])
        };
        let get = |re: &[f64], im: &[f64], i: usize| c64::new(re[i], if pair { im[i] } else { 0.0 });
        if pair {
            let (above, below) = (t.column(j - 1)[first], t.column(first)[j - 1]);
            if above.abs() >= below.abs() {
                re[first] = 1.0;
                im[j - 1] = imaginary[first] / above;
            } else {
                re[first] = -imaginary[first] / below;
                im[j - 1] = 1.0;
            }
        } else {
            re[first] = 1.0;
        }
        for k in first..j {
            let x = get(re, im, k);
            for (i, t) in t.column(k)[..first].iter().enumerate() {
                re[i] -= t * x.re;
                if pair {
                    im[i] -= t * x.im;
                }
            }
        }
        let mut row = first;
        while row > 0 {
            let width = if row > 1 && t.column(row - 2)[row - 1] != 0.0 { 2 } else { 1 };
            let top = row - width;
            let mut solution = [c64::new(0.0, 0.0); 2];
            if width == 1 {
                let pivot = at_least(c64::new(t.column(top)[top], 0.0) - lambda);
                solution[0] = get(re, im, top) / pivot;
            } else {
                let (a, c) = (c64::new(t.column(top)[top], 0.0) - lambda, t.column(top)[top + 1]);
                let (b, d) = (t.column(top + 1)[top], c64::new(t.column(top + 1)[top + 1], 0.0) - lambda);
                let (e, f) = (get(re, im, top), get(re, im, top + 1));
                // Elimination with the larger of the two values in the first column as pivot.
                if a.re.abs() + a.im.abs() >= c.abs() {
                    let factor = c64::new(c, 0.0) / at_least(a);
                    solution[1] = (f - factor * e) / at_least(d - factor * b);
                    solution[0] = (e - solution[1] * b) / at_least(a);
                } else {
                    let factor = a / c;
                    solution[1] = (e - factor * f) / at_least(c64::new(b, 0.0) - factor * d);
                    solution[0] = (f - d * solution[1]) / c;
                }
            }
            let largest = solution.iter().fold(0.0_f64, |largest, x| largest.max(x.re.abs()).max(x.im.abs()));
            const LARGE: f64 = 1e100;
            if largest > LARGE {
                re[..j].iter_mut().for_each(|x| *x /= largest);
                if pair {
                    im[..j].iter_mut().for_each(|x| *x /= largest);
                }
                solution = solution.map(|x| x / largest);
            }
            for k in 0..width {
                let x = solution[k];
                re[top + k] = x.re;
                if pair {
                    im[top + k] = x.im;
                }
                for (i, t) in t.column(top + k)[..top].iter().enumerate() {
                    re[i] -= t * x.re;
                    if pair {
                        im[i] -= t * x.im;
                    }
                }
            }
            row = top;
        }
        // Of ordinary size again, before the sums of the back transformation.
        let largest = re.iter().chain(im.iter()).fold(0.0_f64, |largest, x| largest.max(x.abs()));
        re.iter_mut().chain(im.iter_mut()).for_each(|x| *x /= largest);
        j = first;
    }
}
