"""Tables in memory: Polars and pandas frames."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np
import polars as pl

from bayescore.data.source import Source
from bayescore.errors import DataError

LABEL = "table"
"""What messages call a table."""


def is_table(value: object) -> TypeGuard[Any]:
    """Whether a value is a Polars or pandas frame."""
    return isinstance(value, (pl.DataFrame, pl.LazyFrame)) or _is_pandas(value)


def _is_pandas(value: object) -> bool:
    return type(value).__module__.split(".")[0] == "pandas" and hasattr(value, "reset_index")


def open_table(value: Any) -> Source:
    """The rows of a frame.

    Raises
    ------
    DataError
        If it holds no rows, no bars or lacks columns.
    """
    frame = _from_pandas(value) if _is_pandas(value) else value.lazy()
    return Source(LABEL, lambda: frame, "cannot be read ({reason})")


def _from_pandas(table: Any) -> pl.LazyFrame:
    """Columns one by one: whole frames would need pyarrow."""
    if table.index.name is not None or str(table.index.dtype).startswith("datetime"):
        table = table.reset_index()
    columns = []
    for name in table.columns:
        values = table[name]
        kind = str(values.dtype)
        if kind.startswith("datetime"):
            times = values.to_numpy(dtype="datetime64[ns]").view(np.int64)
            columns.append(pl.Series(str(name), times).cast(pl.Datetime("ns", "UTC")))
        elif kind in ("object", "string", "str", "category"):
            texts = [None if text is None or text != text else str(text) for text in values.tolist()]  # noqa: PLR0124 - NaN
            columns.append(pl.Series(str(name), texts, dtype=pl.String))
        else:
            try:
                columns.append(pl.Series(str(name), values.to_numpy()))
            except (TypeError, pl.exceptions.PolarsError) as error:
                raise DataError(f"{LABEL}: column {name} of type {kind} cannot be read ({error})") from None
    return pl.DataFrame(columns).lazy()
