"""Times in one stated zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bayescore.report.clock import Clock, TimeZone

EVENING = datetime(2026, 1, 14, 23, 3, 9, tzinfo=UTC)
"""17:03:09 in Chicago: the first minutes of the trade date of January 15."""


@pytest.mark.parametrize(
    ("zone", "name", "text"),
    [
        ("exchange", "Chicago", "01-14 17:03:09"),
        ("utc", "UTC", "01-14 23:03:09"),
        ("local", "local", "01-14 23:03:09"),
    ],
)
def test_a_time_in_each_zone(zone: TimeZone, name: str, text: str) -> None:
    clock = Clock(zone, "America/Chicago")  # the machine of a test stands at UTC
    assert clock.name == name
    assert clock.seconds(EVENING) == text
    assert clock.of_unix(EVENING.timestamp()) == text[6:]


def test_summer_time_is_known() -> None:
    assert (
        Clock("exchange", "America/Chicago").minutes(datetime(2026, 7, 1, 13, 30, tzinfo=UTC))
        == "07-01 08:30"
    )
