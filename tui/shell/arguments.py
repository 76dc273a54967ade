"""The command line of ``bayescore-tui``: every option of ``bayescore train``, and what to look at."""

from __future__ import annotations

import argparse
from pathlib import Path

from bayescore.cli.options import OPTIONS, Option, build_config, parse_fields, parse_threads
from bayescore.errors import UsageError
from bayescore.report.clock import TIME_ZONES
from bayescore.runs.listing import find_run, is_run, list_runs
from bayescore.runs.origin import config_of, data_of
from bayescore_tui.sources.spec import THEME_NAMES, RunSpec

TRAINING = tuple(option for option in OPTIONS if not option.text_only)
"""The options of a training run that mean something to a dashboard."""


def _add(group: argparse._ArgumentGroup, option: Option) -> None:
    words = option.help.replace("%", "%%")
    if option.switch and option.field is not None:
        group.add_argument(
            option.flag, dest=option.name, action=argparse.BooleanOptionalAction, help=words, default=None
        )
    elif option.switch:
        group.add_argument(option.flag, dest=option.name, action="store_true", help=words)
    else:
        flags = [option.flag, option.short] if option.short else [option.flag]
        group.add_argument(
            *flags,
            dest=option.name,
            metavar=option.metavar,
            help=words,
            action="append" if option.many else "store",
            default=[] if option.many else option.default,
        )


def build_parser() -> argparse.ArgumentParser:
    """Make the parser of ``bayescore-tui``."""
    parser = argparse.ArgumentParser(
        prog="bayescore-tui",
        description="Train and watch (--data), or follow a run of another process (--run alone, by name or folder; "
        "never writes to it). Without arguments: a start screen.",
        epilog="Exit codes: 0 done or closed, 1 failure, 2 wrong usage or data, 143 ended by a signal.",
    )
    screen = parser.add_argument_group("screen")
    screen.add_argument("--theme", choices=THEME_NAMES, default="dark", help="colours (default %(default)s)")
    screen.add_argument(
        "--time-zone", choices=TIME_ZONES, default="exchange", help="zone of all times (default %(default)s)"
    )
    training = parser.add_argument_group("training, as bayescore train takes it")
    for option in TRAINING:
        _add(training, option)
    return parser


def _meant(text: str, root: Path) -> tuple[Path | None, Path]:
    """What ``--run`` alone names, with the folder of runs around it: a run, or a folder of runs to be listed."""
    folder = Path(text)
    if folder.is_dir() and not is_run(folder):
        # A folder without anything may be that of a run which is about to begin.
        return (None, folder) if list_runs(folder) else (folder, root)
    path = find_run(text, root).path
    return path, path.parent


def spec_from_args(args: argparse.Namespace) -> RunSpec:
    """Turn parsed arguments into what to do.

    Raises
    ------
    UsageError
        If options contradict each other or a value is out of range.
    RunError
        If ``--run`` alone names no run.
    """
    values = vars(args)
    run, root = None, Path(args.checkpoint_dir)
    if args.run and args.resume and not args.data:
        found = find_run(args.run, root)
        return RunSpec(
            data=tuple(data_of(found)),
            checkpoint_dir=found.path.parent,
            run_name=found.name,
            resume=True,
            threads=parse_threads(args.threads),
            config=config_of(found),
        )
    if args.run and not args.data:
        run, root = _meant(args.run, root)
    if args.resume and not args.data:
        raise UsageError("--resume goes on with training: give --run, or --data (and --run)")
    return RunSpec(
        data=tuple(args.data),
        run=run,
        checkpoint_dir=root,
        run_name=args.run if args.data else None,
        resume=args.resume,
        threads=parse_threads(args.threads),
        config=build_config(Path(args.config) if args.config else None, parse_fields(values), args.set),
    )
