"""Synthetic bars: reproducible, shaped like a future's, a martingale without an edge and not with one."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from polars.testing import assert_frame_equal

from bayescore.data import synth
from bayescore.data.instruments import known
from bayescore.data.planted import EDGE_SECONDS
from bayescore.data.sessions import NS, sessions
from bayescore.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
Day = dict[str, NDArray[np.int64]]


def split(data: pl.DataFrame, root: str = "MNQ") -> list[Day]:
    """Trade dates as integer columns, times in seconds after the open."""
    tick = known()[root].tick_size
    ts = data["ts_event"].cast(pl.Int64).to_numpy()
    dates = data["ts_event"].dt.date()
    days = []
    for s in sessions(known()[root], dates[0], date.fromordinal(dates[-1].toordinal() + 3)):
        a, b = np.searchsorted(ts, [s.open_ns, s.close_ns])
        if a == b:
            continue
        day = {
            p: np.rint(data[p].to_numpy()[a:b] / tick).astype(np.int64)
            for p in ("open", "high", "low", "close")
        }
        day["volume"] = data["volume"].cast(pl.Int64).to_numpy()[a:b]
        day["ts"] = (ts[a:b] - s.open_ns) // NS
        days.append(day)
    return days


@pytest.fixture(scope="module")
def null() -> list[Day]:
    return split(synth.generate(days=22, seed=11))


@pytest.fixture(scope="module")
def planted() -> list[Day]:
    return split(synth.generate(days=8, seed=11, edge=0.06))


def test_the_shipped_sample_is_what_its_readme_says() -> None:
    (sample,) = (ROOT / "data").glob("*.parquet")
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    command = f"bayescore synth data/{sample.name} --start 2026-01-05 --days 3 --seed 0 --edge 0.1"
    assert command in text
    assert sample.stat().st_size < 4_000_000
    made = synth.generate(start="2026-01-05", days=3, seed=0, edge=0.1)
    assert_frame_equal(pl.read_parquet(sample), made)
    assert f"{made.height:,} rows" in text


def test_columns_are_databentos() -> None:
    data = synth.generate(days=1)
    assert data.schema == {
        "rtype": pl.UInt8,
        "publisher_id": pl.UInt16,
        "instrument_id": pl.UInt32,
        "open": pl.Float64,
        "high": pl.Float64,
        "low": pl.Float64,
        "close": pl.Float64,
        "volume": pl.UInt64,
        "symbol": pl.String,
        "ts_event": pl.Datetime("ns", "UTC"),
    }
    assert data.columns[-1] == "ts_event"
    assert data["rtype"].unique().to_list() == [32]


def test_same_seed_same_bars_and_a_short_file_begins_a_long_one(tmp_path: Path) -> None:
    long = synth.generate(days=4, seed=5, edge=0.03)
    assert_frame_equal(synth.generate(days=4, seed=5, edge=0.03), long)
    short = synth.generate(days=2, seed=5, edge=0.03)
    assert_frame_equal(short, long[: short.height])
    other = synth.generate(days=2, seed=6, edge=0.03)
    assert not other["close"].head(1000).equals(short["close"].head(1000))
    for name in ("a", "b"):
        synth.write(short, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_edge_changes_prices_only() -> None:
    plain, moved = synth.generate(days=1, seed=5), synth.generate(days=1, seed=5, edge=0.06)
    prices = ["open", "high", "low", "close"]
    assert_frame_equal(plain.drop(prices), moved.drop(prices))
    assert not plain["close"].equals(moved["close"])


def test_bars_are_sound(null: list[Day]) -> None:
    for day in null:
        assert (np.diff(day["ts"]) > 0).all()
        assert (np.minimum(day["open"], day["close"]) >= day["low"]).all()
        assert (np.maximum(day["open"], day["close"]) <= day["high"]).all()
        assert day["volume"].min() >= 1
        assert (0 <= day["ts"][0] < 60 and day["ts"][-1] > 82_800 - 900) or day["ts"][-1] < 19 * 3600


def test_dates_and_symbols() -> None:
    data = synth.generate(start="2026-01-16", days=3)
    hours = data["ts_event"].dt.convert_time_zone("America/Chicago")
    assert hours.dt.strftime("%m-%d %H")[0] == "01-15 17"
    ends = hours.filter(hours.diff().dt.total_seconds().shift(-1) > 1800).dt.strftime("%m-%d %H:%M").to_list()
    assert ends == ["01-16 15:59", "01-19 11:59"], "a holiday's half-day ends at noon"
    assert data["symbol"][0] == "MNQH6"
    assert synth.generate(start="2026-03-16", days=1)["symbol"][0] == "MNQM6"
    assert synth.generate(start="2025-12-15", days=1)["symbol"][0] == "MNQH6"
    assert synth.generate(start="2026-01-06", days=1, instrument="SPY")["symbol"][0] == "SPY"


@pytest.mark.parametrize("root", ["MGC", "6E", "EURUSD", "BTCUSD", "SPY", "XAUUSD", "MYM"])
def test_other_instruments_are_on_their_grid(root: str) -> None:
    data = synth.generate(days=1, seed=1, instrument=root)
    tick = known()[root].tick_size
    for p in ("open", "high", "low", "close"):
        exact = data[p].to_numpy() / tick
        assert np.abs(exact - np.rint(exact)).max() < 1e-6
    assert len(split(data, root)[0]["ts"]) > 5_000


def test_shape_of_the_day(null: list[Day]) -> None:
    full = [d for d in null if d["ts"][-1] > 80_000]
    assert 45_000 < np.mean([len(d["ts"]) for d in full]) < 65_000
    night = np.mean([np.sum((d["ts"] > 3 * 3600) & (d["ts"] < 8 * 3600)) / (5 * 3600) for d in full])
    day = np.mean([np.sum((d["ts"] > 15.5 * 3600) & (d["ts"] < 22 * 3600)) / (6.5 * 3600) for d in full])
    assert night < 0.6 and day > 0.8, "seconds without a trade are the night's"
    steps = [
        (np.abs(np.diff(d["close"]))[(d["ts"][1:] > a * 3600) & (d["ts"][1:] < b * 3600)]).mean()
        for d in full
        for a, b in ((3, 8), (15.5, 16.0), (18, 20))
    ]
    asleep, opening, midday = np.mean(np.reshape(steps, (-1, 3)), axis=0)
    assert opening > 1.5 * midday > 1.5 * asleep


def minutes(day: Day) -> NDArray[np.int64]:
    """Close at the end of every minute."""
    grid = np.arange(60, int(day["ts"][-1]), 60)
    closes: NDArray[np.int64] = day["close"][np.searchsorted(day["ts"], grid, side="right") - 1]
    return closes


def test_volatility_clusters_and_volume_follows_it(null: list[Day]) -> None:
    # Within the quiet hours of the middle of the day the usual shape explains little.
    moves = [
        np.abs(np.diff(minutes(d)))[19 * 60 : 21 * 60].astype(float) for d in null if d["ts"][-1] > 80_000
    ]
    moves = [m - m.mean() for m in moves]
    later = np.mean([np.mean(m[1:] * m[:-1]) / np.var(m) for m in moves])
    assert later > 0.03
    together = np.mean([np.corrcoef(d["high"] - d["low"], np.log(d["volume"]))[0, 1] for d in null])
    assert together > 0.3


def test_tails_are_heavier_than_normal(null: list[Day]) -> None:
    z = np.concatenate([np.diff(minutes(d)) / np.diff(minutes(d)).std() for d in null])
    assert np.mean(z**4) > 4


def variance_ratio(days: list[Day], lag: int) -> tuple[float, float]:
    """Variance of `lag`-minute changes over `lag` times that of one minute: mean over dates and its error."""
    ratios = []
    for day in days:
        p = minutes(day).astype(float)
        ratios.append(np.mean((p[lag:] - p[:-lag]) ** 2) / lag / np.mean(np.diff(p) ** 2))
    return float(np.mean(ratios)), float(np.std(ratios, ddof=1) / np.sqrt(len(ratios)))


def window_sum(values: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.concatenate(([0], np.cumsum(values)))
    return total[1:] - total[first]


def stretched(day: Day) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Bars two standard errors from their 300 s line with confirmed volume, and z: numpy's own way to the same."""
    x, y = day["ts"], day["close"] - day["close"][0]
    first = np.searchsorted(x, x - 300, side="right")
    n = np.arange(1, len(x) + 1) - first
    sx, sy, sxx, sxy, syy = (window_sum(v, first) for v in (x, y, x * x, x * y, y * y))
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
        rest = n * syy - sy * sy - (n * sxy - sx * sy) * slope
        sigma = np.maximum(np.sqrt(np.maximum(rest, 0) / (n * (n - 2))), 0.5)
        z = (y - (sy + slope * (n * x - sx)) / n) / sigma
    recent = np.searchsorted(x, x - 20, side="right")
    heavy = window_sum(day["volume"], recent) * 300 > 1.2 * 20 * window_sum(day["volume"], first)
    return (n >= 30) & (np.abs(z) >= 2) & heavy, z


def pull(days: list[Day], hold: int, outer: float = 2.0) -> tuple[float, float]:
    """Mean move back towards the line from the bar after a state on, over `hold` seconds, and its t-value."""
    moves = []
    for day in days:
        hit, z = stretched(day)
        hit &= np.abs(z) >= outer
        free = -1
        for i in np.flatnonzero(hit[:-1]).tolist():
            start = day["ts"][i + 1]
            j = int(np.searchsorted(day["ts"], start + hold)) - 1
            if day["ts"][i] < free or j <= i + 1:
                continue
            moves.append(-np.sign(z[i]) * (day["close"][j] - day["open"][i + 1]))
            free = start + hold
    found = np.asarray(moves, dtype=float)
    return float(found.mean()), float(found.mean() / found.std() * np.sqrt(len(found)))


def test_without_an_edge_nothing_predicts(null: list[Day]) -> None:
    for lag in (2, 5, 15):
        mean, error = variance_ratio(null, lag)
        assert abs(mean - 1) < 3.5 * error
        assert error < 0.06
    for hold in (30, 120, 600):
        assert abs(pull(null, hold)[1]) < 3
    changes = np.concatenate([np.diff(minutes(d)) for d in null]).astype(float)
    assert abs(changes.mean() / changes.std() * np.sqrt(len(changes))) < 3


def test_bounce_reverses_the_next_trade_and_no_more(null: list[Day]) -> None:
    c = [np.diff(d["close"]).astype(float) for d in null]
    near = np.mean([np.mean(x[1:] * x[:-1]) for x in c])
    far = np.mean([np.mean(x[2:] * x[:-2]) for x in c])
    assert -0.5 < near < -0.1, "a quarter of a squared tick of spread"
    assert abs(far) < 0.15


def test_a_planted_edge_leads_back_to_the_line_and_stops(planted: list[Day]) -> None:
    mean, t = pull(planted, 120)
    assert t > 8 and mean > 5
    away, _ = pull(split(synth.generate(days=4, seed=11, edge=-0.06)), 120)
    assert away < -5
    assert variance_ratio(planted, 2)[0] < 0.97


def follow(days: list[Day], hold: int = 120) -> float:
    """Mean move over `hold` seconds along a change of at least 40 ticks in the minute before, nearer than two sigmas."""
    moves = []
    for day in days:
        ts, close = day["ts"], day["close"]
        _, z = stretched(day)
        before = np.maximum(np.searchsorted(ts, ts - 60, side="right") - 1, 0)
        change = close - close[before]
        free = -1
        for i in np.flatnonzero((np.abs(change) >= 40) & (np.abs(np.nan_to_num(z)) < 2))[:-1].tolist():
            j = int(np.searchsorted(ts, ts[i] + hold)) - 1
            if ts[i] < free or j <= i + 1:
                continue
            moves.append(np.sign(change[i]) * (close[j] - day["open"][i + 1]))
            free = ts[i] + hold
    return float(np.mean(moves))


def shifts(kind: str, days: int = 2, edge: float = 0.06) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """By date: seconds after the open, and how the planted edge moved the close from one bar to the next."""
    plain = split(synth.generate(days=days, seed=11))
    moved = split(synth.generate(days=days, seed=11, edge=edge, edge_kind=kind))
    return [(a["ts"][1:], np.diff(b["close"] - a["close"])) for a, b in zip(plain, moved, strict=True)]


def test_an_edge_in_one_session_moves_prices_there_only() -> None:
    opens, closes = 930 * 60, 1050 * 60  # the "open" window, 08:30 to 10:30 Chicago, after 17:00
    for ts, shift in shifts("session"):
        inside = (ts >= opens) & (ts < closes + EDGE_SECONDS)
        assert np.abs(shift[inside]).sum() > 50
        before, after = shift[ts < opens], shift[ts >= closes + EDGE_SECONDS]
        # What the edge moved stays moved: elsewhere only rounding to the grid differs, by a tick.
        assert np.abs(np.cumsum(before)).max() <= 1
        assert np.abs(np.cumsum(after)).max() <= 1


def test_an_edge_on_one_side_only_lifts() -> None:
    both, lifts = shifts("reversion")[0][1], shifts("side")[0][1]
    # Rounding may take a tick back, so sums over ten minutes are looked at.
    assert np.add.reduceat(both, np.arange(0, len(both), 400)).min() < -5
    assert np.add.reduceat(lifts, np.arange(0, len(lifts), 400)).min() >= -2
    assert lifts.sum() > 100


@pytest.mark.parametrize(("kind", "sign"), [("dying", 0), ("turning", -1)])
def test_an_edge_ends_or_turns_half_way(kind: str, sign: int) -> None:
    days = split(synth.generate(days=4, seed=11, edge=0.06, edge_kind=kind))
    assert pull(days[:2], 120)[1] > 4
    t = pull(days[2:], 120)[1]
    assert abs(t) < 3 if sign == 0 else t < -4


def test_continuation_goes_on_and_two_edges_are_at_odds_with_neither() -> None:
    on, both = (
        split(synth.generate(days=4, seed=11, edge=0.06, edge_kind=k)) for k in ("continuation", "two")
    )
    none = split(synth.generate(days=4, seed=11))
    assert follow(on) > follow(none) + 5
    assert follow(both) > follow(none) + 3
    assert pull(both, 120, outer=2.5)[0] > pull(none, 120, outer=2.5)[0] + 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"instrument": "XYZ"}, "unknown instrument 'XYZ'"),
        ({"start": "yesterday"}, "not a date"),
        ({"days": 0}, "out of range"),
        ({"seed": -1}, "out of range"),
        ({"edge": 3.0}, "out of range"),
        ({"edge_kind": "sideways"}, "expected one of reversion, continuation"),
    ],
)
def test_bad_options(options: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        synth.generate(**options)  # type: ignore[arg-type]
