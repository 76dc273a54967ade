"""Sections about what comes before the sweep: states of a day, against the regression alone in Polars; loading."""

from __future__ import annotations

from pathlib import Path

import bench_product
import numpy as np
import numpy.typing as npt
import polars as pl
from bench_days import TICK, BenchDay, make_day
from bench_harness import Report, Table, digits, duration, interleaved, ratio

WINDOW = 300
BARS = 21
FLOOR = 0.5


def frame(day: BenchDay) -> pl.DataFrame:
    """Seconds and closing prices, as integers for exact sums and as floats."""
    ticks = (day.close - day.close[0]).astype(np.int64)
    return pl.DataFrame(
        {
            "x": day.ts.astype(np.int64),
            "y": ticks,
            "k": np.arange(len(day), dtype=np.float64),
            "c": ticks * TICK,
        }
    )


def _z(n: pl.Expr, sx: pl.Expr, sy: pl.Expr, sxx: pl.Expr, sxy: pl.Expr, syy: pl.Expr) -> pl.Expr:
    """Distance of the last close from its regression line, in residual standard deviations."""
    nxy = (n * sxy - sx * sy).cast(pl.Float64)
    slope = nxy / (n * sxx - sx * sx).cast(pl.Float64)
    sse = ((n * syy - sy * sy).cast(pl.Float64) - nxy * slope).clip(lower_bound=0.0)
    sigma = (sse / (n * (n - 2)).cast(pl.Float64)).sqrt().clip(lower_bound=FLOOR)
    centre = (sy.cast(pl.Float64) + slope * (n * pl.col("x") - sx).cast(pl.Float64)) / n.cast(pl.Float64)
    return ((pl.col("y").cast(pl.Float64) - centre) / sigma).alias("z")


def polars_cumulative(bars: pl.DataFrame) -> pl.Series:
    """The band's z over 300 s from running totals: the fastest way found in Polars."""
    x, y = pl.col("x"), pl.col("y")
    totals = {"sx": x, "sy": y, "sxx": x * x, "sxy": x * y, "syy": y * y}
    whole = bars.lazy().with_columns(
        (x.search_sorted(x - WINDOW, side="right").cast(pl.Int64) - 1).alias("before"),
        *(e.cum_sum().alias(name) for name, e in totals.items()),
    )
    before = pl.col("before")
    # Index −1, the empty beginning, takes the last total: put right by the mask.
    within = whole.select(
        "x",
        "y",
        (pl.int_range(pl.len()) - before).alias("n"),
        *(
            (
                pl.col(name)
                - pl.when(before >= 0).then(pl.col(name).gather(before.clip(lower_bound=0))).otherwise(0)
            )
            for name in totals
        ),
    )
    return within.select(_z(*(pl.col(name) for name in ("n", *totals)))).collect()["z"]


def polars_rolling(bars: pl.DataFrame) -> pl.Series:
    """The same with Polars' own rolling sums over a window of time."""
    x, y = pl.col("x"), pl.col("y")
    totals = {
        "n": pl.lit(1, dtype=pl.Int64) + 0 * x,
        "sx": x,
        "sy": y,
        "sxx": x * x,
        "sxy": x * y,
        "syy": y * y,
    }
    rolled = bars.lazy().with_columns(
        e.rolling_sum_by("x", window_size=f"{WINDOW}i", closed="right").alias(name)
        for name, e in totals.items()
    )
    return rolled.select(_z(*(pl.col(name) for name in totals))).collect()["z"]


def polars_bars(bars: pl.DataFrame) -> pl.Series:
    """A smaller job: the line over a fixed number of bars, where the sums of x are constants."""
    w, y, k = BARS, pl.col("c"), pl.col("k")
    sxx = w * (w * w - 1) / 12
    rolled = bars.lazy().with_columns(
        y.rolling_mean(w).alias("mean"),
        (y * y).rolling_sum(w).alias("yy"),
        (k * y).rolling_sum(w).alias("ky"),
    )
    lined = rolled.with_columns(
        ((pl.col("ky") - (k - (w - 1) / 2) * pl.col("mean") * w) / sxx).alias("slope"),
    )
    sse = pl.col("yy") - w * pl.col("mean") ** 2 - pl.col("slope") ** 2 * sxx
    sigma = (sse.clip(lower_bound=0) / (w - 2)).sqrt()
    z = (y - pl.col("mean") - pl.col("slope") * (w - 1) / 2) / sigma
    return lined.select(z.alias("z")).collect()["z"]


def exact_z(day: BenchDay) -> npt.NDArray[np.float64]:
    """The same z bar by bar with numpy, to check the expressions against."""
    x, y = day.ts.astype(np.int64), (day.close - day.close[0]).astype(np.int64)
    first = np.searchsorted(x, x - WINDOW, side="right")
    result = np.full(len(day), np.nan)
    for i in range(len(day)):
        xs, ys = x[first[i] : i + 1], y[first[i] : i + 1]
        n = len(xs)
        d = n * (xs * xs).sum() - xs.sum() ** 2
        if n > 2:
            nxy = n * (xs * ys).sum() - xs.sum() * ys.sum()
            slope = nxy / d
            sse = max(n * (ys * ys).sum() - ys.sum() ** 2 - nxy * slope, 0.0)
            centre = (ys.sum() + slope * (n * x[i] - xs.sum())) / n
            result[i] = (y[i] - centre) / max(np.sqrt(sse / (n * (n - 2))), FLOOR)
    return result


def states(report: Report) -> None:
    """All features, codes and contexts of a day, against the regression z alone."""
    day = make_day()
    bars = frame(day)
    small = make_day(bars=20_000)
    expected = exact_z(small)
    settled = np.arange(20_000) > 60
    for z in (polars_cumulative, polars_rolling):
        np.testing.assert_allclose(
            z(frame(small)).to_numpy()[settled], expected[settled], rtol=1e-9, atol=1e-12
        )
    day.core, day.windows  # noqa: B018 - made once, outside the clock
    ours, fixed = "state engine: every feature, code and context", f"Polars: z over {BARS} bars, rolling sums"
    cumulative, rolling = "Polars: z over 300 s, running totals", "Polars: z over 300 s, rolling sums"
    jobs = {
        rolling: lambda: polars_rolling(bars),
        cumulative: lambda: polars_cumulative(bars),
        fixed: lambda: polars_bars(bars),
        ours: lambda: bench_product.states(day),
    }
    seconds = interleaved(jobs, report.rounds(21))
    rows = [
        (name, duration(s), f"{digits(s / len(day) * 1e9)} ns", ratio(seconds[ours], s))
        for name, s in seconds.items()
    ]
    columns = ("", "60,000 bars", "a bar", "state engine ÷ it")
    note = "Polars uses all cores, the state engine one. Its seven fields and eight contexts include this z."
    report.add("states", Table("States of a day", columns, rows, note))
    best = min(seconds[rolling], seconds[cumulative])
    report.figures["states"] = seconds[ours] / best


def load(report: Report, path: Path) -> None:
    """Loading a month, checked and split into trade dates, against merely decoding the file."""
    from bayescore.config import Config
    from bayescore.data import load as load_market

    columns = ["ts_event", "open", "high", "low", "close", "volume"]
    ours, decode = "`bayescore.data.load`", "Polars: the six columns alone"
    jobs = {
        decode: lambda: pl.scan_parquet(path).select(columns).collect(),
        ours: lambda: load_market([str(path)], Config()),
    }
    seconds = interleaved(jobs, report.rounds(11))
    n = sum(len(day.ts_ns) for day in load_market([str(path)], Config()).days)
    rows = [(name, duration(s), f"{digits(s / n * 1e9)} ns") for name, s in seconds.items()]
    title = f"Loading {n:,} rows of Parquet, file in the page cache"
    report.add("load", Table(title, ("", "time", "a row"), rows))
