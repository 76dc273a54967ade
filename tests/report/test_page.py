"""Every figure of the page, held against the files of the run by sums of its own."""

import base64
import gzip
import hashlib
import math
import os
import re
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import polars as pl
import pytest

from bayescore import events
from bayescore.config import Config
from bayescore.report.html import render_html
from bayescore.report.page.gather import gather
from bayescore.report.saving import page_of, write_page
from bayescore.report.wording import POLICY_NAMES, money, percent, verdict_lines
from bayescore.results.summary import summarise
from bayescore.runs import lock
from bayescore.runs.reader import RunReader
from bayescore.training.control import TrainingControl
from bayescore.training.orchestrator import BayesianTrainingOrchestrator
from bayescore.vocabulary import FACTORS
from tests.report.reading import Page, figure, validated

MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def run(planted: Path) -> RunReader:
    return RunReader(planted)


@pytest.fixture(scope="module")
def page(run: RunReader) -> Page:
    return Page((run.path / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def summary(run: RunReader) -> events.Summary:
    found = run.summary()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def trades(run: RunReader, summary: events.Summary) -> list[dict]:
    """Trades of the headline, with the trade date."""
    found = []
    for day in run.finished_days():
        table = pl.read_parquet(run.path / "days" / day / "trades.parquet")
        found += [{**row, "date": day} for row in table.to_dicts() if row["policy"] == summary.headline]
    assert found
    return found


def test_the_page_is_one_file_that_asks_for_nothing(page: Page) -> None:
    assert len(page.text.encode()) < MOST_BYTES
    assert "http:" not in page.text
    assert "https:" not in page.text
    asking = {"src", "href", "srcset", "data", "action", "poster", "background"}
    assert not [tag for tag, attrs in page.tags if asking & attrs.keys()]
    assert not [tag for tag, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert "url(" not in page.text[: page.text.index("<body>")]


def test_only_what_the_page_carries_may_run(page: Page) -> None:
    (policy,) = (
        a["content"] for tag, a in page.tags if tag == "meta" and "content" in a and "http-equiv" in a
    )
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    library = gzip.decompress(base64.b64decode(page.scripts["library"]))
    allowed = {
        "'sha256-" + base64.b64encode(hashlib.sha256(x).digest()).decode() + "'"
        for x in (library, page.scripts["runs"].encode())
    }
    assert set(rules["script-src"].split()) == allowed


def test_it_is_made_of_the_files_alone(run: RunReader) -> None:
    assert page_of(run) == (run.path / "report.html").read_bytes()


def test_sections_come_in_the_order_in_which_they_are_asked_for(page: Page) -> None:
    order = [
        "Tomorrow",
        "Out of sample, net of costs",
        "Against luck",
        "By date",
        "Trades",
        "Which factors matter",
        "Calibration",
        "Strongest patterns",
        "Exits, looked back at",
        "Days",
        "Costs and settings",
        "Data",
    ]
    assert re.findall(r"<h2>(.*?)</h2>", page.text) == order


def test_the_verdict_comes_first(page: Page, summary: events.Summary) -> None:
    assert summary.verdict is not None
    first = next(text for heading, text in page.words.items() if heading.startswith(summary.symbol))
    assert all(line in first for line in verdict_lines(summary.verdict))


def test_every_policy_has_its_figures(page: Page, run: RunReader, summary: events.Summary) -> None:
    rows = {row["policy"]: row for row in page.rows("Side by side")}
    assert set(rows) == {POLICY_NAMES[name] for name in summary.policies}
    for name in summary.policies:
        row, days = rows[POLICY_NAMES[name]], [r.policies[name] for r in run.results()]
        done = [d.metrics for d in days if d.metrics is not None]
        assert figure(row["net"]) == pytest.approx(sum(m.net_currency for m in done), abs=0.006)
        assert figure(row["trades"]) == sum(m.trades for m in done)
        assert row["days won"] == f"{sum(m.net_currency > 0 for m in done)}/{len(done)}"
        assert figure(row["ambiguous"]) == sum(m.ambiguous for m in done)


def test_the_equity_ends_where_the_result_does(page: Page, run: RunReader, summary: events.Summary) -> None:
    lines = page.data("equity", "lines")
    for name in (summary.headline, "panel"):
        drawn = {row["date"]: row["net"] for row in lines if row["policy"] == POLICY_NAMES[name]}
        assert drawn == {r.date: r.policies[name].cumulative_net_currency for r in run.results()[1:]}
    deepest = min(row["drawdown"] for row in page.data("drawdown", "days"))
    assert -deepest == pytest.approx(summary.policies[summary.headline].max_drawdown_currency)


def test_drawdown_is_that_of_the_trades(page: Page, trades: list[dict], summary: events.Summary) -> None:
    drawn = {row["date"]: -row["drawdown"] for row in page.data("drawdown", "days")}
    at = peak = 0.0
    for day in sorted({t["date"] for t in trades}):
        deepest = 0.0
        for t in (t for t in trades if t["date"] == day):
            at += t["net_ticks"] * summary.tick_value
            peak = max(peak, at)
            deepest = max(deepest, peak - at)
        assert drawn[day] == pytest.approx(deepest, abs=1e-6)


def test_each_date_stands_in_its_place(page: Page, run: RunReader, summary: events.Summary) -> None:
    cells = {row["date"]: row for row in page.data("calendar", "days")}
    for r in run.results()[1:]:
        metrics = r.policies[summary.headline].metrics
        assert metrics is not None
        cell = cells[r.date]
        assert cell["net"] == metrics.net_currency
        assert cell["column"] == f"{date.fromisoformat(r.date):%a}"
        assert figure(cell["amount"]) == round(metrics.net_currency)


def test_trades_are_counted_by_size(page: Page, trades: list[dict], summary: events.Summary) -> None:
    steps = page.data("sizes", "steps")
    nets = [t["net_ticks"] * summary.tick_value for t in trades]
    assert [s["count"] for s in steps] == [sum(s["low"] <= x < s["high"] for x in nets) for s in steps]
    assert sum(s["count"] for s in steps) == len(trades)


def test_excursions_are_those_of_the_trades(page: Page, trades: list[dict]) -> None:
    drawn = page.data("excursions", "trades")
    assert [(p["mae"], p["mfe"], p["net"]) for p in drawn] == [
        (t["mae"], t["mfe"], t["net_ticks"]) for t in trades
    ]
    assert all((p["result"] == "won") == (p["net"] > 0) for p in drawn)


def test_hours_are_the_exchange_s_and_days_those_of_the_trade_date(page: Page, trades: list[dict]) -> None:
    expected: dict = defaultdict(float)
    for t in trades:
        hour = t["entry_time"].astimezone(ZoneInfo("America/Chicago")).hour
        expected[f"{date.fromisoformat(t['date']):%a}", hour] += t["net_ticks"]
    drawn = {(c["weekday"], c["hour"]): c["net"] for c in page.data("hours", "cells")}
    assert drawn == pytest.approx(dict(expected))


def test_sides_and_reasons(page: Page, trades: list[dict]) -> None:
    for heading, title, key in (
        ("Long and short", "side", lambda t: "long" if t["side"] > 0 else "short"),
        ("Why it ended", "reason", lambda t: t["reason"].replace("_", " ")),
    ):
        groups: dict = defaultdict(list)
        for t in trades:
            groups[key(t)].append(t)
        rows = {row[title]: row for row in page.rows(heading)}
        assert set(rows) == set(groups)
        for name, found in groups.items():
            net = math.fsum(t["net_ticks"] for t in found)
            assert figure(rows[name]["trades"]) == len(found)
            assert figure(rows[name]["net, ticks"]) == pytest.approx(net, abs=0.51)
            assert figure(rows[name]["a trade, ticks"]) == pytest.approx(net / len(found), abs=0.0051)
            assert rows[name]["won"] == percent(sum(t["net_ticks"] > 0 for t in found) / len(found))


def test_windows_and_contexts_add_up_over_the_days(page: Page, trades: list[dict]) -> None:
    assert sum(figure(row["trades"]) for row in page.rows("By part of the session")) == len(trades)
    held = [t["context"].split("+") for t in trades]
    for row in page.rows("By context of the decision"):
        name = row["context"].replace(" ", "_")
        assert figure(row["trades"]) == sum(name in contexts for contexts in held), name


def test_the_best_level_of_each_factor_is_the_highest_of_its_slice(
    page: Page, summary: events.Summary
) -> None:
    rows = {row["factor"]: row for row in page.rows("Which factors matter")}
    assert summary.effects
    for k, effect in enumerate(summary.effects):
        label = FACTORS[effect.factor].label
        assert rows[label]["share of variance"] == percent(effect.share)
        levels = page.data(f"slice{k}", "levels")
        best = effect.best_level.replace("_", " ")
        assert rows[label]["best level"] == best
        (found,) = (row for row in levels if row["level"] == best)
        # A level with hardly a defined set is none, however high.
        rivals = [row["mean"] for row in levels if row["sets"] * (1 - row["undefined"]) >= 5]
        assert found["mean"] >= max(rivals, default=-math.inf) - 1e-9


def test_slices_are_means_of_the_designs(page: Page, run: RunReader) -> None:
    """The sets of one entry rule, averaged from ``iterations.parquet`` day by day."""
    tables = [pl.read_parquet(run.path / "days" / d / "iterations.parquet") for d in run.finished_days()]
    sums: dict = defaultdict(list)
    designs = [t.filter(pl.col("origin") == "latin_hypercube") for t in tables]
    means = [t["objective"].drop_nans().mean() for t in designs]
    weights = [len(t["objective"].drop_nans()) for t in designs]
    grand = sum(m * w for m, w in zip(means, weights, strict=True) if w) / sum(weights)
    for table, mean in zip(designs, means, strict=True):
        for rule, x in table.select("entry_rule", "objective").iter_rows():
            if not math.isnan(x):
                sums[rule].append(x - mean)
    (k,) = (k for k, e in enumerate(run.results()[-1].effects) if e.factor == "entry_rule")
    drawn = {row["level"]: row["mean"] for row in page.data(f"slice{k}", "levels")}
    expected = sorted(math.fsum(v) / len(v) + grand for v in sums.values())
    assert sorted(drawn.values()) == pytest.approx(expected)


def test_calibration_and_its_room_for_chance(page: Page, summary: events.Summary) -> None:
    drawn = page.data("calibration", "bins")
    assert [(b["predicted"], b["realised"], b["labels"]) for b in drawn] == [
        b for b in summary.calibration.bins if b[2]
    ]
    for b in drawn:
        sd = math.sqrt(b["predicted"] * (1 - b["predicted"]) / b["labels"])
        assert b["high"] - b["predicted"] == pytest.approx(1.959964 * sd, rel=1e-5)


def test_patterns_and_days(page: Page, run: RunReader, summary: events.Summary) -> None:
    for row, p in zip(page.rows("Strongest patterns"), summary.patterns, strict=True):
        assert row["side"] == p.side
        assert row["P(win)"].startswith(f"{p.probability:.3f}")
        assert row["needs"] == p.asks
    for row, r in zip(page.rows("Days"), run.results(), strict=True):
        policy = r.policies[summary.headline]
        assert row["date"] == r.date
        assert row["so far"] == money(policy.cumulative_net_currency)
        assert row["net"] == money(policy.metrics.net_currency if policy.metrics else None)


def test_no_parameter_is_said_again_and_again(page: Page, run: RunReader, summary: events.Summary) -> None:
    """Columns of the sets hold different values; what is the same in all of them is one sentence."""
    used = [p for r in run.results() if (p := r.policies[summary.headline].params) is not None]
    rows = page.rows("Sets that were traded")
    assert len(rows) == len(set(used)) > 1
    for name in rows[0]:
        assert len({row[name] for row in rows}) > 1
    by_label = {f.label: name for name, f in FACTORS.items()}
    for label in rows[0].keys() - {"set"}:
        assert len({getattr(p, by_label[label]) for p in used}) > 1


def test_signed_amounts_are_not_broken_in_sentences(page: Page) -> None:
    body = page.text[page.text.index("<body>") : page.text.index("<script")]
    sentences = re.findall(r"<(?:p|li|figcaption)[^>]*>(.*?)</(?:p|li|figcaption)>", body, re.DOTALL)
    bare = [re.sub(r"<span class=n>[^<]*</span>", "", text) for text in sentences]
    assert any("<span class=n>" in text for text in sentences)
    assert not [text for text in bare if re.search(r"[−+]\$?\d", text)]
    assert ".n{white-space:nowrap}" in page.text


def test_folders_of_the_machine_are_not_given_away(page: Page, run: RunReader) -> None:
    data = run.header().data[0]
    assert Path(data).name in page.words["Data"]
    assert str(Path(data).parent) not in page.text


def test_worlds_without_an_edge_are_drawn_where_there_are_any(run: RunReader, page: Page) -> None:
    assert "validate" in page.words["Against luck"]
    data = gather(run)
    assert data.summary.verdict is not None
    worlds = [-120.0, -3.5, 0.0, 44.0, 44.0, 300.0]
    shown = Page(render_html(data._replace(validation=validated(data, worlds, 44.0))))
    steps = shown.data("null", "steps")
    assert sum(s["count"] for s in steps) == len(worlds)
    marks = [
        layer["encoding"]["x"]["datum"]
        for layer in shown.specs["null"]["layer"]
        if "datum" in layer["encoding"]["x"]
    ]
    assert marks == [44.0]
    assert "Half of the worlds did as well" in shown.words["Against luck"]


def test_a_headline_that_stayed_flat_shows_what_was_on_paper(sample: Path, tmp_path: Path) -> None:
    config = Config(iterations=60, selection="flat")
    BayesianTrainingOrchestrator(config, checkpoint_dir=tmp_path, run="flat").train(str(sample))
    data = gather(RunReader(tmp_path / "flat"))
    assert data.trader != "flat"
    shown = Page((tmp_path / "flat" / "report.html").read_text(encoding="utf-8"))
    assert "stayed flat on every day" in shown.words["Trades"]
    assert sum(s["count"] for s in shown.data("sizes", "steps")) == data.summary.policies[data.trader].trades
    assert "drawdown" not in shown.specs


def test_a_stopped_run_has_a_page_too(sample: Path, tmp_path: Path) -> None:
    control = TrainingControl()

    def stop(event: events.AnyEvent) -> None:
        if isinstance(event, events.DayStarted) and event.index == 1:
            control.stop_after_day()

    trainer = BayesianTrainingOrchestrator(Config(iterations=40), checkpoint_dir=tmp_path, run="half")
    with pytest.raises(Exception, match="stopped"):
        trainer.train(str(sample), on_event=stop, control=control)
    reader = RunReader(tmp_path / "half")
    assert write_page(reader, None) == reader.path / "report.html"
    shown = Page((reader.path / "report.html").read_text(encoding="utf-8"))
    assert "unfinished: 2 of 3 trade dates so far" in shown.text
    again = summarise(reader.header().started, reader.results(), reader.results()[-1].patterns)
    assert figure(shown.rows("Side by side")[0]["net"]) == pytest.approx(
        again.policies["decision"].net_currency, abs=0.006
    )


def test_a_run_in_work_is_left_to_who_writes_it(
    planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(planted, tmp_path / "work")
    before = (tmp_path / "work" / "report.html").stat().st_mtime_ns
    monkeypatch.chdir(tmp_path)
    fd = os.open(tmp_path / "work" / ".lock", os.O_RDWR)
    try:
        assert lock.acquire(fd)
        written = write_page(RunReader(tmp_path / "work"), None)
    finally:
        os.close(fd)
    assert written == Path("work-report.html")
    assert written.read_bytes() == (planted / "report.html").read_bytes()
    assert (tmp_path / "work" / "report.html").stat().st_mtime_ns == before


HOSTILE = "</script><script>alert(1)</script>'\"><img src=x onerror=alert(1)>&amp;"


def test_text_from_outside_stays_text(run: RunReader) -> None:
    """A script as symbol, run, note, pattern, reason and window, in tables, sentences and data of charts."""
    data = gather(run)
    note = events.DataNote(kind="dropped", text=HOSTILE)
    pattern = msgspec.structs.replace(data.summary.patterns[0], label=HOSTILE)
    group = events.Group(label=HOSTILE, trades=1, wins=1, net_ticks=1.0, duration_mean_s=1.0)
    summary = msgspec.structs.replace(
        data.summary, run=HOSTILE, symbol=HOSTILE, currency=HOSTILE[:9], data_notes=[note], patterns=[pattern]
    )
    results = [
        msgspec.structs.replace(r, symbol=HOSTILE, by_window=[group], by_context=[group])
        for r in data.results
    ]
    text = render_html(data._replace(summary=summary, results=results, files=[HOSTILE], version=HOSTILE))
    shown = Page(text)
    assert sum(tag == "script" for tag, _ in shown.tags) == 3
    assert not [tag for tag, _ in shown.tags if tag == "img"]
    assert HOSTILE in shown.words["Data"]
    assert shown.rows("Strongest patterns")[0]["state"] == HOSTILE
    assert shown.rows("By part of the session")[0]["window"] == HOSTILE
    assert shown.locale["currency"][0].startswith("</script>")
