"""The panels of figures as text: metrics, regret, and the summary of a run."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from bayescore.events import Pattern, RegretDay
from bayescore.report.wording import ALL_SETS, timings, unsigned, with_error
from bayescore.vocabulary import CHARTED, FACTORS
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.text.formats import (
    UNDEFINED,
    count,
    counted,
    money,
    number,
    percent,
    policy,
    ratio_between,
    short_duration,
    shorten_words,
    state,
    ticks,
)
from bayescore_tui.text.lines import DIM, GAIN, LOSS, STRONG, WARN, Part, cells, gauge, stack, tone


def metrics(model: RunModel, width: int, height: int = 8) -> Content:
    """Figures of the newest day and of the run so far, headline policy, out of sample."""
    if model.last is None:
        return Content.assemble(("Figures appear here when the first day is done.", DIM))
    row, t, currency = model.days[-1], model.last.so_far, model.currency
    label = 11
    column = max(12, (width - label) // 2)

    def line(name: str, day: str, run: str, tone_day: str = "", tone_run: str = "") -> list[Part]:
        return [(f"{name:<{label}}", DIM), (f"{day:>{column}}", tone_day), (f"{run:>{column}}", tone_run)]

    def won(trades: int, rate: float | None, needed: float | None) -> str:
        if not trades:
            return UNDEFINED
        if needed is None:
            return percent(rate, 0)
        long = column > LONGEST_TRADES
        return f"{percent(rate, 0)}{' won' if long else ''}, {percent(needed, 0)}{' needed' if long else ''}"

    def held(*seconds: float | None) -> str:
        return " ".join(short_duration(s) for s in seconds)

    today, run = (
        (row.trades or 0, row.win_rate, row.break_even),
        (t.trades, t.win_rate, t.break_even_win_rate),
    )
    if column > LONGEST_TRADES:
        trades = [line("trades", *(f"{n:,}, {won(n, *rates)}" if n else "0" for n, *rates in (today, run)))]
    else:
        trades = [line("trades", count(today[0]), count(run[0])), line("won, needed", won(*today), won(*run))]
    net = t.net_currency if t.days else None
    tick_value = model.started.tick_value if model.started else 1.0
    fall = None if row.drawdown_ticks is None else row.drawdown_ticks * tick_value
    between = ratio_between(model.sharpe_interval).partition(" ")[2]
    rows = [
        line("", row.date, counted(t.days, "day"), STRONG, STRONG),
        *trades,
        line(
            "net", money(row.net_currency, currency), money(net, currency), tone(row.net_currency), tone(net)
        ),
        line("per trade", ticks(row.mean_ticks, 2), ticks(t.mean_ticks, 2)),
        line(
            "drawdown",
            unsigned(fall, currency),
            unsigned(t.max_drawdown_currency, currency) if t.days else UNDEFINED,
        ),
        line("Sharpe", between or "annualised", number(row.sharpe[model.headline_index]), DIM),
        line("held", short_duration(row.duration_mean_s), short_duration(t.duration_mean_s)),
        line(
            " won, lost",
            held(row.duration_wins_s, row.duration_losses_s),
            held(t.duration_wins_s, t.duration_losses_s),
        ),
    ]
    if height < len(rows):
        rows.pop(-3)  # the Sharpe ratio: the table of days has it too
    if height >= len(rows) + len(CHARTED) + 1:
        if height > len(rows) + len(CHARTED) + 1:
            rows.append([])
        rows.append([(f"{'policy':<20}", DIM), (f"{'so far':>14}", DIM), (f"{'Sharpe':>9}", DIM)])
        for name, net_so_far, ratio in zip(CHARTED, row.cumulative, row.sharpe, strict=True):
            sign = "▸ " if name == model.headline else "  "
            rows.append(
                [
                    (f"{sign + policy(name):<20}", STRONG if name == model.headline else ""),
                    (f"{money(net_so_far, currency):>14}", tone(net_so_far)),
                    f"{number(ratio):>9}",
                ]
            )
    return stack(rows)


def nearest_to_paying(patterns: Sequence[Pattern]) -> Pattern | None:
    """The pattern whose odds, at the lower end of their interval, come closest to what the headline bracket needs."""
    return max(patterns, key=lambda p: p.low - p.needs, default=None)


LONGEST_TRADES = 29
"""Columns of ``12,345, 59% won, 48% needed``, and a gap."""
MOST_COLUMNS = 30
"""Columns of a bar."""
NEAREST, LEAST_LABEL = "nearest  ", 10
TIMED = (("=", GAIN), ("<", WARN), (">", WARN), ("x", LOSS))
"""Sign and style of each kind of exit, in the order of `timings`."""


def asked(pattern: Pattern) -> str:
    """What the bracket asks of the state, and whether it gets that."""
    if pattern.needs >= 1:
        return pattern.asks
    return f"pays from {pattern.asks}" if pattern.pays else f"needs {pattern.asks}"


def paying(pattern: Pattern | None, width: int) -> list[Part]:
    """How far the nearest state is from paying: the useful answer when nothing pays."""
    if pattern is None:
        return [("no state above one half yet", DIM)]
    text = f"{pattern.low:.3f}–{pattern.high:.3f}, {asked(pattern)}"
    parts: list[Part] = [(text, STRONG)]
    # The figures come first: what has no room beside them goes.
    if len(NEAREST) + len(text) <= width:
        parts.insert(0, (NEAREST, DIM))
    room = width - len(NEAREST) - len(text) - 1
    if room >= LEAST_LABEL:
        parts += [" ", (shorten_words(f"{pattern.side} {state(pattern.label)}", room), "")]
    return parts


def regret_in_brief(day: RegretDay | None) -> list[list[Part]]:
    """How exits were timed, in three lines, a share beside its null; the tab has the rest."""
    if day is None or not day.events:
        return [[("no exits yet", DIM)]]
    timed: list[Part] = [("nothing traded: no exits of ours", DIM)]
    if day.headline is not None and day.headline_driftless is not None:
        timed = [
            ("too early ", DIM),
            (percent(day.headline.too_early, 0), STRONG),
            (f", {percent(day.headline_driftless.too_early, 0)} without drift", DIM),
        ]
    left, back = number(day.left_on_table_ticks, 1), number(day.given_back_ticks, 1)
    found = [rule for rule in day.rules if rule.found]
    first = "no other exit beats chance"
    if found:
        r = found[0]
        low, high = (number(x, 2, signed=True) for x in (r.low, r.high))
        gain = f"{number(r.delta_ticks, 2, signed=True)} tk an entry ({low} … {high})"
        first = f"{FACTORS[r.factor].label} {r.old} → {r.new}: {gain}"
    return [
        timed,
        [("left ", DIM), f"{left} tk", (", gave back ", DIM), f"{back} tk"],
        [first],
    ]


def regret(day: RegretDay | None, date: str, width: int) -> Content:
    """How well exits were timed, what stands out, and what changes tomorrow."""
    if day is None:
        return Content.assemble(("How exits were timed appears here after each day.", DIM))
    if not day.events:
        return Content.assemble((f"{date}: no trades, so nothing to regret.", DIM))
    columns = min(max(6, width - 31), MOST_COLUMNS)
    end = columns + 30  # of the figures of a market without drift
    rows: list[list[Part]] = [_regret_head(day, date, end)]

    def beside(row: list[Part], null: str) -> list[Part]:
        return [*row, (f"{null:>{end - cells(row)}}", DIM)]

    for name, value, driftless in (
        ("exit efficiency", day.exit_efficiency, 0.5),
        ("entry", day.entry_efficiency, 0.5),
        ("total", day.total_efficiency, 0.0),
    ):
        if value is None and name != "exit efficiency":
            continue
        text = f"{number(value):>6} "
        shown = gauge(value or 0.0, columns, beside=driftless)
        rows.append(beside([(f"{name:<16}", DIM), (text, STRONG), *shown], number(driftless)))
    own = day.headline
    rows.append([(ALL_SETS if own is None else f"the headline's {counted(own.exits, 'exit')}", DIM)])
    for (sign, style), (kind, share, null) in zip(TIMED, timings(day), strict=True):
        text = f"{sign} {kind:<15}"
        row: list[Part] = [(text, DIM), f"{percent(share, 0):>5} ", *gauge(share, columns, style, null)]
        rows.append(beside(row, "" if null is None else percent(null, 0)))
    left, back = number(day.left_on_table_ticks, 1), number(day.given_back_ticks, 1)
    rows.append(
        [("left ", DIM), f"{left} tk", (" on the table, gave back ", DIM), back]
        if width >= 46
        else [("left ", DIM), f"{left} tk", (", gave back ", DIM), f"{back} tk"]
    )
    rows.append([("Other exits from the same entries", "bold $primary")])
    rows += [[("• ", WARN), rule.text] for rule in day.rules if rule.found] or [
        [("nothing that is not noise", DIM)]
    ]
    return stack(rows)


def _regret_head(day: RegretDay, date: str, end: int) -> list[Part]:
    """What is counted, and what stands at the right: every share would mean little alone."""
    null = "without drift"
    texts = [f"  {day.events:,} events, {day.trades:,} trades", f"  {day.events:,} events", ""]
    told = next((t for t in texts if len(date) + len(t) + len(null) < end), "")
    return [(date, STRONG), (told, DIM), (f"{null:>{end - len(date) - len(told)}}", DIM)]


SUMMARY_COLUMNS = (
    ("net", 12, 0),
    ("days won", 9, 2),
    ("trades", 7, 0),
    ("won", 7, 3),
    ("needed", 8, 3),
    ("a trade, tk", 14, 1),
    ("Sharpe", 12, 0),
    ("drawdown", 12, 1),
    ("held", 7, 4),
)
"""Title, width and the rank by which a column gives way where there is no room (0: never)."""


def summary_columns(width: int) -> list[int]:
    """Which of `SUMMARY_COLUMNS` fit behind the names of the policies."""
    kept = list(range(len(SUMMARY_COLUMNS)))
    for rank in (4, 3, 2, 1):
        if 20 + sum(SUMMARY_COLUMNS[k][1] for k in kept) > width:
            kept = [k for k in kept if SUMMARY_COLUMNS[k][2] != rank]
    return kept


def summary(model: RunModel, width: int = 120) -> Content:
    """The end of the run: every policy, then hindsight, named as such, and how well the odds were calibrated."""
    s = model.summary
    if s is None:
        return Content.assemble(("The figures of the whole run appear here when it ends.", DIM))
    first, last = (s.dates[0], s.dates[-1]) if s.dates else ("", "")
    kept = summary_columns(width)
    heads = "".join(f"{SUMMARY_COLUMNS[k][0]:>{SUMMARY_COLUMNS[k][1]}}" for k in kept)
    about = f"{s.symbol} {first} – {last}"
    texts = [
        f"  {counted(len(s.dates), 'day')}",
        f"{s.iterations_per_day:,} sets a day",
        f"{s.trades_simulated:,} trades",
    ]
    told = next((t for n in (3, 2, 1) if len(about + (t := ", ".join(texts[:n]))) <= width), "")
    rows: list[list[Part]] = [
        [
            (about, STRONG),
            told,
        ],
        [(f"{'out of sample':<20}{heads}", DIM)],
    ]
    for name, p in s.policies.items():
        figures: list[tuple[str, str]] = [
            (money(p.net_currency, s.currency), tone(p.net_currency)),
            (f"{p.winning_days}/{p.days}", ""),
            (f"{p.trades:,}", ""),
            (percent(p.win_rate), ""),
            (percent(p.break_even_win_rate), DIM),
            (f"{number(p.mean_ticks, 2, signed=True)} ± {number(p.mean_error_ticks, 2)}", ""),
            (with_error(p.sharpe, p.sharpe_error, 1), ""),
            (unsigned(p.max_drawdown_currency, s.currency), ""),
            (short_duration(p.duration_mean_s), ""),
        ]
        head = name == s.headline
        rows.append(
            [
                (f"{('▸ ' if head else '  ') + policy(name):<20}", STRONG if head else ""),
                *((f"{figures[k][0]:>{SUMMARY_COLUMNS[k][1]}}", figures[k][1]) for k in kept),
            ]
        )
    hindsight = f"{'  in-sample best':<20}{money(s.in_sample_net_currency, s.currency):>12}"
    rows += [[(f"{hindsight}  hindsight, not a result", DIM)], []]
    if s.verdict is not None:
        rows += [[(s.verdict.rung, STRONG), (": ", ""), s.verdict.sentence]]
        if s.verdict.missing:
            rows += [[("to the next rung: ", DIM), s.verdict.missing]]
    head_policy = s.policies.get(s.headline)
    if head_policy is not None:
        worst, best = (x * s.tick_value for x in (head_policy.net_worst_ticks, head_policy.net_best_ticks))
        rows.append(
            [
                (f"{counted(head_policy.ambiguous, 'trade')} met stop and target in one bar: ", DIM),
                f"net between {money(worst, s.currency)} and {money(best, s.currency)}",
            ]
        )
    c = s.calibration
    rows.append(
        [
            ("odds, out of sample: ", DIM),
            f"Brier {number(c.brier, 4)} against {number(c.brier_half, 4)} for always one half "
            f"(± {number(c.brier_error, 4)}), calibration error {number(c.ece, 3)}, slope {number(c.slope)}, n {c.n:,}",
        ]
    )
    rows.append(paying(nearest_to_paying(s.patterns), min(width, 120)))
    return stack(rows)
