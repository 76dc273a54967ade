//! Wider vector instructions where the processor has them, and every intrinsic of the crate.
//!
//! The crate is built for the baseline of its platform. A [`Kernel`] run through [`widest`] is compiled a second time
//! for AVX2 and that form is chosen at run time. Both forms do the same operations in the same order (there is no fused
//! multiply-add in either), so their results are equal to the bit.
#![allow(unsafe_code)]
#![allow(clippy::inline_always)] // a kernel reaches the wider form only if it is inlined into it

/// Work that is worth compiling for wider instructions. Mark `run` and what it spends its time in `#[inline(always)]`,
/// or they stay as they are.
pub(crate) trait Kernel {
    /// Result of the work.
    type Output;
    /// Does the work. With `AVX2` the processor has the features of [`widest`]'s wider form.
    fn run<const AVX2: bool>(self) -> Self::Output;
}

/// Does the work with the widest instructions there are.
#[inline]
pub(crate) fn widest<K: Kernel>(kernel: K) -> K::Output {
    run(kernel, true)
}

/// Does the work, with wider instructions if they are wanted and there.
#[inline]
pub(crate) fn run<K: Kernel>(kernel: K, wide: bool) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if wide && x86::available() {
        // SAFETY: the processor has just been asked for every feature that `run` is compiled for.
        return unsafe { x86::run(kernel) };
    }
    let _ = wide;
    kernel.run::<false>()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Kernel;
    use std::arch::x86_64::{
        __m256i, _MM_HINT_T0, _mm_prefetch, _mm256_cmpgt_epi16, _mm256_loadu_si256, _mm256_movemask_epi8,
        _mm256_packs_epi16, _mm256_permute4x64_epi64, _mm256_set1_epi16,
    };

    pub(super) fn available() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn run<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<true>()
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn at_most(values: &[u16; 64], most: u16) -> u64 {
        // SAFETY: the four unaligned loads of 32 bytes are the 64 numbers of `values`.
        #[allow(clippy::cast_ptr_alignment)]
        unsafe {
            let above = _mm256_set1_epi16(most as i16 + 1);
            let p = values.as_ptr().cast::<__m256i>();
            let c = |i: usize| _mm256_cmpgt_epi16(above, _mm256_loadu_si256(p.add(i)));
            let a = _mm256_permute4x64_epi64::<0xd8>(_mm256_packs_epi16(c(0), c(1)));
            let b = _mm256_permute4x64_epi64::<0xd8>(_mm256_packs_epi16(c(2), c(3)));
            u64::from(_mm256_movemask_epi8(a) as u32) | u64::from(_mm256_movemask_epi8(b) as u32) << 32
        }
    }

    #[inline(always)]
    pub(super) fn prefetch(line: *const i8) {
        // SAFETY: SSE is part of every x86-64, and a prefetch of any address is harmless.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line) };
    }
}

/// Bit `i` says whether `values[i]` is `most` at most; all are below `i16::MAX`. `AVX2` only as [`Kernel::run`] got it.
#[inline(always)]
pub(crate) fn at_most<const AVX2: bool>(values: &[u16; 64], most: u16) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if AVX2 {
        // SAFETY: `AVX2` says that the processor has it.
        return unsafe { x86::at_most(values, most) };
    }
    values.iter().enumerate().fold(0, |bits, (i, &x)| bits | u64::from(x <= most) << i)
}

/// Asks for the cache lines of `x`, which will be read soon.
#[inline(always)]
pub(crate) fn prefetch<T>(x: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for at in (0..size_of_val(x)).step_by(64) {
        x86::prefetch(x.as_ptr().cast::<i8>().wrapping_add(at));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = x;
}
