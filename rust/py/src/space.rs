//! `StateSpace`: what state codes mean.
use crate::arrays::column;
use crate::errors::{from_core, usage};
use bayescore_core::context;
use bayescore_core::state::{self, Field, INVALID};
use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use std::sync::Arc;

/// What the state codes of a day mean: fields, levels, labels, mirror images and coarser states.
///
/// A code is a mixed-radix number of its fields, the first field most significant; 65535 means no state.
///
/// Parameters
/// ----------
/// fields : list of (str, list of str, bool)
///     Name, one label a level, and whether mirroring the prices turns level ``l`` into ``levels − 1 − l``.
/// chain : list of list of str
///     Field names of ever coarser states, from the leaves on; each a part of the one before. The root is implied.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For repeated or unknown names, empty fields, a chain that does not shrink, or more than 65,535 codes.
#[pyclass(frozen, eq, module = "bayescore._core")]
#[derive(PartialEq)]
pub struct StateSpace(pub Arc<state::StateSpace>);

impl StateSpace {
    fn wrap(py: Python<'_>, made: bayescore_core::error::Result<state::StateSpace>) -> PyResult<Self> {
        made.map(|space| Self(Arc::new(space))).map_err(|e| from_core(py, &e))
    }

    fn check_leaf(&self, py: Python<'_>, leaf: usize) -> PyResult<()> {
        if leaf < self.0.n_leaves() {
            return Ok(());
        }
        Err(usage(py, &format!("leaf {leaf} is not one of the {} of this space", self.0.n_leaves())))
    }
}

/// Leaf of a code, or an error that names the code.
pub fn leaf_of(py: Python<'_>, space: &state::StateSpace, code: u16) -> PyResult<usize> {
    if usize::from(code) < space.n_codes() {
        return Ok(space.leaf_of(code));
    }
    Err(usage(py, &format!("code {code} is not one of the {} of this state space", space.n_codes())))
}

/// Names of the session windows of a space, none if it has no such field.
pub fn window_names(space: &state::StateSpace) -> &[String] {
    space.fields().iter().find(|f| f.name == "window").map_or(&[], |f| &f.labels)
}

#[pymethods]
impl StateSpace {
    #[new]
    fn new(py: Python<'_>, fields: Vec<(String, Vec<String>, bool)>, chain: Vec<Vec<String>>) -> PyResult<Self> {
        let fields = fields.iter().map(|(name, labels, mirrored)| Field::new(name, labels, *mirrored)).collect();
        Self::wrap(py, state::StateSpace::new(fields, &chain))
    }

    /// The engine's own space with its default edges.
    ///
    /// Parameters
    /// ----------
    /// window_names : list of str
    ///     Names of the session windows, one to eight.
    ///
    /// Returns
    /// -------
    /// StateSpace
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there are no names, more than eight, or two are equal.
    #[classmethod]
    fn standard(_class: &Bound<'_, PyType>, py: Python<'_>, window_names: Vec<String>) -> PyResult<Self> {
        Self::wrap(py, state::StateSpace::standard(&window_names))
    }

    /// Name, labels and mirroring of each field, most significant first.
    #[getter]
    fn fields(&self) -> Vec<(String, Vec<String>, bool)> {
        self.0.fields().iter().map(|f| (f.name.clone(), f.labels.clone(), f.mirrored)).collect()
    }

    /// Field names of the chain, from the leaves to the coarsest level; the root is implied.
    #[getter]
    fn chain(&self) -> Vec<Vec<String>> {
        self.0.chain().to_vec()
    }

    /// Names of the session windows; empty if the space has no field ``window``.
    #[getter]
    fn window_names(&self) -> Vec<String> {
        window_names(&self.0).to_vec()
    }

    /// Bit and name of every context, those of the session windows last.
    #[getter]
    fn contexts(&self) -> Vec<(usize, String)> {
        context::names(window_names(&self.0)).collect()
    }

    /// Number of codes; valid codes are below it.
    #[getter]
    fn n_codes(&self) -> usize {
        self.0.n_codes()
    }

    /// Number of leaves.
    #[getter]
    fn n_leaves(&self) -> usize {
        self.0.n_leaves()
    }

    /// Number of levels of the chain, root and leaves included.
    #[getter]
    fn n_levels(&self) -> usize {
        self.0.levels()
    }

    /// Label of each field of a code, by field name; empty for 65535.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If the code is neither of this space nor 65535.
    fn decode<'py>(&self, py: Python<'py>, code: u16) -> PyResult<Bound<'py, PyDict>> {
        let out = PyDict::new(py);
        if code == INVALID {
            return Ok(out);
        }
        leaf_of(py, &self.0, code)?;
        for (level, field) in self.0.decode(code).unwrap_or_default().into_iter().zip(self.0.fields()) {
            out.set_item(&field.name, &field.labels[level])?;
        }
        Ok(out)
    }

    /// The code with these labels, one for each field.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If a field is missing or unknown, or a label is not one of its levels.
    fn encode(&self, py: Python<'_>, labels: &Bound<'_, PyDict>) -> PyResult<u16> {
        let names: Vec<&str> = self.0.fields().iter().map(|f| f.name.as_str()).collect();
        crate::arrays::known_keys(labels, "labels", &names)?;
        let mut levels = Vec::with_capacity(names.len());
        for field in self.0.fields() {
            let label: String = crate::arrays::item(labels, "labels", &field.name)?.extract()?;
            let Some(level) = field.labels.iter().position(|l| *l == label) else {
                let all = field.labels.join(", ");
                return Err(usage(py, &format!("{}: {label:?} is not a level; there are {all}", field.name)));
            };
            levels.push(level);
        }
        self.0.encode(&levels).ok_or_else(|| usage(py, "these labels are no code of the space"))
    }

    /// Text of a code; "invalid" for 65535 and other codes outside the space.
    fn label(&self, code: u16) -> String {
        self.0.label(code)
    }

    /// Text of a leaf.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there is no such leaf.
    fn leaf_label(&self, py: Python<'_>, leaf: usize) -> PyResult<String> {
        self.check_leaf(py, leaf)?;
        Ok(self.0.leaf_label(leaf))
    }

    /// Leaf of a code, or of each code of an array.
    ///
    /// Parameters
    /// ----------
    /// code : int or ndarray of uint16, shape (n,)
    ///     In an array 65535 is allowed and stays 65535.
    ///
    /// Returns
    /// -------
    /// int or ndarray of uint16, shape (n,)
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     For a code outside the space.
    fn leaf_of<'py>(&self, code: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = code.py();
        if let Ok(code) = code.extract::<u16>() {
            return Ok(leaf_of(py, &self.0, code)?.into_pyobject(py)?.into_any());
        }
        let codes: Vec<u16> = column(code, "code")?;
        let leaf = |c: u16| if c == INVALID { Ok(INVALID) } else { leaf_of(py, &self.0, c).map(|l| l as u16) };
        let leaves: Vec<u16> = codes.into_iter().map(leaf).collect::<PyResult<_>>()?;
        Ok(leaves.into_pyarray(py).into_any())
    }

    /// The leaf seen when the prices are mirrored.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there is no such leaf.
    fn mirror_leaf(&self, py: Python<'_>, leaf: usize) -> PyResult<usize> {
        self.check_leaf(py, leaf)?;
        Ok(self.0.mirror(self.0.levels() - 1, leaf))
    }

    /// The code seen when the prices are mirrored.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If the code is not of this space.
    fn mirror(&self, py: Python<'_>, code: u16) -> PyResult<u16> {
        leaf_of(py, &self.0, code)?;
        let mut levels = self.0.decode(code).unwrap_or_default();
        for (level, field) in levels.iter_mut().zip(self.0.fields()).filter(|(_, field)| field.mirrored) {
            *level = field.labels.len() - 1 - *level;
        }
        self.0.encode(&levels).ok_or_else(|| usage(py, "the mirror image is no code of the space"))
    }

    /// Side (+1, −1, 0) that `reversion` and `drive` entries take in a leaf, in this order.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.UsageError
    ///     If there is no such leaf.
    fn rule_sides(&self, py: Python<'_>, leaf: usize) -> PyResult<(i8, i8)> {
        self.check_leaf(py, leaf)?;
        Ok((self.0.reversion_side(leaf), self.0.drive_side(leaf)))
    }

    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.0.fields().iter().map(|f| f.name.as_str()).collect();
        format!("<StateSpace {}: {} codes, {} leaves>", names.join(" × "), self.0.n_codes(), self.0.n_leaves())
    }
}
