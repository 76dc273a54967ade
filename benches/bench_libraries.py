"""Libraries from PyPI on the one job that all of them can do; a section of `make bench`.

The job: long brackets over the pinned day. Each set has a stop and a target; it buys at the open after every bar in the
lower outer band while it is flat, pays nothing, and holds until stop, target or the end of the day. What the product
does besides (trails, time stops, gates by state, cooldowns, costs, both sides) is left out: not all of them have it.
phasor takes distances in price as the product does; vectorbt takes them as shares of the price, which is the same to a
tick at best, and backtesting.py from the close before the fill. Trades are counted and shown; a library that does
less than half of the work is named and not timed.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module, metadata
from typing import Any

import bench_product
import numpy as np
import numpy.typing as npt
from bench_days import SESSION_S, TICK, BenchDay, make_day
from bench_harness import Report, Table, digits, duration, interleaved

from bayescore import _core
from bayescore.design.factors import DTYPES, NAMES, ParamTable
from bayescore.vocabulary import ENTRY_RULES, SIDES

Counts = npt.NDArray[np.int64]

SETS = 1000
ROUNDS = 5
LAST_MINUTE = 61
FREE = {
    "commission_milliticks": 0,
    "slippage_base": 0,
    "slippage_factor": 0.0,
    "max_entry_gap": LAST_MINUTE - 1,
    "no_entry_before_close": LAST_MINUTE,
    "flat_before_close": 0,
}
"""No costs, and no rule of the clock but that nobody enters in the last minute."""
CASH = 1e9
"""So much that no order fails for want of it."""


@dataclass
class Job:
    """The day as arrays, and the brackets."""

    day: BenchDay
    states: Any
    entries: npt.NDArray[np.bool_]
    stops: npt.NDArray[np.int32]
    targets: npt.NDArray[np.int32]

    def prices(self) -> dict[str, npt.NDArray[np.float64]]:
        """Open, high, low and close in points."""
        return {name: getattr(self.day, name) * TICK for name in ("open", "high", "low", "close")}

    def times(self) -> npt.NDArray[np.int64]:
        """Nanoseconds, one a bar."""
        return 1_767_567_600_000_000_000 + self.day.ts.astype(np.int64) * 1_000_000_000


@dataclass
class Library:
    """One library: how many of the sets it is given, and what gives its number of trades a set."""

    name: str
    sets: int
    run: Callable[[int], Any]
    trades: Callable[[Any], Counts]


def job() -> Job:
    """The pinned job."""
    day = make_day()
    states = bench_product.states(day)
    space = bench_product.engine().space
    buys = np.array([space.rule_sides(leaf)[0] > 0 for leaf in range(space.n_leaves)])
    valid = states.codes != _core.INVALID
    entries = np.zeros(len(day), bool)
    entries[valid] = buys[space.leaf_of(states.codes[valid])]
    entries &= day.ts < SESSION_S - LAST_MINUTE
    rng = np.random.default_rng(5)
    stops = rng.integers(20, 121, SETS).astype(np.int32)
    targets = stops + rng.integers(1, 161, SETS).astype(np.int32)
    return Job(day, states, entries, stops, targets)


def _table(work: Job, n: int) -> ParamTable:
    """The brackets as parameter sets."""
    fixed = {
        "entry_rule": ENTRY_RULES.index("reversion"), "sides": SIDES.index("long"), "contexts_allowed": 1,
        "trail_activation_ticks": 0, "trail_distance_ticks": 3, "max_hold_seconds": SESSION_S, "cooldown_seconds": 0,
        "confidence_threshold": 0.5, "min_samples": 0, "max_consecutive_losses": 0,
    }  # fmt: skip
    table = {name: np.full(n, fixed.get(name, 0)).astype(DTYPES[name]) for name in NAMES}
    table["stop_loss_ticks"], table["take_profit_ticks"] = work.stops[:n], work.targets[:n]
    return table


def product(work: Job, threads: int) -> Library:
    """`sweep_day`, without a brain."""

    def run(n: int) -> Any:
        return _core.sweep_day(
            work.day.core, _table(work, n), states=work.states, costs=FREE, threads=threads
        )

    return Library("`sweep_day`", SETS, run, lambda swept: swept["trades"].astype(np.int64))


def phasor(work: Job, threads: int) -> Library:
    """phasor-trader: absolute distances, the next open, threads."""
    library = import_module("phasor")
    p = work.prices()

    def run(n: int) -> Any:
        return library.from_signals(
            p["close"], entries=np.asfortranarray(np.repeat(work.entries[:, None], n, axis=1)),
            open=p["open"], high=p["high"], low=p["low"], price="nextopen", stop_entry_price="fillprice",
            sl_stop=work.stops[:n] * TICK, tp_stop=work.targets[:n] * TICK, delta_format="absolute",
            init_cash=CASH, size=1.0, threads=threads, column_map=np.zeros(n, np.int64),
        )  # fmt: skip

    def trades(found: Any) -> Counts:
        return np.asarray(found.trade_count(), np.int64)

    return Library("phasor-trader", SETS, run, trades)


def vectorbt(work: Job, threads: int) -> Library:
    """vectorbt, whose engine is vectorbt-rust where that is installed."""
    del threads
    library = import_module("vectorbt")
    p = work.prices()
    # It has no next open: the signal is moved on by a bar and filled at that bar's open.
    late = np.concatenate([[False], work.entries[:-1]])

    def run(n: int) -> Any:
        shares = np.median(p["close"])
        return library.Portfolio.from_signals(
            p["close"][:, None], entries=np.repeat(late[:, None], n, axis=1), exits=False,
            open=p["open"][:, None], high=p["high"][:, None], low=p["low"][:, None], price=p["open"][:, None],
            stop_entry_price="fillprice",
            sl_stop=(work.stops[:n] * TICK / shares)[None, :], tp_stop=(work.targets[:n] * TICK / shares)[None, :],
            init_cash=CASH, size=1.0, freq="1s",
        )  # fmt: skip

    return Library("vectorbt", 100, run, lambda found: np.asarray(found.trades.count(), np.int64))


def raptorbt(work: Job, threads: int) -> Library:
    """raptorbt: shares of the price, the next open, all cores at once."""
    del threads
    library = import_module("raptorbt")
    p, times = work.prices(), work.times()
    volume = work.day.volume.astype(np.float64)
    never = np.zeros(len(work.day), bool)
    middle = float(np.median(p["close"]))

    def item(k: int) -> Any:
        config = library.BacktestConfig(
            initial_capital=1e6, fees=0.0, slippage=0.0, fill_timing="next_bar_open"
        )
        config.set_fixed_stop(work.stops[k] * TICK / middle)
        config.set_fixed_target(work.targets[k] * TICK / middle)
        return library.BatchSingleItem(str(k), work.entries, never, config=config)

    def run(n: int) -> Any:
        return library.batch_single_backtest(
            times, p["open"], p["high"], p["low"], p["close"], volume, [item(k) for k in range(n)]
        )

    def trades(found: Any) -> npt.NDArray[np.int64]:
        return np.array([len(result.trades()) for _, result in found], np.int64)

    return Library("raptorbt", 100, run, trades)


def backtesting(work: Job, threads: int) -> Library:
    """backtesting.py: one set at a time, bar by bar in Python."""
    del threads
    library = import_module("backtesting")
    pandas = import_module("pandas")
    index = pandas.to_datetime(work.times())
    frame = pandas.DataFrame({name.title(): x for name, x in work.prices().items()}, index=index)
    entries = work.entries

    def one(k: int) -> int:
        stop, target = work.stops[k] * TICK, work.targets[k] * TICK

        class Bracket(library.Strategy):  # type: ignore[misc, name-defined]
            def init(self) -> None:
                self.bar = -1

            def next(self) -> None:
                at = len(self.data) - 1
                if entries[at] and not self.position and not self.orders:
                    price = self.data.Close[-1]
                    self.buy(size=1, sl=price - stop, tp=price + target)

        with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
            found = library.Backtest(frame, Bracket, cash=CASH, finalize_trades=True).run()
        return len(found["_trades"])

    return Library(
        "backtesting.py", 2, lambda n: [one(k) for k in range(n)], lambda found: np.array(found, np.int64)
    )


OTHERS: dict[str, Callable[[Job, int], Library]] = {
    "phasor-trader": phasor,
    "vectorbt": vectorbt,
    "raptorbt": raptorbt,
    "backtesting": backtesting,
}


def _timed(work: Job, make: Callable[[Job, int], Library], known: Counts) -> tuple[list[float], str] | None:
    """Seconds for all sets on one and on two threads, and what it traded; nothing if it did not do the job."""
    first = make(work, 1)
    n = first.sets
    started = time.perf_counter()
    found = first.trades(first.run(n))
    once = time.perf_counter() - started
    share = found.sum() / known[:n].sum()
    if share < 0.5:
        return None
    jobs = {"1": partial(first.run, n), "2": partial(make(work, 2).run, n)}
    seconds = interleaved(jobs, 1 if once > 5 else ROUNDS)
    same = int((found == known[:n]).sum())
    traded = f"{found.mean():.1f} ({100 * share:.1f}%; the same in {same} of {n} sets)"
    return [seconds[t] * SETS / n for t in ("1", "2")], traded


def libraries(report: Report) -> None:
    """Each library on the job, on one thread and on two where it can be told."""
    work = job()
    ours = product(work, 1)
    known = ours.trades(ours.run(SETS))
    alone = interleaved({"1": partial(ours.run, SETS), "2": partial(product(work, 2).run, SETS)}, 3 * ROUNDS)
    rows = [(ours.name, *(duration(alone[t]) for t in ("1", "2")), "1", f"{known.mean():.1f} (100%)")]
    left_out = []
    for package, make in OTHERS.items():
        try:
            version = metadata.version(package)
            found = _timed(work, make, known)
        except (ImportError, metadata.PackageNotFoundError) as error:
            left_out.append(f"{package} is not installed here ({error}).")
            continue
        if found is None:
            left_out.append(
                f"{package} {version} made less than half of the trades: not the same job, so not timed."
            )
            continue
        seconds, traded = found
        times = min(seconds) / min(alone.values())
        report.figures[f"library {package}"] = times
        rows.append((f"{package} {version}", *map(duration, seconds), f"{digits(times)}×", traded))
    note = (
        "vectorbt and backtesting.py use one thread in either column; they ran 100 and 2 of the sets, and their time "
        f"is in proportion. `sweep_day`: {digits(alone['1'] / known.sum() * 1e9)} ns a trade."
    )
    columns = ("", "1 thread", "2 threads", "best ÷ best of `sweep_day`", "trades a set")
    bars, signals = len(work.day), int(work.entries.sum())
    title = f"Long brackets: {SETS:,} sets over {bars:,} bars, {signals:,} of them with a signal"
    report.add("libraries", Table(title, columns, rows, " ".join([note, *left_out])))
