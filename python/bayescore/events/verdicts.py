"""What a result is worth: the ladder of verdicts, and what luck and search would give."""

from __future__ import annotations

from typing import Literal

from bayescore.events.figures import Frozen

SearchSize = Literal["reduced", "full"]
"""Of `bayescore validate`: a search that is cheap, or the run's own."""

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
    """What the next rung needs: of the days, and of worlds without an edge; nothing on the highest."""


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
    ambiguous: int = 0
    """Trades of the headline that met stop and target in one bar."""
    stop_first_currency: float | None = None
    """Net of all days with all of those at their stop; ``None`` without trades."""
    target_first_currency: float | None = None
    """With all of them at their target."""
    promised_days: int = 0
    """Days before which the evening gave its set an expectation, and after which the set's result was known."""
    promised_currency: float | None = None
    """Mean of those expectations, a day; ``None`` without such a day."""
    kept_currency: float | None = None
    """Mean of what the sets then brought, traded or on paper."""
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


class Stability(Frozen, frozen=True, kw_only=True):
    """How alike the choices of one evening and the next are. What jumps about rests on little."""

    evenings: int
    """Pairs of evenings, one after the other, that both had a set, traded or on paper."""
    same_set: int
    """Pairs with the very same set."""
    same_entry: int
    """Pairs with the same entry rule and sides."""
    same_contexts: int
    same_expert: int
    """Pairs of all evenings on which the same expert led."""
    pairs: int
    """Pairs of all evenings."""
    turned: int
    """Pairs of all evenings of which one trades and the other stays flat."""
    stop_change: float | None
    """Median change of the stop, as a share of the larger one; ``None`` without a pair that had sets."""
    target_change: float | None
    hold_change: float | None
    """The same of the target and of the longest time in a trade."""


class Validation(Frozen, frozen=True, kw_only=True):
    """What the whole pipeline earned on the data, and on worlds without an edge (`bayescore validate`)."""

    null: Literal["states", "mirror"]
    search: SearchSize
    """How much was searched an evening, on the data and in every world alike."""
    days: int
    """Out-of-sample days of each."""
    traded_days: int
    """Days on which the headline traded the data."""
    observed_net_currency: float
    world_net_currency: list[float]
    permutations: int
    """Worlds that were asked for."""
    as_good: int
    """Worlds that earned as much."""
    stopped_early: bool
    """Ended when enough worlds had done as well."""
    p_value: float
    verdict: Verdict
    """Of the data's own days, with this p-value beside."""
    sentence: str
