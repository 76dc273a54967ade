"""Every command and every program in README and docs is run, in the order in which a reader would type them."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bayescore.config import Config
from bayescore.data import synth
from bayescore.training.orchestrator import BayesianTrainingOrchestrator
from tests.run_files import BAYESCORE

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "data" / "README.md"]
SAMPLE = "data/mnq-synth-20260105-20260107.ohlcv-1s.parquet"

SMALL = {
    "synth": ["--days", "3"],
    "train": ["--iterations", "20", "--history-candidates", "20"],
    "validate": ["--permutations", "2"],
    "delete": ["--yes"],
    "signals": ["--wait", "0", "--paper"],
}
"""Added so that a test takes seconds and nobody is asked; the last of two equal options counts."""

STANDS_FOR = {"FILE": "bars.parquet", "RUN": "mnq-january"}
"""What a reader puts in the place of a word in capitals."""

ELSEWHERE = (
    "make ",
    "bayescore study study.toml --engine ray",
    "pip install .",
    "bayescore-tui",
    "python tools/",
    "pip install textual-dev",
    "textual serve",
)
"""Run by CI itself, by tests of their own (dashboard, Ray), or by whoever keeps the pictures; anything new has to be named here."""

PROGRAMS = ("bayescore", "make", "pip", "python", "textual")


def blocks(page: Path, language: str) -> list[str]:
    """Fenced blocks of a language, in order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def commands(page: Path) -> list[str]:
    """Lines of its blocks that begin with the name of a program, without what is said about them."""
    lines = [line.removeprefix("$ ") for text in blocks(page, "") for line in text.splitlines()]
    found = [line.split("  #")[0].split(" # ")[0].strip() for line in lines]
    return [line for line in found if re.match(rf"({'|'.join(PROGRAMS)})[ -]", line)]


def bars(path: Path, days: int, start: str = "2026-01-05", edge: float = 0.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    synth.write(synth.generate(days=days, start=start, seed=0, edge=edge), path.with_suffix(".tmp.parquet"))
    path.with_suffix(".tmp.parquet").replace(path)


def run(where: Path, name: str, data: str, **settings: object) -> None:
    config = Config(iterations=20, history_candidates=20, **settings)  # type: ignore[arg-type]
    BayesianTrainingOrchestrator(config, checkpoint_dir=where / "checkpoints", run=name).train(
        str(where / data)
    )


def evening(where: Path, _: list[str]) -> None:
    """A run whose data grow, data of a later date, all in one file, a run with other costs, the bars of the next day."""
    edge = 0.1  # so plain that the run does not stay flat: there are signals to follow
    bars(where / "january.parquet", 2, edge=edge)
    bars(where / "2026-02-02.ohlcv-1s.dbn.zst", 1, "2026-01-07", edge)
    parts = [pl.read_parquet(where / name) for name in ("january.parquet", "2026-02-02.ohlcv-1s.dbn.zst")]
    pl.concat(parts).write_parquet(where / "all.parquet")
    bars(where / "today.parquet", 1, "2026-01-08", edge)
    today = pl.read_parquet(where / "today.parquet").head(3000)
    today.with_columns(pl.col("ts_event").cast(pl.Int64)).write_csv(where / "today.csv")
    run(where, "mnq-january", "january.parquet")
    run(where, "mnq-slippage-2", "january.parquet", costs={"slippage_ticks": 2})


def named(where: Path, typed: list[str]) -> None:
    """The data that pages speak of, and the run, unless the page itself makes it."""
    for name in ("glbx-mdp3-20251230-20260129.ohlcv-1s.parquet", "soybeans.parquet", "bars.parquet"):
        bars(where / name, 2)
    shutil.copy(ROOT / "examples" / "my_states.py", where)
    if not any("--run mnq-january" in line for line in typed):
        run(where, "mnq-january", "bars.parquet")


def states(where: Path, _: list[str]) -> None:
    """The page's own file of states."""
    (page,) = [p for p in PAGES if p.name == "own-states.md"]
    (where / "my_states.py").write_text("".join(blocks(page, "python")))
    bars(where / "bars.parquet", 2)


def study(where: Path, _: list[str]) -> None:
    """The page's own study, with fewer seeds and worlds."""
    (page,) = [p for p in PAGES if p.name == "scaling.md"]
    (text,) = blocks(page, "toml")
    for told, small in (
        ("[0, 1, 2]", "[0]"),
        ("count = 200", "count = 1"),
        ("iterations = 1000", "iterations = 20"),
    ):
        assert told in text
        text = text.replace(told, small)
    (where / "study.toml").write_text(text)
    bars(where / "mnq" / "january.parquet", 2)
    bars(where / "other" / "january.dbn.zst", 2)


SETTINGS: dict[str, Callable[[Path, list[str]], None]] = {
    "evening.md": evening,
    "own-states.md": states,
    "scaling.md": study,
}


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda p: p.name)
def test_commands(page: Path, tmp_path: Path) -> None:
    typed = [line for line in commands(page) if not line.startswith(ELSEWHERE)]
    if typed:
        SETTINGS.get(page.name, named)(tmp_path, typed)
        (tmp_path / "data").mkdir(exist_ok=True)
    for line in typed:
        words = shlex.split(line)
        assert words[0] == "bayescore", f"{line}: run it here, or name it in ELSEWHERE"
        arguments = [STANDS_FOR.get(word, word) for word in words[1:]] + SMALL.get(words[1], [])
        done = subprocess.run(
            [BAYESCORE, *arguments],
            cwd=tmp_path,
            env={**os.environ, "BROWSER": "/bin/echo %s"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=lambda p: p.name)
def test_programs(page: Path, tmp_path: Path) -> None:
    """The Python of a page, from top to bottom; sessions with a prompt, and what is cut short by …, are shown, not run."""
    texts = [text for text in blocks(page, "python") if not text.startswith(">>>") and "…" not in text]
    for name in ("bars.parquet", "practice.parquet", SAMPLE):
        bars(tmp_path / name, 2)
    program = re.sub(r"iterations=\d+", "iterations=20", "\n".join(texts))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_the_site_names_no_page_that_is_not_there() -> None:
    """Pages that it does not name are added at the end when it is built."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    told = set(re.findall(r": (\S+\.md)$", text, re.MULTILINE))
    assert told <= {p.name for p in (ROOT / "docs").glob("*.md")} | {"commands.md", "api.md"}
    assert len(told) > 20
