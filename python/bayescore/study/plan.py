"""What a study is to do: a TOML file as a list of tasks, in a fixed order."""

from __future__ import annotations

import hashlib
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from bayescore import __version__, fields
from bayescore.config import STATES_MARK, Config, from_values, split_states
from bayescore.errors import BayescoreError, UsageError
from bayescore.fields import expected
from bayescore.runs.naming import check_name
from bayescore.training.nulls import NULLS, Null

MOST_TASKS = 1_000_000


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One series of bars: ``[[data]]``."""

    files: list[str] | str
    """Paths or globs, together one series."""
    name: str = ""
    """What results call it; by default its files."""
    instrument: str | None = None
    symbol: str | None = None

    @property
    def paths(self) -> list[str]:
        """Files as given."""
        return [self.files] if isinstance(self.files, str) else list(self.files)

    @property
    def label(self) -> str:
        """Its name, or its files."""
        return self.name or " ".join(self.paths)


class Worlds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Worlds without an edge beside the data themselves: ``[worlds]``."""

    count: Annotated[int, Meta(ge=0, le=100_000)] = 0
    null: Null = "states"


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    data: list[Data]
    seeds: tuple[Annotated[int, Meta(ge=0, le=2**53)], ...] = (0,)
    worlds: Worlds = Worlds()
    config: dict[str, Any] = {}
    """Fields that all configurations share."""
    configurations: dict[str, dict[str, Any]] = {}
    """What each one changes; without any there is one."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One run over one series, in one world."""

    data: str
    """Name of the series."""
    paths: list[str]
    configuration: str
    config: dict[str, Any]
    """Fields of `Config`."""
    seed: int
    world: int
    """0 for the data themselves, from 1 on worlds without an edge."""
    null: str

    def key(self) -> str:
        """What makes it itself: version, configuration, world, and size and time of each file it reads.

        Raises
        ------
        DataError
            If a file is not there.
        """
        from bayescore.data.paths import expand

        files = []
        for path in expand(self.paths):
            found = Path(path).stat()
            files.append((str(path), found.st_size, found.st_mtime_ns))
        facts = (__version__, files, self.config, self.seed, self.world, self.null if self.world else "")
        return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:32]


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """A study: its name and its tasks in order."""

    name: str
    tasks: list[Task]


def read_study(path: Path) -> Study:
    """Read a study's file.

    Raises
    ------
    UsageError
        If it cannot be read, or says something that cannot be done, naming the field.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from None
    try:
        values = msgspec.toml.decode(text)
        file = msgspec.convert(values, _File)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {_mistyped(values) or error}") from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from None
    try:
        return Study(name=check_name(file.name, "name "), tasks=_tasks(file))
    except BayescoreError as error:
        raise UsageError(f"{path}: {error}") from None


def _mistyped(values: dict[str, Any]) -> str | None:
    """The first name that is no field, or word that is no choice, with the nearest; ``None`` for anything else."""
    data, worlds = values.get("data"), values.get("worlds")
    tables: list[tuple[str, Any, type[msgspec.Struct]]] = [("", values, _File)]
    tables += [("data.", table, Data) for table in (data if isinstance(data, list) else [])]
    tables.append(("worlds.", worlds, Worlds))
    for where, table, section in tables:
        for name in table if isinstance(table, dict) else ():
            if name not in section.__struct_fields__:
                return f"{where}{name}: no such field; {expected(name, section.__struct_fields__)}"
    null = worlds.get("null") if isinstance(worlds, dict) else None
    if isinstance(null, str) and null not in NULLS:
        return f"worlds.null = {null!r}: {expected(null, NULLS)}"
    return None


def _tasks(file: _File) -> list[Task]:
    if not file.data:
        raise UsageError("data: no series; give at least one [[data]] with files")
    labels = [each.label for each in file.data]
    for label in labels:
        if labels.count(label) > 1:
            raise UsageError(f"data: two series are called {label}; give them names")
    configurations = file.configurations or {"base": {}}
    count = len(labels) * len(configurations) * len(file.seeds) * (file.worlds.count + 1)
    if count > MOST_TASKS:
        raise UsageError(f"{count:,} tasks; at most {MOST_TASKS:,}")
    tasks = []
    for data, (name, changes), seed in product(file.data, configurations.items(), file.seeds):
        own = {key: value for key in ("instrument", "symbol") if (value := getattr(data, key)) is not None}
        values = _merged(_merged(file.config, changes), {**own, "seed": seed})
        config = msgspec.to_builtins(
            _known(_config(values, f"configurations.{name}" if changes else "config"))
        )
        tasks += [
            Task(
                data=data.label,
                paths=data.paths,
                configuration=name,
                config=config,
                seed=seed,
                world=world,
                null=file.worlds.null,
            )
            for world in range(file.worlds.count + 1)
        ]
    return tasks


def _known(config: Config) -> Config:
    """With the fingerprint of the file of own states, so that another one makes other tasks."""
    if config.states is None:
        return config
    file, fingerprint = split_states(config.states)
    try:
        content = Path(file).expanduser().read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: no file of states ({error.strerror})") from None
    found = hashlib.sha256(content).hexdigest()
    if fingerprint not in (None, found):
        raise UsageError(f"{file}: is not the file of states that is named by its SHA-256")
    return msgspec.structs.replace(config, states=f"{file}{STATES_MARK}{found}")


def _merged(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    out = dict(values)
    for name, value in changes.items():
        before = out.get(name)
        out[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return out


def _config(values: dict[str, Any], where: str) -> Config:
    problem = fields.explain(values, Config)
    if problem is not None:
        raise UsageError(f"{where}: {problem}")
    return from_values(values, where)
