"""Write docs/configuration.md from the fields of `bayescore.config`. A test holds the page to them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bayescore.cli.options import field_help
from bayescore.config import Config

HEAD = """# Configuration

Every field can be set in the TOML file of `--config`, by `--set FIELD=VALUE`, and many by an option of their own; later
ones win. Made by `python tools/make_docs.py`.

"""


def _rows(section: type[msgspec.Struct], prefix: str) -> list[str]:
    rows = ["| field | default | meaning |", "|---|---|---|"]
    nested: list[str] = []
    for field in msgspec.structs.fields(section):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            nested += [f"\n## [{field.name}]\n", *_rows(field.type, f"{field.name}.")]
        else:
            default = "–" if field.default is None else f"`{msgspec.json.encode(field.default).decode()}`"
            rows.append(f"| `{prefix}{field.name}` | {default} | {field_help(section, field.name)} |")
    return rows + nested


def render() -> str:
    """The whole page."""
    return HEAD + "\n".join(_rows(Config, "")) + "\n"


if __name__ == "__main__":
    Path(__file__).resolve().parents[1].joinpath("docs/configuration.md").write_text(
        render(), encoding="utf-8"
    )
