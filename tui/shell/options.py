"""Options of ``bayescore-tui``: the training ones are those of ``bayescore train``, described by `Config` itself."""

from __future__ import annotations

import argparse
import difflib
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bayescore.cli.options import build_config, describe
from bayescore.config import Config
from bayescore.errors import UsageError
from bayescore.runs import layout
from bayescore_tui.sources.spec import CHECKPOINT_DIR, THEME_NAMES, RunSpec
from bayescore_tui.text.clock import TIME_ZONES

CONFIG_FIELDS = (
    "iterations",
    "max_days",
    "seed",
    "objective",
    "selection",
    "min_trades",
    "instrument",
    "symbol",
    "tick_size",
    "tick_value",
    "session",
    "on_bad_rows",
    "keep_trades",
)
"""Fields of `Config` that have an option of their own; ``--config`` and ``--set`` reach the rest."""


def flag(name: str) -> str:
    """Option of a field of `Config`."""
    return "--" + name.replace("_", "-")


def _plain_type(name: str) -> Any:
    """Type of a field of `Config` without its limits and without ``None``."""
    hint = get_type_hints(Config)[name]
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def choices(name: str) -> tuple[str, ...]:
    """Values a field of `Config` can take, empty if it is no choice."""
    plain = _plain_type(name)
    return get_args(plain) if get_origin(plain) is Literal else ()


def parse_value(name: str, text: str) -> int | float | str:
    """Read the text of one option.

    Raises
    ------
    UsageError
        If it is not a number where one is needed, or not among the choices.
    """
    plain, text = _plain_type(name), text.strip()
    if choices(name) and text not in choices(name):
        raise UsageError(f"{flag(name)} {text}: expected one of {', '.join(choices(name))}")
    if plain not in (int, float):
        return text
    try:
        return int(text.replace("_", "").replace(",", "")) if plain is int else float(text)
    except ValueError:
        kind = "a whole number" if plain is int else "a number"
        raise UsageError(f"{flag(name)} {text}: expected {kind}") from None


def parse_values(texts: Mapping[str, str | None]) -> dict[str, int | float | str]:
    """Read the options that were given; empty text means "not given"."""
    return {name: parse_value(name, text) for name, text in texts.items() if text and text.strip()}


def add_train_options(parser: argparse.ArgumentParser) -> None:
    """Add every option of a training run to `parser`; those of `Config` stay text until `spec_from_args`."""
    group = parser.add_argument_group("training")
    for name in CONFIG_FIELDS:
        metavar = (
            "{" + ",".join(choices(name)) + "}" if choices(name) else name.rsplit("_", maxsplit=1)[-1].upper()
        )
        group.add_argument(flag(name), dest=name, metavar=metavar, help=describe(name).replace("%", "%%"))
    group.add_argument("--config", metavar="TOML", help="file with any field; the options win over it")
    group.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="any field, repeatable"
    )
    group.add_argument("--threads", type=int, default=0, metavar="N", help="worker threads; 0 = all cores")
    group.add_argument(
        "--run-name", metavar="NAME", help="name of the new run (made from the data if not given)"
    )
    group.add_argument(
        "--resume", action="store_true", help="go on after the last finished day of --run-name"
    )


def build_parser() -> argparse.ArgumentParser:
    """Make the parser of ``bayescore-tui``."""
    parser = argparse.ArgumentParser(
        prog="bayescore-tui",
        description="Train and watch, or follow a run of another process. Without arguments: a start screen.",
        epilog="Exit codes: 0 done or closed, 1 failure, 2 wrong usage or data, 143 ended by a signal.",
    )
    source = parser.add_argument_group("what to show")
    source.add_argument(
        "--data",
        "-d",
        action="append",
        default=[],
        metavar="PATH",
        help="train on a file, folder or glob; repeatable",
    )
    source.add_argument(
        "--run",
        metavar="RUN",
        help="follow a run, by its folder or name, or list a folder of runs; only reads",
    )
    source.add_argument(
        "--checkpoint-dir",
        metavar="DIR",
        default=str(CHECKPOINT_DIR),
        help="where runs are kept (default %(default)s)",
    )
    source.add_argument("--theme", choices=THEME_NAMES, default="dark", help="colours (default %(default)s)")
    source.add_argument(
        "--time-zone", choices=TIME_ZONES, default="exchange", help="zone of all times (default %(default)s)"
    )
    add_train_options(parser)
    return parser


def find_run(text: str, checkpoint_dir: Path) -> tuple[Path | None, Path]:
    """The run that is meant, and the folder of runs around it: a run's folder, its name, or a folder of runs.

    Raises
    ------
    UsageError
        If there is no such folder.
    """
    for path in (Path(text), checkpoint_dir / text):
        if path.is_dir():
            # A folder of runs has runs in it and is none: then the start screen lists them.
            if not _is_run(path) and any(_is_run(entry) for entry in path.iterdir()):
                return None, path
            return path, path.parent if _is_run(path) else checkpoint_dir
    names = sorted(p.name for p in checkpoint_dir.iterdir() if _is_run(p)) if checkpoint_dir.is_dir() else []
    near = difflib.get_close_matches(text, names, 3)
    hint = (
        f"; did you mean {' or '.join(near)}?" if near else f"; runs there: {', '.join(names[:8]) or 'none'}"
    )
    raise UsageError(f"--run {text}: no such folder, and no run of that name in {checkpoint_dir}/{hint}")


def _is_run(path: Path) -> bool:
    return (path / layout.HEADER).is_file() or (path / layout.EVENTS).is_file()


def spec_from_args(args: argparse.Namespace) -> RunSpec:
    """Turn parsed arguments into what to do.

    Raises
    ------
    UsageError
        If options contradict each other or a value is out of range.
    """
    if args.run and args.data:
        raise UsageError("--run follows a run that exists, --data trains a new one: give one of them")
    if args.resume and not args.data:
        raise UsageError("--resume goes on with training: give --data (and --run-name) too")
    run, checkpoint_dir = (
        find_run(args.run, Path(args.checkpoint_dir)) if args.run else (None, Path(args.checkpoint_dir))
    )
    if args.threads < 0:
        raise UsageError(f"--threads {args.threads}: expected 0 (all cores) or more")
    overrides = parse_values({name: getattr(args, name) for name in CONFIG_FIELDS})
    return RunSpec(
        data=tuple(args.data),
        run=run,
        checkpoint_dir=checkpoint_dir,
        run_name=args.run_name,
        resume=args.resume,
        threads=args.threads,
        config=build_config(Path(args.config) if args.config else None, overrides, args.set),
    )
