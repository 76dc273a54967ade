"""Whole runs on real files."""

import gc
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.run_files import BAYESCORE

ROOT = Path(__file__).resolve().parents[1]

# Tests start the command hundreds of times: where a shell or a CI forbids to keep compiled modules, every start
# would compile all of them anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """Look for circles of garbage less often, and never again among what imports and the collection made.

    The screens make small objects by the million: with Python's own thresholds a sixth of their time went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


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
