"""The charts of the page, in Vega-Lite's language: what is drawn from which columns.

Colours are names of the page's own properties (``var(--gain)``), so that a theme needs no second drawing. Columns are
lists of equal length by name; the page makes rows of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Spec = dict[str, Any]
Columns = dict[str, list[Any]]

LINES: tuple[tuple[str, list[int]], ...] = (
    ("var(--one)", []),
    ("var(--two)", [6, 3]),
    ("var(--three)", [2, 3]),
    ("var(--four)", [8, 3, 2, 3]),
)
"""Colour and dash of the lines of a chart: told apart without colour too."""

YEAR = 250
"""Trade dates from which on an axis names the year."""

EDGE = 74
"""Room of the labels of an axis, the same for charts that stand above each other."""

SIGNED = {"condition": {"test": "datum.net < 0", "value": "var(--loss)"}, "value": "var(--gain)"}


def columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Columns:
    """Rows turned on their side."""
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def _date(dates: Sequence[str]) -> Spec:
    """The axis of dates; a year's are told from another's."""
    form = "%b %Y" if len(set(dates)) > YEAR else "%b %-d"
    return {
        "field": "date",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {"title": None, "format": form, "grid": False, "tickCount": 8},
    }


def _money(field: str, title: str | None = None, **more: Any) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "axis": {"title": title, "format": "$,.0f", "minExtent": EDGE, "maxExtent": EDGE, "tickCount": 6},
        **more,
    }


def _hint(field: str, title: str, form: str = "") -> Spec:
    kind = "quantitative" if form else "nominal"
    return {"field": field, "type": kind, "title": title, **({"format": form} if form else {})}


def _day_hint() -> Spec:
    return {"field": "date", "type": "temporal", "title": "date", "format": "%Y-%m-%d"}


def _in_utc() -> list[Spec]:
    """Dates without a time are read as UTC and shown as such."""
    return [{"calculate": "utcFormat(toDate(datum.date), '%Y-%m-%d')", "as": "day"}]


ONE: Spec = {"values": [{}]}
"""Data of a single mark: without any, nothing is drawn."""

ZERO = {"data": ONE, "mark": {"type": "rule", "strokeWidth": 1}, "encoding": {"y": {"datum": 0}}}


def equity(lines: Mapping[str, Sequence[float]], dates: Sequence[str], band: Columns | None) -> Spec:
    """Cumulative net results by policy, the first in front, and the interval of the mean day as a band.

    Parameters
    ----------
    lines
        Cumulative currency by name, one value a date; at most four.
    dates
        ISO dates.
    band
        ``date``, ``low``, ``high``.
    """
    names = list(lines)
    colours, dashes = [c for c, _ in LINES[: len(names)]], [d for _, d in LINES[: len(names)]]
    # The first is drawn last, over the others.
    rows = [(d, name, y) for name in reversed(names) for d, y in zip(dates, lines[name], strict=True)]
    layers: list[Spec] = []
    datasets = {"lines": columns(("date", "policy", "net"), rows)}
    if band is not None:
        datasets["band"] = band
        layers.append(
            {
                "data": {"name": "band"},
                "mark": {"type": "area", "color": "var(--band)", "opacity": 0.13},
                "encoding": {"x": _date(dates), "y": _money("low"), "y2": {"field": "high"}},
            }
        )
    scale = {"domain": names, "range": colours}
    line = {
        "x": _date(dates),
        "y": _money("net"),
        "color": {"field": "policy", "type": "nominal", "scale": scale, "sort": names},
        "strokeDash": {"field": "policy", "type": "nominal", "scale": {"domain": names, "range": dashes}},
        "strokeWidth": {"condition": {"test": f"datum.policy == {names[0]!r}", "value": 3}, "value": 1.5},
    }
    hover = {
        "x": _date(dates),
        "y": _money("net"),
        "tooltip": [_hint("day", "date"), _hint("policy", "policy"), _hint("net", "net so far", "+$,.2f")],
    }
    layers += [
        ZERO,
        {"data": {"name": "lines"}, "mark": {"type": "line"}, "encoding": line},
        {
            "data": {"name": "lines"},
            "transform": _in_utc(),
            "mark": {"type": "point", "opacity": 0, "size": 160, "filled": True},
            "encoding": hover,
        },
    ]
    return {"height": 230, "layer": layers, "datasets": datasets}


def drawdown(rows: Columns) -> Spec:
    """How far below its peak the equity has been on each date; ``date`` and ``drawdown``, negative."""
    return {
        "height": 90,
        "data": {"name": "days"},
        "transform": _in_utc(),
        "layer": [
            {
                "mark": {
                    "type": "area",
                    "color": "var(--loss)",
                    "opacity": 0.35,
                    "line": {"color": "var(--loss)"},
                },
                "encoding": {"x": _date(rows["date"]), "y": _money("drawdown")},
            },
            {
                "mark": {"type": "point", "opacity": 0, "size": 160, "filled": True},
                "encoding": {
                    "x": _date(rows["date"]),
                    "y": _money("drawdown"),
                    "tooltip": [_hint("day", "date"), _hint("drawdown", "below its peak", "$,.2f")],
                },
            },
        ],
        "datasets": {"days": rows},
    }


def histogram(steps: Columns, title: str, *, observed: float | None = None, form: str = "$,.0f") -> Spec:
    """A distribution; ``low``, ``high``, ``count``, ``net`` (the middle). `observed` is marked by a line."""
    x = {"field": "low", "type": "quantitative", "axis": {"title": title, "format": form, "tickCount": 8}}
    bars: Spec = {
        "data": {"name": "steps"},
        "mark": {"type": "bar", "binSpacing": 1},
        "encoding": {
            "x": {**x, "bin": {"binned": True}},
            "x2": {"field": "high"},
            "y": {"field": "count", "type": "quantitative", "axis": {"title": None, "tickMinStep": 1}},
            "color": SIGNED if observed is None else {"value": "var(--dim)"},
            "tooltip": [
                _hint("low", "from", form),
                _hint("high", "to", form),
                _hint("count", "how many", ",d"),
            ],
        },
    }
    layers = [bars]
    if observed is not None:
        at = {"datum": observed, "type": "quantitative"}
        layers += [
            {
                "data": ONE,
                "mark": {"type": "rule", "color": "var(--gain)", "strokeWidth": 3},
                "encoding": {"x": at},
            },
        ]
    return {"height": 200, "layer": layers, "datasets": {"steps": steps}}


def calendar(days: Columns, order: Sequence[str], *, weeks: bool) -> Spec:
    """Net result of each date: weeks of weekdays with their amounts, or months of days.

    Parameters
    ----------
    days
        ``date``, ``net``, ``size``, ``trades``, ``row`` and ``column`` (its place), ``amount`` (as it is written).
    order
        The columns from left to right.
    weeks
        Whether amounts are written into the cells: there is room in weeks only.
    """
    place = {
        "x": {
            "field": "column",
            "type": "ordinal",
            "sort": list(order),
            "axis": {"title": None, "labelAngle": 0, "orient": "top", "domain": False, "ticks": False},
        },
        "y": {
            "field": "row",
            "type": "ordinal",
            "sort": None,
            "axis": {"title": None, "domain": False, "ticks": False},
        },
    }
    cells: Spec = {
        "mark": {"type": "rect", "stroke": "var(--paper)", "strokeWidth": 2},
        "encoding": {
            **place,
            "color": SIGNED,
            "opacity": _strength(days["net"]),
            "tooltip": [
                _hint("date", "date"),
                _hint("net", "net", "+$,.2f"),
                _hint("trades", "trades", ",d"),
            ],
        },
    }
    written: Spec = {
        "mark": {"type": "text"},
        "encoding": {**place, "text": {"field": "amount", "type": "nominal"}},
    }
    return {
        "height": (30 if weeks else 22) * len(set(days["row"])),
        "data": {"name": "days"},
        "layer": [cells, written] if weeks else [cells],
        "datasets": {"days": days},
    }


def _strength(net: Sequence[float]) -> Spec:
    most = max((abs(x) for x in net), default=0.0) or 1.0
    return {
        "field": "size",
        "type": "quantitative",
        "scale": {"domain": [0, most], "range": [0.08, 0.75]},
        "legend": None,
    }


def hours(cells: Columns, order: Sequence[int], days: Sequence[str]) -> Spec:
    """Net ticks by weekday and hour of the entry; ``hour``, ``weekday``, ``net``, ``size``, ``trades``."""
    return {
        "height": 26 * len(days),
        "data": {"name": "cells"},
        "mark": {"type": "rect", "stroke": "var(--paper)", "strokeWidth": 2},
        "encoding": {
            "x": {
                "field": "hour",
                "type": "ordinal",
                "sort": list(order),
                "scale": {"domain": list(order)},
                "axis": {"title": "hour of the entry", "labelAngle": 0, "domain": False, "ticks": False},
            },
            "y": {
                "field": "weekday",
                "type": "ordinal",
                "sort": list(days),
                "axis": {"title": None, "domain": False, "ticks": False},
            },
            "color": SIGNED,
            "opacity": _strength(cells["net"]),
            "tooltip": [
                _hint("weekday", "trade date on"),
                _hint("hour", "hour"),
                _hint("net", "net ticks", "+,.1f"),
                _hint("trades", "trades", ",d"),
            ],
        },
        "datasets": {"cells": cells},
    }


def excursions(points: Columns) -> Spec:
    """Each trade's worst and best point, in ticks; ``mae``, ``mfe``, ``net``, ``result`` (won or lost)."""

    def axis(field: str, title: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "axis": {"title": title, "format": ",d", "tickCount": 6},
        }

    results = ["won", "lost"]
    return {
        "height": 300,
        "data": {"name": "trades"},
        "mark": {"type": "point", "size": 22, "opacity": 0.6, "strokeWidth": 1.2},
        "encoding": {
            "x": axis("mae", "furthest against the trade (MAE), ticks"),
            "y": axis("mfe", "furthest for it (MFE), ticks"),
            "color": {
                "field": "result",
                "type": "nominal",
                "scale": {"domain": results, "range": ["var(--gain)", "var(--loss)"]},
            },
            "shape": {
                "field": "result",
                "type": "nominal",
                "scale": {"domain": results, "range": ["circle", "triangle-up"]},
            },
            "tooltip": [
                _hint("mae", "against", ",d"),
                _hint("mfe", "for", ",d"),
                _hint("net", "net ticks", "+,.2f"),
            ],
        },
        "datasets": {"trades": points},
    }


def shares(effects: Columns) -> Spec:
    """Share of the objective's variance by factor; ``factor``, ``share``."""
    return {
        "height": 20 * len(effects["factor"]),
        "data": {"name": "effects"},
        "mark": {"type": "bar", "color": "var(--one)"},
        "encoding": {
            "x": {
                "field": "share",
                "type": "quantitative",
                "axis": {"title": None, "format": ".1~%", "tickCount": 6},
            },
            "y": {
                "field": "factor",
                "type": "ordinal",
                "sort": None,
                "axis": {"title": None, "labelLimit": 200},
            },
            "tooltip": [_hint("factor", "factor"), _hint("share", "share of variance", ".1%")],
        },
        "datasets": {"effects": effects},
    }


def levels(means: Columns, domain: tuple[float, float]) -> Spec:
    """Mean objective at each level of one factor, with its standard error.

    Parameters
    ----------
    means
        ``level``, ``mean``, ``low``, ``high``, ``sets``, ``undefined``.
    domain
        Ends of the scale, the same for all factors.
    """
    y = {
        "field": "level",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": None, "labelLimit": 130, "minExtent": 100, "domain": False, "ticks": False},
    }
    x = {
        "type": "quantitative",
        "scale": {"domain": list(domain), "nice": False},
        "axis": {"title": None, "tickCount": 4, "format": ".2~f"},
    }
    hint = [
        _hint("level", "level"),
        _hint("mean", "mean objective", "+.3f"),
        _hint("sets", "sets", ",d"),
        _hint("undefined", "with too few trades", ".0%"),
    ]
    return {
        "height": 17 * len(means["level"]),
        "data": {"name": "levels"},
        "layer": [
            {
                "mark": {"type": "rule", "color": "var(--one)", "strokeWidth": 2},
                "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 55, "color": "var(--one)", "opacity": 1},
                "encoding": {"y": y, "x": {**x, "field": "mean"}, "tooltip": hint},
            },
        ],
        "datasets": {"levels": means},
    }


def calibration(bins: Columns) -> Spec:
    """Predicted against realised shares, with where chance alone would put them.

    ``predicted``, ``realised``, ``labels``, ``low``, ``high``.
    """
    edges = [min(*bins["predicted"], *bins["realised"]), max(*bins["predicted"], *bins["realised"])]
    x = {
        "field": "predicted",
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {"title": "predicted", "format": ".2f", "tickCount": 6},
    }
    y = {
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {"title": "realised", "format": ".2f", "tickCount": 6},
    }
    return {
        "height": 260,
        "layer": [
            {
                "data": {"name": "even"},
                "mark": {"type": "line", "color": "var(--dim)", "strokeDash": [4, 4], "strokeWidth": 1.2},
                "encoding": {"x": x, "y": {**y, "field": "realised"}},
            },
            {
                "data": {"name": "bins"},
                "mark": {"type": "rule", "color": "var(--dim)", "strokeWidth": 5, "opacity": 0.35},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "data": {"name": "bins"},
                "mark": {"type": "point", "filled": True, "color": "var(--one)", "opacity": 1, "size": 70},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "realised"},
                    "tooltip": [
                        _hint("predicted", "predicted", ".3f"),
                        _hint("realised", "realised", ".3f"),
                        _hint("labels", "labels", ",d"),
                    ],
                },
            },
        ],
        "datasets": {"bins": bins, "even": {"predicted": edges, "realised": edges}},
    }


def two_shares(days: Columns, names: Sequence[str]) -> Spec:
    """Two shares a date as lines; ``date``, ``what``, ``share``."""
    scale = {"domain": list(names), "range": [c for c, _ in LINES[: len(names)]]}
    dashes = {"domain": list(names), "range": [d for _, d in LINES[: len(names)]]}
    return {
        "height": 170,
        "data": {"name": "days"},
        "transform": _in_utc(),
        "mark": {"type": "line", "point": {"size": 28}},
        "encoding": {
            "x": _date(days["date"]),
            "y": {
                "field": "share",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": {"title": None, "format": ".0%", "tickCount": 5},
            },
            "color": {"field": "what", "type": "nominal", "scale": scale, "sort": list(names)},
            "strokeDash": {"field": "what", "type": "nominal", "scale": dashes},
            "tooltip": [_hint("day", "date"), _hint("what", "what"), _hint("share", "share", ".0%")],
        },
        "datasets": {"days": days},
    }
