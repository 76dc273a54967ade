"""How commands declare what they take."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional, TypeVar

import typer

from bayescore.cli import process
from bayescore.errors import UsageError
from bayescore.fields import expected
from bayescore.report.clock import TIME_ZONES, TimeZone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bayescore.cli.options import Option


def choice(flag: str, choices: Sequence[str], words: str) -> Any:
    """An option that takes one of a few words; another is told in one line, with the nearest of them."""

    def parse(text: str) -> str:
        if text not in choices:
            raise UsageError(f"{flag} {text}: {expected(text, choices)}")
        return text

    return typer.Option(flag, parser=parse, metavar="WORD", help=f"{words}: {', '.join(choices)}.")


RootOption = Annotated[Path, typer.Option("--checkpoint-dir", help="Where runs are kept.")]
RunArgument = Annotated[str, typer.Argument(help="Name of a run, or its directory.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
ZoneOption = Annotated[TimeZone, choice("--time-zone", TIME_ZONES, "Zone of all times")]

F = TypeVar("F", bound="Callable[..., None]")


def reads_bars(command: F) -> F:
    """Let a command begin by making the process ready for the libraries that read bars."""

    @functools.wraps(command)
    def prepared(*arguments: Any, **values: Any) -> None:
        process.prepare_for_bars()
        command(*arguments, **values)

    return prepared  # type: ignore[return-value]


def takes(*options: Option) -> Callable[[F], F]:
    """Give a command that takes ``**values`` these options; what was not given is ``None``."""

    def parameter(option: Option) -> inspect.Parameter:
        kind: Any = list[str] if option.many else bool if option.switch else str
        if option.default is None:
            kind = Optional[kind]  # noqa: UP045 - Typer reads it
        shown = typer.Option(
            *option.flags,
            help=option.help,
            metavar=option.metavar or None,
            show_default=isinstance(option.default, str),
        )
        default = list(option.default) if option.many else option.default
        return inspect.Parameter(
            option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, shown]
        )

    def decorate(command: F) -> F:
        # Evaluated: what is left as text, the help and names of an option among it, would be lost.
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        command.__signature__ = signature.replace(parameters=[*own, *map(parameter, options)])  # type: ignore[attr-defined]
        return command

    return decorate
