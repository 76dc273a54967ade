"""How it traded: by date, size, excursion, hour, side, reason and context."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from bayescore.report.page import charts
from bayescore.report.page.markup import paragraphs, section, table
from bayescore.report.wording import POLICY_NAMES, duration, money, number, percent
from bayescore.results.breakdown import (
    Cut,
    by_hour,
    cut_by,
    distribution,
    equity_by_day,
    excursions,
    joined_groups,
)
from bayescore.vocabulary import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.report.page.gather import PageData
    from bayescore.report.page.sheaf import Sheaf
    from bayescore.results.breakdown import DayEquity

MOST_WEEKS = 14
"""A longer run is shown a month a row, without its amounts."""

FEW_ROWS = 3
"""Rows of a calendar that need less room than most."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def by_date(data: PageData, sheaf: Sheaf) -> str:
    """Net result of each date and month."""
    s = data.summary
    days = equity_by_day([(r.date, r.policies[data.trader]) for r in data.results], s.tick_value)
    if not len(data.trades):
        return ""
    monday = {d.date: _monday(d.date) for d in days}
    weeks = len(set(monday.values())) <= MOST_WEEKS
    rows = [
        (
            d.date,
            d.net_currency,
            abs(d.net_currency),
            d.trades,
            f"{monday[d.date]:%b} {monday[d.date].day}" if weeks else d.date[:7],
            WEEKDAYS[date.fromisoformat(d.date).weekday()] if weeks else d.date[8:],
            _short(d.net_currency),
        )
        for d in days
    ]
    names = ("date", "net", "size", "trades", "row", "column", "amount")
    used = sorted({row[5] for row in rows}, key=WEEKDAYS.index if weeks else str)
    spec = charts.calendar(charts.columns(names, rows), used, weeks=weeks)
    paper = "" if data.trader == s.headline else " on paper"
    what = f"{POLICY_NAMES[data.trader]}{paper}, {s.currency}"
    caption = f"{what}; a row a week, by its Monday." if weeks else f"{what}."
    few = len({row[4] for row in rows}) <= FEW_ROWS
    parts = [sheaf.add("calendar", spec, caption, "low" if few else "mid")]
    months = _months(days, s.currency)
    if len(months) > 1:
        parts.append(table(("month", "days", "trades", "net"), months))
    return section("By date", *parts)


def _monday(iso: str) -> date:
    day = date.fromisoformat(iso)
    return day - timedelta(days=day.weekday())


def _short(x: float) -> str:
    """An amount for a cell: ``+1,049``."""
    return number(x, 0, signed=True) if x else "0"


def _months(days: Sequence[DayEquity], currency: str) -> list[tuple[str, str, str, str]]:
    net: Counter[str] = Counter()
    trades: Counter[str] = Counter()
    count = Counter(d.date[:7] for d in days)
    for d in days:
        net[d.date[:7]] += d.net_currency  # type: ignore[assignment] # counters add amounts as well
        trades[d.date[:7]] += d.trades
    return [(m, f"{n}", f"{trades[m]:,}", money(net[m], currency)) for m, n in sorted(count.items())]


def trades(data: PageData, sheaf: Sheaf) -> str:
    """Everything that is cut out of the trades of one policy."""
    s, t = data.summary, data.trades
    if not len(t):
        return section("Trades", paragraphs(["No policy has traded out of sample yet."]))
    who = POLICY_NAMES[data.trader]
    lead = f"All {len(t):,} trades of {who}."
    if data.trader != s.headline:
        lead = (
            f"{POLICY_NAMES[s.headline].capitalize()} stayed flat on every day; these are the {len(t):,} trades of "
            f"{who}, on paper."
        )
    steps = distribution((t["net_ticks"] * s.tick_value).to_list())
    sizes = charts.histogram(
        charts.columns(
            ("low", "high", "count", "net"), [(x.low, x.high, x.members, (x.low + x.high) / 2) for x in steps]
        ),
        f"net of a trade, {s.currency}",
    )
    points, every = excursions(t)
    drawn = "every trade" if every == 1 else f"1 trade in {every}"
    scatter = charts.excursions(
        charts.columns(
            ("mae", "mfe", "net", "result"),
            [(p.mae, p.mfe, p.net_ticks, "won" if p.net_ticks > 0 else "lost") for p in points],
        )
    )
    return section(
        "Trades",
        paragraphs([lead]),
        "<h3>What a trade came to</h3>",
        sheaf.add("sizes", sizes),
        "<h3>How far it went against, and for</h3>",
        sheaf.add("excursions", scatter, f"{drawn.capitalize()} is drawn.", "tall"),
        "<h3>By hour and weekday</h3>",
        _hours(data, sheaf),
        "<h3>Long and short</h3>",
        _cuts("side", cut_by(t.with_columns(side=_sides()), "side", ("long", "short"))),
        "<h3>Why it ended</h3>",
        _cuts("reason", cut_by(t, "reason", REASONS), replace=True),
        _groups(data),
    )


def _sides() -> pl.Expr:
    return pl.when(pl.col("side") > 0).then(pl.lit("long")).otherwise(pl.lit("short"))


def _hours(data: PageData, sheaf: Sheaf) -> str:
    cells = by_hour(data.trades, data.instrument.timezone)
    first = int(data.tomorrow.hours.opens[11:13])
    used = {c.hour for c in cells}
    order = [h for h in ((first + k) % 24 for k in range(24)) if h in used]
    names = ("weekday", "hour", "trades", "net", "size")
    rows = [(c.weekday, c.hour, c.trades, c.net_ticks, abs(c.net_ticks)) for c in cells]
    days = [day for day in WEEKDAYS if any(c.weekday == day for c in cells)]
    zone = data.instrument.timezone.rpartition("/")[2].replace("_", " ")
    caption = f"Net ticks; hours of {zone} from the session's open on, weekday of the trade date."
    return sheaf.add("hours", charts.hours(charts.columns(names, rows), order, days), caption)


def _cuts(title: str, cuts: Sequence[Cut], *, replace: bool = False) -> str:
    head = (title, "trades", "won", "a trade, ticks", "net, ticks", "time in a trade")
    rows = [
        (
            c.label.replace("_", " ") if replace else c.label,
            f"{c.trades:,}",
            percent(c.win_rate),
            number(c.mean_ticks, 2, signed=True),
            number(c.net_ticks, 0, signed=True),
            duration(c.duration_s),
        )
        for c in cuts
    ]
    return table(head, rows)


def _groups(data: PageData) -> str:
    """The headline's trades by part of the session and by context, as its days have counted them."""
    if data.trader != data.summary.headline:
        return ""
    windows = joined_groups([r.by_window for r in data.results])
    # Windows have a table of their own, and "all" says nothing.
    own = [[g for g in r.by_context if g.label != "all" and ":" not in g.label] for r in data.results]
    contexts = joined_groups(own)
    return (
        f"<h3>By part of the session</h3>{_cuts('window', windows, replace=True)}"
        f"<h3>By context of the decision</h3>{_cuts('context', contexts, replace=True)}"
        + paragraphs(["Several contexts may hold at once, so these rows overlap."], "note")
    )
