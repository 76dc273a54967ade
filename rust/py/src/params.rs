//! Parameter sets and costs as Python passes them: dicts of values, dicts of columns.
use crate::arrays::{column, fitting, item, known_keys};
use crate::errors::{from_core, usage};
use crate::space::window_names;
use bayescore_core::context::parse_mask;
use bayescore_core::costs::Costs;
use bayescore_core::fills::{FillRules, Intrabar, LimitFill};
use bayescore_core::metrics::Objective;
use bayescore_core::params::{EntryRule, ParamSet};
use bayescore_core::state::StateSpace;
use pyo3::conversion::FromPyObjectOwned;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

const NAMES: [&str; 11] = [
    "stop_loss_ticks",
    "take_profit_ticks",
    "trail_activation_ticks",
    "trail_distance_ticks",
    "max_hold_seconds",
    "cooldown_seconds",
    "confidence_threshold",
    "min_samples",
    "entry_rule",
    "contexts_allowed",
    "max_consecutive_losses",
];

const RULES: [&str; 4] = ["learned", "reversion", "drive", "any"];

fn rule(py: Python<'_>, number: u8) -> PyResult<EntryRule> {
    EntryRule::from_u8(number)
        .ok_or_else(|| usage(py, &format!("entry_rule: {number} is none of 0 (learned) … 3 (any)")))
}

/// A value of a dict, with its key in the message when it is of the wrong type.
fn value<'py, T: FromPyObjectOwned<'py>>(dict: &Bound<'py, PyDict>, what: &str, key: &str) -> PyResult<T> {
    extract(&item(dict, what, key)?, key)
}

fn extract<'py, T: FromPyObjectOwned<'py>>(value: &Bound<'py, PyAny>, key: &str) -> PyResult<T> {
    value.extract::<T>().map_err(|e| {
        let e: PyErr = e.into();
        usage(value.py(), &format!("{key}: {}", e.value(value.py())))
    })
}

/// One parameter set; `entry_rule` and `contexts_allowed` by name or number.
pub fn one_set(dict: &Bound<'_, PyDict>, space: &StateSpace) -> PyResult<ParamSet> {
    let py = dict.py();
    known_keys(dict, "params", &NAMES)?;
    let int = |key: &str| value::<i32>(dict, "params", key);
    let entry_rule = item(dict, "params", "entry_rule")?;
    let entry_rule = if entry_rule.is_instance_of::<PyString>() {
        let name: String = entry_rule.extract()?;
        match RULES.iter().position(|r| *r == name) {
            Some(number) => rule(py, number as u8)?,
            None => return Err(usage(py, &format!("entry_rule: {name:?} is none of {}", RULES.join(", ")))),
        }
    } else {
        rule(py, extract(&entry_rule, "entry_rule")?)?
    };
    let contexts = item(dict, "params", "contexts_allowed")?;
    let contexts_allowed = if contexts.is_instance_of::<PyString>() {
        let text: String = contexts.extract()?;
        parse_mask(&text, window_names(space)).map_err(|e| from_core(py, &e))?
    } else {
        extract(&contexts, "contexts_allowed")?
    };
    Ok(ParamSet {
        stop_loss_ticks: int("stop_loss_ticks")?,
        take_profit_ticks: int("take_profit_ticks")?,
        trail_activation_ticks: int("trail_activation_ticks")?,
        trail_distance_ticks: int("trail_distance_ticks")?,
        max_hold_seconds: int("max_hold_seconds")?,
        cooldown_seconds: int("cooldown_seconds")?,
        confidence_threshold: value(dict, "params", "confidence_threshold")?,
        min_samples: int("min_samples")?,
        entry_rule,
        contexts_allowed,
        max_consecutive_losses: int("max_consecutive_losses")?,
    })
}

/// Many sets as columns of equal length; further columns are refused.
pub fn table(dict: &Bound<'_, PyDict>) -> PyResult<Vec<ParamSet>> {
    let py = dict.py();
    known_keys(dict, "params_table", &NAMES)?;
    let int = |key: &str| fitting::<i32>(&item(dict, "params_table", key)?, key);
    let stop = int("stop_loss_ticks")?;
    let target = int("take_profit_ticks")?;
    let activation = int("trail_activation_ticks")?;
    let distance = int("trail_distance_ticks")?;
    let hold = int("max_hold_seconds")?;
    let cooldown = int("cooldown_seconds")?;
    let samples = int("min_samples")?;
    let losses = int("max_consecutive_losses")?;
    let confidence: Vec<f64> = column(&item(dict, "params_table", "confidence_threshold")?, "confidence_threshold")?;
    let rules: Vec<u8> = fitting(&item(dict, "params_table", "entry_rule")?, "entry_rule")?;
    let contexts: Vec<u32> = fitting(&item(dict, "params_table", "contexts_allowed")?, "contexts_allowed")?;
    let n = stop.len();
    let lengths = [target.len(), activation.len(), distance.len(), hold.len(), cooldown.len(), samples.len()];
    let others = [losses.len(), confidence.len(), rules.len(), contexts.len()];
    if lengths.iter().chain(&others).any(|&l| l != n) {
        return Err(crate::errors::data(py, "params_table: the columns differ in length"));
    }
    (0..n)
        .map(|k| {
            Ok(ParamSet {
                stop_loss_ticks: stop[k],
                take_profit_ticks: target[k],
                trail_activation_ticks: activation[k],
                trail_distance_ticks: distance[k],
                max_hold_seconds: hold[k],
                cooldown_seconds: cooldown[k],
                confidence_threshold: confidence[k],
                min_samples: samples[k],
                entry_rule: rule(py, rules[k])?,
                contexts_allowed: contexts[k],
                max_consecutive_losses: losses[k],
            })
        })
        .collect()
}

/// Costs and fill rules; what is left out keeps its default.
pub fn assumptions(dict: Option<&Bound<'_, PyDict>>) -> PyResult<(Costs, FillRules)> {
    let (mut costs, mut rules) = (Costs::default(), FillRules::default());
    let Some(dict) = dict else { return Ok((costs, rules)) };
    let py = dict.py();
    known_keys(
        dict,
        "costs",
        &[
            "commission_milliticks",
            "slippage_base",
            "slippage_factor",
            "slippage_window",
            "limit_fill",
            "intrabar",
            "max_entry_gap",
            "no_entry_before_close",
            "flat_before_close",
        ],
    )?;
    macro_rules! take {
        ($into:expr, $($name:ident),*) => {
            $(if let Some(given) = dict.get_item(stringify!($name))? {
                $into.$name = extract(&given, stringify!($name))?;
            })*
        };
    }
    take!(costs, commission_milliticks, slippage_base, slippage_factor, slippage_window);
    take!(rules, max_entry_gap, no_entry_before_close, flat_before_close);
    if let Some(given) = dict.get_item("limit_fill")? {
        rules.limit_fill = match extract::<String>(&given, "limit_fill")?.as_str() {
            "touch" => LimitFill::Touch,
            "through" => LimitFill::Through,
            other => return Err(usage(py, &format!("limit_fill: {other:?} is none of touch, through"))),
        };
    }
    if let Some(given) = dict.get_item("intrabar")? {
        rules.intrabar = match extract::<String>(&given, "intrabar")?.as_str() {
            "stop_first" => Intrabar::StopFirst,
            "target_first" => Intrabar::TargetFirst,
            "ohlc_path" => Intrabar::OhlcPath,
            other => {
                return Err(usage(py, &format!("intrabar: {other:?} is none of stop_first, target_first, ohlc_path")));
            }
        };
    }
    Ok((costs, rules))
}

/// The objective of this name.
pub fn objective(py: Python<'_>, name: &str) -> PyResult<Objective> {
    Objective::from_name(name).map_err(|e| from_core(py, &e))
}
