"""The study of `make validation`: odds that are right hold the truth as often as they say, and odds that are too sure do not."""

import json

import numpy as np
import pytest

from tools import make_validation
from tools.validation import plots, tables
from tools.validation import worlds as studies
from tools.validation.exits import exits
from tools.validation.worlds import NONE, OF_SEARCH, SIZES, search_rule


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
    _, n, used, states, labels = map(str, tables.coverage(SIZES[0], worlds(100)))
    assert n == "60"
    assert int(used.replace(",", "")) == 60 * 300
    assert float(states) == pytest.approx(0.8, abs=0.03)
    assert float(labels) == pytest.approx(float(states), abs=0.001)


def test_coverage_is_lower_where_too_much_is_lent():
    assert float(str(tables.coverage(SIZES[0], worlds(300, n=120))[3])) < 0.7


def test_truth_that_few_worlds_tell_is_not_used():
    assert tables.coverage(SIZES[0], worlds(100, n=2))[2:] == ("0", "–", "–")


def test_without_an_edge_the_truth_is_one_half():
    ups = [60.0] * 10
    sure = {"ups": ups, "downs": [40.0] * 10, "a": [600.0] * 10, "b": [400.0] * 10}
    wide = {**sure, "a": [50.0] * 10, "b": [50.0] * 10}
    assert float(str(tables.coverage(NONE, [sure, sure])[3])) == 0
    assert float(str(tables.coverage(NONE, [wide, wide])[3])) == 1


def test_worlds_that_are_there_are_not_made_again(tmp_path, monkeypatch, capsys):
    kept = tmp_path / "validation.json"
    found = '{"rule/normal/22": {"end": {"suggestive": 7, "evidence": 1}, "ever": null, "draws": 100, "psr": 3, "interval": 2, "bootstrap": 4}}'
    kept.write_text(found)
    monkeypatch.setattr("sys.argv", ["make_validation.py", "--json", str(kept), "--tables"])
    make_validation.main()
    assert "7/100, 7.0% (3.4–13.7)" in capsys.readouterr().out
    assert kept.read_text() == found


def even(strength, n=40, states=300, labels=40):
    """Months without an edge, the odds of somebody who lends as Beta(s, s)."""
    rng = np.random.default_rng(6)
    ups = rng.binomial(labels, 0.5, (n, states))
    return [
        {
            "ups": up.tolist(),
            "downs": (labels - up).tolist(),
            "a": (up + strength).tolist(),
            "b": (labels - up + strength).tolist(),
        }
        for up in ups
    ]


def test_shrinking_alone_makes_intervals_hold_one_half_too_often():
    """Where odds are only labels and what was lent around one half, theory says by how much."""
    (row,) = tables._shrinkage(even(40), 1.0)
    assert row[:2] == ("20% to 40%", "12,000")
    assert float(row[2]) == pytest.approx(float(row[3]), abs=0.02)
    assert float(row[3]) > 0.95
    (mostly_own,) = tables._shrinkage(even(2), 1.0)
    assert float(mostly_own[3]) == pytest.approx(0.8, abs=0.03)


def test_narrower_intervals_hold_less():
    _, _, *held = tables._narrower(SIZES[0], worlds(100))
    assert held[0] == tables.coverage(SIZES[0], worlds(100))[3]
    assert held == sorted(held, reverse=True)
    assert float(held[-1]) < 0.55


def test_a_longer_hold_that_pays_is_named_and_keeps_its_word():
    """Practice data through the real exit rules, with a hold that ends within the drift."""
    found = {"exits/reversion:0.06/1": json.loads(json.dumps(exits("reversion:0.06", 5, 10)))}
    (rules,) = [w["60"] for w in found.values()]
    (longer,) = [r for r in rules if r["factor"] == "max_hold_seconds" and r["more"]]
    assert longer["found"]
    assert longer["later"] > 0
    (shorter,) = [r for r in rules if r["factor"] == "max_hold_seconds" and not r["more"]]
    assert not shorter["found"]
    assert shorter["delta"] < 0
    text = tables.tables(found)["exits"]
    (row,) = [line for line in text.splitlines() if line.startswith("| reversion:0.06 | 60 | 1 |")]
    assert row.count("1/1, 100.0%") == 2


def test_labels_that_agree_are_no_certain_truth():
    """Two labels of other months that both went up do not make the chance one, and an interval about a half wrong."""
    few = [{"ups": [2.0], "downs": [0.0], "a": [50.0], "b": [50.0]}] * 2
    assert tables.coverage(SIZES[0], few)[2:] == ("0", "–", "–")


def month(net, rung, luck=None, **said):
    policies = {p: {"rung": "no evidence of an edge", "net": -1.0} for p in ("memory_5", "panel", "median")}
    policies["decision"] = {"rung": rung, "net": net, **said}
    return {
        "rungs": [rung],
        "traded_days": int(net != 0),
        "net": net,
        "policies": policies,
        "rules": [[False], [True, False]],
        "best_sharpe": 2.5,
        "days_with_easy_winner": 0,
        "stars": [0, 1, 0],
        "luck": luck,
        "ups": [60.0],
        "downs": [40.0],
        "a": [60.0],
        "b": [40.0],
    }


FOUND = {
    "whole/none:0/1": month(0.0, "no evidence of an edge", deflated_sharpe=0.5, superior_p_value=0.2),
    "whole/none:0/2": month(
        9.0, "suggestive", {"p": 0.05, "net": 9.0}, deflated_sharpe=0.96, superior_p_value=0.01
    ),
    "whole/reversion:0.03/1": month(90.0, "evidence"),
    "luck/reversion:0.03/1": {"p": 0.05, "net": 90.0, "as_good": 0},
}


def test_alarms_are_counted_by_the_world_they_are_in():
    text = "\n".join(tables.tables(FOUND).values())

    def cells(words):
        (line,) = (x for x in text.splitlines() if x.startswith(f"| {words} |"))
        return [cell.split(",")[0] for cell in line.strip("| ").split(" | ")[1:]]

    assert cells("**decision**: suggestive or better") == ["1/2", "1/1"]
    assert cells("**decision**: evidence, were null worlds not asked") == ["0/2", "1/1"]
    assert cells("decision: always flat") == ["1/2", "0/1"]
    assert cells("deflated Sharpe > 0.95, raw trials") == ["1/2", "0/1"]
    assert cells("SPA p < 5%") == ["1/2", "0/1"]
    assert cells("a star on any evening") == ["2/2", "1/1"]
    assert cells("a star on the last evening") == ["0/2", "0/1"]
    assert cells("*best in-sample Sharpe above 2*") == ["2/2", "1/1"]
    assert "| none:0 | 2 | 1/2, 50.0%" in text
    assert "| reversion:0.03 | 1 | 1/1, 100.0%" in text


def test_the_best_of_candidates_without_skill_is_judged(monkeypatch):
    monkeypatch.setattr(studies, "SEARCHES", 3)
    found = search_rule("normal", 22)
    assert set(found) == set(OF_SEARCH)
    assert all(len(x) == 3 and all(0 <= p <= 1 for p in x) for x in found.values())
    text = tables.tables({"search/normal/22": found})["search"]
    assert "| normal | 22 | " in text


def test_plots_are_drawn_alike_every_time(tmp_path):
    pytest.importorskip(
        "matplotlib", reason="the plots of the study need matplotlib (make validation installs it)"
    )
    of_search = {key: [0.97, 0.5, float("nan"), 0.01] for key in OF_SEARCH}
    for folder in ("one", "two"):
        plots.draw({**FOUND, "search/normal/22": of_search}, tmp_path / folder, least=1)
    names = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert names == ["validation-detection.svg", "validation-false-alarms.svg", "validation-statistics.svg"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_world_of_the_whole_pipeline_can_be_tabled(tmp_path, monkeypatch):
    """A short month through the real pipeline, its figures kept as JSON as the study keeps them."""
    found = {f"whole/{NONE}/1": json.loads(json.dumps(studies.whole(NONE, 1, 3)))}
    text = "\n".join(tables.tables(found).values())
    assert "| always flat" in text or "always flat | " in text
    assert "| none:0 | 1 | " in text


def test_tables_go_to_their_places_in_a_page():
    page = "# Title\n<!-- begin luck -->\nold\n<!-- end luck -->\ntext\n<!-- begin rule -->\nkept\n<!-- end rule -->\n"
    text = tables.written(page, FOUND)
    assert "old" not in text
    assert tables.tables(FOUND)["luck"] in text
    assert text.startswith("# Title\n")
    assert text.endswith("text\n<!-- begin rule -->\nkept\n<!-- end rule -->\n")
    assert tables.written(text, FOUND) == text
    assert tables.written(page, FOUND, ["stars"]) == page
