"""Proof that the random days of the oracle tests reach every rule."""

import engine_space
from hypothesis import find, settings

from tests.archive.days import N_WINDOWS, SEEN, cases, observe, oracle, run_stream


def test_random_days_reach_every_rule():
    SEEN.clear()
    for stream in range(12):
        run_stream(observe, stream)
    space = engine_space.default_space(N_WINDOWS)
    expected = {f"{f.name} {d}" for f in space.fields for d in range(f.levels)}
    expected |= {f"context {bit}" for bit in (*range(8), *range(16, 16 + N_WINDOWS))}
    expected |= {f"reason {r} side {s}" for r in range(5) for s in (1, -1)}
    expected |= {"ambiguous stop_first 0", "ambiguous target_first 2", "ambiguous ohlc_path 2"}
    expected |= {"dropped", "stopped", "last bar", "label gap"}
    expected |= {f"label {outcome}" for outcome in range(4)}
    assert {name for name in expected if not SEEN[name]} == set()


def test_days_shrink_to_quiet_bars():
    case = find(cases, lambda c: max(c.day.close) > 130, settings=settings(oracle, max_examples=2000))
    moves = [b - a for a, b in zip(case.day.close, case.day.close[1:], strict=False)]
    assert sum(m != 0 for m in moves) <= 10
