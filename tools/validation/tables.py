"""What has been measured, as Markdown."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tools.validation.worlds import KINDS, NONE, OTHERS, RUNGS, SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tools.validation.worlds import World

Row = tuple[object, ...]
Months = dict[str, list["World"]]

BACKOFF = Path(__file__).resolve().parents[2] / "rust" / "core" / "src" / "brain" / "backoff.rs"
WIDTHS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
SHARES = (0.0, 0.1, 0.2, 0.4, 0.6, 1.01)
"""Bounds of the classes of intervals by the share of own labels in the odds."""

ENOUGH_TRUTH = 5
"""The truth of a state is known where its variance is this many times smaller than the odds'."""


def share(hits: int, n: int) -> str:
    """``3/200, 1.5% (0.5–4.3)``: a count and its 95% interval (Wilson)."""
    low, high = (100 * x for x in interval(hits, n))
    return f"{hits}/{n}, {100 * hits / n:.1f}% ({low:.1f}–{high:.1f})"


def interval(hits: int, n: int) -> tuple[float, float]:
    """95% interval of a share (Wilson)."""
    from bayescore.results.statistics import wilson

    low, high = wilson(hits / n, n)
    return float(low), float(high)


def counted(holds: Callable[[World], bool], found: list[World]) -> str:
    """In how many worlds something holds."""
    return share(sum(map(holds, found)), len(found)) if found else "–"


def months(found: Mapping[str, World], kind: str) -> Months:
    """Worlds of one study by their name, in order of their seeds; names in the order of the tables."""
    out: dict[str, list[World]] = defaultdict(list)
    for key in sorted(found):
        study, name, _ = key.split("/")
        if study == kind:
            out[name].append(found[key])
    order = (NONE, *SIZES, *KINDS)
    return {name: out[name] for name in order if name in out}


# -- what is counted over the worlds of the whole pipeline -------------------------------------------------------


def _rung(policy: str, rungs: tuple[str, ...], w: World) -> bool:
    return w["policies"][policy]["rung"] in rungs


def _above(policy: str, figure: str, level: float, w: World) -> bool:
    value = w["policies"][policy].get(figure)
    return value is not None and value > level


def _below(figure: str, level: float, w: World) -> bool:
    value = w["policies"]["decision"].get(figure)
    return value is not None and value < level


VERDICTS: dict[str, Callable[[World], bool]] = {
    "**decision**: suggestive or better": partial(_rung, "decision", RUNGS),
    "**decision**: evidence, were null worlds not asked": partial(_rung, "decision", RUNGS[1:]),
    "decision: suggestive or better on any evening": lambda w: any(r in RUNGS for r in w["rungs"]),
    "decision: always flat": lambda w: w["traded_days"] == 0,
    "decision: probabilistic Sharpe > 0.95": partial(_above, "decision", "probabilistic_sharpe", 0.95),
    "decision: bootstrap interval above 0": partial(_above, "decision", "bootstrap_low", 0.0),
    **{f"`{p}`: suggestive or better": partial(_rung, p, RUNGS) for p in OTHERS},
    **{
        f"`{p}`: probabilistic Sharpe > 0.95": partial(_above, p, "probabilistic_sharpe", 0.95)
        for p in OTHERS
    },
    **{f"`{p}`: bootstrap interval above 0": partial(_above, p, "bootstrap_low", 0.0) for p in OTHERS},
    "deflated Sharpe > 0.95, raw trials": partial(_above, "decision", "deflated_sharpe", 0.95),
    "deflated Sharpe > 0.95, effective trials": partial(
        _above, "decision", "deflated_sharpe_effective", 0.95
    ),
    "SPA p < 5%": partial(_below, "superior_p_value", 0.05),
    "PBO < 5%": partial(_below, "overfitting_probability", 0.05),
    "PBO < 50%": partial(_below, "overfitting_probability", 0.5),
    "a star on any evening": lambda w: any(w["stars"]),
    "a star on the last evening": lambda w: w["stars"][-1] > 0,
    "an exit rule found on the last evening": lambda w: any(w["rules"][-1]),
    "an exit rule found on any evening": lambda w: any(map(any, w["rules"])),
    "*best in-sample Sharpe above 2*": lambda w: (w["best_sharpe"] or 0) > 2,
    "*a set with 10 trades and 80% wins on some day*": lambda w: w["days_with_easy_winner"] > 0,
}
"""By the words of their row."""


def tables(found: Mapping[str, World]) -> dict[str, str]:
    """All tables of what has been measured, by the name of their place in the page."""
    whole = months(found, "whole")
    sizes = {name: w for name, w in whole.items() if name == NONE or name in SIZES}
    kinds = {name: w for name, w in whole.items() if name in KINDS}
    alone = months(found, "brain")
    # Learned alone or with the rest: whichever there is more of.
    learned = {
        name: max(alone.get(name, []), sizes.get(name, []), key=len)
        for name in (NONE, *SIZES)
        if name in alone or name in sizes
    }
    out = {
        "verdict": _table(
            (
                "daily P&L",
                "days",
                "suggestive or better",
                "evidence, were null worlds not asked",
                "on any evening",
            ),
            (_of_rule(*which) for which in _drawn(found, "rule")),
        ),
        "means": _table(
            ("daily P&L", "days", "PSR > 0.95", "95% t interval above 0", "bootstrap interval above 0"),
            (_of_mean(*which) for which in _drawn(found, "rule")),
        ),
        "search": _table(
            (
                "daily P&L",
                "days",
                "DSR > 0.95, raw",
                "DSR > 0.95, effective",
                "SPA p < 5%",
                "PBO < 5%",
                "PBO, median",
            ),
            (_of_search(*which) for which in _drawn(found, "search")),
        ),
        "sizes": _counts(sizes),
        "kinds": _counts(kinds),
        "nets": _nets(whole),
        "luck": _table(("world", "months", "p ≤ 5%"), _luck(whole, months(found, "luck"))),
        "stars": _table(
            ("edge", "months", "a star on any evening", "on the last", "first (median evening)"),
            (_stars(name, w) for name, w in learned.items() if "stars" in w[0]),
        ),
        "coverage": _table(
            ("edge", "months", "intervals", "hold the truth", "weighted by labels"),
            (coverage(name, w) for name, w in learned.items() if len(w) > 1),
        ),
        "narrower": _table(
            ("edge", "months", *(f"width × {x}" for x in WIDTHS)),
            (_narrower(name, w) for name, w in learned.items() if len(w) > 1),
        ),
        "shrinkage": _table(
            ("share of own labels", "intervals", "hold one half", "what shrinking alone gives"),
            _shrinkage(learned.get(NONE, []), widened()),
        ),
        "exits": _table(
            (
                "edge",
                "hold, s",
                "months",
                "any rule found",
                "holding longer found",
                "what it brings an entry, ticks",
                "rules found, on the next dates",
            ),
            _exits(months(found, "exits")),
        ),
    }
    return {name: table for name, table in out.items() if table}


def written(page: str, found: Mapping[str, World], only: Collection[str] | None = None) -> str:
    """A page with every table in its place, between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``, or some only."""
    for name, table in tables(found).items():
        if only is not None and name not in only:
            continue
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        before, found_begin, rest = page.partition(begin)
        _, found_end, after = rest.partition(end)
        if found_begin and found_end:
            page = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return page


def _drawn(found: Mapping[str, World], kind: str) -> Iterator[tuple[str, str, World]]:
    """Shape, days and what was counted, of a study without a market."""
    for key in sorted(found):
        study, name, days = key.split("/")
        if study == kind:
            yield name, days, found[key]


def _table(head: Row, rows: Iterable[Row]) -> str:
    body = list(rows)
    if not body:
        return ""
    lines = [head, ("---",) * len(head), *body]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _counts(whole: Months) -> str:
    head = ("share of months", *(f"{name} ({len(w)})" for name, w in whole.items()))
    rows = [(words, *(counted(holds, w) for w in whole.values())) for words, holds in VERDICTS.items()]
    return _table(head, rows) if whole else ""


def _of_rule(name: str, days: str, w: World) -> Row:
    n = w["draws"]
    ever = share(w["ever"]["suggestive"], n) if w["ever"] else "–"
    return name, days, *(share(w["end"][r], n) for r in RUNGS), ever


def _of_mean(name: str, days: str, w: World) -> Row:
    return name, days, *(share(w[key], w["draws"]) for key in ("psr", "interval", "bootstrap"))


def _of_search(name: str, days: str, w: World) -> Row:
    value: dict[str, Any] = {key: np.array(x, np.float64) for key, x in w.items()}
    n = len(value["superior_p_value"])
    pbo = value["overfitting_probability"]
    return (
        name,
        days,
        *(
            share(int((value[key] > 0.95).sum()), n)
            for key in ("deflated_sharpe", "deflated_sharpe_effective")
        ),
        share(int((value["superior_p_value"] < 0.05).sum()), n),
        share(int((pbo < 0.05).sum()), n),
        f"{np.nanmedian(pbo):.2f}",
    )


def _nets(whole: Months) -> str:
    policies = ("decision", *OTHERS)

    def row(name: str, found: list[World]) -> Row:
        cells = []
        for policy in policies:
            net = np.array([w["policies"][policy]["net"] for w in found])
            error = f" ± {net.std(ddof=1) / np.sqrt(len(net)):,.0f}" if len(net) > 1 else ""
            cells.append(f"{net.mean():,.0f}{error}".replace("-", "−"))
        return name, len(found), *cells

    head = ("net of a month, $ ± SE", "months", *policies)
    return _table(head, (row(name, found) for name, found in whole.items()))


def _luck(whole: Months, luck: Months) -> Iterable[Row]:
    """Months without an edge that stayed flat or lost earned nothing that could be luck: they are not significant."""
    if NONE in whole:
        found = whole[NONE]
        yield NONE, len(found), counted(lambda w: w["luck"] is not None and w["luck"]["p"] <= 0.05, found)
    for name, found in luck.items():
        yield name, len(found), counted(lambda w: w["p"] <= 0.05 and w["net"] > 0, found)


def _stars(name: str, found: list[World]) -> Row:
    first = [next(k + 1 for k, s in enumerate(w["stars"]) if s) for w in found if any(w["stars"])]
    n = len(found)
    last = sum(w["stars"][-1] > 0 for w in found)
    return name, n, share(len(first), n), share(last, n), f"{np.median(first):.0f}" if first else "–"


def _mean_and_error(values: Sequence[float]) -> str:
    x = np.array(values, np.float64)
    error = f" ± {x.std(ddof=1) / np.sqrt(len(x)):.2f}" if len(x) > 1 else ""
    return f"{x.mean():+.2f}{error}".replace("-", "−") if len(x) else "–"


def _exits(by_name: Months) -> Iterator[Row]:
    """What the exit rules said of each set, beside what a longer hold brings over all months."""
    for name, found in by_name.items():
        for hold in found[0]:
            said: list[list[dict[str, Any]]] = [w[hold] for w in found]
            longer = [r for rules in said for r in rules if r["factor"] == "max_hold_seconds" and r["more"]]
            later = [r["later"] for rules in said for r in rules if r["found"] and r["later"] is not None]
            n = len(found)
            yield (
                name,
                hold,
                n,
                share(sum(any(r["found"] for r in rules) for rules in said), n),
                share(sum(r["found"] for r in longer), n),
                _mean_and_error([r["delta"] for r in longer]),
                f"{_mean_and_error(later)} ({len(later)})" if later else "–",
            )


class _Odds(NamedTuple):
    """Intervals of states on the last evening whose truth is known; arrays of shape (intervals,)."""

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    labels: NDArray[np.float64]
    truth: NDArray[np.float64]
    wider: NDArray[np.float64]
    """What the error of the truth widens an interval by."""

    def hold(self, width: float = 1.0) -> NDArray[np.bool_]:
        """Which 80% intervals, made so much wider, hold the truth."""
        from scipy.special import betaincinv

        mean = self.a / (self.a + self.b)
        low, high = (mean + (betaincinv(self.a, self.b, q) - mean) * self.wider * width for q in (0.1, 0.9))
        return np.asarray((low <= self.truth) & (self.truth <= high))


def _narrower(name: str, found: list[World]) -> Row:
    odds = _known(name, found)
    return name, len(found), *(f"{odds.hold(x).mean():.3f}" if len(odds.a) else "–" for x in WIDTHS)


def widened() -> float:
    """What the core multiplies the variance of odds by, since states are worth a little else in other months."""
    found = re.search(r"BETWEEN_MONTHS: f64 = ([\d.]+);", BACKOFF.read_text())
    assert found
    return float(found[1])


def _shrinkage(found: list[World], wider: float) -> Iterator[Row]:
    """Without an edge: intervals by how much of their odds is a state's own labels, ρ = n / (n + what was lent).

    The odds' mean strays from the truth by the noise of its own labels alone, √ρ of the sd without `wider`; so the
    interval holds it with probability 2Φ(z√wider / √ρ) − 1.
    """
    from bayescore.results.statistics import normal_cdf, normal_quantile

    if not found:
        return
    odds = _known(NONE, found)
    own, held = odds.labels / (odds.a + odds.b) / wider, odds.hold()
    for low, high in itertools.pairwise(SHARES):
        use = (low < own) & (own <= high)
        if use.any():
            z = normal_quantile(0.9) * np.sqrt(wider / own[use])
            expected = float((2 * normal_cdf(z) - 1).mean())
            yield (
                f"{low:.0%} to {min(high, 1):.0%}",
                f"{use.sum():,}",
                f"{held[use].mean():.3f}",
                f"{expected:.3f}",
            )


def coverage(name: str, found: list[World]) -> Row:
    """How often the 80% interval of a state's odds holds the truth; the truth is that of the other months."""
    odds = _known(name, found)
    if not len(odds.a):
        return name, len(found), "0", "–", "–"
    inside = odds.hold()
    labels = (inside * odds.labels).sum() / odds.labels.sum()
    return name, len(found), f"{len(odds.a):,}", f"{inside.mean():.3f}", f"{labels:.3f}"


def _known(name: str, found: list[World]) -> _Odds:
    """The odds of all months whose truth the other months tell."""
    ups, downs, a, b = (np.array([w[name] for w in found], np.float64) for name in ("ups", "downs", "a", "b"))
    n = ups + downs
    mean = a / (a + b)
    variance = mean * (1 - mean) / (a + b + 1)
    truth, error = np.full_like(mean, 0.5), np.zeros_like(mean)
    if name != NONE:
        others = n.sum(axis=0) - n
        with np.errstate(divide="ignore", invalid="ignore"):
            theirs = ups.sum(axis=0) - ups
            truth = theirs / others
            # Of one label more each way: two or three labels that agree do not make a truth known for certain.
            guess = (theirs + 1) / (others + 2)
            error = guess * (1 - guess) / others
    use = (n >= 1) & np.isfinite(truth) & (error * ENOUGH_TRUTH <= variance)
    return _Odds(a[use], b[use], n[use], truth[use], np.sqrt(1 + error[use] / variance[use]))
