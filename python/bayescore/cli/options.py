"""Every option of a training run, declared once: the fields of `Config`, and what a process adds to them.

The command line of ``bayescore``, that of ``bayescore-tui`` and its form are made from this list; a new field of
`Config` is an option of all three.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bayescore.config import MOST_THREADS, Config, from_toml, from_values
from bayescore.errors import UsageError
from bayescore.fields import Field, fields_of, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


MOST_SETTINGS = 1 << 20
"""Bytes of a configuration file."""


@dataclass(frozen=True)
class Option:
    """One option, whoever takes it."""

    name: str
    """Field of `Config`, or what the process knows it by."""
    words: str
    short: str = ""
    metavar: str = ""
    default: Any = None
    switch: bool = False
    """Takes no value."""
    many: bool = False
    """May be repeated."""
    text_only: bool = False
    """About what is printed: without meaning for the dashboard."""
    field: Field | None = None
    """What is declared of the field, if it is one of `Config`."""

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def flags(self) -> tuple[str, ...]:
        """All names, the way ``argparse`` and ``click`` take them; a field that is a switch has one for "no"."""
        on_off = (
            f"{self.flag}/--no-{self.name.replace('_', '-')}" if self.field and self.switch else self.flag
        )
        return (on_off, self.short) if self.short else (on_off,)

    @property
    def help(self) -> str:
        return self.words if self.field is None else self.field.described

    def parse(self, text: str) -> Any:
        """Read the text of a value.

        Raises
        ------
        UsageError
            If the field cannot take it.
        """
        if self.field is None:
            return text
        text = text.strip()
        try:
            if self.field.kind is int:
                return msgspec.convert(int(text.replace("_", "").replace(",", "")), self.field.hint)
            if self.field.kind is float:
                return msgspec.convert(float(text), self.field.hint)
            return msgspec.convert(text, self.field.hint)
        except (ValueError, msgspec.ValidationError):
            raise UsageError(f"{self.flag} {text}: {self.field.refusal(text)}") from None


SHORT = {"iterations": "-n", "instrument": "-i"}


def _of_field(field: Field) -> Option:
    metavar = "WORD" if field.choices else {int: "N", float: "X", str: "TEXT"}.get(field.kind, "")
    short = SHORT.get(field.name, "")
    return Option(field.name, field.words, short, metavar, switch=field.kind is bool, field=field)


FIELDS = tuple(_of_field(f) for name, f in fields_of(Config).items() if "." not in name)
"""Options that are fields of the configuration; sections are reached by ``--config`` and ``--set``."""

PROCESS = (
    Option(
        "data",
        "Parquet, Arrow, CSV or DBN file, directory or quoted glob; may be repeated.",
        "-d",
        "PATH",
        (),
        many=True,
    ),
    Option("run", "Name of the run; made from instrument, first date and seed if not given.", "", "NAME"),
    Option("checkpoint_dir", "Where runs are kept.", "", "DIR", "checkpoints"),
    Option("resume", "Go on after the last finished day of the run.", default=False, switch=True),
    Option("config", "TOML file with any field of the configuration.", "-c", "FILE"),
    Option(
        "set", "Any field, e.g. costs.slippage_ticks=2; may be repeated.", "", "FIELD=VALUE", (), many=True
    ),
    Option("threads", "Worker threads, 0 = all cores; results do not depend on it.", "", "N", "0"),
    Option("quiet", "Print the final summary only.", "-q", default=False, switch=True, text_only=True),
    Option(
        "json",
        "Print events as JSON lines; with --quiet the last one only.",
        default=False,
        switch=True,
        text_only=True,
    ),
    Option(
        "on_finish",
        "Command to run when training has ended; BAYESCORE_… in its environment say how.",
        "",
        "CMD",
        text_only=True,
    ),
    Option("on_day", "Command to run after each day, in the same way.", "", "CMD", text_only=True),
    Option("bell", "Ring the terminal when training has ended.", default=False, switch=True, text_only=True),
)
"""Options that say where and how, and change no result."""

OPTIONS = (*PROCESS[:4], *FIELDS, *PROCESS[4:])
"""All options of a training run, in the order in which help lists them."""

INSPECT = (
    "instrument",
    "symbol",
    "tick_size",
    "tick_value",
    "session",
    "extended_hours",
    "min_session_coverage",
    "on_bad_rows",
    "states",
)
"""Fields that decide how data are read, and whose levels are counted."""


def describe(field: str) -> str:
    """Documentation and default of a configuration field, by its dotted name."""
    return fields_of(Config)[field].described


def parse_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of `Config` fields among option values; text is read, what was not given is left out.

    Raises
    ------
    UsageError
        If a field cannot take its value.
    """
    found: dict[str, Any] = {}
    for option in FIELDS:
        value = values.get(option.name)
        if isinstance(value, str):
            if value.strip():
                found[option.name] = option.parse(value)
        elif value is not None:
            found[option.name] = value
    return found


def parse_threads(text: str) -> int:
    """Read ``--threads``.

    Raises
    ------
    UsageError
        If it is no number of threads.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10 and int(digits) <= MOST_THREADS):
        raise UsageError(f"--threads {text}: expected 0 (all cores) to {MOST_THREADS}")
    return int(digits)


def _parse_value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    except RecursionError:
        raise UsageError(f"--set: {text[:40]}… is nested too deeply") from None


def _read_settings(file: Path) -> str:
    """Content of a configuration file; what is no plain file of a sensible size is refused unread."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_SETTINGS:
            raise UsageError(f"--config {file}: not a file of at most {MOST_SETTINGS:,} bytes")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {file}: cannot be read ({error})") from None


def build_config(
    config_file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    sets: Sequence[str] = (),
    *,
    base: Config | None = None,
) -> Config:
    """Configuration from a TOML file, then options, then ``--set`` pairs; later ones win.

    Parameters
    ----------
    config_file
        TOML with the fields of `Config`.
    overrides
        Option values by field; ``None`` leaves a field alone.
    sets
        ``"section.field=value"`` pairs, values as JSON or bare words.
    base
        What all of them change; the defaults if not given.

    Raises
    ------
    UsageError
        For a file that cannot be read, an unknown field, or a value out of range.
    """
    values: dict[str, Any] = msgspec.to_builtins(base) if base is not None else {}
    if config_file is not None:
        text = _read_settings(config_file)
        from_toml(text, str(config_file))
        values |= msgspec.toml.decode(text)
    values.update({k: v for k, v in (overrides or {}).items() if v is not None})
    known = fields_of(Config)
    for pair in sets:
        name, found, value = pair.partition("=")
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else "docs/configuration.md lists the fields"
            raise UsageError(f"--set {pair}: no field {name}; {hint}")
        if not found:
            raise UsageError(f"--set {pair}: expected {name}=VALUE, {known[name].allowed}")
        parsed = _parse_value(value)
        try:
            msgspec.convert(parsed, known[name].hint)
        except msgspec.ValidationError:
            raise UsageError(f"--set {pair}: {known[name].refusal(value)}") from None
        target = values
        *path, last = name.split(".")
        for step in path:
            target = target.setdefault(step, {})
        target[last] = parsed
    return from_values(values)
