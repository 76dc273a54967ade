//! The reference: every set for itself through [`Market::run`].
use super::{Sweep, SweepOptions, SweepSets, threads::split};
use crate::{
    control::Control,
    error::Result,
    metrics::{SetTotals, Tally},
    regret::EventSlots,
    simulate::Market,
};
use rayon::prelude::*;

/// Sets a worker takes at a time; small enough that a stop is noticed soon.
const CHUNK: usize = 16;

/// Sums of sets `range`, and their trades added to `events`.
fn sweep_range(
    market: &Market,
    sets: &SweepSets,
    options: &SweepOptions,
    range: std::ops::Range<usize>,
    control: &Control,
) -> Result<(Vec<SetTotals>, Option<EventSlots>)> {
    let mut rows = Vec::with_capacity(range.len());
    let mut slots = options.events.map(|_| EventSlots::new(market.bars.len()));
    for k in range {
        control.check()?;
        let (set, fire) = (&sets.sets[k], sets.fire(k));
        let row = if let (Some(slots), Some(rules)) = (&mut slots, options.events) {
            let trades = market.simulate(k as u32, set, fire)?;
            slots.add(market.bars, &trades, rules)?;
            SetTotals { refused: sets.refused[k], ..SetTotals::from(&trades) }
        } else {
            let mut tally = Tally::default();
            let ts = &market.bars.ts;
            let outcome = market.run(set, fire, |t| {
                let duration = ts[t.exit_bar as usize] - ts[t.entry_bar() as usize];
                tally.add(t, market.net(t.gross()), duration);
            });
            tally.finish(outcome, sets.refused[k])
        };
        rows.push(row);
        control.add(1);
    }
    Ok((rows, slots))
}

pub(super) fn sweep(
    market: &Market,
    sets: &SweepSets,
    options: &SweepOptions,
    threads: usize,
    control: &Control,
) -> Result<Sweep> {
    let m = sets.sets.len();
    // With events every part carries slots for the whole day, so there are only as many parts as workers.
    let parts = if options.events.is_some() { threads } else { m.div_ceil(CHUNK) };
    let ranges = split(m, parts);
    let work = |range| sweep_range(market, sets, options, range, control);
    let done: Vec<_> = if threads == 1 {
        ranges.into_iter().map(work).collect::<Result<_>>()?
    } else {
        ranges.into_par_iter().map(work).collect::<Result<_>>()?
    };
    let mut out = Sweep::default();
    let mut all: Option<EventSlots> = options.events.map(|_| EventSlots::new(market.bars.len()));
    for (rows, slots) in done {
        for row in &rows {
            out.table.push(row);
        }
        if let (Some(all), Some(slots)) = (&mut all, &slots) {
            all.merge(slots);
        }
    }
    out.events = all.map(|s| s.finish(|i| (market.states.codes[i], market.states.contexts[i])));
    Ok(out)
}
