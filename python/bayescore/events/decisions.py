"""What a search found, and what is done tomorrow."""

from __future__ import annotations

from bayescore.events.figures import Frozen, Metrics, Params


class Contender(Frozen, frozen=True, kw_only=True):
    """A candidate that stands high in the evidence."""

    candidate: int
    """Its number in ``evidence.parquet``."""
    params: Params
    expected_currency: float
    """Posterior mean of its daily net result, by the days it is ranked by: in sample."""
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
    """Expected net result of a day, corrected for having been chosen as the best of many; ``None`` before a choice has
    traded on a day after it, and if the set is no candidate."""
    low_currency: float | None
    high_currency: float | None
    """80% interval of the expectation."""
    expected_days: int = 0
    """Days after a choice that the expectation rests on."""
    evidence_currency: float | None = None
    """What the days that the set was chosen by let expect, shrunk. In sample: not corrected, too good."""
    evidence_low_currency: float | None = None
    evidence_high_currency: float | None = None
    """80% interval of that."""
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


class Refusals(Frozen, frozen=True, kw_only=True):
    """What the brain did not let happen."""

    learned: int = 0
    """Sets that the brain alone decides for."""
    refused: int = 0
    """Those of them that may not trade, their brackets too far from the distances the brain learns."""
    signals: int = 0
    """Bars at which an entry rule would have let one of the other sets enter, added up over sets."""
    vetoed: int = 0
    """Those at which the brain refused it."""
    headline_signals: int = 0
    """The same for the set that the headline traded."""
    headline_vetoed: int = 0
