//! Each fill rule by a hand-made day whose result can be worked out on paper; every case is also its mirror image.
use bayescore_core::{
    bars::DayBars,
    costs::Costs,
    fills::{FillRules, Intrabar, LimitFill},
    params::{EntryRule, ParamSet, Sides},
    simulate::simulate_day,
    state::DayStates,
    trade::{Reason, Trades},
};

/// Open, high, low, close.
type Bar = (i32, i32, i32, i32);

/// A quiet bar.
const FLAT: Bar = (100, 100, 100, 100);

/// Stop 10, target 20, no trail.
const SET: ParamSet = ParamSet {
    stop_loss_ticks: 10,
    take_profit_ticks: 20,
    trail_activation_ticks: 0,
    trail_distance_ticks: 5,
    max_hold_seconds: 1000,
    cooldown_seconds: 0,
    confidence_threshold: 0.5,
    min_samples: 0,
    entry_rule: EntryRule::Any,
    contexts_allowed: 1,
    max_consecutive_losses: 100,
    sides: Sides::Both,
};

/// A day and what it is traded with.
struct Case {
    bars: Vec<Bar>,
    /// Second of each bar; one after the other where there is none.
    ts: Vec<i32>,
    /// Bars that say long.
    signals: Vec<usize>,
    contexts: Vec<u32>,
    set: ParamSet,
    costs: Costs,
    rules: FillRules,
    close_s: i32,
}

impl Case {
    /// A signal on the first bar; what follows is given from the entry bar on.
    fn new(rest: &[Bar]) -> Self {
        let bars: Vec<Bar> = std::iter::once(FLAT).chain(rest.iter().copied()).collect();
        Self {
            ts: (0..bars.len() as i32).collect(),
            contexts: vec![1; bars.len()],
            bars,
            signals: vec![0],
            set: SET,
            costs: Costs::FREE,
            rules: FillRules::default(),
            close_s: 10_000,
        }
    }

    fn run(&self, side: i8) -> Trades {
        let turn = |(o, h, l, c): Bar| if side > 0 { (o, h, l, c) } else { (-o, -l, -h, -c) };
        let bars: Vec<Bar> = self.bars.iter().map(|&b| turn(b)).collect();
        let column = |f: fn(&Bar) -> i32| bars.iter().map(f).collect::<Vec<_>>();
        let day = DayBars {
            ts: self.ts.clone(),
            open: column(|b| b.0),
            high: column(|b| b.1),
            low: column(|b| b.2),
            close: column(|b| b.3),
            volume: vec![1; bars.len()],
            open_ns: 0,
            close_s: self.close_s,
            tick_size: 0.25,
        }
        .new()
        .expect("bars");
        let codes = (0..bars.len()).map(|i| u16::from(self.signals.contains(&i))).collect();
        let states = DayStates { codes, contexts: self.contexts.clone() };
        simulate_day(&day, &states, &self.set, &[0, side], &[0, 1], &self.costs, &self.rules).expect("a simulation")
    }

    /// Trades as (entry bar, exit bar, gross, reason), the same on both sides.
    fn trades(&self) -> Vec<(u32, u32, i32, Reason)> {
        let reasons = [Reason::Stop, Reason::Trail, Reason::Target, Reason::Time, Reason::SessionEnd];
        let rows = |t: &Trades| {
            (0..t.len())
                .map(|k| (t.entry_bar[k], t.exit_bar[k], t.gross[k], reasons[usize::from(t.reason[k])]))
                .collect::<Vec<_>>()
        };
        let (long, short) = (self.run(1), self.run(-1));
        assert_eq!(rows(&long), rows(&short), "a short is a mirrored long");
        let rest = |t: &Trades| {
            (t.mae.clone(), t.mfe.clone(), t.worst.clone(), t.best.clone(), t.ambiguous.clone(), t.outcome)
        };
        assert_eq!(rest(&long), rest(&short));
        rows(&long)
    }

    fn only(&self) -> (u32, i32, Reason) {
        let trades = self.trades();
        assert_eq!(trades.len(), 1, "{trades:?}");
        (trades[0].1, trades[0].2, trades[0].3)
    }
}

#[test]
fn the_entry_is_the_next_open() {
    let case = Case::new(&[(103, 104, 102, 104), (104, 104, 93, 95)]);
    assert_eq!(case.run(1).entry_price, [103]);
    assert_eq!(case.only(), (2, -10, Reason::Stop));
}

#[test]
fn a_stop_fills_at_its_price_or_at_a_worse_open() {
    assert_eq!(Case::new(&[FLAT, (95, 96, 90, 92)]).only(), (2, -10, Reason::Stop), "touched inside the bar");
    assert_eq!(Case::new(&[FLAT, (90, 96, 90, 92)]).only(), (2, -10, Reason::Stop), "opened on it");
    assert_eq!(Case::new(&[FLAT, (83, 96, 80, 92)]).only(), (2, -17, Reason::Stop), "opened below it");
    assert_eq!(Case::new(&[(100, 100, 90, 95)]).only(), (1, -10, Reason::Stop), "in the bar of the entry");
}

#[test]
fn a_target_fills_at_its_price_never_better() {
    assert_eq!(Case::new(&[FLAT, (110, 121, 110, 115)]).only(), (2, 20, Reason::Target));
    assert_eq!(Case::new(&[FLAT, (131, 135, 130, 135)]).only(), (2, 20, Reason::Target), "opened beyond it");
}

#[test]
fn through_needs_a_price_beyond_the_target() {
    let mut case = Case::new(&[FLAT, (110, 120, 110, 115), (115, 121, 115, 115)]);
    assert_eq!(case.only(), (2, 20, Reason::Target));
    case.rules.limit_fill = LimitFill::Through;
    assert_eq!(case.only(), (3, 20, Reason::Target));
    case.bars[3] = (120, 120, 115, 115);
    assert_eq!(case.only(), (3, 15, Reason::SessionEnd), "an open on the target is not through it");
}

#[test]
fn one_bar_with_both_is_ambiguous() {
    let bars = [FLAT, (102, 125, 85, 100)];
    for (intrabar, want) in [
        (Intrabar::StopFirst, (2, -10, Reason::Stop)),
        (Intrabar::TargetFirst, (2, 20, Reason::Target)),
        // The low is 17 from the open, the high 23.
        (Intrabar::OhlcPath, (2, -10, Reason::Stop)),
    ] {
        let mut case = Case::new(&bars);
        case.rules.intrabar = intrabar;
        assert_eq!(case.only(), want, "{intrabar:?}");
        let trades = case.run(1);
        assert_eq!((trades.ambiguous[0], trades.worst[0], trades.best[0]), (1, -10, 20));
    }
    let mut nearer = Case::new(&[FLAT, (105, 124, 85, 100)]);
    nearer.rules.intrabar = Intrabar::OhlcPath;
    assert_eq!(nearer.only(), (2, 20, Reason::Target), "the high is nearer to the open");
    nearer.bars[2] = (105, 125, 85, 100);
    assert_eq!(nearer.only(), (2, -10, Reason::Stop), "at a tie the adverse extreme comes first");
    let mut opened = Case::new(&[FLAT, (88, 125, 85, 100)]);
    opened.rules.intrabar = Intrabar::TargetFirst;
    assert_eq!(opened.only(), (2, -12, Reason::Stop), "an open beyond the stop is not ambiguous");
}

#[test]
fn a_trail_follows_the_peak_of_earlier_bars() {
    let set = ParamSet { trail_activation_ticks: 8, trail_distance_ticks: 5, ..SET };
    let with = |bars: &[Bar]| Case { set, ..Case::new(bars) }.only();
    // A peak of 108 switches it on; the bar itself may fall as far as it likes above the stop.
    assert_eq!(with(&[FLAT, (100, 108, 95, 100), (104, 104, 103, 103)]), (3, 3, Reason::Trail));
    assert_eq!(with(&[FLAT, (100, 107, 95, 100), (104, 104, 102, 103), (95, 95, 90, 92)]), (4, -10, Reason::Stop));
    // A higher peak in the bar that falls back does not move it.
    assert_eq!(with(&[FLAT, (100, 108, 100, 108), (108, 118, 103, 104)]), (3, 3, Reason::Trail));
    assert_eq!(with(&[FLAT, (100, 108, 100, 108), (108, 118, 104, 118), (118, 118, 110, 111)]), (4, 13, Reason::Trail));
    assert_eq!(with(&[FLAT, (100, 112, 100, 112), (101, 101, 99, 99)]), (3, 1, Reason::Trail), "opened below it");
    // While the trail lies below the stop, the stop protects.
    let wide = ParamSet { trail_activation_ticks: 2, trail_distance_ticks: 30, ..SET };
    let case = Case { set: wide, ..Case::new(&[FLAT, (100, 103, 100, 100), (100, 100, 89, 90)]) };
    assert_eq!(case.only(), (3, -10, Reason::Stop));
}

#[test]
fn time_is_up_at_the_first_open_from_then_on() {
    let mut case = Case::new(&[FLAT, (101, 102, 99, 101), (103, 140, 60, 100)]);
    case.set.max_hold_seconds = 2;
    assert_eq!(case.only(), (3, 3, Reason::Time), "before anything else that the bar brings");
    case.ts = vec![0, 1, 2, 50];
    assert_eq!(case.only(), (3, 3, Reason::Time), "a gap makes it later");
    case.set.max_hold_seconds = 1;
    assert_eq!(case.only(), (2, 1, Reason::Time), "never in the bar of the entry");
}

#[test]
fn the_session_closes_positions_and_forbids_entries() {
    let mut case = Case::new(&[FLAT, (101, 101, 101, 101), (102, 102, 102, 102), (104, 104, 104, 104)]);
    case.rules = FillRules { no_entry_before_close: 20, flat_before_close: 7, ..case.rules };
    (case.ts, case.close_s) = (vec![0, 1, 2, 14, 15], 22);
    assert_eq!(case.only(), (4, 4, Reason::SessionEnd), "second 15 is the first within 7 of the close");
    case.close_s = 20;
    assert_eq!(case.trades(), [], "a decision 20 s before the close is too late");
    case.close_s = 40;
    assert_eq!(case.only(), (4, 4, Reason::SessionEnd), "the last price of the data closes what is open");
}

#[test]
fn a_late_bar_drops_the_order() {
    let mut case = Case::new(&[FLAT, FLAT]);
    case.ts = vec![0, 6, 7];
    assert_eq!((case.trades(), case.run(1).outcome.dropped), (vec![], 1));
    case.ts = vec![0, 5, 7];
    assert_eq!(case.run(1).outcome.dropped, 0);
    assert_eq!(case.trades().len(), 1);
}

#[test]
fn the_exit_bar_decides_again_after_the_cooldown() {
    let stop: Bar = (100, 100, 90, 100);
    let mut case = Case::new(&[FLAT, stop, FLAT, FLAT, FLAT, FLAT]);
    case.signals = (0..7).collect();
    let entries = |case: &Case| case.trades().iter().map(|t| t.0).collect::<Vec<_>>();
    assert_eq!(entries(&case), [1, 3], "decided on the close of the exit bar");
    case.set.cooldown_seconds = 2;
    assert_eq!(entries(&case), [1, 5], "exit at second 2, free at second 4");
}

#[test]
fn losses_in_a_row_end_the_day() {
    let stop: Bar = (100, 100, 90, 100);
    let target: Bar = (100, 120, 100, 100);
    let mut case = Case::new(&[stop, target, stop, stop, stop, stop]);
    case.signals = (0..7).collect();
    case.set.max_consecutive_losses = 2;
    let gross: Vec<i32> = case.trades().iter().map(|t| t.2).collect();
    assert_eq!(gross, [-10, 20, -10, -10], "a gain begins the count anew");
    assert!(case.run(1).outcome.stopped);
    // A trade of no net result is no loss; commission makes it one.
    let mut even = Case::new(&[FLAT, FLAT, FLAT, FLAT, FLAT]);
    even.signals = (0..6).collect();
    even.set = ParamSet { max_hold_seconds: 1, max_consecutive_losses: 1, ..SET };
    let many = even.trades().len();
    assert!(many > 2 && !even.run(1).outcome.stopped);
    even.costs.commission_milliticks = 1;
    assert_eq!((even.trades().len(), even.run(1).net[0]), (1, -1));
}

#[test]
fn contexts_are_asked_at_the_decision() {
    let mut case = Case::new(&[FLAT, FLAT]);
    case.set.contexts_allowed = 6;
    assert_eq!(case.trades(), []);
    case.contexts = vec![4, 1, 1];
    assert_eq!(case.trades().len(), 1);
    assert_eq!(case.run(1).context, [4]);
}

#[test]
fn market_orders_slip_by_a_base_and_by_the_range_before() {
    // The five seconds before the entry have a range of 9, those before the exit one of 21.
    let bars = [(100, 109, 100, 100), (100, 109, 100, 100), (100, 112, 91, 100), (100, 100, 80, 85)];
    let mut case = Case::new(&bars[1..]);
    case.bars[0] = bars[0];
    case.costs = Costs { slippage_base: 1, slippage_factor: 0.1, slippage_window: 5, ..Costs::FREE };
    let trades = case.run(1);
    // ⌈0.9⌉ + 1 above the open, then ⌈2.1⌉ + 1 below the stop at 92.
    assert_eq!((trades.entry_price[0], trades.exit_price[0], trades.gross[0]), (102, 90, -12));
    assert_eq!(trades.exit_bar[0], 2, "the stop lies 10 below the fill, not below the open");
    case.bars[2] = (100, 122, 100, 122);
    assert_eq!(case.run(1).exit_price, [122], "a target is a limit order and does not slip");
    assert_eq!(case.only(), (2, 20, Reason::Target));
}

#[test]
fn excursions_end_with_the_fill() {
    let case = Case::new(&[(100, 104, 97, 100), (100, 107, 95, 100), (100, 130, 92, 120)]);
    let trades = case.run(1);
    assert_eq!(case.only(), (3, 20, Reason::Target));
    assert_eq!((trades.mae[0], trades.mfe[0]), (5, 20), "the bar of the exit counts no further than its fill");
}
