"""The commands that work on a run that is there: go on with it, compare it, move it, take something out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from bayescore.cli.declaring import JsonOption, RootOption, RunArgument, ZoneOption, choice, reads_bars, takes
from bayescore.cli.options import OPTIONS, parse_threads

What = Literal["trades", "days", "patterns", "iterations", "evidence", "tomorrow"]
Form = Literal["csv", "parquet", "json"]

RESUMING = {"data", "checkpoint_dir", "threads", "quiet", "json", "on_finish", "on_day", "bell"}
"""What of a training run's options does not lie in the run already."""

commands = typer.Typer()


@commands.command()
@reads_bars
@takes(*(o for o in OPTIONS if o.name in RESUMING))
def resume(
    run: RunArgument,
    instead: Annotated[
        bool, typer.Option("--instead", help="--data takes the place of the run's own data.")
    ] = False,
    **values: Any,
) -> None:
    """Go on with a run: it knows its settings and its data; --data adds what came since.

    [bold]Examples[/bold]

    bayescore resume mnq-january

    bayescore resume mnq-january --data 2026-02-02.ohlcv-1s.dbn.zst
    """
    from bayescore.cli.commands import run_training
    from bayescore.cli.notice import Notice
    from bayescore.runs.listing import find_run
    from bayescore.runs.origin import config_of, data_of

    found = find_run(run, Path(values["checkpoint_dir"]))
    run_training(
        data_of(found, values["data"], instead=instead),
        config_of(found),
        found.path.parent,
        found.name,
        resume=True,
        threads=parse_threads(values["threads"]),
        quiet=values["quiet"],
        json=values["json"],
        notice=Notice(values["on_finish"], values["on_day"], bell=values["bell"]),
    )


@commands.command()
def compare(
    a: Annotated[str, typer.Argument(help="Name of a run, or its directory.", show_default=False)],
    b: Annotated[str, typer.Argument(help="The run to hold against it.", show_default=False)],
    checkpoint_dir: RootOption = Path("checkpoints"),
    policy: Annotated[
        str | None, typer.Option(help="Policy to compare; each run's headline if not given.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Hold two runs side by side: settings that differ, figures of the days that both traded."""
    from bayescore.cli.managing import show_comparison

    show_comparison(a, b, checkpoint_dir, policy, json=json)


@commands.command()
def rename(
    run: RunArgument,
    name: Annotated[str, typer.Argument(help="The new name.", show_default=False)],
    checkpoint_dir: RootOption = Path("checkpoints"),
) -> None:
    """Give a run another name; what is in it stays as it is."""
    from bayescore.cli.managing import rename as give_name

    give_name(run, name, checkpoint_dir)


@commands.command()
def delete(
    run: RunArgument,
    checkpoint_dir: RootOption = Path("checkpoints"),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a run for good, after asking; nothing else is touched, and a run with other files in it is refused."""
    from bayescore.cli.managing import delete as remove

    remove(run, checkpoint_dir, sure=yes)


@commands.command()
def export(
    run: RunArgument,
    what: Annotated[What, choice("--what", get_args(What), "What to take out")] = "trades",
    to: Annotated[Form, choice("--to", get_args(Form), "Format")] = "csv",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File to write; else it is printed.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    checkpoint_dir: RootOption = Path("checkpoints"),
) -> None:
    """Take a run's tables out for other programs, or with --what tomorrow the next date's set.

    [bold]Examples[/bold]

    bayescore export mnq-january --what trades --to parquet --out trades.parquet

    bayescore export mnq-january --what tomorrow --to json
    """
    from bayescore.cli.exporting import run_export

    run_export(run, checkpoint_dir, what, to, out, force=force)


@commands.command()
@reads_bars
def signals(
    run: RunArgument,
    follow: Annotated[
        str,
        typer.Option(
            "--follow",
            "-f",
            help="File that grows (CSV, DBN, Parquet, Arrow), or - for standard input (CSV, DBN).",
            show_default=False,
        ),
    ],
    checkpoint_dir: RootOption = Path("checkpoints"),
    symbol: Annotated[
        str | None, typer.Option(help="Contract to use; that of the run's last day if not given.")
    ] = None,
    paper: Annotated[
        bool, typer.Option("--paper", help="Also when the run decided to stay flat: on paper only.")
    ] = False,
    wait: Annotated[
        float, typer.Option(help="Seconds without a bar after the session's close until it ends.", min=0)
    ] = 60.0,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON line each.")] = False,
    time_zone: ZoneOption = "exchange",
) -> None:
    """Carry out the decision for the next date on bars as they come: a line for each order, fill and paper trade.

    [bold]Examples[/bold]

    bayescore signals mnq-january --follow today.csv

    my-feed | bayescore signals mnq-january --follow - --json
    """
    from bayescore.cli.signalling import run_signals

    run_signals(run, checkpoint_dir, follow, symbol, paper=paper, wait=wait, json=json, zone=time_zone)
