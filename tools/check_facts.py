"""Refuse a second definition of a fact: a default or a list of names that is declared elsewhere already.

Settings, names and factors are declared in ``rust/core`` and mirrored in ``python/bayescore/vocabulary.py``. Nowhere
else may a literal be given to one of these names, nor may one of the lists of names be written out again.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

from bayescore import vocabulary

PYTHON = ("python/bayescore", "tui", "archive")
MIRROR = "python/bayescore/vocabulary.py"
SECTIONS = (
    vocabulary.State,
    vocabulary.Brain,
    vocabulary.Labels,
    vocabulary.Costs,
    vocabulary.Fills,
    vocabulary.Regret,
    vocabulary.Scores,
)
COMMON = {"mirror", "horizon", "objective"}
"""Names of settings that other things have too."""
SETTINGS = {
    name for section in SECTIONS for name, x in vars(section).items() if isinstance(x, vocabulary.Setting)
} - COMMON
LISTS: dict[str, set[str]] = {
    "entry rules": set(vocabulary.ENTRY_RULES),
    "exit reasons": set(vocabulary.REASONS),
    "timings": set(vocabulary.TIMINGS),
    "objectives": set(vocabulary.OBJECTIVES),
    "contexts": set(vocabulary.CONTEXTS),
    "intrabar rules": set(vocabulary.INTRABARS),
    "label outcomes": set(vocabulary.LABEL_OUTCOMES),
    "factors": set(vocabulary.FACTORS),
}
DECLARATION = re.compile(r"(?:settings|names|contexts)!\s*\{")
RUST_DEFAULT = re.compile(
    r"\b(?:const|static)\s+(?P<const>[A-Z][A-Z0-9_]*)\s*:[^=;]*=\s*-?[\d.]"
    r"|^\s*(?P<signature>\w+)=-?[\d.]+[,\s)]",
    re.MULTILINE,
)
RUST_LIST = re.compile(r"\[\s*((?:\"\w+\"\s*,\s*)+\"\w+\"\s*,?)\s*\]")


def _literal(node: ast.expr | None) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.Tuple):
        return bool(node.elts) and all(_literal(e) for e in node.elts)
    return isinstance(node, ast.Constant) and node.value is not None and node.value is not ...


def _defaults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of every module constant, field and argument with a literal default."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and _literal(node.value):
            yield node.lineno, node.target.id
        elif isinstance(node, ast.Assign) and _literal(node.value):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield node.lineno, target.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            plain = [*given.posonlyargs, *given.args]
            pairs = [
                *zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True),
                *zip(given.kwonlyargs, given.kw_defaults, strict=True),
            ]
            for argument, value in pairs:
                if _literal(value):
                    yield argument.lineno, argument.arg


def _lists(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """Line and members of every tuple, list, set or ``Literal`` of strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            found = {e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)}
            if len(found) == len(node.elts):
                yield node.lineno, found


def _python(root: Path) -> Iterator[str]:
    for room in PYTHON:
        for path in sorted((root / room).rglob("*.py*")):
            name = path.relative_to(root).as_posix()
            if path.suffix not in (".py", ".pyi") or name == MIRROR:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for line, word in _defaults(tree):
                if word.lower() in SETTINGS:
                    yield f"{name}:{line}: {word} has a default of its own; take it from bayescore.vocabulary"
            if room == "archive":
                continue  # repeats the rules on purpose, in words of its own
            for line, words in _lists(tree):
                for what, known in LISTS.items():
                    if known <= words:
                        yield f"{name}:{line}: lists the {what} again; take them from bayescore.vocabulary"


def _rust(root: Path) -> Iterator[str]:
    for path in sorted((root / "rust").glob("*/src/**/*.rs")):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8").split("#[cfg(test)]")[0]
        for found in RUST_DEFAULT.finditer(text):
            word = found["const"] or found["signature"]
            if word.lower() in SETTINGS:
                line = text.count("\n", 0, found.start(found.lastgroup or 0)) + 1
                yield f"{name}:{line}: {word} has a value of its own; take it from its settings"
        if DECLARATION.search(text):
            continue
        for found in RUST_LIST.finditer(text):
            words = set(re.findall(r"\w+", found[1]))
            for what, known in LISTS.items():
                if known <= words:
                    line = text.count("\n", 0, found.start()) + 1
                    yield f"{name}:{line}: lists the {what} again; take them from their declaration"


def complaints(root: Path) -> Iterator[str]:
    """One line for everything that is defined twice."""
    yield from _python(root)
    yield from _rust(root)


if __name__ == "__main__":
    found = list(complaints(Path(__file__).resolve().parents[1]))
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(bool(found))
