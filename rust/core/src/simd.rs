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
        __m256i, _MM_HINT_T0, _mm_prefetch, _mm256_and_si256, _mm256_castsi256_ps, _mm256_cmpgt_epi16,
        _mm256_cmpgt_epi32, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_movemask_ps, _mm256_packs_epi16,
        _mm256_permute4x64_epi64, _mm256_set1_epi16, _mm256_set1_epi32,
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

    #[inline]
    #[target_feature(enable = "avx2,bmi1")]
    pub(super) fn first_beyond(lows: &[i32], highs: &[i32], low: i32, high: i32) -> usize {
        let n = lows.len().min(highs.len());
        let (above, below) = (_mm256_set1_epi32(low), _mm256_set1_epi32(high));
        let mut at = 0;
        while n >= 16 && at < n {
            // The last sixteen may overlap those before, none of which was found.
            let from = at.min(n - 16);
            #[allow(clippy::cast_ptr_alignment)]
            let inside = |k: usize| {
                // SAFETY: unaligned loads of 8 numbers from place `from + k` on, `k` 0 or 8, all within `n`.
                let (l, h) = unsafe {
                    let load = |x: &[i32]| _mm256_loadu_si256(x.as_ptr().add(from + k).cast::<__m256i>());
                    (load(lows), load(highs))
                };
                let both = _mm256_and_si256(_mm256_cmpgt_epi32(l, above), _mm256_cmpgt_epi32(below, h));
                _mm256_movemask_ps(_mm256_castsi256_ps(both)) as u32
            };
            let beyond = (inside(0) | inside(8) << 8) ^ 0xffff;
            if beyond != 0 {
                return from + beyond.trailing_zeros() as usize;
            }
            at += 16;
        }
        at = at.min(n);
        at + lows[at..n].iter().zip(&highs[at..n]).take_while(|&(&l, &h)| l > low && h < high).count()
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

/// The first place at which a low is at most `low` or a high at least `high`; their number if there is none. `AVX2` only
/// as [`Kernel::run`] got it.
#[inline(always)]
pub(crate) fn first_beyond<const AVX2: bool>(lows: &[i32], highs: &[i32], low: i32, high: i32) -> usize {
    #[cfg(target_arch = "x86_64")]
    if AVX2 {
        // SAFETY: `AVX2` says that the processor has what `first_beyond` is compiled for.
        return unsafe { x86::first_beyond(lows, highs, low, high) };
    }
    lows.iter().zip(highs).take_while(|&(&l, &h)| l > low && h < high).count()
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

#[cfg(test)]
mod tests {
    use super::{Kernel, at_most, first_beyond, widest};

    /// Results of both helpers on the same numbers.
    struct Both<'a>(&'a [i32], &'a [i32], i32, i32);

    impl Kernel for Both<'_> {
        type Output = (usize, u64);

        #[inline(always)]
        fn run<const AVX2: bool>(self) -> Self::Output {
            let Self(lows, highs, low, high) = self;
            let values = std::array::from_fn(|i| (lows[i % lows.len()] + 1000) as u16);
            (first_beyond::<AVX2>(lows, highs, low, high), at_most::<AVX2>(&values, (low + 1000) as u16))
        }
    }

    #[test]
    fn wider_instructions_find_the_same() {
        for n in 1..70_i32 {
            for at in 0..=n {
                for (low, high) in [(-5, 500), (-500, 5), (-5, 5)] {
                    let lows: Vec<i32> = (0..n).map(|k| if k == at { -5 } else { 0 }).collect();
                    let highs: Vec<i32> = (0..n).map(|k| if k == at { 5 } else { 0 }).collect();
                    let found = widest(Both(&lows, &highs, low, high));
                    assert_eq!(found, Both(&lows, &highs, low, high).run::<false>());
                    assert_eq!(found.0, at as usize, "of {n}");
                }
            }
        }
    }
}
