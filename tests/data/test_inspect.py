"""What ``bayescore inspect`` finds and says."""

import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from bayescore.config import Config, CostConfig
from bayescore.data import load
from bayescore.data.inspect import InspectReport
from bayescore.data.sessions import NS
from bayescore.errors import UsageError
from bayescore.learning.own_states import OwnStates
from bayescore.report.clock import Clock
from bayescore.report.inspect_text import render_inspect
from tests.data.frames import PRICES, frame, inspect_data, put

pytest.importorskip("bayescore._core")
SAMPLE = str(Path(__file__).resolve().parents[2] / "data")


def text(report: InspectReport) -> str:
    out = io.StringIO()
    Console(file=out, width=200, highlight=False).print(*render_inspect(report, Clock("utc")), sep="\n")
    return out.getvalue()


@pytest.fixture(scope="module")
def sample() -> InspectReport:
    return inspect_data([SAMPLE], Config())


def test_it_agrees_with_load(sample: InspectReport) -> None:
    market = load([SAMPLE], Config())
    assert sample.load == market.report
    assert sample.instrument == market.instrument
    assert sample.refusal is None
    assert [d.date for d in sample.days] == [d.date for d in market.days]
    for told, day in zip(sample.days, market.days, strict=True):
        assert (told.bars, told.volume) == (day.bars, day.volume.sum())
        assert told.range_ticks == day.high.max() - day.low.min()
        assert told.high == day.high.max() * 0.25
        assert told.largest_gap_s == np.diff(day.ts_ns).max() // NS - 1
        assert told.seconds_with_bar == pytest.approx(day.bars / 82_800)


def test_volatility_is_the_rms_of_60_second_changes(sample: InspectReport) -> None:
    day = load([SAMPLE], Config()).days[0]
    ts, close = day.ts_ns.tolist(), day.close.tolist()
    squares, k = [], -1
    for i, t in enumerate(ts):
        while ts[k + 1] <= t - 60 * NS:
            k += 1
        if k >= 0:
            squares.append((close[i] - close[k]) ** 2)
    assert sample.days[0].volatility_ticks == pytest.approx((sum(squares) / len(squares)) ** 0.5)


def test_levels_are_counted_bar_by_bar(sample: InspectReport) -> None:
    from bayescore import _core

    market = load([SAMPLE], Config())
    names = list(market.instrument.window_names)
    space, engine = _core.StateSpace.standard(names), _core.StateEngine(len(names))
    seen: dict[str, dict[str, int]] = {field: dict.fromkeys(levels, 0) for field, levels, _ in space.fields}
    valid = confirmed = 0
    for day in market.days:
        states = engine.run(day.to_core(), day.windows)
        codes, counts = np.unique(states.codes, return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            labels = space.decode(code)
            valid += count if labels else 0
            for field, label in labels.items():
                seen[field][label] += count
        confirmed += int(np.count_nonzero((states.codes != 65535) & (states.contexts & 8 != 0)))
    bars = sum(day.bars for day in market.days)
    assert sample.valid_share == pytest.approx(valid / bars)
    for field, shares in sample.levels.items():
        assert sum(s.share for s in shares) == pytest.approx(1)
        assert {s.label: round(s.share * valid) for s in shares} == seen[field]
        assert min(s.share for s in shares) > 0.01, "every level is used"
    contexts = {s.label: s.share for s in sample.contexts}
    assert contexts["confirmation"] == pytest.approx(confirmed / valid)
    assert contexts["session:asia"] == pytest.approx(seen["window"]["asia"] / valid)


def test_what_is_printed(sample: InspectReport) -> None:
    printed = text(sample)
    for words in (
        "MNQH6",
        "Micro E-mini Nasdaq-100",
        "cme_equity",
        "2026-01-05",
        "longest gap",
        "momentum",
        "session:asia",
        "Ready to train.",
    ):
        assert words in printed


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        (CostConfig(), "commission 0.62 USD a side, slippage 1 tick a market order"),
        (
            CostConfig(commission=0.5, slippage_ticks=2, slippage_factor=0.1),
            "commission 0.5 USD a side, slippage 2 ticks a market order plus 0.1 of the range of the 5 s before",
        ),
    ],
)
def test_the_costs_are_those_of_the_configuration(costs: CostConfig, words: str) -> None:
    printed = text(inspect_data([SAMPLE], Config(costs=costs)))
    assert f"costs: {words}\n" in "\n".join(line.rstrip() for line in printed.split("\n"))


def test_a_narrow_terminal_cuts_no_figure(sample: InspectReport) -> None:
    out = io.StringIO()
    # A terminal in all but colours.
    console = Console(file=out, width=80, highlight=False, force_terminal=True, color_system=None)
    console.print(*render_inspect(sample, Clock("utc")), sep="\n")
    assert "…" not in out.getvalue()
    assert all(len(line) <= 80 for line in out.getvalue().splitlines())


def test_unusable_rows_are_shown_not_raised(tmp_path: Path) -> None:
    close = frame(300)["close"].to_list()
    close[17] = float("nan")
    path = put(frame(300).with_columns(pl.Series("close", close)), tmp_path / "x.parquet")
    report = inspect_data([path], Config())
    assert report.load.dropped == 1
    assert report.refusal is not None and "1 rows cannot be used" in report.refusal
    printed = text(report)
    assert "not a number" in printed and "Not ready to train" in printed
    assert inspect_data([path], Config(on_bad_rows="drop")).refusal is None


def test_left_out_dates_are_listed_with_their_reason(tmp_path: Path) -> None:
    short = frame(200, "2026-01-07")[:40]
    path = put(pl.concat([frame(300), short]), tmp_path / "x.parquet")
    report = inspect_data([path], Config())
    assert [(d.date, d.used) for d in report.days] == [("2026-01-06", True), ("2026-01-07", False)]
    assert "left out: the data cover" in text(report)
    assert any("one trade date only" in w for w in report.warnings)


def test_several_instruments_show_the_largest_and_ask(tmp_path: Path) -> None:
    first = frame(300, symbol="SPY", instrument_id=1)
    second = frame(250, seed=2, symbol="BAC", instrument_id=2)
    path = put(pl.concat([first, second]).sort("ts_event"), tmp_path / "x.parquet")
    report = inspect_data([path], Config(session="cme_equity"))
    assert report.symbol == "SPY"
    assert report.refusal is not None and "--symbol" in report.refusal
    assert "BAC (250)" in text(report)


def test_minute_bars(tmp_path: Path) -> None:
    path = put(frame(300).with_columns(pl.lit(33, dtype=pl.UInt8).alias("rtype")), tmp_path / "x.parquet")
    report = inspect_data([path], Config())
    assert report.load.bar_seconds == 60
    assert report.levels == {} and report.valid_share is None
    assert report.refusal is not None and "needs one-second bars" in report.refusal
    assert "bars of 60 s" in text(report)


def test_no_whole_date(tmp_path: Path) -> None:
    report = inspect_data([put(frame(300)[:40], tmp_path / "x.parquet")], Config())
    assert report.refusal is not None and "no complete trade date" in report.refusal
    assert [d.used for d in report.days] == [False]
    assert "Not ready to train" in text(report)


def test_a_flat_market_is_too_coarse(tmp_path: Path) -> None:
    flat = frame(300).with_columns(pl.lit(21_000.0).alias(p) for p in PRICES)
    report = inspect_data([put(flat, tmp_path / "x.parquet")], Config())
    assert any("too coarse" in w for w in report.warnings)


def test_levels_of_own_states_are_counted_bar_by_bar() -> None:
    config = Config(states=str(Path(SAMPLE).parent / "examples" / "my_states.py"))
    report = inspect_data([SAMPLE], config)
    market = load([SAMPLE], config)
    own = OwnStates(str(config.states), market.instrument.window_names)
    told = [own.fields(day) for day in market.days]
    whole = [np.all([levels >= 0 for levels in day.values()], axis=0) for day in told]
    valid = sum(int(np.count_nonzero(known)) for known in whole)
    assert report.valid_share == pytest.approx(valid / report.load.bars)
    assert list(report.levels) == ["place", "busy"]
    for field, shares in report.levels.items():
        counts = sum(
            np.bincount(day[field][known], minlength=len(shares))
            for day, known in zip(told, whole, strict=True)
        )
        assert [round(s.share * valid) for s in shares] == list(counts)
        assert min(counts) > 0
    assert [s.label for s in report.contexts][:2] == ["kill_zone", "pattern_setup"]
    printed = text(report)
    assert "place" in printed and "momentum" not in printed


def test_a_file_of_states_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.py: no file of states"):
        inspect_data([SAMPLE], Config(states=str(tmp_path / "nowhere.py")))
