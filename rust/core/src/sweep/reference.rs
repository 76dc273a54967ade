//! The reference: every set for itself through [`Market::run`].
use super::{
    sets::{Sweep, SweepOptions, SweepSets},
    threads::split,
};
use crate::{
    control::Control,
    error::Result,
    market::Market,
    metrics::{SetTotals, Tally},
    regret::EventSlots,
};
use rayon::prelude::*;

/// Sets a worker takes at a time; small enough that a stop is noticed soon.
const SETS: usize = 16;

/// What some sets came to, in their order.
type Part = (Vec<SetTotals>, Option<EventSlots>);

/// Sums of the sets `range`, and their trades added to event slots.
fn part(
    market: &Market,
    sets: &SweepSets,
    options: &SweepOptions,
    range: std::ops::Range<usize>,
    control: &Control,
) -> Result<Part> {
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
                let net = market.net_of(t);
                tally.add(t, net, duration);
                tally.add_fee(t.gross(), net, market.fees_of(t));
            });
            tally.finish(outcome, sets.refused[k])
        };
        rows.push(row);
        control.add(1);
    }
    Ok((rows, slots))
}

/// Simulates all sets one by one.
pub(super) fn sweep(
    market: &Market,
    sets: &SweepSets,
    options: &SweepOptions,
    threads: usize,
    control: &Control,
) -> Result<Sweep> {
    let n = sets.sets.len();
    // With events every part carries slots for the whole day, so there are only as many parts as workers.
    let parts = if options.events.is_some() { threads } else { n.div_ceil(SETS) };
    let work = |range| part(market, sets, options, range, control);
    let done: Vec<Part> = if threads == 1 {
        split(n, parts).into_iter().map(work).collect::<Result<_>>()?
    } else {
        split(n, parts).into_par_iter().map(work).collect::<Result<_>>()?
    };
    let mut rows = Vec::with_capacity(n);
    let mut all: Option<EventSlots> = None;
    for (some, slots) in done {
        rows.extend(some);
        match (&mut all, slots) {
            (Some(all), Some(slots)) => all.merge(&slots),
            (all, slots) => *all = slots,
        }
    }
    let events = all.map(|slots| slots.finish(|i| market.states.at(i)));
    Ok(Sweep { table: rows.into_iter().collect(), events })
}
