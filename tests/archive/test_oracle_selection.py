"""Tomorrow's set: the product against the archive, on random histories of objectives."""

import engine_selection
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.choosing.experts.panel import panel_scores
from tests.archive import days

# Few different values: ties, constant sets and panels without spread are common.
objectives = st.one_of(st.none(), st.sampled_from([0.0, 1.0, -1.0]), st.floats(-5, 5, width=32))
histories = st.integers(1, 12).flatmap(
    lambda sets: st.lists(st.lists(objectives, min_size=sets, max_size=sets), min_size=1, max_size=8)
)


@days.oracle
@given(histories, st.sampled_from(["sharpe", "profit_factor"]), st.sampled_from([0.7, 10.0, 1e6]))
def check_panel(history, objective, half_life):
    expected = engine_selection.panel_scores(history, objective, half_life)
    array = np.array([[np.nan if x is None else x for x in day] for day in history])
    scores = panel_scores(array, half_life, 1.0 if objective == "profit_factor" else 0.0)
    assert scores.eligible.tolist() == [x is not None for x in expected]
    defined = [k for k, x in enumerate(expected) if x is not None]
    np.testing.assert_allclose(scores.score[defined], [expected[k] for k in defined], rtol=1e-9, atol=1e-9)

    own = engine_selection.select_panel(history, objective, half_life)
    if own is None or scores.best is None:
        assert own is None
        assert scores.best is None
    else:
        # Rounding may tell apart what ties exactly, or the other way round; never more than that.
        assert scores.best == own or (
            abs(expected[scores.best] - expected[own]) < 1e-9
            and abs(scores.mean[scores.best] - scores.mean[own]) < 1e-9
        )


@pytest.mark.parametrize("stream", range(40))
def test_panel_choices_are_identical(stream):
    days.run_stream(check_panel, stream)
