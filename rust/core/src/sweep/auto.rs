//! Chooses between the paths: batched where many sets share the tables, per set where that is cheaper or the tables do
//! not hold a set, the reference where the day does not fit the packing.
use super::{
    batch::{
        axes,
        driver::{BatchRequest, BatchWorkspace},
    },
    extremes::ExtremesTable,
    grid::LevelGrid,
    per_set::{DayIndex, PerSet},
    reference,
    sets::{SetProgress, Sweep, SweepOptions, SweepPath, SweepSets},
    threads::with_threads,
};
use crate::{control::Control, error::Result, metrics::SetTotals, regret::EventTable, simulate::Market};
use std::sync::{Mutex, PoisonError};

/// What a bar costs all sets of a batch together, and each set by itself and for each of its trades, nanoseconds.
/// Measured by `make bench`, on one machine; the result does not depend on them.
const BATCH_BAR: f64 = 100.0;
const SET_BAR: f64 = 0.4;
const SET_TRADE: f64 = 70.0;

/// Sets that go first, each by itself, to see how often sets trade, where all could turn out to be few.
const PROBES: usize = 8;

/// Workspaces kept for later sweeps; more than run at a time are not.
static SPARE: Mutex<Vec<Workspace>> = Mutex::new(Vec::new());
const MOST_SPARE: usize = 2;

/// Simulates every set over one day.
///
/// The result does not depend on `threads`. `control` counts finished sets and is polled for a stop.
///
/// # Errors
/// [`CoreError::Parameter`] for a set or regret rule out of range, [`CoreError::Shape`] for sides that do not fit sets
/// and states, [`CoreError::Stopped`] once the control's stop flag is set.
///
/// [`CoreError::Parameter`]: crate::error::CoreError::Parameter
/// [`CoreError::Shape`]: crate::error::CoreError::Shape
/// [`CoreError::Stopped`]: crate::error::CoreError::Stopped
pub fn sweep_day(market: &Market, sets: &SweepSets, options: &SweepOptions, control: &Control) -> Result<Sweep> {
    sets.check(market)?;
    if let Some(rules) = &options.events {
        rules.check()?;
    }
    control.check()?;
    let grid = if options.path == SweepPath::Reference { None } else { LevelGrid::new(market) };
    with_threads(options.threads, |threads| {
        let Some(grid) = &grid else { return reference::sweep(market, sets, options, threads, control) };
        let spare = || SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut workspace = spare().pop().unwrap_or_default();
        let swept = workspace.sweep(Request { grid, sets, options, threads, control });
        let mut kept = spare();
        if kept.len() < MOST_SPARE {
            kept.push(workspace);
        }
        swept
    })
}

/// Whether so few sets are better off each by itself.
fn few(sets: usize, trades_per_bar: f64) -> bool {
    sets as f64 * (SET_BAR + SET_TRADE * trades_per_bar) < BATCH_BAR
}

/// One sweep.
#[derive(Clone, Copy)]
struct Request<'a> {
    grid: &'a LevelGrid<'a>,
    sets: &'a SweepSets<'a>,
    options: &'a SweepOptions,
    threads: usize,
    control: &'a Control,
}

/// What a sweep works with; the memory is kept for the next one.
#[derive(Default)]
struct Workspace {
    batch: BatchWorkspace,
    extremes: ExtremesTable,
    index: DayIndex,
}

impl Workspace {
    fn sweep(&mut self, request: Request) -> Result<Sweep> {
        let Request { grid, sets, options, threads, control } = request;
        let all = 0..sets.sets.len();
        let (mut members, others): (Vec<usize>, Vec<usize>) = match options.path {
            SweepPath::PerSet => (Vec::new(), all.collect()),
            _ => all.partition(|&k| axes::fits(&sets.sets[k])),
        };
        let mut single: Vec<SetProgress> = others.into_iter().map(SetProgress::new).collect();
        if let Some(rules) = options.events {
            let max_hold = sets.sets.iter().map(|s| s.max_hold_seconds).max().unwrap_or(0);
            self.extremes.fill(grid, rules, max_hold);
        }
        let mut rows = vec![SetTotals::default(); sets.sets.len()];
        let mut events = EventTable::default();
        let choose = options.path == SweepPath::Auto;
        let probing = choose && few(members.len(), 0.0);
        if probing {
            self.index.fill(grid);
            let every = members.len().div_ceil(PROBES).max(1);
            let probes: Vec<SetProgress> = members.iter().step_by(every).map(|&k| SetProgress::new(k)).collect();
            self.per_set(request, &probes, &mut rows, &mut events)?;
            let trades: i64 = probes.iter().map(|probe| rows[probe.set].trades).sum();
            let mut place = 0..members.len();
            members.retain(|_| place.next().is_some_and(|k| !k.is_multiple_of(every)));
            if few(members.len(), trades as f64 / (probes.len().max(1) * grid.market.bars.len()) as f64) {
                single.extend(members.drain(..).map(SetProgress::new));
            }
        }
        if !members.is_empty() {
            let done = |k: usize, totals: &SetTotals| {
                rows[k] = *totals;
                control.add(1);
            };
            let extremes = options.events.map(|_| &self.extremes);
            let wide = options.path != SweepPath::Baseline;
            let batch = BatchRequest { grid, sets, extremes, wide, threads, control };
            let too_few = |sets, trades_per_bar| choose && few(sets, trades_per_bar);
            let batched = self.batch.sweep(batch, &mut members, done, too_few)?;
            events = events.merged(&batched.events);
            single.extend(batched.unfinished);
        }
        if !probing && !single.is_empty() {
            self.index.fill(grid);
        }
        self.per_set(request, &single, &mut rows, &mut events)?;
        Ok(Sweep { table: rows.into_iter().collect(), events: options.events.map(|_| events) })
    }

    /// Takes sets to the end of the day that is indexed, one by one.
    fn per_set(
        &self,
        request: Request,
        single: &[SetProgress],
        rows: &mut [SetTotals],
        events: &mut EventTable,
    ) -> Result<()> {
        let Request { grid, sets, options, threads, control } = request;
        if single.is_empty() {
            return Ok(());
        }
        let extremes = options.events.map(|_| &self.extremes);
        let path = PerSet { grid, sets, day: &self.index, extremes };
        let (totals, seen) = path.finish(single, threads, control)?;
        for (set, totals) in single.iter().zip(totals) {
            rows[set.set] = totals;
        }
        *events = events.merged(&seen);
        Ok(())
    }
}
