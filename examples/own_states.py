"""Train with states of one's own (my_states.py), and see that a file that looks ahead is refused.

python examples/own_states.py [DATA]
"""

import sys
import tempfile
from pathlib import Path

import bayescore
from bayescore.errors import DataError

SAMPLE = "data/mnq-synth-20260105-20260107.ohlcv-1s.parquet"
STATES = Path(__file__).with_name("my_states.py")

market = bayescore.load(sys.argv[1] if len(sys.argv) > 1 else SAMPLE)
small = {"iterations": 50, "history_candidates": 50}

with tempfile.TemporaryDirectory() as folder:
    run = bayescore.train(market, states=STATES, run="mine", checkpoint_dir=folder, **small)
    for day in run.days:
        print(f"{day.date}: {day.valid_bars:,} of {day.bars:,} bars have a state")
        for pattern in day.patterns[:2]:
            print(
                f"  {pattern.label}: {pattern.side} with {pattern.probability:.2f}, n = {pattern.effective_n:.0f}"
            )

    # The close of the next bar: nobody knows it, and it does not go unseen.
    ahead = Path(folder) / "ahead.py"
    ahead.write_text(
        STATES.read_text().replace('(pl.col("close") - low)', '(pl.col("close").shift(-1) - low)')
    )
    try:
        bayescore.train(market, states=ahead, run="ahead", checkpoint_dir=folder, **small)
    except DataError as refused:
        print(f"refused: {str(refused).replace(folder, '…')}")
