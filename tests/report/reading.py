"""Reads ``report.html`` as a reader does: headings, tables and the data of charts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html.parser import HTMLParser

from bayescore import events
from bayescore.report.page.gather import PageData


class Page(HTMLParser):
    """The page taken apart."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = text
        self.tables: dict[str, list[list[list[str]]]] = {}
        """By the heading above: tables of rows of cells, the titles first."""
        self.words: dict[str, str] = {}
        """All text below a heading."""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self._heading = ""
        self._inside: str | None = None
        self._cell: list[str] | None = None
        self._row: list[str] = []
        self._script: str | None = None
        self.feed(text)
        charts = json.loads(self.scripts["charts"])
        self.specs = charts["specs"]
        self.locale = charts["locale"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag in {"h1", "h2", "h3"}:
            self._inside, self._heading = tag, ""
        elif tag == "table":
            self.tables.setdefault(self._heading, []).append([])
        elif tag == "tr":
            self._row = []
        elif tag in {"td", "th"}:
            self._cell = []
        elif tag == "script":
            self._script = found.get("id") or "runs"
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"h1", "h2", "h3"}:
            self._inside = None
        elif tag in {"td", "th"} and self._cell is not None:
            self._row.append("".join(self._cell))
            self._cell = None
        elif tag == "tr":
            self.tables[self._heading][-1].append(self._row)
        elif tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data
        elif self._inside:
            self._heading += data
        else:
            self.words[self._heading] = self.words.get(self._heading, "") + data
            if self._cell is not None:
                self._cell.append(data)

    def rows(self, heading: str, which: int = 0) -> list[dict[str, str]]:
        """Rows of a table below a heading, by the titles of their columns."""
        head, *body = self.tables[heading][which]
        assert all(len(row) == len(head) for row in body)
        return [dict(zip(head, row, strict=True)) for row in body]

    def data(self, chart: str, name: str) -> list[dict]:
        """Rows that a chart draws."""
        columns = self.specs[chart]["datasets"][name]
        assert len({len(c) for c in columns.values()}) == 1
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def figure(text: str) -> float:
    """The number that a cell says: ``−$1,234.50`` → −1234.5."""
    digits = "".join(c for c in text.replace("−", "-") if c in "-.0123456789")
    return float(digits)


def validated(data: PageData, worlds: Sequence[float], observed: float) -> events.Validation:
    """What `bayescore validate` would have written."""
    assert data.summary.verdict is not None
    return events.Validation(
        null="states",
        search="reduced",
        days=2,
        traded_days=2,
        observed_net_currency=observed,
        world_net_currency=list(worlds),
        permutations=len(worlds),
        as_good=sum(x >= observed for x in worlds),
        stopped_early=False,
        p_value=(1 + sum(x >= observed for x in worlds)) / (1 + len(worlds)),
        verdict=data.summary.verdict,
        sentence="Half of the worlds did as well",
    )
