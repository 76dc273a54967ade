"""Numbers and states as text."""

from __future__ import annotations

import pytest

from bayescore.results.statistics import Interval
from bayescore_tui.text import formats


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (formats.ticks(12.52), "+12.5 tk"),
        (formats.ticks(-0.0), "0.0 tk"),
        (formats.ticks(0.04), "0.0 tk"),
        (formats.money(0.0, "USD"), "$0.00"),
        (formats.money(-0.004, "USD"), "$0.00"),
        (formats.ticks(None), formats.UNDEFINED),
        (formats.money(-6.25, "USD"), "−$6.25"),
        (formats.price_text(-3.25, 0.25), "−3.25"),
        (formats.price_text(1.38755, 0.000005), "1.387550"),
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


@pytest.mark.parametrize(
    ("value", "tick", "text"),
    [
        (20920.75, 0.25, "20,920.75"),
        (1.0852, 0.00001, "1.08520"),
        (2651.4, 0.1, "2,651.4"),
        (162.5, 0.01, "162.50"),
        (4800.0, 1.0, "4,800"),
        (1.2345678, 0.0, "1.2345678"),
        (None, 0.25, formats.UNDEFINED),
    ],
)
def test_prices_have_the_decimals_of_their_tick(value: float | None, tick: float, text: str) -> None:
    assert formats.price_text(value, tick) == text


@pytest.mark.parametrize(("n", "text"), [(0, "0 trades"), (1, "1 trade"), (1234, "1,234 trades")])
def test_one_is_no_plural(n: int, text: str) -> None:
    assert formats.counted(n, "trade") == text


def test_a_state_is_cut_between_words() -> None:
    text = "long z −2.5..−2 mom ▲"
    for width in range(6, len(text)):
        cut = formats.shorten_words(text, width)
        assert len(cut) <= width
        assert cut.endswith(" …")
        assert text.startswith(cut[:-1])
    assert formats.shorten_words(text, len(text)) == text


def test_a_ratio_is_told_with_what_it_could_be() -> None:
    assert formats.ratio_between(Interval(-1.44, -8.61, 5.74)) == "−1.4 (−8.6 … +5.7)"
    assert formats.ratio_between(None) == ""


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0, "0%"), (0.001, "< 1%"), (0.35, "35%"), (0.9949, "99%"), (0.999, "> 99%"), (1.0, "100%")],
)
def test_what_is_not_certain_does_not_look_so(p: float, text: str) -> None:
    assert formats.chance(p) == text
