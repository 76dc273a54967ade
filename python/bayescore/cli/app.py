"""The command line. Each command parses, calls one function, and turns errors into one line and an exit code.

Exit codes: 0 done, 1 failure, 2 wrong usage or data, 130 interrupted with finished days kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bayescore.cli import process, run_commands, studying, trust_commands
from bayescore.cli.declaring import JsonOption, RootOption, RunArgument, ZoneOption, reads_bars, takes
from bayescore.cli.options import FIELDS, INSPECT, OPTIONS, build_config, parse_fields, parse_threads

app = typer.Typer(
    name="bayescore",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Walk-forward training for intraday futures traders.\n\n"
        "Feed it one-second OHLCV bars. For every trade date it trades out of sample what it knew the evening before, "
        "then tries about 1,000 parameter sets, learns the odds of each market state and looks back at its exits.\n\n"
        "Begin with [bold]bayescore inspect FILE[/bold], then [bold]bayescore train --data FILE[/bold]. "
        "[bold]bayescore synth[/bold] makes practice data. [bold]bayescore-tui[/bold] is the live dashboard.\n\n"
        "Exit codes: 0 done, 1 failure, 2 wrong usage or data, 130 interrupted (finished days are kept)."
    ),
)


def _version(value: bool) -> None:
    if value:
        from bayescore import __version__

        typer.echo(f"bayescore {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del version
    process.end_in_words()


@app.command()
@reads_bars
@takes(*OPTIONS)
def train(**values: Any) -> None:
    """Train on one-second bars, day by day, and save everything.

    [bold]Examples[/bold]

    bayescore train --data glbx-mdp3-20251230-20260129.ohlcv-1s.parquet

    bayescore train --data 'es/*.parquet' --instrument ES --iterations 2000 --run es-january

    bayescore train --data FILE --run es-january --resume
    """
    from bayescore.cli.commands import run_training
    from bayescore.cli.notice import Notice

    file = values["config"]
    config = build_config(Path(file) if file else None, parse_fields(values), values["set"])
    run_training(
        values["data"],
        config,
        Path(values["checkpoint_dir"]),
        values["run"],
        resume=values["resume"],
        threads=parse_threads(values["threads"]),
        quiet=values["quiet"],
        json=values["json"],
        notice=Notice(values["on_finish"], values["on_day"], bell=values["bell"]),
    )


@app.command("inspect")
@reads_bars
@takes(*(o for o in FIELDS if o.name in INSPECT))
def inspect_(
    data: Annotated[
        list[str],
        typer.Argument(help="Parquet, Arrow, CSV or DBN file, directory or quoted glob.", show_default=False),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    time_zone: ZoneOption = "exchange",
    **values: Any,
) -> None:
    """Say what a data file holds: symbols, trade dates, gaps, problems, how often each state level occurs."""
    from bayescore.cli.commands import run_inspect

    run_inspect(data, build_config(None, parse_fields(values)), json=json, zone=time_zone)


@app.command()
@reads_bars
def bars(
    source: Annotated[Path, typer.Argument(help="Trades or orders: DBN or Parquet.", show_default=False)],
    output: Annotated[Path, typer.Argument(help="Parquet file to write.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    json: JsonOption = False,
) -> None:
    """Make one-second bars of Databento's trades, top-of-book, market-by-price or market-by-order records."""
    from bayescore.cli.commands import run_bars

    run_bars(source, output, force=force, json=json)


@app.command()
@reads_bars
def synth(
    output: Annotated[Path, typer.Argument(help="Parquet file to write.", show_default=False)],
    days: Annotated[int, typer.Option(help="Trade dates to make.", min=1, max=2000)] = 22,
    start: Annotated[str, typer.Option(help="First trade date, YYYY-MM-DD.")] = "2026-01-05",
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.", min=0)] = 0,
    edge: Annotated[
        float, typer.Option(help="Planted drift, standard deviations of a second on each bar; 0 = none.")
    ] = 0.0,
    edge_kind: Annotated[
        str,
        typer.Option(
            help="What sets the drift off: reversion, continuation, session, side, dying, turning or two."
        ),
    ] = "reversion",
    instrument: Annotated[
        str, typer.Option("--instrument", "-i", help="Root in the instruments table.")
    ] = "MNQ",
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    json: JsonOption = False,
) -> None:
    """Make practice data: one-second bars like MNQ's, with or without a planted edge."""
    from bayescore.cli.commands import run_synth

    run_synth(
        output,
        days=days,
        start=start,
        seed=seed,
        edge=edge,
        edge_kind=edge_kind,
        instrument=instrument,
        force=force,
        json=json,
    )


@app.command()
def runs(checkpoint_dir: RootOption = Path("checkpoints"), json: JsonOption = False) -> None:
    """List runs, newest first."""
    from bayescore.cli.showing import show_runs

    show_runs(checkpoint_dir, json=json)


@app.command()
@takes(*(o for o in OPTIONS if o.name == "checkpoint_dir"))
def tomorrow(
    run: RunArgument,
    top: Annotated[int, typer.Option(help="How many states to list.", min=1)] = 10,
    json: JsonOption = False,
    time_zone: ZoneOption = "exchange",
    **values: Any,
) -> None:
    """Trade or stay flat on the next trade date, and all that it takes to do so."""
    from bayescore.cli.showing import show_tomorrow

    show_tomorrow(run, Path(values["checkpoint_dir"]), top, json=json, zone=time_zone)


@app.command()
def patterns(
    run: RunArgument,
    checkpoint_dir: RootOption = Path("checkpoints"),
    top: Annotated[int, typer.Option(help="How many.", min=1)] = 20,
    json: JsonOption = False,
) -> None:
    """Show a run's strongest patterns, and how far each is from paying."""
    from bayescore.cli.showing import show_patterns

    show_patterns(run, checkpoint_dir, top, json=json)


@app.command()
def report(
    run: RunArgument,
    checkpoint_dir: RootOption = Path("checkpoints"),
    out: Annotated[
        Path | None,
        typer.Option(
            help="File to write; default report.html in the run, here while the run is in work.",
            show_default=False,
        ),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
) -> None:
    """Write a run's page for a browser: one file with everything in it, also of a run in work or stopped."""
    from bayescore.cli.showing import make_report

    make_report(run, checkpoint_dir, out, show_it=open_)


@app.command()
def trades(
    run: RunArgument,
    checkpoint_dir: RootOption = Path("checkpoints"),
    day: Annotated[str | None, typer.Option(help="One trade date, YYYY-MM-DD.", show_default=False)] = None,
    policy: Annotated[
        str | None,
        typer.Option(help="One policy, or in_sample_best; default the headline.", show_default=False),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV with every column.")] = False,
    json: JsonOption = False,
    time_zone: ZoneOption = "exchange",
) -> None:
    """List a run's trades, one line each."""
    from bayescore.cli.showing import show_trades

    show_trades(run, checkpoint_dir, day, policy, csv=csv, json=json, zone=time_zone)


@app.command()
@takes(*(o for o in OPTIONS if o.name in {"checkpoint_dir", "data", "threads"}))
def verify(
    run: RunArgument,
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Train it again, beside it, and compare every byte.")
    ] = False,
    json: JsonOption = False,
    **values: Any,
) -> None:
    """Check a run: every day's files, the chain of days, the events; --data says where moved data are now."""
    from bayescore.cli.verifying import verify as check
    from bayescore.runs.listing import find_run

    if recompute:
        process.prepare_for_bars()
    check(
        find_run(run, Path(values["checkpoint_dir"])),
        typer.echo,
        again=recompute,
        data=values["data"],
        threads=parse_threads(values["threads"]),
        json=json,
    )


app.add_typer(trust_commands.commands)
app.add_typer(run_commands.commands)
app.add_typer(studying.commands)
