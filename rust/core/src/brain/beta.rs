//! The Beta distribution: tail probabilities and quantiles to about fourteen digits, fast enough for tens of
//! thousands a day.
//!
//! The density's leading factor x^a y^b / B(a, b) is written with Stirling's error term, so that nothing cancels when
//! a and b are in the thousands (three log-gammas would lose four digits there); the tail is the continued fraction of
//! `DiDonato` and Morris (ACM TOMS 18, 1992, algorithm 708).

/// Largest number of terms of the continued fraction; √(a + b) of them are needed.
const MAX_TERMS: i32 = 100_000;

/// A Beta distribution with what its probabilities share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beta {
    a: f64,
    b: f64,
    /// ½ ln(ab / 2πn) + δ(n) − δ(a) − δ(b), n = a + b.
    ln_scale: f64,
}

impl Beta {
    /// The distribution with positive, finite parameters.
    #[must_use]
    pub fn new(a: f64, b: f64) -> Self {
        debug_assert!(a > 0.0 && b > 0.0 && (a + b).is_finite());
        let n = a + b;
        let ln_scale =
            0.5 * (a / n * b / std::f64::consts::TAU).ln() + stirling_error(n) - stirling_error(a) - stirling_error(b);
        Self { a, b, ln_scale }
    }

    /// P(X ≤ x).
    #[must_use]
    pub fn below(&self, x: f64) -> f64 {
        self.tails(x).0
    }

    /// P(X > x).
    #[must_use]
    pub fn above(&self, x: f64) -> f64 {
        self.tails(x).1
    }

    /// x^a y^b / B(a, b) with d = bx − ay.
    fn power(&self, x: f64, d: f64) -> f64 {
        let n = self.a + self.b;
        // nx/a = 1 + d/a: near 1 the second form keeps the digits, far from it the first.
        let ln_ratio = |share: f64, off: f64| if off.abs() < 0.5 { off.ln_1p() } else { share.ln() };
        let from_a = self.a * ln_ratio(n * x / self.a, d / self.a);
        let from_b = self.b * ln_ratio(n * (1.0 - x) / self.b, -d / self.b);
        (from_a + from_b + self.ln_scale).exp()
    }

    fn tails(&self, x: f64) -> (f64, f64) {
        if x.is_nan() || x <= 0.0 {
            return (0.0, 1.0);
        }
        if x >= 1.0 {
            return (1.0, 0.0);
        }
        if x == 0.5 && self.a == self.b {
            // No rounding may tell the sides of what is symmetric apart.
            return (0.5, 0.5);
        }
        let d = self.b * x - self.a * (1.0 - x);
        self.tails_with(x, d, self.power(x, d))
    }

    /// Both tails, the one on x's side of the mean computed and the other its complement.
    fn tails_with(&self, x: f64, d: f64, power: f64) -> (f64, f64) {
        let (a, b) = (self.a, self.b);
        if x * (a + b + 2.0) <= a + 1.0 {
            let tail = (power / fraction(a, b, x, d)).min(1.0);
            (tail, 1.0 - tail)
        } else {
            let tail = (power / fraction(b, a, 1.0 - x, -d)).min(1.0);
            (1.0 - tail, tail)
        }
    }

    /// The x with P(X ≤ x) = p, for p strictly between 0 and 1; `z` is `normal_quantile(p)`.
    ///
    /// Halley's method from an expansion about the normal distribution, kept inside a shrinking bracket.
    #[must_use]
    pub fn quantile(&self, p: f64, z: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let (mut low, mut high) = (0.0_f64, 1.0_f64);
        let mut x = self.guess(p, z);
        for _ in 0..200 {
            let y = 1.0 - x;
            let d = b * x - a * y;
            let power = self.power(x, d);
            let (below, above) = self.tails_with(x, d, power);
            let error = if p < 0.5 { below - p } else { (1.0 - p) - above };
            if error == 0.0 {
                return x;
            }
            if error > 0.0 {
                high = x;
            } else {
                low = x;
            }
            let newton = error * x * y / power;
            let curve = newton * ((a - 1.0) / x - (b - 1.0) / y);
            let step = newton / (1.0 - 0.5 * curve.clamp(-1.0, 1.0));
            let mut next = x - step;
            let wild = !(next > low && next < high);
            if wild {
                next = 0.5 * (low + high);
            }
            // Halley's next error is of the order of the cube of this step, measured in widths of the distribution
            // or, near an end, in distances from it.
            if !wild && step * step * (a + b) < 1e-10 * x * y && step.abs() < 1e-5 * x.min(y) {
                return next;
            }
            if (next - x).abs() <= f64::EPSILON * x.min(y) {
                return next;
            }
            x = next;
        }
        x
    }

    fn guess(&self, p: f64, z: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        if a > 1.0 && b > 1.0 {
            // Abramowitz and Stegun 26.5.22.
            let (u, v) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
            let h = 2.0 / (u + v);
            let l = (z * z - 3.0) / 6.0;
            let w = -z * (h + l).max(0.0).sqrt() / h - (v - u) * (l + 5.0 / 6.0 - 2.0 / (3.0 * h));
            return (a / (a + b * (2.0 * w).exp())).clamp(1e-300, 1.0 - f64::EPSILON);
        }
        // Power laws at the two ends.
        let n = a + b;
        let (t, u) = ((a * (a / n).ln()).exp() / a, (b * (b / n).ln()).exp() / b);
        let x = if p * (t + u) < t {
            (a * (t + u) * p).powf(1.0 / a)
        } else {
            1.0 - (b * (t + u) * (1.0 - p)).powf(1.0 / b)
        };
        x.clamp(1e-300, 1.0 - f64::EPSILON)
    }
}

/// δ(z) = ln Γ(z) − (z − ½) ln z + z − ½ ln 2π.
fn stirling_error(z: f64) -> f64 {
    let (mut z, mut shift) = (z, 0.0);
    while z < 12.0 {
        shift += (z + 0.5) * z.recip().ln_1p() - 1.0;
        z += 1.0;
    }
    let w = 1.0 / (z * z);
    let series = [691.0 / 360_360.0, 1.0 / 1188.0, 1.0 / 1680.0, 1.0 / 1260.0, 1.0 / 360.0, 1.0 / 12.0];
    // Signs alternate, the leading 1/12 positive.
    shift + series.iter().fold(1.0 / 156.0, |sum, c| c - w * sum) / z
}

/// The continued fraction by which the leading factor is divided to give P(X ≤ x), for x up to about the mean;
/// d = bx − ay. Lentz's method; all terms are positive there but the odd early one.
fn fraction(a: f64, b: f64, x: f64, d: f64) -> f64 {
    let guard = |t: f64| if t == 0.0 { 1e-300 } else { t };
    let mut f = guard(a * (1.0 - d) / (a + 1.0));
    let (mut c, mut e) = (f, 0.0);
    for k in 1..MAX_TERMS {
        let m = f64::from(k);
        let (p, q) = (a + 2.0 * m - 1.0, a + 2.0 * m + 1.0);
        let s = m * (b - m) * x / p;
        let numerator = (a + m - 1.0) * (a + b + m - 1.0) * x / p * s;
        let denominator = m + s + (a + m) * (1.0 - d + m * (2.0 - x)) / q;
        e = 1.0 / guard(denominator + numerator * e);
        c = guard(denominator + numerator / c);
        let change = c * e;
        f *= change;
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    f
}

/// Quantile of the standard normal distribution to about 4e-4: a starting point, not a result.
///
/// Abramowitz and Stegun 26.2.23.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let tail = p.min(1.0 - p).max(1e-300);
    let t = (-2.0 * tail.ln()).sqrt();
    let z =
        t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    if p < 0.5 { -z } else { z }
}
