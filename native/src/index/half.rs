//! Conversion between floats and half precision.
//!
//! One kernel of each processor does either: it is the reading of memory that takes the time. All of them give the same bits.

pub(super) use crate::float::half::Half;
#[cfg(target_arch = "x86_64")]
use crate::simd;

/// Writes the values of `halves` to `floats`, which has room for as many.
pub(super) fn widen(halves: &[Half], floats: &mut [f32]) {
    widen_ahead(halves, floats, 0);
}

/// Does the same, and asks for the memory that lies `ahead` bytes further on.
pub(super) fn widen_ahead(halves: &[Half], floats: &mut [f32], ahead: usize) {
    assert_eq!(halves.len(), floats.len(), "room for as many values");
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("f16c") {
        // SAFETY: the instructions are there.
        return unsafe { widen_f16c(halves, floats, ahead) };
    }
    let _ = ahead;
    #[cfg(target_arch = "aarch64")]
    return widen_neon(halves, floats);
    #[cfg(not(target_arch = "aarch64"))]
    widen_portable(halves, floats);
}

/// Writes the numbers nearest to `floats` to `halves`, which has room for as many.
pub(super) fn narrow(floats: &[f32], halves: &mut [Half]) {
    assert_eq!(halves.len(), floats.len(), "room for as many values");
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("f16c") {
        // SAFETY: the instructions are there.
        return unsafe { narrow_f16c(floats, halves) };
    }
    narrow_portable(floats, halves);
}

/// Plain code, which is for processors without instructions, and for what is less than a register.
fn widen_portable(halves: &[Half], floats: &mut [f32]) {
    for (half, float) in halves.iter().zip(floats) {
        *float = half.value();
    }
}

fn narrow_portable(floats: &[f32], halves: &mut [Half]) {
    for (float, half) in floats.iter().zip(halves) {
        *half = Half::nearest(*float);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "f16c")]
fn widen_f16c(halves: &[Half], floats: &mut [f32], ahead: usize) {
    use std::arch::x86_64::*;
    let (halves, halves_left) = halves.as_chunks::<8>();
    let (floats, floats_left) = floats.as_chunks_mut::<8>();
    for (halves, floats) in halves.iter().zip(floats) {
        simd::prefetch(halves.as_ptr().wrapping_byte_add(ahead));
        // SAFETY: there are eight values to read, and room for eight.
        unsafe { _mm256_storeu_ps(floats.as_mut_ptr(), _mm256_cvtph_ps(_mm_loadu_si128(halves.as_ptr().cast()))) };
    }
    widen_portable(halves_left, floats_left);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "f16c")]
fn narrow_f16c(floats: &[f32], halves: &mut [Half]) {
    use std::arch::x86_64::*;
    let (floats, floats_left) = floats.as_chunks::<8>();
    let (halves, halves_left) = halves.as_chunks_mut::<8>();
    for (floats, halves) in floats.iter().zip(halves) {
        // SAFETY: there are eight values to read, and room for eight.
        unsafe {
            let nearest = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(_mm256_loadu_ps(floats.as_ptr()));
            _mm_storeu_si128(halves.as_mut_ptr().cast(), nearest);
        }
    }
    narrow_portable(floats_left, halves_left);
}

#[cfg(target_arch = "aarch64")]
fn widen_neon(halves: &[Half], floats: &mut [f32]) {
    use std::arch::aarch64::*;
    let (halves, halves_left) = halves.as_chunks::<8>();
    let (floats, floats_left) = floats.as_chunks_mut::<8>();
    for (halves, floats) in halves.iter().zip(floats) {
        // SAFETY: every processor of arm64 has Advanced SIMD; there are eight values to read, and room for eight.
        unsafe {
            let halves = vreinterpretq_f16_u16(vld1q_u16(halves.as_ptr().cast()));
            vst1q_f32(floats.as_mut_ptr(), vcvt_f32_f16(vget_low_f16(halves)));
            vst1q_f32(floats.as_mut_ptr().add(4), vcvt_high_f32_f16(halves));
        }
    }
    widen_portable(halves_left, floats_left);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::float::half::tests::roundings;

    #[test]
    fn every_kernel_widens_all_numbers_as_the_standard_says() {
        // In either order, and from two on: what is left over is less than a register.
        let all: Vec<Half> = (0..=u16::MAX).chain((0..=u16::MAX).rev()).map(Half).collect();
        for kernel in [widen, widen_portable] {
            for from in [0, 2] {
                let halves = &all[from..all.len() - 3];
                let mut floats = vec![1.0; halves.len()];
                kernel(halves, &mut floats);
                for (half, float) in halves.iter().zip(floats) {
                    let expected = half.value();
                    assert!(
                        float.to_bits() == expected.to_bits() || float.is_nan() && expected.is_nan(),
                        "{:x} is {float:e}",
                        half.0
                    );
                }
            }
        }
    }

    #[test]
    fn every_kernel_narrows_to_the_nearest_number() {
        let all: Vec<(f32, Half)> = roundings()
            .into_iter()
            .flat_map(|(value, half)| [(value, half), (-value, Half(half.0 | 0x8000))])
            .collect();
        for kernel in [narrow, narrow_portable] {
            let floats: Vec<f32> = all.iter().map(|(value, _)| *value).collect();
            let mut halves = vec![Half(1); floats.len()];
            kernel(&floats, &mut halves);
            for ((value, expected), half) in all.iter().zip(halves) {
                assert_eq!(half, *expected, "{value:e}");
            }
            let mut nan = [Half(1)];
            kernel(&[f32::NAN], &mut nan);
            assert!(nan[0].value().is_nan());
        }
    }
}
