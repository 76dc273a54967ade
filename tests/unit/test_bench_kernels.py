"""The kernels that `make bench` compares with the product find the trades of the archived trainer.

The archive is written to be read, the kernels to be fast; `make bench` itself asserts that the product agrees. Kernels
run interpreted here, so that they are checked without numba, and compiled where it is installed.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHES = Path(__file__).parents[2] / "benches"
sys.path[:0] = [str(BENCHES), str(BENCHES.parent / "archive")]

import bench_jit
import bench_nested
from bench_days import BenchDay, make_day
from bench_problem import INVALID, Problem, default_costs, slippage
from bench_sets import (
    NEVER_STOP,
    Sides,
    archive_brain,
    archive_set,
    archive_space,
    brain_columns,
    design_sets,
    gate,
    variant,
)
from engine_gate import gate as archive_gate

SPACE = archive_space()
LEAVES = SPACE.states(SPACE.leaf_level)


def interpreted(name):
    """A second copy of a module of kernels, in which nothing is compiled."""
    compiles, bench_jit.COMPILE = bench_jit.COMPILE, False
    try:
        spec = importlib.util.spec_from_file_location(f"{name}_interpreted", BENCHES / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        bench_jit.COMPILE = compiles
    return module


PLAIN = interpreted("bench_nested")


def small_day(rng, n, *, step=3.0, cut_off=False):
    """Bars with a few gaps; the session closes soon after the last of them, or the data end before."""
    ts = np.cumsum(rng.choice([1, 1, 1, 2, 3, 9], n)).astype(np.int32)
    path = 1000 + np.cumsum(rng.normal(0, step, (n, 4)), axis=None).reshape(n, 4)
    ticks = np.rint(path).astype(np.int32)
    close_s = int(ts[-1]) + (500 if cut_off else 5)
    return BenchDay(
        ts,
        *(np.ascontiguousarray(c) for c in (ticks[:, 0], ticks.max(1), ticks.min(1), ticks[:, -1])),
        rng.integers(1, 100, n),
        close_s=close_s,
    )


def random_problem(seed, n=600, sets=12, **costs):
    """Random codes, contexts and sides: any combination the engine could ever give, and more."""
    rng = np.random.default_rng(seed)
    day = small_day(rng, n, step=rng.choice([1.0, 4.0]), cut_off=bool(seed % 3 == 0))
    codes = rng.integers(0, SPACE.size, n).astype(np.uint16)
    codes[rng.random(n) < 0.2] = INVALID
    contexts = np.where(codes == INVALID, 0, 1 | rng.integers(0, 1 << 15, n)).astype(np.uint16)
    table = design_sets(sets, seed)
    table["stop_loss_ticks"] = rng.integers(1, 25, sets).astype(np.int32)
    table["take_profit_ticks"] = rng.integers(1, 30, sets).astype(np.int32)
    table["trail_activation_ticks"] = rng.integers(0, 15, sets).astype(np.int32)
    table["trail_distance_ticks"] = rng.integers(1, 20, sets).astype(np.int32)
    table["max_hold_seconds"] = rng.integers(1, 200, sets).astype(np.int32)
    table["cooldown_seconds"] = rng.choice([0, 0, 1, 30], sets).astype(np.int32)
    table["contexts_allowed"] = rng.integers(1, 1 << 15, sets).astype(np.uint16)
    table["max_consecutive_losses"] = rng.choice([2, 5, NEVER_STOP], sets).astype(np.int32)
    fire = rng.choice([-1, 0, 1], (sets, LEAVES + 1), p=[0.1, 0.8, 0.1]).astype(np.int8)
    fire[:, LEAVES] = 0
    rules = {
        "no_entry_before_close": 30,
        "flat_before_close": 10,
        "slippage_base": int(rng.integers(0, 3)),
        "slippage_factor": float(rng.choice([0.0, 0.1, 0.7])),
        "slippage_window": int(rng.choice([1, 5, 20])),
    }
    sides = Sides(fire, np.zeros(sets, bool))
    return Problem(day, codes, contexts, table, sides, default_costs(**rules, **costs))


def swept(kernel, problem, dtype):
    out = np.full((problem.sets, len(bench_nested.COLUMNS)), -1, dtype=np.int64)
    kernel(*problem.kernel_arguments(dtype), out)
    return out


def assert_same(problem, found):
    expected = problem.archive_rows(list(range(problem.sets)))
    for column, name in enumerate(bench_nested.COLUMNS):
        np.testing.assert_array_equal(found[:, column], expected[:, column], err_msg=name)
    return expected


@pytest.mark.parametrize("intrabar", ["stop_first", "target_first", "ohlc_path"])
@pytest.mark.parametrize("limit_fill", ["touch", "through"])
@pytest.mark.parametrize("dtype", [np.float64, np.int32])
def test_nested_kernels_find_the_archives_trades(dtype, limit_fill, intrabar):
    total = np.zeros(len(bench_nested.COLUMNS), dtype=np.int64)
    for seed in range(4):
        problem = random_problem(seed, intrabar=intrabar, limit_fill=limit_fill)
        total += assert_same(problem, swept(PLAIN.sweep_nested, problem, dtype)).sum(axis=0)
    seen = dict(zip(bench_nested.COLUMNS, total.tolist(), strict=True))
    # The cases hold what they are meant to hold.
    assert all(seen[name] > 0 for name in ("trades", "wins", "losses", "ambiguous", "dropped", "stopped"))


@pytest.mark.skipif(bench_jit.numba is None, reason="numba is in the `bench` dependency group")
@pytest.mark.parametrize("dtype", [np.float64, np.int32])
def test_compiled_nested_kernels_find_the_archives_trades(dtype):
    for threads in (1, 2):
        bench_jit.threads(threads)
        for seed in range(10, 14):
            problem = random_problem(seed, n=2000)
            assert_same(problem, swept(bench_nested.sweep_nested, problem, dtype))


def test_slippage_is_the_archives():
    day = small_day(np.random.default_rng(5), 500)
    for window in (1, 2, 5, 60):
        expected = _archive_slippage(day, window)
        np.testing.assert_array_equal(slippage(day, 1, 0.3, window)[1:], expected[1:])


def _archive_slippage(day, window):
    import engine_bars
    import engine_costs

    columns = (day.ts, day.open, day.high, day.low, day.close, day.volume)
    bars = engine_bars.Day(*(c.tolist() for c in columns), close_s=day.close_s)
    return engine_costs.Costs(0, 1, 0.3, window).slippage(bars)


@pytest.mark.parametrize("density", ["design", "sparse"])
def test_gate_of_whole_arrays_is_the_archives(density):
    table = variant(design_sets(20), density)
    brain = archive_brain()
    for known in (brain, None):
        sides = gate(table, known)
        for k in range(20):
            one = archive_gate(SPACE, archive_set(table, k), known, 32, 2480 / 1000 + 2)
            assert one.sides == sides.fire[k, :LEAVES].tolist()
            assert one.refused == sides.refused[k]
        assert sides.fire[:, LEAVES].sum() == 0


def test_pinned_inputs_depend_on_their_seeds_alone():
    day, again = make_day(bars=2000), make_day(bars=2000)
    np.testing.assert_array_equal(day.high, again.high)
    assert (day.low <= np.minimum(day.open, day.close)).all()
    assert (day.high >= np.maximum(day.open, day.close)).all()
    assert (np.diff(day.ts) > 0).all()
    assert set(np.unique(day.windows)) == set(range(7))
    assert (make_day(seed=1, bars=2000).high != day.high).any()
    columns = brain_columns(archive_brain())
    assert len(columns["ups"]) == len(columns["state"]) > 500
