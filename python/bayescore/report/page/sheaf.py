"""The charts of one page, by the names of their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bayescore.report.page import markup

if TYPE_CHECKING:
    from bayescore.report.page.charts import Spec


class Sheaf:
    """Collects charts while the sections that hold them are written."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._specs: dict[str, Spec] = {}

    def add(self, name: str, spec: Spec, caption: str = "", size: str = "mid", *, above: bool = False) -> str:
        """Keep a chart, and make its place in the page."""
        assert name not in self._specs
        self._specs[name] = spec
        return markup.chart(name, caption, size, above=above)

    def encode(self) -> str:
        """All of them as JSON that can stand within a script element."""
        symbol = "$" if self._currency == "USD" else f"{self._currency} "
        locale = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": [symbol, ""], "minus": "−"}
        content = msgspec.json.encode({"locale": locale, "specs": self._specs}).decode()
        # Nothing in it may end the element that it stands in; in JSON the escapes mean the same.
        return content.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
