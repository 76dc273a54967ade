"""Refuse unsafe Rust that gives no reason, or that SECURITY.md does not list.

Each ``unsafe`` must stand below a ``SAFETY:`` comment, and the table of SECURITY.md must name every file that holds
some, with their number, and no other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

UNSAFE = re.compile(r"\bunsafe\s*(?:\{|fn\b|impl\b|trait\b|extern\b)")
ROW = re.compile(r"^\| `(rust/[^`]+\.rs)` \| (\d+) \|", re.MULTILINE)
COMMENT_OR_ATTRIBUTE = ("//", "#[")


def lines_with_unsafe(text: str) -> Iterator[tuple[int, bool]]:
    """Line numbers of unsafe code, and whether a SAFETY comment stands right above."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not UNSAFE.search(line.split("//")[0]):
            continue
        above = number - 1
        while (
            above >= 0
            and lines[above].strip().startswith(COMMENT_OR_ATTRIBUTE)
            and "SAFETY:" not in lines[above]
        ):
            above -= 1
        yield number + 1, above >= 0 and "SAFETY:" in lines[above]


def complaints(root: Path) -> Iterator[str]:
    """One line for everything that is wrong."""
    listed = {
        name: int(count) for name, count in ROW.findall((root / "SECURITY.md").read_text(encoding="utf-8"))
    }
    for path in sorted((root / "rust").rglob("*.rs")):
        name, found = (
            path.relative_to(root).as_posix(),
            list(lines_with_unsafe(path.read_text(encoding="utf-8"))),
        )
        for number, reason in found:
            if not reason:
                yield f"{name}:{number}: unsafe without a SAFETY comment above it"
        if len(found) != listed.pop(name, 0):
            yield f"{name}: {len(found)} unsafe; give this number and the reason in the table of SECURITY.md"
    for name in listed:
        yield f"SECURITY.md lists {name}, which is not there"


def main() -> None:
    """Say what is wrong, and fail."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1]
    found = list(complaints(root))
    for line in found:
        print(line, file=sys.stderr)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
