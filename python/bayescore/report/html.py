"""``report.html``: one self-contained page, no scripts, no requests, the same bytes for the same run."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from bayescore.escape import html
from bayescore.report.tomorrow import headline, record_table, sections, states_table
from bayescore.report.trust import LEVEL_HEAD, LEVEL_NOTE, level_rows, trust_lines
from bayescore.report.wording import (
    IN_SAMPLE,
    POLICY_NAMES,
    STARRED,
    UNSTARRED,
    between,
    duration,
    money,
    number,
    params,
    percent,
    state,
    verdict_lines,
    with_error,
)
from bayescore.vocabulary import CHARTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bayescore import events
    from bayescore.results.tomorrow import Tomorrow

STATES_SHOWN = 10

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2024;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #dde}th{font-weight:600;color:#556}
th:first-child,td:first-child{text-align:left}tr.headline{font-weight:600}.note{color:#667}
table.words td{text-align:left}table.words th{vertical-align:top}
svg{width:100%;height:auto}.scroll{overflow-x:auto}
@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#15181b}th{color:#9ab}th,td{border-color:#333}}
"""
# Nothing but this one style sheet: should a script get into the page all the same, it does not run.
POLICY = (
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'sha256-"
    f"{b64encode(sha256(STYLE.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'\">"
)
# Okabe-Ito colours: told apart by colour-blind readers; dashes tell the lines apart without colour.
LINES = (("#0072b2", ""), ("#d55e00", "6 3"), ("#009e73", "2 3"), ("#cc79a7", "8 3 2 3"))
WIDTH, HEIGHT, LEFT, BOTTOM = 900, 280, 80, 30


def _table(head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    header = "".join(f"<th>{html(h)}</th>" for h in head)
    body = "".join(
        f"<tr{f' class={css}' if css else ''}>" + "".join(f"<td>{html(c)}</td>" for c in cells) + "</tr>"
        for css, cells in rows
    )
    return f"<div class=scroll><table><tr>{header}</tr>{body}</table></div>"


def line_chart(series: Sequence[tuple[str, Sequence[float]]], dates: Sequence[str], currency: str) -> str:
    """Lines over the dates as SVG, with zero, a legend and both ends of the scale written out."""
    values = [v for _, ys in series for v in ys] + [0.0]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    right, top = WIDTH - 10, 10

    def x(i: int) -> float:
        return LEFT + (right - LEFT) * (i / max(len(dates) - 1, 1))

    def y(v: float) -> float:
        return top + (HEIGHT - BOTTOM - top) * (1 - (v - low) / span)

    parts = [f"<svg viewBox='0 0 {WIDTH} {HEIGHT + 24 * ((len(series) + 1) // 2)}' role=img>"]
    parts.extend(
        f"<line x1={LEFT} x2={right} y1={y(v):.1f} y2={y(v):.1f} stroke='#99a' stroke-width='.6'/>"
        f"<text x={LEFT - 8} y={y(v) + 4:.1f} text-anchor=end font-size=12 fill=currentColor>"
        f"{html(money(v, currency))}</text>"
        for v in sorted({low, 0.0, high})
    )
    for k, (name, ys) in enumerate(series):
        colour, dash = LINES[k % len(LINES)]
        points = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(ys))
        stroke = f"stroke='{colour}' stroke-width=2 stroke-dasharray='{dash}'"
        lx, ly = LEFT + (k % 2) * 380, HEIGHT + 16 + 24 * (k // 2)
        parts.append(
            f"<polyline points='{points}' fill=none {stroke}/>"
            f"<line x1={lx} x2={lx + 36} y1={ly} y2={ly} {stroke}/>"
            f"<text x={lx + 44} y={ly + 4} font-size=13 fill=currentColor>{html(name)}</text>"
        )
    for i in sorted({0, len(dates) - 1}):
        anchor = "start" if i == 0 else "end"
        parts.append(
            f"<text x={x(i):.1f} y={HEIGHT - 8} text-anchor={anchor} font-size=12 fill=currentColor>"
            f"{html(dates[i])}</text>"
        )
    return "".join(parts) + "</svg>"


def _policies(s: events.Summary) -> str:
    rows = []
    for name, p in s.policies.items():
        mean = with_error(p.mean_ticks, p.mean_error_ticks, 2, signed=True)
        rows.append(
            (
                "headline" if name == s.headline else "",
                [
                    POLICY_NAMES[name],
                    f"{p.winning_days}/{p.days}",
                    f"{p.trades:,}",
                    percent(p.win_rate),
                    money(p.net_currency, s.currency),
                    mean,
                    with_error(p.sharpe, p.sharpe_error, 1),
                    money(-p.max_drawdown_currency, s.currency),
                    duration(p.duration_mean_s),
                    f"{p.ambiguous}: {between(p.net_worst_ticks, p.net_best_ticks)}",
                ],
            )
        )
    head = (
        "policy",
        "days won",
        "trades",
        "win",
        "net",
        "per trade, ticks",
        "Sharpe, annual",
        "drawdown",
        "time in trade",
        "ambiguous: net ticks between",
    )
    return _table(head, rows)


def _verdict(s: events.Summary) -> str:
    if s.verdict is None:
        return ""
    first, *rest = map(html, [*verdict_lines(s.verdict), *trust_lines(s)])
    return f"<p><strong>{first}</strong></p>" + "".join(f"<p>{line}</p>" for line in rest)


def _tomorrow(t: Tomorrow) -> str:
    lines = "".join(
        f"<tr><th>{html(s.title)}</th><td>{'<br>'.join(map(html, s.lines))}</td></tr>" for s in sections(t)
    )
    tables = "".join(
        f"<p>{html(rows.title)}</p>{_table(rows.head, [('', row) for row in rows.rows])}"
        f"<p class=note>{'<br>'.join(map(html, rows.note.splitlines()))}</p>"
        for rows in (states_table(t, STATES_SHOWN), record_table(t))
        if rows is not None
    )
    return (
        f"<h2>Tomorrow</h2><p><strong>{html(headline(t))}</strong></p>"
        f"<div class=scroll><table class=words>{lines}</table></div>{tables}"
    )


def _days(results: Sequence[events.DayResult], currency: str) -> str:
    rows = []
    for r in results:
        p = r.policies[r.headline]
        m, best = p.metrics, r.in_sample
        rows.append(
            (
                "",
                [
                    r.date,
                    f"{r.bars:,}",
                    f"{m.trades}" if m else "–",
                    percent(m.win_rate) if m else "–",
                    money(m.net_currency if m else None, currency),
                    money(p.cumulative_net_currency, currency),
                    percent(r.regret.exit_efficiency, 0),
                    money(best.metrics.net_currency if best else None, currency),
                    params(p.next_params),
                ],
            )
        )
    head = (
        "date",
        "bars",
        "trades",
        "win",
        "net",
        "so far",
        "exit efficiency",
        "in-sample best (hindsight)",
        "chosen for the next day",
    )
    return _table(head, rows)


def _patterns(s: events.Summary) -> str:
    rows = [
        (
            "",
            [
                state(p.label),
                p.side,
                f"{p.probability:.3f}{'*' if p.significant else ''}",
                f"{p.low:.3f}–{p.high:.3f}",
                f"{p.effective_n:,.0f}",
                p.asks,
                str(p.trades),
                number(p.net_ticks, 0, signed=True),
            ],
        )
        for p in s.patterns
    ]
    note = STARRED if any(p.significant for p in s.patterns) else UNSTARRED
    head = ("state", "side", "P(win)", "80% interval", "n", "needs", "trades", "net, ticks")
    return _table(head, rows) + f"<p class=note>{note}</p>"


def _data(s: events.Summary) -> str:
    if not s.data_notes:
        return ""
    return f"<h2>Data</h2><ul>{''.join(f'<li>{html(note.text)}</li>' for note in s.data_notes)}</ul>"


def render_html(summary: events.Summary, results: Sequence[events.DayResult], tomorrow: Tomorrow) -> str:
    """The whole page.

    Parameters
    ----------
    summary
        End of the run.
    results
        Its days, in order.
    tomorrow
        The date after them.
    """
    s = summary
    dates = [r.date for r in results]
    curves = [
        (POLICY_NAMES[name], [r.policies[name].cumulative_net_currency for r in results])
        for name in s.policies
        if name in CHARTED or name == s.headline
    ]
    hindsight = [r.in_sample_net_currency for r in results]
    c = s.calibration
    calibration = "<p>No labels yet to compare predictions with.</p>"
    if c.brier is not None and c.brier_half is not None:
        error = "" if c.brier_error is None else f" ± {c.brier_error:.5f}"
        difference = number(c.brier - c.brier_half, 5, signed=True)
        calibration = (
            f"<p>{c.n:,} labels: Brier score {c.brier:.5f} against {c.brier_half:.5f} for a coin (difference "
            f"{difference}{error}); calibration error {number(c.ece, 4)}; slope {number(c.slope)}; "
            f"spread {number(c.spread, 4)}.</p>"
        ) + _table(
            ("mean prediction", "realised", "labels"),
            [("", [f"{p:.3f}", f"{q:.3f}", f"{n:,}"]) for p, q, n in c.bins],
        )
        calibration += _table(LEVEL_HEAD, [("", row) for row in level_rows(c)]) + f"<p>{html(LEVEL_NOTE)}</p>"
    effects = _table(
        ("factor", "share of variance", "direction", "best level"),
        [
            ("", [e.factor, percent(e.share), number(e.direction, signed=True), e.best_level])
            for e in s.effects
        ],
    )
    body = (
        f"<h1>{html(s.symbol)}: {html(s.run)}</h1><p>{len(dates)} trade dates, {html(dates[0])} to "
        f"{html(dates[-1])}; {s.iterations_per_day:,} iterations a day; {s.trades_simulated:,} trades simulated.</p>"
        f"{_tomorrow(tomorrow)}{_verdict(s)}"
        f"<h2>Out of sample, net of costs</h2>{line_chart(curves, dates, s.currency)}{_policies(s)}"
        f"<h2>{html(IN_SAMPLE)}</h2><p class=note>The best set of each day, found after the fact. "
        f"The distance to the chart above is what a search promises and the next day does not keep.</p>"
        f"{line_chart([('in-sample bests, added up', hindsight)], dates, s.currency)}"
        f"<h2>Days</h2>{_days(results, s.currency)}<h2>Strongest patterns</h2>{_patterns(s)}"
        f"<h2>Which factors matter</h2>{effects}<h2>Calibration out of sample</h2>{calibration}"
        f"{_data(s)}"
    )
    title = html(f"{s.symbol} {s.run}")
    return (
        "<!doctype html><html lang=en><head>"
        f"<meta charset=utf-8>{POLICY}<meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )
