"""The charts of the pattern screen."""

from __future__ import annotations

import pytest

from bayescore.events import Pattern
from bayescore_tui.charts.pattern_charts import posterior


@pytest.mark.parametrize(("a", "b"), [(3.0, 9.0), (40.0, 30.0), (900.0, 800.0)])
def test_the_posterior_is_the_brain_s_beta(a: float, b: float) -> None:
    pattern = Pattern(
        code=1,
        label="band 0",
        side="long",
        probability=a / (a + b),
        a=a,
        b=b,
        low=0.1,
        high=0.2,
        effective_n=a + b,
        p_above_half=0.9,
        needs=0.55,
        significant=False,
        trades=0,
        net_ticks=0.0,
        duration_mean_s=None,
    )
    curve = posterior(pattern, 120, 20).series[-1]
    step = curve.x[1] - curve.x[0]
    mode = curve.x[max(range(len(curve.y)), key=curve.y.__getitem__)]
    assert mode == pytest.approx((a - 1) / (a + b - 2), abs=step)
    assert sum(curve.y) * step == pytest.approx(1.0, abs=0.01)
