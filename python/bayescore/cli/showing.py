"""What ``runs``, ``patterns``, ``trades`` and ``report`` do: show what is on disk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bayescore import events
from bayescore.cli.printing import show, show_json
from bayescore.errors import DamagedError, RunError, UsageError
from bayescore.escape import printable
from bayescore.fields import expected
from bayescore.runs import layout
from bayescore.runs.listing import find_run, list_runs
from bayescore.vocabulary import POLICIES

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from bayescore.report.clock import TimeZone
    from bayescore.runs.reader import RunReader

TRADERS = (*POLICIES, "in_sample_best", "iteration")
"""Who trades are saved of."""


def _state(run: RunReader, summary: events.Summary | None) -> str:
    if summary is not None:
        return "finished"
    return "in work" if run.being_written() else "unfinished"


def show_runs(root: Path, *, json: bool) -> None:
    """List runs, newest first."""
    from bayescore.report.sheet import Column, Sheet
    from bayescore.report.wording import POLICY_NAMES, money

    found: list[dict[str, object]] = []
    rows: list[tuple[str, ...]] = []
    for run in list_runs(root):
        try:
            started = run.header().started
            days, summary = run.finished_days(), run.summary()
            last = run.result(days[-1]) if days else None
        except RunError as error:
            problem = str(error).removeprefix(f"{run.path}/")
            found.append({"run": run.name, "problem": problem})
            rows.append((run.name, "", "", "", "", "", problem))
            continue
        net = last.policies[last.headline].cumulative_net_currency if last else None
        state = _state(run, summary)
        found.append(
            {
                "run": run.name,
                "symbol": started.symbol,
                "days": len(days),
                "dates": len(started.dates),
                "iterations": started.iterations,
                "headline": started.selection,
                "net_currency": net,
                "currency": started.currency,
                "state": state,
            }
        )
        rows.append(
            (
                run.name,
                started.symbol,
                f"{len(days)}/{len(started.dates)}",
                f"{started.iterations:,}",
                POLICY_NAMES.get(started.selection, started.selection),
                money(net, started.currency),
                state,
            )
        )
    if json:
        show_json(found)
    elif not rows:
        show(f"No runs in {root}. `bayescore train --data FILE` makes one.")
    else:
        titles = (
            ("run", 0),
            ("symbol", 2),
            ("days", 0),
            ("iterations", 4),
            ("headline", 3),
            ("net out of sample", 0),
        )
        columns = [Column(t, rank, words=t in {"run", "symbol", "headline"}) for t, rank in titles]
        show(Sheet([*columns, Column("state", words=True)], rows))


def show_patterns(run: str, root: Path, top: int, *, json: bool) -> None:
    """Strongest patterns of a run, and how far each is from paying."""
    from bayescore.report.tables import pattern_table
    from bayescore.report.wording import STARRED, UNSTARRED
    from bayescore.runs.day_files import patterns_of_run

    found = patterns_of_run(find_run(run, root), top)
    if json:
        show_json(found)
        return
    if found:
        show(pattern_table(found, f"top {len(found)} patterns of {run}"))
    show(STARRED if any(p.significant for p in found) else UNSTARRED)


def show_tomorrow(run: str, root: Path, top: int, *, json: bool, zone: TimeZone) -> None:
    """What to do on the next trade date, why, and what it takes."""
    from bayescore.report import tomorrow_text
    from bayescore.report.clock import in_zone
    from bayescore.runs.tomorrow import tomorrow_of_run

    found = in_zone(tomorrow_of_run(find_run(run, root)), zone)
    if json:
        sys.stdout.buffer.write(tomorrow_text.to_json(found) + b"\n")
    else:
        show(tomorrow_text.render_tomorrow(found, top))


def make_report(run: str, root: Path, out: Path | None, *, show_it: bool) -> None:
    """Write the page of a run, and open it if asked."""
    import webbrowser

    from bayescore.report.saving import write_page

    written = write_page(find_run(run, root), out)
    show(f"{written}: {written.stat().st_size / 1e6:.1f} MB")
    if show_it and not webbrowser.open(written.resolve().as_uri()):
        raise RunError(f"no browser was found; open {written} yourself")


def read_trades(run: RunReader, day: str | None, policy: str | None) -> pl.DataFrame:
    """Trades of a run or of one day, by the headline if nobody else is named; with the trade date in front.

    Raises
    ------
    UsageError
        For a day or a policy that the run does not have.
    """
    import polars as pl

    from bayescore.runs.tables import read_table

    days = run.finished_days()
    if day is not None and day not in days:
        raise UsageError(f"--day {day}: the run's finished days are {', '.join(days) or 'none'}")
    wanted = policy or run.header().started.selection
    if wanted not in TRADERS:
        raise UsageError(f"--policy {wanted}: {expected(wanted, TRADERS)}")
    parts = [
        read_table(run, d, layout.TRADES).select(pl.lit(d).alias("date"), pl.all())
        for d in ([day] if day else days)
    ]
    if not parts:
        return pl.DataFrame({"policy": pl.Series([], dtype=pl.String)})
    try:
        return pl.concat(parts).filter(pl.col("policy") == wanted)
    except pl.exceptions.PolarsError as error:
        raise DamagedError(
            f"{run.path}: damaged, its days have no tables of trades of one kind ({str(error).splitlines()[0]})"
        ) from None


def show_trades(
    run: str, root: Path, day: str | None, policy: str | None, *, csv: bool, json: bool, zone: TimeZone
) -> None:
    """List trades, one a row."""
    from bayescore.report.clock import Clock
    from bayescore.report.tables import trade_table
    from bayescore.runs.market import market_of

    reader = find_run(run, root)
    table = read_trades(reader, day, policy)
    if csv:
        sys.stdout.write(printable(table.write_csv()))
    elif json:
        show_json(table.to_dicts())
    elif not len(table):
        show(f"No trades of {policy or 'the headline'} on {day or 'any finished day'}.")
    else:
        market = market_of(reader.path)
        show(trade_table(table.iter_rows(named=True), market.tick_size, Clock(zone, market.timezone)))
