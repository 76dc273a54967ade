"""One world a call: practice data with a known truth, and what every statistic says of them.

`rule` and `search_rule` draw numbers in place of a market; `brain` learns a month without trading; `whole` trains the
whole pipeline on one, with the reduced search of ``bayescore validate``; `luck` asks for its p-value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bayescore.config import Config
    from bayescore.data import MarketData
    from bayescore.training.learner import Learner

World = dict[str, Any]

NONE = "none:0"
SIZES = ("reversion:0.02", "reversion:0.03", "reversion:0.045", "reversion:0.06")
KINDS = ("continuation:0.045", "session:0.06", "side:0.06", "dying:0.06", "turning:0.06", "two:0.045")

DRAWS = 2_000
SEARCHES = 400
"""Draws of a whole search, each of `CANDIDATES`."""
CANDIDATES = 200
ALIKE = 0.3
"""Correlation of the daily P&L of two candidates: they trade the same events."""

RUNGS = ("suggestive", "evidence")
OTHERS = ("memory_5", "panel", "median")
"""Policies that trade nearly every day, judged beside the decision, which may stay flat."""
NULLS = 19
"""Null worlds of a p-value: as many as are needed for 5%."""

SHAPES: dict[str, Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "heavy tails (t, 3)": lambda rng, n: rng.standard_t(3, n),
    "many small gains, few large losses": lambda rng, n: 1 - rng.exponential(1, n),
    "many small losses, few large gains": lambda rng, n: rng.exponential(1, n) - 1,
}
"""Daily P&L with a mean of zero."""


def practice(world: str, seed: int, days: int, config: Config) -> MarketData:
    """A month of practice data."""
    from bayescore.data import load, synth

    kind, edge = world.split(":")
    return load(
        [
            synth.generate(
                days=days, seed=seed, edge=float(edge), edge_kind="reversion" if kind == "none" else kind
            )
        ],
        config,
    )


def rule(name: str, days: int) -> World:
    """What verdict, probabilistic Sharpe ratio and intervals say of records with a mean of zero."""
    from bayescore.results.bootstrap import bootstrap_interval
    from bayescore.results.deflation import probabilistic_sharpe
    from bayescore.results.statistics import mean_interval, moments
    from bayescore.results.verdict import of_days, verdict

    rng = np.random.default_rng([7, days, sorted(SHAPES).index(name)])
    ends, ever = dict.fromkeys(RUNGS, 0), dict.fromkeys(RUNGS, 0)
    likely = above = resampled = 0
    for _ in range(DRAWS):
        x = SHAPES[name](rng, (days,))
        # Every evening costs a verdict; evenings matter most in short records.
        shown = [x[:k] for k in range(1, days + 1)] if days <= 22 else [x]
        seen = [of_days(verdict(part)) for part in shown]
        for rung in RUNGS:
            rungs = RUNGS[RUNGS.index(rung) :]
            ends[rung] += seen[-1] in rungs
            ever[rung] += any(s in rungs for s in seen)
        sr, skew, kurtosis = moments(x)
        likely += probabilistic_sharpe(sr, 0.0, days, skew, kurtosis) > 0.95
        interval, boot = mean_interval(x), bootstrap_interval(x)
        above += interval is not None and interval.low > 0
        resampled += boot is not None and boot.low > 0
    return {
        "end": ends,
        "ever": ever if days <= 22 else None,
        "draws": DRAWS,
        "psr": likely,
        "interval": above,
        "bootstrap": resampled,
    }


def search_rule(name: str, days: int) -> World:
    """What is said of the best of many candidates that trade the same events and earn nothing."""
    from bayescore.results.robustness import robustness

    rng = np.random.default_rng([8, days, sorted(SHAPES).index(name)])
    found: dict[str, list[float]] = {name: [] for name in OF_SEARCH}
    for _ in range(SEARCHES):
        own = SHAPES[name](rng, (days, CANDIDATES))
        shared = SHAPES[name](rng, (days, 1))
        x = np.sqrt(ALIKE) * shared + np.sqrt(1 - ALIKE) * own
        said = robustness(x[:, 0].tolist(), x, CANDIDATES, [], 1, 0.0)
        for key in OF_SEARCH:
            value = getattr(said, key)
            found[key].append(float("nan") if value is None else value)
    return found


OF_SEARCH = (
    "deflated_sharpe",
    "deflated_sharpe_effective",
    "overfitting_probability",
    "overfitting_loss",
    "superior_p_value",
)
"""Figures of a summary that are about all candidates."""


def brain(world: str, seed: int, days: int) -> World:
    """Learn a month; when stars appeared, and the odds of every state on its last evening."""
    from bayescore import Config
    from bayescore.training.learner import Learner

    config = Config()
    market = practice(world, seed, days, config)
    learner = Learner(config, market, 1)
    stars = []
    for day in market.days:
        learner.learn_odds(learner.prepare(day))
        learner.stars.observe(learner.brain)
        stars.append(len(learner.stars.stars))
    return {"stars": stars, **_odds(learner)}


def _odds(learner: Learner) -> World:
    from bayescore.learning.stars import RUNG

    table, space = learner.brain.leaf_table(RUNG), learner.space
    own = [leaf for leaf in range(space.n_leaves) if leaf < space.mirror_leaf(leaf)]
    return {name: np.round(np.asarray(table[name])[own], 3).tolist() for name in ("ups", "downs", "a", "b")}


def whole(world: str, seed: int, days: int) -> World:
    """Train the whole pipeline on a month; what every statistic said."""
    import msgspec

    from bayescore import Config
    from bayescore.results.robustness import robustness
    from bayescore.results.statistics import annualised_sharpe
    from bayescore.results.summary import headline_verdict
    from bayescore.results.verdict import of_days
    from bayescore.training.control import TrainingControl
    from bayescore.training.learner import Learner
    from bayescore.training.validate import REDUCED
    from bayescore.training.walk import walk_day
    from bayescore.training.worlds import ROUNDS

    config = msgspec.structs.replace(Config(), **REDUCED)
    market = practice(world, seed, days, config)
    learner, control = Learner(config, market, 1, ROUNDS["reduced"]), TrainingControl()
    results, easy, stars = [], 0, []
    for index, day in enumerate(market.days):
        outcome = walk_day(learner, learner.prepare(day), index, control)
        results.append(outcome.result)
        stars.append(len(learner.stars.stars))
        trades, wins = (np.asarray(outcome.search.totals[name]) for name in ("trades", "wins"))
        easy += bool(((trades >= 10) & (wins >= 0.8 * trades)).any())
    evidence, tried = learner.evidence_currency()
    sharpes = [s for x in evidence.T if (s := annualised_sharpe(x)) is not None]
    value, currency = market.instrument.tick_value, market.instrument.currency
    last = results[-1].verdict
    assert last is not None
    said: World = {}
    for policy in ("decision", *OTHERS):
        played = [r.policies[policy] for r in results]
        nets = [d.metrics.net_currency for d in played if d.metrics is not None]
        found = robustness(nets, evidence if policy == "decision" else None, tried, [], 1, 0.0)
        said[policy] = {
            "rung": of_days(headline_verdict(played, value, currency)),
            "net": sum(nets),
            **({} if found is None else msgspec.to_builtins(found)),
        }
    return {
        "rungs": [of_days(r.verdict) for r in results if r.verdict is not None],
        "traded_days": last.traded_days,
        "net": said["decision"]["net"],
        "policies": said,
        "rules": [[rule.found for rule in r.regret.rules] for r in results],
        "best_sharpe": max(sharpes, default=None),
        "days_with_easy_winner": easy,
        "stars": stars,
        # Who stayed flat, or lost, earned nothing that could be luck.
        "luck": _luck(config, market) if world == NONE and said["decision"]["net"] > 0 else None,
        **_odds(learner),
    }


def luck(world: str, seed: int, days: int) -> World:
    """Whether ``bayescore validate`` gives a month p ≤ 5%: none of `NULLS` null worlds earns as much."""
    import msgspec

    from bayescore import Config
    from bayescore.training.validate import REDUCED

    config = msgspec.structs.replace(Config(), **REDUCED)
    return _luck(config, practice(world, seed, days, config))


def _luck(config: Config, market: MarketData) -> World:
    """As `luck`; it ends at the first world that earns as much."""
    from bayescore.training.validate import validate

    found = validate(config, market, permutations=NULLS, search="reduced", threads=1, enough=1)
    return {"p": found.p_value, "net": found.observed_net_currency, "as_good": found.as_good}
