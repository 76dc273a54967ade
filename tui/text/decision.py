"""What is done tomorrow and what it rests on: the decision, its experts over the days, the evidence of its rivals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from bayescore.events import Contender, Decision
from bayescore.report.wording import decision_sentence
from bayescore_tui.model.evidence import EvidenceGrid
from bayescore_tui.model.run_model import DayRow, RunModel
from bayescore_tui.text.formats import chance, counted, percent, policy, shorten, whole
from bayescore_tui.text.lines import DIM, GAIN, STRONG, WARN, Part, fitting, gauge, params_line, stack, tone

LEVELS = " ▁▂▃▄▅▆▇█"
GROUNDS = (12, 24, 36, 48)
"""How much of a hundred of colour stands behind a cell, by the size of its gain or loss."""
NAME_COLUMNS = 17
LEGENDS = ("net of each day: + gain, − loss, · none; ▸ chosen", "net by day, + gain − loss ▸ chosen", "")
"""What stands above the days of the rivals, as long as there is room for."""


def decision_of(model: RunModel) -> Decision | None:
    """The newest decision."""
    if model.summary is not None and model.summary.decision is not None:
        return model.summary.decision
    return model.last.decision if model.last is not None else None


def verb(d: Decision) -> Part:
    """What is done, in a word or two."""
    return ("trade", f"bold {GAIN}") if d.trade else ("stay flat", f"bold {WARN}")


def in_brief(d: Decision, currency: str) -> list[Part]:
    """One line for the top of the screen: what is done, how sure that is, and what the days after choices say of it."""
    parts: list[Part] = [
        ("tomorrow ", DIM),
        verb(d),
        (", chance to earn ", DIM),
        (chance(d.probability), STRONG),
        (" needs ", DIM),
        percent(d.bar, 0),
    ]
    if d.trade and d.expected_currency is not None:
        low, high = whole(d.low_currency, currency), whole(d.high_currency, currency)
        parts += [(", a day ", DIM), (f"{low} … {high}", tone(d.low_currency))]
    return parts


def decision(d: Decision, currency: str) -> list[list[Part]]:
    """What is done and why, from the chance to what luck alone would show."""
    interval = f" ({whole(d.low_currency, currency)} … {whole(d.high_currency, currency)})"
    return [
        [verb(d), (f"  {policy(d.expert)} leads", DIM)],
        [
            ("chance ", DIM),
            (f"{chance(d.probability):>4} ", STRONG),
            *gauge(d.probability / d.bar if d.bar else 1.0, 10),
            (" needs ", DIM),
            percent(d.bar, 0),
        ],
        [
            ("a day  ", DIM),
            (whole(d.expected_currency, currency), tone(d.expected_currency)),
            (interval if d.low_currency is not None else "  no choice tried on a day after it yet", DIM),
        ],
        [
            ("paper  ", DIM),
            (whole(d.paper_net_currency, currency), tone(d.paper_net_currency)),
            (f" in {counted(d.paper_days, 'day')}", DIM),
        ],
        [("luck   ", DIM), chance(d.luck), (" without an edge look so", DIM)],
    ]


def experts(days: Sequence[DayRow], width: int) -> list[list[Part]]:
    """Weight of each expert on the last days, the heaviest of today first."""
    known = [d for d in days if d.weights]
    if not known:
        return [[("The experts are weighed from the first evening on.", DIM)]]
    shown = known[-max(width - NAME_COLUMNS - 6, 1) :]
    newest = sorted(known[-1].weights, key=lambda pair: -pair[1])
    rows: list[list[Part]] = []
    for name, weight in newest:
        past = [dict(d.weights).get(name, 0.0) for d in shown]
        cells = "".join(LEVELS[round(min(max(w, 0.0), 1.0) * (len(LEVELS) - 1))] for w in past)
        rows.append(
            [
                f"{shorten(policy(name), NAME_COLUMNS - 1):<{NAME_COLUMNS}}",
                (f"{percent(weight, 0):>4}  ", STRONG),
                (cells, "$primary"),
            ]
        )
    return rows


def rivals(d: Decision, grid: EvidenceGrid | None, currency: str, width: int) -> list[list[Part]]:
    """The candidates that stand highest, with their expectation and what each came to on each day."""
    if not d.contenders:
        return [[("No candidate has evidence yet.", DIM)]]
    days = {c.candidate: grid.days_of(c.candidate) if grid else () for c in d.contenders}
    largest = _largest(days.values())
    legend = next(text for text in LEGENDS if len(text) <= max(width - 42, 0) or not text)
    rows: list[list[Part]] = [[(f"{'candidate':<22}{'a day, in sample':>18}  ", DIM), (legend, DIM)]]
    idle = [c for c in d.contenders if not c.expected_currency and not any(days[c.candidate])]
    for c in d.contenders:
        if c in idle:
            continue
        chosen = d.params is not None and c.params == d.params
        row: list[Part] = [
            ("▸ " if chosen else "  ", STRONG),
            (f"{_name(c):<20}", STRONG if chosen else ""),
            (f"{whole(c.expected_currency, currency):>11}", tone(c.expected_currency)),
            (f" ± {c.sd_currency:,.0f}".ljust(9), DIM),
        ]
        rows.append([*row, *_days(days[c.candidate], largest, width)])
    if idle:
        one = len(idle) == 1
        who = "one more candidate, which" if one else f"{len(idle)} more candidates, which"
        rows.append([(f"  {who} traded on none of these days", DIM)])
    return rows


def candidates(grid: EvidenceGrid, currency: str, tick_value: float, width: int) -> list[list[Part]]:
    """All candidates as a heat map: the chosen one, then rows of ranks that double, each the mean of its candidates."""
    bands = grid.bands()
    if not bands:
        return [[("No candidate has evidence yet.", DIM)]]
    rows: list[list[Part]] = [
        [(f"{'rank by mean of a day':<22}{'a day, in sample':>18}  ", DIM), (_dates(grid.dates, width), DIM)]
    ]
    if grid.rank is not None and grid.chosen is not None:
        own = grid.days_of(grid.chosen)
        known = [v for v in own if v is not None]
        mean = sum(known) / len(known) * tick_value
        rows.append(
            [
                ("▸ ", STRONG),
                (f"{f'chosen, rank {grid.rank:,}':<20}", STRONG),
                (f"{whole(mean, currency):>11}", tone(mean)),
                " " * 9,
                *_days(own, _largest([own]), width),
            ]
        )
    largest = _largest(band.net_ticks for band in bands)
    for band in bands:
        mean = band.mean_ticks * tick_value
        ranks = f"{band.first:,}" + (f"–{band.last:,}" if band.last > band.first else "")
        holds = grid.rank is not None and band.first <= grid.rank <= band.last
        rows.append(
            [
                ("▸ " if holds else "  ", STRONG),
                f"{ranks:<20}",
                (f"{whole(mean, currency):>11}", tone(mean)),
                " " * 9,
                *_days(band.net_ticks, largest, width),
            ]
        )
    return rows


LABEL_COLUMNS = 42
"""Columns before the days."""


def _largest(rows: Iterable[Sequence[float | None]]) -> float:
    return max((abs(v) for row in rows for v in row if v is not None), default=0.0)


def _wide(days: int, width: int) -> int:
    """Columns of a day: three or two where there is room for all of them."""
    return next((n for n in (3, 2) if n * days <= width - LABEL_COLUMNS - 2), 1)


def _days(values: Sequence[float | None], largest: float, width: int) -> list[Part]:
    """One cell a day, the newest last."""
    wide = _wide(len(values), width)
    room = max((width - LABEL_COLUMNS - 2) // wide, 1)
    return [_cell(v, largest, wide) for v in values[-room:]]


def _dates(dates: Sequence[str], width: int) -> str:
    """The first and the last day above their cells."""
    wide = _wide(len(dates), width)
    shown = dates[-max((width - LABEL_COLUMNS - 2) // wide, 1) :]
    columns = len(shown) * wide
    first, last = (shown[0][5:], shown[-1][5:]) if shown else ("", "")
    return f"{first}{last:>{columns - len(first)}}" if columns > len(first) + len(last) else ""


def _all_candidates(model: RunModel, grid: EvidenceGrid | None, width: int) -> list[list[Part]]:
    if grid is None:
        return []
    value = model.started.tick_value if model.started else 1.0
    many = counted(len(grid.candidates), "candidate")
    return [
        [
            ("All candidates", "bold $primary"),
            (f"  {many}, a row the mean of its ranks; ▸ holds the chosen one", DIM),
        ],
        *candidates(grid, model.currency, value, width),
        [],
    ]


def _name(c: Contender) -> str:
    p = c.params
    return shorten(f"{p.entry_rule} {p.stop_loss_ticks}/{p.take_profit_ticks}", 19)


def _cell(value: float | None, largest: float, wide: int) -> Part:
    if value is None:
        return " " * wide
    if not value or not largest > 0:
        return (f"{'·':^{wide}}", DIM)
    ground = GROUNDS[min(int(len(GROUNDS) * abs(value) / largest), len(GROUNDS) - 1)]
    sign, role = ("+", "success") if value > 0 else ("−", "error")
    return (f"{sign:^{wide}}", f"on ${role} {ground}%")


def page(model: RunModel, grid: EvidenceGrid | None, width: int) -> Content:
    """The whole tab: the decision in a line, its rivals, its experts."""
    d = decision_of(model)
    if d is None:
        return Content.assemble(("What is done tomorrow, and why, appears here after each day.", DIM))
    tried = f"{counted(d.candidates, 'candidate')} on {counted(d.known_days, 'known day')}, {d.tried:,} tried so far"
    rows: list[list[Part]] = [
        [("Rivals", "bold $primary"), (f"  {tried}", DIM)],
        *rivals(d, grid, model.currency, width),
        [],
        *_all_candidates(model, grid, width),
        [("Experts", "bold $primary"), ("  weight, and its course over the days", DIM)],
        *experts(model.days, width),
    ]
    head = [Content(decision_sentence(d, model.currency)), fitting(decision(d, model.currency)[3:], width)]
    if d.params is not None:
        head.append(Content.assemble(("set  ", DIM), params_line(d.params)))
    return Content("\n").join([*head, stack(rows)])
