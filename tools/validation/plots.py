"""What has been measured, as pictures: false alarms beside their nominal level, and detection by size of the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.validation.tables import VERDICTS, interval, months
from tools.validation.worlds import NONE, SHAPES, SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tools.validation.worlds import World

NOMINAL: dict[str, float | None] = {
    "**decision**: suggestive or better": 0.05,
    "**decision**: evidence, were null worlds not asked": 0.01,
    "`memory_5`: suggestive or better": 0.05,
    "`panel`: suggestive or better": 0.05,
    "`median`: suggestive or better": 0.05,
    "`median`: probabilistic Sharpe > 0.95": 0.05,
    "`median`: bootstrap interval above 0": 0.025,
    "deflated Sharpe > 0.95, raw trials": 0.05,
    "deflated Sharpe > 0.95, effective trials": 0.05,
    "SPA p < 5%": 0.05,
    "PBO < 5%": None,
    "a star on any evening": 0.05,
    "an exit rule found on the last evening": 0.05,
    "*best in-sample Sharpe above 2*": None,
    "*a set with 10 trades and 80% wins on some day*": None,
}
"""Largest share of months without an edge in which each is meant to alarm; ``None`` where none is meant."""

LUCK = "`bayescore validate`: p ≤ 5%"

DETECTED = {
    "**decision**: evidence, were null worlds not asked": (
        "decision: evidence, null worlds not asked",
        "#0b6e4f",
        "-",
    ),
    "**decision**: suggestive or better": ("decision: suggestive or better", "#3fa34d", "-"),
    LUCK: ("validate: p ≤ 5%", "#1f4e9c", "-"),
    "a star on any evening": ("a star on any evening", "#b8860b", "-"),
    "*best in-sample Sharpe above 2*": ("best in-sample Sharpe > 2", "#a33", "--"),
    "*a set with 10 trades and 80% wins on some day*": ("80% wins of 10 trades on some day", "#888", "--"),
}
"""Label, colour and line of what is drawn by the size of the edge."""


def draw(found: Mapping[str, World], folder: Path, least: int = 20) -> None:
    """Write the pictures that there are worlds for; those of whole months from so many on without an edge."""
    import matplotlib as mpl

    mpl.use("svg")
    # The same bytes for the same figures.
    mpl.rcParams.update({"svg.hashsalt": "bayescore", "font.size": 9})
    whole, luck = months(found, "whole"), months(found, "luck")
    folder.mkdir(parents=True, exist_ok=True)
    _statistics(found, folder / "validation-statistics.svg")
    if len(whole.get(NONE, ())) >= least:
        _false_alarms(whole[NONE], folder / "validation-false-alarms.svg")
        _detection({name: whole[name] for name in (NONE, *SIZES) if name in whole}, luck, folder)


SAID: dict[str, tuple[float, str, str]] = {
    "verdict: suggestive or better": (0.05, "rule", "end"),
    "probabilistic Sharpe > 0.95": (0.05, "rule", "psr"),
    "95% t interval above 0": (0.025, "rule", "interval"),
    "bootstrap interval above 0": (0.025, "rule", "bootstrap"),
    "SPA p < 5%": (0.05, "search", "superior_p_value"),
    "deflated Sharpe > 0.95, raw trials": (0.05, "search", "deflated_sharpe"),
    "deflated Sharpe > 0.95, effective trials": (0.05, "search", "deflated_sharpe_effective"),
}
"""Nominal level, study and figure of what is drawn of records without a market."""


def _alarms(study: str, figure: str, w: World) -> tuple[int, int]:
    """Alarms, and records."""
    if study == "rule":
        return (w["end"]["suggestive"] if figure == "end" else w[figure]), w["draws"]
    values = [x for x in w[figure] if x == x]  # noqa: PLR0124 - not a number is none
    hits = sum(x < 0.05 for x in values) if figure == "superior_p_value" else sum(x > 0.95 for x in values)
    return hits, len(w[figure])


def _statistics(found: Mapping[str, World], file: Path) -> None:
    import matplotlib.pyplot as plt

    drawn = {
        key: w for key, w in found.items() if key.endswith("/22") and key.split("/")[0] in {"rule", "search"}
    }
    shapes = [name for name in SHAPES if f"rule/{name}/22" in drawn or f"search/{name}/22" in drawn]
    if not shapes:
        return
    figure, axes = plt.subplots(figsize=(7.6, 3.8), layout="constrained")
    for y, (level, study, said) in enumerate(reversed(SAID.values())):
        axes.plot([100 * level] * 2, [y - 0.4, y + 0.4], color="#0b6e4f", lw=2, zorder=1)
        for k, name in enumerate(shapes):
            w = drawn.get(f"{study}/{name}/22")
            if w is None:
                continue
            hits, n = _alarms(study, said, w)
            at = y + 0.25 - 0.5 * k / max(len(shapes) - 1, 1)
            axes.plot([100 * x for x in interval(hits, n)], [at, at], color=COLOURS[k], lw=1.2)
            axes.plot(
                100 * hits / n, at, "o", color=COLOURS[k], ms=4, label=name if said == LABELLED else None
            )
    axes.set_yticks(range(len(SAID)), list(reversed(SAID)))
    axes.set_xlim(left=0)
    axes.set_xlabel("share of 22-day records without an edge that alarms, %; green: the nominal level")
    axes.legend(loc="upper right", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, file)


COLOURS = ("#1f4e9c", "#a33", "#b8860b", "#7a4fa3")
LABELLED = "superior_p_value"


def _false_alarms(found: list[World], file: Path) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.2, 4.4), layout="constrained")
    rows = [*NOMINAL, LUCK]
    for y, words in enumerate(reversed(rows)):
        hits = sum(map(_holds(words), found))
        low, high = interval(hits, len(found))
        meant = NOMINAL.get(words, 0.05)
        axes.plot([100 * low, 100 * high], [y, y], color="#555", lw=1.5)
        axes.plot(100 * hits / len(found), y, "o", color="#1f4e9c" if meant is not None else "#a33", ms=5)
        if meant is not None:
            axes.plot([100 * meant] * 2, [y - 0.35, y + 0.35], color="#0b6e4f", lw=2)
    axes.set_yticks(range(len(rows)), [_plain(words) for words in reversed(rows)])
    axes.set_xscale("symlog", linthresh=10)
    axes.set_xticks([0, 1, 2.5, 5, 10, 50, 100], ["0", "1", "2.5", "5", "10", "50", "100%"])
    axes.set_xlim(-0.3, 110)
    axes.set_title(
        f"{len(found)} months without an edge: share that alarms\nwith its 95% interval; green: as much as is meant",
        fontsize=10,
    )
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, file)


def _detection(whole: Mapping[str, list[World]], luck: Mapping[str, list[World]], folder: Path) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.2, 3.6), layout="constrained")
    for k, (words, (label, colour, line)) in enumerate(DETECTED.items()):
        points: list[tuple[float, int, int]] = []
        for name, found in whole.items():
            holds = _holds(words)
            worlds = luck.get(name, []) if words == LUCK and name != NONE else found
            if worlds:
                points.append((float(name.split(":")[1]), sum(map(holds, worlds)), len(worlds)))
        # Beside each other where they would lie on each other.
        x = [size + 0.0004 * (k - len(DETECTED) / 2) for size, _, _ in points]
        y = [100 * hits / n for _, hits, n in points]
        bounds = [interval(hits, n) for _, hits, n in points]
        below = [v - 100 * low for v, (low, _) in zip(y, bounds, strict=True)]
        above = [100 * high - v for v, (_, high) in zip(y, bounds, strict=True)]
        axes.errorbar(
            x, y, [below, above], label=label, color=colour, ls=line, marker="o", ms=4, lw=1.4, capsize=2
        )
    axes.set_xticks([float(name.split(":")[1]) for name in whole])
    axes.set_ylim(-4, 104)
    axes.set_xlabel("planted reversion: drift in standard deviations of a second")
    axes.set_ylabel("share of months, %")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, folder / "validation-detection.svg")


def _holds(words: str) -> Callable[[World], bool]:
    return _lucky if words == LUCK else VERDICTS[words]


def _lucky(w: World) -> bool:
    """Whether validate calls a month more than luck, of either study."""
    said = w.get("luck", w)
    return said is not None and said["p"] <= 0.05 and said["net"] > 0


def _plain(words: str) -> str:
    return words.replace("*", "").replace("`", "")


def _save(figure: object, file: Path) -> None:
    figure.savefig(file, metadata={"Date": None, "Creator": None})  # type: ignore[attr-defined]
