"""The notebooks run as they are, and show as much as is stored in them."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed; make dev")
pytest.importorskip("nbclient", reason="nbclient is not installed; make dev")
pytest.importorskip("ipykernel", reason="ipykernel is not installed; make dev")
pytestmark = pytest.mark.filterwarnings("ignore")
"""Jupyter's own warnings are not ours."""

ROOT = Path(__file__).parents[2]


def execute(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("run_notebooks", ROOT / "tools" / "run_notebooks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.execute(path)


def shown(notebook: Any) -> list[list[Any]]:
    """What kind of output every cell has: a stream, or data of some types."""
    return [
        [
            output.get("name") or sorted(output.get("data", {})) or output["output_type"]
            for output in cell.get("outputs", [])
        ]
        for cell in notebook.cells
    ]


@pytest.mark.parametrize("name", ["first_steps.ipynb", "own_ideas.ipynb"])
def test_a_notebook_runs_and_shows_what_is_stored(name: str) -> None:
    path = ROOT / "examples" / name
    stored = nbformat.read(path, as_version=4)
    assert sum(map(len, shown(stored))) > 5
    again = execute(path)
    assert shown(again) == shown(stored)
    assert not [o for cell in again.cells for o in cell.get("outputs", []) if o["output_type"] == "error"]
    tables = [
        o["data"]["text/html"]
        for cell in again.cells
        for o in cell.get("outputs", [])
        if "data" in o and "text/html" in o["data"]
    ]
    assert sum("<table" in table for table in tables) >= 2
    assert str(Path.home()) not in path.read_text(encoding="utf-8")
