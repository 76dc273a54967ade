"""A study on a Ray cluster of several nodes of this machine, one of them killed in the middle."""

from pathlib import Path
from typing import Any

import pytest

from bayescore.errors import BayescoreError
from bayescore.study.engines import TaskError, do_tasks
from bayescore.study.plan import read_study
from bayescore.study.run import run_study
from tests.study.plans import TEXT, contents, write

ray = pytest.importorskip("ray", reason="Ray is not installed; pip install 'bayescore[ray]'")
pytestmark = pytest.mark.filterwarnings("ignore")
"""Ray's own warnings are not ours."""


@pytest.fixture
def cluster() -> Any:
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    ray.init(address=made.address, logging_level="error", log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.fixture
def plan(sample: Path, tmp_path: Path) -> Any:
    return read_study(write(tmp_path, TEXT.format(data=sample)))


def test_a_cluster_that_loses_a_node_gives_the_same_bytes(cluster: Any, plan: Any, tmp_path: Path) -> None:
    lost = cluster.add_node(num_cpus=1)
    cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    assert len([node for node in ray.nodes() if node["Alive"]]) == 3
    told: list[int] = []

    def kill(done: int, _: int) -> None:
        told.append(done)
        if done == 1:
            # All nodes have tasks in work; the one that goes takes its with it.
            cluster.remove_node(lost, allow_graceful=False)

    found = run_study(plan, tmp_path / "ray", engine="ray", on_task=kill)
    assert (found.done, told) == (8, list(range(9)))
    assert len([node for node in ray.nodes() if node["Alive"]]) == 2
    run_study(plan, tmp_path / "serial", engine="serial")
    assert contents(tmp_path / "ray") == contents(tmp_path / "serial")


def test_an_error_of_a_task_is_said_in_its_own_words(cluster: Any, plan: Any) -> None:
    import msgspec

    bad = msgspec.structs.replace(plan.tasks[0], config=plan.tasks[0].config | {"symbol": "ESZ9"})
    with pytest.raises(TaskError, match=r"sample, base, seed 0: .*ESZ9") as failed:
        list(do_tasks([bad], "ray"))
    assert failed.value.exit_code == 2
    assert isinstance(failed.value, BayescoreError)
