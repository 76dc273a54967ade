//! Wider vector instructions where the processor has them.
//!
//! The crate is built for the baseline of its platform. A [`Job`] run through [`wide`] is compiled a second time for
//! AVX2 and that form is chosen at run time. Both forms do the same operations in the same order (there is no fused
//! multiply-add in either), so their results are equal to the bit.

/// Work that is worth compiling for wider instructions. Mark `run` and what it spends its time in `#[inline(always)]`,
/// or they stay as they are.
pub(crate) trait Job {
    /// Result of the work.
    type Output;
    /// Does the work.
    fn run(self) -> Self::Output;
}

/// Does a job with the widest instructions there are.
#[inline]
pub(crate) fn wide<J: Job>(job: J) -> J::Output {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has just been asked for the only feature that `avx2` needs.
        #[allow(unsafe_code)]
        return unsafe { avx2(job) };
    }
    job.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<J: Job>(job: J) -> J::Output {
    job.run()
}
