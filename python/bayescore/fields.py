"""What is declared of a configuration field: its kind, bounds, allowed values and words.

Options, forms, documents and messages are made from this, so that a field is declared once, where it is.
"""

from __future__ import annotations

import types
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from bayescore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Field(NamedTuple):
    """One field of a section of the configuration."""

    name: str
    """Dotted, as ``--set`` takes it."""
    hint: Any
    kind: type
    """int, float, bool, str or tuple; of a choice str."""
    choices: tuple[str, ...]
    optional: bool
    """Whether nothing is a value too."""
    low: float | None
    high: float | None
    open: bool
    """Whether the bounds themselves are not allowed."""
    words: str
    default: Any

    @property
    def allowed(self) -> str:
        """What the field takes, in words."""
        if self.choices:
            text = f"one of {', '.join(self.choices)}"
        elif self.kind is tuple:
            text = f"{len(get_args(_plain(self.hint)[0]))} numbers"
        else:
            text = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}[self.kind]
        if self.low is not None:
            text += f" {'above' if self.open else 'from'} {_short(self.low)}"
        if self.high is not None:
            text += f" {'below' if self.open else 'up to'} {_short(self.high)}"
        return text

    @property
    def described(self) -> str:
        """Words, allowed words and default."""
        text = f"{self.words}: {', '.join(self.choices)}" if self.choices else self.words
        return text if self.default is None else f"{text} (default {self.default})"

    def refusal(self, value: object) -> str:
        """Why a value cannot be used: what is allowed, and the nearest of the choices."""
        return expected(value, self.choices) if self.choices else f"expected {self.allowed}"


def _short(x: float) -> str:
    return f"{x:,.0f}" if x == int(x) else f"{x:g}"


LIKE, HARDLY_LIKE = 0.55, 0.2
"""How much of two words is the same: for a word among very many, and for one of a few that are all listed anyway."""


def nearest(word: str, known: Any, like: float = LIKE) -> str | None:
    """The known word that a mistyped one is closest to; ``None`` if it is like none."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.lower(), list(known), 1, like)), None)


def expected(value: object, choices: Sequence[str]) -> str:
    """What to say of a value that is none of the choices: all of them, and which was meant."""
    near = nearest(str(value), choices, HARDLY_LIKE)
    return f"expected one of {', '.join(choices)}" + (f"; did you mean {near}?" if near else "")


def _plain(hint: Any) -> tuple[Any, list[msgspec.Meta], bool]:
    """A type without its constraints and ``None``, the constraints, and whether ``None`` is one of its values."""
    metas: list[msgspec.Meta] = []
    optional = False
    while True:
        if hasattr(hint, "__metadata__"):
            metas += [m for m in hint.__metadata__ if isinstance(m, msgspec.Meta)]
            hint = hint.__origin__
        elif get_origin(hint) in (Union, types.UnionType):
            optional = True
            hint = next(part for part in get_args(hint) if part is not type(None))
        else:
            return hint, metas, optional


@cache
def fields_of(section: type[msgspec.Struct]) -> dict[str, Field]:
    """Fields of a section by their dotted names, those of the sections in it included."""
    found: dict[str, Field] = {}
    hints = get_type_hints(section, include_extras=True)
    for declared in msgspec.structs.fields(section):
        hint = hints[declared.name]
        plain, metas, optional = _plain(hint)
        if isinstance(plain, type) and issubclass(plain, msgspec.Struct):
            for name, field in fields_of(plain).items():
                found[f"{declared.name}.{name}"] = field._replace(name=f"{declared.name}.{name}")
            continue

        def of(*names: str, metas: list[msgspec.Meta] = metas) -> Any:
            return next((x for m in metas for n in names if (x := getattr(m, n)) is not None), None)

        choices = get_args(plain) if get_origin(plain) is Literal else ()
        found[declared.name] = Field(
            name=declared.name,
            hint=hint,
            kind=str if choices else get_origin(plain) or plain,
            choices=choices,
            optional=optional,
            low=of("ge", "gt"),
            high=of("le", "lt"),
            open=of("gt", "lt") is not None,
            words=of("description") or "",
            default=declared.default,
        )
    return found


@cache
def sections_of(section: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct]]:
    """Sections in a section, by name."""
    plain = {name: _plain(hint)[0] for name, hint in get_type_hints(section, include_extras=True).items()}
    return {
        n: kind for n, kind in plain.items() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    }


def unknown(name: str, section: type[msgspec.Struct]) -> str:
    """What to say of a name that is no field of a section."""
    known = fields_of(section)
    near = nearest(name, known) or nearest(name, {n.rpartition(".")[2] for n in known})
    if near is not None and near not in known:
        near = next(n for n in known if n.rpartition(".")[2] == near)
    hint = f"did you mean {near}?" if near else "docs/configuration.md lists the fields"
    return f"{name}: no such field; {hint}"


def check(section: msgspec.Struct) -> None:
    """Hold every value of a section against its field; whole numbers given for numbers become numbers.

    Sections in it may be given as dictionaries.

    Raises
    ------
    UsageError
        Naming the field, the value and what is allowed.
    """
    for name, kind in sections_of(type(section)).items():
        value = getattr(section, name)
        if isinstance(value, dict):
            problem = explain(value, kind)
            if problem is not None:
                raise UsageError(f"{name}.{problem}")
            msgspec.structs.force_setattr(section, name, kind(**value))
        elif not isinstance(value, kind):
            given = type(value).__name__
            raise UsageError(f"{name}: expected a {kind.__name__} or a dictionary of its fields, got {given}")
    for name, field in fields_of(type(section)).items():
        if "." in name:
            continue
        value = getattr(section, name)
        try:
            good = msgspec.convert(value, field.hint)
        except msgspec.ValidationError:
            raise UsageError(f"{name} = {value!r}: {field.refusal(value)}") from None
        if good is not value:
            msgspec.structs.force_setattr(section, name, good)


def explain(values: Any, section: type[msgspec.Struct]) -> str | None:
    """What is wrong with plain values for a section, in one line; ``None`` if no single value is."""
    known = fields_of(section)
    groups = {name.partition(".")[0] for name in known if "." in name}
    if not isinstance(values, dict):
        return f"expected fields, got {type(values).__name__}"
    for name, value in _leaves(values, groups):
        field = known.get(name)
        if field is None:
            return unknown(name, section)
        try:
            msgspec.convert(value, field.hint)
        except msgspec.ValidationError:
            return f"{name} = {value!r}: {field.refusal(value)}"
    return None


def _leaves(values: dict[str, Any], groups: set[str]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if name in groups and isinstance(value, dict):
            found += [(f"{name}.{inner}", x) for inner, x in value.items()]
        else:
            found.append((name, value))
    return found
