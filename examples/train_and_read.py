"""Train on a few days, then read what was saved.

python examples/train_and_read.py [DATA]
"""

import sys
import tempfile

import polars as pl

import bayescore

SAMPLE = "data/mnq-synth-20260105-20260107.ohlcv-1s.parquet"
data = sys.argv[1] if len(sys.argv) > 1 else SAMPLE

with tempfile.TemporaryDirectory() as folder:
    bayescore.train(data, iterations=100, history_candidates=100, run="example", checkpoint_dir=folder)

    run = bayescore.open_run("example", folder)
    summary = run.summary
    print(f"{run.name}: {summary.symbol}, {len(summary.dates)} days; verdict: {summary.verdict.rung}")
    for name in ("decision", "panel", "median"):
        policy = summary.policies[name]
        print(
            f"  {name:<10} {policy.trades:>5} trades {policy.net_currency:>+12,.2f} {summary.currency} out of sample"
        )
    trades = run.trades()
    print(trades.group_by("date", "reason").agg(pl.len(), pl.col("net_ticks").sum()).sort("date", "reason"))
    for pattern in run.patterns(3):
        print(
            f"  {pattern.label}: {pattern.side} with {pattern.probability:.2f}, n = {pattern.effective_n:.0f}"
        )
