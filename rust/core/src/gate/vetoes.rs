//! How often the brain refuses what an entry rule would do, counted in bars of a day.
use super::Gate;
use crate::error::Result;
use crate::market::Market;
use crate::params::ParamSet;
use crate::state::{INVALID, StateSpace};
use std::collections::BTreeMap;

/// Bars of a day by set. A set that is in a trade, waits or has stopped for the day could not have used all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vetoes {
    /// Bars at which rule, side and context would let the set enter; none for `learned`, which has no rule.
    pub signals: Vec<i64>,
    /// Those of them that the brain refuses.
    pub vetoed: Vec<i64>,
}

impl Vetoes {
    /// Counts the bars of a day on which decisions are made.
    ///
    /// # Errors
    /// As [`Gate::new`].
    pub fn count(market: &Market, space: &StateSpace, gate: &Gate, sets: &[ParamSet]) -> Result<Self> {
        let rules = Gate::new(None, 1, sets, space, 0.0)?;
        let mut bars: BTreeMap<(u16, u32), i64> = BTreeMap::new();
        let decided = market.bars.ts.iter().take_while(|&&ts| ts < market.last_decision());
        for ((code, context), _) in market.states.codes.iter().zip(&market.states.contexts).zip(decided) {
            if *code != INVALID {
                *bars.entry((market.leaf_of[usize::from(*code)], *context)).or_default() += 1;
            }
        }
        let mut counted = Self::default();
        // Many sets share their contexts: bars of each leaf in which these allow an entry.
        let mut allowed: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for (k, set) in sets.iter().enumerate() {
            let by_leaf = allowed.entry(set.contexts_allowed).or_insert_with(|| {
                let mut leaves = vec![0; space.n_leaves()];
                for (&(leaf, context), n) in &bars {
                    leaves[usize::from(leaf)] += if context & set.contexts_allowed == 0 { 0 } else { *n };
                }
                leaves
            });
            let (mut signals, mut vetoed) = (0, 0);
            for (leaf, n) in by_leaf.iter().enumerate().filter(|&(leaf, _)| rules.side(k, leaf) != 0) {
                signals += n;
                vetoed += if gate.side(k, leaf) == 0 { *n } else { 0 };
            }
            counted.signals.push(signals);
            counted.vetoed.push(vetoed);
        }
        Ok(counted)
    }
}
