"""The command line. Each command parses, calls one function, and turns errors into one line and an exit code.

Exit codes: 0 done, 1 failure, 2 wrong usage or data, 130 interrupted with finished days kept.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from bayescore.cli import process
from bayescore.cli.options import describe
from bayescore.errors import BayescoreError

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

DataOption = Annotated[
    list[str],
    typer.Option(
        "--data",
        "-d",
        help="Parquet, Arrow, CSV or DBN file, directory or quoted glob; may be repeated.",
        show_default=False,
    ),
]
RootOption = Annotated[Path, typer.Option("--checkpoint-dir", help="Where runs are kept.")]
RunArgument = Annotated[str, typer.Argument(help="Name of a run, or its directory.", show_default=False)]


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


def _option(field: str, *names: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*names, help=describe(field), show_default=False)
    return option


@app.command()
def train(
    data: DataOption = [],  # noqa: B006 - typer copies it
    iterations: Annotated[Optional[int], _option("iterations", "--iterations", "-n")] = None,  # noqa: UP045
    max_days: Annotated[Optional[int], _option("max_days")] = None,  # noqa: UP045
    checkpoint_dir: RootOption = Path("checkpoints"),
    run: Annotated[
        str | None,
        typer.Option(
            help="Name of the run; made from instrument, dates and seed if not given.", show_default=False
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after the last finished day of the run.")
    ] = False,
    instrument: Annotated[Optional[str], _option("instrument", "--instrument", "-i")] = None,  # noqa: UP045
    symbol: Annotated[Optional[str], _option("symbol")] = None,  # noqa: UP045
    tick_size: Annotated[Optional[float], _option("tick_size")] = None,  # noqa: UP045
    tick_value: Annotated[Optional[float], _option("tick_value")] = None,  # noqa: UP045
    session: Annotated[Optional[str], _option("session")] = None,  # noqa: UP045
    extended_hours: Annotated[
        bool | None, _option("extended_hours", "--extended-hours/--regular-hours")
    ] = None,
    seed: Annotated[Optional[int], _option("seed")] = None,  # noqa: UP045
    objective: Annotated[Optional[str], _option("objective")] = None,  # noqa: UP045
    selection: Annotated[Optional[str], _option("selection")] = None,  # noqa: UP045
    on_bad_rows: Annotated[Optional[str], _option("on_bad_rows")] = None,  # noqa: UP045
    keep_trades: Annotated[Optional[str], _option("keep_trades")] = None,  # noqa: UP045
    threads: Annotated[
        int, typer.Option(help="Worker threads; 0 = all cores. Results do not depend on it.")
    ] = 0,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", help="TOML file with any field of the configuration.", show_default=False
        ),
    ] = None,
    set_: Annotated[
        list[str],
        typer.Option(
            "--set", help="FIELD=VALUE for any field, e.g. costs.slippage_ticks=2.", show_default=False
        ),
    ] = [],  # noqa: B006
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the final summary only.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print events as JSON lines instead of text.")] = False,
) -> None:
    """Train on one-second bars, day by day, and save everything.

    [bold]Examples[/bold]

    bayescore train --data glbx-mdp3-20251230-20260129.ohlcv-1s.parquet

    bayescore train --data 'es/*.parquet' --instrument ES --iterations 2000 --run es-january

    bayescore train --data FILE --run es-january --resume
    """
    from bayescore.cli.commands import run_training
    from bayescore.cli.options import build_config

    overrides = {
        "iterations": iterations, "max_days": max_days, "instrument": instrument, "symbol": symbol,
        "tick_size": tick_size, "tick_value": tick_value, "session": session, "extended_hours": extended_hours,
        "seed": seed, "objective": objective, "selection": selection, "on_bad_rows": on_bad_rows,
        "keep_trades": keep_trades,
    }  # fmt: skip
    run_training(
        data, build_config(config, overrides, set_), checkpoint_dir, run,
        resume=resume, threads=threads, quiet=quiet, json=json,
    )  # fmt: skip


@app.command()
def inspect(
    data: Annotated[
        list[str],
        typer.Argument(help="Parquet, Arrow, CSV or DBN file, directory or quoted glob.", show_default=False),
    ],
    instrument: Annotated[Optional[str], _option("instrument", "--instrument", "-i")] = None,  # noqa: UP045
    symbol: Annotated[Optional[str], _option("symbol")] = None,  # noqa: UP045
    tick_size: Annotated[Optional[float], _option("tick_size")] = None,  # noqa: UP045
    tick_value: Annotated[Optional[float], _option("tick_value")] = None,  # noqa: UP045
    session: Annotated[Optional[str], _option("session")] = None,  # noqa: UP045
    on_bad_rows: Annotated[Optional[str], _option("on_bad_rows")] = None,  # noqa: UP045
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Say what a data file holds: symbols, trade dates, gaps, problems, how often each state level occurs."""
    from bayescore.cli.commands import run_inspect
    from bayescore.cli.options import build_config

    overrides = {"instrument": instrument, "symbol": symbol, "tick_size": tick_size, "tick_value": tick_value,
                 "session": session, "on_bad_rows": on_bad_rows}  # fmt: skip
    run_inspect(data, build_config(None, overrides), json=json)


@app.command()
def bars(
    source: Annotated[Path, typer.Argument(help="Trades or orders: DBN or Parquet.", show_default=False)],
    output: Annotated[Path, typer.Argument(help="Parquet file to write.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Make one-second bars of Databento's trades, top-of-book, market-by-price or market-by-order records."""
    from bayescore.cli.commands import run_bars

    run_bars(source, output, force=force)


@app.command()
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
) -> None:
    """Make practice data: one-second bars like MNQ's, with or without a planted edge."""
    from bayescore.cli.commands import run_synth

    run_synth(
        output, days=days, start=start, seed=seed, edge=edge, edge_kind=edge_kind, instrument=instrument,
        force=force,
    )  # fmt: skip


@app.command()
def runs(
    checkpoint_dir: RootOption = Path("checkpoints"),
) -> None:
    """List runs, newest first."""
    from bayescore.cli.commands import list_runs

    list_runs(checkpoint_dir)


@app.command()
def patterns(
    run: RunArgument,
    checkpoint_dir: RootOption = Path("checkpoints"),
    top: Annotated[int, typer.Option(help="How many.", min=1)] = 20,
) -> None:
    """Show a run's strongest patterns, and how far each is from paying."""
    from bayescore.cli.commands import show_patterns

    show_patterns(run, checkpoint_dir, top)


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
) -> None:
    """List a run's trades, one line each."""
    from bayescore.cli.commands import show_trades

    show_trades(run, checkpoint_dir, day, policy, csv=csv)


@app.command()
def verify(
    run: RunArgument,
    checkpoint_dir: RootOption = Path("checkpoints"),
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Train it again, beside it, and compare every byte.")
    ] = False,
    data: DataOption = [],  # noqa: B006 - typer copies it
    threads: Annotated[int, typer.Option(help="Worker threads for --recompute; 0 = all cores.")] = 0,
) -> None:
    """Check a run: every day's files, the chain of days, the events; --data says where moved data are now."""
    from bayescore.cli.commands import open_run
    from bayescore.cli.verifying import verify as check

    check(open_run(run, checkpoint_dir), typer.echo, again=recompute, data=data, threads=threads)


def main() -> None:
    """Console entry point."""
    process.prepare()
    try:
        app()
    except BayescoreError as error:
        typer.echo(f"bayescore: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    finally:
        # Nor is there anything to find for the last collection at exit.
        gc.freeze()
