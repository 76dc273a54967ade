//! What the core declares, as plain Python data.
use bayescore_core::brain::BrainConfig;
use bayescore_core::context;
use bayescore_core::costs::Costs;
use bayescore_core::facts::{Kind, Settings, Value};
use bayescore_core::fills::{FillRules, Intrabar, LimitFill};
use bayescore_core::labels::{LabelRules, Outcome};
use bayescore_core::metrics::{Objective, Scoring};
use bayescore_core::params::{EntryRule, ParamSet, Sides};
use bayescore_core::regret::{RegretRules, Timing};
use bayescore_core::state::StateConfig;
use bayescore_core::trade::Reason;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

fn object<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Bool(x) => x.into_pyobject(py)?.to_owned().into_any(),
        Value::Int(x) => x.into_pyobject(py)?.into_any(),
        Value::Float(x) => x.into_pyobject(py)?.into_any(),
        Value::Floats(x) => PyTuple::new(py, x)?.into_any(),
        Value::Name(x) => x.into_pyobject(py)?.into_any(),
    })
}

fn section<'py, S: Settings>(py: Python<'py>, defaults: Option<&S>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let defaults = defaults.map(Settings::values);
    for (k, field) in S::FIELDS.iter().enumerate() {
        let fact = PyDict::new(py);
        let (low, high, closed) = field.bounds.ends();
        let end = |x: f64| {
            let whole = matches!(field.kind, Kind::Int(_));
            let value = if whole { Value::Int(x as i64) } else { Value::Float(x) };
            x.is_finite().then(|| object(py, &value)).transpose()
        };
        fact.set_item("default", defaults.as_ref().map(|values| object(py, &values[k])).transpose()?)?;
        fact.set_item("low", end(low)?)?;
        fact.set_item("high", end(high)?)?;
        fact.set_item("closed", closed)?;
        fact.set_item("dtype", field.kind.dtype())?;
        if let Kind::Name(names) = field.kind {
            fact.set_item("names", PyTuple::new(py, names)?)?;
        }
        fact.set_item("doc", field.doc.trim())?;
        dict.set_item(field.name, fact)?;
    }
    Ok(dict)
}

/// Every setting by the struct that has it.
pub fn facts(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("params", section::<ParamSet>(py, None)?)?;
    dict.set_item("costs", section(py, Some(&Costs::default()))?)?;
    dict.set_item("fills", section(py, Some(&FillRules::default()))?)?;
    dict.set_item("scoring", section(py, Some(&Scoring::default()))?)?;
    dict.set_item("regret", section(py, Some(&RegretRules::default()))?)?;
    dict.set_item("labels", section(py, Some(&LabelRules::default()))?)?;
    dict.set_item("brain", section(py, Some(&BrainConfig::default()))?)?;
    dict.set_item("state", section(py, Some(&StateConfig::default()))?)?;
    Ok(dict)
}

/// Every list of names that stand for numbers.
pub fn names(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    for (what, names) in [
        ("entry_rule", EntryRule::NAMES),
        ("sides", Sides::NAMES),
        ("exit_reason", Reason::NAMES),
        ("timing", Timing::NAMES),
        ("label_outcome", Outcome::NAMES),
        ("objective", Objective::NAMES),
        ("limit_fill", LimitFill::NAMES),
        ("intrabar", Intrabar::NAMES),
        ("context", context::NAMES),
    ] {
        dict.set_item(what, PyTuple::new(py, names)?)?;
    }
    Ok(dict)
}
