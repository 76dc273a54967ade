"""Options become a configuration, and the documentation is that of the fields."""

import importlib.util
from pathlib import Path

import pytest

from bayescore.cli.options import all_fields, build_config, describe
from bayescore.config import Config
from bayescore.errors import UsageError

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


@pytest.mark.parametrize("field", all_fields())
def test_every_field_is_described_by_more_than_its_default(field: str) -> None:
    text = describe(field).split(" (default ")[0]
    assert len(text.split()) >= 2, text


def test_documentation_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == module.render()
