"""The study of `make validation`: odds that are right hold the truth as often as they say, and odds that are too sure do not."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).parents[2] / "tools" / "make_validation.py"
SPEC = importlib.util.spec_from_file_location("make_validation", PATH)
assert SPEC is not None
assert SPEC.loader is not None
validation = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(validation)


def worlds(strength, n=60, states=300, labels=40):
    """Months of states whose chances vary as Beta(100, 100), with the odds of somebody who lends as Beta(s, s)."""
    rng = np.random.default_rng(5)
    chance = rng.beta(100, 100, states)
    out = []
    for _ in range(n):
        ups = rng.binomial(labels, chance)
        downs = labels - ups
        out.append(
            {
                "ups": ups.tolist(),
                "downs": downs.tolist(),
                "a": (ups + strength).tolist(),
                "b": (downs + strength).tolist(),
            }
        )
    return out


def test_coverage_is_the_level_where_the_odds_are_right():
    _, n, used, states, labels = validation.coverage(1.0, worlds(100))
    assert n == 60
    assert int(used.replace(",", "")) == 60 * 300
    assert float(states) == pytest.approx(0.8, abs=0.03)
    assert float(labels) == pytest.approx(float(states), abs=0.001)


def test_coverage_is_lower_where_too_much_is_lent():
    assert float(validation.coverage(1.0, worlds(300, n=120))[3]) < 0.7


def test_truth_that_few_worlds_tell_is_not_used():
    assert validation.coverage(1.0, worlds(100, n=2))[2:] == ("0", "–", "–")


def test_without_an_edge_the_truth_is_one_half():
    ups = [60.0] * 10
    sure = {"ups": ups, "downs": [40.0] * 10, "a": [600.0] * 10, "b": [400.0] * 10}
    wide = {**sure, "a": [50.0] * 10, "b": [50.0] * 10}
    assert float(validation.coverage(0.0, [sure, sure])[3]) == 0
    assert float(validation.coverage(0.0, [wide, wide])[3]) == 1


def test_worlds_that_are_there_are_not_made_again(tmp_path, monkeypatch, capsys):
    kept = tmp_path / "validation.json"
    found = '{"rule/normal/22": {"end": {"suggestive": 7, "evidence": 1}, "ever": null, "draws": 100}}'
    kept.write_text(found)
    monkeypatch.setattr("sys.argv", ["make_validation.py", "--json", str(kept), "--tables"])
    validation.main()
    assert "7/100, 7.0% (3.4–13.7)" in capsys.readouterr().out
    assert kept.read_text() == found
