"""The filter line of the Trades tab: what may be typed, and the rows it keeps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from bayescore.errors import UsageError
from bayescore.fields import expected
from bayescore.vocabulary import POLICIES, REASONS

if TYPE_CHECKING:
    import polars as pl

COMPARED = {"net": "net_ticks", "mae": "mae", "mfe": "mfe", "held": "duration"}
HINT = '2026-01 long stop net<0 mae>10 held>60 policy:day_best, or text of the state ("in quotes")'

_WORD = re.compile(r'"([^"]*)"|(\S+)')
_DATE = re.compile(r"20\d\d|\d{4}-[\d-]*")
_COMPARISON = re.compile(r"(\w+)(<=|>=|<|>|=)(-?\d+(?:\.\d+)?)")


class TradeFilter(msgspec.Struct, frozen=True):
    """Which trades to show. Empty fields do not restrict."""

    policy: str = ""
    """One of `POLICIES` or ``in_sample_best``; empty: the headline."""
    dates: tuple[str, ...] = ()
    """Beginnings of trade dates; any of them."""
    sides: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    compared: tuple[tuple[str, str, float], ...] = ()
    """Column, operator, value; all of them."""
    texts: tuple[str, ...] = ()
    """Parts of the state's or the context's text; all of them."""
    pattern: str = ""
    """Exact label of the state."""


def parse_filter(text: str) -> TradeFilter:
    """Read a filter line.

    Raises
    ------
    UsageError
        If a word looks like a comparison or a policy and is none.
    """
    policy, dates, sides, reasons = "", [], [], []
    compared: list[tuple[str, str, float]] = []
    texts: list[str] = []
    for quoted, word in _WORD.findall(text.lower().replace("−", "-")):
        if quoted:
            texts.append(quoted)
            continue
        name, colon, value = word.partition(":")
        if _DATE.fullmatch(word):
            dates.append(word)
        elif word in ("long", "short"):
            sides.append(1 if word == "long" else -1)
        elif word in REASONS:
            reasons.append(word)
        elif word in ("win", "wins", "loss", "losses"):
            compared.append(("net_ticks", ">" if word.startswith("win") else "<", 0.0))
        elif colon and name == "policy":
            if value not in (*POLICIES, "in_sample_best"):
                raise UsageError(f"policy:{value}: {expected(value, (*POLICIES, 'in_sample_best'))}")
            policy = value
        elif match := _COMPARISON.fullmatch(word):
            column, operator, number = match.groups()
            if column not in COMPARED:
                raise UsageError(f"{word}: {', '.join(COMPARED)} can be compared")
            compared.append((COMPARED[column], operator, float(number)))
        else:
            texts.append(word)
    return TradeFilter(
        policy=policy,
        dates=tuple(dates),
        sides=tuple(sides),
        reasons=tuple(reasons),
        compared=tuple(compared),
        texts=tuple(texts),
    )


def condition(wanted: TradeFilter) -> pl.Expr:
    """Make the filter as an expression over the columns of ``trades.parquet``."""
    import polars as pl

    keep = pl.lit(value=True)
    if wanted.sides:
        keep &= pl.col("side").is_in(wanted.sides)
    if wanted.reasons:
        keep &= pl.col("reason").is_in(wanted.reasons)
    if wanted.pattern:
        keep &= pl.col("pattern") == wanted.pattern
    for column, operator, value in wanted.compared:
        x = pl.col(column)
        match operator:
            case "<":
                keep &= x < value
            case "<=":
                keep &= x <= value
            case ">":
                keep &= x > value
            case ">=":
                keep &= x >= value
            case _:
                keep &= x == value
    for text in wanted.texts:
        # The minus sign of the labels is a true one, the keyboard's is a hyphen.
        plain = (
            (pl.col("pattern") + " " + pl.col("context"))
            .str.to_lowercase()
            .str.replace_all("−", "-", literal=True)
        )
        keep &= plain.str.contains(text, literal=True)
    return keep
