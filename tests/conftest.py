"""Whole runs on real files."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.run_files import BAYESCORE

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def sample() -> Path:
    (found,) = (ROOT / "data").glob("*.parquet")
    return found


@pytest.fixture(scope="session")
def shared_data() -> Path:
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("real market data (../shared/data) is not on this machine")
    return path


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``bayescore`` as a user would, in an empty folder."""

    def call(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BAYESCORE, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ, "COLUMNS": "160", **environment},
        )

    return call
