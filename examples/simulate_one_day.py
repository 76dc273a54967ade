"""Simulate one parameter set on one day, then a few hundred at once.

python examples/simulate_one_day.py [DATA]
"""

import sys

import polars as pl

import bayescore

SAMPLE = "data/mnq-synth-20260105-20260107.ohlcv-1s.parquet"

market = bayescore.load(sys.argv[1] if len(sys.argv) > 1 else SAMPLE)
day, costs = market.days[0], bayescore.costs_of(market)
print(
    f"{market.symbol}, {day.date}: {day.bars:,} bars, {costs['commission_milliticks'] / 1000:.2f} ticks commission"
)

params = {"stop_loss_ticks": 60, "take_profit_ticks": 120, "entry_rule": "reversion", "cooldown_seconds": 60}
trades = bayescore.simulate_day(day, params, costs=costs)
table = trades.to_polars()
print(table.select("entry_time", "side", "reason", "entry_price", "exit_price", "net_ticks").head(5))
print(table.group_by("reason").agg(pl.len(), pl.col("net_ticks").sum()).sort("reason"))

# The same entries, every pair of stop and target: one call, all cores.
sets = [
    params | {"stop_loss_ticks": stop, "take_profit_ticks": stop * ratio}
    for stop in range(20, 120, 5)
    for ratio in (1, 2, 3)
]
swept = bayescore.sweep_day(day, sets, costs=costs)
print(
    swept.select("stop_loss_ticks", "take_profit_ticks", "trades", "win_rate", "net")
    .sort("net", descending=True)
    .head(5)
)
print(
    "The best of many on the day it was found on is hindsight, not a result: bayescore.train walks forward."
)
