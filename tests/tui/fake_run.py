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
from bayescore.results.metrics import break_even_win_rate
from bayescore.results.robustness import Fills, robustness
from bayescore.results.summary import equity_of, headline_verdict, policy_summary
from bayescore.runs.layout import SCHEMA
from bayescore.runs.records import DayFiles, Live, RunHeader
from bayescore.runs.writer import RunWriter
from bayescore.vocabulary import CHARTED

TICK, TICK_VALUE, COMMISSION = 0.25, 0.5, 2.24
DATES = [
    "2025-12-30",
    "2025-12-31",
    "2026-01-02",
    "2026-01-05",
    "2026-01-06",
    "2026-01-07",
    "2026-01-08",
    "2026-01-09",
    "2026-01-12",
    "2026-01-13",
    "2026-01-14",
    "2026-01-15",
    "2026-01-16",
    "2026-01-19",
    "2026-01-20",
    "2026-01-21",
    "2026-01-22",
    "2026-01-23",
    "2026-01-26",
    "2026-01-27",
    "2026-01-28",
    "2026-01-29",
]
BANDS = ("≤ −2.5", "−2.5..−2", "−2..−1", "−1..1", "1..2", "2..2.5", "≥ 2.5")
MOMENTA = ("strong down", "down", "flat", "up", "strong up")
TRENDS = ("down", "flat", "up")
REASONS = ("stop", "trail", "target", "time", "session_end")
ORIGINS = ("baseline", "latin_hypercube", "mutation", "crossover")
WINDOWS = ("asia", "london", "pre_open", "open", "midday", "afternoon", "close")
CONTENDERS = 3
STEPS = (0.05, 0.12, 0.31, 0.55, 0.86)


def many_dates(count: int) -> list[str]:
    """`DATES`, then further weekdays."""
    dates, day = list(DATES[:count]), datetime(2026, 1, 29, tzinfo=UTC)
    while len(dates) < count:
        day += timedelta(days=1)
        if day.weekday() < 5:
            dates.append(day.strftime("%Y-%m-%d"))
    return dates


def label(rng: random.Random) -> tuple[int, str]:
    """A leaf and its text."""
    band, mom, trend, vol, burst = (rng.choice((0, 0, 1, 2, 3, 4, 5, 6, 6)), rng.randrange(5), rng.randrange(3),
                                    rng.randrange(2), rng.randrange(2))  # fmt: skip # figures, several to a line
    code = ((((band * 5 + mom) * 3 + trend) * 2 + vol) * 2 + burst) * 28
    text = (
        f"band {BANDS[band]} · momentum {MOMENTA[mom]} · trend {TRENDS[trend]} · "
        f"volume {('unconfirmed', 'confirmed')[vol]} · burst {('no', 'yes')[burst]}"
    )
    return code, text


def params(rng: random.Random) -> ev.Params:
    stop = rng.randrange(10, 48)
    return ev.Params(
        stop_loss_ticks=stop, take_profit_ticks=stop + rng.randrange(8, 90), trail_activation_ticks=rng.choice((0, 24, 40)),
        trail_distance_ticks=rng.randrange(6, 20), max_hold_seconds=rng.randrange(120, 3000, 30),
        cooldown_seconds=rng.randrange(0, 300, 15), confidence_threshold=rng.randrange(10, 20) / 20,
        min_samples=rng.randrange(0, 50), entry_rule=rng.choice(("learned", "reversion", "drive", "any")),
        contexts_allowed=rng.choice(("all", "kill_zone", "kill_zone+confirmation")),
        max_consecutive_losses=rng.randrange(3, 10),
    )  # fmt: skip # figures, several to a line


def make_trades(rng: random.Random, date: str, policy: str, count: int, edge: float, labels: list[tuple[int, str]],
                price: list[float]) -> list[dict[str, object]]:  # fmt: skip # figures, several to a line
    """Trades in time order with plausible prices, excursions and reasons."""
    opened = datetime.fromisoformat(date).replace(tzinfo=UTC) - timedelta(hours=1)
    starts = sorted(rng.sample(range(1000, 79_000), count))
    rows = []
    for start in starts:
        code, text = rng.choice(labels)
        side, held = rng.choice((1, -1)), min(int(rng.expovariate(1 / 210)) + 4, 2400)
        reason = rng.choices(REASONS, (38, 17, 23, 20, 2))[0]
        size = rng.randrange(9, 34)
        gross = {"stop": -size, "target": int(size * 1.2), "trail": rng.randrange(-4, 24)}.get(
            reason, int(rng.gauss(-1, 10))
        )
        gross += round(edge) if reason != "stop" else 0
        entry = round(price[int(start / 82_800 * (len(price) - 1))] / TICK)
        mfe, mae = max(gross, 0) + rng.randrange(0, 14), max(-gross, 0) + rng.randrange(0, 12)
        ambiguous = rng.random() < 0.02
        rows.append({
            "policy": policy, "iteration": rng.randrange(1000), "side": side,
            "entry_time": opened + timedelta(seconds=start), "exit_time": opened + timedelta(seconds=start + held),
            "entry_price": entry * TICK, "exit_price": (entry + side * gross) * TICK, "reason": reason,
            "gross": gross, "net_ticks": gross - COMMISSION, "mae": mae, "mfe": mfe, "duration": held,
            "entry_efficiency": mfe / (mfe + mae) if mfe + mae else None,
            "exit_efficiency": (gross + mae) / (mfe + mae) if mfe + mae else None,
            "ambiguous": ambiguous, "worst": -size if ambiguous else gross, "best": size if ambiguous else gross,
            "code": code, "context_bits": 1, "pattern": text,
            "context": rng.choice(("all", "all+kill_zone", "all+confirmation", "all+transition")),
            "decision_bar": start - 1, "entry_bar": start, "exit_bar": start + held,
        })  # fmt: skip # figures, several to a line
    return rows


def metrics(rows: list[dict[str, object]]) -> ev.Metrics:
    """Figures of trades, by the definitions of `bayescore.events.Metrics`."""
    net = [float(r["net_ticks"]) for r in rows]  # type: ignore[arg-type]
    held = [float(r["duration"]) for r in rows]  # type: ignore[arg-type]
    wins, losses = [x for x in net if x > 0], [x for x in net if x < 0]
    n, total = len(net), sum(net)
    mean = total / n if n else None
    sd = math.sqrt(sum((x - mean) ** 2 for x in net) / (n - 1)) if mean is not None and n > 1 else None
    equity = peak = fall = 0.0
    for x in net:
        equity += x
        peak = max(peak, equity)
        fall = max(fall, peak - equity)

    def average(values: list[float]) -> float | None:
        return sum(values) / len(values) if values else None

    return ev.Metrics(
        trades=n, wins=len(wins), losses=len(losses), gross_ticks=sum(int(r["gross"]) for r in rows),  # type: ignore[call-overload]
        net_ticks=total, net_currency=total * TICK_VALUE, win_rate=len(wins) / n if n else None, mean_ticks=mean,
        break_even_win_rate=break_even_win_rate(len(wins), len(losses), sum(wins) / -sum(losses) if losses else None),
        sd_ticks=sd, sharpe_per_trade=mean / sd if mean is not None and sd else None,
        sharpe_of_day=mean / max(sd, 1) * math.sqrt(n) if mean is not None and sd else None,
        profit_factor=sum(wins) / -sum(losses) if losses else None, max_drawdown_ticks=fall,
        duration_mean_s=average(held), duration_wins_s=average([h for h, x in zip(held, net, strict=True) if x > 0]),
        duration_losses_s=average([h for h, x in zip(held, net, strict=True) if x < 0]),
        ambiguous=sum(bool(r["ambiguous"]) for r in rows), net_worst_ticks=total - 31.0, net_best_ticks=total + 24.0,
        dropped_orders=rng_free(n),
    )  # fmt: skip # figures, several to a line


def rng_free(n: int) -> int:
    return n // 9


def price_line(rng: random.Random, start: float, points: int = 1200) -> list[float]:
    price, line = start, []
    for _ in range(points):
        price += rng.gauss(0, 4.0)
        line.append(round(price / TICK) * TICK)
    return line


def make_patterns(rng: random.Random, labels: list[tuple[int, str]], day: int) -> list[ev.Pattern]:
    out = []
    for code, text in labels[:20]:
        n = round(4 + day * rng.uniform(0.5, 3.0), 1)
        p = 0.5 + rng.uniform(0.005, 0.06)
        half = 1.28 * math.sqrt(p * (1 - p) / (n + 60))
        trades = rng.randrange(0, 30)
        out.append(ev.Pattern(
            code=code, label=text, side=rng.choice(("long", "short")), probability=p, a=p * n, b=(1 - p) * n, low=p - half, high=p + half,
            effective_n=n, p_above_half=min(0.99, 0.5 + (p - 0.5) / half * 0.3), needs=0.585, pays=p - half >= 0.585, significant=False,
            trades=trades, net_ticks=round(rng.gauss(-1, 3) * trades, 1),
            duration_mean_s=rng.uniform(60, 400) if trades else None,
        ))  # fmt: skip # figures, several to a line
    return sorted(out, key=lambda p: -p.probability)


def make_effects(rng: random.Random) -> list[ev.Effect]:
    levels = {"entry_rule": "reversion", "contexts_allowed": "kill_zone"}
    out = [
        ev.Effect(factor=name, share=abs(rng.gauss(0, 0.08)), direction=0.0 if name in levels else rng.uniform(-0.6, 0.6),
                  best_level=levels.get(name, str(rng.randrange(10, 60))))
        for name in ev.Params.__struct_fields__
    ]  # fmt: skip # figures, several to a line
    return sorted(out, key=lambda e: -e.share)


def make_regret(rng: random.Random, first: bool, p: ev.Params) -> ev.RegretDay:
    early, late, wrong = rng.uniform(0.3, 0.45), rng.uniform(0.15, 0.25), rng.uniform(0.1, 0.16)
    events = rng.randrange(380, 900)
    rules = [
        ev.ExitRule(
            factor="max_hold_seconds", old=p.max_hold_seconds, new=int(p.max_hold_seconds * 1.2), delta_ticks=1.31, low=0.4,
            high=2.22, p_value=0.004, entries=412, days=10, found=True,
            text="holding longer would have brought +1.31 ticks an entry (+0.40 to +2.22) on the same 412 entries of 10 days",
        ),
        ev.ExitRule(
            factor="stop_loss_ticks", old=p.stop_loss_ticks, new=int(p.stop_loss_ticks * 0.8), delta_ticks=-0.2, low=-0.9,
            high=0.5, p_value=0.71, entries=412, days=10, found=False,
            text="a closer stop would have brought −0.20 ticks an entry (−0.90 to +0.50) on the same 412 entries of 10 days",
        ),
    ]  # fmt: skip # figures, several to a line
    exit_eff = rng.uniform(0.45, 0.65)
    entry_eff = rng.uniform(0.46, 0.58)
    return ev.RegretDay(
        events=events, trades=events * 37, exit_efficiency=exit_eff, entry_efficiency=entry_eff,
        total_efficiency=entry_eff + exit_eff - 1, optimal=1 - early - late - wrong, too_early=early, too_late=late,
        wrong_side=wrong, left_on_table_ticks=rng.uniform(8, 15), given_back_ticks=rng.uniform(5, 11),
        rules=[] if first else rules, peak_after=None if first else early + 0.4,
        peak_after_expected=None if first else 0.78,
    )  # fmt: skip # figures, several to a line


def make_decision(chosen: ev.Params | None, index: int) -> ev.Decision:
    return ev.Decision(
        trade=index % 3 != 0, expert="memory_10", params=chosen, barrier_ticks=30, cost_ticks=4.48,
        probability=(0.35, 0.55, 0.75)[index % 3], bar=0.5, luck=0.2 / (1 + index), expected_currency=180.0, low_currency=-20.0,
        high_currency=380.0, paper_days=index, paper_net_currency=95.0 * index, weights={"memory_2": 0.2, "memory_10": 0.7, "odds": 0.1},
        candidates=2800, tried=2800 + 1000 * index, known_days=index + 1,
        contenders=[] if chosen is None else [
            ev.Contender(
                candidate=number, expected_currency=180.0 - 7 * number, sd_currency=156.0, z=2.4 - 0.1 * number,
                params=msgspec.structs.replace(chosen, stop_loss_ticks=chosen.stop_loss_ticks + number),
            )
            for number in range(CONTENDERS)
        ],
    )  # fmt: skip # figures, several to a line


def evidence_frame(index: int) -> pl.DataFrame:
    """What a day added to the evidence: one cell a contender, in thousandths of a tick."""
    return pl.DataFrame(
        {
            "candidate": list(range(CONTENDERS)),
            "day": [0] * CONTENDERS,
            "net": [1000 * (37 * (index + 3 * number) % 211 - 90) for number in range(CONTENDERS)],
        }
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
            "pool.parquet": parquet(pl.DataFrame()),
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
