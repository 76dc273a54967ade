"""What was read, and what was done to it: typed, and in the sentences that every screen and report tells."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bayescore.data.checks import Problem
from bayescore.events import DataNote


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A trade date that is not used."""

    date: str
    bars: int
    coverage: float
    """Share of the session from its first to its last bar."""
    reason: str


class CutShort(msgspec.Struct, frozen=True, kw_only=True):
    """A trade date that is used although its bars stop long before its close: nobody knew at its open."""

    date: str
    coverage: float


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """A trade date that is of another contract than the one before."""

    date: str
    before: str
    after: str


class LoadReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was read and what was not used."""

    files: list[tuple[str, int]]
    """Path and rows."""
    rows: int
    """Rows that were read."""
    bars: int
    """Bars in the trade dates that are used."""
    symbols: dict[str, int]
    """Rows of every symbol in the files; empty if they name none."""
    unused_symbols: dict[str, int]
    """Of them, spreads and whatever else is not traded on any date."""
    bar_seconds: int
    problems: list[Problem]
    """Rows that cannot be used, by file and reason."""
    repeated: int
    """Rows that were left out because an equal one is there."""
    sorted_rows: int
    """Rows of files that were not in order of time, or overlapped, and were sorted."""
    outside_session: int
    """Good bars that no session contains."""
    other_contract: int
    """Good bars of other contracts than that of their trade date."""
    first_hour: int
    """Bars of the first hour that only decided which contract to begin with."""
    rolls: list[Roll]
    left_out: list[LeftOut]
    cut_short: list[CutShort]
    assumed: list[str]
    """What could not be known and was taken for granted."""
    read_dates: int | None
    """Trade dates after which reading stopped as asked; ``None`` if all was read."""

    @property
    def dropped(self) -> int:
        """Rows that cannot be used."""
        return sum(p.count for p in self.problems)

    @property
    def notes(self) -> list[DataNote]:
        """All of it in sentences, the same for terminal, run, report and dashboard."""
        found = [DataNote(kind="assumed", text=text) for text in self.assumed]

        def note(kind: str, count: int, text: str, date: str | None = None) -> None:
            if count:
                # Names of files and symbols come from outside.
                plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
                found.append(DataNote(kind=kind, text=plain, count=count, date=date))  # type: ignore[arg-type]

        for p in self.problems:
            at = f" ({p.time})" if p.time else ""
            where = f"{Path(p.file).name}, first row {p.row:,}{at}"
            note("dropped", p.count, f"{_rows(p.count)} dropped: {p.kind}; {where}: {p.detail}")
        note(
            "repaired",
            self.sorted_rows,
            f"{_rows(self.sorted_rows)} sorted by time: files overlap or are unsorted",
        )
        note("repaired", self.repeated, f"{_rows(self.repeated)} repeat another row and are used once")
        unused = sum(self.unused_symbols.values())
        ranked = sorted(self.unused_symbols.items(), key=lambda item: (-item[1], item[0]))
        names = ", ".join(name for name, _ in ranked[:4]) + (", …" if len(ranked) > 4 else "")
        note(
            "left_out", unused, f"{_rows(unused)} of {_count(len(ranked), 'other symbol')} left out ({names})"
        )
        note(
            "left_out",
            self.other_contract,
            f"{_bars(self.other_contract)} of contracts that are not their date's left out",
        )
        note(
            "left_out",
            self.first_hour,
            f"{_bars(self.first_hour)} of the first hour left out: their volume decides the first contract",
        )
        note("left_out", self.outside_session, f"{_bars(self.outside_session)} outside the sessions left out")
        for day in self.left_out:
            note("left_out", max(1, day.bars), f"{day.date} left out: {day.reason}", day.date)
        for short in self.cut_short:
            note(
                "short",
                1,
                f"{short.date} stops after {short.coverage:.0%} of its session: traded as it came",
                short.date,
            )
        for roll in self.rolls:
            note("rolled", 1, f"{roll.date} rolls from {roll.before} to {roll.after}", roll.date)
        if self.read_dates is not None:
            note("left_out", self.read_dates, f"read no further than the first {self.read_dates} trade dates")
        return found


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _rows(number: int) -> str:
    return _count(number, "row")


def _bars(number: int) -> str:
    return _count(number, "bar")
