"""The command line: what it refuses, and that it stays light until there is something to show."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bayescore.config import Config
from bayescore.errors import BayescoreError
from bayescore_tui.shell.arguments import TRAINING, build_parser, spec_from_args
from tests.tui.fake_run import write_run


def parse(*arguments: str):
    return spec_from_args(build_parser().parse_args(arguments))


def test_every_option_reaches_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("seed = 1\nmin_trades = 7\n[costs]\nslippage_ticks = 2\n")
    spec = parse(
        "--data",
        "a",
        "-d",
        "b*",
        "--iterations",
        "2_000",
        "--seed",
        "5",
        "--tick-size",
        "0.25",
        "--objective",
        "net",
        "--config",
        str(file),
        "--set",
        "brain.half_life_days=3",
        "--threads",
        "2",
        "--run",
        "x",
        "--resume",
    )
    c = spec.config
    assert (c.iterations, c.seed, c.tick_size, c.objective, c.min_trades) == (2000, 5, 0.25, "net", 7)
    assert (c.costs.slippage_ticks, c.brain.half_life_days) == (2, 3.0)
    assert (spec.data, spec.threads, spec.run_name, spec.resume) == (("a", "b*"), 2, "x", True)


def test_nothing_given_is_the_default_configuration() -> None:
    spec = parse()
    assert spec.config == Config()
    assert not spec.data
    assert spec.run is None


def test_a_run_alone_goes_on_with_its_own_settings_and_data(tmp_path: Path) -> None:
    bars = tmp_path / "some bars.parquet"
    bars.touch()
    fake = write_run(tmp_path / "runs" / "mine", days=3, finished=1, live="stopped")
    values = {**msgspec.to_builtins(fake.header), "data": [str(bars)], "config": {"seed": 9}}
    (tmp_path / "runs" / "mine" / "run.json").write_bytes(msgspec.json.encode(values))
    spec = parse("--run", "mine", "--resume", "--checkpoint-dir", str(tmp_path / "runs"))
    assert (spec.data, spec.run_name, spec.resume, spec.run) == ((str(bars),), "mine", True, None)
    assert spec.config == Config(seed=9)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--resume"], "give --run, or --data"),
        (["--run", "nowhere"], "no run nowhere in checkpoints"),
        (["--data", "a", "--iterations", "many"], "--iterations many: expected a whole number from 10"),
        (["--data", "a", "--iterations", "1"], "iterations"),
        (["--data", "a", "--objective", "luck"], "expected one of sharpe, net"),
        (["--data", "a", "--threads", "-1"], "--threads -1"),
        (["--data", "a", "--config", "nowhere.toml"], "nowhere.toml"),
        (["--data", "a", "--set", "nonsense=1"], "nonsense"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(arguments: list[str], says: str) -> None:
    with pytest.raises(BayescoreError, match=says):
        parse(*arguments)


def test_help_names_every_option_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nsys.argv = ['bayescore-tui', '--help']\n"
        "from bayescore_tui.app import main\n"
        "try:\n    main()\nexcept SystemExit as e:\n    assert not e.code\n"
        "heavy = {'textual', 'polars', 'scipy', 'numpy', 'plotext', 'bayescore._core'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for option in TRAINING:
        assert option.flag in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 2), (["--run", "nowhere"], 2), (["--data", "a", "--seed", "x"], 2)]
)
def test_without_a_terminal_or_with_wrong_usage_one_line_and_code_2(arguments: list[str], code: int) -> None:
    command = [sys.executable, "-m", "bayescore_tui.app", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == code
    assert done.stderr.startswith("bayescore-tui: ")
    assert done.stderr.count("\n") == 1


def test_run_is_found_by_folder_by_name_or_as_a_folder_of_runs(tmp_path: Path) -> None:
    runs = tmp_path / "checkpoints"
    write_run(runs / "mnq-a", days=2)
    parser = build_parser()

    def spec(*arguments: str) -> tuple[Path | None, Path]:
        found = spec_from_args(parser.parse_args([*arguments, "--checkpoint-dir", str(runs)]))
        return found.run, found.checkpoint_dir

    assert spec("--run", str(runs / "mnq-a")) == (runs / "mnq-a", runs)
    assert spec("--run", "mnq-a") == (runs / "mnq-a", runs)
    assert spec("--run", str(runs)) == (None, runs)
    with pytest.raises(BayescoreError, match="did you mean mnq-a"):
        spec("--run", "mnq-b")


@pytest.mark.parametrize("zone", ["exchange", "local", "utc"])
def test_the_time_zone_is_one_of_three(zone: str) -> None:
    assert build_parser().parse_args(["--time-zone", zone]).time_zone == zone
