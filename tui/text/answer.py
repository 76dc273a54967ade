"""The lines above the charts that answer: is it real, what is done tomorrow, how far are the odds from paying."""

from __future__ import annotations

from typing import get_args

from textual.content import Content

from bayescore.events import Rung, Verdict
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.text.blocks import LEAST_LABEL, asked, nearest_to_paying
from bayescore_tui.text.decision import decision_of, in_brief
from bayescore_tui.text.formats import UNDEFINED, counted, money, number, shorten_words, state
from bayescore_tui.text.lines import DIM, GAIN, GAP, STRONG, WARN, Part, cells, fitting, gauge, tone

RUNGS: tuple[str, ...] = get_args(Rung)
LADDER = {"too early to say": DIM, "no evidence of an edge": WARN, "suggestive": STRONG, "evidence": GAIN}
ODDS_COLUMNS = 10


def verdict_of(model: RunModel) -> Verdict | None:
    """The newest verdict on the headline."""
    if model.summary is not None:
        return model.summary.verdict
    return model.last.verdict if model.last is not None else None


def ladder(verdict: Verdict | None) -> list[Part]:
    """The rung that is reached, and how many there are."""
    if verdict is None:
        return [("verdict after the first day", DIM)]
    reached = RUNGS.index(verdict.rung) + 1
    return [
        ("●" * reached, LADDER[verdict.rung]),
        ("○" * (len(RUNGS) - reached), DIM),
        " ",
        (verdict.rung, f"bold {LADDER[verdict.rung]}" if LADDER[verdict.rung] != STRONG else STRONG),
    ]


def net_a_day(verdict: Verdict | None, currency: str) -> list[Part]:
    """Mean net a day out of sample, with its interval."""
    if verdict is None or verdict.mean_day_currency is None:
        return []
    mean = verdict.mean_day_currency
    parts: list[Part] = [("net a day ", DIM), (money(mean, currency), tone(mean))]
    if verdict.low is not None and verdict.high is not None:
        parts.append((f" ({money(verdict.low, currency)} … {money(verdict.high, currency)})", DIM))
    return parts


def total(model: RunModel) -> list[Part]:
    """Net of the run so far, out of sample."""
    if model.last is None or not model.last.so_far.days:
        return []
    net, days = model.last.so_far.net_currency, counted(model.last.so_far.days, "day")
    return [("out of sample ", DIM), (money(net, model.currency), tone(net)), (f" in {days}", DIM)]


def odds(model: RunModel, width: int) -> list[Part]:
    """The state that is nearest to paying: the interval of its odds, its lower end on a gauge from one half on."""
    nearest = nearest_to_paying(model.last.patterns) if model.last is not None else None
    if nearest is None:
        return [("no state above one half yet", DIM)]
    reach = max(nearest.low - 0.5, 0.0) / (nearest.needs - 0.5) if nearest.needs > 0.5 else 1.0
    interval = (f"{number(nearest.low, 3)}–{number(nearest.high, 3)}", GAIN if nearest.pays else STRONG)
    parts: list[Part] = [("odds ", DIM), interval, " ", *gauge(reach, ODDS_COLUMNS), " ", asked(nearest)]
    if cells(parts) > width:
        parts = [("odds ", DIM), interval, f" {asked(nearest)}"]
    room = width - cells(parts) - 2
    if room >= LEAST_LABEL:
        parts.append((f"  {shorten_words(f'{nearest.side} {state(nearest.label)}', room)}", DIM))
    return parts


def missing(verdict: Verdict | None) -> list[Part]:
    """What the next rung needs."""
    return [("next: ", DIM), verdict.missing] if verdict is not None and verdict.missing else []


def answer(model: RunModel, width: int) -> Content:
    """Is it real, and what does it bring; what is done tomorrow, and how far are the odds from paying."""
    verdict = verdict_of(model)
    first = fitting(
        [ladder(verdict), net_a_day(verdict, model.currency), total(model), missing(verdict)], width
    )
    next_day = tomorrow(model)
    room = width - cells(next_day) - len(GAP)
    return Content("\n").join([first, fitting([next_day, odds(model, room)], width)])


def tomorrow(model: RunModel) -> list[Part]:
    """What is done on the next day, and how sure it is."""
    d = decision_of(model)
    return [("tomorrow ", DIM), UNDEFINED] if d is None else in_brief(d, model.currency)
