"""Lines of the run screen as text: pure functions from what is known to styled parts that fit a width.

Styles name theme variables, so a change of theme needs no new text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from bayescore.events import BestSet, Params, Progress, Race
from bayescore.report.clock import Clock
from bayescore.vocabulary import CHARTED
from bayescore_tui.model.run_model import RunModel, below_highest
from bayescore_tui.model.trades import TradeRow
from bayescore_tui.sources.messages import Status
from bayescore_tui.text.formats import (
    bar,
    counted,
    duration,
    number,
    policy,
    price_text,
    rate,
    reason,
    short_duration,
    shorten,
    state,
    ticks,
    whole,
    words,
)

Part = str | tuple[str, str]

DIM, GAIN, LOSS, STRONG, WARN = "$muted", "$success", "$error", "bold", "$warning"

STATES = {
    "waiting": ("◌", "waiting for events", DIM),
    "running": ("▶", "training", "$success"),
    "paused": ("‖", "paused", WARN),
    "finished": ("✓", "finished", "$success"),
    "stopped": ("■", "stopped", WARN),
    "failed": ("✗", "failed", LOSS),
    "gone": ("⚠", "the training process is gone", LOSS),
    "silent": ("⚠", "no sign of life from the training process", WARN),
}
GAP = "  ·  "
HALTED = ("paused", "stopped", "failed", "gone", "silent")
"""States in which training does not go on."""
OBJECTIVES = {
    "sharpe": "Sharpe of the day",
    "net": "net ticks",
    "profit_factor": "profit factor",
    "sharpe_per_trade": "Sharpe per trade",
}


def tone(value: float | None) -> str:
    """Style of a gain or a loss; the sign in the text says the same."""
    return "" if value is None or value == 0 else GAIN if value > 0 else LOSS


def stack(rows: Iterable[Sequence[Part]]) -> Content:
    """Join rows of parts into lines."""
    return Content("\n").join(Content.assemble(*row) for row in rows)


def cells(parts: Iterable[Part]) -> int:
    """Columns that parts take."""
    return Content.assemble(*parts).cell_length


def fitting(groups: Sequence[Sequence[Part]], width: int, gap: str = GAP) -> Content:
    """Join groups with a gap, as many of them from the first on as fit; the first stays in any case."""
    kept: list[Part] = []
    for group in groups:
        if not group:
            continue
        if not kept:
            kept += group
        elif cells(kept) + len(gap) + cells(group) <= width:
            kept += [(gap, DIM), *group]
    return Content.assemble(*kept)


def status_text(status: Status) -> Content:
    """State of the run with its sign."""
    sign, text, style = STATES[status.state]
    if status.state in ("gone", "silent") and status.age_s is not None:
        text += f" (last heard {duration(status.age_s)} ago)"
    return Content.assemble((f"{sign} {text}", style))


def header(model: RunModel, title: str, zone: str, width: int) -> Content:
    """One line: what runs, on what, in which time zone, how it is."""
    started = model.started
    left: list[Part] = [("bayescore", "bold $primary"), "  "]
    if started is None:
        left.append((shorten(title, 40), STRONG))
    else:
        left += [(started.run, STRONG), "  ", f"{started.symbol}"]
        if width >= 100:
            by = OBJECTIVES.get(started.objective, started.objective)
            left.append((f"  {started.iterations:,} sets a day · seed {started.seed} · by {by}", DIM))
    head = Content.assemble(*left)
    how = Content.assemble((f"{zone} time  ", DIM), status_text(model.status))
    gap = width - head.cell_length - how.cell_length
    return Content.assemble(head, " " * max(gap, 2), how)


def progress(model: RunModel, width: int) -> Content:
    """Two bars on one line where there is room, with counts, rate and time left."""
    p, total_days = model.progress, model.day_count
    done_days = len(model.days)
    share_days = done_days / total_days if total_days else 0.0
    if p is None and not done_days:
        return Content.assemble(("Progress appears here when training reports it.", DIM))
    finished = model.done or (total_days > 0 and done_days >= total_days)
    done, total = (p.done, p.total) if p else (0, 0)
    if finished and p:
        done = total
    days_text, sets_text = f" {done_days}/{total_days}  ", f" {done:,}/{total:,}  "
    tail = _progress_tail(model, p, finished) if p is not None else []
    room = width - len("days sets ") - len(days_text) - len(sets_text) - 4
    # What there is no room for beside bars of a useful width goes, the least telling first.
    for least in (1, 3, 2):
        if sum(len(text) for part in tail for text, _ in part[1]) > room - 2 * LEAST_BAR:
            tail = [part for part in tail if part[0] != least]
    used = sum(len(text) for part in tail for text, _ in part[1])
    width_bar = max(LEAST_BAR, min(MOST_BAR, (room - used) // 2))
    return Content.assemble(
        ("days ", DIM),
        *gauge(share_days, width_bar),
        days_text,
        ("sets ", DIM),
        *gauge(done / total if total else 0.0, width_bar),
        sets_text,
        *(text for _, part in tail for text in part),
    )


LEAST_BAR, MOST_BAR = 8, 30
"""Columns of a progress bar."""


def _progress_tail(model: RunModel, p: Progress, finished: bool) -> list[tuple[int, list[tuple[str, str]]]]:
    """What stands behind the bars, in parts with the rank by which they give way (0: never)."""
    elapsed = [("elapsed ", DIM), (f"{duration(p.elapsed_s)}  ", "")]
    if finished:
        return [(0, [("done  ", STRONG)]), (0, elapsed)]
    if model.status.state in HALTED:
        # Nothing moves: a speed or an end would be invented.
        sign, text, style = STATES[model.status.state]
        return [(2, [(f"at {p.date}  ", STRONG)]), (0, [(f"{sign} {text}  ", style)]), (1, elapsed)]
    return [
        (3, [(f"{p.date} ", STRONG)]),
        (0, [(f"{p.phase}  ", STRONG)]),
        (2, [(f"{rate(model.rate)}  ", "")]),
        (1, elapsed),
        (0, [("left ", DIM), (duration(p.eta_s), "")]),
    ]


def gauge(share: float, width: int, style: str = "$primary", beside: float | None = None) -> list[Part]:
    """A bar between two edges; with a line at `beside`, the share that it is to be held against."""
    full = bar(share, width)
    if beside is None:
        return [("▕", DIM), (full, style), " " * (width - len(full)), ("▏", DIM)]
    at = min(width - 1, max(0, round(beside * width)))
    cells = full.ljust(width)
    return [("▕", DIM), (cells[:at], style), ("┃", STRONG), (cells[at + 1 :], style), ("▏", DIM)]


def params_line(p: Params) -> str:
    """A parameter set in few words."""
    trail = (
        f"trail {p.trail_distance_ticks} from {p.trail_activation_ticks}"
        if p.trail_activation_ticks
        else "no trail"
    )
    return (
        f"{p.entry_rule} in {words(p.contexts_allowed)} · stop {p.stop_loss_ticks} · "
        f"target {p.take_profit_ticks} tk · {trail} · hold {short_duration(p.max_hold_seconds)} · "
        f"wait {p.cooldown_seconds}s · conf {p.confidence_threshold:.2f} · n≥{p.min_samples}"
        + (f" · ≤{p.max_consecutive_losses} lost" if p.max_consecutive_losses else "")
    )


def best_set(best: BestSet | None, date: str, improvements: int, objective: str, width: int) -> Content:
    """The best set of the day in one small line, named for what it is: hindsight."""
    if best is None:
        return Content.assemble(
            ("hindsight: the best set of the day appears here while its sets are tried", DIM)
        )
    m, by = best.metrics, OBJECTIVES.get(objective, objective)
    tried: list[Part] = [(f"improved {improvements}×", DIM)] if improvements else []
    return fitting(
        [
            [
                ("hindsight, not a result: ", DIM),
                (f"best of {date} #{best.iteration} {words(best.origin)}", DIM),
            ],
            [(f"{number(best.objective)} {by}", DIM)],
            [(f"{ticks(m.net_ticks)} in {counted(m.trades, 'trade')}", DIM)],
            tried,
            [(params_line(best.params), DIM)],
        ],
        width,
    )


def race(r: Race, currency: str, width: int) -> Content:
    """The search for tomorrow's set as it goes on: which generation, who is left, who leads."""
    leads: list[Part] = []
    if r.leader is not None and r.leader_currency is not None:
        p = r.leader
        leads = [
            ("leads ", DIM),
            (f"{p.entry_rule} {p.stop_loss_ticks}/{p.take_profit_ticks}", STRONG),
            (f" {whole(r.leader_currency, currency)} a day, best of many", DIM),
        ]
    return fitting(
        [
            [("race, ", STRONG), f"generation {r.generation}/{r.generations}"],
            [
                *gauge(r.left / r.entered if r.entered else 0.0, RACE_COLUMNS),
                f" {r.left:,} of {r.entered:,} left",
            ],
            leads,
            [(f"after {r.days_run} of {counted(r.days, 'day')}", DIM)],
        ],
        width,
    )


RACE_COLUMNS = 12
"""Columns of the bar of those that are left."""


def trade(t: TradeRow, number_of: int, count: int, clock: Clock, tick: float, width: int) -> Content:
    """The trade under the crosshair."""
    return fitting(
        [
            [
                (f"{number_of}/{count} ", DIM),
                ("long" if t.side > 0 else "short", STRONG),
                " ",
                (ticks(t.net_ticks), tone(t.net_ticks)),
                f" {reason(t.reason)}",
            ],
            [f"{clock.seconds(t.entry_time)} → {clock.at(t.exit_time):%H:%M:%S}"],
            [f"{price_text(t.entry_price, tick)} → {price_text(t.exit_price, tick)}"],
            [(f"MAE {t.mae} MFE {t.mfe}", DIM)],
            [(state(t.pattern), DIM)],
        ],
        width,
    )


def legend(chart: str, model: RunModel, width: int) -> Content:
    """Which sign is whose line."""
    parts: list[Part] = []
    if chart == "hindsight":
        return Content("")
    if chart == "swept":
        found = model.sets
        won = sum(net > 0 for net in found.net_ticks) if found else 0
        return Content(f"{won} of {len(found.numbers)} shown in profit" if found else "")
    if chart == "win":
        return Content.assemble(
            ("─", "bold $series0"),
            " so far ",
            ("o", "bold $series2"),
            " each day ",
            ("-", "bold $series1"),
            " break-even",
        )
    names = [policy(p) for p in CHARTED]
    if sum(len(f" {k} {name}") for k, name in enumerate(names, 1)) > width - 5:
        names = [p.rpartition("_")[2] for p in CHARTED]
    for k, name in enumerate(names):
        headline = CHARTED[k] == model.headline
        parts += [
            (("" if k == 0 else " ") + str(k + 1), f"bold $series{k}"),
            " ",
            (name, "bold underline" if headline else ""),
        ]
    return Content.assemble(*parts)


def underwater(model: RunModel) -> Content:
    """What the strip below the P&L shows, and its deepest point."""
    falls = below_highest([row.cumulative[model.headline_index] for row in model.days])
    if not falls:
        return Content("")
    deepest = min(falls)
    return Content.assemble(
        ("below the highest close: now ", DIM),
        (whole(falls[-1], model.currency), tone(falls[-1])),
        (", deepest ", DIM),
        (whole(deepest, model.currency), tone(deepest)),
    )


def notice(model: RunModel) -> str:
    """What the user must know about the process that writes the run; empty if all is well."""
    status = model.status
    since = duration(status.age_s)
    match status.state:
        case "gone":
            return (
                f"⚠ Process {status.pid} that wrote this run is gone (last heard {since} ago). "
                f"{len(model.days)} finished days are safe; bayescore train … --resume goes on after them. "
                "Everything here stays usable."
            )
        case "silent":
            return (
                f"⚠ Process {status.pid} has not been heard of for {since}: stopped, or busy with something else. "
                "This goes away when it reports again."
            )
        case "failed":
            return f"✗ Training failed: {status.error or 'no reason given'}"
    return ""
