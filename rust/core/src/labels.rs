//! What each market episode was followed by: the evidence the brain learns from.
//!
//! An *episode* is a maximal run of valid bars with one code. Its label asks which of two barriers, the same number of
//! ticks above and below the next bar's open, the price touches first. Neighbouring labels overlap, so a state takes a
//! new one only after its previous one has ended: starts are then stopping times, and on a random walk the shares of
//! ups are unbiased. (Weighting overlapping labels by their uniqueness is not: the weight knows where the price went.)
use crate::bars::DayBars;
use crate::error::{CoreError, Result};
use crate::facts::{Bounds, Settings};
use crate::fills::FillRules;
use crate::state::{DayStates, INVALID, StateSpace};
use std::sync::Arc;

/// Distances a label is learned at: about half the barrier, the barrier, twice the barrier.
pub const RUNGS: usize = 3;

/// Largest barrier of a day, ticks.
pub const MAX_BARRIER: i32 = 1 << 21;

/// Seconds at the start of the first date that only serve to measure its barrier.
pub const FIRST_DAY_S: i32 = 3600;

crate::names! {
    /// How a label ended.
    pub enum Outcome {
        /// The upper barrier came first.
        Up = "up",
        /// The lower barrier came first.
        Down = "down",
        /// Both barriers lie in one bar.
        Ambiguous = "ambiguous",
        /// Neither was touched within the horizon.
        Unresolved = "unresolved",
    }
}

crate::settings! {
    /// How labels are made.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct LabelRules("label_") {
        /// Seconds from the label's start until it is unresolved.
        horizon: i32 = 900, Bounds::Closed(1.0, 86_400.0);
        /// Longest wait for the bar after the decision bar, seconds.
        max_entry_gap: i32 = FillRules::default().max_entry_gap, Bounds::Closed(1.0, 86_400.0);
        /// Whether a state and its mirror image count as one.
        mirror: bool = true, Bounds::ANY;
        /// Whether decision bars in the first hour get no label, as on the first date of a run.
        first_day: bool = false, Bounds::ANY;
    }
}

/// Ups and downs of every state of every level, on the canonical states (all of them without mirror pooling).
#[derive(Debug, Clone, PartialEq)]
pub struct Counts {
    /// `[ups, downs]` by level and state; level 0 is the root.
    pub levels: Vec<Vec<[f64; 2]>>,
}

impl Counts {
    /// No evidence.
    #[must_use]
    pub fn zero(space: &StateSpace) -> Self {
        Self { levels: (0..space.levels()).map(|l| vec![[0.0; 2]; space.n_states(l)]).collect() }
    }
}

/// Labels of one rung, one entry an episode.
#[derive(Debug, Clone, PartialEq)]
pub struct RungLabels {
    /// How each label ended.
    pub outcome: Vec<Outcome>,
    /// First bar at which the label is over: the touching bar, or the first at or after the horizon (number of bars
    /// if there is none).
    pub end_bar: Vec<u32>,
    /// Whether the episode's leaf took the label.
    pub taken: Vec<bool>,
    /// What was taken, by level.
    pub counts: Counts,
}

/// Labels of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// What the codes mean.
    pub space: Arc<StateSpace>,
    /// Whether states were pooled with their mirror images.
    pub mirror: bool,
    /// Barrier of the middle rung, ticks.
    pub barrier: i32,
    /// First bar of each labelled episode, ascending.
    pub decision_bar: Vec<u32>,
    /// Code of each labelled episode.
    pub code: Vec<u16>,
    /// Codes of the episodes without a label because the next bar came too late or never.
    pub gaps: Vec<u16>,
    /// Outcomes by rung.
    pub rungs: [RungLabels; RUNGS],
}

/// What became of the episodes that share a level of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LabelCounts {
    /// All episodes: the sum of the others.
    pub episodes: u32,
    /// Labels that ended up.
    pub ups: u32,
    /// Labels that ended down.
    pub downs: u32,
    /// Both barriers in one bar.
    pub ambiguous: u32,
    /// No barrier within the horizon.
    pub unresolved: u32,
    /// The next bar came too late or never.
    pub gap: u32,
}

/// What a level's states took of a day, as columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LevelCounts {
    /// State of the level; of a state and its mirror image the smaller, if they are pooled.
    pub state: Vec<u16>,
    /// Ups; a state that is its own mirror image has a half of each.
    pub ups: Vec<f64>,
    /// Downs.
    pub downs: Vec<f64>,
}

/// Labels that count at the leaves: what the brain learns from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeafCounts {
    /// Leaf, ascending; of a leaf and its mirror image the canonical one if they were pooled.
    pub leaf: Vec<u16>,
    /// Labels that ended up.
    pub ups: Vec<f64>,
    /// Labels that ended down.
    pub downs: Vec<f64>,
}

/// The typical move of a minute: rms of the changes over `lag` seconds, rounded, at least 2 ticks.
///
/// Over all bars that have a bar `lag` seconds back, or only those less than `until_s` seconds after the first bar.
///
/// # Errors
/// [`CoreError::Parameter`] for a lag below 1.
pub fn barrier_ticks(day: &DayBars, lag: i32, until_s: Option<i32>) -> Result<i32> {
    if lag < 1 {
        return Err(CoreError::parameter("lag", format!("{lag} s is not a positive time")));
    }
    let end = until_s.map_or(i32::MAX, |s| day.ts[0].saturating_add(s));
    let (mut sum, mut n, mut back) = (0_i64, 0_i64, 0);
    for i in 0..day.len() {
        if day.ts[i] >= end {
            break;
        }
        while back < i && day.ts[back + 1] <= day.ts[i] - lag {
            back += 1;
        }
        if day.ts[back] <= day.ts[i] - lag {
            let change = i64::from(day.close[i]) - i64::from(day.close[back]);
            sum += change * change;
            n += 1;
        }
    }
    let rms = if n == 0 { 0.0 } else { (sum as f64 / n as f64).sqrt() };
    Ok(((rms + 0.5).floor() as i32).max(2))
}

/// Barriers of the three rungs, ticks.
///
/// # Errors
/// [`CoreError::Parameter`] for a barrier outside 1..[`MAX_BARRIER`].
pub fn checked_rungs(barrier: i32) -> Result<[i32; RUNGS]> {
    check_barrier(barrier)?;
    Ok(rungs(barrier))
}

fn check_barrier(barrier: i32) -> Result<()> {
    if (1..=MAX_BARRIER).contains(&barrier) {
        return Ok(());
    }
    Err(CoreError::parameter("barrier", format!("{barrier} ticks is outside 1..{MAX_BARRIER}")))
}

/// As [`checked_rungs`], of a barrier that was checked.
#[must_use]
pub fn rungs(barrier: i32) -> [i32; RUNGS] {
    [((barrier + 1) / 2).max(1), barrier, 2 * barrier]
}

/// Labels every episode of a day and chooses, level by level, those that count.
///
/// # Errors
/// [`CoreError::Shape`] if the states are not of this day, [`CoreError::Parameter`] for a barrier below 1 or rules out
/// of range, [`CoreError::Bars`] for a code outside the space.
pub fn label_day(
    day: &DayBars,
    states: &DayStates,
    space: &Arc<StateSpace>,
    barrier: i32,
    rules: &LabelRules,
) -> Result<Labels> {
    check(day, states, space, barrier, rules)?;
    let n = day.len();
    let from = if rules.first_day { day.ts[0].saturating_add(FIRST_DAY_S) } else { i32::MIN };
    let (mut decision_bar, mut code, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..n {
        let c = states.codes[i];
        if c == INVALID || (i > 0 && states.codes[i - 1] == c) || day.ts[i] < from {
            continue;
        }
        if i + 1 < n && day.ts[i + 1] - day.ts[i] <= rules.max_entry_gap {
            decision_bar.push(i as u32);
            code.push(c);
        } else {
            gaps.push(c);
        }
    }
    let mut rungs = first_passages(day, space, &decision_bar, barrier, rules.horizon);
    select(space, rules.mirror, &decision_bar, &code, &mut rungs);
    Ok(Labels { space: Arc::clone(space), mirror: rules.mirror, barrier, decision_bar, code, gaps, rungs })
}

fn check(day: &DayBars, states: &DayStates, space: &StateSpace, barrier: i32, rules: &LabelRules) -> Result<()> {
    if states.codes.len() != day.len() {
        return Err(CoreError::Shape(format!("{} states for {} bars", states.codes.len(), day.len())));
    }
    check_barrier(barrier)?;
    rules.check_bounds()?;
    match states.codes.iter().position(|&c| c != INVALID && usize::from(c) >= space.n_codes()) {
        Some(i) => Err(CoreError::bars(
            i,
            format!("code {} is not one of the {} of its state space", states.codes[i], space.n_codes()),
        )),
        None => Ok(()),
    }
}

/// Suffix records: seen from some bar, level and bar of the later ones that set a new extreme, the nearest on top.
#[derive(Default)]
struct Records(Vec<(i32, u32)>);

impl Records {
    fn push(&mut self, level: i32, bar: u32) {
        let mut n = self.0.len();
        while n > 0 && self.0[n - 1].0 <= level {
            n -= 1;
        }
        self.0.truncate(n);
        self.0.push((level, bar));
    }

    /// First bar ahead that reaches `level`, `above` ticks over a price that the top record reaches; `u32::MAX` if none.
    ///
    /// Records are different levels, so the one that answers lies among the topmost `above` or just below them.
    fn reaching(&self, level: i32, above: i32) -> u32 {
        let first = self.0.len().saturating_sub(above as usize);
        let count = first + self.0[first..].partition_point(|&(l, _)| l >= level);
        if count == 0 { u32::MAX } else { self.0[count - 1].1 }
    }
}

/// Outcome and end of every label on every rung, from the last bar to the first: at each label's start the records of
/// highs and lows ahead answer any barrier at once.
fn first_passages(
    day: &DayBars,
    space: &StateSpace,
    decision_bar: &[u32],
    barrier: i32,
    horizon: i32,
) -> [RungLabels; RUNGS] {
    let n = day.len();
    let m = decision_bar.len();
    let mut out = [(); RUNGS].map(|()| RungLabels {
        outcome: vec![Outcome::Unresolved; m],
        end_bar: vec![0; m],
        taken: vec![false; m],
        counts: Counts::zero(space),
    });
    let distances = rungs(barrier);
    let (mut highs, mut lows) = (Records::default(), Records::default());
    let (mut next, mut deadline) = (n, n);
    for k in (0..m).rev() {
        let start = decision_bar[k] as usize + 1;
        while next > start {
            next -= 1;
            highs.push(day.high[next], next as u32);
            lows.push(-day.low[next], next as u32);
        }
        let limit = day.ts[start].saturating_add(horizon);
        while deadline > start && day.ts[deadline - 1] >= limit {
            deadline -= 1;
        }
        let price = day.open[start];
        for (b, labels) in distances.into_iter().zip(&mut out) {
            let (up, down) = (highs.reaching(price + b, b), lows.reaching(b - price, b));
            let touched = match up.cmp(&down) {
                std::cmp::Ordering::Less => Outcome::Up,
                std::cmp::Ordering::Equal => Outcome::Ambiguous,
                std::cmp::Ordering::Greater => Outcome::Down,
            };
            let (first, deadline) = (up.min(down), deadline as u32);
            labels.outcome[k] = if first < deadline { touched } else { Outcome::Unresolved };
            labels.end_bar[k] = first.min(deadline);
        }
    }
    out
}

/// Sequential selection at every level: fills in what the leaves took, and the counts.
fn select(space: &StateSpace, mirror: bool, decision_bar: &[u32], code: &[u16], rungs: &mut [RungLabels; RUNGS]) {
    let leaf: Vec<u16> = code.iter().map(|&c| space.leaf_of(c) as u16).collect();
    // End and outcome of an episode's labels on all rungs, which lie together as their states do.
    let ends: Vec<[(u32, u8); RUNGS]> =
        (0..code.len()).map(|k| std::array::from_fn(|r| (rungs[r].end_bar[k], rungs[r].outcome[k] as u8))).collect();
    for level in 0..space.levels() {
        // Where a leaf's labels count, and whether they count upside down.
        let pools: Vec<(u16, u8)> = (0..space.n_leaves())
            .map(|leaf| {
                let state = space.project(level, leaf);
                let home = if mirror { space.canonical(level, state) } else { state };
                (home as u16, u8::from(home != state))
            })
            .collect();
        let mut states = vec![[Selected::default(); RUNGS]; space.n_states(level)];
        let leaves = level + 1 == space.levels();
        for (k, ((&bar, &leaf), ends)) in decision_bar.iter().zip(&leaf).zip(&ends).enumerate() {
            let (home, turned) = pools[usize::from(leaf)];
            let state = &mut states[usize::from(home)];
            let free: [bool; RUNGS] = std::array::from_fn(|r| state[r].take(bar, ends[r], turned));
            if leaves {
                rungs.iter_mut().zip(free).for_each(|(labels, free)| labels.taken[k] = free);
            }
        }
        for (rung, labels) in rungs.iter_mut().enumerate() {
            for (state, (selected, counts)) in states.iter().zip(&mut labels.counts.levels[level]).enumerate() {
                let [ups, downs, ..] = selected[rung].counts.map(f64::from);
                let even = mirror && space.mirror(level, state) == state;
                *counts = if even { [f64::midpoint(ups, downs); 2] } else { [ups, downs] };
            }
        }
    }
}

/// A state while its labels are selected.
#[derive(Debug, Clone, Copy, Default)]
struct Selected {
    /// First bar at which its last label is over.
    free_from: u32,
    /// Labels taken, by outcome.
    counts: [u32; 4],
}

impl Selected {
    /// Takes a label if the state is free at its decision bar, and tells whether it was. Without branches: whether it is
    /// free is as good as random.
    #[inline]
    fn take(&mut self, bar: u32, (end, outcome): (u32, u8), turned: u8) -> bool {
        let free = bar >= self.free_from;
        self.free_from = if free { end } else { self.free_from };
        // Up and down change places in a mirrored state; what has no direction stays.
        self.counts[usize::from(outcome ^ (turned & u8::from(outcome < 2))) & 3] += u32::from(free);
        free
    }
}

impl Labels {
    /// Number of labelled episodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.code.len()
    }

    /// Whether there is no labelled episode.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }

    fn rung(&self, rung: usize) -> Result<&RungLabels> {
        self.rungs.get(rung).ok_or_else(|| CoreError::parameter("rung", format!("{rung} is outside 0..{}", RUNGS - 1)))
    }

    /// What the leaves took on a rung; leaves without a label are left out.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a rung that does not exist.
    pub fn leaf_counts(&self, rung: usize) -> Result<LeafCounts> {
        let mut out = LeafCounts::default();
        let leaves = &self.rung(rung)?.counts.levels[self.space.levels() - 1];
        for (leaf, &[ups, downs]) in leaves.iter().enumerate().filter(|(_, [ups, downs])| ups + downs > 0.0) {
            out.leaf.push(leaf as u16);
            out.ups.push(ups);
            out.downs.push(downs);
        }
        Ok(out)
    }

    /// Labels that count at a level of the back-off, 0 = root: canonical states with any.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a rung or a level that does not exist.
    pub fn level_counts(&self, level: usize, rung: usize) -> Result<LevelCounts> {
        let levels = &self.rung(rung)?.counts.levels;
        let states = levels.get(level).ok_or_else(|| {
            CoreError::parameter("level", format!("{level} is none of the {} levels of the space", levels.len()))
        })?;
        let mut out = LevelCounts::default();
        for (state, &[ups, downs]) in states.iter().enumerate().filter(|(_, [ups, downs])| ups + downs > 0.0) {
            out.state.push(state as u16);
            out.ups.push(ups);
            out.downs.push(downs);
        }
        Ok(out)
    }

    /// What became of the episodes, by level of a field (an index into the space's fields), or of all of them.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a field or rung that does not exist.
    pub fn counts(&self, field: Option<usize>, rung: usize) -> Result<Vec<LabelCounts>> {
        let levels = match field {
            None => 1,
            Some(f) => match self.space.fields().get(f) {
                Some(field) => field.labels.len(),
                None => return Err(CoreError::parameter("field", format!("{f} is not a field of the state space"))),
            },
        };
        let labels = self.rung(rung)?;
        // The digit of the field in a code: what is left after the fields below it, within its radix.
        let below: usize = field.map_or(1, |f| self.space.fields()[f + 1..].iter().map(|g| g.labels.len()).product());
        let row = |code: u16| if field.is_some() { usize::from(code) / below % levels } else { 0 };
        let mut out = vec![LabelCounts::default(); levels];
        for (&code, outcome) in self.code.iter().zip(&labels.outcome) {
            let counts = &mut out[row(code)];
            counts.episodes += 1;
            *match outcome {
                Outcome::Up => &mut counts.ups,
                Outcome::Down => &mut counts.downs,
                Outcome::Ambiguous => &mut counts.ambiguous,
                Outcome::Unresolved => &mut counts.unresolved,
            } += 1;
        }
        for &code in &self.gaps {
            let counts = &mut out[row(code)];
            counts.episodes += 1;
            counts.gap += 1;
        }
        Ok(out)
    }
}
