"""What a result can be trusted for, in sentences: luck and search, choices, refusals, calibration by level."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bayescore.report.wording import UNDEFINED, chance, equals, money, number, percent, robustness_lines

if TYPE_CHECKING:
    from bayescore.events import Calibration, Refusals, Stability, Summary


def trust_lines(s: Summary) -> list[str]:
    """Everything that stands beside the verdict, in the order in which it is read."""
    return [
        *robustness_lines(s.robustness, s.currency),
        *stability_lines(s.stability),
        *refusal_lines(s.refusals),
    ]


class Figure(NamedTuple):
    """One figure of the whole run: what it is of, the figure, what it comes from."""

    name: str
    value: str
    source: str


def figures(s: Summary) -> list[Figure]:
    """What stands beside the verdict, a figure a row; those that cannot be given are left out."""
    rows: list[tuple[str, str | None, str]] = []
    r, c = s.robustness, s.currency

    def of(x: float | None, text: str) -> str | None:
        return None if x is None else text

    if s.verdict is not None:
        p = s.verdict.null_p_value
        told = "not known" if p is None else f"p {equals(p)}"
        rows.append(("the pipeline earns so by luck", told, "bayescore validate"))
    if r is not None:
        rows += [
            (
                "true Sharpe ratio above 0",
                of(r.probabilistic_sharpe, chance(r.probabilistic_sharpe or 0.0)),
                "PSR",
            ),
            (
                "days until that is sure at 95%",
                of(r.track_record_days, f"{r.track_record_days}"),
                "minimum track record",
            ),
            (
                "mean day, 95% interval",
                of(r.bootstrap_low, f"{money(r.bootstrap_low, c)} … {money(r.bootstrap_high, c)}"),
                "stationary bootstrap",
            ),
            (
                "candidates looked at",
                f"{r.trials:,}" if r.trials else None,
                f"as {r.effective_trials:.1f} independent ones",
            ),
            (
                "best of them beats luck",
                of(
                    r.deflated_sharpe,
                    f"{percent(r.deflated_sharpe, 0)}, {percent(r.deflated_sharpe_effective, 0)}",
                ),
                "deflated Sharpe; the second flatters",
            ),
            (
                "winner below median later",
                of(r.overfitting_probability, percent(r.overfitting_probability, 0)),
                "PBO by CSCV",
            ),
            ("winner loses later", of(r.overfitting_loss, percent(r.overfitting_loss, 0)), "CSCV"),
            (
                "so good with none above flat",
                of(r.superior_p_value, f"p {equals(r.superior_p_value)}"),
                "SPA",
            ),
            (
                "kept of the in-sample bests",
                of(r.kept_of_in_sample, percent(r.kept_of_in_sample, 0)),
                "mean day out of sample / in sample",
            ),
            (
                "a day expected, a day kept",
                of(r.promised_currency, f"{money(r.promised_currency, c)}, {money(r.kept_currency, c)}"),
                f"by evening, {_count(r.promised_days, 'day')}",
            ),
            (
                "slippage the gain bears",
                of(r.break_even_slippage_ticks, f"{number(r.break_even_slippage_ticks)} ticks"),
                "an order, besides what is charged",
            ),
            (
                "stop first, target first",
                of(
                    r.stop_first_currency,
                    f"{money(r.stop_first_currency, c)}, {money(r.target_first_currency, c)}",
                )
                if r.ambiguous
                else None,
                f"{_count(r.ambiguous, 'trade')} met both",
            ),
        ]
    if s.stability is not None and s.stability.evenings:
        x = s.stability
        rows += [
            (
                "same set, entry, contexts",
                f"{x.same_set}, {x.same_entry}, {x.same_contexts} of {x.evenings}",
                "from one evening to the next",
            ),
            (
                "moves of stop, target, hold",
                ", ".join(percent(m, 0) for m in (x.stop_change, x.target_change, x.hold_change)),
                "medians, evening to evening",
            ),
        ]
    if s.stability is not None:
        rows.append(("trade and flat took turns", f"{s.stability.turned} of {s.stability.pairs}", "evenings"))
    if s.refusals is not None and s.refusals.learned:
        rows.append(
            ("learned sets refused", f"{s.refusals.refused:,} of {s.refusals.learned:,}", "bracket too far")
        )
    if s.refusals is not None and s.refusals.signals:
        y = s.refusals
        own = (
            f"headline's own {y.headline_vetoed:,} of {y.headline_signals:,}"
            if y.headline_signals
            else "of bars"
        )
        rows.append(("entries by rule vetoed", percent(y.vetoed / y.signals, 0), own))
    return [Figure(name, value, source) for name, value, source in rows if value is not None]


def stability_lines(x: Stability | None) -> list[str]:
    """Whether choices last from one evening to the next."""
    if x is None:
        return []
    turned = f"trading and staying flat took turns on {x.turned} of {_count(x.pairs, 'evening')}"
    if not x.evenings:
        return [f"Choices: {turned}; no two evenings in a row had a set."]
    return [
        f"Choices: from one evening to the next the set stayed the same on {x.same_set} of {x.evenings}, its entry "
        f"rule and sides on {x.same_entry}, its contexts on {x.same_contexts}; the stop moved by "
        f"{percent(x.stop_change, 0)}, the target by {percent(x.target_change, 0)} (medians); {turned}."
    ]


def refusal_lines(r: Refusals | None) -> list[str]:
    """What the brain did not let happen."""
    if r is None or not (r.learned or r.signals):
        return []
    parts = []
    if r.learned:
        parts.append(
            f"refused {r.refused:,} of {r.learned:,} learned sets, their brackets too far from what it learns on"
        )
    if r.signals:
        parts.append(
            f"vetoed {percent(r.vetoed / r.signals, 0)} of the bars at which the other sets' rules would have entered"
        )
    if r.headline_signals:
        parts.append(f"of the headline's own {r.headline_vetoed:,} of {r.headline_signals:,}")
    return [f"The brain {'; '.join(parts)}."]


class LevelRow(NamedTuple):
    """Calibration of a level, as it is shown."""

    level: str
    labels: str
    brier: str
    difference: str
    """From the score of one half, thousandths, with its standard error."""
    reliability: str
    resolution: str
    slope: str
    inside: str
    """In the 80% band, and how many should be."""


LEVEL_HEAD = LevelRow(
    "odds by level, × 1,000", "labels", "Brier", "less ¼", "reliability", "resolution", "slope", "in 80% band"
)

LEVEL_NOTE = (
    "Brier = reliability (odds that were wrong; 0 is best) − resolution (states told apart; more is better) + "
    "uncertainty (about ¼); less ¼: below 0 the odds beat a coin. In the band: counts of a state's day, and the share "
    "that should be."
)


def level_rows(c: Calibration) -> list[LevelRow]:
    """Calibration by level of the back-off; empty before the first label."""
    return [
        LevelRow(
            x.level,
            f"{x.n:,}",
            number(1000 * x.brier, 2),
            f"{number(1000 * (x.brier - 0.25), 2, signed=True)}"
            + ("" if x.brier_error is None else f" ± {number(1000 * x.brier_error, 2)}"),
            number(1000 * x.reliability, 2),
            number(1000 * x.resolution, 2),
            number(x.slope),
            UNDEFINED if x.inside is None else f"{percent(x.inside, 0)} / {percent(x.inside_expected, 0)}",
        )
        for x in c.levels
    ]


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")
