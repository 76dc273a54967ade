"""The commands that work on a run that is there: go on with it, compare it, move it, take something out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bayescore.cli.declaring import RunArgument, takes
from bayescore.cli.options import OPTIONS, parse_threads

commands = typer.Typer()


@commands.command()
@takes(*(o for o in OPTIONS if o.name in {"data", "checkpoint_dir", "threads", "quiet", "json"}))
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
    )
