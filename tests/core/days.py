"""Days, sets and evidence for the tests of the compiled module."""

import numpy as np

from bayescore import _core

NS = 1_000_000_000
OPEN_NS = 1_767_222_000 * NS
EVIDENCE = {"rung": "u1", "level": "u1", "state": "u2", "ups": "f8", "downs": "f8"}
"""Columns of a brain."""


def ticks(seed=0, bars=20_000, sigma=5.0):
    """Columns of a random walk in ticks, a bar in about three seconds of four."""
    rng = np.random.default_rng(seed)
    seconds = int(bars / 0.75)
    ts = np.sort(rng.choice(seconds, bars, replace=False)).astype(np.int32)
    path = np.cumsum(rng.standard_normal(bars * 8) * sigma / np.sqrt(8)).reshape(bars, 8)
    price = np.rint(80_000 + path).astype(np.int32)
    volume = np.rint(rng.lognormal(2.5, 1.0, bars)).astype(np.int64) + 1
    return {
        "ts_s": ts,
        "open": price[:, 0].copy(),
        "high": price.max(1),
        "low": price.min(1),
        "close": price[:, -1].copy(),
        "volume": volume,
    }


def day(seed=0, bars=20_000, sigma=5.0):
    columns = ticks(seed, bars, sigma)
    close_s = int(columns["ts_s"][-1]) + 1
    return _core.DayBars.from_ticks(**columns, tick_size=0.25, open_ns=OPEN_NS, close_s=close_s)


def prices(seed=0, bars=200):
    """The same as files hold it: nanoseconds and float prices."""
    c = ticks(seed, bars)
    out = {name: c[name] * 0.25 for name in ("open", "high", "low", "close")}
    return {
        "ts_ns": c["ts_s"].astype(np.int64) * NS + OPEN_NS,
        **out,
        "volume": c["volume"],
        "tick_size": 0.25,
    }


def table(seed=0, sets=200):
    """Random parameter sets, all entry rules."""
    rng = np.random.default_rng(seed)
    return {
        "stop_loss_ticks": rng.integers(8, 40, sets, dtype=np.int32),
        "take_profit_ticks": rng.integers(41, 100, sets, dtype=np.int32),
        "trail_activation_ticks": rng.integers(0, 60, sets, dtype=np.int32),
        "trail_distance_ticks": rng.integers(3, 30, sets, dtype=np.int32),
        "max_hold_seconds": rng.integers(60, 3600, sets, dtype=np.int32),
        "cooldown_seconds": rng.integers(0, 300, sets, dtype=np.int32),
        "confidence_threshold": rng.integers(10, 20, sets) * 0.05,
        "min_samples": rng.integers(0, 30, sets, dtype=np.int32),
        "entry_rule": rng.integers(0, 4, sets).astype(np.uint8),
        "contexts_allowed": rng.choice([1, 1, 2, 8, 10], sets).astype(np.uint32),
        "max_consecutive_losses": rng.integers(2, 11, sets, dtype=np.int32),
    }


def one(**changes):
    params = {
        "stop_loss_ticks": 20,
        "take_profit_ticks": 40,
        "trail_activation_ticks": 0,
        "trail_distance_ticks": 10,
        "max_hold_seconds": 900,
        "cooldown_seconds": 30,
        "confidence_threshold": 0.6,
        "min_samples": 0,
        "entry_rule": "any",
        "contexts_allowed": "all",
        "max_consecutive_losses": 10,
    }
    return params | changes


def brain(seed=0, space=None, most=200, **settings):
    """Random evidence with edges either way."""
    space = space or _core.StateSpace.standard(["all"])
    rng = np.random.default_rng(seed)
    rows = []
    chain = [[], *reversed(space.chain)]
    fields = {name: (len(labels), mirrored) for name, labels, mirrored in space.fields}
    for level, names in enumerate(chain):
        sizes = [fields[n][0] for n in names]
        for state in range(int(np.prod(sizes))):
            digits = np.unravel_index(state, sizes) if sizes else ()
            turned = [s - 1 - d if fields[n][1] else d for n, s, d in zip(names, sizes, digits, strict=True)]
            image = int(np.ravel_multi_index(turned, sizes)) if sizes else 0
            if settings.get("mirror", True) and image <= state:
                continue
            for rung in range(3):
                n = int(rng.integers(1, most))
                ups = int(rng.binomial(n, rng.uniform(0.3, 0.7)))
                rows.append((rung, level, state, ups, n - ups))
    evidence = [*zip(*sorted(rows), strict=True)]
    columns = {
        name: np.array(values, dtype)
        for (name, dtype), values in zip(EVIDENCE.items(), evidence, strict=True)
    }
    return _core.Brain.from_columns(space, columns, **settings)


SETS = 300_000
"""Far more than can be done before another thread gets its turn."""


def endless():
    """A sweep of many seconds with little memory: one leaf, a trade every few bars."""
    bars = day(bars=20_000)
    space = _core.StateSpace([("band", [str(k) for k in range(7)], True)], [["band"]])
    codes = np.random.default_rng(0).integers(0, 7, len(bars)).astype(np.uint16)
    sets = {k: np.resize(v, SETS) for k, v in table(sets=1000).items()}
    sets["entry_rule"][:] = 1
    sets["contexts_allowed"][:] = 1
    sets["max_consecutive_losses"][:] = 1_000_000
    return bars, sets, _core.DayStates(codes, None, space)
