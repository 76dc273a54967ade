//! Chooses between the paths: batched where many sets share the tables, per set where that is cheaper or the tables do
//! not hold a set or fees by bar, the reference where the day does not fit the packing.
use super::{
    batch::{
        axes,
        driver::{BatchRequest, BatchWorkspace},
    },
    day_index::DayIndex,
    extremes::ExtremesTable,
    firing::Firing,
    grid::{GridShape, LevelGrid},
    per_set::PerSet,
    reference,
    sets::{SetProgress, Sweep, SweepOptions, SweepPath, SweepSets},
    threads::with_threads,
};
use crate::{control::Control, error::Result, market::Market, metrics::SetTotals, regret::EventTable};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// Nanoseconds of the batched path: a bar for all sets together, a bar and a trade for each set. Measured on the sets of the
/// design and of an evening, on one machine; the result does not depend on them.
const BATCH_BAR: f64 = 150.0;
const BATCH_SET_BAR: f64 = 0.06;
const BATCH_TRADE: f64 = 5.0;

/// The same of the per-set path.
const SET_BAR: f64 = 0.05;
const SET_TRADE: f64 = 75.0;

/// Sets that go first, each by itself, to see how often sets trade, where all could turn out to be few.
const PROBES: usize = 6;

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
    let shape = if options.path == SweepPath::Reference { None } else { GridShape::new(market) };
    sweep(market, shape, Known::default(), sets, options, control)
}

/// [`sweep_day`] on checked sets. Without a shape only the reference will do.
pub(super) fn sweep(
    market: &Market,
    shape: Option<GridShape>,
    known: Known,
    sets: &SweepSets,
    options: &SweepOptions,
    control: &Control,
) -> Result<Sweep> {
    if let Some(rules) = &options.events {
        rules.check()?;
    }
    control.check()?;
    with_threads(options.threads, |threads| {
        let Some(shape) = shape.filter(|_| options.path != SweepPath::Reference) else {
            return reference::sweep(market, sets, options, threads, control);
        };
        let grid = &LevelGrid::new(market, shape);
        let spare = || SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut workspace = spare().pop().unwrap_or_default();
        let swept = workspace.sweep(Request { grid, known, sets, options, threads, control });
        let mut kept = spare();
        if kept.len() < MOST_SPARE {
            kept.push(workspace);
        }
        swept
    })
}

/// Whether so few sets are better off each by itself.
fn few(sets: usize, trades_per_bar: f64) -> bool {
    let batched = BATCH_BAR + sets as f64 * (BATCH_SET_BAR + BATCH_TRADE * trades_per_bar);
    sets as f64 * (SET_BAR + SET_TRADE * trades_per_bar) < batched
}

/// What sweeps before have left of a day.
#[derive(Clone, Copy, Default)]
pub(super) struct Known<'a> {
    /// Look-ups of the per-set path.
    pub index: Option<&'a DayIndex>,
    /// How often sets trade.
    pub pace: Option<&'a Pace>,
}

/// Trades of a set a bar, as the last sweep had them. It guides the choice of a path and nothing else.
#[derive(Debug, Default)]
pub(super) struct Pace(AtomicU64);

impl Pace {
    fn get(&self) -> Option<f64> {
        let bits = self.0.load(Ordering::Relaxed);
        // Zero is also what a day begins with.
        (bits != 0).then(|| f64::from_bits(bits))
    }

    fn set(&self, rows: &[SetTotals], bars: usize) {
        let trades: i64 = rows.iter().map(|row| row.trades).sum();
        self.0.store((trades as f64 / (rows.len().max(1) * bars) as f64).to_bits(), Ordering::Relaxed);
    }
}

/// One sweep.
#[derive(Clone, Copy)]
struct Request<'a> {
    grid: &'a LevelGrid<'a>,
    known: Known<'a>,
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
    firing: Firing,
}

impl Workspace {
    fn sweep(&mut self, request: Request) -> Result<Sweep> {
        let Request { grid, known: Known { index, pace }, sets, options, threads, control } = request;
        let all = 0..sets.sets.len();
        let (mut members, others): (Vec<usize>, Vec<usize>) = match options.path {
            SweepPath::PerSet => (Vec::new(), all.collect()),
            // The tables know one commission only.
            _ if !grid.market.fees.is_empty() => (Vec::new(), all.collect()),
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
        let mut probed = pace.and_then(Pace::get).unwrap_or(0.0);
        let mut probing = choose && few(members.len(), probed);
        if probing && probed > 0.0 {
            single.extend(members.drain(..).map(SetProgress::new));
            probing = false;
        }
        if probing {
            if index.is_none() {
                self.index.fill(grid.market);
            }
            let every = members.len().div_ceil(PROBES).max(1);
            let probes: Vec<SetProgress> = members.iter().step_by(every).map(|&k| SetProgress::new(k)).collect();
            self.per_set(request, &probes, &mut rows, &mut events)?;
            let trades: i64 = probes.iter().map(|probe| rows[probe.set].trades).sum();
            let mut place = 0..members.len();
            members.retain(|_| place.next().is_some_and(|k| !k.is_multiple_of(every)));
            probed = trades as f64 / (probes.len().max(1) * grid.market.bars.len()) as f64;
            if few(members.len(), probed) {
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
            // A block in which little happens says less than a whole day.
            let too_few = |sets, trades_per_bar: f64| choose && few(sets, trades_per_bar.max(probed));
            let batched = self.batch.sweep(batch, &mut members, done, too_few)?;
            events = events.merged(&batched.events);
            single.extend(batched.unfinished);
        }
        if !probing && !single.is_empty() && index.is_none() {
            self.index.fill(grid.market);
        }
        self.per_set(request, &single, &mut rows, &mut events)?;
        if let Some(pace) = pace {
            pace.set(&rows, grid.market.bars.len());
        }
        Ok(Sweep { table: rows.into_iter().collect(), events: options.events.map(|_| events) })
    }

    /// Takes sets to the end of the day that is indexed, one by one.
    fn per_set(
        &mut self,
        request: Request,
        single: &[SetProgress],
        rows: &mut [SetTotals],
        events: &mut EventTable,
    ) -> Result<()> {
        let Request { grid, known, sets, options, threads, control } = request;
        if single.is_empty() {
            return Ok(());
        }
        let Self { index: own, firing, extremes, .. } = self;
        let day = known.index.unwrap_or(own);
        let wide = options.path != SweepPath::Baseline;
        firing.fill(day, sets, single, wide);
        let extremes = options.events.map(|_| &*extremes);
        let path = PerSet { grid, sets, day, firing, extremes, wide };
        let (totals, seen) = path.finish(single, threads, control)?;
        for (set, totals) in single.iter().zip(totals) {
            rows[set.set] = totals;
        }
        *events = events.merged(&seen);
        Ok(())
    }
}
