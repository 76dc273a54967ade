"""Draw the pictures of the README and of docs/dashboard.md from a real training run on invented bars.

python tools/make_screenshots.py            # writes docs/images/*.svg
python tools/make_screenshots.py --png DIR  # PNG as well, as Chromium draws them, to look at them
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bayescore import events as ev
from bayescore.config import Config
from bayescore.data import synth
from bayescore.runs.reader import RunReader
from bayescore.runs.records import Live
from bayescore.training.orchestrator import BayesianTrainingOrchestrator
from bayescore_tui.dashboard import Dashboard
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.chart import Chart

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images"
DAYS, DONE = 22, 14
"""Days of the run, and of the same run while it is "in work"."""
NOW = 1_770_000_000.0
PATIENCE_S = 60.0


def train(folder: Path) -> Path:
    """A finished run of invented bars, as `bayescore train` leaves it behind."""
    bars = folder / "data" / "mnq-synth.ohlcv-1s.parquet"
    bars.parent.mkdir()
    synth.write(synth.generate(days=DAYS, seed=0, edge=0.05), bars)
    runs = folder / "checkpoints"
    other = Config(seed=1, iterations=300, max_days=DAYS - 4)
    BayesianTrainingOrchestrator(other, checkpoint_dir=runs, run="mnq-other").train([str(bars)])
    BayesianTrainingOrchestrator(Config(), checkpoint_dir=runs, run="mnq-finished").train([str(bars)])
    return runs / "mnq-finished"


def in_work(run: Path, name: str) -> Path:
    """A copy of a run as it was in the middle of a day."""
    path = run.with_name(name)
    path.mkdir()
    lines = (run / "events.jsonl").read_bytes().splitlines(keepends=True)
    days = [at for at, line in enumerate(lines) if isinstance(ev.decode(line), ev.DayFinished)]
    kept = lines[: (days[DONE - 1] + days[DONE]) // 2 + 1]
    started = ev.decode(kept[0])
    assert isinstance(started, ev.RunStarted)
    kept[0] = ev.encode(msgspec.structs.replace(started, run=name)) + b"\n"
    (path / "events.jsonl").write_bytes(b"".join(kept))
    shutil.copy(run / "run.json", path)
    for date in RunReader(run).finished_days()[:DONE]:
        shutil.copytree(run / "days" / date, path / "days" / date)
    last = ev.decode(kept[-1])
    assert isinstance(last, ev.NewBest)
    progress = ev.Progress(
        date=last.date,
        index=DONE,
        days=DAYS,
        phase="sweeping",
        done=last.best.iteration,
        total=1000,
        elapsed_s=1.9,
        eta_s=1.1,
    )
    live = Live(pid=os.getpid(), state="running", updated=NOW, progress=progress)
    (path / "live.json").write_bytes(msgspec.json.encode(live))
    return path


async def calm(app: Dashboard, pause: Callable[..., object]) -> None:
    """Wait until nothing is drawn or read any more."""
    end, still = time.monotonic() + PATIENCE_S, 0
    while still < 3:
        await pause(0.1)  # type: ignore[misc]
        charts = [c for c in app.screen._compositor.visible_widgets if isinstance(c, Chart)]
        reading = [w for w in app.workers if w.is_running and w.group != "source"]
        still = still + 1 if all(c.up_to_date for c in charts) and not reading else 0
        if time.monotonic() > end:
            raise RuntimeError("the screen never stands still")


async def picture(spec: RunSpec, size: tuple[int, int], *keys: str, theme: str = "dark") -> str:
    """One screen as SVG."""
    app = Dashboard(spec, theme=theme, now=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        await calm(app, pilot.pause)
        for key in keys:
            await pilot.press(key)
            await calm(app, pilot.pause)
        return app.export_screenshot(title="bayescore-tui")


def slim(svg: str) -> str:
    """The same picture in two thirds of the bytes: short names, no clipping of lines that fit anyway."""
    svg = re.sub(r'<clipPath id="terminal-\d+-line-\d+">.*?</clipPath>', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#terminal-\d+-line-\d+\)"', "", svg)
    svg = svg.replace(' shape-rendering="crispEdges"', "").replace("&#160;", "\u00a0")
    svg = re.sub(r"terminal-\d+-", "t", svg)
    svg = svg.replace("</style>", "rect { shape-rendering: crispEdges }</style>", 1)
    return "\n".join(line.strip() for line in svg.splitlines() if line.strip()) + "\n"


def in_browser(pictures: Sequence[Path], folder: Path) -> None:
    """Draw pictures as the system's Chromium does, a PNG each."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for picture in pictures:
            svg = picture.read_text(encoding="utf-8")
            width, height = (round(float(n)) for n in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_content(f'<body style="margin:0">{svg}</body>')
            page.screenshot(path=str(folder / f"{picture.stem}.png"))
            page.close()
        browser.close()


def main() -> None:
    """Train, look, and write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--png", type=Path, metavar="DIR", help="write PNG as well (needs Chromium)")
    png: Path | None = parser.parse_args().png
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory(prefix="bayescore-pictures-") as name:
        folder = Path(name)
        done = train(folder)
        live = in_work(done, "mnq-live")
        for k, path in enumerate(sorted(folder.rglob("*.*"))):
            os.utime(path, (NOW - 3600 - 60 * k, NOW - 3600 - 60 * k))
        os.chdir(folder)
        os.environ["XDG_STATE_HOME"] = str(folder)
        finished, running, start = RunSpec(run=done), RunSpec(run=live), RunSpec()
        pictures = {
            "run": (running, (120, 40), ()),
            "run-light": (running, (120, 40), ("light",)),
            "run-80x24": (running, (80, 24), ()),
            "run-80x24-light": (running, (80, 24), ("light",)),
            "run-200x60": (finished, (200, 60), ("8",)),
            "run-200x60-light": (finished, (200, 60), ("light", "8")),
            "summary": (finished, (120, 40), ("6",)),
            "trades": (finished, (120, 40), ("3",)),
            "day": (finished, (120, 40), ("enter", "n", "plus", "plus", "plus")),
            "pattern": (finished, (120, 40), ("2", "enter")),
            "start": (start, (120, 40), ()),
            "tomorrow": (finished, (120, 40), ("8",)),
            "trades-80x24": (finished, (80, 24), ("3",)),
            "compare": (finished, (120, 40), ("v", *"other", "enter")),
        }
        OUT.mkdir(exist_ok=True)
        for title, (spec, size, keys) in pictures.items():
            theme = "light" if "light" in keys else "dark"
            svg = slim(asyncio.run(picture(spec, size, *(k for k in keys if k != "light"), theme=theme)))
            (OUT / f"{title}.svg").write_text(svg, encoding="utf-8")
            print(f"docs/images/{title}.svg  {len(svg.encode()) / 1000:.0f} kB")
        if png is not None:
            in_browser([OUT / f"{title}.svg" for title in pictures], png)


if __name__ == "__main__":
    main()
