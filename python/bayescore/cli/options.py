"""The options that ``bayescore train`` and ``bayescore-tui`` share, and how they become a `Config`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

from bayescore.config import Config, from_toml
from bayescore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def field_help(section: type[msgspec.Struct], name: str) -> str:
    """Documentation of one field of a section."""
    hint = get_type_hints(section, include_extras=True)[name]
    for part in get_args(hint):
        if isinstance(part, msgspec.Meta) and part.description:
            return part.description
    raise KeyError(name)


def describe(field: str) -> str:
    """Documentation and default of a configuration field, by its dotted name."""
    section: type[msgspec.Struct] = Config
    *path, name = field.split(".")
    for step in path:
        section = get_type_hints(section)[step]
    default = next(f.default for f in msgspec.structs.fields(section) if f.name == name)
    text = field_help(section, name)
    return text if default is None else f"{text} (default {default})"


def all_fields() -> list[str]:
    """Dotted names of every field that ``--set`` and the TOML file know."""
    names: list[str] = []
    for f in msgspec.structs.fields(Config):
        if isinstance(f.type, type) and issubclass(f.type, msgspec.Struct):
            names += [f"{f.name}.{g.name}" for g in msgspec.structs.fields(f.type)]
        else:
            names.append(f.name)
    return names


def _parse(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def build_config(
    config_file: Path | None = None, overrides: Mapping[str, Any] | None = None, sets: Sequence[str] = ()
) -> Config:
    """Configuration from a TOML file, then options, then ``--set`` pairs; later ones win.

    Parameters
    ----------
    config_file
        TOML with the fields of `Config`.
    overrides
        Option values by field; ``None`` leaves a field alone.
    sets
        ``"section.field=value"`` pairs, values as JSON or bare words.

    Raises
    ------
    UsageError
        For a file that cannot be read, an unknown field, or a value out of range.
    """
    values: dict[str, Any] = {}
    if config_file is not None:
        try:
            text = config_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--config {config_file}: cannot be read ({error})") from None
        from_toml(text, str(config_file))
        values = msgspec.toml.decode(text)
    values.update({k: v for k, v in (overrides or {}).items() if v is not None})
    known = all_fields()
    for pair in sets:
        name, found, value = pair.partition("=")
        if not found or name not in known:
            raise UsageError(f"--set {pair}: expected FIELD=VALUE with one of {', '.join(known)}")
        target = values
        *path, last = name.split(".")
        for step in path:
            target = target.setdefault(step, {})
        target[last] = _parse(value)
    try:
        return msgspec.convert(values, Config)
    except msgspec.ValidationError as error:
        raise UsageError(f"configuration: {error}") from None
