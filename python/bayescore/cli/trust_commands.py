"""The commands that ask whether to believe it: luck, lookahead, and where the data start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bayescore.cli.declaring import JsonOption, RootOption, reads_bars, takes
from bayescore.cli.options import OPTIONS, build_config, parse_fields, parse_threads

commands = typer.Typer()


@commands.command()
@reads_bars
@takes(*(o for o in OPTIONS if o.name in {"set", "threads"}))
def validate(
    data: Annotated[
        list[str],
        typer.Argument(help="Data files, or one run: then its data and settings.", show_default=False),
    ],
    permutations: Annotated[int, typer.Option(help="Worlds without an edge, at most.", min=1)] = 200,
    null: Annotated[
        str,
        typer.Option(help="states: move states against prices; mirror: reflect bars by a coin."),
    ] = "states",
    full: Annotated[
        bool,
        typer.Option("--full", help="Search as much as training does, in every world; several times slower."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File of the result, and beside it of the worlds that are done; default that of the run.",
            show_default=False,
        ),
    ] = None,
    moved: Annotated[
        list[str], typer.Option("--data", help="Where the data of the run are now.", show_default=False)
    ] = [],  # noqa: B006
    checkpoint_dir: RootOption = Path("checkpoints"),
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON line.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    **values: Any,
) -> None:
    """Ask what the whole pipeline earns by luck: train it on worlds without an edge made of the same days.

    Stopped and called again, it goes on after the worlds that are done; without a run that takes --out FILE.

    Worlds are trained by as many processes as --threads says, each with the data in its memory.
    """
    from bayescore.cli.validating import run_validation, source

    run_validation(
        source(data, checkpoint_dir, moved),
        values["set"],
        permutations=permutations,
        null=null,
        full=full,
        out=out,
        threads=parse_threads(values["threads"]),
        json=json,
        quiet=quiet,
    )


@commands.command()
@reads_bars
@takes(*(o for o in OPTIONS if o.name in {"states", "set"}))
def warmup(
    data: Annotated[
        list[str],
        typer.Argument(help="Data files, or one run: then its data and settings.", show_default=False),
    ],
    starts: Annotated[int, typer.Option(help="Places in each trade date to start from.", min=1)] = 6,
    days: Annotated[int, typer.Option(help="Trade dates to look at, the last ones.", min=1)] = 5,
    checkpoint_dir: RootOption = Path("checkpoints"),
    json: JsonOption = False,
    **values: Any,
) -> None:
    """Say how long after the first bar states stop depending on where the data start, field by field."""
    from bayescore.cli.validating import source
    from bayescore.cli.warming import run_warmup

    given = source(data, checkpoint_dir)
    config = build_config(None, parse_fields(values), values["set"], base=given.config)
    run_warmup(given.data, config, starts, days, json=json)


@commands.command()
@reads_bars
@takes(*(o for o in OPTIONS if o.name == "set"))
def lookahead(
    data: Annotated[
        list[str],
        typer.Argument(help="Data files, or one run: then its data and settings.", show_default=False),
    ],
    states: Annotated[
        str | None,
        typer.Option(
            help="Python file of your own states, or MODULE:FUNCTION from a table of a date's bars to one value a bar.",
            show_default=False,
        ),
    ] = None,
    checkpoint_dir: RootOption = Path("checkpoints"),
    **values: Any,
) -> None:
    """Compute states again with later bars missing and changed; name the first bar and field that differ (exit 2)."""
    from bayescore.cli.looking_ahead import run_lookahead
    from bayescore.cli.validating import source

    given = source(data, checkpoint_dir)
    config = build_config(None, {}, values["set"], base=given.config)
    run_lookahead(given.data, config, states, typer.echo)
