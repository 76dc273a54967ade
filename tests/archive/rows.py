"""How the oracle tests compare trades and totals with the archive's."""

from dataclasses import asdict

import engine_metrics
import numpy as np
import pytest


def trade_rows(columns):
    """Product columns as one dict a trade, without the iteration."""
    names = [name for name in columns if name != "iteration"]
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(columns[name].tolist() for name in names), strict=True)
    ]


def assert_totals(table, k, totals, commission, objective, min_trades):
    """One row of the product's table against the archive's sums and objective."""
    assert {name: table[name][k] for name in asdict(totals)} == asdict(totals)
    expected = engine_metrics.objective(totals, commission, objective, min_trades)
    if expected is None:
        assert np.isnan(table["objective"][k])
    else:
        assert table["objective"][k] == pytest.approx(expected, rel=1e-12, abs=1e-12)
