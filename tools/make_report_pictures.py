"""Draw the pictures of docs/report.md from a real training run on invented bars, in the system's Chromium.

python tools/make_report_pictures.py      # writes docs/images/report-*.png
python tools/make_report_pictures.py RUN  # of a run that is there
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from bayescore.config import Config
from bayescore.data import synth
from bayescore.training.orchestrator import BayesianTrainingOrchestrator

OUT = Path(__file__).resolve().parents[1] / "docs" / "images"
DAYS = 22
SECTIONS = {
    "equity": "Out of sample, net of costs",
    "trades": "Trades",
    "factors": "Which factors matter",
}
"""Pictures of single sections, by their headings."""


def train(folder: Path) -> Path:
    """The page of a finished run of invented bars with an edge."""
    bars = folder / "mnq-synth.ohlcv-1s.parquet"
    synth.write(synth.generate(days=DAYS, seed=0, edge=0.05), bars)
    BayesianTrainingOrchestrator(Config(), checkpoint_dir=folder, run="mnq-january").train([str(bars)])
    return folder / "mnq-january" / "report.html"


def draw(page: Path) -> None:
    """Write every picture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        high = 1600
        for width in (1280, 390):
            scheme: Literal["light", "dark"] = "light" if width > 390 else "dark"
            tab = browser.new_page(viewport={"width": width, "height": high}, color_scheme=scheme)
            tab.goto(page.resolve().as_uri())
            tab.wait_for_selector(":root[data-charts=drawn]", state="attached", timeout=120_000)
            tab.screenshot(path=OUT / f"report-{width}.png")
            for name, heading in SECTIONS.items():
                place = tab.locator("section", has=tab.get_by_role("heading", name=heading, exact=True))
                box = place.bounding_box()
                assert box is not None
                clip = {**box, "height": min(box["height"], high)}
                tab.screenshot(path=OUT / f"report-{name}-{width}.png", clip=clip, full_page=True)  # type: ignore[arg-type]
        browser.close()
    for picture in sorted(OUT.glob("report-*.png")):
        print(f"docs/images/{picture.name}  {picture.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Train if no run is named, and draw."""
    with tempfile.TemporaryDirectory(prefix="bayescore-pictures-") as name:
        draw(Path(sys.argv[1]) / "report.html" if len(sys.argv) > 1 else train(Path(name)))


if __name__ == "__main__":
    main()
