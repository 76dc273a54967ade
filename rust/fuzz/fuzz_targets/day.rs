//! Any bytes as a day of bars and a few parameter sets: refused, or the same trades by every way of sweeping, labels
//! that a brain can learn from, and exits that regret can look at. Run under the address sanitizer.
#![no_main]

use bayescore_core::{
    bars::DayBars,
    brain::{Brain, BrainConfig},
    control::Control,
    costs::Costs,
    fills::{FillRules, Intrabar, LimitFill},
    labels::{LabelRules, label_day},
    market::Market,
    params::{EntryRule, ParamSet, Sides},
    regret::{RegretRules, trade_regret},
    state::{StateConfig, StateEngine},
    sweep::{SweepOptions, SweepPath, SweepSets, sweep_day},
};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

/// Numbers out of the fuzzer's bytes; zeros when they are used up.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// Mostly small; now and then any number of 32 bits.
    fn int(&mut self) -> i32 {
        match self.byte() {
            255 => i32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
            small => i32::from(small),
        }
    }
}

fn day(from: &mut Bytes<'_>) -> Option<DayBars> {
    let n = usize::from(from.byte()) * 2 + 1;
    let (mut ts, mut price) = (from.int(), from.int());
    let mut day = DayBars {
        ts: vec![],
        open: vec![],
        high: vec![],
        low: vec![],
        close: vec![],
        volume: vec![],
        open_ns: 0,
        close_s: 0,
        tick_size: 0.25,
    };
    for _ in 0..n {
        let moves = from.byte();
        ts = ts.checked_add(i32::from(moves & 7) + 1)?;
        let open = price.checked_add(i32::from(moves >> 4) - 7)?;
        price = if moves == 255 { from.int() } else { open.checked_add(i32::from(from.byte()) - 128)? };
        day.ts.push(ts);
        day.open.push(open);
        day.close.push(price);
        day.high.push(open.max(price).checked_add(i32::from(moves & 3))?);
        day.low.push(open.min(price).checked_sub(i32::from(moves & 2))?);
        day.volume.push(i64::from(from.byte()));
    }
    day.close_s = ts.checked_add(from.int())?;
    day.new().ok()
}

fn set(from: &mut Bytes<'_>) -> ParamSet {
    ParamSet {
        stop_loss_ticks: from.int(),
        take_profit_ticks: from.int(),
        trail_activation_ticks: from.int(),
        trail_distance_ticks: from.int(),
        max_hold_seconds: from.int(),
        cooldown_seconds: from.int(),
        confidence_threshold: 0.6,
        min_samples: from.int(),
        entry_rule: EntryRule::Any,
        contexts_allowed: u32::from(from.byte()),
        max_consecutive_losses: from.int(),
        sides: Sides::Both,
    }
}

fuzz_target!(|data: &[u8]| {
    let mut from = Bytes(data);
    let Some(bars) = day(&mut from) else { return };
    let config = StateConfig { warmup: 30, min_bars: 5, ..StateConfig::default() };
    let Ok(engine) = StateEngine::new(config, 1) else { return };
    let states = engine.run(&bars, &vec![0; bars.len()]).expect("states of a good day");
    let space = Arc::new(engine.space(&["all"]).expect("a space"));

    let costs = Costs { commission_milliticks: i64::from(from.int()), slippage_base: from.int(), ..Costs::FREE };
    let rules = FillRules {
        limit_fill: if from.byte() & 1 == 0 { LimitFill::Touch } else { LimitFill::Through },
        intrabar: if from.byte() & 1 == 0 { Intrabar::StopFirst } else { Intrabar::TargetFirst },
        no_entry_before_close: 0,
        flat_before_close: 0,
        ..FillRules::default()
    };
    if let Ok(labels) = label_day(&bars, &states, &space, from.int(), &LabelRules::default()) {
        let mut brain = Brain::new(space.clone(), BrainConfig::default()).expect("a brain");
        brain.learn(&labels).expect("labels of its own space");
    }
    let Ok(market) = Market::new(&bars, &states, space.leaves(), &costs, &rules) else { return };
    let sets: Vec<_> = (0..1 + from.byte() % 6).map(|_| set(&mut from)).collect();
    let n_leaves = space.leaves().iter().map(|&leaf| usize::from(leaf) + 1).max().unwrap_or(1);
    let sides: Vec<i8> = (0..sets.len() * n_leaves).map(|k| [1, -1, 0][(k + usize::from(from.byte())) % 3]).collect();
    let table = SweepSets { sets: &sets, sides: &sides, n_leaves, refused: &vec![false; sets.len()] };
    let sweep =
        |path, threads| sweep_day(&market, &table, &SweepOptions { threads, events: None, path }, &Control::default());
    let Ok(reference) = sweep(SweepPath::Reference, 1) else {
        assert!(sweep(SweepPath::Batched, 1).is_err(), "one way refuses what another takes");
        return;
    };
    for path in [SweepPath::PerSet, SweepPath::Batched, SweepPath::Baseline, SweepPath::Auto] {
        let other = sweep(path, 1).expect("what the reference takes");
        assert!(other.table == reference.table, "{path:?} finds other trades");
    }
    let trades = market.simulate(0, &sets[0], &sides[..n_leaves]).expect("trades of a good set");
    trade_regret(&bars, &trades, RegretRules::default()).expect("regret of trades of the day");
});
