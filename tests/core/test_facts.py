"""What Python repeats of the core's declarations is what the core declares."""

import msgspec
import pytest

from bayescore import _core, vocabulary
from bayescore.config import BrainConfig, Config, CostConfig, StateConfig
from bayescore.design.factors import DTYPES, FactorSpace
from bayescore.errors import UsageError
from bayescore.events import Params

MIRRORS = {
    "costs": (vocabulary.Costs, ""),
    "fills": (vocabulary.Fills, ""),
    "scoring": (vocabulary.Scores, ""),
    "regret": (vocabulary.Regret, "regret_"),
    "labels": (vocabulary.Labels, "label_"),
    "brain": (vocabulary.Brain, ""),
    "state": (vocabulary.State, ""),
}
NOT_CONFIGURED = {"commission_milliticks", "label_max_entry_gap", "label_mirror", "label_first_day"}
"""Settings of the core that follow from other settings of the configuration."""


def mirrored(section: type) -> dict[str, vocabulary.Setting]:
    return {name: x for name, x in vars(section).items() if isinstance(x, vocabulary.Setting)}


@pytest.mark.parametrize("section", MIRRORS)
def test_settings_are_those_of_the_core(section: str) -> None:
    mirror, prefix = MIRRORS[section]
    facts = {prefix + name: fact for name, fact in _core.FACTS[section].items()}
    here = mirrored(mirror)
    assert set(here) == set(facts) - NOT_CONFIGURED
    for name, setting in here.items():
        fact = facts[name]
        assert setting.default == fact["default"], name
        assert type(setting.default) is type(fact["default"]), name
        if not isinstance(setting.default, (bool, str, tuple)):
            assert (setting.low, setting.high) == (fact["low"], fact["high"]), name
            assert setting.open is not fact["closed"], name


def test_every_section_of_the_core_is_mirrored() -> None:
    assert set(_core.FACTS) == {*MIRRORS, "params"}


def test_the_configuration_has_the_defaults_and_bounds_of_the_core() -> None:
    config = Config()
    costs = {k: v for k, v in msgspec.structs.asdict(config.costs).items() if k in _core.FACTS["costs"]}
    fills = {k: v for k, v in msgspec.structs.asdict(config.costs).items() if k in _core.FACTS["fills"]}
    for section, values in (
        ("costs", costs),
        ("fills", fills),
        ("state", msgspec.structs.asdict(config.state)),
        ("regret", {"bar_seconds": config.regret_bar_seconds, "bars_after": config.regret_bars_after}),
    ):
        assert values == {name: _core.FACTS[section][name]["default"] for name in values}
    for kind, name, value, fact in (
        (CostConfig, "slippage_factor", 10.1, _core.FACTS["costs"]["slippage_factor"]),
        (CostConfig, "slippage_window", 3601, _core.FACTS["costs"]["slippage_window"]),
        (CostConfig, "max_entry_gap", 86_401, _core.FACTS["fills"]["max_entry_gap"]),
        (Config, "regret_bar_seconds", 86_401, _core.FACTS["regret"]["bar_seconds"]),
        (Config, "regret_bars_after", 1001, _core.FACTS["regret"]["bars_after"]),
        (StateConfig, "transition_window", 3601, _core.FACTS["state"]["transition_window"]),
        (BrainConfig, "half_life_days", 1e6 + 1, _core.FACTS["brain"]["half_life_days"]),
    ):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({name: value}, kind)
        if fact["high"] is not None:
            assert value > fact["high"]
            assert getattr(msgspec.convert({name: fact["high"]}, kind), name) == fact["high"]


def test_names_are_those_of_the_core() -> None:
    assert vocabulary.ENTRY_RULES == tuple(vocabulary.ENTRY_RULE_WORDS) == _core.NAMES["entry_rule"]
    assert _core.NAMES["sides"] == vocabulary.SIDES
    assert _core.NAMES["exit_reason"] == vocabulary.REASONS
    assert _core.NAMES["timing"] == vocabulary.TIMINGS
    assert _core.NAMES["label_outcome"] == vocabulary.LABEL_OUTCOMES
    assert _core.NAMES["objective"] == vocabulary.OBJECTIVES
    assert _core.NAMES["limit_fill"] == vocabulary.LIMIT_FILLS
    assert _core.NAMES["intrabar"] == vocabulary.INTRABARS
    assert _core.NAMES["context"] == tuple(vocabulary.CONTEXTS) == tuple(_core.CONTEXTS)


def test_factors_are_those_of_the_core() -> None:
    assert (
        tuple(_core.FACTS["params"]) == tuple(vocabulary.FACTORS) == Params.__struct_fields__ == tuple(DTYPES)
    )
    for name, factor in vocabulary.FACTORS.items():
        fact = _core.FACTS["params"][name]
        assert factor.kind == {"float64": "float", "uint8": "categorical", "uint32": "categorical"}.get(
            fact["dtype"], "int"
        )
        if factor.kind != "categorical":
            assert factor.low < factor.high, name
        # What is in barriers is in ticks for a finest and a coarsest instrument.
        for barrier in (0.01, fact["high"] // 10 if factor.barriers else 40):
            f = FactorSpace(barrier, ["asia"]).factors[name]
            if f.ordered:
                assert fact["low"] <= f.low <= f.high <= fact["high"], name
        if factor.off:
            assert fact["low"] == 0, name
    with pytest.raises(UsageError, match="barrier"):
        FactorSpace(_core.FACTS["params"]["take_profit_ticks"]["high"] / 8, ["asia"])
