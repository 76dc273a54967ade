"""Pages made from the code: docs/configuration.md, and those of commands and of the Python API.

The first lies in docs/, and a test holds it to the fields of `bayescore.config`; the others are made when the site is
built (`tools/site_hooks.py`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from bayescore.config import Config
from bayescore.fields import fields_of

HEAD = """# Configuration

Every field can be set in the TOML file of `--config`, by `--set FIELD=VALUE`, and those of the first table by an option
of their own (`--min-trades 20`); later ones win. Made by `python tools/make_docs.py`.

"""


def _rows() -> list[str]:
    head = ["| field | default | allowed | meaning |", "|---|---|---|---|"]
    rows, group = list(head), ""
    for name, field in fields_of(Config).items():
        section = name.rpartition(".")[0]
        if section != group:
            rows += [f"\n## [{section}]\n", *head]
            group = section
        default = "–" if field.default is None else f"`{msgspec.json.encode(field.default).decode()}`"
        rows.append(f"| `{name}` | {default} | {field.allowed} | {field.words} |")
    return rows


def render() -> str:
    """The whole page."""
    return HEAD + "\n".join(_rows()) + "\n"


COMMANDS_HEAD = """# Commands

Made from the options themselves; `bayescore COMMAND --help` says the same. Fields of the configuration that have no
option of their own are set by `--set FIELD=VALUE`: see [Configuration](configuration.md).

Exit codes: 0 done, 1 failure, 2 wrong usage or data, 130 interrupted (finished days are kept).

`bayescore-tui` takes every option of `bayescore train`, besides `--run NAME` to follow a run: see
[The dashboard](dashboard.md).

"""

API_HEAD = """# Python API

What `import bayescore` gives, from its own docstrings; how it is used: [From Python](python.md).

"""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _parameter(parameter: Any) -> str:
    """One row: names, default, words."""
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    if not parameter.opts[0].startswith("-"):
        names = f"`{parameter.name.upper()}`"
    default = parameter.default
    told = default not in (None, [], (), False) and not callable(default)
    low, high = (getattr(parameter.type, name, None) for name in ("min", "max"))
    bounds = " to ".join(f"{x:,}" for x in (low, high) if x is not None)
    bounds = f" ({'from ' if high is None else ''}{bounds})" if bounds else ""
    return f"| {names} | {f'`{_cell(str(default))}`' if told else '–'} | {_cell((parameter.help or '') + bounds)} |"


def commands() -> str:
    """The page of all commands."""
    from typer.main import get_command

    from bayescore.cli.app import app

    parts = [COMMANDS_HEAD]
    group: Any = get_command(app)
    for name, command in group.commands.items():
        text = re.sub(r"\[bold\](.*?)\[/bold\]", r"**\1**", command.help or "")
        text = re.sub(r"^(bayescore .*)$", r"`\1`", text, flags=re.MULTILINE)
        rows = ["| option | default | |", "|---|---|---|", *map(_parameter, command.params)]
        parts.append(f"## bayescore {name}\n\n{text}\n\n" + "\n".join(rows) + "\n\n")
    return "".join(parts)


def api() -> str:
    """The page of the Python API: a directive a public name, for mkdocstrings."""
    import bayescore

    homes = {name: getattr(bayescore, name) for name in bayescore.__all__ if name != "__version__"}
    return API_HEAD + "".join(f"::: {x.__module__}.{x.__name__}\n\n" for x in homes.values())


if __name__ == "__main__":
    Path(__file__).resolve().parents[1].joinpath("docs/configuration.md").write_text(
        render(), encoding="utf-8"
    )
