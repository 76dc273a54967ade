"""Help without what it does not show.

Typer's help imports Rich's Markdown and tracebacks, and with them a parser and a highlighter: a third of the time that
``--help`` takes. This program writes its help in Rich's markup and reports errors in a line, so classes that import
the real ones when they are first called stand in for both.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

UNSHOWN = (("rich.markdown", "Markdown"), ("rich.traceback", "Traceback"))
"""Module and the one class that the help takes from it."""


def prepare() -> None:
    """Import what renders help; whoever imports those modules afterwards gets the real ones."""
    waiting = [module for module, _ in UNSHOWN if module not in sys.modules]
    for module, name in UNSHOWN:
        if module in waiting:
            sys.modules[module] = _stand_in(module, name)
    try:
        import typer.rich_utils  # noqa: F401
    finally:
        for module in waiting:
            del sys.modules[module]


def _stand_in(module: str, name: str) -> ModuleType:
    def called(_: type, *given: object, **named: object) -> object:
        return getattr(import_module(module), name)(*given, **named)

    made = ModuleType(module)
    setattr(made, name, type(name, (), {"__new__": called}))
    return made
