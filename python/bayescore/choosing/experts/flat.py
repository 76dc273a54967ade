"""Not trading: what every other expert has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bayescore.choosing.experts._base import Tonight


class Flat:
    """Stays flat."""

    name, leads = "flat", False

    def choose(self, tonight: Tonight) -> None:
        """Nothing."""
        del tonight
