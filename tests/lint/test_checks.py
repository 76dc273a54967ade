"""The checks of `make lint` fail on what they are there to refuse: each is run on a copy with a fault planted in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("python", "tui", "rust", "tools", "pyproject.toml", "SECURITY.md")

CHECKS = {
    "imports": [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
    "unsafe": [sys.executable, "tools/check_unsafe.py"],
    "circles": [sys.executable, "tools/check_circles.py"],
    "facts": [sys.executable, "tools/check_facts.py"],
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, without what is built from them."""
    copy = tmp_path_factory.mktemp("tree")
    skipped = shutil.ignore_patterns("__pycache__", "*.so")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, symlinks=True, ignore=skipped)
        else:
            shutil.copy(ROOT / part, copy / part)
    return copy


@pytest.fixture
def plant(tree: Path) -> Iterator[Callable[[str, str], None]]:
    """Add lines at the end of a file; the copy is as it was when the test is over."""
    before: dict[Path, str] = {}

    def add(name: str, lines: str) -> None:
        path = tree / name
        before.setdefault(path, path.read_text(encoding="utf-8"))
        path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")

    yield add
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


def said(tree: Path, check: str) -> tuple[int, str]:
    """Exit code of a check, and what it prints."""
    done = subprocess.run(
        CHECKS[check],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": "python", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("check", CHECKS)
def test_sources_as_they_are_pass(tree: Path, check: str) -> None:
    code, text = said(tree, check)
    assert code == 0, text


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        (
            "python/bayescore/errors.py",
            "from bayescore.cli import app",
            "rooms of the trainer, from top to bottom",
        ),
        (
            "python/bayescore/data/load.py",
            "import bayescore.runs",
            "rooms of the trainer, from top to bottom",
        ),
        ("python/bayescore/report/html.py", "import bayescore_tui", "the trainer does not know the screen"),
        (
            "tui/sources/__init__.py",
            "import bayescore_tui.screens",
            "rooms of the dashboard, from top to bottom",
        ),
    ],
)
def test_import_that_points_up_is_refused(
    tree: Path, plant: Callable[[str, str], None], file: str, line: str, contract: str
) -> None:
    plant(file, f"\n{line}\n")
    code, text = said(tree, "imports")
    assert code == 1
    assert f"{contract} BROKEN" in text


def test_import_inside_a_function_points_up_just_the_same(
    tree: Path, plant: Callable[[str, str], None]
) -> None:
    plant("python/bayescore/events/figures.py", "\n\ndef late():\n    import bayescore.training\n")
    assert said(tree, "imports")[0] == 1


def test_circle_within_a_room_is_refused(tree: Path, plant: Callable[[str, str], None]) -> None:
    plant("python/bayescore/report/wording.py", "\nimport bayescore.report.tables\n")
    code, text = said(tree, "imports")
    assert code == 1
    assert "no circle among neighbours, at any depth BROKEN" in text


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("fn late(x: *const i32) -> i32 { unsafe { *x } }", "unsafe without a SAFETY comment"),
        ("// SAFETY: none.\nunsafe fn late() {}", "the table of SECURITY.md"),
    ],
)
def test_unsafe_without_reason_or_entry_is_refused(
    tree: Path, plant: Callable[[str, str], None], lines: str, says: str
) -> None:
    plant("rust/core/src/error.rs", f"\n{lines}\n")
    code, text = said(tree, "unsafe")
    assert code == 1
    assert says in text
    assert "rust/core/src/error.rs" in text


def test_entry_for_a_file_without_unsafe_is_refused(tree: Path, plant: Callable[[str, str], None]) -> None:
    plant("SECURITY.md", "\n| `rust/core/src/error.rs` | 1 | nothing |\n")
    code, text = said(tree, "unsafe")
    assert code == 1
    assert "rust/core/src/error.rs: 0 unsafe" in text


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("core/src/error.rs", "use crate::market::Market;", "error.rs -> market.rs"),
        ("core/src/state/config.rs", "use super::StateEngine;", "state/config.rs -> state/engine.rs"),
        ("core/src/gate/belief.rs", "use super::{Gate, rule_side as side};", "gate/mod.rs -> gate/belief.rs"),
        ("core/src/sweep/grid.rs", "use crate::{error::{CoreError}, sweep::auto};", "sweep/grid.rs"),
        ("core/src/sweep/batch/axes.rs", "fn late() { super::driver::sweep() }", "sweep/batch/axes.rs"),
        ("core/src/gate/tables.rs", "mod inner { use super::super::Gate; }", "gate/mod.rs -> gate/tables.rs"),
        ("py/src/errors.rs", "use crate::enter::enter_core;", "enter.rs -> errors.rs"),
    ],
)
def test_circle_of_rust_files_is_refused(
    tree: Path, plant: Callable[[str, str], None], file: str, line: str, says: str
) -> None:
    plant(f"rust/{file}", f"\n{line}\n")
    code, text = said(tree, "circles")
    assert code == 1
    assert "circle of files" in text
    assert says in text


@pytest.mark.parametrize(
    "line",
    [
        "// use crate::simulate::Market;",
        'const TEXT: &str = "use crate::simulate::Market;";',
        "#[cfg(test)]\nmod tests { use crate::simulate::Market; }",
    ],
)
def test_what_is_no_dependency_makes_no_circle(
    tree: Path, plant: Callable[[str, str], None], line: str
) -> None:
    plant("rust/core/src/error.rs", f"\n{line}\n")
    assert said(tree, "circles") == (0, "")


@pytest.mark.parametrize(
    ("name", "lines", "words"),
    [
        (
            "python/bayescore/results/summary.py",
            "\nSLIPPAGE_FACTOR = 0.1\n",
            "SLIPPAGE_FACTOR has a default of its own",
        ),
        (
            "tui/dashboard.py",
            "\ndef half(warmup: int = 900) -> int:\n    return warmup // 2\n",
            "warmup has a default",
        ),
        (
            "python/bayescore/config.py",
            "\nclass Again(Section):\n    max_entry_gap: int = 5\n",
            "max_entry_gap has a",
        ),
        (
            "tui/text/lines.py",
            '\nRULES = ("learned", "reversion", "drive", "any")\n',
            "lists the entry rules again",
        ),
        (
            "rust/core/src/control.rs",
            "\npub const SLIPPAGE_WINDOW: i32 = 5;\n",
            "SLIPPAGE_WINDOW has a value of its own",
        ),
        (
            "rust/py/src/run.rs",
            '\nconst KINDS: [&str; 3] = ["stop_first", "target_first", "ohlc_path"];\n',
            "intrabar",
        ),
    ],
)
def test_a_second_definition_of_a_fact_is_refused(
    tree: Path, plant: Callable[[str, str], None], name: str, lines: str, words: str
) -> None:
    assert said(tree, "facts") == (0, "")
    plant(name, lines)
    code, text = said(tree, "facts")
    assert code == 1
    assert f"{name}:" in text
    assert words in text
