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
    from bayescore.cli.app import app

    app()
