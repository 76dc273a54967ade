"""States of one's own: where the price stands in the range of the last half hour, and how busy the market is.

bayescore lookahead FILE --states examples/my_states.py
bayescore train --data FILE --states examples/my_states.py
"""

import polars as pl

FIELDS = {
    "place": ["low", "lower", "middle", "higher", "high"],
    "busy": ["quiet", "usual", "busy"],
}
"""Names of the levels of each field, the lowest first."""

MIRRORED = ["place"]
"""Fields that turn over when prices do: what is known of "low" is known of "high", the other way round."""

HALF_HOUR = "1800s"


def states(bars: pl.DataFrame) -> pl.DataFrame:
    """One level a bar for each field; null where there is no state."""
    low, high = (
        pl.col("low").rolling_min_by("ts_event", HALF_HOUR),
        pl.col("high").rolling_max_by("ts_event", HALF_HOUR),
    )
    place = ((pl.col("close") - low) / (high - low)).fill_nan(None)
    recent = pl.col("volume").rolling_sum_by("ts_event", "60s") * 30
    share = recent / pl.col("volume").rolling_sum_by("ts_event", HALF_HOUR)
    warm = pl.col("ts_event") >= pl.col("ts_event").first() + pl.duration(seconds=1800)
    return bars.select(
        place=pl.when(warm & (high > low)).then((place * 5).floor().clip(0, 4).cast(pl.Int8)),
        busy=(share > 0.5).cast(pl.Int8) + (share > 1.5).cast(pl.Int8),
    )
