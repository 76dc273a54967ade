"""A run's folder is not trusted: what is none of the run's is left, what is damaged is named, nothing hangs."""

import hashlib
import itertools
import os
import shutil
import threading
from pathlib import Path

import msgspec
import polars as pl
import pytest

from bayescore import BayesianTrainingOrchestrator, Config, TrainingControl, events
from bayescore.errors import DamagedError, Interrupted, RunError
from bayescore.runs.day_files import read_day
from bayescore.runs.listing import list_runs
from bayescore.runs.reader import RunReader
from bayescore.runs.tables import read_table
from bayescore.runs.writer import RunWriter
from tests.run_files import assert_same_run, contents

CONFIG = Config(iterations=20)
DATES = ["2026-01-05", "2026-01-06", "2026-01-07"]


def train(sample: Path, root: Path, config: Config = CONFIG, run: str | None = "r", **kwargs: object) -> Path:
    orchestrator = BayesianTrainingOrchestrator(config, checkpoint_dir=root, run=run)
    orchestrator.train(sample, **kwargs)  # type: ignore[arg-type]
    assert orchestrator.directory is not None
    return orchestrator.directory.path


@pytest.fixture(scope="module")
def whole(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(sample, tmp_path_factory.mktemp("whole"))


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    """A finished run of its own for the test to damage."""
    shutil.copytree(whole, tmp_path / "r")
    return tmp_path / "r"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# -- what is none of the run's ------------------------------------------------------------------------------


def test_a_folder_of_something_else_is_refused_and_left(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "r" / "days" / "trip").mkdir(parents=True)
    (tmp_path / "r" / "days" / "trip" / "photo.jpg").write_text("dear to me")
    (tmp_path / "r" / "report.html").write_text("of my own")
    before = everything(tmp_path)
    with pytest.raises(RunError, match="neither empty nor a run"):
        train(sample, tmp_path)
    assert everything(tmp_path) == before


def test_a_run_without_its_header_loses_no_day(sample: Path, run: Path) -> None:
    (run / "run.json").unlink()
    before = everything(run)
    for resume in (True, False):
        with pytest.raises(RunError, match=r"no run\.json"):
            train(sample, run.parent, resume=resume)
    assert everything(run) == before


def test_unknown_things_stay_and_are_named(
    sample: Path, run: Path, whole: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (run / "days" / ".DS_Store").write_bytes(b"\0\1")
    (run / "days" / "2031-01-01").mkdir()
    (run / "days" / "2031-01-01" / "notes").write_text("mine")
    (run / "days" / ".2026-01-07.tmp").mkdir()
    (run / "days" / ".2026-01-07.tmp" / "notes").write_text("mine too")
    (run / "notes.txt").write_text("and mine")
    train(sample, run.parent, resume=True)
    assert (run / "days" / ".DS_Store").read_bytes() == b"\0\1"
    assert (run / "days" / "2031-01-01" / "notes").read_text() == "mine"
    assert (run / "set-aside" / "2026-01-07" / "notes").read_text() == "mine too"
    assert "days/.DS_Store" in caplog.text and "days/2031-01-01" in caplog.text and "notes.txt" in caplog.text
    for stray in ("days/.DS_Store", "notes.txt"):
        (run / stray).unlink()
    shutil.rmtree(run / "days" / "2031-01-01")
    assert_same_run(run, whole)


def test_a_link_in_place_of_the_days_leads_nowhere(sample: Path, run: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (run / "days").rename(elsewhere)
    (elsewhere / "foreign").mkdir()
    (run / "days").symlink_to(elsewhere)
    before = everything(elsewhere)
    with pytest.raises(RunError, match="days: a link"):
        train(sample, run.parent, resume=True)
    assert everything(elsewhere) == before
    assert (elsewhere / "foreign").is_dir()


@pytest.mark.parametrize(
    "name", [".events.jsonl.tmp", ".run.json.tmp", "summary.json", "timings.jsonl", ".lock"]
)
def test_a_link_in_place_of_a_file_is_not_written_through(
    sample: Path, run: Path, tmp_path: Path, name: str
) -> None:
    target = tmp_path / "target"
    target.write_text("not yours")
    (run / name).unlink(missing_ok=True)
    (run / name).symlink_to(target)
    if name == "timings.jsonl":  # no part of the run depends on it
        (run / "days" / DATES[-1]).rename(tmp_path / "gone")
        train(sample, run.parent, resume=True)
    else:
        with pytest.raises(RunError, match=r"not a file|a link"):
            train(sample, run.parent, resume=True)
    assert target.read_text() == "not yours"


def test_a_second_name_of_a_file_elsewhere_is_not_appended_to(
    sample: Path, run: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_text("not yours")
    (run / "timings.jsonl").unlink()
    (run / "timings.jsonl").hardlink_to(target)
    shutil.rmtree(run / "days" / DATES[-1])
    train(sample, run.parent, resume=True)
    assert target.read_text() == "not yours"


def test_a_damaged_day_is_moved_aside_with_those_after_it(sample: Path, run: Path, whole: Path) -> None:
    (run / "days" / DATES[1] / "brain.parquet").write_bytes(b"damage")
    lost = [everything(run / "days" / date) for date in DATES[1:]]
    train(sample, run.parent, resume=True)
    assert_same_run(run, whole)
    for date, files in zip(DATES[1:], lost, strict=True):
        kept = everything(run / "set-aside" / date)
        assert list(kept.values()) == list(files.values())
    (run / "days" / DATES[2] / "price.parquet").unlink()
    train(sample, run.parent, resume=True)
    assert sorted(p.name for p in (run / "set-aside").iterdir()) == [*DATES[1:], f"{DATES[2]}.2"]


# -- the chain ----------------------------------------------------------------------------------------------


def problem(run: Path) -> str:
    """What is wrong with the first day that is."""
    found = [str(check.problem) for check in RunReader(run).verified_days() if check.problem]
    assert len(found) == 1
    return found[0]


def test_an_untouched_run_is_a_chain(whole: Path) -> None:
    checks = list(RunReader(whole).verified_days())
    assert [c.date for c in checks if c.problem is None] == DATES


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"{}", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"", "damaged"),
    ],
)
def test_a_manifest_that_is_none(run: Path, manifest: bytes, says: str) -> None:
    (run / "days" / DATES[1] / "MANIFEST.json").write_bytes(manifest)
    assert says in problem(run)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"run": "other"}, "another run"),
        ({"identity": "0" * 64}, "another configuration"),
        ({"date": "2026-01-05"}, "another date"),
        ({"index": 2}, "another place"),
        ({"previous": "0" * 64}, "another day before"),
        ({"files": {}}, "does not list the files"),
        ({"files": {"../../run.json": "0" * 64}}, "does not list the files"),
        ({"schema": 1}, "another schema"),
    ],
)
def test_a_manifest_of_something_else(run: Path, change: dict[str, object], says: str) -> None:
    file = run / "days" / DATES[1] / "MANIFEST.json"
    file.write_bytes(msgspec.json.encode(msgspec.json.decode(file.read_bytes()) | change))
    assert says in problem(run)


def test_a_day_of_another_seed_is_not_taken_for_this_runs(
    sample: Path, run: Path, whole: Path, tmp_path: Path
) -> None:
    other = train(sample, tmp_path / "other", msgspec.structs.replace(CONFIG, seed=1))
    shutil.rmtree(run / "days" / DATES[2])
    shutil.copytree(other / "days" / DATES[2], run / "days" / DATES[2])
    assert "of another" in problem(run)
    train(sample, run.parent, resume=True)
    assert_same_run(run, whole)


@pytest.mark.parametrize(
    ("name", "content"), [("state.json", b"{}"), ("brain.parquet", b"PAR1"), ("trades.parquet", b"")]
)
def test_a_day_that_lies_with_fitting_digests_is_one_line(
    sample: Path, run: Path, name: str, content: bytes
) -> None:
    day = run / "days" / DATES[-1]
    (day / name).write_bytes(content)
    manifest = msgspec.json.decode((day / "MANIFEST.json").read_bytes())
    manifest["files"][name] = hashlib.sha256(content).hexdigest()
    (day / "MANIFEST.json").write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(RunError, match=r"cannot be gone on from|damaged"):
        train(sample, run.parent, resume=True)


def test_a_file_that_no_manifest_names(run: Path) -> None:
    (run / "days" / DATES[0] / "extra").write_text("")
    assert "extra, which no manifest names" in problem(run)


# -- damage -------------------------------------------------------------------------------------------------


def plant(path: Path, what: str) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    match what:
        case "fifo":
            os.mkfifo(path)
        case "endless":
            path.symlink_to("/dev/zero")
        case "deep":
            path.write_bytes(b'{"a":' * 200_000)
        case "truncated":
            path.write_bytes(b'{"schema"')
        case "huge":
            with path.open("wb") as f:
                f.truncate(20 << 30)
        case "folder":
            path.mkdir()
        case "binary":
            path.write_bytes(bytes(range(256)))


PLANTED = ("fifo", "endless", "deep", "truncated", "huge", "folder", "binary")


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize(
    "name", ["run.json", "summary.json", f"days/{DATES[-1]}/result.json", f"days/{DATES[-1]}"]
)
def test_a_damaged_run_is_listed_as_damaged_and_the_rest_shown(
    whole: Path, run: Path, name: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from bayescore.cli.showing import show_runs

    shutil.copytree(whole, run.with_name("good"))
    plant(run / name, what)
    show_runs(run.parent, json=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert "good MNQ" in shown
    assert {r.name for r in list_runs(run.parent)} == {"r", "good"}
    if name.endswith("json"):
        assert f"{name}: " in shown


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize("name", ["state.json", "MANIFEST.json", "trades.parquet"])
def test_damage_of_any_kind_is_trained_again(
    sample: Path, run: Path, whole: Path, name: str, what: str
) -> None:
    plant(run / "days" / DATES[-1] / name, what)
    train(sample, run.parent, resume=True)
    assert_same_run(run, whole)


@pytest.mark.parametrize("what", PLANTED)
def test_last_words_that_cannot_be_read_are_none(run: Path, what: str) -> None:
    plant(run / "live.json", what)
    assert RunReader(run).live() is None


# -- one writer ---------------------------------------------------------------------------------------------


def test_of_many_that_begin_at_once_exactly_one_does(tmp_path: Path, whole: Path) -> None:
    header = RunReader(whole).header()
    for round_ in range(20):
        path = tmp_path / f"r{round_}"
        begun, refused = [], []
        gate = threading.Barrier(8)

        def begin(
            path: Path = path, begun: list = begun, refused: list = refused, gate: threading.Barrier = gate
        ) -> None:
            writer = RunWriter(path)
            gate.wait()
            try:
                if writer.lock():
                    writer.close()
                    refused.append("exists")
                    return
                writer.start(header, {})
            except RunError as error:
                refused.append(str(error))
            else:
                begun.append(writer)

        threads = [threading.Thread(target=begin) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert (len(begun), len(refused)) == (1, 7), refused
        assert RunReader(path).header() == header
        begun[0].close()


def test_whether_there_is_a_run_is_seen_under_the_lock(tmp_path: Path, whole: Path) -> None:
    """Somebody who looked before, waited, and then begins must not wipe what was finished meanwhile."""
    header = RunReader(whole).header()
    late = RunWriter(tmp_path / "r")
    early = RunWriter(tmp_path / "r")
    assert early.lock() is False
    early.start(header, {})
    early.close()
    assert late.lock() is True
    with pytest.raises(RunError, match="exists"):
        late.start(header, {})
    late.close()


def test_a_reader_that_looks_does_not_stand_in_the_way(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "r"
    shutil.copytree(whole, path)
    stop = threading.Event()
    seen = set()

    def look() -> None:
        while not stop.is_set():
            seen.add(RunReader(path).being_written())

    readers = [threading.Thread(target=look) for _ in range(3)]
    for r in readers:
        r.start()
    try:
        for n in itertools.count():
            writer = RunWriter(path)
            assert writer.lock()
            assert RunReader(path).being_written()
            writer.close()
            if n >= 300 and seen == {True, False}:  # a busy machine may let them look late
                break
    finally:
        stop.set()
        for r in readers:
            r.join()
    assert seen == {True, False}
    assert RunReader(path).being_written() is False


def test_unnamed_runs_take_the_next_free_name(sample: Path, tmp_path: Path) -> None:
    config = msgspec.structs.replace(CONFIG, max_days=1)
    first = train(sample, tmp_path, config, run=None)
    (tmp_path / f"{first.name}-2").mkdir()
    (tmp_path / f"{first.name}-2" / "notes").write_text("mine")
    held = RunWriter(tmp_path / f"{first.name}-3")
    held.lock()
    assert train(sample, tmp_path, config, run=None).name == f"{first.name}-4"
    held.close()


# -- last words ---------------------------------------------------------------------------------------------


def test_a_failed_run_says_so_and_lets_go(sample: Path, tmp_path: Path) -> None:
    def fail(event: events.AnyEvent) -> None:
        if isinstance(event, events.DayFinished):
            raise RunError("the reason")

    with pytest.raises(RunError, match="the reason"):
        train(sample, tmp_path, on_event=fail)
    live = RunReader(tmp_path / "r").live()
    assert live is not None
    assert (live.state, live.error) == ("failed", "the reason")
    assert RunReader(tmp_path / "r").being_written() is False


def test_a_stopped_run_says_so(sample: Path, tmp_path: Path) -> None:
    control = TrainingControl()
    control.stop()
    with pytest.raises(Interrupted):
        train(sample, tmp_path, control=control)
    live = RunReader(tmp_path / "r").live()
    assert live is not None
    assert live.state == "stopped"


# -- later dates --------------------------------------------------------------------------------------------


def test_data_with_later_dates_go_on_with_the_run(sample: Path, tmp_path: Path, whole: Path) -> None:
    import polars as pl

    bars = pl.read_parquet(sample)
    last = pl.col("ts_event") >= pl.lit("2026-01-06T22:00:00Z").str.to_datetime(
        time_unit="ns", time_zone="UTC"
    )
    shorter = tmp_path / "shorter.parquet"
    bars.filter(~last).write_parquet(shorter)
    run = train(shorter, tmp_path)
    assert RunReader(run).finished_days() == DATES[:2]
    train(sample, tmp_path, resume=True)
    assert_same_run(run, whole)
    before = contents(run)
    with pytest.raises(RunError, match=f"trade date {DATES[2]} of the run is not in"):
        train(shorter, tmp_path, resume=True)
    changed = tmp_path / "changed.parquet"
    bars.with_columns(volume=pl.col("volume") + 1).write_parquet(changed)
    with pytest.raises(RunError, match=f"other bars on {DATES[0]}"):
        train(changed, tmp_path, resume=True)
    assert contents(run) == before


@pytest.mark.parametrize("name", ["trades.parquet", "iterations.parquet", "brain.parquet", "pool.parquet"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(200) + b"PAR1"])
def test_a_damaged_table_is_named(run: Path, name: str, content: bytes) -> None:
    (run / "days" / DATES[1] / name).write_bytes(content)
    with pytest.raises(DamagedError, match=rf"{DATES[1]}/{name}: damaged"):
        read_day(RunReader(run), DATES[1])


def test_tables_without_their_columns_are_named(run: Path) -> None:
    for name in ("trades.parquet", "iterations.parquet"):
        file = run / "days" / DATES[1] / name
        whole = file.read_bytes()
        pl.DataFrame({"other": [1]}).write_parquet(file)
        with pytest.raises(DamagedError, match=rf"{DATES[1]}: damaged tables"):
            read_day(RunReader(run), DATES[1])
        file.write_bytes(whole)


def test_texts_of_a_table_are_made_printable(run: Path) -> None:
    file = run / "days" / DATES[1] / "trades.parquet"
    trades = pl.read_parquet(file)
    trades.with_columns(pattern=pl.lit("a\x1b]0;x\x07b")).write_parquet(file)
    found = read_table(RunReader(run), DATES[1], "trades.parquet", ["pattern", "policy"])
    assert set(found["pattern"]) == {"a\ufffd]0;x\ufffdb"}
    assert found["policy"].to_list() == trades["policy"].to_list()
