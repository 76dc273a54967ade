//! `PreparedDay`: a day with states, costs and gate, swept or simulated any number of times.
use crate::arrays::columns;
use crate::bars::DayBars;
use crate::brain::Brain;
use crate::enter::enter_core;
use crate::errors::usage;
use crate::params;
use crate::states::{DayStates, standard};
use bayescore_core::costs::Costs;
use bayescore_core::error::Result;
use bayescore_core::fills::FillRules;
use bayescore_core::gate::Vetoes;
use bayescore_core::per_bar::PerBar;
use bayescore_core::state::StateSpace;
use bayescore_core::sweep::{self, GateInput};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// One day with its states, costs and gate: what does not depend on the parameter sets is made once.
///
/// `simulate_day`, `simulate_sets`, `sweep_day` and `sweep_days` take it in place of bars, states, brain, barrier and
/// costs.
///
/// Parameters
/// ----------
/// bars : DayBars
/// states : DayStates, optional
///     By default those of a `StateEngine` with default settings and one session window.
/// brain : Brain, optional
///     As it is now: what it learns later does not reach this day. Without it ``learned`` never fires and no entry is
///     vetoed.
/// barrier : int, optional
///     Ticks; needed with a brain.
/// costs, per_bar : dict, optional
///     As in `simulate_day`.
///
/// Attributes
/// ----------
/// nbytes : int
///     Memory that the day owns besides bars, states and brain, which it shares.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For unknown or impossible costs, and for a brain without a barrier.
/// bayescore.errors.DataError
///     If states or brain do not go with the day.
#[pyclass(frozen, module = "bayescore._core")]
pub struct PreparedDay(pub Arc<sweep::PreparedDay>);

#[pymethods]
impl PreparedDay {
    #[new]
    #[pyo3(signature = (bars, states=None, brain=None, barrier=None, costs=None, per_bar=None))]
    fn new(
        py: Python<'_>,
        bars: &DayBars,
        states: Option<&DayStates>,
        brain: Option<&Brain>,
        barrier: Option<i32>,
        costs: Option<&Bound<'_, PyDict>>,
        per_bar: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let parts = Parts::new(py, bars, states, brain, barrier, costs, per_bar)?;
        enter_core(py, || parts.prepare()).map(Self)
    }

    fn __len__(&self) -> usize {
        self.0.bars().len()
    }

    fn __repr__(&self) -> String {
        format!("<PreparedDay: {} bars, {} bytes of its own>", self.0.bars().len(), self.nbytes())
    }

    /// Bytes that the day owns besides bars, states and brain; about nine a bar.
    #[getter]
    fn nbytes(&self) -> usize {
        self.0.nbytes()
    }

    /// How often the brain refuses what the sets' entry rules would do on the day.
    ///
    /// Parameters
    /// ----------
    /// params_table : dict of str to ndarray, shape (sets,)
    ///     As in `sweep_day`.
    ///
    /// Returns
    /// -------
    /// dict of str to ndarray of int64, shape (sets,)
    ///     ``signals``: bars at which rule, side and context would let the set enter, 0 for ``learned``; ``vetoed``: those of
    ///     them that the brain refuses.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     For unknown, missing or impossible parameters.
    /// bayescore.errors.DataError
    ///     If columns differ in length.
    fn vetoes<'py>(&self, py: Python<'py>, params_table: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
        let sets = params::table(params_table)?;
        let counted = enter_core(py, || Vetoes::count(&self.0.market(), self.0.space(), &self.0.gate(&sets)?, &sets))?;
        Ok(columns!(py, counted, signals, vetoed))
    }
}

/// What a day is prepared from, checked as far as Python's side goes.
struct Parts {
    bars: Arc<bayescore_core::bars::DayBars>,
    states: DayStates,
    gate: GateInput,
    costs: Costs,
    rules: FillRules,
    per_bar: PerBar,
}

impl Parts {
    fn new(
        py: Python<'_>,
        bars: &DayBars,
        states: Option<&DayStates>,
        brain: Option<&Brain>,
        barrier: Option<i32>,
        costs: Option<&Bound<'_, PyDict>>,
        per_bar: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let per_bar = params::per_bar(per_bar)?;
        if brain.is_some() && per_bar.sides.is_some() {
            return Err(usage(py, "per_bar: with signals of your own no brain decides; leave out one of the two"));
        }
        if brain.is_some() && barrier.is_none() {
            return Err(usage(py, "barrier: a brain needs the day's barrier (barrier_ticks of the trade date before)"));
        }
        let states = states.map_or_else(|| standard(py, bars), |given| Ok(given.clone()))?;
        let gate = GateInput { brain: brain.map(Brain::snapshot), barrier: barrier.unwrap_or(1) };
        let (costs, rules) = params::assumptions(costs)?;
        Ok(Self { bars: bars.0.clone(), states, gate, costs, rules, per_bar })
    }

    fn prepare(self) -> Result<Arc<sweep::PreparedDay>> {
        let Self { bars, states, gate, costs, rules, per_bar } = self;
        sweep::PreparedDay::with(bars, states.states, states.space, gate, &costs, &rules, per_bar).map(Arc::new)
    }
}

/// The first argument of a call on one day.
#[derive(FromPyObject)]
pub enum DayArgument<'py> {
    /// All that belongs to the day.
    #[pyo3(transparent, annotation = "PreparedDay")]
    Prepared(PyRef<'py, PreparedDay>),
    /// Bars; the rest comes in further arguments.
    #[pyo3(transparent, annotation = "DayBars")]
    Bars(PyRef<'py, DayBars>),
}

/// A day that may still have to be prepared, which is done inside the core.
pub struct DayInput(Source);

enum Source {
    Ready(Arc<sweep::PreparedDay>),
    Parts(Parts),
}

impl DayInput {
    /// What the arguments of a call on one day say.
    pub fn new(
        py: Python<'_>,
        day: &DayArgument<'_>,
        brain: Option<&Brain>,
        states: Option<&DayStates>,
        costs: Option<&Bound<'_, PyDict>>,
        barrier: Option<i32>,
        per_bar: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        match day {
            DayArgument::Bars(bars) => Parts::new(py, bars, states, brain, barrier, costs, per_bar).map(Source::Parts),
            DayArgument::Prepared(day) => {
                let more = costs.is_some() || barrier.is_some() || per_bar.is_some();
                if brain.is_some() || states.is_some() || more {
                    let what = "a PreparedDay has brain, states, costs, barrier and per_bar already; leave them out";
                    return Err(usage(py, what));
                }
                Ok(Source::Ready(day.0.clone()))
            }
        }
        .map(Self)
    }

    /// What the codes of the day mean.
    pub fn space(&self) -> &StateSpace {
        match &self.0 {
            Source::Ready(day) => day.space(),
            Source::Parts(parts) => &parts.states.space,
        }
    }

    /// The day, prepared.
    pub fn prepare(self) -> Result<Arc<sweep::PreparedDay>> {
        match self.0 {
            Source::Ready(day) => Ok(day),
            Source::Parts(parts) => parts.prepare(),
        }
    }
}
