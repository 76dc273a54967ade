"""States of one's own: what a file may say, what it is refused for, and that training carries it through."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bayescore
from bayescore import Config, _core
from bayescore.config import split_states
from bayescore.errors import DataError, RunError, UsageError
from bayescore.learning.own_states import OwnStates
from bayescore.learning.states import StateEngine, rules_of
from bayescore.runs import layout

EXAMPLE = Path(__file__).parents[2] / "examples" / "my_states.py"
SMALL: dict[str, Any] = {"iterations": 20, "history_candidates": 20, "progress": False}

PLAIN = """
import polars as pl
FIELDS = {"way": ["down", "up"], "size": ["small", "large"]}
MIRRORED = ["way"]
STATES = {
    "way": pl.col("close") >= pl.col("open"),
    "size": pl.when(pl.col("volume") > 9).then(pl.lit("large")).when(pl.col("volume") > 0).then(pl.lit("small")),
}
"""


@pytest.fixture(scope="module")
def market(sample: Path) -> Any:
    return bayescore.load(sample)


@pytest.fixture(scope="module")
def day(market: Any) -> Any:
    return market.days[0]


def write(folder: Path, text: str, name: str = "mine.py") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_levels_become_codes(tmp_path: Path, day: Any) -> None:
    own = OwnStates(write(tmp_path, PLAIN), day.window_names)
    found = own.run(day.to_core(), day.windows)
    up, large = day.close >= day.open, day.volume > 9
    assert (found.codes == 2 * up + large).all()
    space = found.space
    assert space.decode(1) == {"way": "down", "size": "large"}
    assert space.mirror(0) == 2 and space.chain == [["way", "size"], ["way"]]
    # Contexts are those of training, where that has a state.
    usual = StateEngine(day.window_names).run(day.to_core(), day.windows)
    assert (found.contexts == usual.contexts | 1).all()


@pytest.mark.parametrize(
    "states",
    [
        "def states(bars):\n    return bars.select(way=pl.lit('up'), size=pl.lit(1))",
        "def states(bars):\n    return {'way': pl.lit(True), 'size': pl.Series([1] * len(bars))}",
        "def states(bars):\n    return bars.lazy().select(way=pl.lit(1, pl.UInt8), size=pl.lit('large'))",
        "def states(bars):\n    import numpy as np\n    return {'way': np.ones(len(bars), int), 'size': np.ones(len(bars), bool)}",
    ],
)
def test_a_function_may_give_a_table_or_columns(tmp_path: Path, day: Any, states: str) -> None:
    text = PLAIN.split("STATES", maxsplit=1)[0] + states
    broadcast = "lit" in states and "Series" not in states
    if broadcast:
        text = text.replace("pl.lit(1)", "pl.lit(1).repeat_by(1).list.first() + 0 * pl.col('volume')")
        text = text.replace("pl.lit(1, pl.UInt8)", "(pl.col('volume') * 0 + 1).cast(pl.UInt8)")
    found = OwnStates(write(tmp_path, text), day.window_names).run(day.to_core(), day.windows)
    assert (found.codes == 3).all()


def test_nothing_is_no_state(tmp_path: Path, day: Any) -> None:
    text = PLAIN.replace('pl.col("close") >= pl.col("open")', 'pl.when(pl.col("volume") > 9).then(1)')
    found = OwnStates(write(tmp_path, text), day.window_names).run(day.to_core(), day.windows)
    none = day.volume <= 9
    assert 0 < none.sum() < day.bars
    assert (found.codes[none] == _core.INVALID).all() and (found.contexts[none] == 0).all()
    assert (found.codes[~none] == 3).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: "", "defines no FIELDS"),
        (lambda t: "FIELDS = {'a': []}", "FIELDS: a needs the different names of its levels"),
        (lambda t: "FIELDS = {'a': ['x', 'x']}", "FIELDS: a needs the different names"),
        (lambda t: t.replace('["way"]', '["wey"]'), "MIRRORED: no field wey; did you mean way?"),
        (lambda t: t + "\nCHAIN = [['way', 'weight']]", "weight"),
        (lambda t: t.split("STATES")[0], "defines no states"),
        (lambda t: t.replace("STATES = {", "STATES = {'x': 1 / 0,"), "ZeroDivisionError: division by zero"),
        (lambda t: t.replace("FIELDS =", "FIELDS ==="), "SyntaxError"),
        (lambda t: t.replace('pl.col("close")', 'pl.col("klose")'), "klose"),
        (lambda t: t.replace('"large")', '"huge")'), "size: 'huge' is no level; FIELDS has small, large"),
        (lambda t: t.replace('pl.col("close") >= pl.col("open")', "pl.col('volume')"), "way has level"),
        (lambda t: t.replace('pl.col("close") >= pl.col("open")', "pl.col('close')"), "way is Float64; give level numbers"),
        (lambda t: t.replace('"way": pl.col', '"weg": pl.col'), "gives no column way, which FIELDS names"),
        (lambda t: t.split("STATES")[0] + "def states(bars):\n    return 7", "gives int; expected a table"),
        (lambda t: t.split("STATES")[0] + "def states(bars):\n    return bars.head(3)", "gives 3 rows for"),
    ],
)  # fmt: skip # a table
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, day: Any, change: Any, says: str) -> None:
    file = write(tmp_path, change(PLAIN))
    with pytest.raises(UsageError) as refused:
        OwnStates(file, day.window_names).run(day.to_core(), day.windows)
    assert says in str(refused.value) and "mine.py" in str(refused.value)
    assert len(str(refused.value).removeprefix(str(tmp_path))) < 400


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.py: no file of states"):
        OwnStates(str(tmp_path / "nowhere.py"))


@pytest.mark.parametrize(
    "fields",
    [
        [("band", ["a"] * 0 + list("abcdefg"), True)],
        [("band", list("abc"), True)],
        [("momentum", list("ab"), True), ("volume", list("ab"), False)],
        [("momentum", list("abc"), True)],
        [("other", list("ab"), False)],
        [("band", list("abcdefg"), True), ("momentum", list("abc"), True), ("volume", list("ab"), False)],
    ],
)
@pytest.mark.parametrize("leaf_fields", [1, 3])
def test_rules_are_those_that_some_state_can_follow(fields: Any, leaf_fields: int) -> None:
    chain = [[name for name, _, _ in fields][:leaf_fields]]
    space = _core.StateSpace(fields, chain)
    sides = np.array([space.rule_sides(leaf) for leaf in range(space.n_leaves)])
    reversion, drive = (sides != 0).any(0)
    expected = {"learned": True, "reversion": reversion, "drive": drive, "any": reversion or drive}
    assert rules_of(space) == tuple(rule for rule, can in expected.items() if can)


def test_a_rule_that_the_states_cannot_follow_is_refused(tmp_path: Path, day: Any) -> None:
    states = OwnStates(write(tmp_path, PLAIN), day.window_names).run(day.to_core(), day.windows)
    params = {"stop_loss_ticks": 40, "take_profit_ticks": 80, "entry_rule": "reversion"}
    with pytest.raises(
        UsageError, match="entry_rule reversion: the states have not the fields it asks for; here: learned"
    ):
        bayescore.simulate_day(day, params, states=states)
    with pytest.raises(UsageError, match="entry_rule reversion"):
        bayescore.sweep_day(day, [params], states=states)
    long = states.codes == 3
    trades = bayescore.simulate_day(day, params, states=states, long=long)
    assert len(trades["net"]) > 100 and set(trades["code"].tolist()) == {3}


def test_training_uses_them_from_the_first_day_on(market: Any, tmp_path: Path) -> None:
    run = bayescore.train(market, run="own", checkpoint_dir=tmp_path, states=EXAMPLE, **SMALL)
    labels = {p.label for p in run.days[0].patterns}
    assert labels and all(label.startswith("place ") for label in labels)
    # Rules that nothing can follow take no place in the design.
    assert set(run.iterations()["entry_rule"]) == {0}
    file, fingerprint = split_states(run.config.states or "")
    assert file == str(EXAMPLE) and fingerprint is not None and len(fingerprint) == 64
    usual = bayescore.train(market, run="usual", checkpoint_dir=tmp_path, **SMALL)
    assert "states" not in usual._reader.header().config


def test_a_run_is_gone_on_with_only_while_the_file_is_the_same(
    market: Any, sample: Path, tmp_path: Path
) -> None:
    file = write(tmp_path, EXAMPLE.read_text())
    first = bayescore.load(sample, max_days=2)
    given: dict[str, Any] = {"run": "r", "checkpoint_dir": tmp_path, **SMALL}
    bayescore.train(first, states=file, max_days=2, **given)
    moved = write(tmp_path, EXAMPLE.read_text(), "elsewhere.py")
    again = bayescore.train(first, states=moved, max_days=2, resume=True, **given)
    assert len(again.days) == 2
    write(tmp_path, EXAMPLE.read_text().replace("1.5", "1.6"))
    with pytest.raises(RunError, match=r"configuration \(states\) differs"):
        bayescore.train(first, states=file, max_days=2, resume=True, **given)
    with pytest.raises(RunError, match=r"configuration \(states\) differs"):
        bayescore.train(first, max_days=2, resume=True, **given)
    write(tmp_path, "FIELDS = {}", "elsewhere.py")
    with pytest.raises(UsageError, match="is not the file of states that the run began with"):
        bayescore.train(first, again.config, resume=True, **given)


def test_a_file_that_looks_ahead_trades_no_day(market: Any, tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace('(pl.col("close") - low)', '(pl.col("close").shift(-1) - low)')
    assert text != EXAMPLE.read_text()
    with pytest.raises(DataError, match=r"mine.py: 2026-01-05: place of bar \d+ .* it looks ahead"):
        bayescore.train(
            market, run="r", checkpoint_dir=tmp_path / "runs", states=write(tmp_path, text), **SMALL
        )
    assert not (tmp_path / "runs").exists()


def test_tomorrow_names_the_file(market: Any, tmp_path: Path) -> None:
    from bayescore.report.tomorrow import sections
    from bayescore.runs.reader import RunReader
    from bayescore.runs.tomorrow import tomorrow_of_run

    run = bayescore.train(market, run="own", checkpoint_dir=tmp_path, states=EXAMPLE, **SMALL)
    told = [line for section in sections(tomorrow_of_run(RunReader(run.path))) for line in section.lines]
    assert any(f"states are those of {EXAMPLE}" in line for line in told)
    assert not any("900 s after" in line or "band: z" in line for line in told)


def test_bytes_are_the_same_however_often_stopped(market: Any, tmp_path: Path) -> None:
    whole = bayescore.train(market, run="a", checkpoint_dir=tmp_path / "1", states=EXAMPLE, **SMALL)
    control = bayescore.TrainingControl()
    control.stop_after_day()
    given: dict[str, Any] = {"run": "a", "checkpoint_dir": tmp_path / "2", "states": EXAMPLE, **SMALL}
    with pytest.raises(bayescore.errors.Interrupted):
        bayescore.train(market, control=control, **given)
    parts = bayescore.train(market, resume=True, **given)
    names = [
        f.relative_to(whole.path)
        for f in whole.path.rglob("*")
        if f.is_file() and f.name not in layout.VOLATILE
    ]
    assert len(names) > 30
    for name in names:
        assert (whole.path / name).read_bytes() == (parts.path / name).read_bytes(), name


def test_the_lookahead_command_reads_the_file(
    market: Any, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bayescore.cli.looking_ahead import run_lookahead

    said: list[str] = []
    run_lookahead([str(sample)], Config(max_days=1), str(EXAMPLE), said.append)
    assert said == ["no lookahead found: 1 trade dates, 8 cuts each, future missing and changed"]
    write(tmp_path, PLAIN.replace('pl.col("close") >=', 'pl.col("close").shift(-1) >='), "planted.py")
    monkeypatch.chdir(tmp_path)
    for name in ("planted.py", "planted"):
        with pytest.raises(DataError, match="way of bar"):
            run_lookahead([str(sample)], Config(max_days=1), name, said.append)
    with pytest.raises(DataError, match="way of bar"):
        run_lookahead([str(sample)], Config(max_days=1, states="planted.py"), None, said.append)
