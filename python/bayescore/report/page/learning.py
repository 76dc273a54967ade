"""What was learned: factors, calibration, patterns, exits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bayescore.report.page import charts
from bayescore.report.page.markup import paragraphs, section, table
from bayescore.report.trust import LEVEL_HEAD, LEVEL_NOTE, level_rows
from bayescore.report.wording import ALL_SETS, STARRED, UNSTARRED, number, p_value, percent, state, timings
from bayescore.results.breakdown import reliability
from bayescore.results.exit_times import exits_so_far
from bayescore.vocabulary import FACTORS

if TYPE_CHECKING:
    from bayescore import events
    from bayescore.report.page.gather import PageData
    from bayescore.report.page.sheaf import Sheaf

PATTERNS_SHOWN = 20


def effects(data: PageData, sheaf: Sheaf) -> str:
    """Which factors matter, and how the objective runs along each."""
    found = data.summary.effects
    if not found:
        few = "Too few sets had enough trades for the objective to be defined."
        return section("Which factors matter", paragraphs([few]))
    objective = data.config.objective.replace("_", " ")
    names = {e.factor: FACTORS[e.factor].label for e in found}
    bars = charts.shares(
        charts.columns(("factor", "share"), [(names[e.factor], max(e.share, 0.0)) for e in found])
    )
    best = table(
        ("factor", "share of variance", "direction", "best level"),
        [
            (
                names[e.factor],
                percent(e.share),
                number(e.direction, signed=True) if e.direction else "–",
                e.best_level.replace("_", " "),
            )
            for e in found
        ],
        words=(3,),
    )
    means = {e.factor: [m for m in data.levels if m.factor == e.factor and m.mean is not None] for e in found}
    ends = [m.mean + sign * (m.error or 0.0) for ms in means.values() for m in ms for sign in (-1, 1)]  # type: ignore[operator]
    parts = [
        sheaf.add(
            "shares", bars, f"Share of the variance of the objective ({objective}) that each factor explains."
        ),
        best,
    ]
    if ends:
        room = 0.04 * (max(ends) - min(ends)) or 0.5
        domain = (min(ends) - room, max(ends) + room)
        slices = []
        for k, e in enumerate(found):
            rows = [
                (
                    m.level.replace("_", " "),
                    m.mean,
                    m.mean - (m.error or 0.0),
                    m.mean + (m.error or 0.0),
                    m.sets,
                    m.undefined,
                )
                for m in means[e.factor]
                if m.mean is not None
            ]
            spec = charts.levels(
                charts.columns(("level", "mean", "low", "high", "sets", "undefined"), rows), domain
            )
            unit = FACTORS[e.factor].unit
            title = names[e.factor] + (f", {unit}" if unit else "")
            slices.append(sheaf.add(f"slice{k}", spec, title, "low", above=True))
        words = (
            f"Mean {objective} of the sets at each level of a factor, in sample, with its standard error; one scale "
            "for all. From the sets that are the same every day, which are a fair design."
        )
        parts += [
            "<h3>Along each factor</h3>",
            paragraphs([words], "note"),
            f"<div class=slices>{''.join(slices)}</div>",
        ]
    return section("Which factors matter", *parts)


def calibration(data: PageData, sheaf: Sheaf) -> str:
    """Whether a probability that was said came true as often."""
    c = data.summary.calibration
    bins = reliability(c)
    if c.brier is None or c.brier_half is None or not bins:
        return section("Calibration", paragraphs(["No labels yet to compare predictions with."]))
    error = "" if c.brier_error is None else f" ± {c.brier_error:.5f}"
    lines = [
        f"{c.n:,} labels out of sample: Brier score {c.brier:.5f} against {c.brier_half:.5f} for a coin (difference "
        f"{number(c.brier - c.brier_half, 5, signed=True)}{error}); calibration error {number(c.ece, 4)}; slope "
        f"{number(c.slope)}; spread of the predictions {number(c.spread, 4)}."
    ]
    names = ("predicted", "realised", "labels", "low", "high")
    words = "On the dashed line what was predicted came true as often; grey: where chance leaves 95 of 100 points."
    rows = [(f"{b.predicted:.3f}", f"{b.realised:.3f}", f"{b.labels:,}") for b in bins]
    return section(
        "Calibration",
        paragraphs(lines),
        sheaf.add("calibration", charts.calibration(charts.columns(names, bins)), words, "tall"),
        table(("mean prediction", "realised", "labels"), rows),
        *_levels(c),
    )


def _levels(c: events.Calibration) -> list[str]:
    """The same by level of the back-off, where there is anything to say."""
    rows = level_rows(c)
    return ["<h3>By level</h3>", table(LEVEL_HEAD, rows), paragraphs([LEVEL_NOTE], "note")] if rows else []


def patterns(data: PageData) -> str:
    """The market states with the best known odds, and how far each is from paying."""
    found = data.summary.patterns[:PATTERNS_SHOWN]
    rows = [
        (
            state(p.label),
            p.side,
            f"{p.probability:.3f}{'*' if p.significant else ''}",
            f"{p.low:.3f}–{p.high:.3f}",
            f"{p.effective_n:,.0f}",
            p.asks,
            f"{p.trades:,}",
            number(p.net_ticks if p.trades else None, 0, signed=True),
        )
        for p in found
    ]
    head = ("state", "side", "P(win)", "80% interval", "n", "needs", "trades", "net, ticks")
    note = STARRED if any(p.significant for p in found) else UNSTARRED
    return section("Strongest patterns", table(head, rows), paragraphs([note], "note"))


def regret(data: PageData, sheaf: Sheaf) -> str:
    """How exits were timed beside what a market without drift gives, and what other exits would have brought."""
    last = data.results[-1].regret
    days = [(r.date, r.regret.headline, r.regret.headline_driftless) for r in data.results]
    parts = []
    together = exits_so_far(data.results)
    if together is None:
        parts += [
            table(("timing", "share"), [(name, percent(share)) for name, share, _ in timings(last)]),
            paragraphs([f"The headline stayed flat. These are {ALL_SETS}."], "note"),
        ]
    else:
        seen, expected = "too early", "too early without drift"
        rows = [(d, seen, own.too_early) for d, own, _ in days if own is not None]
        rows += [(d, expected, null.too_early) for d, _, null in days if null is not None]
        spec = charts.two_shares(charts.columns(("date", "what", "share"), rows), (seen, expected))
        words = (
            "Share of the headline's exits whose best price came later. Most exits of any market look early: only a "
            "distance to the second line says something."
        )
        parts.append(sheaf.add("regret", spec, words))
        all_days = msgspec.structs.replace(last, headline=together[0], headline_driftless=together[1])
        parts += [
            table(
                (f"{together[0].exits:,} exits of the headline", "share", "without drift"),
                [(name, percent(share), percent(null)) for name, share, null in timings(all_days)],
            ),
            paragraphs(
                [
                    "Without drift: the same entries under the same exits on the days' bars, each reflected by a coin."
                ],
                "note",
            ),
        ]
    parts.append(
        table(
            ("sets of the last date", "exit efficiency", "without drift", "left, ticks", "given back, ticks"),
            [
                (
                    f"{last.trades:,} trades of {last.events:,} events",
                    percent(last.exit_efficiency),
                    percent(0.5),
                    number(last.left_on_table_ticks, 1),
                    number(last.given_back_ticks, 1),
                )
            ],
        )
    )
    if last.rules:
        rows2 = [
            (
                FACTORS[r.factor].label,
                f"{r.old} → {r.new}",
                number(r.delta_ticks, 2, signed=True),
                f"{number(r.low, 2, signed=True)} to {number(r.high, 2, signed=True)}",
                p_value(r.p_value),
                f"{r.entries:,} / {r.days}",
                "more than chance" if r.found else "within chance",
            )
            for r in last.rules
        ]
        head = ("other exit", "change", "ticks an entry", "95% interval", "p", "entries / days", "")
        parts += [
            "<h3>What other exits would have brought</h3>",
            table(head, rows2, words=(6,)),
            paragraphs(
                [
                    "The same entries with one rule changed; p: one-sided; last column: with false-discovery control."
                ],
                "note",
            ),
        ]
    return section("Exits, looked back at", *parts)
