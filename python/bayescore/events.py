"""What a run tells the world, as frozen structs that encode to one JSON line each.

``events.jsonl`` holds `RunStarted`, `DayStarted`, `NewBest`, `DayFinished` and `RunFinished`: no wall-clock
times, so that a resumed run writes the bytes of an uninterrupted one. `Progress` is only passed to callbacks and
mirrored in ``live.json``. Figures are net of costs unless named gross, in ticks unless named currency; ``None``
means undefined (too few trades, division by nothing).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from bayescore.escape import clean_json
from bayescore.vocabulary import EntryRule, Sides


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Base: immutable, keyword-only."""


class Params(Frozen, frozen=True, kw_only=True):
    """One parameter set, in the units of the factors."""

    stop_loss_ticks: int
    take_profit_ticks: int
    trail_activation_ticks: int
    trail_distance_ticks: int
    max_hold_seconds: int
    cooldown_seconds: int
    confidence_threshold: float
    min_samples: int
    entry_rule: EntryRule
    contexts_allowed: str
    """``"all"`` or names joined by ``+``, for example ``"kill_zone+confirmation"``: any of them allows."""
    max_consecutive_losses: int
    sides: Sides = "both"


class Metrics(Frozen, frozen=True, kw_only=True):
    """Figures of a list of trades. Undefined figures are ``None``."""

    trades: int
    wins: int
    losses: int
    gross_ticks: int
    net_ticks: float
    net_currency: float
    win_rate: float | None
    break_even_win_rate: float | None
    """Win rate at which the average win and the average loss would cancel; ``None`` without both."""
    mean_ticks: float | None
    sd_ticks: float | None
    sharpe_per_trade: float | None
    sharpe_of_day: float | None
    profit_factor: float | None
    max_drawdown_ticks: float
    duration_mean_s: float | None
    duration_wins_s: float | None
    duration_losses_s: float | None
    ambiguous: int
    net_worst_ticks: float
    """Net if every ambiguous trade had met its stop first."""
    net_best_ticks: float
    """Net if every ambiguous trade had met its target first."""
    dropped_orders: int


class Group(Frozen, frozen=True, kw_only=True):
    """Trades of the out-of-sample headline policy that share a label (a pattern, a context, a session window)."""

    label: str
    trades: int
    wins: int
    net_ticks: float
    duration_mean_s: float | None


class Equity(Frozen, frozen=True, kw_only=True):
    """The path of a day's net P&L trade by trade, in ticks; what days are joined by."""

    gains_ticks: float
    losses_ticks: float
    """Sum of the losing trades, as a positive number."""
    high_ticks: float
    """Highest point of the day's cumulative P&L, the start (0) included."""
    low_ticks: float
    """Lowest point, the start included."""


Rung = Literal["too early to say", "no evidence of an edge", "suggestive", "evidence"]


class Verdict(Frozen, frozen=True, kw_only=True):
    """Whether the headline's out-of-sample P&L is more than luck, and what is missing to the next rung."""

    rung: Rung
    days: int
    """Out-of-sample days, those without a trade included."""
    traded_days: int
    mean_day_currency: float | None
    """Mean net P&L a day; ``None`` without a day."""
    low: float | None
    """95% interval of that mean by a t quantile of days − 1; ``None`` under five days with trades."""
    high: float | None
    p_value: float | None
    """Chance of a result as good without an edge: one-sided, of a t statistic corrected for skewness."""
    null_p_value: float | None = None
    """The same from running the whole pipeline on worlds without an edge (`bayescore validate`)."""
    sentence: str
    """The figures as one sentence."""
    missing: str
    """What the next rung needs; empty on the highest."""


class Robustness(Frozen, frozen=True, kw_only=True):
    """What luck and search would give, beside the verdict."""

    probabilistic_sharpe: float | None
    """Chance that the headline's true Sharpe ratio is above 0."""
    track_record_days: int | None
    """Days after which a Sharpe ratio as observed would exceed 0 with 95% confidence; ``None`` if never."""
    bootstrap_low: float | None
    """95% interval of the mean day by the stationary bootstrap, in currency; ``None`` under ten days."""
    bootstrap_high: float | None
    kept_of_in_sample: float | None
    """Mean day out of sample as a share of the mean day's in-sample best."""
    break_even_slippage_ticks: float | None
    """Slippage an order, on top of what is charged, at which the gain is gone."""
    trials: int
    """Candidates that were ever looked at."""
    effective_trials: float
    """Independent ones that they amount to."""
    deflated_sharpe: float | None
    """Chance that the best candidate's Sharpe ratio exceeds the luckiest of as many without skill."""
    deflated_sharpe_effective: float | None
    """The same with the effective number."""
    overfitting_probability: float | None
    """Share of the splits of days in which the winner of one half is no better than the median on the other (PBO)."""
    overfitting_loss: float | None
    """Share in which it loses there."""
    superior_p_value: float | None
    """Chance of so good a best candidate if none is better than staying flat (Hansen's SPA)."""


class Validation(Frozen, frozen=True, kw_only=True):
    """What the whole pipeline earned on the data, and on worlds without an edge (`bayescore validate`)."""

    null: Literal["states", "mirror"]
    days: int
    """Out-of-sample days of each."""
    observed_net_currency: float
    world_net_currency: list[float]
    as_good: int
    """Worlds that earned as much."""
    stopped_early: bool
    """Ended when enough worlds had done as well."""
    p_value: float
    verdict: Verdict
    """Of the data's own days, with this p-value beside."""
    sentence: str


class PolicyDay(Frozen, frozen=True, kw_only=True):
    """One policy's out-of-sample day."""

    policy: str
    params: Params | None
    """What it traded today (chosen before today); ``None`` on the first date."""
    metrics: Metrics | None
    equity: Equity | None = None
    """Path of the day's trades; ``None`` where it did not trade out of sample."""
    cumulative_net_currency: float
    sharpe_so_far: float | None
    """Annualised Sharpe ratio of the daily net P&L so far; ``None`` under five days."""
    next_params: Params | None
    """Chosen tonight for tomorrow."""


class Contender(Frozen, frozen=True, kw_only=True):
    """A candidate that stands high in the evidence."""

    candidate: int
    """Its number in ``evidence.parquet``."""
    params: Params
    expected_currency: float
    """Posterior mean of its daily net result."""
    sd_currency: float
    z: float
    """Mean daily net result in standard errors, before shrinkage."""


class Decision(Frozen, frozen=True, kw_only=True):
    """What is done tomorrow, and what it rests on."""

    trade: bool
    """Whether to trade; if not, stay flat."""
    expert: str
    """The expert that leads."""
    params: Params | None
    """Its set, traded only if `trade`; ``None`` where even the expert stays flat."""
    barrier_ticks: int
    """Tomorrow's barrier."""
    cost_ticks: float
    """Round trip of a trade: commission and the base slippage of two market orders."""
    probability: float
    """That tomorrow's choice is expected to earn more than it costs."""
    bar: float
    """Probability that trading needs."""
    luck: float
    """Chance that the best of the fixed designs looks as good as it does without any edge."""
    expected_currency: float | None
    """Expected net result of a day after shrinkage; ``None`` if the set is no candidate."""
    low_currency: float | None
    high_currency: float | None
    """80% interval of the expectation."""
    paper_days: int
    """Days on which what this rule chose was traded on paper."""
    paper_net_currency: float
    weights: dict[str, float]
    """Of the experts that may lead, adding up to 1."""
    candidates: int
    tried: int
    """Candidates looked at so far, those that lost their race included."""
    known_days: int
    contenders: list[Contender]
    """The highest by expectation held down by its uncertainty, best first."""


class BestSet(Frozen, frozen=True, kw_only=True):
    """An in-sample best: what a search over today's prices found with hindsight."""

    iteration: int
    origin: str
    """baseline, latin_hypercube, mutation or crossover."""
    objective: float
    params: Params
    metrics: Metrics


class Iterations(Frozen, frozen=True, kw_only=True):
    """How all sets of the day did, in sample."""

    count: int
    defined: int
    """Sets with enough trades for the objective to be defined."""
    profitable: int
    trades: int
    objective_quantiles: list[float]
    """0, 5, 25, 50, 75, 95, 100 % of the defined objectives; empty if none is."""
    net_histogram: list[int]
    net_edges: list[float]
    refused_learned: int
    """Learned sets whose bracket lies too far from the rungs the brain learns on."""


class ExitRule(Frozen, frozen=True, kw_only=True):
    """What a changed exit would have brought from the entries of the last days, net of costs."""

    factor: str
    old: int
    """Of tomorrow's set."""
    new: int
    delta_ticks: float
    """Mean paired difference an entry."""
    low: float
    """95% interval of it, over hours that do not overlap."""
    high: float
    p_value: float
    """One-sided chance of so large a gain where nothing can be gained."""
    entries: int
    days: int
    found: bool
    """Survives false-discovery control over the menu."""
    text: str


class RegretDay(Frozen, frozen=True, kw_only=True):
    """How well the day's exits were timed; one vote per market event (entry bar and side)."""

    events: int
    trades: int
    exit_efficiency: float | None
    entry_efficiency: float | None
    total_efficiency: float | None
    optimal: float
    too_early: float
    too_late: float
    wrong_side: float
    left_on_table_ticks: float | None
    given_back_ticks: float | None
    peak_after: float | None = None
    """Share of the headline's trades whose best price came after the exit; ``None`` without a trade."""
    peak_after_expected: float | None = None
    """The same share for the same times in a market without drift (Lévy's arcsine law)."""
    rules: list[ExitRule] = []
    """What other exits would have brought; see `ExitRule.found` for what is more than chance."""


class Pattern(Frozen, frozen=True, kw_only=True):
    """A state with the odds the brain gives it."""

    code: int
    label: str
    side: Literal["long", "short"]
    probability: float
    a: float
    """The odds are Beta(a, b): evidence for the side, its prior included."""
    b: float
    low: float
    high: float
    effective_n: float
    p_above_half: float
    needs: float
    """Odds at which the headline's bracket pays, costs included (of one barrier each way while there is none); at 1
    or more it never does."""
    rung: int = 1
    """Rung whose odds speak for that bracket: 0 half the barrier, 1 the barrier, 2 twice the barrier."""
    pays: bool = False
    """Whether the lower end of the interval reaches what is needed."""
    significant: bool
    """Starred: the state's own labels differ from a coin's, several evenings in a row, with false-discovery control."""
    trades: int
    net_ticks: float
    duration_mean_s: float | None

    @property
    def asks(self) -> str:
        """What the bracket asks of the state: ``0.568``, or ``never pays`` where no odds are enough."""
        return f"{self.needs:.3f}" if self.needs < 1 else "never pays"


class Effect(Frozen, frozen=True, kw_only=True):
    """Main effect of a factor over the Latin hypercube sets of all days so far."""

    factor: str
    share: float
    """Share of the variance of the objective that the factor explains alone; all factors together at most 1."""
    direction: float
    """Correlation of level and objective, −1 to 1; 0 for factors without an order."""
    best_level: str


class Calibration(Frozen, frozen=True, kw_only=True):
    """Predicted against realised, out of sample: today's labels under yesterday's brain, all days so far."""

    n: int
    brier: float | None
    brier_half: float | None
    """The same score for always saying one half."""
    brier_error: float | None
    ece: float | None
    slope: float | None
    spread: float | None
    bins: list[tuple[float, float, int]]
    """Mean prediction, realised share, count."""


class LabelCounts(Frozen, frozen=True, kw_only=True):
    """What became of the day's episodes on the middle rung."""

    window: str
    episodes: int
    ups: int
    downs: int
    ambiguous: int
    unresolved: int
    gap: int


class DayResult(Frozen, frozen=True, kw_only=True):
    """Everything a finished day has to say."""

    date: str
    index: int
    bars: int
    valid_bars: int
    symbol: str
    barrier_ticks: int
    headline: str
    verdict: Verdict | None = None
    """Of the headline up to and with today."""
    policies: dict[str, PolicyDay]
    so_far: PolicySummary
    """The headline over its days up to and with today."""
    decision: Decision
    """For the next date."""
    in_sample: BestSet | None
    in_sample_net_currency: float
    """Sum of the in-sample bests up to and with today. Not a result."""
    iterations: Iterations
    regret: RegretDay
    patterns: list[Pattern]
    effects: list[Effect]
    calibration: Calibration
    labels: list[LabelCounts]
    by_pattern: list[Group]
    by_context: list[Group]
    by_window: list[Group]
    by_reason: list[Group]


class PolicySummary(Frozen, frozen=True, kw_only=True):
    """One policy over all its out-of-sample days."""

    policy: str
    days: int
    winning_days: int
    trades: int
    wins: int
    win_rate: float | None
    net_ticks: float
    net_currency: float
    mean_ticks: float | None
    mean_error_ticks: float | None
    """Standard error of the mean per trade, from the days; ``None`` under five days."""
    sharpe: float | None
    """Annualised, from daily net P&L; ``None`` under five days."""
    sharpe_error: float | None = None
    """Its standard error."""
    max_drawdown_currency: float
    """Deepest fall of the equity, trade by trade."""
    profit_factor: float | None
    """Net gains over net losses of the trades."""
    ambiguous: int
    net_worst_ticks: float
    net_best_ticks: float
    duration_mean_s: float | None
    duration_wins_s: float | None
    duration_losses_s: float | None


class DataNote(Frozen, frozen=True, kw_only=True):
    """One sentence on what was done to the data before training."""

    kind: Literal["assumed", "dropped", "repaired", "left_out", "short", "rolled"]
    text: str
    count: int = 0
    """Rows, bars or dates it is about."""
    date: str | None = None
    """The trade date it is about, if it is about one."""


class Summary(Frozen, frozen=True, kw_only=True):
    """The end of a run."""

    run: str
    instrument: str
    symbol: str
    currency: str
    tick_value: float
    dates: list[str]
    iterations_per_day: int
    trades_simulated: int
    headline: str
    verdict: Verdict | None = None
    robustness: Robustness | None = None
    """``None`` under five out-of-sample days."""
    policies: dict[str, PolicySummary]
    in_sample_net_currency: float
    """Sum of the in-sample bests: what hindsight would have shown. Not a result."""
    learning_curve: list[tuple[str, float, float | None]]
    """Date, headline net currency of the day, Brier skill (1 − score / score of one half) so far."""
    decision: Decision | None
    """For the date after the last."""
    parameter_evolution: list[tuple[str, Params]]
    patterns: list[Pattern]
    effects: list[Effect]
    calibration: Calibration
    data_notes: list[DataNote] = []
    """What was left out of the data, dropped, repaired, assumed or rolled."""


class RunStarted(Frozen, frozen=True, kw_only=True, tag="run_started", tag_field="event"):
    run: str
    instrument: str
    symbol: str
    currency: str
    tick_size: float
    tick_value: float
    dates: list[str]
    iterations: int
    seed: int
    objective: str
    selection: str
    data_notes: list[DataNote] = []
    """What was left out, dropped, repaired, assumed or rolled."""


class DayStarted(Frozen, frozen=True, kw_only=True, tag="day_started", tag_field="event"):
    date: str
    index: int
    days: int
    bars: int


class NewBest(Frozen, frozen=True, kw_only=True, tag="new_best", tag_field="event"):
    """In-sample best of the day changed; in iteration order, so the same for any number of threads."""

    date: str
    index: int
    best: BestSet


class DayFinished(Frozen, frozen=True, kw_only=True, tag="day_finished", tag_field="event"):
    result: DayResult


class RunFinished(Frozen, frozen=True, kw_only=True, tag="run_finished", tag_field="event"):
    summary: Summary


class Progress(Frozen, frozen=True, kw_only=True, tag="progress", tag_field="event"):
    """Where a run is now. Never written to ``events.jsonl``."""

    date: str
    index: int
    days: int
    phase: Literal[
        "loading", "states", "trading", "sweeping", "regret", "choosing", "learning", "saving", "paused"
    ]
    done: int
    """Iterations of the day that are finished."""
    total: int
    elapsed_s: float
    """Wall-clock seconds since this process began the run."""
    eta_s: float | None


Event = RunStarted | DayStarted | NewBest | DayFinished | RunFinished
AnyEvent = Event | Progress


def encode(event: Event | Progress) -> bytes:
    """One JSON line without the newline."""
    return msgspec.json.encode(event)


def decode(line: bytes | str) -> AnyEvent:
    """Read back what `encode` wrote, its strings made printable.

    Raises
    ------
    msgspec.ValidationError
        If the line is not an event of this schema.
    """
    content = line.encode() if isinstance(line, str) else line
    event: AnyEvent = msgspec.json.decode(clean_json(content), type=AnyEvent)
    return event
