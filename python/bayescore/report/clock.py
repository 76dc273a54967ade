"""Times of day, all in one zone that the screen states."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Literal, get_args

import msgspec

if TYPE_CHECKING:
    from bayescore.results.tomorrow import Tomorrow

TimeZone = Literal["exchange", "local", "utc"]
TIME_ZONES: tuple[TimeZone, ...] = get_args(TimeZone)


def _zone(name: str) -> tzinfo:
    """The zone of an IANA name; help, which needs none, does not wait for the import."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def in_zone(t: Tomorrow, zone: TimeZone) -> Tomorrow:
    """Hours and session windows of the next trade date, written in another zone than the exchange's."""
    if zone == "exchange":
        return t
    clock, home = Clock(zone, t.hours.timezone), _zone(t.hours.timezone)

    def at(text: str) -> str:
        return f"{clock.at(datetime.fromisoformat(text).replace(tzinfo=home)):%Y-%m-%d %H:%M:%S}"

    h, plan = t.hours, t.plan
    names = ("opens", "states_from", "no_entry_from", "flat_at", "closes")
    hours = msgspec.structs.replace(h, timezone=clock.name, **{name: at(getattr(h, name)) for name in names})
    if plan is not None:
        windows = [msgspec.structs.replace(w, begins=at(w.begins), ends=at(w.ends)) for w in plan.windows]
        plan = msgspec.structs.replace(plan, windows=windows)
    return msgspec.structs.replace(t, hours=hours, plan=plan)


class Clock:
    """Writes times in the exchange's zone, in that of this machine, or in UTC.

    Parameters
    ----------
    zone
        Which of them.
    exchange
        IANA name of the exchange's zone.
    """

    def __init__(self, zone: TimeZone = "exchange", exchange: str = "UTC") -> None:
        self.zone = zone
        self._exchange = exchange
        self._tz: tzinfo | None = UTC if zone == "utc" else _zone(exchange) if zone == "exchange" else None

    @property
    def name(self) -> str:
        """What the screen calls the zone: ``UTC``, ``Chicago``, ``local``."""
        if self.zone == "local":
            return "local"
        return "UTC" if self.zone == "utc" else self._exchange.rpartition("/")[2].replace("_", " ")

    def at(self, time: datetime) -> datetime:
        """A UTC time in this zone."""
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(self._tz)

    def seconds(self, time: datetime) -> str:
        """``01-14 17:03:09``."""
        return self.at(time).strftime("%m-%d %H:%M:%S")

    def minutes(self, time: datetime) -> str:
        """``01-14 17:03``."""
        return self.at(time).strftime("%m-%d %H:%M")

    def of_unix(self, unix: float, form: str = "%H:%M:%S") -> str:
        """Time of day of so many Unix seconds."""
        return self.at(datetime.fromtimestamp(unix, UTC)).strftime(form)
