"""`validate` and `warmup` as a user runs them."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import msgspec
import polars as pl
import pytest

from bayescore import events
from bayescore.cli.validating import render
from bayescore.data import synth
from bayescore.report.wording import verdict_lines
from bayescore.results.verdict import UNVALIDATED
from bayescore.runs.reader import RunReader
from tests.run_files import BAYESCORE

Command = Callable[..., subprocess.CompletedProcess[str]]
SMALL = ("--iterations", 20, "--history-candidates", 20)


def out_of(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def trained(sample: Path, command: Command) -> str:
    out_of(command("train", "--data", sample, *SMALL, "--run", "r", "--quiet"))
    return "r"


def test_a_run_is_validated_with_its_own_settings_and_keeps_the_result(
    trained: str, command: Command, tmp_path: Path
) -> None:
    text = out_of(command("validate", trained, "--permutations", 3))
    assert "worlds without an edge" in text
    assert all(len(line) <= 80 for line in text.splitlines() if not line.startswith("Written to"))
    run = RunReader(tmp_path / "checkpoints" / trained)
    found = run.validation()
    assert found is not None
    assert (found.null, found.search, found.permutations) == ("states", "reduced", 3)
    assert f"Written to {Path('checkpoints') / trained / 'validation.json'}" in text
    again = out_of(command("validate", trained, "--permutations", 3, "--json"))
    assert msgspec.json.decode(again, type=events.Validation) == found
    assert json.loads(again)["world_net_currency"] == found.world_net_currency


@pytest.fixture(scope="module")
def strong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month with an edge that nobody could miss, two hours of each date."""
    whole = synth.generate(days=20, seed=3, edge=0.3)
    hour = pl.col("ts_event").dt.convert_time_zone("America/New_York").dt.hour()
    path = tmp_path_factory.mktemp("data") / "strong.parquet"
    whole.filter(hour.is_between(9, 10)).write_parquet(path)
    return path


def test_no_days_are_evidence_until_the_pipeline_has_failed_without_an_edge(
    strong: Path, command: Command, tmp_path: Path
) -> None:
    """The upper rungs through the program, in terminal and page."""
    path = tmp_path / "checkpoints" / "r"

    def judged() -> events.Verdict:
        """The run's verdict, which its page says too."""
        out_of(command("report", "r"))
        summary = RunReader(path).judged_summary()
        assert summary is not None
        assert summary.verdict is not None
        page = (path / "report.html").read_text()
        assert all(escape(line) in page for line in verdict_lines(summary.verdict))
        return summary.verdict

    trained = out_of(command("train", "--data", strong, *SMALL, "--run", "r", "--quiet"))
    v = judged()
    assert v.p_value is not None
    assert v.p_value < 0.001, "the days alone could not be clearer"
    assert (v.rung, v.missing) == ("suggestive", UNVALIDATED)
    assert all(line in trained for line in verdict_lines(v))

    # The reduced search that is validated has days of its own; their verdict says the same.
    few = out_of(command("validate", "r", "--permutations", 3))
    v = judged()
    assert (v.rung, v.null_p_value) == ("suggestive", 0.25)
    assert v.missing.endswith("(p = 0.25, 0.05 needed)")
    assert "\nSuggestive: " in few
    assert "(p = 0.25, 0.05 needed)" in " ".join(few.split())

    many = out_of(command("validate", "r", "--permutations", 19))
    v = judged()
    assert (v.rung, v.null_p_value, v.missing) == ("evidence", 0.05, "")
    assert "\nEvidence: " in many


def test_set_changes_a_run_s_settings_and_the_result_is_not_the_run_s(
    trained: str, command: Command, tmp_path: Path
) -> None:
    def observed(*more: object) -> float:
        text = out_of(
            command("validate", trained, "--permutations", 1, "--json", "--set", "selection=median", *more)
        )
        return float(json.loads(text)["observed_net_currency"])

    assert observed() != observed("--set", "costs.slippage_ticks=5")
    assert RunReader(tmp_path / "checkpoints" / trained).validation() is None


def test_full_searches_as_training_does(trained: str, command: Command, tmp_path: Path) -> None:
    """The headline of the run, and so what is held against luck, is that of training."""
    out_of(
        command(
            "train", "--data", *_data(tmp_path, trained), *SMALL, "--run", "m", "--selection", "median", "-q"
        )
    )
    run = RunReader(tmp_path / "checkpoints" / "m")
    summary = run.summary()
    assert summary is not None
    found = json.loads(out_of(command("validate", "m", "--permutations", 1, "--full", "--json")))
    assert found["search"] == "full"
    assert found["observed_net_currency"] == pytest.approx(summary.policies["median"].net_currency, abs=1e-6)


def _data(folder: Path, run: str) -> list[str]:
    return list(RunReader(folder / "checkpoints" / run).header().data)


def begun(asked: Sequence[object], folder: Path) -> "subprocess.Popen[str]":
    """A validation that has kept a world in ``parts.part.json``, in a session of its own."""
    process = subprocess.Popen(
        [BAYESCORE, *map(str, asked), "--out", "parts.json"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while process.poll() is None and not (folder / "parts.part.json").exists():
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_stopped_validation_goes_on_to_the_same_result(
    threads: str, sample: Path, command: Command, tmp_path: Path
) -> None:
    asked = ("validate", sample, "--permutations", "12", "--set", "selection=median", "--threads")
    out_of(command(*asked, "1", "--out", "whole.json"))
    process = begun((*asked, threads), tmp_path)
    # As a terminal does: to the parent and to its workers.
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "are kept" in said and said.count("\n") == 1
    assert_goes_on((*asked, threads), command, tmp_path)


def assert_goes_on(asked: Sequence[Path | str], command: Command, folder: Path) -> None:
    """The same command does the worlds that are left, and comes to what one came to that was let be."""
    part = folder / "parts.part.json"
    kept = json.loads(part.read_text())["net_currency"]
    assert 0 < len(kept) < 12
    out_of(command(*asked, "--out", "parts.json"))
    assert (folder / "parts.json").read_bytes() == (folder / "whole.json").read_bytes()
    assert not part.exists()


def test_a_process_that_is_killed_is_told_in_one_line_and_what_was_done_is_kept(
    sample: Path, command: Command, tmp_path: Path
) -> None:
    asked = ("validate", sample, "--permutations", "12", "--set", "selection=median", "--threads", "2")
    out_of(command(*asked, "--out", "whole.json"))
    process = begun(asked, tmp_path)
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    workers = [
        int(pid)
        for children in tasks
        for pid in children.read_text().split()
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert said.startswith("bayescore: a worker process ended before its task was done")
    assert "with fewer --threads" in said and said.count("\n") == 1
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert_goes_on(asked, command, tmp_path)


def test_worlds_of_other_settings_are_begun_anew(sample: Path, command: Command, tmp_path: Path) -> None:
    (tmp_path / "v.part.json").write_text('{"key": "another", "net_currency": {"0": 1e12}}')
    done = command("validate", sample, "--permutations", 1, "--out", "v.json")
    assert done.returncode == 0
    assert "other data or settings" in done.stderr
    assert max(json.loads((tmp_path / "v.json").read_text())["world_net_currency"]) < 1e12


def test_a_run_whose_data_have_grown_is_refused(sample: Path, command: Command) -> None:
    out_of(command("train", "--data", sample, *SMALL, "--max-days", 2, "--run", "short", "--quiet"))
    header = command("validate", "short", "--permutations", 1, "--set", "max_days=3")
    assert header.returncode == 2
    assert "resume the run first" in header.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing.parquet",), "nothing.parquet"),
        (("{sample}", "--data", "x.parquet"), "name the run"),
        (("{sample}", "--null", "both"), "states, mirror"),
        (("{sample}", "--out", "gone/v.json"), "gone"),
    ],
)
def test_what_cannot_be_validated_is_one_line(
    sample: Path, command: Command, arguments: tuple[str, ...], words: str
) -> None:
    done = command("validate", "--permutations", "1", *(a.format(sample=sample) for a in arguments))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_a_histogram_of_any_amounts_has_80_columns(sample: Path, command: Command) -> None:
    text = out_of(command("validate", sample, "--permutations", 1, "--json"))
    found = msgspec.json.decode(text, type=events.Validation)
    for nets in ([-1e9, 1e9], [0.0] * 200, [-0.4, 0.3]):
        lines = render(
            msgspec.structs.replace(found, world_net_currency=nets, observed_net_currency=nets[0]), "USD"
        )
        assert max(map(len, lines)) <= 80
        if len(set(nets)) == 1:
            assert any(line.startswith("0 in every one") for line in lines)
            continue
        assert sum("◄" in line for line in lines) == 2  # the legend and the data
        counts = [int(line.split()[3]) for line in lines if " to " in line and line[0] in " −0123456789"]
        assert sum(counts) == len(nets)


def test_warmup_says_when_each_field_settles(sample: Path, command: Command) -> None:
    text = out_of(command("warmup", sample, "--days", 1, "--starts", 2))
    assert all(len(line) <= 80 for line in text.splitlines())
    for field in ("band", "momentum", "trend", "volume", "burst", "pattern"):
        assert f"\n{field} " in text
    told = json.loads(out_of(command("warmup", sample, "--days", 1, "--starts", 3, "--json")))
    assert told["warmup"] == 900
    longer = ("warmup", sample, "--days", 1, "--starts", 3, "--json", "--set", "state.long_window=1800")
    slow = json.loads(out_of(command(*longer)))
    at = {f["field"]: f["longest"] for f in slow["fields"]}
    assert at["trend"] > {f["field"]: f["longest"] for f in told["fields"]}["trend"]


def test_warmup_of_own_states_is_that_of_their_windows(
    sample: Path, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import polars as pl\n"
        'FIELDS = {"up": ["no", "yes"]}\n'
        'STATES = {"up": pl.col("close") > pl.col("close").rolling_mean_by("ts_event", "120s")}\n'
    )
    asked = ("warmup", sample, "--days", 1, "--starts", 4, "--states", file)
    told = json.loads(out_of(command(*asked, "--json")))
    assert told["warmup"] is None
    up = next(f for f in told["fields"] if f["field"] == "up")
    assert 0 < up["longest"] <= 120 and up["unsettled"] == 0
    text = out_of(command(*asked))
    assert "\nup " in text and "\nband " not in text
    assert all(len(line) <= 80 for line in text.splitlines())
