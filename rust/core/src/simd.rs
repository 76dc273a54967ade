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
        __m256i, _MM_HINT_T0, _mm_prefetch, _mm256_add_epi8, _mm256_and_si256, _mm256_castsi256_pd, _mm256_cmpeq_epi64,
        _mm256_cmpgt_epi16, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_movemask_pd, _mm256_packs_epi16,
        _mm256_permute4x64_epi64, _mm256_set1_epi16, _mm256_setzero_si256, _mm256_storeu_si256,
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
    #[target_feature(enable = "avx2")]
    pub(super) fn outside(lows: &[i16; 16], highs: &[i16; 16], low: i16, high: i16) -> u32 {
        #[allow(clippy::cast_ptr_alignment)]
        // SAFETY: the two unaligned loads of 32 bytes are the 16 numbers of `lows` and of `highs`.
        let (l, h) = unsafe {
            let load = |x: &[i16; 16]| _mm256_loadu_si256(x.as_ptr().cast::<__m256i>());
            (load(lows), load(highs))
        };
        let (above, below) = (_mm256_set1_epi16(low), _mm256_set1_epi16(high));
        let inside = _mm256_and_si256(_mm256_cmpgt_epi16(l, above), _mm256_cmpgt_epi16(below, h));
        !(_mm256_movemask_epi8(inside) as u32)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn both(a: &[u64; 64], b: &[u64; 64], out: &mut [u64; 64]) -> u64 {
        let mut some = 0;
        for k in (0..64).step_by(4) {
            #[allow(clippy::cast_ptr_alignment)]
            // SAFETY: unaligned loads and a store of 4 numbers from place `k` on, all within 64.
            let zero = unsafe {
                let load = |x: &[u64; 64]| _mm256_loadu_si256(x.as_ptr().add(k).cast::<__m256i>());
                let and = _mm256_and_si256(load(a), load(b));
                _mm256_storeu_si256(out.as_mut_ptr().add(k).cast::<__m256i>(), and);
                _mm256_cmpeq_epi64(and, _mm256_setzero_si256())
            };
            some |= u64::from(!_mm256_movemask_pd(_mm256_castsi256_pd(zero)) as u32 & 15) << k;
        }
        some
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn bits(bytes: &[u8; 64]) -> [u64; 8] {
        #[allow(clippy::cast_ptr_alignment)]
        // SAFETY: the two unaligned loads of 32 bytes are the 64 of `bytes`.
        let (mut a, mut b) = unsafe {
            let p = bytes.as_ptr().cast::<__m256i>();
            (_mm256_loadu_si256(p), _mm256_loadu_si256(p.add(1)))
        };
        let mut words = [0; 8];
        for word in words.iter_mut().rev() {
            *word = u64::from(_mm256_movemask_epi8(a) as u32) | u64::from(_mm256_movemask_epi8(b) as u32) << 32;
            (a, b) = (_mm256_add_epi8(a, a), _mm256_add_epi8(b, b));
        }
        words
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

/// Bars that [`outside`] looks at.
pub(crate) const OUTSIDE: usize = 16;

/// Which of the first sixteen lows is at most `low`, or high at least `high`: two bits for each, both set or neither.
/// `AVX2` only as [`Kernel::run`] got it.
#[inline(always)]
pub(crate) fn outside<const AVX2: bool>(lows: &[i16], highs: &[i16], low: i16, high: i16) -> u32 {
    let (Some(lows), Some(highs)) = (lows.first_chunk::<OUTSIDE>(), highs.first_chunk::<OUTSIDE>()) else {
        return 0;
    };
    #[cfg(target_arch = "x86_64")]
    if AVX2 {
        // SAFETY: `AVX2` says that the processor has it.
        return unsafe { x86::outside(lows, highs, low, high) };
    }
    let bit = |i: usize| if lows[i] <= low || highs[i] >= high { 3 << (2 * i) } else { 0 };
    (0..OUTSIDE).fold(0, |bits, i| bits | bit(i))
}

/// Puts what is set in both words of each place into `out`; tells, as bits, which places have something set. `AVX2` only
/// as [`Kernel::run`] got it.
#[inline(always)]
pub(crate) fn both<const AVX2: bool>(a: &[u64; 64], b: &[u64; 64], out: &mut [u64; 64]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if AVX2 {
        // SAFETY: `AVX2` says that the processor has it.
        return unsafe { x86::both(a, b, out) };
    }
    out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = a & b);
    out.iter().enumerate().fold(0, |some, (place, &word)| some | u64::from(word != 0) << place)
}

/// Takes bytes apart: bit `i` of word `b` is bit `b` of byte `i`. `AVX2` only as [`Kernel::run`] got it.
#[inline(always)]
pub(crate) fn bits<const AVX2: bool>(bytes: &[u8; 64]) -> [u64; 8] {
    #[cfg(target_arch = "x86_64")]
    if AVX2 {
        // SAFETY: `AVX2` says that the processor has it.
        return unsafe { x86::bits(bytes) };
    }
    std::array::from_fn(|b| bytes.iter().enumerate().fold(0, |word, (i, byte)| word | u64::from(byte >> b & 1) << i))
}

/// The first of the sixteen that [`outside`] tells of; not asked for none.
#[inline(always)]
pub(crate) fn first_of(outside: u32) -> usize {
    (outside.trailing_zeros() / 2) as usize
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
    use super::{Kernel, OUTSIDE, at_most, bits, both, outside, widest};

    /// Results of both helpers on the same numbers.
    struct Both<'a>(&'a [i16; OUTSIDE], &'a [i16; OUTSIDE], i16, i16);

    impl Kernel for Both<'_> {
        type Output = (u32, u64);

        #[inline(always)]
        fn run<const AVX2: bool>(self) -> Self::Output {
            let Self(lows, highs, low, high) = self;
            let values = std::array::from_fn(|i| (lows[i % OUTSIDE] + 1000) as u16);
            (outside::<AVX2>(lows, highs, low, high), at_most::<AVX2>(&values, (low + 1000) as u16))
        }
    }

    #[test]
    fn wider_instructions_find_the_same() {
        for at in 0..=OUTSIDE {
            for (low, high) in [(-5, 500), (-500, 5), (-5, 5), (i16::MIN, 5), (-5, i16::MAX)] {
                let lows = std::array::from_fn(|k| if k >= at { -5 } else { 0 });
                let highs = std::array::from_fn(|k| if k >= at { 5 } else { 0 });
                let low = low.max(-1000);
                let found = widest(Both(&lows, &highs, low, high));
                assert_eq!(found, Both(&lows, &highs, low, high).run::<false>());
                assert_eq!(found.0.trailing_zeros() as usize, 2 * at, "from {at} on");
            }
        }
    }

    struct Common<'a>(&'a [u64; 64], &'a [u64; 64]);

    impl Kernel for Common<'_> {
        type Output = ([u64; 64], u64);

        #[inline(always)]
        fn run<const AVX2: bool>(self) -> Self::Output {
            let mut out = [u64::MAX; 64];
            let some = both::<AVX2>(self.0, self.1, &mut out);
            (out, some)
        }
    }

    #[test]
    fn wider_instructions_join_the_same_words() {
        for step in 1..64 {
            let a = std::array::from_fn(|k| if k % step == 0 { 0x8000_0000_0000_0001 } else { 6 });
            let b = std::array::from_fn(|k| if k % 3 == 0 { 3 << 62 } else { 1 });
            let found = widest(Common(&a, &b));
            assert_eq!(found, Common(&a, &b).run::<false>());
            for k in 0..64 {
                assert_eq!((found.0[k], found.1 >> k & 1 == 1), (a[k] & b[k], a[k] & b[k] != 0), "word {k}");
            }
        }
    }

    struct Apart<'a>(&'a [u8; 64]);

    impl Kernel for Apart<'_> {
        type Output = [u64; 8];

        #[inline(always)]
        fn run<const AVX2: bool>(self) -> Self::Output {
            bits::<AVX2>(self.0)
        }
    }

    #[test]
    fn wider_instructions_take_the_same_bytes_apart() {
        for step in 1..=255_u8 {
            let bytes = std::array::from_fn(|i| (i as u8).wrapping_mul(step).wrapping_add(step >> 1));
            let found = widest(Apart(&bytes));
            assert_eq!(found, Apart(&bytes).run::<false>());
            for (i, byte) in bytes.into_iter().enumerate() {
                let again = (0..8).fold(0, |all, b| all | ((found[b] >> i & 1) as u8) << b);
                assert_eq!(again, byte, "byte {i}");
            }
        }
    }
}
