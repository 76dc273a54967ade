"""Where the commands print to: a terminal of any width, or a pipe, which gets whole lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def console() -> Console:
    from bayescore.report.console import SafeConsole

    return SafeConsole()


def show(*parts: RenderableType) -> None:
    """Print, without breaking lines where there is no terminal."""
    out = console()
    for part in parts:
        out.print(part, soft_wrap=not out.is_terminal)


def show_json(value: Any) -> None:
    """Print one value as JSON, on one line."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()
