//! The logic of bayescore, free of Python.
//!
//! One day flows through it in this order:
//!
//! [`bars`] (columns of integer ticks) → [`state`] (features and one code a bar) and [`context`] (bits a bar) →
//! [`brain`] (posteriors by state) → [`gate`] (which side each parameter set fires in each state) →
//! [`simulate`] (one day, one set, all trades; [`trader`] bar by bar, [`live`] as they come) or [`sweep`] (one day, many sets, figures only; [`metrics`]) →
//! [`regret`] (how well the exits were timed) and [`counterfactual`] (what other exits would have earned) → [`labels`] (what each state was followed by) → back into [`brain`].
//!
//! [`cscv`] says how often the winner of a search loses afterwards.
//! [`market`] is a day with its assumptions, of [`costs`] and [`fills`]; [`trade`] what comes out; [`params`] the parameter sets, [`per_bar`] what a caller brings instead, [`control`] the stop flag
//! and progress counter, [`error`] what can go wrong.
pub mod bars;
pub mod brain;
pub mod context;
pub mod control;
pub mod costs;
pub mod counterfactual;
pub mod cscv;
pub mod error;
pub mod facts;
pub mod fills;
pub mod gate;
pub mod labels;
pub mod live;
pub mod market;
pub mod metrics;
pub mod params;
pub mod per_bar;
pub mod regret;
pub mod rolling;
mod simd;
pub mod simulate;
pub mod state;
pub mod sweep;
pub mod trade;
pub mod trader;
