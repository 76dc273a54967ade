"""A run's decision for the next trade date, carried out on bars as they come: the simulation's rules, bar by bar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bayescore import _core, events
from bayescore.data.checks import NS, bars_of
from bayescore.errors import DataError, RunError, UsageError
from bayescore.events import signals as told
from bayescore.learning.contexts import context_text
from bayescore.results.tomorrow import instrument_of, next_session
from bayescore.runs.origin import config_of
from bayescore.runs.tomorrow import brain_of_run
from bayescore.training.costs import costs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from bayescore.arrays import Columns
    from bayescore.data.following import NewRows
    from bayescore.runs.reader import RunReader

MOST_OTHERS = 1000
"""Rows of other symbols, and none of the expected one, after which they are taken for a mistake."""


class LiveSignals:
    """The next trade date of a run.

    Parameters
    ----------
    run
        At least one day is finished.
    symbol
        Contract whose bars are used; that of the run's last day if not given.

    Raises
    ------
    RunError, UsageError
        If the run cannot be read, has no finished day, or decided to stay flat with no set to follow.
    """

    def __init__(self, run: RunReader, symbol: str | None = None) -> None:
        header, results = run.header(), run.results()
        if not results:
            raise RunError(f"{run.path}: no finished day yet")
        config, last = config_of(run, header), results[-1]
        decision = last.decision
        if decision.params is None:
            raise UsageError(f"{run.path}: stays flat after {last.date}, and no set is followed: no signals")
        if config.states is not None:
            raise UsageError(
                f"{run.path}: its states are your own, made of whole days: no signals bar by bar"
            )
        self._config = config
        self.instrument = instrument_of(header.started, config)
        self.session = next_session(self.instrument, last.date)
        self.symbol = symbol or last.symbol
        started = header.started
        brain = brain_of_run(run, started, config, last.date)
        windows = self.instrument.window_names
        engine = _core.StateEngine(
            len(windows), window_names=list(windows), **msgspec.structs.asdict(config.state)
        )
        self._space = engine.space
        self._live = _core.LiveDay(
            engine,
            msgspec.structs.asdict(decision.params),
            session=(self.session.open_ns, self.session.close_ns),
            tick_size=self.instrument.tick_size,
            brain=brain.core,
            costs=costs_of(config, self.instrument),
            barrier=decision.barrier_ticks,
        )
        self.plan = told.SignalPlan(
            run=run.name,
            date=self.session.date,
            symbol=self.symbol,
            trade=decision.trade,
            params=decision.params,
            barrier_ticks=decision.barrier_ticks,
            tick_size=started.tick_size,
            tick_value=started.tick_value,
            currency=started.currency,
            opens=_utc(self.session.open_ns),
            closes=_utc(self.session.close_ns),
        )
        self._params: events.Params = decision.params
        self._others: dict[str, int] = {}
        self._left_out = 0
        self._net_milliticks = 0
        self.over = False
        """Whether a bar has come at or after the close of the session."""

    @property
    def bars(self) -> int:
        """Bars taken in so far."""
        return len(self._live)

    def trades(self) -> Columns:
        """The trades so far, as `bayescore._core.simulate_day` gives them."""
        return self._live.trades()

    def take(self, rows: NewRows) -> Iterator[told.Signal]:
        """Take in rows, and tell what happens at each.

        Raises
        ------
        DataError
            For rows that cannot be used (unless the run drops such rows), that are of another trade date, or, for too
            long, of other symbols.
        """
        frame = rows.source.read(rows.first, rows.source.rows - rows.first)
        frame = self._of_symbol(frame, rows)
        if not frame.height:
            return
        bars, problems = bars_of(
            frame, rows.first, [rows.source.label], rows.source.price_scale, self.instrument
        )
        if problems and self._config.on_bad_rows == "refuse":
            raise DataError(str(problems[0]))
        self._left_out += sum(p.count for p in problems)
        session = self.session
        seconds = (bars.ts - session.open_ns) // NS
        # The window of a bar is that of the last start before it; the first begins with the session.
        starts = np.asarray(session.window_starts_ns[1:], dtype=np.int64)
        window = np.searchsorted(starts, bars.ts, side="right")
        prices = (bars.open, bars.high, bars.low, bars.close)
        for k in range(len(bars.ts)):
            ts = int(bars.ts[k])
            if ts < session.open_ns:
                self._left_out += 1
                continue
            if ts >= session.close_ns:
                if not self.bars:
                    raise DataError(
                        f"{rows.source.label}: bars of {_utc(ts)}, but the run decided about {session.date}; "
                        "go on with it first: bayescore resume"
                    )
                self.over = True
                return
            bar = (int(seconds[k]), *(int(p[k]) for p in prices), int(bars.volume[k]), int(window[k]))
            yield from self._push(ts, bar)

    def end(self) -> Iterator[told.Signal]:
        """Nothing more comes: a position leaves at the last close, as when data end before the close."""
        if self.bars:
            yield from self._tell(self._live.end(), self._last, 0, 0, 0)
        trades = self._live.trades()
        yield told.SignalEnd(
            bars=self.bars,
            trades=len(trades["side"]),
            dropped_orders=self._live.dropped,
            net_currency=self._currency(self._net_milliticks),
            left_out=self._left_out,
        )

    # -- private -------------------------------------------------------------------------------------------

    def _of_symbol(self, frame: pl.DataFrame, rows: NewRows) -> pl.DataFrame:
        if rows.source.naming != "symbol":
            return frame
        import polars as pl

        kept = frame.filter(pl.col("symbol") == self.symbol)
        self._left_out += frame.height - kept.height
        if not self.bars:
            others = frame.filter(pl.col("symbol") != self.symbol)["symbol"].value_counts()
            for name, count in others.iter_rows():
                self._others[name] = self._others.get(name, 0) + count
            if not kept.height and sum(self._others.values()) >= MOST_OTHERS:
                most = max(self._others, key=lambda name: self._others[name])
                raise DataError(
                    f"{rows.source.label}: no bar of {self.symbol} among {sum(self._others.values()):,}, most are "
                    f"of {most}; --symbol {most} if the contract has changed"
                )
        return kept

    def _push(self, ts: int, bar: tuple[int, ...]) -> Iterator[told.Signal]:
        try:
            code, context, steps = self._live.push(*bar)
        except DataError as error:
            if self._config.on_bad_rows == "refuse":
                raise DataError(f"{_utc(ts)}: {error}") from None
            self._left_out += 1
            return
        self._last = ts
        yield from self._tell(steps, ts, code, context, bar[4])

    def _tell(
        self,
        steps: list[tuple[str, int, int | None, str | None]],
        ts: int,
        code: int,
        context: int,
        close: int,
    ) -> Iterator[told.Signal]:
        time, tick, p = _utc(ts), self.instrument.tick_size, self._params
        for kind, sign, fill, reason in steps:
            side: told.Side = "long" if sign > 0 else "short"
            if kind == "decided":
                state = self._space.leaf_label(self._space.leaf_of(code))
                contexts = context_text(context, self._space)
                yield told.SignalDecided(
                    time=time, side=side, price=close * tick, state=state, contexts=contexts
                )
            elif kind == "dropped":
                yield told.SignalDropped(time=time, side=side)
            elif kind == "entered":
                assert fill is not None
                yield told.SignalEntered(
                    time=time,
                    side=side,
                    price=fill * tick,
                    stop=(fill - sign * p.stop_loss_ticks) * tick,
                    target=(fill + sign * p.take_profit_ticks) * tick,
                )
            elif kind == "left":
                assert fill is not None and reason is not None
                yield self._left(time, side, fill * tick, reason)
            else:
                yield told.SignalStopped(time=time)

    def _left(self, time: str, side: told.Side, price: float, reason: str) -> told.SignalLeft:
        trade = {name: column[-1].item() for name, column in self._live.trades().items()}
        self._net_milliticks += trade["net"]
        return told.SignalLeft(
            time=time,
            side=side,
            price=price,
            reason=reason,
            gross_ticks=trade["gross"],
            net_ticks=trade["net"] / 1000,
            net_currency=self._currency(trade["net"]),
            duration_s=trade["duration"],
            ambiguous=bool(trade["ambiguous"]),
            day_net_currency=self._currency(self._net_milliticks),
        )

    def _currency(self, milliticks: int) -> float:
        return milliticks / 1000 * self.instrument.tick_value


def _utc(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // NS, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"
