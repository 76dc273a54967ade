"""Write docs/configuration.md from the fields of `bayescore.config`. A test holds the page to them."""

from __future__ import annotations

from pathlib import Path

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


if __name__ == "__main__":
    Path(__file__).resolve().parents[1].joinpath("docs/configuration.md").write_text(
        render(), encoding="utf-8"
    )
