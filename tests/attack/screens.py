"""The dashboard on a virtual terminal, walked through from end to end; what it shows may hold no escape sequence."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bayescore.cli import process
from bayescore_tui.screens.start_screen import StartScreen
from bayescore_tui.shell.arguments import build_parser, spec_from_args
from tests.tui.opening import Screen, opened, walk


def main() -> None:
    """Open what the command line names, walk, and leave; a refusal is one line and exit code 2."""
    # Its log goes beside the runs that are looked at.
    arguments = build_parser().parse_args(sys.argv[1:])
    os.environ["XDG_STATE_HOME"] = str(Path(arguments.checkpoint_dir) / "state")
    sys.exit(process.run(lambda: asyncio.run(_walk(spec_from_args(arguments)))))


async def _walk(spec: object) -> None:
    async with opened(spec) as screen:  # type: ignore[arg-type]
        await screen.settle()
        if isinstance(screen.app.screen, StartScreen):
            await screen.press("down", "up", "enter")
            await screen.settle()
        else:
            await walk(screen)
        _clean(screen)


def _clean(screen: Screen) -> None:
    shown = screen.text
    assert "\x1b" not in shown and "\x07" not in shown, "an escape sequence is shown"
