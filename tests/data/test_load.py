"""Cutting bars into trade dates: which bars belong to which, what is left out, what the core gets."""

from datetime import date
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayescore.config import Config, StateConfig
from bayescore.data import load, synth
from bayescore.data.sessions import NS, sessions, window_index
from bayescore.errors import DataError
from tests.data.frames import MNQ, PRICES, frame, joined, put, session, ticks

QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def at(data: pl.DataFrame, times: list[int]) -> pl.DataFrame:
    return data[: len(times)].with_columns(pl.Series("ts_event", times).cast(pl.Datetime("ns", "UTC")))


@QUICK
@given(
    start=st.dates(date(2025, 2, 25), date(2026, 1, 20)),
    minutes=st.lists(st.integers(0, 9 * 1440), min_size=30, max_size=300, unique=True),
    offset=st.integers(1, 59),
)
def test_every_bar_is_in_the_one_session_that_contains_it_or_counted(
    tmp_path: Path, start: date, minutes: list[int], offset: int
) -> None:
    base = int(np.datetime64(start, "ns").astype(np.int64))
    times = sorted(base + (m * 60 + offset) * NS for m in minutes)
    data = at(frame(300), times)
    config = Config(min_session_coverage=0.0, state=StateConfig(min_bars=3))
    try:
        market = load([put(data, tmp_path / "x.parquet")], config)
    except DataError as error:
        assert "no complete trade date" in str(error)
        return
    report = market.report
    calendar = {s.date: s for s in sessions(MNQ, date(2025, 2, 20), date(2026, 2, 10))}
    for day in market.days:
        hours = calendar[day.date]
        assert day.session == hours
        inside = [t for t in times if hours.open_ns <= t < hours.close_ns]
        assert day.ts_ns.tolist() == inside
        assert day.windows.tolist() == window_index(day.ts_ns, hours).tolist()
        assert day.coverage == pytest.approx((inside[-1] + NS - inside[0]) / (hours.close_ns - hours.open_ns))
    outside = sum(not any(s.open_ns <= t < s.close_ns for s in calendar.values()) for t in times)
    assert report.outside_session == outside
    assert report.bars + outside + sum(d.bars for d in report.left_out) == report.rows == len(times)


def test_the_first_and_last_second_of_a_session(tmp_path: Path) -> None:
    hours = session()
    middle = list(range(hours.open_ns + 3600 * NS + NS, hours.close_ns - 3600 * NS, 601 * NS))
    times = [hours.open_ns - NS, hours.open_ns, *middle, hours.close_ns - NS, hours.close_ns]
    market = load([put(at(frame(300), times), tmp_path / "x.parquet")], Config())
    assert market.days[0].ts_ns.tolist() == times[1:-1]
    assert market.days[0].coverage == 1.0
    assert market.report.outside_session == 2


def test_short_dates_are_left_out_and_reported(tmp_path: Path) -> None:
    whole, hours = frame(200, "2026-01-06"), session("2026-01-07")
    part = [hours.open_ns + 7 * i * NS for i in range(200)]
    data = pl.concat([whole, at(frame(200, "2026-01-07"), part)])
    market = load([put(data, tmp_path / "x.parquet")], Config())
    assert [day.date for day in market.days] == ["2026-01-06"]
    (left,) = market.report.left_out
    assert (left.date, left.bars) == ("2026-01-07", 200)
    assert left.reason == "the data cover 2% of its session and end, less than 25%"
    both = load([put(data, tmp_path / "x.parquet")], Config(min_session_coverage=0.01))
    assert [day.date for day in both.days] == ["2026-01-06", "2026-01-07"]
    alone = [put(data[200:], tmp_path / "x.parquet")]
    with pytest.raises(
        DataError,
        match=r"no complete trade date.*2026-01-07 the data cover 2%.*; --min-session-coverage 0.01 lets",
    ):
        load(alone, Config())
    assert load(alone, Config(min_session_coverage=0.01)).dates == ["2026-01-07"]
    with pytest.raises(DataError, match=r"no complete trade date.*has only 3 bars\)$"):
        load([put(data[:3], tmp_path / "x.parquet")], Config(min_session_coverage=0))


def test_a_date_is_judged_by_what_is_known_when_it_begins(tmp_path: Path) -> None:
    """Bars that stop early are traded as they came; bars that begin late are not: nobody waits for them."""
    days = ("2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09")
    hours = {day: session(day) for day in days}
    early = [hours[days[1]].open_ns + 7 * i * NS for i in range(200)]
    late = [hours[days[2]].close_ns - 18_000 * NS + 7 * i * NS for i in range(200)]
    parts = [frame(200, days[0]), at(frame(200), early), at(frame(200), late), frame(200, days[3])]
    market = load([put(pl.concat(parts), tmp_path / "x.parquet")], Config())
    assert market.dates == [days[0], days[1], days[3]]
    assert market.days[1].ts_ns.tolist() == early
    (short,), (left,) = market.report.cut_short, market.report.left_out
    assert (short.date, round(short.coverage, 2)) == (days[1], 0.02)
    assert (left.date, left.reason) == (days[2], "begins when 22% of the session is left, less than 25%")
    assert [(note.kind, note.date) for note in market.report.notes] == [
        ("left_out", days[2]),
        ("short", days[1]),
    ]


def test_a_half_day_is_measured_by_its_own_length(tmp_path: Path) -> None:
    data = frame(300, "2026-01-19")
    (day,) = load([put(data, tmp_path / "x.parquet")], Config()).days
    assert (day.session.close_ns - day.session.open_ns) // NS == 19 * 3600
    assert day.coverage > 0.95


def test_too_few_bars_for_a_state(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has only 20 bars"):
        load([put(frame(20), tmp_path / "x.parquet")], Config())


def test_max_days(tmp_path: Path) -> None:
    days = [frame(200, day) for day in ("2026-01-06", "2026-01-07", "2026-01-08")]
    market = load([put(pl.concat(days), tmp_path / "x.parquet")], Config(max_days=2))
    assert [day.date for day in market.days] == ["2026-01-06", "2026-01-07"]
    assert [note.text for note in market.report.notes] == ["read no further than the first 2 trade dates"]


def test_a_date_is_the_same_whenever_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = synth.generate(start="2025-03-06", days=3, seed=3).gather_every(16)
    assert len(data) > 6 * 1000, "no date is cut into pieces"
    path = put(data, tmp_path / "x.parquet")
    kept = load([path], Config())
    expected, digests = joined(kept.days), kept.digests
    monkeypatch.setattr(import_module("bayescore.data.load"), "HOLD", 0)
    monkeypatch.setattr("bayescore.data.source.PIECE", 1000)
    market = load([path], Config())
    assert market.digests == digests
    assert joined(market.days) == joined(market.days) == expected
    assert market.days[-1].date == market.dates[2] == "2025-03-10"


def test_what_is_held_is_given_away_once(tmp_path: Path) -> None:
    market = load([put(frame(200), tmp_path / "x.parquet")], Config())
    first = market.days[0]
    assert market.days[0].ts_ns is not first.ts_ns
    assert market.days[0].ts_ns.tolist() == first.ts_ns.tolist()


def test_files_that_change_meanwhile_are_refused(tmp_path: Path) -> None:
    data = frame(200)
    market = load([put(data, tmp_path / "x.parquet")], Config())
    market.days[0]
    put(data.with_columns(volume=pl.col("volume") + 1), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"x\.parquet: the bars of 2026-01-06 are no longer those read"):
        market.days[0]
    (tmp_path / "x.parquet").unlink()
    with pytest.raises(DataError, match=r"x\.parquet: not a whole Parquet file"):
        market.days[0]


def test_the_dates_after_the_last_one_needed_are_not_read(tmp_path: Path) -> None:
    days = [frame(200, day) for day in ("2026-01-06", "2026-01-07", "2026-01-08")]
    paths = [put(day, tmp_path / f"{i}.parquet") for i, day in enumerate(days)]
    broken = frame(200, "2026-01-09").with_columns(close=pl.lit(float("nan")))
    market = load([*paths, put(broken, tmp_path / "3.parquet")], Config(max_days=2))
    assert market.dates == ["2026-01-06", "2026-01-07"]
    assert market.report.rows == 600
    whole = load(paths, Config())
    assert market.digests == whole.digests[:2]


def test_dtypes_and_the_core(tmp_path: Path) -> None:
    _core = pytest.importorskip("bayescore._core")
    data = frame(400)
    (day,) = load([put(data, tmp_path / "x.parquet")], Config()).days
    assert {getattr(day, p).dtype for p in PRICES} == {np.dtype(np.int32)}
    assert (day.ts_ns.dtype, day.volume.dtype, day.windows.dtype) == (np.int64, np.int64, np.uint8)
    core = day.to_core()
    floats = _core.DayBars(
        day.ts_ns,
        *(data[p].to_numpy() for p in PRICES),
        day.volume,
        0.25,
        session_open_ns=day.session.open_ns,
        session_close_ns=day.session.close_ns,
    )
    for name in ("ts", "ts_ns", *PRICES, "volume"):
        assert np.array_equal(getattr(core, name), getattr(floats, name))
    assert (core.open_ns, core.close_s, core.tick_size) == (floats.open_ns, floats.close_s, floats.tick_size)
    assert np.array_equal(core.ts_ns, day.ts_ns)


def test_fine_ticks_stay_exact(tmp_path: Path) -> None:
    """Decimal prices of 1e-6 are not exact in binary; their ticks are."""
    rng = np.random.default_rng(0)
    grid = rng.integers(270_000, 280_000, 500)
    hours = session()
    times = [hours.open_ns + (i * 150 + 1) * NS for i in range(500)]
    price = pl.Series([f"{g * 5 / 1e6:.6f}" for g in grid.tolist()]).cast(pl.Float64)
    data = at(frame(500).drop("symbol"), times).with_columns(price.alias(p) for p in PRICES)
    (day,) = load([put(data, tmp_path / "eurusd.parquet")], Config()).days
    assert day.close.tolist() == grid.tolist()


def test_the_shipped_sample_loads() -> None:
    root = Path(__file__).resolve().parents[2]
    market = load([str(root / "data")], Config())
    assert [day.date for day in market.days] == ["2026-01-05", "2026-01-06", "2026-01-07"]
    assert (market.instrument.root, market.symbol) == ("MNQ", "MNQH6")
    report = market.report
    assert report.bars == report.rows
    assert (report.dropped, report.outside_session, report.left_out, report.notes) == (0, 0, [], [])


def test_a_synthetic_week_comes_back_whole(tmp_path: Path) -> None:
    data = synth.generate(start="2025-03-06", days=3, seed=3)  # the clocks change in between
    synth.write(data, tmp_path / "x.parquet")
    market = load([str(tmp_path / "x.parquet")], Config())
    assert [day.date for day in market.days] == ["2025-03-06", "2025-03-07", "2025-03-10"]
    assert joined(market.days) == ticks(data)


def test_holidays_beyond_the_table_are_noted(tmp_path: Path) -> None:
    path = put(frame(300, "2031-01-07"), tmp_path / "x.parquet")
    assert any("2030-12-31" in note.text for note in load([path], Config()).report.notes)
