"""Help without what it does not show, and with the whole of every option's name.

Typer's help imports Rich's Markdown and tracebacks, and with them a parser and a highlighter: a third of the time that
``--help`` takes. This program writes its help in Rich's markup and reports errors in a line, so classes that import
the real ones when they are first called stand in for both. And Typer's table of options has columns for long, short and
negative names, which are cut where there is no room for all of them; here the names of an option share one column,
which never gives way.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

UNSHOWN = (("rich.markdown", "Markdown"), ("rich.traceback", "Traceback"))
"""Module and the one class that the help takes from it."""


def prepare() -> None:
    """Import what renders help; whoever imports those modules afterwards gets the real ones."""
    waiting = [module for module, _ in UNSHOWN if module not in sys.modules]
    for module, name in UNSHOWN:
        if module in waiting:
            sys.modules[module] = _stand_in(module, name)
    try:
        import typer.rich_utils
    finally:
        for module in waiting:
            del sys.modules[module]
    shown: Any = typer.rich_utils
    shown.Table = _whole_names(shown.Table)


NAMES = 4
"""Cells of a row of Typer's options: long and short names, those for "no"; kind and help follow."""


def _whole_names(table: type[Table]) -> type[Table]:
    """A table in which the names of an option are never cut."""
    from rich.text import Text

    class WholeNames(table):  # type: ignore[misc, valid-type]
        def add_row(self, *cells: Any, **how: Any) -> None:
            required, names, rest = cells[: -NAMES - 2], cells[-NAMES - 2 : -2], cells[-2:]
            if len(names) < NAMES or not all(isinstance(name, Text) for name in names):
                super().add_row(*cells, **how)
                return
            long, short, no_long, no_short = names
            yes, no = (
                Text(", ").join(n for n in pair if n.plain) for pair in ((long, short), (no_long, no_short))
            )
            kind = Text() if str(rest[0]) == "<bool>" else rest[0]
            super().add_row(*required, Text("\n").join(n for n in (yes, no) if n.plain), kind, rest[1], **how)
            self.columns[len(required)].no_wrap = True

    return WholeNames


def _stand_in(module: str, name: str) -> ModuleType:
    def called(_: type, *given: object, **named: object) -> object:
        return getattr(import_module(module), name)(*given, **named)

    made = ModuleType(module)
    setattr(made, name, type(name, (), {"__new__": called}))
    return made
