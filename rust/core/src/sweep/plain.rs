//! The reference: every set for itself through [`Market::run`].
use super::{Sweep, SweepOptions, SweepSets, threads::split};
use crate::{
    control::Control,
    error::Result,
    metrics::{SetTotals, Tally},
    regret::EventSlots,
    simulate::{Market, Start},
};
use rayon::prelude::*;

/// Sets a worker takes at a time; small enough that a stop is noticed soon.
const CHUNK: usize = 16;

/// What some sets came to, in their order.
pub(super) type Part = (Vec<SetTotals>, Option<EventSlots>);

/// Sums of the sets `which`, and their trades added to event slots.
fn part(market: &Market, sets: &SweepSets, options: &SweepOptions, which: &[usize], control: &Control) -> Result<Part> {
    let mut rows = Vec::with_capacity(which.len());
    let mut slots = options.events.map(|_| EventSlots::new(market.bars.len()));
    for &k in which {
        control.check()?;
        let (set, fire) = (&sets.sets[k], sets.fire(k));
        let row = if let (Some(slots), Some(rules)) = (&mut slots, options.events) {
            let trades = market.simulate(k as u32, set, fire)?;
            slots.add(market.bars, &trades, rules)?;
            SetTotals { refused: sets.refused[k], ..SetTotals::from(&trades) }
        } else {
            let mut tally = Tally::default();
            let ts = &market.bars.ts;
            let outcome = market.run(set, fire, Start::default(), |t| {
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

/// Simulates the sets `which` one by one.
pub(super) fn some(
    market: &Market,
    sets: &SweepSets,
    options: &SweepOptions,
    which: &[usize],
    threads: usize,
    control: &Control,
) -> Result<Part> {
    // With events every part carries slots for the whole day, so there are only as many parts as workers.
    let parts = if options.events.is_some() { threads } else { which.len().div_ceil(CHUNK) };
    let ranges = split(which.len(), parts);
    let work = |range: std::ops::Range<usize>| part(market, sets, options, &which[range], control);
    let done: Vec<Part> = if threads == 1 {
        ranges.into_iter().map(work).collect::<Result<_>>()?
    } else {
        ranges.into_par_iter().map(work).collect::<Result<_>>()?
    };
    let mut rows = Vec::with_capacity(which.len());
    let mut all: Option<EventSlots> = None;
    for (some, slots) in done {
        rows.extend(some);
        match (&mut all, slots) {
            (Some(all), Some(slots)) => all.merge(&slots),
            (all, slots) => *all = slots,
        }
    }
    Ok((rows, all))
}

/// Simulates all sets one by one.
pub(super) fn sweep(
    market: &Market,
    sets: &SweepSets,
    options: &SweepOptions,
    threads: usize,
    control: &Control,
) -> Result<Sweep> {
    let which: Vec<usize> = (0..sets.sets.len()).collect();
    let (rows, slots) = some(market, sets, options, &which, threads, control)?;
    let events = slots.map(|s| s.finish(|i| market.states.at(i)));
    Ok(Sweep { table: rows.into_iter().collect(), events })
}
