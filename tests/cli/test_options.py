"""Options become a configuration, and the documentation is that of the fields."""

import importlib.util
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import typer

from bayescore.cli.app import app
from bayescore.cli.options import FIELDS, OPTIONS, build_config
from bayescore.cli.run_commands import Form, What
from bayescore.config import BrainConfig, Config, CostConfig
from bayescore.data.planted import EDGE_KINDS
from bayescore.errors import UsageError
from bayescore.fields import expected, fields_of
from bayescore.report.clock import TIME_ZONES
from bayescore.study.engines import ENGINES
from bayescore.training.nulls import Null
from bayescore_tui.shell.arguments import build_parser
from tests.run_files import BAYESCORE

ROOT = Path(__file__).resolve().parents[2]


def test_later_sources_win(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("iterations = 50\nseed = 1\n[costs]\nslippage_ticks = 2\n")
    config = build_config(
        file, {"seed": 2, "symbol": None}, ["costs.commission=0.5", "costs.slippage_ticks=3"]
    )
    assert (config.iterations, config.seed, config.symbol) == (50, 2, None)
    assert (config.costs.commission, config.costs.slippage_ticks) == (0.5, 3)


def test_nothing_given_is_the_default() -> None:
    assert build_config() == Config()


@pytest.mark.parametrize("pair", ["iterations", "nothing=1", "costs=1", "costs.nothing=1"])
def test_unknown_set_is_refused(pair: str) -> None:
    with pytest.raises(UsageError, match="--set"):
        build_config(sets=[pair])


def test_words_and_numbers_as_values() -> None:
    config = build_config(sets=["objective=net", "state.band_edges=[1,2,3]"])
    assert config.objective == "net"
    assert config.state.band_edges == (1.0, 2.0, 3.0)


@pytest.mark.parametrize("field", fields_of(Config))
def test_every_field_is_described_by_more_than_its_default(field: str) -> None:
    text = fields_of(Config)[field].words
    assert len(text.split()) >= 2, text


def test_documentation_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == module.render()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Config(selection="best"), "selection = 'best': expected one of decision, panel"),  # type: ignore[arg-type]
        (lambda: Config(iterations="100"), "iterations = '100': expected a whole number from 10"),  # type: ignore[arg-type]
        (lambda: Config(iterations=3), "iterations = 3: expected a whole number from 10 up to 1,000,000"),
        (lambda: Config(tick_size=0.0), "tick_size = 0.0: expected a number from 1e-09"),
        (lambda: Config(iterations=-5), "iterations = -5: expected a whole number from 10 up to 1,000,000"),
        (lambda: Config(iterations=10**30), "expected a whole number from 10 up to 1,000,000"),
        (lambda: Config(iteration=50), "iteration: no such field; did you mean iterations?"),  # type: ignore[call-arg]
        (lambda: Config(slippage_ticks=1), "did you mean costs.slippage_ticks?"),  # type: ignore[call-arg]
        (lambda: Config(500), "Config takes its fields by name, as Config(iterations=…)"),  # type: ignore[misc]
        (lambda: Config(costs={"comission": 1}), "costs.comission: no such field; did you mean commission?"),  # type: ignore[arg-type]
        (lambda: Config(costs={"slippage_ticks": -1}), "costs.slippage_ticks = -1: expected a whole number"),  # type: ignore[arg-type]
        (lambda: Config(state=CostConfig()), "state: expected a StateConfig or a dictionary"),  # type: ignore[arg-type]
        (
            lambda: Config(brain=None),
            "brain: expected a BrainConfig or a dictionary of its fields, got NoneType",
        ),  # type: ignore[arg-type]
        (lambda: CostConfig(limit_fill="trough"), "did you mean through"),  # type: ignore[arg-type]
        (lambda: build_config(overrides={"objective": "shrpe"}), "did you mean sharpe"),
        (lambda: build_config(sets=["costs.slipage_ticks=2"]), "did you mean costs.slippage_ticks"),
        (lambda: build_config(sets=["costs.limit_fill=trough"]), "expected one of touch, through"),
        (lambda: build_config(sets=["state.band_edges=[1,2]"]), "expected 3 numbers"),
    ],
)
def test_a_wrong_value_is_refused_where_it_is_made_with_what_is_allowed(
    make: Callable[[], object], says: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        make()


def test_a_section_may_be_a_dictionary() -> None:
    made = Config(costs={"slippage_ticks": 3}, brain={"mirror": False})  # type: ignore[arg-type]
    assert made == Config(costs=CostConfig(slippage_ticks=3), brain=BrainConfig(mirror=False))
    assert isinstance(made.costs, CostConfig)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('objectve = "net"', "objectve: no such field; did you mean objective?"),
        ("slippage_ticks = 3", "did you mean costs.slippage_ticks?"),
        ("[costs]\nslipage_ticks = 2", "did you mean costs.slippage_ticks?"),
        ("iterations = 5", "expected a whole number from 10"),
        ("iterations =", "c.toml"),
    ],
)
def test_a_mistake_in_the_file_names_the_file_and_the_nearest_field(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        build_config(file)
    assert says in str(refused.value)
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_whole_numbers_given_for_numbers_make_the_same_configuration() -> None:
    assert msgspec.json.encode(Config(tick_size=1)) == msgspec.json.encode(Config(tick_size=1.0))


def test_every_field_is_an_option_of_both_commands() -> None:
    plain = {name for name in fields_of(Config) if "." not in name}
    assert {o.name for o in FIELDS} == plain
    command = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
    assert {p.name for p in command.params} >= {o.name for o in OPTIONS}
    screen = {a.dest for a in build_parser()._actions}
    assert screen >= {o.name for o in OPTIONS if not o.text_only}


def test_every_option_of_every_command_says_what_it_does() -> None:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        for param in command.params:
            assert getattr(param, "help", None), f"{name} {param.name}"


@pytest.mark.parametrize(
    ("command", "option", "words"),
    [
        ("synth", "edge_kind", EDGE_KINDS),
        ("study", "engine", ENGINES),
        ("validate", "null", get_args(Null)),
        ("trades", "time_zone", TIME_ZONES),
        ("export", "what", get_args(What)),
        ("export", "to", get_args(Form)),
    ],
)
def test_help_names_every_word_that_is_allowed(command: str, option: str, words: tuple[str, ...]) -> None:
    made = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    (told,) = [p.help for p in made.params if p.name == option]
    assert all(re.search(rf"\b{word}\b", told) for word in words)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "--objective", "foo"], "profit_factor"),
        (["train", "--selection", "memory10"], "memory_10"),
        (["inspect", "x", "--on-bad-rows", "dorp"], "drop"),
        (["trades", "r", "--time-zone", "utx"], "utc"),
        (["export", "r", "--what", "day"], "days"),
        (["export", "r", "--to", "cvs"], "csv"),
        (["synth", "x.parquet", "--edge-kind", "revertion"], "reversion"),
        (["study", "s.toml", "--engine", "lokal"], "local"),
    ],
)
def test_a_word_that_is_no_choice_is_told_with_all_of_them_and_the_nearest(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "s.toml").write_text('name = "s"\n[[data]]\nfiles = "x.parquet"\n')
    done = subprocess.run([BAYESCORE, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert re.search(rf"expected one of .*\b{says}\b.*; did you mean {says}\?$", line), line


def test_only_a_word_that_is_like_none_is_not_guessed() -> None:
    assert expected("xyzzy", ("states", "mirror")) == "expected one of states, mirror"
