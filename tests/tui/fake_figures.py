"""The figures of a frozen run, made from a seed: trades, sets, patterns, effects, regret, decisions."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import msgspec
import polars as pl

from bayescore import events as ev
from bayescore.design.factors import FactorSpace
from bayescore.results.metrics import break_even_win_rate

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


def a_set(seed: int) -> ev.Params:
    """A parameter set, the same for the same seed."""
    return params(random.Random(seed))


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
        rules=[] if first else rules,
        headline=None if first else ev.ExitTimes(exits=47, optimal=0.13, too_early=0.66, too_late=0.17, wrong_side=0.04),
        headline_driftless=None if first else ev.ExitTimes(exits=94, optimal=0.1, too_early=0.7, too_late=0.16, wrong_side=0.04),
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


def pool_frame(decision: ev.Decision) -> pl.DataFrame:
    """The candidates that are in the race still: the contenders."""
    table = FactorSpace(30.0, WINDOWS).table([c.params for c in decision.contenders])
    return pl.DataFrame({"candidate": [c.candidate for c in decision.contenders], **table})
