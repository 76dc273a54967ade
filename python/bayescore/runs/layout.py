"""Names of everything in a run's folder, and how large each file may be; nothing else spells them out."""

from __future__ import annotations

import re

SCHEMA = 2
"""Version of the files in a run's folder; a run of another version is refused."""

HEADER = "run.json"
EVENTS = "events.jsonl"
DAYS = "days"
SUMMARY = "summary.json"
REPORT = "report.html"
VALIDATION = "validation.json"
"""What `bayescore validate` found; made beside the run, from its data and settings."""
VALIDATION_PART = "validation.part.json"
"""Null worlds that are done, while others are not."""
LIVE = "live.json"
TIMINGS = "timings.jsonl"
LOCK = ".lock"
SET_ASIDE = "set-aside"
"""Where a resume moves days that cannot be gone on from; never read, never removed by the program."""

MANIFEST = "MANIFEST.json"
RESULT = "result.json"
PARAMS = "params.json"
BESTS = "bests.json"
REGRET = "regret.json"
STATE = "state.json"
BRAIN = "brain.parquet"
TRADES = "trades.parquet"
ITERATIONS = "iterations.parquet"
PRICE = "price.parquet"
POOL = "pool.parquet"
EVIDENCE = "evidence.parquet"

DAY_FILES = (RESULT, PARAMS, BESTS, REGRET, STATE, BRAIN, TRADES, ITERATIONS, POOL, EVIDENCE, PRICE)
"""What a finished day's folder holds besides its manifest, exactly."""

PRODUCTS = (SUMMARY, REPORT)
"""Written at the end from the days; a run that goes on begins without them."""

BESIDE = (VALIDATION, VALIDATION_PART)
"""Made on demand from a run as it is; a run that goes on is another one, and begins without them."""

VOLATILE = (LIVE, TIMINGS, LOCK, SET_ASIDE)
"""Not part of what two equal runs have in common: clocks, process numbers, and what was set aside."""

OWN = frozenset({HEADER, EVENTS, DAYS, *PRODUCTS, *BESIDE, *VOLATILE})
"""Every name a run has directly in its folder."""

MIB = 1 << 20
_LIMITS = {LIVE: MIB, MANIFEST: MIB, HEADER: 16 * MIB}
_LIMITS_BY_KIND = {".json": 256 * MIB, ".parquet": 8192 * MIB, ".jsonl": 65_536 * MIB}

LONGEST_EVENT = 64 * MIB
"""Bytes of one line of the events."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNFINISHED = re.compile(r"\.\d{4}-\d{2}-\d{2}\.tmp")


def limit(name: str) -> int:
    """Most bytes a file of this name is read with; far above what is ever written."""
    return _LIMITS.get(name) or _LIMITS_BY_KIND.get(name[name.rfind(".") :], 256 * MIB)


def is_date(name: str) -> bool:
    """Whether a name in ``days/`` is that of a finished day."""
    return _DATE.fullmatch(name) is not None


def unfinished(date: str) -> str:
    """Name of a day's folder while it is written."""
    return f".{date}.tmp"


def is_unfinished(name: str) -> bool:
    return _UNFINISHED.fullmatch(name) is not None


def temporary(name: str) -> str:
    """Name of a file while it is written, before it takes the place of the old one."""
    return f".{name}.tmp"
