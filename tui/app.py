"""Entry point of ``bayescore-tui``: parse first, load the screen after."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from bayescore.cli import process
from bayescore.errors import BayescoreError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the dashboard and exit with its code: 0 done, 1 failure, 2 wrong usage or data."""
    from bayescore_tui.shell.arguments import build_parser, spec_from_args

    process.prepare()
    args = build_parser().parse_args(arguments)
    try:
        spec = spec_from_args(args)
    except BayescoreError as error:
        print(f"bayescore-tui: {error}", file=sys.stderr)  # noqa: T201 - the terminal is still the shell's
        sys.exit(error.exit_code)
    # In a browser there is a driver in place of a terminal (`textual serve`).
    served = "TEXTUAL_DRIVER" in os.environ
    if not served and not (sys.stdout.isatty() and sys.stdin.isatty()):
        print(  # noqa: T201
            "bayescore-tui: needs a terminal; use bayescore train for runs without one", file=sys.stderr
        )
        sys.exit(2)

    from bayescore_tui.dashboard import Dashboard

    process.keep_memory_flat()
    # Off the alternate screen, with a cursor and without the mouse.
    process.end_in_words(
        "bayescore-tui", "\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?2004l\r"
    )
    app = Dashboard(spec, theme=args.theme, zone=args.time_zone)
    app.run()
    sys.exit(app.return_code or app.exit_code)


if __name__ == "__main__":
    main()
