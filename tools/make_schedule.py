"""Write ``python/bayescore/data/schedule.json``: holidays, early closes and late opens of the exchanges.

Run ``python tools/make_schedule.py`` after an update of pandas_market_calendars (a development dependency),
then read the difference. Regular hours are not written; they stand in ``instruments.toml``.
"""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FIRST, LAST = "2005-01-03", "2030-12-31"
OUT = Path(__file__).resolve().parents[1] / "python" / "bayescore" / "data" / "schedule.json"

CALENDARS = {
    "cme_equity": ("CME Globex Equity", "17:00", "16:00"),
    "cme_metals_energy": ("CMEGlobex_EnergyAndMetals", "17:00", "16:00"),
    "cme_fx": ("CMEGlobex_FX", "17:00", "16:00"),
    "nyse": ("NYSE", "09:30", "16:00"),
}

# The library lets CME equity and currency futures trade until 08:15 and 10:15 on every Good Friday since
# 2023. They do so only when the employment report falls on it (2023, 2026); otherwise Globex is closed.
_QUIET_GOOD_FRIDAYS = ["2024-03-29", "2025-04-18", "2027-03-26", "2028-04-14", "2029-03-30", "2030-04-19"]
CLOSED = {"cme_equity": _QUIET_GOOD_FRIDAYS, "cme_fx": _QUIET_GOOD_FRIDAYS}

EARLY = {
    "cme_equity": {
        # Hurricane Sandy: CME notices of 2012-10-28 and 2012-10-29.
        "2012-10-29": "08:15",
        "2012-10-30": "08:15",
        # National days of mourning for G. H. W. Bush and Carter: CME notices of 2018-12-02 and 2024-12-30.
        "2018-12-05": "08:30",
        "2025-01-09": "08:30",
    }
}


def _one_rule(early: dict[str, str], holidays: set[str]) -> None:
    """Let metals and energy close alike on the same holiday of every year.

    The library has them close at 12:00 on Labor Day and on some Fridays after 2022, when all other holidays end at
    13:30 since that year; at 13:45, which is New York's time for 12:45, on one day after Thanksgiving; and early on
    one Christmas Eve only, where they close at 12:45 on each that is a trade date.
    """
    for date, at in early.items():
        if at == "12:00" and date >= "2022":
            early[date] = "13:30"
        elif at == "13:45":
            early[date] = "12:45"
    for year in range(2008, int(LAST[:4]) + 1):
        eve = f"{year}-12-24"
        if datetime.date.fromisoformat(eve).weekday() < 5 and eve not in holidays:
            early[eve] = "12:45"


# Last trade date on which the regular close was another one. Globex equity closed at 15:15 until the day
# ended at 16:15 from 2012-11-19 on; equity, metals and energy end at 16:00 since 2015-09-21. (The old
# 15:30-16:30 reopening of equity futures belonged to the next trade date and is left out.)
FORMER_CLOSES = {
    "cme_equity": [["2012-11-16", "15:15"], ["2015-09-18", "16:15"]],
    "cme_metals_energy": [["2015-09-18", "16:15"]],
}


def by_year(dates: Iterable[str]) -> dict[str, str]:
    """Group ISO dates as ``{"2025": "01-01 04-18"}``, which keeps the file small."""
    grouped: dict[str, list[str]] = {}
    for date in sorted(dates):
        grouped.setdefault(date[:4], []).append(date[5:])
    return {year: " ".join(days) for year, days in grouped.items()}


def exceptions(calendar: str) -> dict[str, Any]:
    """Everything in which one calendar differs from its regular hours."""
    import pandas as pd
    import pandas_market_calendars as market_calendars

    source, opens, closes = CALENDARS[calendar]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exchange = market_calendars.get_calendar(source)
        schedule = exchange.schedule(FIRST, LAST)
        weekdays = pd.bdate_range(FIRST, LAST)
        holidays = {str(day.date()) for day in weekdays.difference(schedule.index)}
        dates = [str(day.date()) for day in schedule.index]

        def other_than(column: str, regular: str) -> dict[str, str]:
            local = schedule[column].dt.tz_convert(exchange.tz).dt.strftime("%H:%M")
            return {date: at for date, at in zip(dates, local, strict=True) if at != regular}

        late = other_than("market_open", opens)
        early = other_than("market_close", closes)
    for date in CLOSED.get(calendar, []):
        early.pop(date, None)
        holidays.add(date)
    early.update(EARLY.get(calendar, {}))
    if calendar == "cme_metals_energy":
        _one_rule(early, holidays)
    return {
        "former_closes": FORMER_CLOSES.get(calendar, []),
        "holidays": by_year(holidays),
        "early_closes": {
            at: by_year(d for d in early if early[d] == at) for at in sorted(set(early.values()))
        },
        "late_opens": {at: by_year(d for d in late if late[d] == at) for at in sorted(set(late.values()))},
    }


def make() -> dict[str, Any]:
    """Build the whole table."""
    return {
        "made_by": "tools/make_schedule.py",
        "first": FIRST,
        "last": LAST,
        "calendars": {calendar: exceptions(calendar) for calendar in CALENDARS},
    }


def main() -> None:
    """Write the table next to the code that reads it."""
    OUT.write_text(json.dumps(make(), indent=1) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
