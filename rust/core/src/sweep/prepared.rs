//! A day that many calls sweep: what does not depend on the sets is made once.
use super::{
    auto::{self, Known, Pace},
    day_index::DayIndex,
    grid::GridShape,
    sets::{Sweep, SweepOptions, SweepSets},
};
use crate::{
    bars::DayBars,
    brain::Brain,
    control::Control,
    costs::Costs,
    error::Result,
    fills::FillRules,
    gate::Gate,
    market::{Market, Terms},
    params::ParamSet,
    per_bar::{PerBar, signals},
    state::{DayStates, StateSpace},
    trade::Trades,
};
use std::sync::{Arc, OnceLock};

/// What decides the side of a set in a leaf, frozen.
#[derive(Debug, Clone, Default)]
pub struct GateInput {
    /// Posteriors as they were; without them `learned` never fires and no entry is vetoed.
    pub brain: Option<Arc<Brain>>,
    /// The barrier that goes with them, ticks; asked for only with a brain.
    pub barrier: i32,
}

/// One day with its states, costs and gate, checked once and swept or simulated any number of times.
#[derive(Debug)]
pub struct PreparedDay {
    bars: Arc<DayBars>,
    states: Arc<DayStates>,
    space: Arc<StateSpace>,
    gate: GateInput,
    cost: f64,
    terms: Terms,
    /// The caller's own signals as states, which then decide the sides.
    signals: Option<DayStates>,
    /// Made by the first sweep; none if the day does not fit.
    lookups: OnceLock<Option<Lookups>>,
    /// How often the sets of the last sweep traded.
    pace: Pace,
}

/// What sweeps look up in a day.
#[derive(Debug)]
struct Lookups {
    shape: GridShape,
    index: DayIndex,
}

impl PreparedDay {
    /// Checks that day, states, costs and brain fit each other, and makes what every call needs.
    ///
    /// # Errors
    /// As [`Market::new`] and [`Gate::new`].
    pub fn new(
        bars: Arc<DayBars>,
        states: Arc<DayStates>,
        space: Arc<StateSpace>,
        gate: GateInput,
        costs: &Costs,
        rules: &FillRules,
    ) -> Result<Self> {
        Self::with(bars, states, space, gate, costs, rules, PerBar::default())
    }

    /// [`PreparedDay::new`] with signals, slippage and fees of the caller's own.
    ///
    /// # Errors
    /// As [`PreparedDay::new`] and [`PerBar::check`].
    pub fn with(
        bars: Arc<DayBars>,
        states: Arc<DayStates>,
        space: Arc<StateSpace>,
        gate: GateInput,
        costs: &Costs,
        rules: &FillRules,
        mut per_bar: PerBar,
    ) -> Result<Self> {
        per_bar.check(&bars)?;
        let sides = per_bar.sides.take();
        let terms = Market::with(&bars, &states, space.leaves(), costs, rules, per_bar)?.into_terms();
        let signals = sides.map(|sides| signals::states(&states, &sides));
        let terms = if signals.is_some() { Terms { n_leaves: signals::SIDES.len(), ..terms } } else { terms };
        let cost = costs.round_trip_ticks();
        let made =
            Self { bars, states, space, gate, cost, terms, signals, lookups: OnceLock::new(), pace: Pace::default() };
        made.gate(&[])?;
        Ok(made)
    }

    /// The day's bars.
    #[must_use]
    pub fn bars(&self) -> &DayBars {
        &self.bars
    }

    /// What the codes of the day's states mean.
    #[must_use]
    pub fn space(&self) -> &StateSpace {
        &self.space
    }

    /// Commission of a round trip, thousandths of a tick.
    #[must_use]
    pub fn commission(&self) -> i64 {
        self.terms.commission
    }

    /// Bytes that the day owns besides its bars, states and brain, which it shares with whoever gave them.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        let index = self.lookups().map_or(0, |lookups| lookups.index.nbytes());
        let signals = self.signals.as_ref().map_or(0, |s| size_of_val(&*s.codes) + size_of_val(&*s.contexts));
        size_of_val(self) + size_of_val(&*self.terms.slip) + size_of_val(&*self.terms.fees) + signals + index
    }

    /// Whether fills cost something by bar.
    #[must_use]
    pub fn has_fees(&self) -> bool {
        !self.terms.fees.is_empty()
    }

    /// The market that every set trades in. With own signals its codes are theirs; [`PreparedDay::simulate`] and
    /// [`PreparedDay::sweep`] tell those of the states.
    #[must_use]
    pub fn market(&self) -> Market<'_> {
        match &self.signals {
            Some(signals) => Market::from_terms(&self.bars, signals, &signals::LEAVES, &self.terms),
            None => Market::from_terms(&self.bars, &self.states, self.space.leaves(), &self.terms),
        }
    }

    /// All trades of one set whose side in each leaf is `fire`, as the day's gate has it.
    ///
    /// # Errors
    /// As [`Market::simulate`].
    pub fn simulate(&self, iteration: u32, set: &ParamSet, fire: &[i8]) -> Result<Trades> {
        let mut trades = self.market().simulate(iteration, set, fire)?;
        if self.signals.is_some() {
            for (code, &bar) in trades.code.iter_mut().zip(&trades.decision_bar) {
                *code = self.states.codes[bar as usize];
            }
        }
        Ok(trades)
    }

    /// The side that each of these sets takes in each leaf.
    ///
    /// # Errors
    /// As [`Gate::new`].
    pub fn gate(&self, sets: &[ParamSet]) -> Result<Gate> {
        if self.signals.is_some() {
            sets.iter().try_for_each(ParamSet::check)?;
            let (n_leaves, refused) = (signals::SIDES.len(), vec![false; sets.len()]);
            return Ok(Gate { n_leaves, sides: signals::fire(sets), refused });
        }
        let barrier = if self.gate.brain.is_some() { self.gate.barrier } else { 1 };
        Gate::new(self.gate.brain.as_deref(), barrier, sets, &self.space, self.cost)
    }

    fn lookups(&self) -> Option<&Lookups> {
        let make = || {
            let market = self.market();
            let shape = GridShape::new(&market)?;
            let mut index = DayIndex::default();
            index.fill(&market);
            Some(Lookups { shape, index })
        };
        self.lookups.get_or_init(make).as_ref()
    }

    /// As [`sweep_day`](super::sweep_day), with the sides of the day's gate.
    ///
    /// # Errors
    /// As [`sweep_day`](super::sweep_day).
    pub fn sweep(&self, sets: &[ParamSet], options: &SweepOptions, control: &Control) -> Result<Sweep> {
        control.check()?;
        let Gate { n_leaves, sides, refused } = self.gate(sets)?;
        let sets = SweepSets { sets, sides: &sides, n_leaves, refused: &refused };
        let (shape, index) = self.lookups().map(|lookups| (lookups.shape, &lookups.index)).unzip();
        let known = Known { index, pace: Some(&self.pace) };
        let mut swept = auto::sweep(&self.market(), shape, known, &sets, options, control)?;
        if let (Some(events), true) = (&mut swept.events, self.signals.is_some()) {
            for (code, &entry) in events.code.iter_mut().zip(&events.entry_bar) {
                *code = self.states.codes[entry as usize - 1];
            }
        }
        Ok(swept)
    }
}
