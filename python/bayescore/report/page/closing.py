"""What a reader looks up: the days, the sets that were traded, costs, settings, data."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from bayescore.config import Config
from bayescore.fields import fields_of
from bayescore.report.page.markup import definitions, paragraphs, prose, section, table
from bayescore.report.wording import POLICY_NAMES, duration, money, number, percent, unsigned
from bayescore.vocabulary import FACTORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import events
    from bayescore.report.page.gather import PageData

SECONDS = ("max_hold_seconds", "cooldown_seconds")


def days(data: PageData) -> str:
    """A row a date, and which set was traded on it; then the sets, what they have in common said once."""
    s = data.summary
    names = _set_names([r.policies[s.headline].params for r in data.results])
    rows = []
    for r in data.results:
        p = r.policies[s.headline]
        m, best = p.metrics, r.in_sample
        rows.append(
            (
                r.date,
                r.symbol,
                f"{r.bars:,}",
                "–" if m is None else "flat" if p.params is None else names[p.params],
                f"{m.trades:,}" if m else "–",
                percent(m.win_rate) if m else "–",
                money(m.net_currency if m else None, s.currency),
                money(p.cumulative_net_currency, s.currency),
                percent(r.regret.exit_efficiency, 0),
                money(best.metrics.net_currency if best else None, s.currency),
            )
        )
    head = (
        "date",
        "contract",
        "bars",
        "set",
        "trades",
        "won",
        "net",
        "so far",
        "exit efficiency",
        "in-sample best (hindsight)",
    )
    note = f"{POLICY_NAMES[s.headline]}, out of sample; the first date only teaches."
    return section("Days", table(head, rows, long=True), paragraphs([note], "note"), _sets(names))


def _set_names(chosen: Sequence[events.Params | None]) -> dict[events.Params, str]:
    """Each set by the number of its first use."""
    names: dict[events.Params, str] = {}
    for p in chosen:
        if p is not None and p not in names:
            names[p] = f"#{len(names) + 1}"
    return names


def _sets(names: dict[events.Params, str]) -> str:
    if not names:
        return ""
    values = {name: [getattr(p, name) for p in names] for name in FACTORS}
    moving = [name for name, column in values.items() if len(set(column)) > 1]
    same = [name for name in FACTORS if name not in moving]
    parts = ["<h3>Sets that were traded</h3>"]
    if same:
        common = "; ".join(f"{FACTORS[name].label} {_value(name, values[name][0])}" for name in same)
        parts.append(paragraphs([f"In all of them: {common}." if moving else f"#1: {common}."]))
    if moving:
        words = [k + 1 for k, name in enumerate(moving) if isinstance(values[name][0], str)]
        rows = [(names[p], *(_value(name, getattr(p, name)) for name in moving)) for p in names]
        parts.append(table(("set", *(FACTORS[name].label for name in moving)), rows, words=words, long=True))
    return "".join(parts)


def _value(name: str, value: Any) -> str:
    if name in SECONDS:
        return duration(value) if value else "none"
    if name in {"trail_activation_ticks", "max_consecutive_losses"} and not value:
        return "off" if name.startswith("trail") else "no limit"
    return str(value).replace("_", " ").replace("+", " + ") if isinstance(value, str) else f"{value:g}"


def settings(data: PageData) -> str:
    """Costs as they were charged, and every setting that is not the default."""
    c, i = data.config.costs, data.instrument
    commission = i.commission if c.commission is None else c.commission
    slippage = i.slippage_ticks if c.slippage_ticks is None else c.slippage_ticks
    currency = data.summary.currency
    moving = (
        f" + {number(c.slippage_factor)} × the range of the last {c.slippage_window} s"
        if c.slippage_factor
        else ""
    )
    rows = [
        ("tick", [f"{i.tick_size:g} = {unsigned(i.tick_value, currency)}"]),
        ("commission and fees", [f"{unsigned(commission, currency)} a side"]),
        (
            "slippage",
            [
                f"{slippage} tick{'' if slippage == 1 else 's'}{moving} on every market order; none on the target"
            ],
        ),
        (
            "target filled",
            [f"when the price comes to it ({c.limit_fill})" if c.limit_fill == "touch" else c.limit_fill],
        ),
        ("stop and target in one bar", [c.intrabar.replace("_", " ")]),
        (
            "end of the session",
            [
                f"no entry in its last {duration(c.no_entry_before_close)}; flat {duration(c.flat_before_close)} before"
            ],
        ),
        ("session", [f"{i.session}, {i.timezone}"]),
        (
            "search",
            [
                f"{data.config.iterations:,} sets a day by {data.config.objective.replace('_', ' ')}; seed {data.seed}"
            ],
        ),
        ("version", [f"bayescore {data.version}"]),
    ]
    changed = [
        (name, _plain(found), _plain(field.default))
        for name, field in fields_of(Config).items()
        if (found := _of(data.config, name)) != field.default
    ]
    parts = [definitions(rows)]
    if changed:
        parts += [
            "<h3>Settings other than the default</h3>",
            table(("setting", "here", "default"), changed, words=(1, 2)),
        ]
    else:
        parts.append(paragraphs(["All settings are the defaults."]))
    return section("Costs and settings", *parts)


def _of(config: Config, name: str) -> Any:
    value: Any = config
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _plain(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()


def data_section(data: PageData) -> str:
    """Files, and every note on what was left out, dropped, repaired, assumed or rolled."""
    s = data.summary
    # Folders of the machine are nobody's business; names are enough to know the files by.
    files = ", ".join(PurePath(name).name for name in data.files)
    bars = sum(r.bars for r in data.results)
    valid = sum(r.valid_bars for r in data.results)
    lines = [
        f"{files}: {bars:,} bars of {len(data.results)} trade dates, {valid:,} of them with a market state."
    ]
    if not s.data_notes:
        return section("Data", paragraphs([*lines, "Nothing was left out, dropped, repaired or assumed."]))
    notes = "".join(f"<li>{prose(note.text)}</li>" for note in s.data_notes)
    return section("Data", paragraphs(lines), f"<ul>{notes}</ul>")
