"""Times of day, all in one zone that the screen states."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Literal, get_args
from zoneinfo import ZoneInfo

TimeZone = Literal["exchange", "local", "utc"]
TIME_ZONES: tuple[TimeZone, ...] = get_args(TimeZone)


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
        self._tz: tzinfo | None = UTC if zone == "utc" else ZoneInfo(exchange) if zone == "exchange" else None

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
