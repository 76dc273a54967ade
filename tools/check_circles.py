"""Refuse circles between the files of a Rust crate.

A file depends on the files that its ``use`` declarations and its paths from ``crate``, ``super`` and ``self`` name. A
name that a ``mod.rs`` or ``lib.rs`` hands on (``pub use``) stands for the file it comes from, and handing it on is no
dependency. Tests within a file are left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|r#".*?"#|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'', re.DOTALL)
TOKEN = re.compile(
    r"(?P<test>\#\[cfg\(test\)\]\s*mod\s+\w+\s*\{)|(?P<inner>\bmod\s+\w+\s*\{)|(?P<open>\{)|(?P<close>\})"
    r"|(?P<use>\b(?:pub(?:\([^)]*\))?\s+)?use\s+[^;]+;)|(?P<path>\b(?:crate|super|self)(?:::\w+)+)"
)
ROOT_FILES = ("lib.rs", "mod.rs")

ModulePath: TypeAlias = tuple[str, ...]


def expand(tree: str) -> Iterator[ModulePath]:
    """The paths of a ``use`` tree: ``a::{b, c::d}`` is a::b and a::c::d."""
    head, brace, rest = tree.partition("{")
    prefix = tuple(part.strip() for part in head.split("::") if part.strip())
    if not brace:
        yield tuple(part.split(" as ")[0].strip() for part in prefix)
        return
    depth, start = 0, 0
    inside = rest[: rest.rindex("}")] + ","
    for at, char in enumerate(inside):
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            if inside[start:at].strip():
                for path in expand(inside[start:at]):
                    yield (*prefix, *path)
            start = at + 1


def references(text: str) -> Iterator[tuple[ModulePath, int, bool]]:
    """Paths that a file names, how many inline modules deep, and whether it only hands them on."""
    code = NOISE.sub(lambda m: " " if m[0].startswith("/") else '""', text)
    blocks: list[str] = []
    for token in TOKEN.finditer(code):
        kind = token.lastgroup or ""
        if kind in {"test", "inner", "open"}:
            blocks.append(kind)
        elif kind == "close":
            blocks.pop()
        elif "test" in blocks:
            continue
        elif kind == "use":
            hands_on, _, tree = re.sub(r"\s+", " ", token[0][:-1]).partition("use ")
            for path in expand(tree):
                yield path, blocks.count("inner"), bool(hands_on)
        else:
            yield tuple(token[0].split("::")), blocks.count("inner"), False


class Crate:
    """The files of a crate by module path, and who names whom."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[ModulePath, Path] = {}
        for file in sorted(root.rglob("*.rs")):
            parts = file.relative_to(root).with_suffix("").parts
            self.files[parts[:-1] if file.name in ROOT_FILES else parts] = file
        self.named = {m: list(references(f.read_text(encoding="utf-8"))) for m, f in self.files.items()}
        self.handed_on: dict[ModulePath, ModulePath] = {}
        for module, named in self.named.items():
            for path, inner, hands_on in named:
                if hands_on and (full := self.absolute(module, path, inner)):
                    self.handed_on[(*module, path[-1])] = full

    def absolute(self, module: ModulePath, path: ModulePath, inner: int) -> ModulePath | None:
        """The path from the root of the crate; None if it leads out of it."""
        if path[0] == "crate":
            return path[1:]
        base, rest = list(module), list(path)
        while rest and rest[0] in {"self", "super"}:
            if rest.pop(0) == "super":
                if inner:
                    inner -= 1
                else:
                    base.pop()
        if len(rest) == len(path) and (*module, path[0]) not in self.files:
            return None
        return (*base, *rest)

    def file_of(self, full: ModulePath) -> ModulePath:
        """The module file that declares what a path names."""
        for end in range(1, len(full) + 1):
            target = self.handed_on.get(full[:end])
            if full[:end] not in self.files and target and target != full[:end]:
                return self.file_of((*target, *full[end:]))
        while full not in self.files:
            full = full[:-1]
        return full

    def depends(self) -> dict[ModulePath, set[ModulePath]]:
        """For each file those that it needs."""
        graph: dict[ModulePath, set[ModulePath]] = {module: set() for module in self.files}
        for module, named in self.named.items():
            for path, inner, hands_on in named:
                full = self.absolute(module, path, inner)
                if full and not hands_on:
                    graph[module] |= {self.file_of(full)} - {module}
        return graph


def circle(graph: dict[ModulePath, set[ModulePath]]) -> list[ModulePath]:
    """One circle, its first file again at the end; empty if there is none."""
    done: set[ModulePath] = set()

    def visit(module: ModulePath, way: list[ModulePath]) -> list[ModulePath]:
        if module in way:
            return [*way[way.index(module) :], module]
        if module in done:
            return []
        for other in sorted(graph[module]):
            if found := visit(other, [*way, module]):
                return found
        done.add(module)
        return []

    for module in sorted(graph):
        if found := visit(module, []):
            return found
    return []


def main() -> None:
    """Say which files form a circle, and fail."""
    given = [Path(arg) for arg in sys.argv[1:]]
    rust = Path(__file__).resolve().parents[1] / "rust"
    failed = False
    for root in given or [rust / "core" / "src", rust / "py" / "src"]:
        crate = Crate(root)
        if found := circle(crate.depends()):
            failed = True
            names = " -> ".join(crate.files[module].relative_to(root).as_posix() for module in found)
            print(f"{root}: circle of files: {names}", file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main()
