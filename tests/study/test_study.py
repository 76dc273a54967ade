"""A study: its plan, the same bytes whoever does it, and nothing done twice."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from bayescore.config import Config
from bayescore.data import load
from bayescore.errors import BayescoreError, UsageError
from bayescore.study.engines import TaskError, as_engine, do_tasks
from bayescore.study.plan import read_study
from bayescore.study.run import run_study
from bayescore.study.store import DAYS, RESULTS, SUMMARY, TASKS
from bayescore.study.task import run_task
from bayescore.training.orchestrator import BayesianTrainingOrchestrator
from bayescore.training.validate import validate
from tests.study.plans import TEXT, contents, write


@pytest.fixture(scope="module")
def plan(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return read_study(write(tmp_path_factory.mktemp("plan"), TEXT.format(data=sample)))


@pytest.fixture(scope="module")
def serial(plan: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serial")
    done = run_study(plan, folder, engine="serial")
    assert (done.done, done.kept) == (8, 0)
    return folder


def test_the_plan_is_every_combination_in_order(plan: Any) -> None:
    told = [(t.configuration, t.seed, t.world) for t in plan.tasks]
    assert told == [(c, s, w) for c in ("base", "dear") for s in (0, 1) for w in (0, 1)]
    assert {t.config["iterations"] for t in plan.tasks} == {20}
    assert [t.config["costs"]["slippage_ticks"] for t in plan.tasks] == [None] * 4 + [3] * 4
    assert len({t.key() for t in plan.tasks}) == 8


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("count = 1", "count = -1"), "worlds.count"),
        (("costs.slippage_ticks = 3", "costs.slipage_ticks = 3"), "configurations.dear: costs.slipage_ticks: no such field; did you mean costs.slippage_ticks"),
        (("iterations = 20", 'iterations = "20"'), "config: iterations = '20': expected a whole number"),
        (('name = "small"', 'name = "a/b"'), "a/b"),
        (('name = "small"', "names = 1"), "study.toml"),
        (("[config]", "[config"), "study.toml"),
        (("[[data]]", "[[date]]"), "date"),
        (("[worlds]", '[[data]]\nname = "sample"\nfiles = "x"\n[worlds]'), "two series are called sample"),
        (("count = 1", 'null = "shift"'), "worlds.null"),
        (("[config]", '[config]\nstates = "gone.py"'), "gone.py: no file of states"),
    ],
)  # fmt: skip # a table
def test_a_plan_that_cannot_be_done_is_refused_by_name(
    sample: Path, tmp_path: Path, change: Any, says: str
) -> None:
    with pytest.raises(UsageError) as refused:
        read_study(write(tmp_path, TEXT.format(data=sample).replace(*change)))
    assert says in str(refused.value) and "study.toml" in str(refused.value)


def test_a_task_is_a_run(plan: Any, serial: Path, tmp_path: Path, sample: Path) -> None:
    """The data themselves earn what `train` says, and the worlds what `validate` says."""
    results = pl.read_parquet(serial / RESULTS)
    assert results.height == 4 * (11 + 1)
    for task in plan.tasks[:2]:
        rows = results.filter(configuration=task.configuration, seed=task.seed, world=task.world)
        config = msgspec.convert(task.config, Config)
        if task.world:
            market = load([str(sample)], config)
            validated = validate(config, market, permutations=1, search="full")
            assert rows["net_currency"].to_list() == validated.world_net_currency
            continue
        summary = BayesianTrainingOrchestrator(config, checkpoint_dir=tmp_path).train(sample)
        for row in rows.iter_rows(named=True):
            told = summary.policies[row["policy"]]
            assert (row["trades"], row["days"]) == (told.trades, 2)
            assert row["net_currency"] == pytest.approx(told.net_currency)
        days = pl.read_parquet(serial / DAYS).filter(configuration="base", seed=0, world=0)
        assert days["date"].to_list() == summary.dates[1:]
        assert days["net_currency"].to_list() == [net for _, net, _ in summary.learning_curve][-2:]


def test_the_summary_counts_worlds(serial: Path) -> None:
    rows = msgspec.json.decode((serial / SUMMARY).read_bytes())
    results = pl.read_parquet(serial / RESULTS).filter("headline")
    assert [(r["configuration"], r["seed"], r["worlds"]) for r in rows] == [
        (c, s, 1) for c in ("base", "dear") for s in (0, 1)
    ]
    for row in rows:
        of = results.filter(configuration=row["configuration"], seed=row["seed"]).sort("world")
        real, null = of["net_currency"]
        assert (row["net_currency"], row["world_median_currency"]) == (real, null)
        assert row["p_value"] == (1 if null >= real else 1 / 2)


def test_processes_give_the_same_bytes(plan: Any, serial: Path, tmp_path: Path) -> None:
    asked: list[tuple[int, int]] = []
    run_study(
        plan, tmp_path, engine="local", workers=2, on_task=lambda done, total: asked.append((done, total))
    )
    assert asked == [(k, 8) for k in range(9)]
    assert contents(tmp_path) == contents(serial)


def test_what_is_done_is_not_done_again(plan: Any, serial: Path, tmp_path: Path) -> None:
    some = msgspec.structs.replace(plan, tasks=plan.tasks[:3])
    run_study(some, tmp_path, engine="serial")
    kept = {f.name: f.stat().st_mtime_ns for f in (tmp_path / TASKS).iterdir()}
    damaged = next((tmp_path / TASKS).iterdir())
    damaged.write_bytes(b"{")
    done = run_study(plan, tmp_path, engine="serial")
    assert (done.done, done.kept) == (6, 2)
    again = {f.name: f.stat().st_mtime_ns for f in (tmp_path / TASKS).iterdir()}
    assert [again[name] == when for name, when in kept.items() if name != damaged.name] == [True, True]
    assert contents(tmp_path) == contents(serial)
    assert run_study(plan, tmp_path, engine="local").done == 0


def test_data_that_change_are_done_again(plan: Any, sample: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(sample.read_bytes())
    task = msgspec.structs.replace(plan.tasks[0], paths=[str(copy)])
    key = task.key()
    os.utime(copy, (1, 1))
    assert task.key() != key


def test_a_task_that_cannot_be_done_is_named_and_others_are_kept(plan: Any, tmp_path: Path) -> None:
    bad = msgspec.structs.replace(plan.tasks[1], config=plan.tasks[1].config | {"symbol": "ESZ9"})
    broken = msgspec.structs.replace(plan, tasks=[plan.tasks[0], bad])
    for engine in ("serial", "local"):
        with pytest.raises(TaskError, match=r"sample, base, seed 0, world 1: .*ESZ9") as failed:
            run_study(broken, tmp_path / engine, engine=as_engine(engine), workers=1)
        assert failed.value.exit_code == 2
        assert len(list((tmp_path / engine / TASKS).iterdir())) == 1


def test_threads_do_not_matter(plan: Any) -> None:
    assert run_task(plan.tasks[0], 1) == run_task(plan.tasks[0], 2)


def test_a_worker_that_is_killed_stops_the_study_and_keeps_what_is_done(
    plan: Any, serial: Path, sample: Path, tmp_path: Path
) -> None:
    file = write(tmp_path, TEXT.format(data=sample))
    command = [
        str(Path(sys.executable).with_name("bayescore")),
        "study",
        str(file),
        "--folder",
        str(tmp_path),
        "--workers",
        "1",
    ]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("2 of 8"):
            break
    children = [int(p) for p in Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()]
    workers = [p for p in children if b"spawn_main" in Path(f"/proc/{p}/cmdline").read_bytes()]
    assert workers
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    said = running.communicate()[1]
    assert running.returncode == 1 and "a worker process ended before its task was done" in said
    assert "Traceback" not in said
    done = run_study(plan, tmp_path / "small", engine="serial")
    assert done.kept >= 2 and done.kept + done.done == 8
    assert contents(tmp_path / "small") == contents(serial)


def test_no_thread_of_a_broken_pool_outlives_it(plan: Any) -> None:
    """One that ends while the interpreter does may print an error of its own after ours."""
    before = set(threading.enumerate())
    others = {p.pid for p in multiprocessing.active_children()}
    tasks = do_tasks(plan.tasks, "local", workers=1)
    next(tasks)
    for worker in multiprocessing.active_children():
        if worker.pid is not None and worker.pid not in others:
            os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(BayescoreError, match="a worker process ended"):
        list(tasks)
    assert set(threading.enumerate()) <= before


def test_a_study_that_is_interrupted_says_how_to_go_on(sample: Path, tmp_path: Path) -> None:
    file = write(tmp_path, TEXT.format(data=sample))
    command = [
        str(Path(sys.executable).with_name("bayescore")),
        "study",
        str(file),
        "--folder",
        str(tmp_path),
    ]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("1 of 8"):
            break
    # As a terminal does: to the parent and to its workers.
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate()[1]
    assert running.returncode == 130
    assert "stopped; finished tasks are kept" in said and "Traceback" not in said
    assert 1 <= len(list((tmp_path / "small" / TASKS).glob("[0-9a-f]*.json"))) < 8


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sed = [1]", "sed: no such field; expected one of name, data, seeds, worlds, config, configurations; did you mean seeds?"),
        ("worlds = {cont = 2}", "worlds.cont: no such field; expected one of count, null; did you mean count?"),
        ('worlds = {null = "miror"}', "worlds.null = 'miror': expected one of states, mirror; did you mean mirror?"),
        ("config = {objectve = 'net'}", "objectve: no such field; did you mean objective?"),
        ("config = {objective = 'shrpe'}", "did you mean sharpe?"),
    ],
)  # fmt: skip # sentences, one a line
def test_a_mistyped_word_of_the_file_is_told_with_the_nearest(tmp_path: Path, text: str, says: str) -> None:
    file = write(tmp_path, f'name = "s"\n{text}\n[[data]]\nfiles = "x.parquet"\n')
    with pytest.raises(UsageError, match=re.escape(says)):
        read_study(file)


def test_a_mistyped_field_of_a_series_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, 'name = "s"\n[[data]]\nfile = "x.parquet"\n')
    with pytest.raises(UsageError, match=r"data\.file: no such field; .*; did you mean files\?"):
        read_study(file)


def test_an_engine_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="--engine dask: expected one of serial, local, ray"):
        as_engine("dask")


def test_the_command_says_what_came_out(plan: Any, serial: Path, sample: Path, tmp_path: Path) -> None:
    file = write(tmp_path, TEXT.format(data=sample))
    home = tmp_path / "small"
    run_study(plan, home, engine="serial")
    command = [
        str(Path(sys.executable).with_name("bayescore")),
        "study",
        str(file),
        "--folder",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0].split("\t")[:3] == ["data", "configuration", "seed"]
    assert len(lines) == 6 and "0 tasks done now, 8 there already" in lines[-1]
    assert done.stderr == "8 of 8 tasks done\n"
    told = subprocess.run([*command, "--json", "--quiet"], capture_output=True, check=True)
    assert (
        msgspec.json.decode(told.stdout) == msgspec.json.decode((serial / SUMMARY).read_bytes())
        and not told.stderr
    )
