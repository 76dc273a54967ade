"""Trade signals of one's own, with spreads and fees that change in the day.

python examples/own_signals.py [DATA]
"""

import sys

import polars as pl

import bayescore

SAMPLE = "data/mnq-synth-20260105-20260107.ohlcv-1s.parquet"

market = bayescore.load(sys.argv[1] if len(sys.argv) > 1 else SAMPLE)
costs = bayescore.costs_of(market)
params = {"stop_loss_ticks": 60, "take_profit_ticks": 90, "max_hold_seconds": 600, "cooldown_seconds": 120}

for day in market.days:
    bars = day.to_polars()
    # A moving average of five minutes and one of twenty; a cross on the close of a bar is traded at the next open.
    fast = bars.select(pl.col("close").rolling_mean_by("ts_event", "300s"))["close"]
    slow = bars.select(pl.col("close").rolling_mean_by("ts_event", "1200s"))["close"]
    above = fast > slow
    crossed = above != above.shift(1)
    signals = {"long": crossed & above, "short": crossed & ~above}

    plain = bayescore.simulate_day(day, params, costs=costs, **signals)
    # The same with two ticks of slippage in the first session window, and a tenth of a tick for each fill.
    night = bars["window"] == day.window_names[0]
    dear = bayescore.simulate_day(
        day, params, costs=costs, **signals, slippage=night.cast(pl.Int32) + 1, fees=[100] * day.bars
    )
    print(
        f"{day.date}: {crossed.sum()} crosses, {len(plain['net'])} trades, {plain.net_ticks:+,.1f} ticks net; "
        f"{dear.net_ticks:+,.1f} with the wider night and the fee"
    )
