"""Random days, sets and assumptions for the oracle tests.

The ``test_oracle_*`` files import the strategies from here. A day is decoded from two bytes a bar, so
that Hypothesis can delete bars and calm them down one by one when it shrinks a difference.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import engine_bars
import engine_brain
import engine_context
import engine_costs
import engine_gate
import engine_labels
import engine_simulate
import engine_space
import engine_state
import msgspec
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bayescore import _core
from bayescore.config import StateConfig
from bayescore.design.factors import DTYPES
from bayescore.vocabulary import ENTRY_RULES, SIDES

GAPS = (1, 1, 1, 1, 1, 1, 2, 7)
MOVES = (0, 0, 1, -1, 1, -1, 1, -1, 2, -2, 2, -2, 3, -3, 9, -9)
JUMPS = (0, 0, 0, 0, 1, -1, 2, -4)
WICKS = (0, 0, 1, 5)
VOLUMES = (1, 9, 0, 60)
N_WINDOWS = 3

oracle = settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
"""After ten examples Hypothesis mostly mutates earlier ones; many short streams see more different days."""


def run_stream(check, stream: int) -> None:
    """Run a check on the examples of one stream, the same every time."""
    seed(stream)(check)()


@dataclass(frozen=True)
class Case:
    """A day with its session windows."""

    day: engine_bars.Day
    windows: list[int]
    unit: int = 1
    """Ticks of the smallest move: large ones do not fit the product's packed fast path."""


def decode_day(data: bytes, first_ts: int, spare: int, base: int, pause: int, unit: int) -> Case:
    """Two bytes a bar: gap, move, jump of the open, wicks, volume. The pause comes in the middle."""
    ts: list[int] = []
    rows: list[tuple[int, int, int, int]] = []
    volume: list[int] = []
    t, price = first_ts, base
    for k in range(0, len(data) - 1, 2):
        bits = data[k] | data[k + 1] << 8
        fields = []
        for width in (3, 4, 3, 2, 2, 2):
            fields.append(bits & ((1 << width) - 1))
            bits >>= width
        gap, move, jump, up, down, vol = fields
        t += GAPS[gap] if rows else 0
        t += pause if len(rows) == len(data) // 4 else 0
        opened = price + JUMPS[jump] * unit
        price += MOVES[move] * unit
        ts.append(t)
        wick_up, wick_down = WICKS[up] * unit, WICKS[down] * unit
        rows.append((opened, max(opened, price) + wick_up, min(opened, price) - wick_down, price))
        volume.append(VOLUMES[vol])
    columns = [list(c) for c in zip(*rows, strict=True)]
    day = engine_bars.Day(ts, *columns, volume, close_s=t + spare)  # type: ignore[call-arg]
    return Case(day, [min(x * N_WINDOWS // (t + 1), N_WINDOWS - 1) for x in ts], unit)


cases = st.builds(
    decode_day,
    st.binary(min_size=260, max_size=640),
    st.integers(0, 40),
    st.sampled_from([500, 30, 5, 1]),
    st.sampled_from([100, 0, -50, 80_000]),
    st.sampled_from([0, 0, 0, 3_600]),
    st.sampled_from([1] * 6 + [60, 900]),
)


def one_after_the_other(parts: list[Case]) -> Case:
    """One longer day; each part begins where the price of the one before ended."""
    columns: list[list[int]] = [[] for _ in range(6)]
    windows: list[int] = []
    for part in parts:
        day = part.day
        later = columns[0][-1] + 1 if columns[0] else 0
        higher = columns[4][-1] - day.close[0] if columns[0] else 0
        shifts = (later, higher, higher, higher, higher, 0)
        given_columns = (day.ts, day.open, day.high, day.low, day.close, day.volume)
        for column, more, shift in zip(columns, given_columns, shifts, strict=True):
            column.extend(x + shift for x in more)
        windows += part.windows
    spare = parts[-1].day.close_s - parts[-1].day.ts[-1]
    return Case(
        engine_bars.Day(*columns, close_s=columns[0][-1] + spare), windows, max(p.unit for p in parts)
    )


@st.composite
def state_configs(draw):
    """Small windows, so that days of a few minutes have states."""
    band = draw(st.sampled_from([30, 40, 60]))
    return StateConfig(
        band_window=band,
        band_edges=draw(st.sampled_from([(1.0, 2.0, 2.5), (0.5, 1.0, 1.5)])),
        min_bars=draw(st.sampled_from([3, 5, 12])),
        warmup=draw(st.sampled_from([0, 20, 60])),
        momentum_lag=draw(st.sampled_from([1, 5, 20])),
        momentum_edges=draw(st.sampled_from([(0.5, 1.5), (0.25, 1.0)])),
        long_window=draw(st.sampled_from([60, 90, 120])),
        trend_edge=draw(st.sampled_from([1.0, 2.0])),
        volume_window=draw(st.sampled_from([1, 5, 20])),
        volume_factor=draw(st.sampled_from([1.0, 1.2])),
        burst_window=draw(st.sampled_from([1, 3, 5])),
        burst_factor=draw(st.sampled_from([1.0, 1.5, 2.0])),
        breakout_gap=draw(st.sampled_from([1, 8, 20])),
        compression_window=draw(st.sampled_from([3, 12, 25])),
        compression_factor=draw(st.sampled_from([0.3, 0.6])),
        volatility_window=draw(st.sampled_from([5, 15, 60])),
        volatility_bounds=draw(st.sampled_from([(0.6, 1.6), (0.9, 1.1)])),
        transition_window=draw(st.sampled_from([1, 20, 60])),
    )


param_sets = st.builds(
    engine_simulate.ParamSet,
    stop_loss_ticks=st.one_of(st.integers(1, 5), st.integers(1, 20)),
    take_profit_ticks=st.one_of(st.integers(1, 6), st.integers(1, 30)),
    trail_activation_ticks=st.one_of(st.just(0), st.integers(1, 12)),
    trail_distance_ticks=st.integers(1, 8),
    max_hold_seconds=st.sampled_from([1000, 1000, 100, 20, 5, 1]),
    cooldown_seconds=st.sampled_from([0, 0, 1, 10]),
    confidence_threshold=st.sampled_from([0.5, 0.55, 0.6, 0.8, 0.95]),
    min_samples=st.sampled_from([0, 1, 3, 10]),
    entry_rule=st.sampled_from(["any", "any", "reversion", "drive", "learned"]),
    contexts_allowed=st.sampled_from([1, 1, 1, 1, 2, 8, 2 | 16 | 128, 1 << 16, 4 | 1 << 17, 32, 64]),
    max_consecutive_losses=st.sampled_from([100, 0, 3, 1]),
    sides=st.sampled_from(["both", "both", "long", "short"]),
)

param_tables = st.lists(param_sets, min_size=4, max_size=12)

costs = st.builds(
    engine_costs.Costs,
    commission_milliticks=st.sampled_from([0, 1, 1000, 2480]),
    slippage_base=st.sampled_from([0, 1, 2]),
    slippage_factor=st.sampled_from([0.0, 0.1, 0.25, 0.3]),
    slippage_window=st.sampled_from([1, 5, 9]),
)

fill_rules = st.builds(
    engine_costs.FillRules,
    limit_fill=st.sampled_from(["touch", "through"]),
    intrabar=st.sampled_from(["stop_first", "target_first", "ohlc_path"]),
    max_entry_gap=st.sampled_from([1, 5, 7]),
    no_entry_before_close=st.sampled_from([20, 40]),
    flat_before_close=st.sampled_from([0, 5, 12]),
)

brain_settings = st.builds(
    engine_brain.BrainSettings,
    mirror=st.booleans(),
    half_life_days=st.sampled_from([0.0, 0.0, 1.0, 7.5]),
    root_strength=st.sampled_from([10.0, 0.5, 100.0]),
    kappa_min=st.sampled_from([5.0, 1.0]),
    kappa_max=st.sampled_from([10_000.0, 50.0]),
)

label_rules = st.fixed_dictionaries(
    {"horizon": st.sampled_from([3, 20, 60, 900]), "max_entry_gap": st.sampled_from([1, 5])}
)


def core_day(day: engine_bars.Day) -> _core.DayBars:
    """The product's bars."""
    prices = (np.array(c, dtype=np.int32) for c in (day.open, day.high, day.low, day.close))
    ts, volume = np.array(day.ts, dtype=np.int32), np.array(day.volume, dtype=np.int64)
    return _core.DayBars.from_ticks(ts, *prices, volume, 0.25, open_ns=0, close_s=day.close_s)


def core_states(case: Case, cfg: StateConfig) -> _core.DayStates:
    """The product's codes and context bits."""
    engine = _core.StateEngine(N_WINDOWS, **msgspec.structs.asdict(cfg))
    return engine.run(core_day(case.day), np.array(case.windows, dtype=np.uint8))


def core_costs(cost: engine_costs.Costs, rules: engine_costs.FillRules) -> dict[str, Any]:
    """Costs and fill rules as the product takes them."""
    return asdict(cost) | asdict(rules)


def core_table(sets: list[engine_simulate.ParamSet]) -> dict[str, np.ndarray]:
    """Sets as the product's columns."""
    rows = [
        asdict(s) | {"entry_rule": ENTRY_RULES.index(s.entry_rule), "sides": SIDES.index(s.sides)}
        for s in sets
    ]
    return {name: np.array([r[name] for r in rows], dtype=dtype) for name, dtype in DTYPES.items()}


def archived_states(case: Case, cfg: StateConfig):
    """Codes and context bits by the archive."""
    codes = engine_state.StateEngine(cfg, N_WINDOWS).run(case.day, case.windows)
    return codes, engine_context.ContextDetector(cfg, N_WINDOWS).run(case.day, codes)


def archived_brain(days, cfg, how, rules, b):
    """A brain that has learned these days with one barrier."""
    brain = engine_brain.BayesianBrain(engine_space.default_space(N_WINDOWS), how)
    for case in days:
        codes, _ = archived_states(case, cfg)
        brain.learn(engine_labels.label_day(case.day, codes, b, **rules).labels)
    return brain


SEEN: Counter[str] = Counter()


@oracle
@given(cases, state_configs(), param_tables, costs, fill_rules, st.integers(2, 12), label_rules)
def observe(case, cfg, table, cost, rules, b, labelling):
    """Count what a random case shows."""
    space = engine_space.default_space(N_WINDOWS)
    codes, contexts = archived_states(case, cfg)
    for code in set(codes):
        if code != engine_space.INVALID:
            for field, digit in zip(space.fields, space.decode(code), strict=True):
                SEEN[f"{field.name} {digit}"] += 1
    for mask in set(contexts):
        SEEN.update(f"context {bit}" for bit in range(32) if mask >> bit & 1)
    simulator = engine_simulate.DaySimulator(case.day, space, codes, contexts, cost, rules)
    for params in table:
        outcome = simulator.run(params, engine_gate.gate(space, params, None, b, cost.bracket_cost).sides)
        SEEN.update(f"reason {t.reason} side {t.side}" for t in outcome.trades)
        SEEN.update(f"ambiguous {rules.intrabar} {t.reason}" for t in outcome.trades if t.ambiguous)
        SEEN["dropped"] += outcome.dropped
        SEEN["stopped"] += outcome.stopped
        SEEN["last bar"] += sum(t.exit_bar == len(codes) - 1 for t in outcome.trades)
    found = engine_labels.label_day(case.day, codes, b, **labelling)
    SEEN["label gap"] += found.gaps
    SEEN.update(f"label {outcome}" for label in found.labels for outcome in label.outcomes)
