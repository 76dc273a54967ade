"""What ``bayescore export`` does: tables of a run, or tomorrow's set, for other programs."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bayescore.cli.printing import show
from bayescore.errors import UsageError
from bayescore.escape import clean_json, printable
from bayescore.runs.listing import find_run
from bayescore.whole_files import put_whole

if TYPE_CHECKING:
    import polars as pl

    from bayescore.runs.reader import RunReader


def run_export(run: str, root: Path, what: str, form: str, out: Path | None, *, force: bool) -> None:
    """Write a table of a run, or tomorrow's set.

    Raises
    ------
    UsageError
        If the file is there already, or the format does not go with what is exported or where it goes.
    RunError
        If the run cannot be read.
    """
    if out is not None and out.exists() and not force:
        raise UsageError(f"{out}: exists; --force replaces it")
    if form == "parquet" and out is None and sys.stdout.isatty():
        raise UsageError("--to parquet: no text; give --out FILE")
    found = find_run(run, root)
    if what == "tomorrow":
        if form != "json":
            raise UsageError("--what tomorrow: is one decision, not a table; use --to json")
        content, count = _tomorrow(found), "the decision for the next date"
    else:
        from bayescore.runs.exporting import export

        frame = export(found, what)
        content, count = _encoded(frame, form), f"{len(frame):,} rows, {len(frame.columns)} columns"
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        put_whole(out, content)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from None
    show(f"{out}: {count}, {len(content) / 1e6:.1f} MB")


def _encoded(frame: pl.DataFrame, form: str) -> bytes:
    import polars as pl

    if form == "csv":
        return printable(frame.write_csv()).encode()
    if form == "parquet":
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return buffer.getvalue()
    times = frame.with_columns(
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"),
        # JSON knows neither infinities nor what is no number.
        pl.col(pl.Float64).replace([float("nan"), float("inf"), float("-inf")], None),
    )
    return clean_json(msgspec.json.encode(times.to_dicts())) + b"\n"


def _tomorrow(run: RunReader) -> bytes:
    from bayescore.report.handover import handover
    from bayescore.runs.tomorrow import tomorrow_of_run

    return handover(tomorrow_of_run(run))
