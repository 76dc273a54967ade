"""The kernels that `make bench` compares with the product find its trades and those of the archived trainer.

Kernels run interpreted here, so that they are checked without numba, and compiled where it is installed. The product is
held against them with its own gate on a pinned brain.
"""

import dataclasses
import importlib
import sys

import bench_jit
import bench_major
import bench_nested
import bench_product
import numpy as np
import pytest
from bench_days import BenchDay, make_day
from bench_problem import INVALID, Problem, default_costs, slippage
from bench_sets import (
    BARRIER,
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

from bayescore import _core

SPACE = archive_space()
LEAVES = SPACE.states(SPACE.leaf_level)


def interpreted():
    """Second copies of the kernels, in which nothing is compiled."""
    names = ("bench_jit", "bench_nested", "bench_major_rows", "bench_major")
    kept = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    with pytest.MonkeyPatch.context() as patch:
        if bench_jit.numba is not None:
            patch.setattr(bench_jit.numba.config, "DISABLE_JIT", 1)
        copies = {name: importlib.import_module(name) for name in names}
    for name in names:
        del sys.modules[name]
    sys.modules.update(kept)
    return copies["bench_nested"], copies["bench_major"]


PLAIN_NESTED, PLAIN_MAJOR = interpreted()


def small_day(rng, n, *, step=3.0, cut_off=False):
    """Bars with a few gaps; the session closes soon after the last of them, or the data end before."""
    ts = np.cumsum(rng.choice([1, 1, 1, 2, 3, 9], n)).astype(np.int32)
    path = 1000 + np.cumsum(rng.normal(0, step, (n, 4)), axis=None).reshape(n, 4)
    ticks = np.rint(path).astype(np.int32)
    close_s = int(ts[-1]) + (500 if cut_off else 5)
    return BenchDay(  # type: ignore[call-arg]
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
    contexts = np.where(codes == INVALID, 0, 1 | rng.integers(0, 1 << 20, n)).astype(np.uint32)
    table = design_sets(sets, seed)
    table["stop_loss_ticks"] = rng.integers(1, 25, sets).astype(np.int32)
    table["take_profit_ticks"] = rng.integers(1, 30, sets).astype(np.int32)
    table["trail_activation_ticks"] = rng.integers(0, 15, sets).astype(np.int32)
    table["trail_distance_ticks"] = rng.integers(1, 20, sets).astype(np.int32)
    table["max_hold_seconds"] = rng.integers(1, 200, sets).astype(np.int32)
    table["cooldown_seconds"] = rng.choice([0, 0, 1, 30], sets).astype(np.int32)
    table["contexts_allowed"] = rng.integers(1, 1 << 20, sets).astype(np.uint32)
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


def swept_together(module, problem, threads):
    out = np.full((problem.sets, len(bench_nested.COLUMNS)), -1, dtype=np.int64)
    module.sweep_major(*problem.kernel_arguments(np.int32), out, threads)
    return out


def with_trails_above_stops(problem):
    """The candidate-major kernel leaves sets whose trail starts below the stop to others, as the product does."""
    table = problem.table
    most = table["trail_activation_ticks"] + table["stop_loss_ticks"] - 1
    on = table["trail_activation_ticks"] > 0
    table["trail_distance_ticks"] = np.where(
        on, np.minimum(table["trail_distance_ticks"], most), table["trail_distance_ticks"]
    )
    return problem


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
        total += assert_same(problem, swept(PLAIN_NESTED.sweep_nested, problem, dtype)).sum(axis=0)
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


@pytest.mark.parametrize("intrabar", ["stop_first", "target_first", "ohlc_path"])
@pytest.mark.parametrize("limit_fill", ["touch", "through"])
def test_candidate_major_kernel_finds_the_archives_trades(monkeypatch, limit_fill, intrabar):
    monkeypatch.setattr(PLAIN_MAJOR, "BLOCK", 100)
    for seed in range(20, 24):
        problem = with_trails_above_stops(
            random_problem(seed, sets=70, n=400, intrabar=intrabar, limit_fill=limit_fill)
        )
        assert_same(problem, swept_together(PLAIN_MAJOR, problem, threads=1 + seed % 2))


@pytest.mark.skipif(bench_jit.numba is None, reason="numba is in the `bench` dependency group")
def test_compiled_candidate_major_kernel_finds_the_archives_trades():
    for threads in (1, 2):
        bench_jit.threads(threads)
        for seed in range(30, 33):
            problem = with_trails_above_stops(random_problem(seed, sets=150, n=6000))
            assert_same(problem, swept_together(bench_major, problem, threads))


def test_candidate_major_kernel_refuses_what_does_not_fit():
    problem = with_trails_above_stops(random_problem(1, n=50))
    problem.table["trail_activation_ticks"][0] = 1
    problem.table["trail_distance_ticks"][0] = 1 + problem.table["stop_loss_ticks"][0]
    with pytest.raises(ValueError, match="trail"):
        swept_together(PLAIN_MAJOR, problem, 1)
    problem = with_trails_above_stops(random_problem(1, n=50))
    problem.day.high[10] += 100_000
    with pytest.raises(ValueError, match="packing"):
        swept_together(PLAIN_MAJOR, problem, 1)


@pytest.mark.parametrize("intrabar", ["stop_first", "target_first", "ohlc_path"])
@pytest.mark.parametrize("limit_fill", ["touch", "through"])
def test_product_finds_the_trades_of_the_kernels(limit_fill, intrabar):
    trades = 0
    for seed in range(40, 44):
        problem = with_trails_above_stops(
            random_problem(seed, sets=40, n=900, intrabar=intrabar, limit_fill=limit_fill)
        )
        sides = gate(problem.table, archive_brain(), problem.costs)
        problem = dataclasses.replace(problem, sides=sides)
        space = bench_product.engine().space
        states = _core.DayStates(
            problem.codes, np.where(problem.codes == INVALID, 0, problem.contexts), space
        )
        found = _core.sweep_day(
            problem.day.core,
            problem.table,
            bench_product.brain(),
            states=states,
            costs=problem.costs,
            barrier=BARRIER,
            threads=1 + seed % 2,
        )
        sums = bench_product.sums(found)
        np.testing.assert_array_equal(found["refused"].astype(bool), sides.refused)
        np.testing.assert_array_equal(sums, swept(PLAIN_NESTED.sweep_nested, problem, np.float64))
        np.testing.assert_array_equal(sums, swept_together(PLAIN_MAJOR, problem, threads=1))
        trades += int(sums[:, 0].sum())
    assert trades > 1000


def test_product_and_kernels_agree_on_a_piece_of_the_pinned_day():
    whole = make_day()
    part = {f.name: getattr(whole, f.name)[:5000] for f in dataclasses.fields(whole) if f.name != "close_s"}
    day = BenchDay(**part, close_s=int(part["ts"][-1]) + 30)
    table = variant(design_sets(100), "all day")
    problem = bench_product.problem(day, table)
    found = bench_product.sums(bench_product.sweep(day, bench_product.states(day), table, threads=2))
    assert found[:, 0].sum() > 100
    np.testing.assert_array_equal(found, swept_together(PLAIN_MAJOR, problem, threads=2))
    np.testing.assert_array_equal(found[:10], problem.archive_rows(list(range(10))))


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
