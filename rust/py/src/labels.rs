//! Labels of a day's episodes: `label_day`, `barrier_ticks`, `Labels`.
use crate::arrays::columns;
use crate::bars::DayBars;
use crate::enter::enter_core;
use crate::errors::{from_core, usage};
use crate::space::StateSpace;
use crate::states::DayStates;
use bayescore_core::labels::{self, LabelCounts, LabelRules, RUNGS};
use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// The typical move of a minute, which labels take as their barrier.
///
/// Parameters
/// ----------
/// day : DayBars
/// lag : int
///     Seconds over which changes are taken.
/// until_s : int, optional
///     Use only bars less than so many seconds after the first.
///
/// Returns
/// -------
/// int
///     Root mean square of the changes of the close, rounded, at least 2 ticks.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     If `lag` is below 1.
#[pyfunction]
#[pyo3(signature = (day, lag=60, until_s=None))]
pub fn barrier_ticks(py: Python<'_>, day: &DayBars, lag: i32, until_s: Option<i32>) -> PyResult<i32> {
    enter_core(py, || labels::barrier_ticks(&day.0, lag, until_s))
}

/// What every episode of a day was followed by.
///
/// An episode is a maximal run of bars with one code. Its label starts at the open P of the next bar: which of P + b and
/// P − b is touched first, on three rungs b ≈ barrier / 2, barrier, 2 · barrier?
///
/// Parameters
/// ----------
/// day : DayBars
/// states : DayStates
/// barrier : int
///     Barrier of the middle rung, ticks: `barrier_ticks` of the trade date before.
/// first_day : bool
///     Leave the first hour unlabelled, whose bars gave the barrier.
/// horizon : int
///     Seconds until a label is unresolved.
/// max_entry_gap : int
///     Seconds to the next bar beyond which an episode has no label.
/// mirror : bool
///     Count a state and its mirror image as one; must be the brain's setting.
///
/// Returns
/// -------
/// Labels
///
/// Raises
/// ------
/// bayescore.errors.DataError
///     If the states are not of this day.
/// bayescore.errors.UsageError
///     For a barrier, horizon or gap below 1.
#[pyfunction]
#[pyo3(signature = (day, states, barrier, *, first_day=false, horizon=LabelRules::default().horizon,
    max_entry_gap=LabelRules::default().max_entry_gap, mirror=true))]
#[allow(clippy::too_many_arguments)]
pub fn label_day(
    py: Python<'_>,
    day: &DayBars,
    states: &DayStates,
    barrier: i32,
    first_day: bool,
    horizon: i32,
    max_entry_gap: i32,
    mirror: bool,
) -> PyResult<Labels> {
    let rules = LabelRules { horizon, max_entry_gap, mirror, first_day };
    let made = enter_core(py, || labels::label_day(&day.0, &states.states, &states.space, barrier, &rules))?;
    Ok(Labels(Arc::new(made)))
}

/// Labels of one day, made by `label_day`.
#[pyclass(frozen, module = "bayescore._core")]
pub struct Labels(pub Arc<labels::Labels>);

#[pymethods]
impl Labels {
    /// Number of labelled episodes.
    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("<Labels: {} episodes, barrier {} ticks>", self.0.len(), self.0.barrier)
    }

    /// Barrier of the middle rung, ticks.
    #[getter]
    fn barrier(&self) -> i32 {
        self.0.barrier
    }

    /// Whether states were pooled with their mirror images.
    #[getter]
    fn mirror(&self) -> bool {
        self.0.mirror
    }

    /// What the codes mean.
    #[getter]
    fn space(&self) -> StateSpace {
        StateSpace(self.0.space.clone())
    }

    /// What became of the episodes, by level of a field.
    ///
    /// Parameters
    /// ----------
    /// field : str, optional
    ///     A field of the space; without it all episodes are one row, "all".
    /// rung : int
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``label`` (list of str) and the uint32 columns ``episodes`` (the sum of the others), ``ups``, ``downs``,
    ///     ``ambiguous``, ``unresolved``, ``gap`` (the next bar came too late).
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there is no such field or rung.
    #[pyo3(signature = (field=None, rung=1))]
    fn counts<'py>(&self, py: Python<'py>, field: Option<&str>, rung: usize) -> PyResult<Bound<'py, PyDict>> {
        let (names, rows) = self.rows(py, field, rung)?;
        let dict = PyDict::new(py);
        dict.set_item("label", names)?;
        let put = |name: &str, of: fn(&LabelCounts) -> u32| {
            dict.set_item(name, rows.iter().map(of).collect::<Vec<u32>>().into_pyarray(py))
        };
        put("episodes", |r| r.episodes)?;
        put("ups", |r| r.ups)?;
        put("downs", |r| r.downs)?;
        put("ambiguous", |r| r.ambiguous)?;
        put("unresolved", |r| r.unresolved)?;
        put("gap", |r| r.gap)?;
        Ok(dict)
    }

    /// What became of the episodes of each session window.
    ///
    /// Parameters
    /// ----------
    /// rung : int
    ///
    /// Returns
    /// -------
    /// dict
    ///     Window name to a dict of ints: ``episodes``, ``ups``, ``downs``, ``ambiguous``, ``unresolved``, ``gap``. A
    ///     space without the field ``window`` has the one key "all".
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there is no such rung.
    #[pyo3(signature = (rung=1))]
    fn counts_by_window<'py>(&self, py: Python<'py>, rung: usize) -> PyResult<Bound<'py, PyDict>> {
        let has = self.0.space.fields().iter().any(|f| f.name == "window");
        let (names, rows) = self.rows(py, has.then_some("window"), rung)?;
        let out = PyDict::new(py);
        for (name, row) in names.into_iter().zip(rows) {
            let counts = PyDict::new(py);
            counts.set_item("episodes", row.episodes)?;
            counts.set_item("ups", row.ups)?;
            counts.set_item("downs", row.downs)?;
            counts.set_item("ambiguous", row.ambiguous)?;
            counts.set_item("unresolved", row.unresolved)?;
            counts.set_item("gap", row.gap)?;
            out.set_item(name, counts)?;
        }
        Ok(out)
    }

    /// Labels that count at the leaves, what the brain learns from.
    ///
    /// Parameters
    /// ----------
    /// rung : int
    ///
    /// Returns
    /// -------
    /// dict
    ///     Columns ``leaf`` (uint16, ascending; of a leaf and its mirror image the smaller), ``ups`` and ``downs``
    ///     (float64; a leaf that is its own mirror image has a half of each).
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there is no such rung.
    #[pyo3(signature = (rung=1))]
    fn leaf_counts<'py>(&self, py: Python<'py>, rung: usize) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.0.leaf_counts(rung).map_err(|e| from_core(py, &e))?;
        Ok(columns!(py, counts, leaf, ups, downs))
    }

    /// Labels that count at a level of the back-off.
    ///
    /// Parameters
    /// ----------
    /// level : int
    ///     0 = root, ``space.n_levels - 1`` = leaves.
    /// rung : int
    ///
    /// Returns
    /// -------
    /// dict
    ///     Columns ``state`` (uint16, ascending; of a state and its mirror image the smaller), ``ups`` and ``downs``
    ///     (float64; a state that is its own mirror image has a half of each).
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there is no such level or rung.
    #[pyo3(signature = (level, rung=1))]
    fn level_counts<'py>(&self, py: Python<'py>, level: usize, rung: usize) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.0.level_counts(level, rung).map_err(|e| from_core(py, &e))?;
        Ok(columns!(py, counts, state, ups, downs))
    }

    /// All labels, rung by rung, episodes in order of time.
    ///
    /// Returns
    /// -------
    /// dict
    ///     Columns ``decision_bar`` (uint32), ``code`` (uint16), ``rung`` (uint8), ``outcome`` (uint8: 0 up, 1 down,
    ///     2 ambiguous, 3 unresolved), ``end_bar`` (uint32; the number of bars if the label never ended) and ``taken``
    ///     (bool: counted at its leaf, or blocking it until its end).
    fn table<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let n = self.0.len();
        let dict = PyDict::new(py);
        let rungs = &self.0.rungs;
        let rung: Vec<u8> = (0..RUNGS as u8).flat_map(|r| std::iter::repeat_n(r, n)).collect();
        let outcome: Vec<u8> = rungs.iter().flat_map(|r| r.outcome.iter().map(|&o| o as u8)).collect();
        let end_bar: Vec<u32> = rungs.iter().flat_map(|r| r.end_bar.iter().copied()).collect();
        let taken: Vec<bool> = rungs.iter().flat_map(|r| r.taken.iter().copied()).collect();
        dict.set_item("decision_bar", self.0.decision_bar.repeat(RUNGS).into_pyarray(py))?;
        dict.set_item("code", self.0.code.repeat(RUNGS).into_pyarray(py))?;
        dict.set_item("rung", rung.into_pyarray(py))?;
        dict.set_item("outcome", outcome.into_pyarray(py))?;
        dict.set_item("end_bar", end_bar.into_pyarray(py))?;
        dict.set_item("taken", taken.into_pyarray(py))?;
        Ok(dict)
    }
}

impl Labels {
    fn rows(&self, py: Python<'_>, field: Option<&str>, rung: usize) -> PyResult<(Vec<String>, Vec<LabelCounts>)> {
        let fields = self.0.space.fields();
        let at = match field {
            None => None,
            Some(name) => match fields.iter().position(|f| f.name == name) {
                Some(at) => Some(at),
                None => return Err(usage(py, &format!("{name:?} is not a field of the state space"))),
            },
        };
        let names = at.map_or_else(|| vec!["all".into()], |f| fields[f].labels.clone());
        let rows = self.0.counts(at, rung).map_err(|e| from_core(py, &e))?;
        Ok((names, rows))
    }
}
