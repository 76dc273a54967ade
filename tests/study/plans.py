"""A small study, and what is compared of it."""

from pathlib import Path

from bayescore.study.store import DAYS, RESULTS, SUMMARY

TEXT = """
name = "small"
seeds = [0, 1]
[[data]]
name = "sample"
files = "{data}"
[worlds]
count = 1
[config]
iterations = 20
history_candidates = 20
[configurations.base]
[configurations.dear]
costs.slippage_ticks = 3
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "study.toml"
    file.write_text(text)
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in (RESULTS, DAYS, SUMMARY)}
