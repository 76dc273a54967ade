//! Where the posteriors' quantiles lie, near enough to decide nearly every state without computing a probability.
//!
//! Everything is on the logit scale. There a bracket's threshold is θ·barrier, a mirrored state is a change of sign, and
//! a Beta variable is close to normal: the difference of two log-gamma variables, whose cumulants are differences of
//! polygammas. Cornish and Fisher's expansion (Abramowitz and Stegun 26.2.49) to the fifth cumulant gives its quantiles
//! to 0.18/m² standard deviations, m the smaller parameter; four times that is the margin left for doubt.
#![allow(clippy::inline_always)] // see `simd`
#![allow(clippy::needless_bitwise_bool)] // without branches the loops become vectors

use crate::simd::{Kernel, widest};

/// Share of a standard deviation, times m², within which a quantile is in doubt.
const MARGIN: f64 = 0.7;
/// Doubt, in standard deviations, about the normal distribution's own quantile.
const DEVIATE_MARGIN: f64 = 1e-8;
/// Doubt about a value because it is rounded to 32 bits, relative and absolute.
const ROUNDING: (f64, f64) = (3e-7, 1e-9);
/// Confidences for which the margin has been checked.
const CHECKED: std::ops::RangeInclusive<f64> = 0.005..=0.995;

/// Bound that no finite threshold reaches.
const NEVER: f64 = 1e30;

/// A posterior on the logit scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logit {
    mean: f64,
    sd: f64,
    /// Coefficients of He₂; He₁ and He₃; He₂ and He₄ in the expansion.
    even: [f64; 2],
    odd: [f64; 2],
    margin: f64,
}

impl Logit {
    /// That of Beta(a, b).
    #[must_use]
    pub fn new(a: f64, b: f64) -> Self {
        let (up, down) = (Polygammas::new(a), Polygammas::new(b));
        let variance = up.of[1] + down.of[1];
        let sd = variance.sqrt();
        let skew = (up.of[2] - down.of[2]) / (variance * sd);
        let kurtosis = (up.of[3] + down.of[3]) / (variance * variance);
        let fifth = (up.of[4] - down.of[4]) / (variance * variance * sd);
        let (square, cube) = (skew * skew, skew * skew * skew);
        let least = a.min(b);
        let trusted = least >= 1.0;
        Self {
            mean: (a / b).ln() + up.of[0] - down.of[0],
            sd,
            even: [
                skew / 6.0 - skew * kurtosis / 24.0 + cube * 19.0 / 324.0,
                fifth / 120.0 - skew * kurtosis / 24.0 + cube * 12.0 / 324.0,
            ],
            odd: [1.0 - square / 36.0, kurtosis / 24.0 - square / 18.0],
            margin: if trusted { sd * (MARGIN / (least * least) + DEVIATE_MARGIN) } else { f64::INFINITY },
        }
    }

    /// That of the same distribution upside down, Beta(b, a).
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self { mean: -self.mean, even: self.even.map(|c| -c), ..*self }
    }

    /// Quantiles at Φ(−z) and Φ(z), and how far each may be off.
    #[must_use]
    pub fn quantiles(&self, z: f64) -> (f64, f64, f64) {
        let square = z * z;
        let (h2, h3, h4) = (square - 1.0, z * (square - 3.0), square * (square - 6.0) + 3.0);
        let centre = self.mean + self.sd * (self.even[0] * h2 + self.even[1] * h4);
        let half = self.sd * (self.odd[0] * z + self.odd[1] * h3);
        (centre - half, centre + half, self.margin)
    }
}

/// ψ less its logarithm and its first four derivatives.
struct Polygammas {
    of: [f64; 5],
}

impl Polygammas {
    fn new(x: f64) -> Self {
        let mut of = [0.0; 5];
        // The asymptotic series (Abramowitz and Stegun 6.4.11) is good from 6 on; below, the recurrence leads there.
        let mut at = x;
        while at < 6.0 {
            let r = 1.0 / at;
            let (r2, r3) = (r * r, r * r * r);
            of[0] -= r;
            of[1] += r2;
            of[2] -= 2.0 * r3;
            of[3] += 6.0 * r2 * r2;
            of[4] -= 24.0 * r2 * r3;
            at += 1.0;
        }
        if at > x {
            of[0] += (at / x).ln();
        }
        let r = 1.0 / at;
        let s = r * r;
        of[0] -= r * (0.5 + r * (1.0 / 12.0 - s * (1.0 / 120.0 - s / 252.0)));
        of[1] += r * (1.0 + r * 0.5 + s * (1.0 / 6.0 - s * (1.0 / 30.0 - s * (1.0 / 42.0 - s / 30.0))));
        of[2] -= s * (1.0 + r + s * (0.5 - s * (1.0 / 6.0 - s * (1.0 / 6.0 - s * 0.3))));
        of[3] += s * r * (2.0 + 3.0 * r + s * (2.0 - s * (1.0 - s * (4.0 / 3.0 - s * 3.0))));
        of[4] -= s * s * (6.0 + 12.0 * r + s * (10.0 - s * (7.0 - s * (12.0 - s * 33.0))));
        Self { of }
    }
}

/// Quantile of the standard normal distribution to 1e-9, by Acklam's rational approximations.
#[must_use]
pub fn deviate(p: f64) -> f64 {
    let horner = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = p.min(1.0 - p);
    if tail < 0.024_25 {
        let q = (-2.0 * tail.ln()).sqrt();
        let top = [
            -7.784_894_002_430_293e-3,
            -0.322_396_458_041_136_5,
            -2.400_758_277_161_838,
            -2.549_732_539_343_734,
            4.374_664_141_464_968,
            2.938_163_982_698_783,
        ];
        let bottom =
            [7.784_695_709_041_462e-3, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
        let low = horner(&top, q) / horner(&bottom, q);
        return if p < 0.5 { low } else { -low };
    }
    let q = p - 0.5;
    let r = q * q;
    let top = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    let bottom = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
        1.0,
    ];
    q * horner(&top, r) / horner(&bottom, r)
}

/// Bounds of one kind in every leaf: a threshold below `sure` is met, one above `doubt` is not.
#[derive(Debug, Clone, Default)]
pub(super) struct Bounds {
    sure: Vec<f32>,
    doubt: Vec<f32>,
}

impl Bounds {
    /// Takes up values that may each be off by a margin.
    fn fill(&mut self, values: impl ExactSizeIterator<Item = (f64, f64)>) {
        self.sure.resize(values.len(), 0.0);
        self.doubt.resize(values.len(), 0.0);
        for ((x, margin), (sure, doubt)) in values.zip(self.sure.iter_mut().zip(&mut self.doubt)) {
            let around = margin + ROUNDING.0 * x.abs() + ROUNDING.1;
            *sure = (x - around) as f32;
            *doubt = (x + around) as f32;
        }
    }
}

/// What the sets of one rung and confidence share.
#[derive(Debug, Clone, Default)]
pub(super) struct Quantiles {
    /// p exceeds the first with the confidence and stays below the second; both may be off by the third.
    of: Vec<(f64, f64, f64)>,
    long: Bounds,
    short: Bounds,
}

impl Quantiles {
    /// Of every leaf at one confidence.
    pub fn fill(&mut self, posteriors: &[Logit], confidence: f64) {
        let z = deviate(confidence);
        self.of.clear();
        if CHECKED.contains(&confidence) {
            self.of.extend(posteriors.iter().map(|p| p.quantiles(z)));
        } else {
            self.of.resize(posteriors.len(), (0.0, 0.0, f64::INFINITY));
        }
    }

    /// Prepares [`Quantiles::fire`]: a long pays up to the lower quantile, a short's threshold is mirrored.
    pub fn fill_sides(&mut self) {
        self.long.fill(self.of.iter().map(|&(low, _, margin)| (low, margin)));
        self.short.fill(self.of.iter().map(|&(_, high, margin)| (-high, margin)));
    }

    /// Prepares [`Quantiles::veto`] for a rule's sides: a long is kept up to the upper quantile.
    pub fn fill_vetoes(&mut self, rule: &[i8]) {
        let kept = self.of.iter().zip(rule).map(|(&(low, high, margin), &side)| match side {
            0 => (NEVER, 0.0),
            1 => (high, margin),
            _ => (-low, margin),
        });
        self.long.fill(kept);
    }

    /// Fills in the sides whose bracket pays; leaves whose quantile is too near are marked in `near`.
    pub fn fire(&self, threshold: f64, samples: &[i32], least: i32, out: &mut [i8], near: &mut [u8]) {
        let Self { long, short, .. } = self;
        widest(Fire { threshold: threshold as f32, long, short, samples, least, out, near });
    }

    /// Strikes out the sides that lose; leaves whose quantile is too near are marked in `near`.
    pub fn veto(&self, threshold: f64, samples: &[i32], least: i32, out: &mut [i8], near: &mut [u8]) {
        widest(Veto { threshold: threshold as f32, kept: &self.long, samples, least, out, near });
    }
}

struct Fire<'a> {
    threshold: f32,
    long: &'a Bounds,
    short: &'a Bounds,
    samples: &'a [i32],
    least: i32,
    out: &'a mut [i8],
    near: &'a mut [u8],
}

impl Kernel for Fire<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const AVX2: bool>(self) {
        let n = self.out.len();
        let (near, samples) = (&mut self.near[..n], &self.samples[..n]);
        let (long_sure, long_doubt) = (&self.long.sure[..n], &self.long.doubt[..n]);
        let (short_sure, short_doubt) = (&self.short.sure[..n], &self.short.doubt[..n]);
        for i in 0..n {
            let has_samples = samples[i] >= self.least;
            let (long, short) = (self.threshold < long_sure[i], self.threshold < short_sure[i]);
            let doubt = (long != (self.threshold <= long_doubt[i])) | (short != (self.threshold <= short_doubt[i]));
            self.out[i] = i8::from(has_samples & long) - i8::from(has_samples & short);
            near[i] = u8::from(has_samples & doubt);
        }
    }
}

struct Veto<'a> {
    threshold: f32,
    kept: &'a Bounds,
    samples: &'a [i32],
    least: i32,
    out: &'a mut [i8],
    near: &'a mut [u8],
}

impl Kernel for Veto<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const AVX2: bool>(self) {
        let n = self.out.len();
        let (near, samples) = (&mut self.near[..n], &self.samples[..n]);
        let (sure, doubt) = (&self.kept.sure[..n], &self.kept.doubt[..n]);
        for i in 0..n {
            let has_samples = samples[i] >= self.least;
            let (kept, perhaps) = (self.threshold < sure[i], self.threshold <= doubt[i]);
            self.out[i] *= i8::from(perhaps | !has_samples);
            near[i] = u8::from(has_samples & (kept != perhaps));
        }
    }
}
