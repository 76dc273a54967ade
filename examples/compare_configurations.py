"""Train several configurations on the same days and put what they earned out of sample side by side.

python examples/compare_configurations.py [DATA]
"""

import sys
import tempfile

import polars as pl

import bayescore

SAMPLE = "data/mnq-synth-20260105-20260107.ohlcv-1s.parquet"

market = bayescore.load(sys.argv[1] if len(sys.argv) > 1 else SAMPLE)
base = bayescore.Config(iterations=50, history_candidates=50)
configurations = {
    "as it is": {},
    "2 ticks of slippage": {"costs": {"slippage_ticks": 2}},
    "targets filled late": {"costs": {"limit_fill": "through"}},
    "another seed": {"seed": 1},
}

rows = []
with tempfile.TemporaryDirectory() as folder:
    for name, changes in configurations.items():
        run = bayescore.train(market, base, checkpoint_dir=folder, **changes)
        told = run.summary.policies["decision"]
        rows.append({"configuration": name, "trades": told.trades, "net": told.net_currency})
print(pl.DataFrame(rows))
print(
    "Whoever takes the best of these has searched: `bayescore study` puts worlds without an edge beside each."
)
