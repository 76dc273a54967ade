"""The filter line, and that the query gives what a plain loop over the file gives."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bayescore.errors import RunError, UsageError
from bayescore_tui.model.trade_filter import TradeFilter, parse_filter
from bayescore_tui.model.trades import query
from tests.tui.fake_figures import DATES


def all_trades(run: Path, policy: str = "panel") -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for date in DATES:
        frame = pl.read_parquet(run / "days" / date / "trades.parquet").filter(pl.col("policy") == policy)
        rows += [r | {"date": date} for r in frame.to_dicts()]
    return rows


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("", lambda t: True),
        ("long", lambda t: t["side"] == 1),
        ("short stop", lambda t: t["side"] == -1 and t["reason"] == "stop"),
        ("stop target", lambda t: t["reason"] in ("stop", "target")),
        ("2026-01-05", lambda t: t["date"] == "2026-01-05"),
        ("2025 2026-01-2", lambda t: t["date"].startswith(("2025", "2026-01-2"))),
        ("net<0 mae>10", lambda t: t["net_ticks"] < 0 and t["mae"] > 10),
        ("net>=-5.5 held<=60", lambda t: t["net_ticks"] >= -5.5 and t["duration"] <= 60),
        ("wins", lambda t: t["net_ticks"] > 0),
        ("confirmed", lambda t: "confirmed" in f"{t['pattern']} {t['context']}"),
        ('"trend down"', lambda t: "trend down" in t["pattern"]),
        ('"band -2.5..-2"', lambda t: "band −2.5..−2" in t["pattern"]),
        ("no-such-thing", lambda t: False),
    ],
)
def test_the_filter_keeps_what_it_says(finished_run: Path, text: str, keep: object) -> None:
    wanted = [t for t in all_trades(finished_run) if keep(t)]  # type: ignore[operator]
    page = query(finished_run, DATES, parse_filter(text), "panel", limit=10**6)
    assert page.matched == len(wanted) == len(page.rows)
    assert page.net_ticks == pytest.approx(sum(t["net_ticks"] for t in wanted))  # type: ignore[misc]
    assert page.wins == sum(t["net_ticks"] > 0 for t in wanted)  # type: ignore[operator]
    won = [t["net_ticks"] for t in wanted if t["net_ticks"] > 0]  # type: ignore[operator]
    lost = [-t["net_ticks"] for t in wanted if t["net_ticks"] < 0]  # type: ignore[operator]
    if won and lost:
        gain, loss = sum(won) / len(won), sum(lost) / len(lost)  # type: ignore[arg-type]
        assert page.needed == pytest.approx(loss / (gain + loss))
    else:
        assert page.needed is None
    assert [t.entry_time for t in page.rows] == sorted(t["entry_time"] for t in wanted)  # type: ignore[type-var]


def test_another_policy_can_be_asked_for(finished_run: Path) -> None:
    page = query(finished_run, DATES, parse_filter("policy:in_sample_best"), "panel")
    assert page.matched == len(all_trades(finished_run, "in_sample_best"))


@pytest.mark.parametrize(
    ("text", "says"), [("policy:best", "expected one of"), ("price>3", "can be compared")]
)
def test_a_filter_that_cannot_be_meant_is_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_filter(text)


def test_sorting_and_the_limit(finished_run: Path) -> None:
    page = query(finished_run, DATES, TradeFilter(), "panel", sort="net_ticks", descending=True, limit=7)
    assert [t.net_ticks for t in page.rows] == sorted(
        (t["net_ticks"] for t in all_trades(finished_run)), reverse=True
    )[:7]
    assert page.matched > 7


def test_a_day_that_is_not_on_disk_yet_is_named_and_the_rest_is_shown(finished_run: Path) -> None:
    page = query(finished_run, [*DATES[:3], "2026-02-27"], TradeFilter(), "panel")
    assert page.missing == ("2026-02-27",)
    assert page.matched > 0


def test_a_damaged_file_is_an_error_with_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "days" / "2026-01-05"
    folder.mkdir(parents=True)
    (folder / "trades.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(RunError, match=r"trades\.parquet: damaged"):
        query(tmp_path, ["2026-01-05"], TradeFilter(), "panel")
