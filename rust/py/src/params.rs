//! Settings, parameter sets and costs as Python passes them: dicts of values, dicts of columns.
use crate::arrays::{column, fitting, item, known_keys};
use crate::errors::{data, from_core, usage};
use crate::space::window_names;
use bayescore_core::context::parse_mask;
use bayescore_core::costs::Costs;
use bayescore_core::facts::{Field, Kind, Settings, Value, convert};
use bayescore_core::fills::FillRules;
use bayescore_core::metrics::Objective;
use bayescore_core::params::ParamSet;
use bayescore_core::per_bar::PerBar;
use bayescore_core::state::StateSpace;
use pyo3::conversion::FromPyObjectOwned;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

fn extract<'py, T: FromPyObjectOwned<'py>>(value: &Bound<'py, PyAny>, key: &str) -> PyResult<T> {
    value.extract::<T>().map_err(|e| {
        let e: PyErr = e.into();
        usage(value.py(), &format!("{key}: {}", e.value(value.py())))
    })
}

/// A value of Python as one of a field.
fn value_of(value: &Bound<'_, PyAny>, name: &str, kind: Kind) -> PyResult<Value> {
    Ok(match kind {
        Kind::Bool => Value::Bool(extract(value, name)?),
        Kind::Float => Value::Float(extract(value, name)?),
        Kind::Floats(_) => Value::Floats(extract(value, name)?),
        Kind::Name(_) if value.is_instance_of::<PyString>() => Value::Name(extract(value, name)?),
        Kind::Int(_) | Kind::Name(_) => Value::Int(extract(value, name)?),
    })
}

fn names(fields: &[Field]) -> Vec<&'static str> {
    fields.iter().map(|f| f.name).collect()
}

/// The values of `settings`, replaced where the dict has a key.
fn replaced<S: Settings>(settings: &S, dict: &Bound<'_, PyDict>) -> PyResult<S> {
    let mut values = settings.values();
    for (field, value) in S::FIELDS.iter().zip(&mut values) {
        if let Some(given) = dict.get_item(field.name)? {
            *value = value_of(&given, &format!("{}{}", S::PREFIX, field.name), field.kind)?;
        }
    }
    S::from_values(&values).map_err(|e| from_core(dict.py(), &e))
}

/// Settings from a dict; what is left out keeps its default, what is unknown is refused.
pub fn settings<S: Settings + Default>(dict: Option<&Bound<'_, PyDict>>, what: &str) -> PyResult<S> {
    let Some(dict) = dict else { return Ok(S::default()) };
    known_keys(dict, what, &names(S::FIELDS))?;
    replaced(&S::default(), dict)
}

/// One parameter set; names also by number, `contexts_allowed` also by text.
pub fn one_set(dict: &Bound<'_, PyDict>, space: &StateSpace) -> PyResult<ParamSet> {
    let py = dict.py();
    known_keys(dict, "params", &names(ParamSet::FIELDS))?;
    let mut values = Vec::with_capacity(ParamSet::FIELDS.len());
    for field in ParamSet::FIELDS {
        if let (false, Some(usual)) = (dict.contains(field.name)?, ParamSet::left_out(field.name)) {
            values.push(usual);
            continue;
        }
        let given = item(dict, "params", field.name)?;
        values.push(if field.name == "contexts_allowed" && given.is_instance_of::<PyString>() {
            let text: String = given.extract()?;
            Value::Int(i64::from(parse_mask(&text, window_names(space)).map_err(|e| from_core(py, &e))?))
        } else {
            value_of(&given, field.name, field.kind)?
        });
    }
    ParamSet::from_values(&values).map_err(|e| from_core(py, &e))
}

/// A factor's column; one that may be left out is filled to `n` rows.
fn column_of(dict: &Bound<'_, PyDict>, field: &Field, n: usize) -> PyResult<Vec<Value>> {
    if let (false, Some(usual)) = (dict.contains(field.name)?, ParamSet::left_out(field.name)) {
        return Ok(vec![usual; n]);
    }
    let given = item(dict, "params_table", field.name)?;
    Ok(match field.kind {
        Kind::Float => column::<f64>(&given, field.name)?.into_iter().map(Value::Float).collect(),
        Kind::Int("uint32") => whole::<u32>(&given, field.name)?,
        Kind::Name(_) => whole::<u8>(&given, field.name)?,
        _ => whole::<i32>(&given, field.name)?,
    })
}

fn whole<T: TryFrom<i64> + Into<i64>>(given: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<Value>> {
    Ok(fitting::<T>(given, name)?.into_iter().map(|x| Value::Int(x.into())).collect())
}

/// Many sets as columns of equal length; further columns are refused.
pub fn table(dict: &Bound<'_, PyDict>) -> PyResult<Vec<ParamSet>> {
    let py = dict.py();
    known_keys(dict, "params_table", &names(ParamSet::FIELDS))?;
    let mut columns: Vec<Vec<Value>> = Vec::with_capacity(ParamSet::FIELDS.len());
    for field in ParamSet::FIELDS {
        let n = columns.first().map_or(0, Vec::len);
        columns.push(column_of(dict, field, n)?);
    }
    let n = columns[0].len();
    if columns.iter().any(|c| c.len() != n) {
        return Err(data(py, "params_table: the columns differ in length"));
    }
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    let mut row = Vec::with_capacity(columns.len());
    (0..n)
        .map(|_| {
            row.clear();
            row.extend(columns.iter_mut().filter_map(Iterator::next));
            ParamSet::from_values(&row).map_err(|e| from_core(py, &e))
        })
        .collect()
}

/// Costs and fill rules; what is left out keeps its default.
pub fn assumptions(dict: Option<&Bound<'_, PyDict>>) -> PyResult<(Costs, FillRules)> {
    let (costs, rules) = (Costs::default(), FillRules::default());
    let Some(dict) = dict else { return Ok((costs, rules)) };
    known_keys(dict, "costs", &[names(Costs::FIELDS), names(FillRules::FIELDS)].concat())?;
    Ok((replaced(&costs, dict)?, replaced(&rules, dict)?))
}

/// What a caller brings bar by bar: `long` and `short` (bool), `slippage` and `fees` (integers).
pub fn per_bar(dict: Option<&Bound<'_, PyDict>>) -> PyResult<PerBar> {
    let Some(dict) = dict else { return Ok(PerBar::default()) };
    let py = dict.py();
    known_keys(dict, "per_bar", &["long", "short", "slippage", "fees"])?;
    let flags = |name: &str| -> PyResult<Option<Vec<bool>>> {
        dict.get_item(name)?.map(|given| column::<bool>(&given, name)).transpose()
    };
    let (long, short) = (flags("long")?, flags("short")?);
    let none = |other: Option<&Vec<bool>>| vec![false; other.map_or(0, Vec::len)];
    let sides = (long.is_some() || short.is_some()).then(|| {
        let (no_long, no_short) = (none(short.as_ref()), none(long.as_ref()));
        PerBar::sides_of(&long.unwrap_or(no_long), &short.unwrap_or(no_short))
    });
    Ok(PerBar {
        sides: sides.transpose().map_err(|e| from_core(py, &e))?,
        slippage: dict.get_item("slippage")?.map(|given| fitting(&given, "slippage")).transpose()?,
        fees: dict.get_item("fees")?.map(|given| fitting(&given, "fees")).transpose()?,
    })
}

/// The objective of this name.
pub fn objective(py: Python<'_>, name: &str) -> PyResult<Objective> {
    convert("objective", Some(&Value::Name(name.into()))).map_err(|e| from_core(py, &e))
}
