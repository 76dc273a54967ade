"""The command palette's own entries: days to open and filters worth a name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from bayescore.report.wording import POLICY_NAMES
from bayescore.vocabulary import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bayescore_tui.dashboard import Dashboard

FILTERS = (
    ("Losing trades", "net<0"),
    ("Winning trades", "net>0"),
    ("Long trades", "long"),
    ("Short trades", "short"),
    ("Trades ended by the stop", "stop"),
    ("Trades ended by the trail", "trail"),
    ("Trades ended by time", "time"),
    ("Trades of the in-sample best (hindsight)", "policy:in_sample_best"),
    *((f"Trades of {POLICY_NAMES[name]}", f"policy:{name}") for name in POLICIES),
    ("All trades of the headline", ""),
)


class RunCommands(Provider):
    """Opens days and sets filters of the run on screen."""

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        dashboard = cast("Dashboard", self.app)
        if dashboard.source is None:
            return
        for name, text in FILTERS:
            yield name, f"Trades tab, filter: {text or 'none'}", partial(dashboard.show_trades, text)
        for row in reversed(dashboard.model.days):
            yield (
                f"Open day {row.date}",
                "Prices, trades, sets and regret",
                partial(dashboard.open_day, row.date),
            )

    async def discover(self) -> Hits:
        """List the filters; days are found by typing."""
        for name, about, run in self._commands():
            if not name.startswith("Open day"):
                yield DiscoveryHit(name, run, help=about)

    async def search(self, query: str) -> Hits:
        """Match by name."""
        matcher = self.matcher(query)
        for name, about, run in self._commands():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=about)
