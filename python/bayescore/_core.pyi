# ruff: noqa: A002 - `open` is the field's word
"""The compiled half of bayescore: bars, states, labels, posteriors, simulated trades.

Arrays are one-dimensional, contiguous and of the dtype named here; they are copied once. Errors are those of
`bayescore.errors`. ``help()`` of each name has the units and columns in full.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, final, overload

import numpy as np
from numpy.typing import NDArray

from bayescore.vocabulary import Objective

__all__ = [
    "CONTEXTS",
    "FACTS",
    "FIRST_SESSION_BIT",
    "INVALID",
    "MAX_WINDOWS",
    "NAMES",
    "SESSION_PREFIX",
    "Brain",
    "Control",
    "DayBars",
    "DayStates",
    "Labels",
    "LiveDay",
    "PreparedDay",
    "StateEngine",
    "StateSpace",
    "__version__",
    "_exhaust",
    "_panic",
    "barrier_ticks",
    "beta_above",
    "beta_quantile",
    "bracket_threshold",
    "break_even",
    "empty_trades",
    "end_in_words",
    "label_day",
    "merge_events",
    "mirrored_timings",
    "overfitting",
    "regret_events",
    "replay_entries",
    "rung_of",
    "rungs",
    "simulate_day",
    "simulate_sets",
    "sweep_day",
    "sweep_days",
    "totals",
    "trade_regret",
]

_Columns: TypeAlias = dict[str, NDArray[Any]]
_Floats: TypeAlias = NDArray[np.float64]
_PerBar: TypeAlias = dict[str, NDArray[Any]]
"""``long``, ``short`` (bool), ``slippage`` (ticks), ``fees`` (thousandths of a tick; both integers), shape (bars,)."""

__version__: str
INVALID: int
"""Code of a bar without a state: 65535."""
CONTEXTS: list[str]
"""Names of the context bits from 0 on; bit 0, ``all``, is set at every bar with a state."""
FACTS: dict[str, dict[str, dict[str, Any]]]
"""Every setting by the struct that has it: ``default`` (``None`` for factors), ``low``, ``high`` (``None``: no end),
``closed`` (whether the ends are allowed), ``dtype`` of its column, ``names`` of its values, ``doc``."""
NAMES: dict[str, tuple[str, ...]]
"""Names that stand for numbers, by what they name: ``entry_rule``, ``exit_reason``, ``timing``, ``label_outcome``,
``objective``, ``limit_fill``, ``intrabar``, ``context``."""
FIRST_SESSION_BIT: int
"""Context bit of the first session window; the others follow."""
SESSION_PREFIX: str
"""What the name of a session window's context begins with."""
MAX_WINDOWS: int
"""Most session windows there are context bits for."""

@final
class Control:
    """Stop flag and progress counter of long calls; every member may be used from any thread."""

    def __new__(cls) -> Control: ...
    def stop(self) -> None:
        """Ask every call that holds this control to end soon; it raises `bayescore.errors.Interrupted`."""
    def reset(self) -> None:
        """Clear flag and counter."""
    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
    @property
    def done(self) -> int:
        """Iterations finished since the control was made or reset."""

@final
class DayBars:
    """One trade date of one-second bars of one contract, as integer ticks.

    Parameters
    ----------
    ts_ns
        int64 nanoseconds or datetime64[ns], shape (n,): start of each bar, strictly increasing.
    open, high, low, close
        float64, shape (n,), on the tick grid.
    volume
        Any integer dtype, or whole floats, shape (n,).
    tick_size
        Price of one tick.
    session_open_ns, session_close_ns
        The session; without it the day runs from its first bar to one second after its last.

    Raises
    ------
    bayescore.errors.DataError
        For a wrong dtype, shape or memory layout, and for bars that cannot be used, with their row.
    bayescore.errors.UsageError
        If ``tick_size`` is not positive, or only one end of the session is given.
    """

    def __new__(
        cls,
        ts_ns: NDArray[Any],
        open: _Floats,
        high: _Floats,
        low: _Floats,
        close: _Floats,
        volume: NDArray[Any],
        tick_size: float,
        *,
        session_open_ns: int | None = None,
        session_close_ns: int | None = None,
    ) -> DayBars: ...
    @classmethod
    def from_ticks(
        cls,
        ts_s: NDArray[np.int32],
        open: NDArray[np.int32],
        high: NDArray[np.int32],
        low: NDArray[np.int32],
        close: NDArray[np.int32],
        volume: NDArray[np.int64],
        tick_size: float,
        *,
        open_ns: int,
        close_s: int,
    ) -> DayBars:
        """Bars in seconds after the open and ticks already; ``close_s`` is the session's length in seconds."""
    def mirrored(self, turned: NDArray[np.bool_]) -> DayBars:
        """The day with some bars reflected about the close before them; volatility, volume and times stay."""
    def __len__(self) -> int: ...
    @property
    def ts(self) -> NDArray[np.int32]:
        """Seconds after the session's open."""
    @property
    def ts_ns(self) -> NDArray[np.int64]:
        """Nanoseconds since the epoch."""
    @property
    def open(self) -> NDArray[np.int32]:
        """First price of each second, ticks."""
    @property
    def high(self) -> NDArray[np.int32]:
        """Highest price of each second, ticks."""
    @property
    def low(self) -> NDArray[np.int32]:
        """Lowest price of each second, ticks."""
    @property
    def close(self) -> NDArray[np.int32]:
        """Last price of each second, ticks."""
    @property
    def volume(self) -> NDArray[np.int64]:
        """Traded volume."""
    @property
    def tick_size(self) -> float:
        """Price of one tick."""
    @property
    def open_ns(self) -> int:
        """Session open, nanoseconds since the epoch."""
    @property
    def close_s(self) -> int:
        """Session close, seconds after the open."""

@final
class StateSpace:
    """What the state codes of a day mean: fields, levels, labels, mirror images and coarser states.

    Parameters
    ----------
    fields
        Name, one label a level, and whether mirroring the prices turns level ``l`` into ``levels − 1 − l``.
    chain
        Field names of ever coarser states, from the leaves on; each a part of the one before. The root is implied.

    Raises
    ------
    bayescore.errors.UsageError
        For repeated or unknown names, empty fields, a chain that does not shrink, or more than 65,535 codes.
    """

    def __new__(
        cls, fields: Sequence[tuple[str, Sequence[str], bool]], chain: Sequence[Sequence[str]]
    ) -> StateSpace: ...
    @classmethod
    def standard(cls, window_names: Sequence[str]) -> StateSpace:
        """The engine's own space with its default edges; one to eight session windows."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    @property
    def fields(self) -> list[tuple[str, list[str], bool]]:
        """Name, labels and mirroring of each field, most significant first."""
    @property
    def chain(self) -> list[list[str]]:
        """Field names of the chain, from the leaves to the coarsest level; the root is implied."""
    @property
    def window_names(self) -> list[str]:
        """Names of the session windows; empty if the space has no field ``window``."""
    @property
    def contexts(self) -> list[tuple[int, str]]:
        """Bit and name of every context, those of the session windows last."""
    @property
    def n_codes(self) -> int:
        """Number of codes; valid codes are below it."""
    @property
    def n_leaves(self) -> int:
        """Number of leaves."""
    @property
    def n_levels(self) -> int:
        """Number of levels of the chain, root and leaves included."""
    def decode(self, code: int) -> dict[str, str]:
        """Label of each field of a code, by field name; empty for 65535."""
    def encode(self, labels: dict[str, str]) -> int:
        """The code with these labels, one for each field."""
    def label(self, code: int) -> str:
        """Text of a code; "invalid" for 65535 and other codes outside the space."""
    def leaf_label(self, leaf: int) -> str:
        """Text of a leaf."""
    @overload
    def leaf_of(self, code: int) -> int: ...
    @overload
    def leaf_of(self, code: NDArray[np.uint16]) -> NDArray[np.uint16]: ...
    def mirror(self, code: int) -> int:
        """The code seen when the prices are mirrored."""
    def mirror_leaf(self, leaf: int) -> int:
        """The leaf seen when the prices are mirrored."""
    def rule_sides(self, leaf: int) -> tuple[int, int]:
        """Side (+1, −1, 0) that ``reversion`` and ``drive`` entries take in a leaf, in this order."""

@final
class DayStates:
    """State code and context bits of every bar of one day.

    Parameters
    ----------
    codes
        uint16, shape (n,): codes of ``space``, 65535 where there is none.
    contexts
        uint32, shape (n,): context bits. ``None`` sets bit 0, which ``contexts_allowed="all"`` asks for, on every
        bar with a code.
    space
        What the codes mean.

    Raises
    ------
    bayescore.errors.DataError
        For a wrong dtype or layout, columns of different lengths, a code outside the space (with its bar), or context
        bits on a bar without a code.
    """

    def __new__(
        cls, codes: NDArray[np.uint16], contexts: NDArray[np.uint32] | None, space: StateSpace
    ) -> DayStates: ...
    def __len__(self) -> int: ...
    @property
    def codes(self) -> NDArray[np.uint16]:
        """Code of each bar, 65535 where there is none."""
    @property
    def contexts(self) -> NDArray[np.uint32]:
        """Context bits of each bar."""
    @property
    def space(self) -> StateSpace:
        """What the codes mean."""

@final
class StateEngine:
    """Turns bars into state codes and context bits; what it says of a bar uses no later bar.

    Parameters
    ----------
    n_windows
        Number of session windows, 1 to 8.
    window_names
        Their names; by default "all" for one, else "window 1", "window 2", ….
    **config
        Fields of `bayescore.config.StateConfig`; what is left out keeps its default.

    Raises
    ------
    bayescore.errors.UsageError
        For an unknown setting, or one out of range.
    """

    def __new__(
        cls, n_windows: int, *, window_names: Sequence[str] | None = None, **config: Any
    ) -> StateEngine: ...
    @property
    def space(self) -> StateSpace:
        """The space of the codes."""
    def run(self, day: DayBars, windows: NDArray[np.uint8] | None = None) -> DayStates:
        """Codes and context bits of a whole day; ``windows`` is the session window of each bar."""
    def features(self, day: DayBars) -> _Columns:
        """The values behind the codes: z, slope, sigma, centre, momentum, trend, the ratios, range."""
    def push(
        self, ts: int, open: int, high: int, low: int, close: int, volume: int, window: int = 0
    ) -> tuple[int, int]:
        """Code (65535 = none) and context bits of the next bar; prices in ticks, ``ts`` in seconds after the open."""
    def reset(self) -> None:
        """Forget the bars pushed so far."""

@final
class Labels:
    """Labels of one day, made by `label_day`."""

    def __len__(self) -> int: ...
    @property
    def barrier(self) -> int:
        """Barrier of the middle rung, ticks."""
    @property
    def mirror(self) -> bool:
        """Whether states were pooled with their mirror images."""
    @property
    def space(self) -> StateSpace:
        """What the codes mean."""
    def counts(self, field: str | None = None, rung: int = 1) -> dict[str, Any]:
        """What became of the episodes, by level of a field: ``label`` (list) and columns of counts (uint32)."""
    def counts_by_window(self, rung: int = 1) -> dict[str, dict[str, int]]:
        """What became of the episodes of each session window: episodes, ups, downs, ambiguous, unresolved, gap."""
    def level_counts(self, level: int, rung: int = 1) -> _Columns:
        """Labels that count at a level of the back-off (0 = root): ``state`` (uint16), ``ups``, ``downs`` (float64)."""
    def leaf_counts(self, rung: int = 1) -> _Columns:
        """Labels that count at the leaves: ``leaf`` (uint16), ``ups``, ``downs`` (float64)."""
    def table(self) -> _Columns:
        """All labels, rung by rung.

        Columns decision_bar, code, rung, outcome (0 up, 1 down, 2 ambiguous, 3 unresolved), end_bar, taken.
        """

@final
class Brain:
    """Evidence and Beta posteriors of every state, on three rungs.

    The quantity is p, the chance that the price touches a barrier above before one as far below. Rung 0 is about half
    the day's barrier, 1 the barrier, 2 twice the barrier.

    Parameters
    ----------
    space
        What the codes mean.
    mirror
        Pool a state with its mirror image.
    root_strength
        The root starts as Beta(x, x).
    kappa_min, kappa_max
        Bounds of the strength with which a level borrows from the one above.
    half_life_days
        Days after which evidence counts half; 0 = never.

    Raises
    ------
    bayescore.errors.UsageError
        For a value out of range.
    """

    def __new__(
        cls,
        space: StateSpace,
        *,
        mirror: bool = ...,
        root_strength: float = ...,
        kappa_min: float = ...,
        kappa_max: float = ...,
        half_life_days: float = ...,
    ) -> Brain: ...
    @classmethod
    def from_columns(
        cls,
        space: StateSpace,
        columns: _Columns,
        *,
        mirror: bool = ...,
        root_strength: float = ...,
        kappa_min: float = ...,
        kappa_max: float = ...,
        half_life_days: float = ...,
    ) -> Brain:
        """The brain that `columns` came from, bit for bit, given the same space and settings."""
    def columns(self) -> _Columns:
        """Evidence as columns: rung, level (uint8), state (uint16), ups, downs (float64). All there is to save."""
    def learn(self, labels: Labels) -> None:
        """Age the evidence by one day and add a day's labels."""
    def copy(self) -> Brain:
        """A brain of its own with the same evidence."""
    @property
    def space(self) -> StateSpace:
        """The state space."""
    @property
    def config(self) -> dict[str, Any]:
        """The settings, by the names of the constructor."""
    def posterior(self, code: int, rung: int = 1) -> tuple[float, float]:
        """Parameters (a, b) of the Beta posterior of a code's leaf."""
    def evidence(self, code: int, rung: int = 1) -> tuple[float, float]:
        """Ups and downs that a code's leaf has been seen to have, its mirror image's included."""
    def leaf_table(self, rung: int = 1) -> _Columns:
        """Posteriors of all leaves: leaf, ups, downs, n, a, b, mean, above_half (probability that p > ½)."""
    def level_table(self, level: int, rung: int = 1) -> _Columns:
        """Posteriors of all states of a level of the back-off (0 = root): ``a``, ``b`` (float64)."""
    def probability_beyond(self, code: int, threshold: float, rung: int = 1) -> float:
        """Probability that p of a code's leaf exceeds a threshold."""
    def quantile(self, code: int, probability: float, rung: int = 1) -> float:
        """The value that p of a code's leaf stays below with this probability."""
    def should_fire(self, code: int, params: dict[str, Any], barrier: int, cost: float) -> int:
        """Side (+1, −1, 0) that a parameter set takes in a state; ``cost`` is the round trip in ticks."""
    def kappas(self) -> _Floats:
        """Strength with which each level borrows from the one above, shape (3, levels − 1)."""

@final
class LiveDay:
    """One parameter set on the bars of one trade date, bar by bar: states, decisions and fills as they come.

    The rules are those of `simulate_day`, carried out by the same code. After the last bar and `end` the trades are the
    same, whatever comes later.

    Parameters
    ----------
    engine
        Makes the states, with its own memory of this day.
    params, brain, costs, barrier
        As in `simulate_day`.
    session
        Open and close, nanoseconds since 1970.
    tick_size
        Price of one tick.
    """

    def __new__(
        cls,
        engine: StateEngine,
        params: dict[str, Any],
        *,
        session: tuple[int, int],
        tick_size: float,
        brain: Brain | None = None,
        costs: dict[str, Any] | None = None,
        barrier: int | None = None,
    ) -> LiveDay: ...
    def push(
        self, ts: int, open: int, high: int, low: int, close: int, volume: int, window: int = 0
    ) -> tuple[int, int, list[tuple[str, int, int | None, str | None]]]:
        """Take in the next bar: seconds after the session's open, ticks, its session window.

        Returns code (65535 = none), context bits, and what happened, in order: ``left``, ``dropped``, ``entered``,
        ``decided`` or ``stopped``, with the side, the fill in ticks and the reason of an exit.

        Raises
        ------
        bayescore.errors.DataError
            For a bar that cannot follow; the day is then as before.
        """
    def end(self) -> list[tuple[str, int, int | None, str | None]]:
        """End the day: a position that is still open leaves at the last close."""
    def trades(self) -> _Columns:
        """The trades so far, as `simulate_day` gives them."""
    @property
    def dropped(self) -> int:
        """Orders dropped so far because the next bar came too late."""
    def __len__(self) -> int: ...

@final
class PreparedDay:
    """One day with its states, costs and gate: what does not depend on the parameter sets is made once.

    `simulate_day`, `simulate_sets`, `sweep_day` and `sweep_days` take it in place of bars, states, brain, barrier and
    costs.

    Parameters
    ----------
    bars
        Shared, not copied, as are the states.
    states
        By default those of a `StateEngine` with default settings and one session window.
    brain
        As it is now: what it learns later does not reach this day.
    barrier
        Ticks; needed with a brain.
    costs, per_bar
        As in `simulate_day`.
    """

    def __new__(
        cls,
        bars: DayBars,
        states: DayStates | None = None,
        brain: Brain | None = None,
        barrier: int | None = None,
        costs: dict[str, Any] | None = None,
        per_bar: _PerBar | None = None,
    ) -> PreparedDay: ...
    def __len__(self) -> int: ...
    @property
    def nbytes(self) -> int:
        """Bytes that the day owns besides bars, states and brain, which it shares; about nine a bar."""
    def vetoes(self, params_table: _Columns) -> _Columns:
        """How often the brain refuses what the sets' entry rules would do, in bars of the day.

        Returns
        -------
        dict of str to ndarray of int64, shape (sets,)
            ``signals``: bars at which rule, side and context would let the set enter, 0 for ``learned``; ``vetoed``:
            those of them that the brain refuses.
        """

def barrier_ticks(day: DayBars, lag: int = 60, until_s: int | None = None) -> int:
    """The typical move of a minute in ticks, at least 2: rms of the changes over ``lag`` seconds."""

def label_day(
    day: DayBars,
    states: DayStates,
    barrier: int,
    *,
    first_day: bool = False,
    horizon: int = ...,
    max_entry_gap: int = ...,
    mirror: bool = ...,
) -> Labels:
    """What every episode of a day was followed by; ``barrier`` in ticks, times in seconds."""

def break_even(stop: int, target: int, cost: float) -> float:
    """Share of winners at which a bracket pays its round trip: (S + c) / (S + T); above 1 it never does."""

def bracket_threshold(stop: int, target: int, cost: float, barrier: float) -> float:
    """The chance p of touching +barrier before −barrier above which a bracket pays; 1 if it never does."""

def rungs(barrier: int) -> list[int]:
    """Barriers of the three rungs of a day's barrier, ticks.

    Raises
    ------
    bayescore.errors.UsageError
        For a barrier outside 1..2097152.
    """

def rung_of(stop: int, target: int, barrier: int) -> int:
    """Rung whose chances speak for a bracket: the one nearest √(stop · target)."""

def beta_above(x: _Floats, a: _Floats, b: _Floats) -> _Floats:
    """P(X > x) for X ~ Beta(a, b), element by element."""

def beta_quantile(p: _Floats, a: _Floats, b: _Floats) -> _Floats:
    """The x with P(X ≤ x) = p for X ~ Beta(a, b), element by element."""

def overfitting(pnl: _Floats, sets: int, blocks: int = 16) -> tuple[float, float, int] | None:
    """Probability of backtest overfitting by CSCV: share at or below the median, share that loses, splits."""

def simulate_day(
    day: DayBars | PreparedDay,
    params: dict[str, Any],
    brain: Brain | None = None,
    *,
    states: DayStates | None = None,
    costs: dict[str, Any] | None = None,
    barrier: int | None = None,
    per_bar: _PerBar | None = None,
    iteration: int = 0,
) -> _Columns:
    """All trades of one parameter set over one day, as columns.

    Parameters
    ----------
    day
        With a `PreparedDay`, which has them, brain, states, costs, barrier and per_bar are left out.
    params
        The fields of `bayescore.events.Params`; ``entry_rule`` and ``contexts_allowed`` by name or number.
    brain
        Without it ``learned`` never fires and no entry is vetoed.
    states
        By default those of a `StateEngine` with default settings and one session window.
    costs
        ``commission_milliticks`` (round trip), ``slippage_base``, ``slippage_factor``, ``slippage_window``,
        ``limit_fill``, ``intrabar``, ``max_entry_gap``, ``no_entry_before_close``, ``flat_before_close``; what is left
        out keeps its default.
    barrier
        Ticks; needed with a brain.
    per_bar
        What you bring bar by bar. ``long``, ``short``: the sides wanted on the close of each bar, in place of entry
        rule and brain; a bar without a state, out of context, in cooldown or near the close still decides nothing.
        ``slippage``: of a market order filled at each bar, in place of that of the costs. ``fees``: cost of a fill at
        each bar besides the commission; entry and exit pay theirs, and the column ``fee`` tells both.
    iteration
        Number to put into the column ``iteration``.
    """

def simulate_sets(
    day: DayBars | PreparedDay,
    params_table: _Columns,
    brain: Brain | None = None,
    *,
    states: DayStates | None = None,
    costs: dict[str, Any] | None = None,
    barrier: int | None = None,
    per_bar: _PerBar | None = None,
    iteration: int | None = None,
) -> list[tuple[_Columns, int]]:
    """All trades of several parameter sets over one day, each alone.

    Parameters
    ----------
    day, brain, states, costs, barrier, per_bar
        As in `simulate_day`.
    params_table
        As in `sweep_day`.
    iteration
        Number to put into every column ``iteration``; by default the row of the set.

    Returns
    -------
    list
        For each set its trades, as `simulate_day` gives them, and how many orders were dropped because the next bar
        came too late.

    Raises
    ------
    bayescore.errors.UsageError, bayescore.errors.DataError
        As `sweep_day`.
    """

def replay_entries(
    day: DayBars | PreparedDay,
    decision_bar: NDArray[np.uint32],
    side: NDArray[np.int8],
    params_table: _Columns,
    brain: Brain | None = None,
    *,
    states: DayStates | None = None,
    costs: dict[str, Any] | None = None,
    barrier: int | None = None,
) -> _Columns:
    """Results of the same entries under the exits of other sets, each entry by itself.

    Returns
    -------
    dict
        ``net`` (int64, thousandths of a tick) and ``exit_bar`` (uint32), shape (sets * entries,): the entries of the
        first set, then those of the second, and so on.
    """

def mirrored_timings(
    day: DayBars | PreparedDay,
    decision_bar: NDArray[np.uint32],
    side: NDArray[np.int8],
    params_table: _Columns,
    brain: Brain | None = None,
    *,
    bar_seconds: int,
    bars_after: int,
    seed: int,
    rounds: int,
    states: DayStates | None = None,
    costs: dict[str, Any] | None = None,
    barrier: int | None = None,
) -> list[int]:
    """How exits are timed where prices have no direction: exits by timing, as `trade_regret` numbers them.

    The same entries and the exits of one set on the day's bars, each reflected about the close before it by a coin of
    `seed`, `rounds` times over.
    """

def sweep_day(
    day: DayBars | PreparedDay,
    params_table: _Columns,
    brain: Brain | None = None,
    *,
    states: DayStates | None = None,
    costs: dict[str, Any] | None = None,
    barrier: int | None = None,
    per_bar: _PerBar | None = None,
    threads: int = 0,
    control: Control | None = None,
    events: tuple[int, int] | None = None,
    objective: Objective = ...,
    min_trades: int = ...,
    path: Literal["auto", "reference", "per_set", "batched", "baseline"] = "auto",
) -> dict[str, Any]:
    """Sums and figures of many parameter sets over one day, as columns; the same for any number of threads.

    Parameters
    ----------
    params_table
        One column for each field of `bayescore.events.Params`, integers but ``confidence_threshold``.
    brain, states, costs, barrier, per_bar
        As in `simulate_day`.
    threads
        0 = one a core.
    control
        Counts finished sets and can stop the call, which then raises `bayescore.errors.Interrupted`.
    events
        Bar length in seconds and bars after the exit: adds the key ``"events"``, a dict as `regret_events` gives.
    objective
        What the column ``objective`` holds.
    min_trades
        With fewer trades all figures are undefined (NaN).
    path
        How the trades are found, for tests and measurements; the result is the same.
    """

def sweep_days(
    days: Sequence[PreparedDay],
    params_table: _Columns,
    *,
    threads: int = 0,
    control: Control | None = None,
) -> _Columns:
    """Results of many parameter sets on many days, each day with its own gate; the same for any number of threads.

    Parameters
    ----------
    days
        Swept beside each other.
    params_table
        As in `sweep_day`.
    threads
        0 = one a core.
    control
        Counts each set once a day and can stop the call, which then raises `bayescore.errors.Interrupted`.

    Returns
    -------
    dict of str to ndarray, shape (days, sets), C order
        ``net`` (int64, thousandths of a tick), ``gross`` (int64, ticks), ``gross_sq`` (int64, squared
        ticks), ``trades``, ``wins`` (int32): row for row what
        `sweep_day` gives.
    """

def totals(
    trades: _Columns,
    costs: dict[str, Any] | None = None,
    *,
    objective: Objective = ...,
    min_trades: int = ...,
) -> _Columns:
    """Sums and figures of a list of trades, as one row of what `sweep_day` gives."""

def empty_trades() -> _Columns:
    """The columns of `simulate_day` without a row."""

def regret_events(
    day: DayBars,
    states: DayStates,
    trades: _Columns,
    bar_seconds: int = ...,
    bars_after: int = ...,
) -> _Columns:
    """How well the exits of a list of trades were timed, gathered by market event (entry bar and side)."""

def trade_regret(day: DayBars, trades: _Columns, bar_seconds: int = ..., bars_after: int = ...) -> _Columns:
    """How well each exit of a list of trades was timed."""

def merge_events(tables: Sequence[_Columns]) -> _Columns:
    """Event tables of several sweeps over one day as one: equal entry bars and sides are added up."""

def end_in_words(refused: bytes, aborted: bytes) -> None:
    """End this process with exit code 1 and a sentence where it would abort; for the owner of the process to call.

    Parameters
    ----------
    refused
        Written to standard error when the core is refused memory.
    aborted
        Written when a library aborts.
    """

def _exhaust() -> int: ...
def _panic() -> None: ...
