"""The page as a real browser shows it: drawn, on a phone, in the dark, on paper, and asking nobody for anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bayescore.report.html import render_html
from bayescore.report.page.gather import gather
from bayescore.runs.reader import RunReader
from tests.report.browser import chromium
from tests.report.reading import Page, validated

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

DRAWN = ":root[data-charts]"
PATIENCE_MS = 120_000

OVERPRINTED = """() => {
  // Labels of one axis, a legend's, and amounts in cells: none lies on another, none sticks out of its chart.
  const found = [];
  for (const group of document.querySelectorAll(
      ".chart .role-axis-label, .chart .role-legend-label, .chart .mark-text.role-mark")) {
    const shown = [...group.querySelectorAll("text")].filter(
      (t) => t.textContent && t.getAttribute("opacity") !== "0" && t.getBoundingClientRect().width);
    const boxes = shown.map((t) => t.getBoundingClientRect());
    const chart = group.closest("svg").getBoundingClientRect();
    boxes.forEach((a, i) => {
      if (a.left < chart.left - 1 || a.right > chart.right + 1) found.push("out: " + shown[i].textContent);
      boxes.slice(i + 1).forEach((b, k) => {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 3) found.push(shown[i].textContent + " on " + shown[i + 1 + k].textContent);
      });
    });
  }
  return found;
}"""

CUT = """() => [...document.querySelectorAll("td, th, dd")].filter(
  (cell) => cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth).map((cell) => cell.textContent)"""

OVERLAPPING = """() => {
  // No cell of a table lies on the next one.
  const found = [];
  for (const row of document.querySelectorAll("tr")) {
    const cells = [...row.children].filter((c) => c.getClientRects().length).map((c) => [c, c.getBoundingClientRect()]);
    for (let i = 0; i < cells.length; i++) for (let k = i + 1; k < cells.length; k++) {
      const [a, b] = [cells[i][1], cells[k][1]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 1) found.push(cells[i][0].textContent + " | " + cells[k][0].textContent);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def show(browser: Browser, path: Path, width: int, scheme: str = "light") -> tuple[Tab, list[str], list[str]]:
    """Open the page and wait for its charts; what it asked for and complained about comes back too."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(path.resolve().as_uri())
    tab.wait_for_selector(DRAWN, state="attached", timeout=PATIENCE_MS)
    return tab, asked, said


def ground(tab: Tab) -> float:
    """Brightness of the page's ground, 0 to 255."""
    rgb = tab.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    )
    return sum(rgb) / 3


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everything_is_drawn_and_nothing_sticks_out(
    browser: Browser, planted: Path, width: int, scheme: str
) -> None:
    path = planted / "report.html"
    tab, asked, said = show(browser, path, width, scheme)
    assert tab.evaluate("document.documentElement.dataset.charts") == "drawn"
    assert asked == [path.resolve().as_uri()]
    assert said == []
    page = Page(path.read_text(encoding="utf-8"))
    assert tab.locator(".chart > svg, .chart svg.marks").count() == len(page.specs) > 10
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(OVERPRINTED) == []
    assert tab.evaluate(OVERLAPPING) == []
    assert tab.evaluate(CUT) == []
    sideways = (
        "[...document.querySelectorAll('.scroll')].filter((x) => x.scrollWidth > x.clientWidth + 1)"
        ".map((x) => x.textContent)"
    )
    assert tab.evaluate(sideways) == []
    tab.context.close()


def test_what_is_drawn_is_what_the_page_says(browser: Browser, planted: Path) -> None:
    path = planted / "report.html"
    page = Page(path.read_text(encoding="utf-8"))
    tab, _, _ = show(browser, path, 1280)

    def marks(chart: str, kind: str) -> int:
        return tab.locator(f"#{chart} .{kind}.role-mark path").count()

    assert marks("sizes", "mark-rect") == len(page.data("sizes", "steps"))
    assert marks("excursions", "mark-symbol") == len(page.data("excursions", "trades"))
    assert marks("hours", "mark-rect") == len(page.data("hours", "cells"))
    assert marks("shares", "mark-rect") == len(page.data("shares", "effects"))
    amounts = tab.locator("#calendar .mark-text.role-mark text").all_text_contents()
    assert amounts == [row["amount"] for row in page.data("calendar", "days")]
    tab.context.close()


def test_the_line_of_this_run_stands_beside_the_worlds(
    browser: Browser, planted: Path, tmp_path: Path
) -> None:
    """Also where every world earned the same, as when all stayed flat."""
    data = gather(RunReader(planted))
    worlds = validated(data, [0.0] * 30, 3773.0)
    (tmp_path / "page.html").write_text(render_html(data._replace(validation=worlds)), encoding="utf-8")
    tab, _, said = show(browser, tmp_path / "page.html", 1280)
    assert said == []
    (line,) = (x.bounding_box() for x in tab.locator("#null .mark-rule.role-mark line").all())
    bars = [x.bounding_box() for x in tab.locator("#null .mark-rect.role-mark path").all()]
    assert line is not None
    assert line["height"] > 100
    assert all(b is not None and b["x"] + b["width"] < line["x"] for b in bars)
    assert max(b["width"] for b in bars if b is not None) > 10
    assert tab.locator("#equity .mark-rule.role-mark line").count() == 1
    tab.context.close()


def test_dark_and_light_and_the_switch(browser: Browser, planted: Path) -> None:
    for scheme, dark in (("dark", True), ("light", False)):
        tab, _, _ = show(browser, planted / "report.html", 1280, scheme)
        assert (ground(tab) < 128) is dark
        line = "getComputedStyle(document.querySelector('#equity .mark-text text')).fill"
        before = tab.evaluate(line)
        tab.click("#theme")
        assert (ground(tab) < 128) is not dark
        assert tab.evaluate(line) != before
        tab.click("#theme")
        assert (ground(tab) < 128) is dark
        tab.context.close()


def test_paper_is_white_and_has_everything(browser: Browser, planted: Path) -> None:
    tab, _, _ = show(browser, planted / "report.html", 1280, "dark")
    tab.emulate_media(media="print", color_scheme="dark")
    assert ground(tab) == 255
    assert not tab.locator("#theme").is_visible()
    tab.set_viewport_size({"width": 700, "height": 900})  # A4 less its margins
    assert tab.evaluate("document.documentElement.scrollWidth") <= 700
    hidden = "[...document.querySelectorAll('.long')].some((x) => x.scrollHeight > x.clientHeight + 1)"
    assert not tab.evaluate(hidden)
    pages = tab.pdf(format="A4").count(b"/Type /Page\n")
    assert pages >= 2
    tab.context.close()


def test_without_a_script_the_page_says_so_and_keeps_its_tables(browser: Browser, planted: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((planted / "report.html").resolve().as_uri())
    assert tab.locator("noscript").first.is_visible()
    assert tab.locator("table").count() > 8
    assert not any(chart.is_visible() for chart in tab.locator(".chart").all())
    # What stands in for the chart of the equity has a point a day, the higher the more was won.
    run = RunReader(planted)
    won = [
        r.policies[r.headline].cumulative_net_currency
        for r in run.results()
        if r.policies[r.headline].metrics
    ]
    points = tab.locator("svg.sketch polyline").get_attribute("points") or ""
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert tab.locator("svg.sketch").is_visible()
    assert len(heights) == len(won) > 1
    assert np.argsort(heights).tolist() == np.argsort([-x for x in won]).tolist()
    context.close()


def test_a_script_in_a_name_does_not_run(browser: Browser, planted: Path, tmp_path: Path) -> None:
    """Should escaping fail one day, the page's own policy still refuses it."""
    page = (planted / "report.html").read_text(encoding="utf-8")
    harmed = page.replace("<main>", "<main><script>document.title = 'harmed'</script>", 1)
    (tmp_path / "harmed.html").write_text(harmed, encoding="utf-8")
    tab, asked, said = show(browser, tmp_path / "harmed.html", 1280)
    assert tab.title() != "harmed"
    assert len(asked) == 1
    assert any("Content Security Policy" in text for text in said)
    tab.context.close()
