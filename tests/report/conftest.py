"""Small runs whose pages are read."""

from pathlib import Path

import pytest

from bayescore.config import Config
from bayescore.training.orchestrator import BayesianTrainingOrchestrator


@pytest.fixture(scope="session")
def planted(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run over the shipped sample, which holds an edge."""
    root = tmp_path_factory.mktemp("report")
    BayesianTrainingOrchestrator(Config(iterations=300), checkpoint_dir=root, run="planted").train(
        str(sample)
    )
    return root / "planted"
