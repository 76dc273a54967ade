"""Frozen run directories in the layout of the trainer, made from a seed, for tests and screenshots.

Run as a program it writes one slowly, as a training process would, until it is killed:
``python fake_run.py DIR --days 22 --pause 0.05``.
"""

from __future__ import annotations

import argparse
import io
import itertools
import math
import os
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from bayescore import events as ev
from bayescore.config import Config
from bayescore.results.evenings import Promise
from bayescore.results.robustness import Fills, robustness
from bayescore.results.summary import equity_of, headline_verdict, policy_summary
from bayescore.runs.layout import SCHEMA
from bayescore.runs.records import DayFiles, Live, RunHeader
from bayescore.runs.writer import RunWriter
from bayescore.vocabulary import CHARTED
from tests.tui.fake_figures import (
    ORIGINS,
    REASONS,
    STEPS,
    TICK,
    TICK_VALUE,
    WINDOWS,
    evidence_frame,
    label,
    make_decision,
    make_effects,
    make_patterns,
    make_regret,
    make_trades,
    many_dates,
    metrics,
    params,
    pool_frame,
    price_line,
)


class FakeRun:
    """A run, day by day, the same for the same seed."""

    def __init__(self, days: int = 22, seed: int = 7, run: str = "mnq-demo", iterations: int = 1000) -> None:
        self.dates = many_dates(days)
        self.rng = random.Random(seed)
        self.labels = list(dict([label(self.rng) for _ in range(26)]).items())
        self.started = ev.RunStarted(
            run=run, instrument="MNQ", symbol="MNQH6", currency="USD", tick_size=TICK, tick_value=TICK_VALUE,
            dates=self.dates, iterations=iterations, seed=seed, objective="sharpe", selection="decision",
        )  # fmt: skip # figures, several to a line
        self.header = RunHeader(
            schema=SCHEMA, version="0.1.0", run=run, data=["data/mnq-sample.parquet"],
            config=msgspec.to_builtins(Config()), started=self.started,
        )  # fmt: skip # figures, several to a line
        self.bars = {date: date for date in self.dates}
        self.cumulative = dict.fromkeys(CHARTED, 0.0)
        self.daily: dict[str, list[float]] = {p: [] for p in CHARTED}
        self.policy_days: dict[str, list[ev.PolicyDay]] = {p: [] for p in CHARTED}
        self.next: dict[str, ev.Params | None] = dict.fromkeys(CHARTED)
        self.in_sample = 0.0
        self.trades = dict.fromkeys(CHARTED, 0)
        self.price = 25_400.0
        self.last: ev.DayResult | None = None

    def sharpe(self, policy: str) -> float | None:
        x = self.daily[policy]
        if len(x) < 2:
            return None
        mean = sum(x) / len(x)
        sd = math.sqrt(sum((v - mean) ** 2 for v in x) / (len(x) - 1))
        return mean / sd * math.sqrt(252) if sd else None

    def day(self, index: int) -> tuple[ev.DayStarted, list[ev.NewBest], ev.DayFinished, dict[str, bytes]]:
        """Make one day: its events in order and its files."""
        rng, date = self.rng, self.dates[index]
        bars = rng.randrange(41_000, 52_000)
        price = price_line(rng, self.price)
        self.price = price[-1]
        policies, rows = {}, []
        for k, name in enumerate(CHARTED):
            today = self.next[name]
            made = (
                make_trades(
                    rng, date, name, rng.randrange(18, 46), (4.6, 3.9, 5.0, 3.2)[k], self.labels, price
                )
                if today
                else []
            )
            m = metrics(made) if today else None
            if m:
                self.cumulative[name] += m.net_currency
                self.daily[name].append(m.net_currency)
                self.trades[name] += m.trades
            rows += made
            self.next[name] = params(rng)
            policies[name] = ev.PolicyDay(
                policy=name, params=today, metrics=m, cumulative_net_currency=self.cumulative[name],
                equity=equity_of([round(1000 * t["net_ticks"]) for t in made]) if m else None,  # type: ignore[operator, misc]
                sharpe_so_far=self.sharpe(name), next_params=self.next[name],
            )  # fmt: skip # figures, several to a line
            self.policy_days[name].append(policies[name])
        hindsight = make_trades(rng, date, "in_sample_best", rng.randrange(30, 60), 13.0, self.labels, price)
        rows += hindsight
        total, final = self.started.iterations, metrics(hindsight)
        self.in_sample += final.net_currency
        final_params = params(rng)
        bests = [
            ev.NewBest(date=date, index=index, best=ev.BestSet(
                iteration=int(total * f), origin=ORIGINS[min(k, 3)], objective=(final.sharpe_of_day or 1.0) * (0.4 + 0.15 * k),
                params=final_params if k == len(STEPS) - 1 else params(rng), metrics=final))
            for k, f in enumerate(STEPS)
        ]  # fmt: skip # figures, several to a line
        nets = sorted(rng.gauss(-60, 90) for _ in range(total))
        edges = [-400.0 + 40 * k for k in range(21)]
        counts = [sum(a <= x < b for x in nets) for a, b in itertools.pairwise(edges)]
        reasons = [
            ev.Group(label=r, trades=len(g), wins=sum(t["net_ticks"] > 0 for t in g),
                     net_ticks=sum(t["net_ticks"] for t in g), duration_mean_s=150.0)
            for r in REASONS if (g := [t for t in rows if t["reason"] == r and t["policy"] == "panel"])
        ]  # fmt: skip # figures, several to a line
        result = ev.DayResult(
            date=date, index=index, bars=bars, valid_bars=bars - 1100, symbol="MNQH6",
            barrier_ticks=rng.randrange(28, 44), headline="decision", policies=policies,
            decision=make_decision(self.next["decision"], index), in_sample=bests[-1].best,
            so_far=policy_summary(self.policy_days["decision"], TICK_VALUE), in_sample_net_currency=self.in_sample,
            verdict=headline_verdict(self.policy_days["decision"], TICK_VALUE, "USD"),
            refusals=ev.Refusals(
                learned=250, refused=90, signals=414_000, vetoed=56_000, headline_signals=105, headline_vetoed=9),
            iterations=ev.Iterations(
                count=total, defined=total - 143, profitable=sum(x > 0 for x in nets), trades=total * 41,
                objective_quantiles=[-9.1, -4.4, -2.2, -1.0, 0.1, 1.9, round(bests[-1].best.objective, 3)],
                net_histogram=counts, net_edges=edges, refused_learned=37,
            ),
            regret=make_regret(rng, index == 0, final_params), patterns=make_patterns(rng, self.labels, index),
            effects=make_effects(rng), calibration=self.calibration(index),
            labels=[ev.LabelCounts(window=w, episodes=rng.randrange(200, 900), ups=150, downs=148, ambiguous=3, unresolved=40,
                                   gap=12) for w in WINDOWS],
            by_pattern=[], by_context=[], by_window=[], by_reason=reasons,
        )  # fmt: skip # figures, several to a line
        self.last = result
        files = {
            "result.json": msgspec.json.encode(result),
            "params.json": msgspec.json.encode({p: self.next[p] for p in CHARTED}),
            "bests.json": msgspec.json.encode(bests),
            "regret.json": msgspec.json.encode(result.regret),
            "state.json": b"{}",
            "brain.parquet": parquet(pl.DataFrame()),
            "iterations.parquet": parquet(pl.DataFrame()),
            "trades.parquet": parquet(pl.DataFrame(rows)),
            "pool.parquet": parquet(pool_frame(result.decision)),
            "evidence.parquet": parquet(evidence_frame(index)),
            "price.parquet": parquet(self.price_frame(date, price)),
        }
        return (
            ev.DayStarted(date=date, index=index, days=len(self.dates), bars=bars),
            bests,
            ev.DayFinished(result=result),
            files,
        )

    def calibration(self, index: int) -> ev.Calibration:
        n = 900 * index
        return ev.Calibration(
            n=n, brier=0.2496 if n else None, brier_half=0.25 if n else None, brier_error=0.0011 if n else None,
            ece=0.011 if n else None, slope=0.84 if n else None, spread=0.012 if n else None,
            bins=[(0.47, 0.474, 120), (0.5, 0.499, 610), (0.53, 0.524, 160)] if n else [],
            levels=[ev.LevelCalibration(
                level=name, n=n // k, brier=0.2496, brier_error=0.0011, reliability=0.0002, resolution=0.0006, uncertainty=0.25,
                slope=0.84, bands=40, inside=0.83, inside_expected=0.81)
                for k, name in ((4, "all states"), (2, "band × trend"), (1, "band × momentum × trend × volume × burst"))] if n else [],
        )  # fmt: skip # figures, several to a line

    def price_frame(self, date: str, price: list[float]) -> pl.DataFrame:
        opened = datetime.fromisoformat(date).replace(tzinfo=UTC) - timedelta(hours=1)
        step = 82_800 / len(price)
        return pl.DataFrame(
            {"ts": [opened + timedelta(seconds=int(k * step)) for k in range(len(price))], "price": price}
        )

    def summary(self) -> ev.RunFinished:
        """End of the run, consistent with its days."""
        policies = {p: policy_summary(days, TICK_VALUE) for p, days in self.policy_days.items()}
        assert self.last is not None
        return ev.RunFinished(summary=ev.Summary(
            run=self.started.run, instrument="MNQ", symbol="MNQH6", currency="USD", tick_value=TICK_VALUE, dates=self.dates,
            iterations_per_day=self.started.iterations, trades_simulated=len(self.dates) * 41_000, headline="decision",
            policies=policies, in_sample_net_currency=self.in_sample,
            decision=self.last.decision, learning_curve=[], parameter_evolution=[], patterns=self.last.patterns, effects=self.last.effects,
            calibration=self.last.calibration, verdict=self.last.verdict, refusals=ev.Refusals(
                learned=5_400, refused=1_980, signals=9_120_000, vetoed=1_240_000, headline_signals=2_310, headline_vetoed=204),
            stability=ev.Stability(evenings=20, same_set=3, same_entry=17, same_contexts=12, same_expert=18, pairs=21, turned=7,
                stop_change=0.08, target_change=0.15, hold_change=0.2),
            robustness=robustness(
                self.daily["decision"], np.random.default_rng(7).normal(0, 80, (len(self.dates), 200)), 24_800,
                [900.0] * len(self.dates), self.trades["decision"], 4 * sum(self.daily["decision"]), Fills(4, 5_120.0, 5_344.0),
                [Promise(180.0, x) for x in self.daily["decision"]]),
        ))  # fmt: skip # figures, several to a line


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


HELD: list[RunWriter] = []


def write_run(path: Path, days: int = 22, finished: int | None = None, *, end: bool = True, seed: int = 7,
              live: str | None = "finished", pause: float = 0.0, iterations: int = 1000,
              updated: float | None = None, pid: int | None = None, hold: bool = False) -> FakeRun:  # fmt: skip # figures, several to a line
    """Write a run as the trainer does.

    Parameters
    ----------
    path
        The run's folder.
    days, finished
        Planned days, and how many of them are done (all if not given).
    end
        Whether the run's last event is written when all days are done.
    live
        State in ``live.json`` at the end; ``None`` writes no such file.
    pause
        Seconds between the steps of a day.
    updated, pid
        When and by whom ``live.json`` was last written; now and this process if not given.
    hold
        Keep the lock for as long as this process lives, as a writer at work does.
    """
    fake = FakeRun(days, seed, run=path.name, iterations=iterations)
    directory = RunWriter(path)
    directory.lock()
    directory.start(fake.header, fake.bars)
    begin, count = time.monotonic(), days if finished is None else finished

    def beat(index: int, done: int, phase: str = "sweeping", state: str = "running") -> None:
        elapsed = time.monotonic() - begin if pause else 1.5 * index + 1.4 * done / iterations
        part = index + done / iterations
        progress = ev.Progress(
            date=fake.dates[min(index, days - 1)], index=index, days=days, phase=phase, done=done, total=iterations,  # type: ignore[arg-type]
            elapsed_s=elapsed, eta_s=elapsed / part * (days - part) if part > 0.2 else None)  # fmt: skip # figures, several to a line
        now = time.time() if updated is None else updated
        last_words = Live(pid=pid or os.getpid(), state=state, updated=now, progress=progress)
        directory.write_file("live.json", msgspec.json.encode(last_words))

    for index in range(count):
        started, bests, done, files = fake.day(index)
        directory.append(started)
        for best in bests:
            directory.append(best)
            if live and pause:
                beat(index, best.best.iteration)
                time.sleep(pause)
        directory.write_day(DayFiles(date=started.date, files=files))
        directory.append(done)
    if end and count == days:
        summary = fake.summary()
        directory.append(summary)
        directory.write_file("summary.json", msgspec.json.encode(summary.summary))
    if live:
        last = min(count, days - 1)
        beat(last, iterations if count == days else 431, state=live)
    if hold:
        HELD.append(directory)
    else:
        directory.close()
    return fake


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--days", type=int, default=22)
    parser.add_argument("--finished", type=int)
    parser.add_argument("--pause", type=float, default=0.05)
    parser.add_argument("--hang", action="store_true", help="stay alive at the end, without a sign of life")
    args = parser.parse_args()
    write_run(
        args.path,
        args.days,
        args.finished,
        live="running" if args.hang else "finished",
        pause=args.pause,
        hold=args.hang,
    )
    print(os.getpid(), flush=True)
    if args.hang:
        time.sleep(600)


if __name__ == "__main__":
    main()
