"""The program ``bayescore``.

Its version is told without importing the command line, which takes three times as long.
"""

from __future__ import annotations

import sys

from bayescore.cli import process


def main() -> None:
    """Run the command line."""
    process.prepare()
    sys.exit(process.run(_version if sys.argv[1:] == ["--version"] else _command))


def _version() -> None:
    from bayescore import __version__

    sys.stdout.write(f"bayescore {__version__}\n")


def _command() -> None:
    if not sys.argv[1:] or not {"-h", "--help"}.isdisjoint(sys.argv[1:]):
        from bayescore.cli import light_help

        light_help.prepare()
    from bayescore.cli.app import app

    app()
