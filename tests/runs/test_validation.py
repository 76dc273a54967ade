"""Where a validation is kept: its worlds while it runs, the result beside the run until the run goes on."""

import json
from pathlib import Path

import pytest

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.data import load
from bayescore.errors import MissingError
from bayescore.runs import layout
from bayescore.runs.reader import RunReader
from bayescore.runs.validation import ValidationFile
from bayescore.runs.verify import verify_run
from bayescore.training.control import TrainingControl
from bayescore.training.validate import validate

CONFIG = Config(iterations=20, history_candidates=20)


def test_worlds_are_kept_by_number_for_those_who_know_the_key(tmp_path: Path) -> None:
    kept = ValidationFile(tmp_path / "v.json", "one")
    assert kept.worlds == {}
    kept.add(3, 1.5)
    kept.add(0, -2.25)
    again = ValidationFile(tmp_path / "v.json", "one")
    assert again.worlds == {0: -2.25, 3: 1.5}
    assert not again.others
    other = ValidationFile(tmp_path / "v.json", "two")
    assert other.worlds == {}
    assert other.others
    other.add(1, 4.0)
    assert ValidationFile(tmp_path / "v.json", "two").worlds == {1: 4.0}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"key": 1}', b'{"key": "one", "net_currency": {"a": 1}}']
)
def test_a_damaged_part_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v.part.json").write_bytes(content)
    kept = ValidationFile(tmp_path / "v.json", "one")
    assert kept.worlds == {}
    kept.add(0, 1.0)
    assert ValidationFile(tmp_path / "v.json", "one").worlds == {0: 1.0}


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="gone"):
        ValidationFile(tmp_path / "gone" / "v.json", "one").add(0, 1.0)


def test_a_run_is_validated_until_it_goes_on(sample: Path, tmp_path: Path) -> None:
    trainer = BayesianTrainingOrchestrator(CONFIG, checkpoint_dir=tmp_path, run="r")
    control = TrainingControl()

    def after_two(event: object) -> None:
        if type(event).__name__ == "DayStarted" and event.index == 1:  # type: ignore[attr-defined]
            control.stop_after_day()

    with pytest.raises(Exception, match="stopped"):
        trainer.train(sample, on_event=after_two, control=control)
    run = RunReader(tmp_path / "r")
    assert run.validation() is None
    found = validate(CONFIG, load([str(sample)], CONFIG), permutations=2)
    kept = ValidationFile.of_run(run.path, "key")
    kept.add(0, 1.0)
    kept.finish(found)
    assert run.validation() == found
    assert not (run.path / layout.VALIDATION_PART).exists()
    assert run.strays() == []
    assert all(f.problem is None for f in verify_run(run))
    kept.add(0, 1.0)
    BayesianTrainingOrchestrator(CONFIG, checkpoint_dir=tmp_path, run="r").train(sample, resume=True)
    assert run.validation() is None
    assert not (run.path / layout.VALIDATION_PART).exists()
    before = run.summary()
    assert before is not None
    assert run.judged_summary() == before
    ValidationFile.of_run(run.path, "key").finish(found)
    judged = run.judged_summary()
    assert run.summary() == before, "files of the run stay as they are"
    assert judged is not None
    assert judged.verdict is not None
    assert judged.verdict.null_p_value == found.p_value
    assert all(f.problem is None for f in verify_run(run))


def test_the_file_is_for_people_too(sample: Path, tmp_path: Path) -> None:
    found = validate(CONFIG, load([str(sample)], CONFIG), permutations=2)
    ValidationFile(tmp_path / "v.json", "key").finish(found)
    text = (tmp_path / "v.json").read_text()
    assert json.loads(text)["p_value"] == found.p_value
    assert text.count("\n") > 10
