"""What a study found: one row a series, configuration and seed, with what its worlds without an edge earned."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.study.plan import Study
    from bayescore.study.task import Outcome


def summarise(study: Study, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One row for each series, configuration and seed, in the study's order.

    ``p_value`` is (1 + worlds that did as well) / (1 + worlds): what luck gives as often; `None` without worlds, and
    then no ``verdict`` is *evidence*.
    """
    from bayescore.results.verdict import held

    rows: dict[tuple[str, str, int], dict[str, Any]] = {}
    worlds: dict[tuple[str, str, int], list[float]] = {}
    for task, outcome in zip(study.tasks, outcomes, strict=True):
        at = task.data, task.configuration, task.seed
        headline = next(p for p in outcome.policies if p.policy == outcome.headline)
        if task.world:
            worlds.setdefault(at, []).append(headline.net_currency)
            continue
        rows[at] = {
            "data": task.data,
            "configuration": task.configuration,
            "seed": task.seed,
            "symbol": outcome.symbol,
            "currency": outcome.currency,
            "days": headline.days,
            "trades": headline.trades,
            "net_currency": headline.net_currency,
            "in_sample_net_currency": outcome.in_sample_net_currency,
            "verdict": outcome.rung_of_days,
        }
    for at, row in rows.items():
        nets = worlds.get(at, [])
        as_good = sum(net >= row["net_currency"] for net in nets)
        row["worlds"] = len(nets)
        row["world_median_currency"] = statistics.median(nets) if nets else None
        p = row["p_value"] = (1 + as_good) / (1 + len(nets)) if nets else None
        row["verdict"] = held(row["verdict"], p) if row["verdict"] else ""
    return list(rows.values())
