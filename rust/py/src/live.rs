//! `LiveDay`: one parameter set on bars as they come.
use crate::brain::Brain;
use crate::enter::enter_core;
use crate::errors::usage;
use crate::params;
use crate::states::StateEngine;
use crate::trades::trade_columns;
use bayescore_core::bars::NS;
use bayescore_core::error::CoreError;
use bayescore_core::gate::Gate;
use bayescore_core::live;
use bayescore_core::state::Bar;
use bayescore_core::trader::Step;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a step is called, its side, its fill in ticks, and why it ended if it did.
type Told = (&'static str, i8, Option<i32>, Option<&'static str>);

fn told(step: Step) -> Told {
    match step {
        Step::Decided { side } => ("decided", side, None, None),
        Step::Entered { side, price } => ("entered", side, Some(price), None),
        Step::Dropped { side } => ("dropped", side, None, None),
        Step::Left(trade) => ("left", trade.side, Some(trade.exit_price), Some(trade.reason.name())),
        Step::Stopped => ("stopped", 0, None, None),
    }
}

/// One parameter set on the bars of one trade date, bar by bar: states, decisions and fills as they come.
///
/// The rules are those of `simulate_day`, carried out by the same code. After the last bar and `end` the trades are the
/// same, whatever comes later.
///
/// Parameters
/// ----------
/// engine : StateEngine
///     Makes the states, with its own memory of this day.
/// params, brain, costs, barrier
///     As in `simulate_day`.
/// session : (int, int)
///     Open and close, nanoseconds since 1970.
/// tick_size : float
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For unknown, missing or impossible parameters and costs.
/// bayescore.errors.DataError
///     If the brain is of other states, or the session is no session.
#[pyclass(frozen, module = "bayescore._core")]
pub struct LiveDay(Mutex<live::LiveDay>);

impl LiveDay {
    fn day(&self) -> MutexGuard<'_, live::LiveDay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl LiveDay {
    #[new]
    #[pyo3(signature = (engine, params, *, session, tick_size, brain=None, costs=None, barrier=None))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        engine: &StateEngine,
        params: &Bound<'_, PyDict>,
        session: (i64, i64),
        tick_size: f64,
        brain: Option<&Brain>,
        costs: Option<&Bound<'_, PyDict>>,
        barrier: Option<i32>,
    ) -> PyResult<Self> {
        if brain.is_some() && barrier.is_none() {
            return Err(usage(py, "barrier: a brain needs the day's barrier (barrier_ticks of the trade date before)"));
        }
        let (states, space) = engine.parts();
        let set = params::one_set(params, &space)?;
        let (costs, rules) = params::assumptions(costs)?;
        let brain = brain.map(Brain::snapshot);
        let (open_ns, close_ns) = session;
        let day = enter_core(py, move || {
            let barrier = if brain.is_some() { barrier.unwrap_or(1) } else { 1 };
            let gate = Gate::new(brain.as_deref(), barrier, &[set], &space, costs.round_trip_ticks())?;
            let close_s = i32::try_from(close_ns.saturating_sub(open_ns) / NS)
                .map_err(|_| CoreError::Shape("the session is longer than an i32 of seconds".into()))?;
            let leaves = space.leaves().to_vec();
            live::LiveDay::new(states, leaves, costs, rules, set, gate.sides, (open_ns, close_s), tick_size)
        })?;
        Ok(Self(Mutex::new(day)))
    }

    /// Take in the next bar.
    ///
    /// Parameters
    /// ----------
    /// ts : int
    ///     Seconds after the session's open.
    /// open, high, low, close : int
    ///     Ticks.
    /// volume : int
    /// window : int
    ///     Session window of the bar.
    ///
    /// Returns
    /// -------
    /// (int, int, list of (str, int, int or None, str or None))
    ///     Code (65535 = none), context bits, and what happened at the bar, in order: ``left``, ``dropped``, ``entered``,
    ///     ``decided`` or ``stopped``, with the side, the fill in ticks and the reason of an exit. An order that was
    ///     decided fills at the open of the next bar.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.DataError
    ///     For a bar that cannot follow; the day is then as before.
    #[pyo3(signature = (ts, open, high, low, close, volume, window=0))]
    #[allow(clippy::too_many_arguments)]
    fn push(
        &self,
        py: Python<'_>,
        ts: i32,
        open: i32,
        high: i32,
        low: i32,
        close: i32,
        volume: i64,
        window: u8,
    ) -> PyResult<(u16, u32, Vec<Told>)> {
        let bar = Bar { ts, open, high, low, close, volume };
        enter_core(py, || {
            let mut steps = Vec::new();
            let (code, context) = self.day().push(bar, window, |step| steps.push(told(step)))?;
            Ok((code, context, steps))
        })
    }

    /// End the day: a position that is still open leaves at the last close.
    ///
    /// Returns
    /// -------
    /// list of (str, int, int or None, str or None)
    ///     What happened, as `push` gives it.
    fn end(&self, py: Python<'_>) -> PyResult<Vec<Told>> {
        enter_core(py, || {
            let mut steps = Vec::new();
            self.day().end(|step| steps.push(told(step)));
            Ok(steps)
        })
    }

    /// The trades so far, as `simulate_day` gives them.
    fn trades<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let trades = self.day().trades().clone();
        trade_columns(py, trades)
    }

    /// Orders dropped so far because the next bar came too late.
    #[getter]
    fn dropped(&self) -> i64 {
        self.day().trades().outcome.dropped
    }

    fn __len__(&self) -> usize {
        self.day().bars().len()
    }

    fn __repr__(&self) -> String {
        format!("<LiveDay: {} bars so far>", self.__len__())
    }
}
