"""`bayescore study`: many runs, on this machine or on a cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayescore.cli.declaring import reads_bars
from bayescore.cli.printing import show, show_json
from bayescore.errors import Interrupted
from bayescore.escape import printable

if TYPE_CHECKING:
    from bayescore.report.sheet import Sheet


commands = typer.Typer()


@commands.command()
@reads_bars
def study(
    file: Annotated[Path, typer.Argument(help="TOML file that says what is to be done.", show_default=False)],
    engine: Annotated[str, typer.Option(help="serial, local (processes), or ray (a cluster).")] = "local",
    workers: Annotated[int, typer.Option(help="Processes of local; 0 = one a core.", min=0, max=1024)] = 0,
    address: Annotated[
        str | None, typer.Option(help="Of a running Ray cluster; else one is begun here.", show_default=False)
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where studies are kept.")] = Path("studies"),
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Train many times: files × configurations × seeds × worlds without an edge, on this machine or a cluster.

    Stopped and called again, it does what is left. docs/scaling.md has the file.
    """
    from bayescore.study.engines import as_engine
    from bayescore.study.plan import read_study
    from bayescore.study.run import run_study

    where = as_engine(engine)
    plan = read_study(file)
    home = folder / plan.name

    def on_task(done: int, total: int) -> None:
        if not quiet:
            print(f"{done:,} of {total:,} tasks done", file=sys.stderr, flush=True)  # noqa: T201

    try:
        found = run_study(plan, home, engine=where, workers=workers, address=address, on_task=on_task)
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped; finished tasks are kept, and the same command does what is left"
        ) from None
    if json:
        show_json(found.summary)
        return
    show(summary_sheet(found.summary))
    show(
        printable(
            f"{found.done:,} tasks done now, {found.kept:,} there already; tables in {home}: results.parquet, "
            "days.parquet, summary.json"
        )
    )


def summary_sheet(rows: list[dict[str, Any]]) -> Sheet:
    """The summary as a table."""
    from bayescore.report.sheet import Column, Sheet
    from bayescore.report.wording import money, probability

    columns = [
        Column("data", words=True),
        Column("configuration", 1, words=True),
        Column("seed", 2),
        Column("days", 4),
        Column("trades", 3),
        Column("net out of sample"),
        Column("worlds", 5),
        Column("their median", 6),
        Column("p"),
        Column("verdict", 7, words=True),
    ]
    cells = [
        (
            r["data"],
            r["configuration"],
            str(r["seed"]),
            str(r["days"]),
            f"{r['trades']:,}",
            money(r["net_currency"], r["currency"]),
            str(r["worlds"]),
            money(r["world_median_currency"], r["currency"]),
            "–" if r["p_value"] is None else probability(r["p_value"]),
            r["verdict"],
        )
        for r in rows
    ]
    return Sheet(columns, cells)
