"""Pieces of the page: text made harmless, amounts that stay whole, tables that stack on a narrow screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bayescore.escape import html

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Browsers break lines between a minus and a currency, and after a dash: a signed amount, or a range, is kept whole.
_AMOUNT = re.compile(r"[+−](?:[^\s\d]{1,3}\s?)?\d[\d,.]*|[\d.]+–[\d.]+")

NARROW = 42
"""Characters a row has on a narrow screen; a table that needs more becomes a block a row there."""


def prose(text: str) -> str:
    """A sentence for the page: escaped, its signed amounts not to be broken."""
    return _AMOUNT.sub(lambda m: f"<span class=n>{m[0]}</span>", html(text))


def _label(text: str) -> str:
    """The words of a cell; those of a state may be broken between its fields only."""
    fields = html(text).split(" · ")
    return " · ".join(f"<span class=n>{field}</span>" for field in fields) if len(fields) > 1 else fields[0]


def paragraphs(lines: Iterable[str], css: str = "") -> str:
    """A paragraph a line."""
    mark = f" class={css}" if css else ""
    return "".join(f"<p{mark}>{prose(line)}</p>" for line in lines)


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    words: Sequence[int] = (),
    headline: int | None = None,
    long: bool = False,
) -> str:
    """A table of text.

    Parameters
    ----------
    head, rows
        Titles of the columns, and their cells.
    words
        Columns besides the first that hold words: they stand to the left and may be broken.
    headline
        Row that is set off.
    long
        Whether it scrolls within itself on a wide screen.
    """
    mark = [' class="w"' if k in words else "" for k in range(len(head))]
    titles = "".join(f"<th{mark[k]}>{html(h)}</th>" for k, h in enumerate(head))
    # A title may come from a factor or a policy: escaped within quotes.
    named = [f'{mark[k]} data-h="{html(h)}"' if h else mark[k] for k, h in enumerate(head)]
    body = "".join(
        f"<tr{' class=headline' if k == headline else ''}>"
        + "".join(
            f"<td{named[c]}>{prose(cell) if c in words else _label(cell)}</td>" for c, cell in enumerate(row)
        )
        + "</tr>"
        for k, row in enumerate(rows)
    )
    # Titles are broken between words, cells are not.
    widths = [
        max(max(map(len, title.split()), default=0), *(len(row[k]) for row in rows), 0) + 1
        for k, title in enumerate(head)
    ]
    stack = " class=stack" if sum(widths) > NARROW else ""
    return (
        f'<div class="scroll{" long" if long else ""}"><table{stack}><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def definitions(rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """A table of a word and its sentences a row."""
    body = "".join(
        f"<tr><th scope=row>{html(title)}</th><td>{'<br>'.join(map(prose, lines))}</td></tr>"
        for title, lines in rows
    )
    return f"<div class=scroll><table class=words><tbody>{body}</tbody></table></div>"


def tiles(figures: Mapping[str, str]) -> str:
    """Figures side by side."""
    body = "".join(
        f"<div><dt>{html(name)}</dt><dd>{html(value)}</dd></div>" for name, value in figures.items()
    )
    return f"<dl class=tiles>{body}</dl>"


def section(title: str, *content: str) -> str:
    """A heading and what stands below it."""
    return f"<section><h2>{html(title)}</h2>{''.join(content)}</section>"


def chart(name: str, caption: str = "", size: str = "mid", *, above: bool = False) -> str:
    """The place of a chart and its caption; its size (low, mid, tall) keeps the page still when it is drawn."""
    words = f"<figcaption>{prose(caption)}</figcaption>" if caption else ""
    place = f'<div class="chart {size}" id={name}></div>'
    return f"<figure>{words}{place}</figure>" if above else f"<figure>{place}{words}</figure>"


def sketch(values: Sequence[float], caption: str) -> str:
    """A line through some values and zero, for readers whose page runs no script; nothing for the others."""
    wide, tall = 720, 160
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0

    def height(value: float) -> float:
        return round(4 + (high - value) / span * (tall - 8), 1)

    step = wide / max(len(values) - 1, 1)
    points = " ".join(f"{round(k * step, 1):g},{height(value):g}" for k, value in enumerate(values))
    zero = height(0.0)
    return (
        f"<noscript><figure><svg class=sketch viewBox='0 0 {wide} {tall}' role=img aria-label='{html(caption)}'>"
        f"<path d='M0 {zero:g}H{wide}' stroke=currentColor stroke-opacity=.4 />"
        f"<polyline fill=none stroke=currentColor stroke-width=2 points='{points}' /></svg>"
        f"<figcaption>{prose(caption)}</figcaption></figure></noscript>"
    )
