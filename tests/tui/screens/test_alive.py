"""What is seen of a day while its sets are tried, and what stands beside a share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import msgspec
import pytest
from textual.widgets._footer import FooterKey

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore import events as ev
from bayescore.data import synth
from bayescore.report.wording import ALL_SETS
from bayescore_tui.charts.run_charts import sets
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.screens.run_screen import RunScreen
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.text import blocks, lines
from bayescore_tui.widgets.chart import Chart
from tests.tui.folding import fold
from tests.tui.opening import opened, shows_days


def some(date: str = "2026-01-05", **changes: object) -> ev.SetsSoFar:
    found = ev.SetsSoFar(date=date, total=100, numbers=[0, 10, 20, 30], net_ticks=[5.0, -3.0, 0.0, 12.0])
    return msgspec.structs.replace(found, **changes)


def test_every_set_is_a_dot_at_its_number_and_result() -> None:
    figure = sets(some(), 60, 12)
    assert figure.drawable
    drawn = {(x, y): s.role for s in figure.series for x, y in zip(s.x, s.y, strict=True)}
    assert drawn == {(0, 5.0): "gain", (10, -3.0): "loss", (20, 0.0): "dim", (30, 12.0): "gain"}
    assert {s.kind for s in figure.series} == {"dots"}
    assert not sets(None, 60, 12).drawable


def test_training_tells_what_the_sets_of_a_day_came_to() -> None:
    synth.write(synth.generate(start="2026-01-05", days=2, seed=4), Path("bars.parquet"))
    told: list[ev.SetsSoFar] = []

    def listen(event: ev.AnyEvent) -> None:
        if isinstance(event, ev.Progress) and event.sets is not None:
            told.append(event.sets)

    orchestrator = BayesianTrainingOrchestrator(
        Config(iterations=40, history_candidates=60), checkpoint_dir=Path("runs"), run="a"
    )
    orchestrator.train(["bars.parquet"], on_event=listen)
    last = told[-1]
    assert last.date == "2026-01-06"
    assert last.numbers == list(range(40))
    import polars as pl

    saved = (
        pl.read_parquet("runs/a/days/2026-01-06/iterations.parquet")
        .with_row_index()
        .filter(~pl.col("net").is_nan())
    )
    assert len(saved) > 10
    assert [last.net_ticks[k] for k in saved["index"]] == pytest.approx(saved["net"].to_list(), abs=0.051)


async def test_dots_stand_where_the_sharpe_ratio_will_until_there_is_one(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        run = screen.app.screen
        assert isinstance(run, RunScreen)
        assert "─ Sharpe −1.4" in screen.text
        model, _ = fold(3, finish=False)
        model.status = screen.app.model.status
        progress = ev.Progress(
            date="2026-01-05",
            index=3,
            days=22,
            phase="sweeping",
            done=50,
            total=100,
            elapsed_s=1.0,
            eta_s=2.0,
        )
        model.days[:] = [msgspec.structs.replace(r, sharpe=(None,) * len(r.sharpe)) for r in model.days]
        model.report_progress(msgspec.structs.replace(progress, sets=some()))
        screen.app.model = model
        await screen.sees("sets of 01-05", "2 of 4 shown in profit")
        drawings = run.query_one("#sharpe", Chart).drawings
        model.report_progress(
            msgspec.structs.replace(progress, done=100, sets=some(net_ticks=[9.0, 9, 9, 9]))
        )
        await screen.sees("4 of 4 shown in profit")
        await screen.settle()
        assert run.query_one("#sharpe", Chart).drawings > drawings


def test_a_win_rate_stands_beside_the_one_that_breaks_even() -> None:
    model, _ = fold(9)
    assert model.last is not None
    row, so_far = model.days[-1], model.last.so_far
    assert row.win_rate is not None
    assert row.break_even is not None
    assert so_far.win_rate is not None
    assert so_far.break_even_win_rate is not None
    wide, narrow = blocks.metrics(model, 80, 20).plain, blocks.metrics(model, 40, 20).plain
    for rate, needed in ((row.win_rate, row.break_even), (so_far.win_rate, so_far.break_even_win_rate)):
        assert f"{100 * rate:.0f}% won, {100 * needed:.0f}% needed" in wide
        assert f"{100 * rate:.0f}%, {100 * needed:.0f}%" in narrow


@pytest.mark.parametrize("width", [30, 36, 48, 60, 90])
def test_what_a_market_without_drift_gives_stands_beside_the_regret(width: int) -> None:
    model, _ = fold(9)
    assert model.last is not None
    day = model.last.regret
    assert day.headline_driftless is not None
    shown = blocks.regret(day, "2026-01-09", width).plain.split("\n")
    assert shown[0].endswith("without drift")
    ends = {"exit efficiency": "0.50", "entry": "0.50", "total": "0.00"}
    ends |= {"= optimal": "10%", "< too early": "70%", "> too late": "16%", "x wrong side": "4%"}
    for name, null in ends.items():
        line = next(x for x in shown if x.startswith(name))
        assert line.endswith(f" {null}")
        assert len(line) == len(shown[0])


def test_a_sharpe_ratio_stands_with_its_interval_from_five_days_on() -> None:
    few, _ = fold(5)
    assert few.sharpe_interval is None
    assert "annualised" in blocks.metrics(few, 60, 20).plain
    model, _ = fold(9)
    found = model.sharpe_interval
    assert found is not None
    assert f"{found.low:+.1f} … {found.high:+.1f}".replace("-", "−") in blocks.metrics(model, 60, 20).plain


async def test_chart_table_and_summary_tell_how_far_off_a_sharpe_ratio_may_be(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        found = cast("RunScreen", screen.app.screen).model.sharpe_interval
        assert found is not None
        low, high = (f"{x:+.1f}".replace("-", "−") for x in (found.low, found.high))
        await screen.sees("Sharpe", f"({low} … {high})", "Sharpe now")
        await screen.press("6")
        await screen.sees("out of sample", " ± ")


def test_regret_in_brief_is_three_short_lines() -> None:
    model, _ = fold(9)
    assert model.last is not None
    rows = [
        "".join(x if isinstance(x, str) else x[0] for x in row)
        for row in blocks.regret_in_brief(model.last.regret)
    ]
    assert len(rows) == 3
    assert rows[0] == "too early 66%, 70% without drift"
    assert re.fullmatch(r"max hold \d+ → \d+: \+1\.31 tk an entry \(\+0\.40 … \+2\.22\)", rows[2])
    assert all(len(row) < 76 for row in rows)  # two lines of the panel


def test_shares_that_stand_alone_say_so() -> None:
    model, _ = fold(1)
    assert model.last is not None
    day = model.last.regret
    assert day.headline is None
    shown = blocks.regret(day, "2026-01-09", 90).plain
    assert ALL_SETS in shown
    assert f"{100 * day.optimal:.0f}%" in shown


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_a_run_that_stands_still_has_neither_speed_nor_end(state: str) -> None:
    model, _ = fold(9, finish=False)
    model.days.pop()
    model.status = msgspec.structs.replace(model.status, state="running")
    report = ev.Progress(
        date="2026-01-09", index=8, days=22, phase="sweeping", done=50, total=100, elapsed_s=9.0, eta_s=12.0
    )
    model.report_progress(report)
    assert "left 12 s" in lines.progress(model, 120).plain
    model.status = msgspec.structs.replace(model.status, state=state)
    text = lines.progress(model, 120).plain
    assert state in text
    assert "left" not in text
    assert "sets/s" not in text and "/s" not in text


def test_the_strip_below_the_equity_says_how_deep_it_goes() -> None:
    model = RunModel()
    assert lines.underwater(model).plain == ""
    model, _ = fold(6)
    closes = [row.cumulative[model.headline_index] for row in model.days]
    falls = [c - max(0.0, *closes[: k + 1]) for k, c in enumerate(closes)]
    text = lines.underwater(model).plain
    for value in (falls[-1], min(falls)):
        assert f"{abs(round(value)):,}" in text


async def test_the_footer_shows_whole_keys_and_always_the_one_of_help(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        for width in (80, 100, 120, 61):
            await screen.resize(width, 24)
            shown = [key for key in screen.app.screen.query(FooterKey) if key.display]
            assert any(key.action == "app.show_help" or key.action == "show_help" for key in shown)
            assert all(key.region.right <= width for key in shown)
            assert all(
                key.size.width == key.render().cell_len
                for key in shown
                if not key.has_class("-command-palette")
            )
