//! Wider instructions where the processor has them: the same code, compiled twice.
#![allow(unsafe_code)]
use super::{
    axes::Axes,
    candidates::{Candidate, Kind},
    chunk::Chunk,
    grid::Grid,
    hot::Ground,
    rows::{SideRows, Window},
};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Axes, Candidate, Chunk, Grid, Ground, Kind, SideRows, Window};

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn advance(chunk: &mut Chunk, ground: Ground) {
        chunk.advance::<true>(ground);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn build(r: &mut SideRows, grid: &Grid, kind: Kind, w: Window, axes: &Axes, c: &[Candidate]) {
        r.build(grid, kind, w, axes, c);
    }

    pub(super) fn available() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
    }
}

/// Whether this processor has wider instructions.
pub(super) fn available() -> bool {
    #[cfg(target_arch = "x86_64")]
    return x86::available();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// [`Chunk::advance`], with wider instructions if they are wanted and there.
pub(super) fn advance(wide: bool, chunk: &mut Chunk, ground: Ground) {
    #[cfg(target_arch = "x86_64")]
    if wide && available() {
        // SAFETY: the processor has every feature the function was compiled for.
        return unsafe { x86::advance(chunk, ground) };
    }
    let _ = wide;
    chunk.advance::<false>(ground);
}

/// [`SideRows::build`], with wider instructions if they are wanted and there.
pub(super) fn build(wide: bool, r: &mut SideRows, grid: &Grid, kind: Kind, w: Window, axes: &Axes, c: &[Candidate]) {
    #[cfg(target_arch = "x86_64")]
    if wide && available() {
        // SAFETY: the processor has every feature the function was compiled for.
        return unsafe { x86::build(r, grid, kind, w, axes, c) };
    }
    let _ = wide;
    r.build(grid, kind, w, axes, c);
}

/// Bits of the sets that are due by candidate `q`, which is below `i16::MAX`. `WIDE` may be set only by what
/// [`advance`] calls on a processor that has been asked.
#[inline(always)]
pub(super) fn due_by<const WIDE: bool>(due: &[u16; 64], q: u16) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if WIDE {
        use std::arch::x86_64::{
            _mm256_cmpgt_epi16, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_packs_epi16, _mm256_permute4x64_epi64,
            _mm256_set1_epi16,
        };
        // SAFETY: `WIDE` says that there is AVX2; the four loads, which need no alignment, are the 64 numbers.
        #[allow(clippy::cast_ptr_alignment)]
        unsafe {
            let after = _mm256_set1_epi16(q as i16 + 1);
            let p = due.as_ptr().cast::<std::arch::x86_64::__m256i>();
            let c = |i: usize| _mm256_cmpgt_epi16(after, _mm256_loadu_si256(p.add(i)));
            let a = _mm256_permute4x64_epi64::<0xd8>(_mm256_packs_epi16(c(0), c(1)));
            let b = _mm256_permute4x64_epi64::<0xd8>(_mm256_packs_epi16(c(2), c(3)));
            return u64::from(_mm256_movemask_epi8(a) as u32) | u64::from(_mm256_movemask_epi8(b) as u32) << 32;
        }
    }
    due.iter().enumerate().fold(0, |bits, (i, &x)| bits | u64::from(x <= q) << i)
}

/// Asks for the cache lines of `x`, which will be read soon.
#[inline(always)]
pub(super) fn prefetch<T>(x: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for at in (0..size_of_val(x)).step_by(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is part of every x86-64, and the address lies within `x`.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(x.as_ptr().cast::<i8>().add(at)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = x;
}
