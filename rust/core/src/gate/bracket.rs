//! From a learned chance to any bracket: what p a stop, a target and a cost ask for.
//!
//! If the price drifts so that p is the chance to touch +b before −b, then θ = ln(p / (1 − p)) / b and the chance to
//! reach +T before −S is (1 − e^(−θS)) / (1 − e^(−θ(S+T))). The bracket pays when that chance exceeds
//! (S + c) / (S + T). Both rise with p, so every bracket has one threshold on p.
use crate::error::{CoreError, Result};

/// Chances above this are not told apart from certainty.
const NEARLY_ONE: f64 = 1.0 - 1e-12;

/// Share of winners at which a bracket of `stop` and `target` ticks pays its round-trip `cost` in ticks.
///
/// Above 1 the bracket never pays.
///
/// # Errors
/// [`CoreError::Parameter`] for distances below 1 or a negative cost.
pub fn break_even(stop: i32, target: i32, cost: f64) -> Result<f64> {
    check(stop, target, cost)?;
    Ok((f64::from(stop) + cost) / (f64::from(stop) + f64::from(target)))
}

/// The chance p of touching +`barrier` before −`barrier` above which the bracket pays; 1 if it never does.
///
/// # Errors
/// [`CoreError::Parameter`] for distances below 1 or a negative cost.
pub fn bracket_threshold(stop: i32, target: i32, cost: f64, barrier: f64) -> Result<f64> {
    check(stop, target, cost)?;
    if !(barrier.is_finite() && barrier > 0.0) {
        return Err(CoreError::parameter("barrier", format!("{barrier} ticks is not a positive distance")));
    }
    Ok(threshold(stop, target, cost, barrier).p)
}

fn check(stop: i32, target: i32, cost: f64) -> Result<()> {
    for (name, x) in [("stop_loss_ticks", stop), ("take_profit_ticks", target)] {
        if x < 1 {
            return Err(CoreError::parameter(name, format!("{x} ticks is not a positive distance")));
        }
    }
    if cost.is_finite() && cost >= 0.0 {
        Ok(())
    } else {
        Err(CoreError::parameter("cost", format!("{cost} ticks is not a cost; it must be 0 or more")))
    }
}

/// A threshold on p, and the same as a logit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Threshold {
    pub p: f64,
    /// ln(p / (1 − p)); infinite if the bracket never pays.
    pub logit: f64,
}

/// [`bracket_threshold`] on checked values.
pub(super) fn threshold(stop: i32, target: i32, cost: f64, barrier: f64) -> Threshold {
    let (s, t) = (f64::from(stop), f64::from(target));
    if cost == 0.0 {
        return Threshold { p: 0.5, logit: 0.0 };
    }
    if s + cost >= s + t {
        return Threshold { p: 1.0, logit: f64::INFINITY };
    }
    let logit = drift_for((s + cost) / (s + t), s, t) * barrier;
    Threshold { p: 1.0 / (1.0 + (-logit).exp()), logit }
}

/// The θ > 0 whose chance to reach +t before −s is `wanted`, to full precision: Newton's method inside a shrinking
/// bracket.
fn drift_for(wanted: f64, s: f64, t: f64) -> f64 {
    let wanted = wanted.min(NEARLY_ONE);
    let w = s + t;
    // At 40/s the chance is 1 − 4e-18.
    let (mut low, mut high) = (0.0_f64, 40.0 / s);
    // The logit of the chance is ln(s/t) + θw/2 + ln sinhc(θs/2) − ln sinhc(θt/2), and ln sinhc(x) ≈ x²/6.
    let linear = (wanted / (1.0 - wanted) * t / s).ln() / w;
    let curved = linear + (t - s) / 6.0 * linear * linear;
    let mut theta = (2.0 * if curved < 2.0 * linear { curved } else { linear }).clamp(f64::MIN_POSITIVE, 0.5 * high);
    for _ in 0..200 {
        // 1 − e^(−θs) and 1 − e^(−θw).
        let (ls, lw) = (-(-theta * s).exp_m1(), -(-theta * w).exp_m1());
        let error = ls / lw - wanted;
        if error == 0.0 {
            break;
        }
        if error > 0.0 {
            high = theta;
        } else {
            low = theta;
        }
        let slope = (s * (1.0 - ls) * lw - w * (1.0 - lw) * ls) / (lw * lw);
        let mut next = theta - error / slope;
        let wild = !(next > low && next < high);
        if wild {
            next = 0.5 * (low + high);
        }
        // The next error is of the order of the square of this step.
        if (!wild && (next - theta).abs() <= 1e-9 * theta) || next == low || next == high {
            return next;
        }
        theta = next;
    }
    theta
}
