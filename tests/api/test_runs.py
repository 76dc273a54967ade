"""Training from Python: what it takes, what it returns, and what that shows."""

import hashlib
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import bayescore
from bayescore.errors import RunError, UsageError
from bayescore.runs import layout

SMALL: dict[str, Any] = {"iterations": 20, "history_candidates": 20, "progress": False}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def run(root: Path, sample: Path) -> Any:
    return bayescore.train(sample, run="a", checkpoint_dir=root, **SMALL)


def contents(path: Path) -> dict[str, str]:
    # Header and report name the data.
    unlike = {*layout.VOLATILE, layout.HEADER, layout.REPORT}
    files = [f for f in path.rglob("*") if f.is_file() and f.name not in unlike]
    return {str(f.relative_to(path)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_the_same_bars_in_any_form_give_the_same_run(run: Any, sample: Path, tmp_path: Path) -> None:
    frame = pl.read_parquet(sample)
    forms = {
        "path": str(sample),
        "list": [sample],
        "polars": frame,
        "lazy": frame.lazy(),
        "pandas": frame.to_pandas(),
        "loaded": bayescore.load(sample, iterations=20),
    }
    for form, data in forms.items():
        again = bayescore.train(data, run="a", checkpoint_dir=tmp_path / form, **SMALL)
        assert contents(again.path) == contents(run.path), form


def test_loaded_data_know_their_settings(sample: Path, tmp_path: Path) -> None:
    market = bayescore.load(sample)
    with pytest.raises(UsageError, match="loaded with another max_days"):
        bayescore.train(market, max_days=1, checkpoint_dir=tmp_path, **SMALL)
    with pytest.raises(UsageError, match="cannot be joined"):
        bayescore.train([market, sample], checkpoint_dir=tmp_path, **SMALL)
    run = bayescore.train(market, checkpoint_dir=tmp_path, **SMALL)
    assert run._reader.header().data == [str(sample)]


def test_a_run_is_read_as_tables(run: Any) -> None:
    assert run.config.iterations == 20 and len(run.days) == 3
    assert run.summary.policies["decision"].net_currency == pytest.approx(run.net_currency)
    iterations = run.iterations()
    assert iterations.height == 60 and iterations.columns[0] == "date"
    panel = run.trades("panel")
    assert panel.height == run.summary.policies["panel"].trades > 0
    with pytest.raises(UsageError, match="policy panell: the run has trades of"):
        run.trades("panell")
    patterns = run.patterns(5)
    assert patterns.to_polars().height == len(patterns) == 5


def test_runs_are_listed_and_opened(run: Any, root: Path) -> None:
    assert [r.name for r in bayescore.list_runs(root)] == ["a"]
    assert bayescore.open_run("a", root).net_currency == run.net_currency
    assert bayescore.open_run(root / "a").name == "a"
    with pytest.raises(RunError, match="did you mean a"):
        bayescore.open_run("aa", root)
    table = bayescore.list_runs(root).to_polars()
    assert table["state"].to_list() == ["finished"] and table["days"].to_list() == [3]


def cells(page: str) -> list[str]:
    return re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", page)


def test_everything_shows_itself_in_a_notebook(run: Any, root: Path) -> None:
    page = run._repr_html_()
    assert "out of sample" in cells(page) and "Too early to say" in page
    assert "Too early to say" in repr(run)
    listed = bayescore.list_runs(root)
    assert {"a", "3/3", "finished"} <= set(cells(listed._repr_html_()))
    assert "3/3" in repr(listed)
    patterns = run.patterns(3)
    assert "P(win)" in cells(patterns._repr_html_()) and f"{patterns[0].probability:.3f}" in repr(patterns)


def test_what_stands_in_files_is_no_markup(run: Any, root: Path) -> None:
    import shutil

    shutil.copytree(run.path, root / "<b>x")
    header = root / "<b>x" / layout.HEADER
    header.write_text(header.read_text().replace("MNQH6", "<script>alert(1)</script>"))
    summary = root / "<b>x" / layout.SUMMARY
    summary.write_text(summary.read_text().replace("MNQH6", "<script>alert(1)</script>"))
    try:
        for page in (bayescore.list_runs(root)._repr_html_(), bayescore.open_run("<b>x", root)._repr_html_()):
            assert "<script" not in page and "<b>" not in page
            assert "&lt;script&gt;" in page
    finally:
        shutil.rmtree(root / "<b>x")


def test_a_damaged_run_does_not_break_the_list(run: Any, root: Path) -> None:
    broken = root / "broken"
    broken.mkdir()
    (broken / layout.HEADER).write_text("{")
    try:
        listed = bayescore.list_runs(root)
        assert {r.name for r in listed} == {"a", "broken"}
        assert "damaged" in listed._repr_html_() and "damaged" in repr(listed)
    finally:
        (broken / layout.HEADER).unlink()
        broken.rmdir()


def test_an_unfinished_run_says_so(sample: Path, tmp_path: Path) -> None:
    from bayescore import TrainingControl, events
    from bayescore.errors import Interrupted

    control = TrainingControl()

    def stop(event: Any) -> None:
        if isinstance(event, events.DayStarted):
            control.stop_after_day()

    with pytest.raises(Interrupted):
        bayescore.train(sample, run="b", checkpoint_dir=tmp_path, control=control, on_event=stop, **SMALL)
    half = bayescore.open_run("b", tmp_path)
    assert "1 of 3 days, unfinished" in repr(half) and "1 of 3 days" in half._repr_html_()
    assert half.net_currency is None
    with pytest.raises(RunError, match="not finished"):
        _ = half.summary
    whole = bayescore.train(sample, run="b", checkpoint_dir=tmp_path, resume=True, **SMALL)
    assert len(whole.days) == 3
