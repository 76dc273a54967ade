//! Combinatorially symmetric cross-validation: how often the winner of a search loses afterwards.
//!
//! Bailey, Borwein, López de Prado and Zhu, *The Probability of Backtest Overfitting* (2017). Days are cut into an even
//! number of blocks; every half of the blocks is in sample once, and the Sharpe ratio's winner there is ranked among all
//! sets on the other half. A split and its complement are looked at together, and sums over blocks grow along a tree, so
//! that sixteen blocks (12,870 splits) of a thousand sets take a fraction of a second.
use crate::error::{CoreError, Result};

/// Most blocks: 20 are 184,756 splits.
const MOST_BLOCKS: usize = 20;

/// What the splits came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overfitting {
    /// Share of the splits in which the in-sample winner does no better than the median out of sample.
    pub probability: f64,
    /// Share of the splits in which it loses money out of sample.
    pub loss: f64,
    /// Number of splits.
    pub splits: u64,
}

/// Sums of some blocks by set.
struct Sums {
    sum: Vec<f64>,
    square: Vec<f64>,
}

impl Sums {
    fn zero(sets: usize) -> Self {
        Self { sum: vec![0.0; sets], square: vec![0.0; sets] }
    }

    fn set_to(&mut self, a: &Self, b: &Self, sign: f64) {
        for k in 0..self.sum.len() {
            self.sum[k] = a.sum[k] + sign * b.sum[k];
            self.square[k] = a.square[k] + sign * b.square[k];
        }
    }

    /// Orders sets as their Sharpe ratio over `days` does; a set that never trades neither wins nor loses.
    fn scores(&self, days: f64, out: &mut [f64]) {
        for ((&sum, &square), out) in self.sum.iter().zip(&self.square).zip(out) {
            let variance = days * square - sum * sum;
            *out = if variance > 1e-12 * days * square {
                sum / variance.sqrt()
            } else if sum == 0.0 {
                0.0
            } else {
                f64::INFINITY.copysign(sum)
            };
        }
    }
}

struct Search<'a> {
    blocks: &'a [Sums],
    total: Sums,
    /// Sums of the chosen blocks, by how many were decided.
    partial: Vec<Sums>,
    rest: Sums,
    /// Scores inside and outside the chosen blocks.
    scores: [Vec<f64>; 2],
    days: f64,
    overfit: u64,
    lost: u64,
    splits: u64,
}

impl Search<'_> {
    fn descend(&mut self, next: usize, missing: usize) {
        if missing == 0 {
            self.judge(next);
            return;
        }
        if self.blocks.len() - next > missing {
            let (done, open) = self.partial.split_at_mut(next + 1);
            open[0].sum.copy_from_slice(&done[next].sum);
            open[0].square.copy_from_slice(&done[next].square);
            self.descend(next + 1, missing);
        }
        let (done, open) = self.partial.split_at_mut(next + 1);
        open[0].set_to(&done[next], &self.blocks[next], 1.0);
        self.descend(next + 1, missing - 1);
    }

    fn judge(&mut self, at: usize) {
        let chosen = &self.partial[at];
        self.rest.set_to(&self.total, chosen, -1.0);
        chosen.scores(self.days, &mut self.scores[0]);
        self.rest.scores(self.days, &mut self.scores[1]);
        for (inside, outside, earned) in
            [(&self.scores[0], &self.scores[1], &self.rest.sum), (&self.scores[1], &self.scores[0], &chosen.sum)]
        {
            let mut winner = 0;
            for (k, score) in inside.iter().enumerate() {
                if *score > inside[winner] {
                    winner = k;
                }
            }
            let won = outside[winner];
            let (mut below, mut equal) = (0_u32, 0_u32);
            for &score in outside {
                below += u32::from(score < won);
                equal += u32::from(score == won);
            }
            let rank = f64::from(below) + f64::from(equal + 1) / 2.0;
            self.overfit += u64::from(2.0 * rank <= (outside.len() + 1) as f64);
            self.lost += u64::from(earned[winner] < 0.0);
            self.splits += 1;
        }
    }
}

/// Judges a search by its results on each day.
///
/// `pnl` holds a row a day, `sets` columns. Days that do not fill blocks of equal size are left out at the start.
/// `None` with fewer days than blocks.
///
/// # Errors
/// [`CoreError::Shape`] if `pnl` is no matrix of finite numbers with at least two columns; [`CoreError::Parameter`] for
/// an odd number of blocks or one outside 2 to 20.
pub fn overfitting(pnl: &[f64], sets: usize, blocks: usize) -> Result<Option<Overfitting>> {
    if sets < 2 || !pnl.len().is_multiple_of(sets) {
        return Err(CoreError::Shape(format!("{} results are no matrix of {sets} sets", pnl.len())));
    }
    if !pnl.iter().all(|x| x.is_finite()) {
        return Err(CoreError::Shape("a result is not a finite number".into()));
    }
    if !blocks.is_multiple_of(2) || !(2..=MOST_BLOCKS).contains(&blocks) {
        return Err(CoreError::parameter("blocks", format!("{blocks} is not an even number from 2 to {MOST_BLOCKS}")));
    }
    let days = pnl.len() / sets;
    let length = days / blocks;
    if length == 0 {
        return Ok(None);
    }
    let mut parts: Vec<Sums> = (0..blocks).map(|_| Sums::zero(sets)).collect();
    let mut total = Sums::zero(sets);
    for (k, row) in pnl.chunks_exact(sets).skip(days - blocks * length).enumerate() {
        let part = &mut parts[k / length];
        for (set, &x) in row.iter().enumerate() {
            part.sum[set] += x;
            part.square[set] += x * x;
        }
    }
    for part in &parts {
        for set in 0..sets {
            total.sum[set] += part.sum[set];
            total.square[set] += part.square[set];
        }
    }
    let mut search = Search {
        blocks: &parts,
        total,
        partial: (0..=blocks).map(|_| Sums::zero(sets)).collect(),
        rest: Sums::zero(sets),
        scores: [vec![0.0; sets], vec![0.0; sets]],
        days: (blocks / 2 * length) as f64,
        overfit: 0,
        lost: 0,
        splits: 0,
    };
    // Half of the splits hold the first block; the others are their complements.
    search.partial[1].sum.clone_from(&parts[0].sum);
    search.partial[1].square.clone_from(&parts[0].square);
    search.descend(1, blocks / 2 - 1);
    let share = |n: u64| n as f64 / search.splits as f64;
    Ok(Some(Overfitting { probability: share(search.overfit), loss: share(search.lost), splits: search.splits }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_is_inside_once() {
        for (blocks, splits) in [(2, 2), (4, 6), (8, 70), (16, 12_870)] {
            let pnl: Vec<f64> = (0..16 * 3).map(|k| f64::from((k * 7919) % 101) - 50.0).collect();
            assert_eq!(overfitting(&pnl, 3, blocks).unwrap().unwrap().splits, splits);
        }
    }

    #[test]
    fn what_is_no_matrix_is_refused() {
        assert!(overfitting(&[1.0, 2.0, 3.0], 2, 4).is_err());
        assert!(overfitting(&[1.0, f64::NAN], 2, 4).is_err());
        assert!(overfitting(&[1.0, 2.0], 2, 3).is_err());
        assert!(overfitting(&[1.0, 2.0], 1, 4).is_err());
        assert_eq!(overfitting(&[1.0, 2.0, 3.0, 4.0], 2, 4), Ok(None));
    }
}
