"""How two runs are compared, and where the command is."""

import sys
from pathlib import Path

from bayescore.runs import layout

VOLATILE = set(layout.VOLATILE)
"""Wall-clock times, process numbers and what was moved out of the way live here and nowhere else."""

BAYESCORE = str(Path(sys.executable).with_name("bayescore"))


def contents(run: Path) -> dict[str, bytes]:
    """Every file of a run that must not depend on time, threads or interruptions."""
    return {
        str(p.relative_to(run)): p.read_bytes()
        for p in sorted(run.rglob("*"))
        if p.is_file() and p.relative_to(run).parts[0] not in VOLATILE
    }


def assert_same_run(a: Path, b: Path) -> None:
    one, two = contents(a), contents(b)
    assert sorted(one) == sorted(two)
    assert "summary.json" in one
    differing = [name for name in one if one[name] != two[name]]
    assert not differing
