"""Which threads give way while the dashboard trains: in a process of its own, whose threads are nobody else's."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bayescore_tui.sources.yielding import PRIORITY

PROGRAM = """
import json, os, sys
from pathlib import Path
from bayescore.config import Config
from bayescore_tui.sources.live import LiveTraining
from bayescore_tui.sources.spec import RunSpec

config = Config(iterations=60, history_candidates=20, max_days=2)
spec = RunSpec(data=(sys.argv[1],), checkpoint_dir=Path(sys.argv[2]), run_name="r", threads=2, config=config)
LiveTraining(spec).run(lambda message: None)
tasks = [task for task in Path("/proc/self/task").iterdir()]
print(json.dumps([((t / "comm").read_text().strip(), os.getpriority(os.PRIO_PROCESS, int(t.name))) for t in tasks]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux only")
def test_sweeps_give_way_and_nothing_else_does(sample: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(sample), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    sweeping = [priority for name, priority in told if name.startswith("sweep-")]
    others = [priority for name, priority in told if not name.startswith("sweep-")]
    assert sweeping == [PRIORITY] * 2
    assert max(others) < PRIORITY
