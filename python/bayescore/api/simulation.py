"""One day, one parameter set or many: `simulate_day` and `sweep_day` for scripts and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from bayescore import _core
from bayescore.config import Config
from bayescore.data.days import TradingDay
from bayescore.errors import DataError, UsageError
from bayescore.events import Params
from bayescore.learning.states import StateEngine, rules_of
from bayescore.vocabulary import ENTRY_RULES, Scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import ArrayLike, NDArray

    from bayescore.data import MarketData
    from bayescore.learning.brain import BayesianBrain

HORIZON = (120, 5)
"""Seconds of a regret bar and how many of them after an exit count, as in training."""

LEFT_OUT: dict[str, Any] = {
    "trail_activation_ticks": 0,
    "trail_distance_ticks": 1,
    "max_hold_seconds": 3600,
    "cooldown_seconds": 0,
    "confidence_threshold": 0.5,
    "min_samples": 0,
    "entry_rule": "any",
    "contexts_allowed": "all",
    "max_consecutive_losses": 0,
    "sides": "both",
}
"""Factors that may be left out of a set: no trail, an hour, nothing else in the way."""


class Trades(dict[str, "NDArray[Any]"]):
    """Trades as columns, one row a trade, as `_core.simulate_day` gives them; a dictionary of numpy arrays.

    ``pl.DataFrame(trades)`` and ``pandas.DataFrame(trades)`` take it as it is, in ticks and seconds; `to_polars` gives
    prices, times and words.
    """

    def __init__(
        self, columns: Mapping[str, NDArray[Any]], bars: _core.DayBars, space: _core.StateSpace
    ) -> None:
        super().__init__(columns)
        self._bars, self._space = bars, space

    def to_polars(self) -> pl.DataFrame:
        """A table with UTC times, prices, the exit's reason, efficiencies, the state and contexts in words."""
        import polars as pl

        from bayescore.runs.tables import trades_frame

        usual = {name: column for name, column in self.items() if name != "fee"}
        table = trades_frame([("", usual)], self._bars, self._space, HORIZON).drop("policy")
        return table.with_columns(fee_ticks=pl.Series(self["fee"]) / 1000) if "fee" in self else table

    @property
    def net_ticks(self) -> float:
        """Sum of the net results, ticks."""
        return float(self["net"].sum()) / 1000

    def __repr__(self) -> str:
        return f"<Trades: {len(self['net'])}, {self.net_ticks:+,.1f} ticks net>"

    def _repr_html_(self) -> str:
        return str(self.to_polars()._repr_html_())


def costs_of(market: MarketData, config: Config | None = None) -> dict[str, Any]:
    """Costs and fill rules of an instrument, for `simulate_day` and `sweep_day`.

    Parameters
    ----------
    market
        Loaded data.
    config
        Its section ``costs`` overrides the instrument's.
    """
    from bayescore.training.costs import costs_of

    return costs_of(config or Config(), market.instrument)


def simulate_day(
    day: TradingDay | _core.DayBars,
    params: Params | Mapping[str, Any],
    brain: BayesianBrain | _core.Brain | None = None,
    *,
    states: _core.DayStates | None = None,
    costs: Mapping[str, Any] | None = None,
    barrier: int | None = None,
    long: ArrayLike | None = None,
    short: ArrayLike | None = None,
    slippage: ArrayLike | None = None,
    fees: ArrayLike | None = None,
) -> Trades:
    """All trades of one parameter set over one day.

    Parameters
    ----------
    day
        A trade date of `load`, or bars in the core.
    params
        `Params`, or its fields; besides stop and target all may be left out: no trail, an hour at most, no cooldown,
        any entry rule, all contexts, both sides.
    brain
        Learned odds; without one ``learned`` entries never fire and none is vetoed.
    states
        State of each bar; by default those of the configuration's defaults.
    costs
        Costs and fill rules, see `costs_of`; what is left out keeps the core's default (1 tick of slippage, no
        commission).
    barrier
        Ticks; needed with a brain.
    long, short
        Signals of your own: bool, shape (bars,); a missing value is no signal. On the close of a bar where one is
        true that side is taken, in place of what entry rule and brain say. The rules stay: a bar needs a state and an
        allowed context, the position of before must be closed and its cooldown over, and the entry is at the open of
        the next bar.
    slippage
        Ticks of a market order filled at each bar: integers, shape (bars,), in place of that of the costs.
    fees
        Thousandths of a tick that a fill at each bar costs besides the commission: integers, shape (bars,).

    Returns
    -------
    Trades
        Columns by name; ``trades.to_polars()`` is a table.

    Raises
    ------
    UsageError
        For unknown, missing or impossible parameters and costs.
    DataError
        If states, brain or arrays do not go with the day.

    Examples
    --------
    >>> trades = bayescore.simulate_day(day, {"stop_loss_ticks": 40, "take_profit_ticks": 80})  # doctest: +SKIP
    >>> trades.to_polars()  # doctest: +SKIP
    """
    bars, states, given = _inputs(day, states, brain, barrier, costs, long, short, slippage, fees)
    one = _set(params)
    _check_rules([one], states, given)
    columns = _core.simulate_day(bars, one, **given)
    return Trades(columns, bars, states.space)


def sweep_day(
    day: TradingDay | _core.DayBars,
    params: Sequence[Params | Mapping[str, Any]] | pl.DataFrame,
    brain: BayesianBrain | _core.Brain | None = None,
    *,
    states: _core.DayStates | None = None,
    costs: Mapping[str, Any] | None = None,
    barrier: int | None = None,
    long: ArrayLike | None = None,
    short: ArrayLike | None = None,
    slippage: ArrayLike | None = None,
    fees: ArrayLike | None = None,
    threads: int = 0,
    min_trades: int = Scores.min_trades.default,
) -> pl.DataFrame:
    """Figures of many parameter sets over one day, one row a set.

    Parameters
    ----------
    day, brain, states, costs, barrier, long, short, slippage, fees
        As for `simulate_day`.
    params
        Sets as `simulate_day` takes them, or a table with a column a factor.
    threads
        0 for all cores; the result is the same.
    min_trades
        With fewer trades the figures are undefined.

    Returns
    -------
    polars.DataFrame
        The factors, then the columns of `_core.sweep_day`.

    Raises
    ------
    UsageError, DataError
        As `simulate_day`.
    """
    import polars as pl

    bars, states, given = _inputs(day, states, brain, barrier, costs, long, short, slippage, fees)
    rows = params.to_dicts() if isinstance(params, pl.DataFrame) else list(params)
    sets = [_set(row) for row in rows]
    if not sets:
        raise UsageError("params: no set; give at least one")
    _check_rules(sets, states, given)
    swept = _core.sweep_day(bars, _table(sets, states.space), threads=threads, min_trades=min_trades, **given)
    undefined = {
        name: pl.Series(column).fill_nan(None) for name, column in swept.items() if column.dtype.kind == "f"
    }
    return pl.concat([pl.DataFrame(sets), pl.DataFrame({**swept, **undefined})], how="horizontal")


def _inputs(
    day: object,
    states: _core.DayStates | None,
    brain: BayesianBrain | _core.Brain | None,
    barrier: int | None,
    costs: Mapping[str, Any] | None,
    long: ArrayLike | None,
    short: ArrayLike | None,
    slippage: ArrayLike | None,
    fees: ArrayLike | None,
) -> tuple[_core.DayBars, _core.DayStates, dict[str, Any]]:
    if isinstance(day, TradingDay):
        bars = day.to_core()
        states = states or StateEngine(day.window_names).run(bars, day.windows)
    elif isinstance(day, _core.DayBars):
        bars = day
        states = states or StateEngine().run(bars)
    else:
        raise UsageError(
            f"day: expected one of bayescore.load(data).days, or DayBars, got {type(day).__name__}"
        )
    per_bar: dict[str, NDArray[Any]] = {}
    for name, flags in (("long", long), ("short", short)):
        if flags is not None:
            per_bar[name] = _flags(name, flags, len(bars))
    for name, numbers in (("slippage", slippage), ("fees", fees)):
        if numbers is not None:
            per_bar[name] = _whole(name, numbers, len(bars))
    given = {
        "brain": getattr(brain, "core", brain),
        "states": states,
        "costs": dict(costs) if costs is not None else None,
        "barrier": barrier,
        "per_bar": per_bar or None,
    }
    return bars, states, given


def _check_rules(sets: list[dict[str, Any]], states: _core.DayStates, given: dict[str, Any]) -> None:
    """Refuse an entry rule that can make no trade in the states, unless signals of one's own decide."""
    if {"long", "short"} & (given["per_bar"] or {}).keys():
        return
    can = rules_of(states.space)
    for one in sets:
        if one["entry_rule"] in ENTRY_RULES and one["entry_rule"] not in can:
            raise UsageError(
                f"entry_rule {one['entry_rule']}: the states have not the fields it asks for; here: {', '.join(can)}"
            )


def _set(params: Params | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(params, Params):
        return msgspec.structs.asdict(params)
    from bayescore.fields import nearest

    known = Params.__struct_fields__
    for name in params:
        if name not in known:
            near = nearest(name, known)
            raise UsageError(f"params: no factor {name}" + (f"; did you mean {near}?" if near else ""))
    return {
        name: params[name] if name in params else LEFT_OUT[name] for name in known if _given(name, params)
    }


def _given(name: str, params: Mapping[str, Any]) -> bool:
    if name in params or name in LEFT_OUT:
        return True
    raise UsageError(f"params: {name} is missing")


def _table(sets: list[dict[str, Any]], space: _core.StateSpace) -> dict[str, NDArray[Any]]:
    """Sets as the core's columns; names become numbers."""
    bits = {name: bit for bit, name in space.contexts}

    from bayescore.fields import expected

    def number(name: str, value: Any) -> Any:
        if name == "contexts_allowed" and isinstance(value, str):
            unknown = [word for word in value.split("+") if word.strip() not in bits]
            if unknown:
                raise UsageError(f"contexts_allowed: no context {unknown[0]}; there are {', '.join(bits)}")
            return sum({1 << bits[word.strip()] for word in value.split("+")})
        names = _core.FACTS["params"][name].get("names")
        if names and isinstance(value, str):
            if value not in names:
                raise UsageError(f"{name} = {value!r}: {expected(value, names)}")
            return list(names).index(value)
        return value

    table = {}
    for name in sets[0]:
        dtype = _core.FACTS["params"][name]["dtype"]
        try:
            table[name] = np.array([number(name, row[name]) for row in sets], dtype=dtype)
        except (TypeError, ValueError, OverflowError) as error:
            raise UsageError(f"params: {name} holds what is not {dtype} ({error})") from None
    return table


def _flags(name: str, values: ArrayLike, bars: int) -> NDArray[np.bool_]:
    """True and false for each bar; what is missing is false, as the first value of a comparison with the bar before."""
    if hasattr(values, "fill_null"):  # Polars, whose missing values numpy does not know
        values = values.fill_null(value=False)
    array = np.asarray(values)
    if array.dtype == object:
        array = np.array([False if x is None or x != x else x for x in array.ravel()])  # noqa: PLR0124 - NaN
    if array.dtype.kind != "b":
        raise DataError(f"{name}: expected true or false for each bar, got {array.dtype}")
    return np.ascontiguousarray(_shaped(name, array, bars))


def _whole(name: str, values: ArrayLike, bars: int) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.dtype.kind == "f" and np.isfinite(array).all() and (array == np.rint(array)).all():
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        unit = "ticks" if name == "slippage" else "thousandths of a tick"
        raise DataError(f"{name}: expected whole {unit} for each bar, got {array.dtype}")
    return np.ascontiguousarray(_shaped(name, array, bars), np.int64)


def _shaped(name: str, array: NDArray[Any], bars: int) -> NDArray[Any]:
    if array.shape != (bars,):
        raise DataError(f"{name}: shape {array.shape} for {bars} bars; give one value a bar")
    return array
