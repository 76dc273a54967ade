"""What a reader sees first: the verdict, the next date, the equity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.report.page import charts
from bayescore.report.page.markup import definitions, paragraphs, prose, section, sketch, table, tiles
from bayescore.report.tomorrow import headline, record_table, sections, states_table
from bayescore.report.trust import trust_lines
from bayescore.report.wording import (
    IN_SAMPLE,
    POLICY_NAMES,
    between,
    duration,
    money,
    number,
    percent,
    unsigned,
    verdict_lines,
    with_error,
)
from bayescore.results.breakdown import distribution, equity_by_day
from bayescore.vocabulary import CHARTED

if TYPE_CHECKING:
    from bayescore import events
    from bayescore.report.page.gather import PageData
    from bayescore.report.page.sheaf import Sheaf
    from bayescore.report.tomorrow import Rows

STATES_SHOWN = 10


def subtitle(data: PageData) -> str:
    """What was trained on, and how far it is."""
    s, dates = data.summary, [r.date for r in data.results]
    count = f"{len(dates)} trade date" + ("" if len(dates) == 1 else "s")
    if len(dates) < data.planned:
        count = f"unfinished: {len(dates)} of {data.planned} trade dates so far"
    return (
        f"{count}, {dates[0]} to {dates[-1]}; {s.iterations_per_day:,} parameter sets a day; "
        f"{s.trades_simulated:,} trades simulated."
    )


def verdict(data: PageData) -> str:
    """The rung of the ladder, what is missing to the next, what luck and search would give."""
    s = data.summary
    rest = trust_lines(s)
    if s.verdict is None or len(data.results) < 2:
        first = ["One date only teaches: nothing was traded out of sample. Train on two or more."]
        return f"<div class=verdict>{paragraphs(first)}</div>"
    css = "verdict good" if s.verdict.rung in {"suggestive", "evidence"} else "verdict"
    return f'<div class="{css}">{paragraphs(verdict_lines(s.verdict))}</div>{paragraphs(rest)}'


def tomorrow(data: PageData) -> str:
    """The decision for the next date, and all that carrying it out takes."""
    t = data.tomorrow
    parts = [f"<p><strong>{prose(headline(t))}</strong></p>", definitions(sections(t))]
    parts += [
        _rows(rows, data.summary.run)
        for rows in (states_table(t, STATES_SHOWN), record_table(t))
        if rows is not None
    ]
    return section("Tomorrow", *parts)


def _rows(rows: Rows, run: str) -> str:
    note = paragraphs(rows.note.replace(": --top", f": bayescore tomorrow {run} --top").splitlines(), "note")
    return f"<h3>{prose(rows.title)}</h3>{table(rows.head, rows.rows)}{note}"


def equity(data: PageData, sheaf: Sheaf) -> str:
    """Out of sample: figures, equity and drawdown, every policy."""
    s, c = data.summary, data.summary.currency
    p = s.policies[s.headline]
    days = equity_by_day([(r.date, r.policies[s.headline]) for r in data.results], s.tick_value)
    parts = [_tiles(p, c)]
    if days:
        dates = [d.date for d in days]
        others = [name for name in s.policies if name in CHARTED and name != s.headline][:3]
        lines = {
            POLICY_NAMES[name]: [
                r.policies[name].cumulative_net_currency for r in data.results if r.date in set(dates)
            ]
            for name in (s.headline, *others)
        }
        own = lines[POLICY_NAMES[s.headline]]
        least, most, end = (money(x, c) for x in (min(own), max(own), own[-1]))
        reach = f"{least} at the lowest, {most} at the highest, {end} at the end"
        band, words = None, "Shading, the interval of the mean day, needs five days with trades."
        v = s.verdict
        if v is not None and v.low is not None and v.high is not None:
            low, high = v.low, v.high
            band = charts.columns(
                ("date", "low", "high"), [(d, low * (k + 1), high * (k + 1)) for k, d in enumerate(dates)]
            )
            words = (
                f"Shaded: the 95% interval of the mean day, {money(low, c)} to {money(high, c)}, times the days so "
                "far; while it holds zero, luck is an explanation."
            )
        parts += [
            "<h3>Equity, net of costs</h3>",
            sheaf.add("equity", charts.equity(lines, dates, band), words, "tall"),
            sketch(
                own,
                f"{POLICY_NAMES[s.headline]}, {dates[0]} to {dates[-1]}: {reach}; the line across is zero.",
            ),
        ]
    if p.trades:
        parts += [
            "<h3>Below its peak</h3>",
            sheaf.add(
                "drawdown",
                charts.drawdown(
                    charts.columns(("date", "drawdown"), [(d.date, -d.drawdown_currency) for d in days])
                ),
                f"{POLICY_NAMES[s.headline]}, the deepest point of each date, trade by trade; "
                f"{unsigned(p.max_drawdown_currency, c)} at most.",
                "low",
            ),
        ]
    parts += ["<h3>Side by side</h3>", _policies(s)]
    hindsight = (
        f"{IN_SAMPLE}: the best set of each day, found after the fact, adds up to "
        f"{money(s.in_sample_net_currency, c)}. That is what a search promises and the next day does not keep."
    )
    return section("Out of sample, net of costs", *parts, paragraphs([hindsight], "note"))


def _tiles(p: events.PolicySummary, currency: str) -> str:
    return tiles(
        {
            "net": money(p.net_currency, currency),
            "days won": f"{p.winning_days} of {p.days}",
            "trades": f"{p.trades:,}",
            "won": percent(p.win_rate),
            "a trade, ticks": with_error(p.mean_ticks, p.mean_error_ticks, 2, signed=True),
            "Sharpe, annual": with_error(p.sharpe, p.sharpe_error, 1),
            "drawdown": unsigned(p.max_drawdown_currency, currency),
            "profit factor": number(p.profit_factor),
            "time in a trade": duration(p.duration_mean_s),
        }
    )


def _policies(s: events.Summary) -> str:
    rows = [
        (
            POLICY_NAMES[name],
            f"{p.winning_days}/{p.days}",
            f"{p.trades:,}",
            percent(p.win_rate),
            money(p.net_currency, s.currency),
            with_error(p.mean_ticks, p.mean_error_ticks, 2, signed=True),
            with_error(p.sharpe, p.sharpe_error, 1),
            unsigned(p.max_drawdown_currency, s.currency),
            duration(p.duration_mean_s),
            f"{p.ambiguous}",
            between(p.net_worst_ticks, p.net_best_ticks),
        )
        for name, p in s.policies.items()
    ]
    head = (
        "policy",
        "days won",
        "trades",
        "won",
        "net",
        "a trade, ticks",
        "Sharpe, annual",
        "drawdown",
        "time in a trade",
        "ambiguous",
        "net ticks, worst to best",
    )
    note = (
        "Ambiguous: stop and target within one bar, so that nobody knows which came first; the last column is the net "
        "under both readings."
    )
    return table(head, rows, headline=list(s.policies).index(s.headline)) + paragraphs([note], "note")


def null(data: PageData, sheaf: Sheaf) -> str:
    """What the whole pipeline earns on worlds without an edge, with this run marked."""
    found, c = data.validation, data.summary.currency
    if found is None:
        how = (
            f"Not measured yet. bayescore validate {data.summary.run} trains the same pipeline on worlds that are "
            f"made of these days and hold no edge; bayescore report {data.summary.run} then shows where this run lies "
            "among them."
        )
        return section("Against luck", paragraphs([how]))
    steps = distribution(found.world_net_currency, beside=found.observed_net_currency)
    spec = charts.histogram(
        charts.columns(
            ("low", "high", "count", "net"), [(s.low, s.high, s.members, (s.low + s.high) / 2) for s in steps]
        ),
        f"net of a world without an edge, {c}",
        observed=found.observed_net_currency,
    )
    words = (
        f"{len(found.world_net_currency):,} worlds ({found.null}), {found.as_good:,} of which earned as much as the "
        f"line: {money(found.observed_net_currency, c)} on the data themselves, searched as the worlds were."
    )
    return section("Against luck", paragraphs([found.sentence]), sheaf.add("null", spec, words))
