"""Tomorrow's set for another program: every figure with its unit, and the schema it follows."""

from __future__ import annotations

from typing import Any

import msgspec

from bayescore.results.tomorrow import Tomorrow
from bayescore.vocabulary import FACTORS

FORMAT = "bayescore.tomorrow"
VERSION = 1

_UNITS = {
    "ticks": "tick_size points of price each",
    "currency": "the field currency, net of costs, one contract",
    "seconds": "whole seconds",
    "local times": "of hours.timezone, YYYY-MM-DD HH:MM:SS",
    "sides": "long or short; one contract, one position at a time",
}


def handover(t: Tomorrow) -> bytes:
    """The decision for the next date as JSON.

    The object has ``format`` and ``version``, ``units`` (of kinds of fields, and of each factor of the set),
    ``factors`` (what each does, in words), ``tomorrow`` (the figures that `bayescore tomorrow --json` says) and
    ``schema`` (JSON Schema of that).
    """
    (reference,), components = msgspec.json.schema_components([Tomorrow])
    value: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "units": {**_UNITS, **{name: factor.unit or "none" for name, factor in FACTORS.items()}},
        "factors": {name: factor.words for name, factor in FACTORS.items()},
        "tomorrow": msgspec.to_builtins(t),
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **reference,
            "$defs": components,
        },
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
