//! `Brain`: posteriors of every state.
use crate::arrays::{column, columns, fitting, item, known_keys};
use crate::enter::enter_core;
use crate::errors::{from_core, usage};
use crate::labels::Labels;
use crate::params::one_set;
use crate::space::{StateSpace, leaf_of};
use bayescore_core::brain::{self, Beta, BrainColumns, BrainConfig, normal_quantile};
use bayescore_core::gate;
use bayescore_core::labels::RUNGS;
use numpy::PyArray2;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use std::sync::{Arc, PoisonError, RwLock};

/// Evidence and Beta posteriors of every state: the chance that the price touches a barrier above before one as far
/// below, on three rungs (0: about half the day's barrier, 1: the barrier, 2: twice the barrier).
///
/// Parameters
/// ----------
/// space : StateSpace
/// mirror : bool
///     Pool a state with its mirror image.
/// root_strength : float
///     The root starts as Beta(x, x).
/// kappa_min, kappa_max : float
///     Bounds of the strength with which a level borrows from the one above.
/// half_life_days : float
///     Days after which evidence counts half; 0 = never.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For a value out of range.
#[pyclass(frozen, module = "bayescore._core")]
pub struct Brain(RwLock<Arc<brain::Brain>>);

impl Brain {
    /// What is known now; later learning does not touch it.
    pub fn snapshot(&self) -> Arc<brain::Brain> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn wrap(brain: brain::Brain) -> Self {
        Self(RwLock::new(Arc::new(brain)))
    }
}

fn check_rung(py: Python<'_>, rung: usize) -> PyResult<()> {
    if rung < RUNGS { Ok(()) } else { Err(usage(py, &format!("rung: {rung} is outside 0..{}", RUNGS - 1))) }
}

/// Refuses what is no probability strictly between 0 and 1.
pub fn check_level(py: Python<'_>, level: f64) -> PyResult<()> {
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(usage(py, &format!("{level} is outside (0, 1)"))) }
}

struct LevelTable {
    a: Vec<f64>,
    b: Vec<f64>,
}

struct LeafTable {
    leaf: Vec<u16>,
    ups: Vec<f64>,
    downs: Vec<f64>,
    n: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    mean: Vec<f64>,
    above_half: Vec<f64>,
}

#[pymethods]
impl Brain {
    #[new]
    #[pyo3(signature = (space, *, mirror=BrainConfig::default().mirror,
        root_strength=BrainConfig::default().root_strength, kappa_min=BrainConfig::default().kappa_min,
        kappa_max=BrainConfig::default().kappa_max, half_life_days=BrainConfig::default().half_life_days))]
    fn new(
        py: Python<'_>,
        space: &StateSpace,
        mirror: bool,
        root_strength: f64,
        kappa_min: f64,
        kappa_max: f64,
        half_life_days: f64,
    ) -> PyResult<Self> {
        let config = BrainConfig { mirror, root_strength, kappa_min, kappa_max, half_life_days };
        brain::Brain::new(space.0.clone(), config).map(Self::wrap).map_err(|e| from_core(py, &e))
    }

    /// The brain that `columns` came from, bit for bit, given the same space and settings.
    ///
    /// Parameters
    /// ----------
    /// space : StateSpace
    /// columns : dict
    ///     As `columns` gives them.
    /// mirror, root_strength, kappa_min, kappa_max, half_life_days
    ///     As the constructor.
    ///
    /// Returns
    /// -------
    /// Brain
    ///
    /// Raises
    /// ------
    /// bayescore.errors.DataError
    ///     For missing, unequal or foreign columns, or rows that are no states of this space.
    /// bayescore.errors.UsageError
    ///     For a value out of range.
    #[classmethod]
    #[pyo3(signature = (space, columns, *, mirror=BrainConfig::default().mirror,
        root_strength=BrainConfig::default().root_strength, kappa_min=BrainConfig::default().kappa_min,
        kappa_max=BrainConfig::default().kappa_max, half_life_days=BrainConfig::default().half_life_days))]
    #[allow(clippy::too_many_arguments)]
    fn from_columns(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        space: &StateSpace,
        columns: &Bound<'_, PyDict>,
        mirror: bool,
        root_strength: f64,
        kappa_min: f64,
        kappa_max: f64,
        half_life_days: f64,
    ) -> PyResult<Self> {
        let config = BrainConfig { mirror, root_strength, kappa_min, kappa_max, half_life_days };
        known_keys(columns, "columns", &["rung", "level", "state", "ups", "downs"])?;
        let get = |key: &str| item(columns, "columns", key);
        let columns = BrainColumns {
            rung: fitting(&get("rung")?, "rung")?,
            level: fitting(&get("level")?, "level")?,
            state: fitting(&get("state")?, "state")?,
            ups: column(&get("ups")?, "ups")?,
            downs: column(&get("downs")?, "downs")?,
        };
        enter_core(py, || brain::Brain::from_columns(space.0.clone(), config, &columns)).map(Self::wrap)
    }

    /// Evidence as plain columns, one row a state with any: ``rung``, ``level`` (uint8; 0 = root), ``state`` (uint16; of
    /// a state and its mirror image the smaller), ``ups``, ``downs`` (float64). With space and settings it is all there
    /// is to save.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = self.snapshot().columns();
        Ok(columns!(py, columns, rung, level, state, ups, downs))
    }

    /// Age the evidence by one day and add a day's labels.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.DataError
    ///     If the labels are of another state space.
    /// bayescore.errors.UsageError
    ///     If they were made with the other mirror setting.
    fn learn(&self, py: Python<'_>, labels: &Labels) -> PyResult<()> {
        enter_core(py, || {
            let mut brain = self.0.write().unwrap_or_else(PoisonError::into_inner);
            Arc::make_mut(&mut brain).learn(&labels.0)
        })
    }

    /// A brain of its own with the same evidence.
    fn copy(&self) -> Self {
        Self(RwLock::new(self.snapshot()))
    }

    /// The state space.
    #[getter]
    fn space(&self) -> StateSpace {
        StateSpace(self.snapshot().space().clone())
    }

    /// The settings, by the names of the constructor.
    #[getter]
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let config = *self.snapshot().config();
        let dict = PyDict::new(py);
        dict.set_item("mirror", config.mirror)?;
        dict.set_item("root_strength", config.root_strength)?;
        dict.set_item("kappa_min", config.kappa_min)?;
        dict.set_item("kappa_max", config.kappa_max)?;
        dict.set_item("half_life_days", config.half_life_days)?;
        Ok(dict)
    }

    /// Parameters (a, b) of the Beta posterior of a code's leaf.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     For a code outside the space or a rung other than 0, 1, 2.
    #[pyo3(signature = (code, rung=1))]
    fn posterior(&self, py: Python<'_>, code: u16, rung: usize) -> PyResult<(f64, f64)> {
        check_rung(py, rung)?;
        let brain = self.snapshot();
        let leaf = leaf_of(py, brain.space(), code)?;
        Ok(brain.leaf_posteriors(rung)[leaf])
    }

    /// Ups and downs that a code's leaf has been seen to have, its mirror image's included.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     For a code outside the space or a rung other than 0, 1, 2.
    #[pyo3(signature = (code, rung=1))]
    fn evidence(&self, py: Python<'_>, code: u16, rung: usize) -> PyResult<(f64, f64)> {
        check_rung(py, rung)?;
        let brain = self.snapshot();
        let leaf = leaf_of(py, brain.space(), code)?;
        Ok(brain.evidence(rung, brain.space().levels() - 1, leaf))
    }

    /// Posteriors of all leaves.
    ///
    /// Parameters
    /// ----------
    /// rung : int
    ///
    /// Returns
    /// -------
    /// dict
    ///     Columns ``leaf`` (uint16, 0 … n − 1), ``ups``, ``downs``, ``n`` (evidence), ``a``, ``b``, ``mean`` and
    ///     ``above_half``, the probability that p > ½ (float64).
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     For a rung other than 0, 1, 2.
    #[pyo3(signature = (rung=1))]
    fn leaf_table<'py>(&self, py: Python<'py>, rung: usize) -> PyResult<Bound<'py, PyDict>> {
        check_rung(py, rung)?;
        let brain = self.snapshot();
        let leaves = brain.space().levels() - 1;
        let evidence: Vec<_> = (0..brain.space().n_leaves()).map(|leaf| brain.evidence(rung, leaves, leaf)).collect();
        let posteriors = brain.leaf_posteriors(rung);
        let table = LeafTable {
            leaf: (0..evidence.len()).map(|leaf| leaf as u16).collect(),
            ups: evidence.iter().map(|e| e.0).collect(),
            downs: evidence.iter().map(|e| e.1).collect(),
            n: evidence.iter().map(|e| e.0 + e.1).collect(),
            a: posteriors.iter().map(|p| p.0).collect(),
            b: posteriors.iter().map(|p| p.1).collect(),
            mean: posteriors.iter().map(|p| p.0 / (p.0 + p.1)).collect(),
            above_half: posteriors.iter().map(|p| Beta::new(p.0, p.1).above(0.5)).collect(),
        };
        Ok(columns!(py, table, leaf, ups, downs, n, a, b, mean, above_half))
    }

    /// Posteriors of all states of a level of the back-off.
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
    ///     Columns ``a`` and ``b`` (float64), one row a state of the level.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there is no such level or rung.
    #[pyo3(signature = (level, rung=1))]
    fn level_table<'py>(&self, py: Python<'py>, level: usize, rung: usize) -> PyResult<Bound<'py, PyDict>> {
        check_rung(py, rung)?;
        let brain = self.snapshot();
        let space = brain.space();
        if level >= space.levels() {
            return Err(usage(py, &format!("level: {level} is none of the {} levels of the space", space.levels())));
        }
        let (a, b) = (0..space.n_states(level)).map(|state| brain.posterior(rung, level, state)).unzip();
        let table = LevelTable { a, b };
        Ok(columns!(py, table, a, b))
    }

    /// Probability that p of a code's leaf exceeds a threshold.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     For a code outside the space or a rung other than 0, 1, 2.
    #[pyo3(signature = (code, threshold, rung=1))]
    fn probability_beyond(&self, py: Python<'_>, code: u16, threshold: f64, rung: usize) -> PyResult<f64> {
        let (a, b) = self.posterior(py, code, rung)?;
        Ok(Beta::new(a, b).above(threshold))
    }

    /// The value that p of a code's leaf stays below with this probability.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     For a code outside the space, a probability outside (0, 1) or a rung other than 0, 1, 2.
    #[pyo3(signature = (code, probability, rung=1))]
    fn quantile(&self, py: Python<'_>, code: u16, probability: f64, rung: usize) -> PyResult<f64> {
        check_level(py, probability)?;
        let (a, b) = self.posterior(py, code, rung)?;
        Ok(Beta::new(a, b).quantile(probability, normal_quantile(probability)))
    }

    /// Side that a parameter set takes in a state, as the gate of a sweep decides it.
    ///
    /// Parameters
    /// ----------
    /// code : int
    /// params : dict
    ///     One parameter set; contexts and times are not looked at.
    /// barrier : int
    ///     Barrier of the day, ticks.
    /// cost : float
    ///     Round trip, ticks.
    ///
    /// Returns
    /// -------
    /// int
    ///     +1 long, −1 short, 0 none.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     For a code outside the space or a value out of range.
    fn should_fire(
        &self,
        py: Python<'_>,
        code: u16,
        params: &Bound<'_, PyDict>,
        barrier: i32,
        cost: f64,
    ) -> PyResult<i8> {
        let brain = self.snapshot();
        let leaf = leaf_of(py, brain.space(), code)?;
        let set = one_set(params, brain.space())?;
        gate::should_fire(&brain, &set, barrier, cost, leaf).map_err(|e| from_core(py, &e))
    }

    /// Strength with which each level borrows from the one above.
    ///
    /// Returns
    /// -------
    /// ndarray of float64, shape (3, levels − 1)
    ///     By rung, and level from the one below the root to the leaves.
    fn kappas<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let brain = self.snapshot();
        let rows: Vec<Vec<f64>> = (0..RUNGS).map(|rung| brain.kappas(rung).to_vec()).collect();
        PyArray2::from_vec2(py, &rows).map_err(|e| usage(py, &e.to_string()))
    }

    fn __repr__(&self) -> String {
        let brain = self.snapshot();
        let (ups, downs) = brain.evidence(1, 0, 0);
        format!("<Brain: {} observations at the root, {} leaves>", ups + downs, brain.space().n_leaves())
    }
}
