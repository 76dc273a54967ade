"""Hooks of mkdocs: pages made from the code, and links that leave docs/, which become the names of their files."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)#]*)[^)]*\)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Rewrite one page before it is read."""
    return _OUTSIDE.sub(lambda m: f"{m[1]} (`{m[2]}` of the sources)", markdown)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Append the pages that the navigation does not name, so that none is left out."""
    docs = Path(config.docs_dir)
    named = set(re.findall(r"[\w-]+\.md", str(config.nav)))
    more = [page.name for page in sorted(docs.glob("*.md")) if page.name not in named]
    config.nav = [*(config.nav or []), *more]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are in no folder."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tools import make_docs

    files.append(File.generated(config, "commands.md", content=make_docs.commands()))
    files.append(File.generated(config, "api.md", content=make_docs.api()))
    return files
