"""Numbers and states as text."""

from __future__ import annotations

import pytest

from bayescore_tui.text import formats


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (formats.ticks(12.52), "+12.5 tk"),
        (formats.ticks(-0.0), "+0.0 tk"),
        (formats.ticks(None), formats.UNDEFINED),
        (formats.money(-6.25, "USD"), "−$6.25"),
        (formats.count(1234567), "1,234,567"),
        (formats.rate(812.4), "812/s"),
        (formats.rate(61234.0), "61.2k/s"),
        (formats.rate(999_600.0), "1.0M/s"),
        (formats.short_duration(45), "45s"),
        (formats.short_duration(192), "3.2m"),
        (formats.short_duration(7200), "2.0h"),
        (formats.bar(0.5, 4), "██"),
        (formats.bar(1.7, 4), "████"),
        (formats.bar(1 / 32, 4), "▏"),
        (formats.shorten("abcdef", 4), "abc…"),
        (formats.mark(-1.0), "▼"),
    ],
)
def test_texts_of_numbers(made: str, text: str) -> None:
    assert made == text


def test_a_state_is_written_short_and_a_foreign_one_left_alone() -> None:
    label = "band −2.5..−2 · momentum strong up · trend down · volume confirmed · burst no"
    assert formats.state(label) == "z −2.5..−2 mom ▲▲ trend ▼ vol"
    assert formats.state("regime calm · hour 9") == "regime calm hour 9"
