"""The fold from events to what is shown, without any screen."""

from __future__ import annotations

import msgspec
import pytest

from bayescore import events as ev
from bayescore_tui.model.run_model import LOG_LINES, RunModel
from bayescore_tui.sources.messages import Status
from tests.tui.fake_run import FakeRun
from tests.tui.folding import fold


def test_totals_are_the_sums_of_the_days_and_agree_with_the_trainers_own() -> None:
    model, fake = fold(9)
    assert model.last is not None
    head = model.last.policies[model.headline]
    so_far = model.last.so_far
    assert so_far.net_currency == pytest.approx(head.cumulative_net_currency)
    assert so_far.trades == fake.trades[model.headline]
    assert model.days[-1].cumulative[0] == pytest.approx(so_far.net_currency)
    assert model.days[-1].in_sample_cumulative == pytest.approx(fake.in_sample)
    assert so_far.days == 8  # the first date only learns


def test_first_day_is_undefined_not_zero() -> None:
    model, _ = fold(1, finish=False)
    row = model.days[0]
    assert row.trades is None
    assert row.net_ticks is None
    assert row.win_rate is None


def test_a_new_day_forgets_the_best_set_of_the_day_before() -> None:
    fake, model = FakeRun(2), RunModel()
    model.apply(fake.started)
    started, bests, done, _ = fake.day(0)
    for event in (started, *bests):
        model.apply(event)
    assert model.best == bests[-1].best
    assert model.improvements == len(bests)
    model.apply(done)
    model.apply(fake.day(1)[0])
    assert model.best is None
    assert model.improvements == 0


def progress(elapsed: float, done: int, index: int = 0) -> ev.Progress:
    return ev.Progress(
        date="2026-01-05",
        index=index,
        days=9,
        phase="sweeping",
        done=done,
        total=1000,
        elapsed_s=elapsed,
        eta_s=None,
    )


def test_rate_counts_over_day_ends_and_starts_again_with_a_new_process() -> None:
    model = RunModel()
    assert model.rate is None
    model.report_progress(progress(1.0, 500))
    model.report_progress(progress(2.0, 100, index=1))
    assert model.rate == pytest.approx(600.0)
    model.report_progress(progress(0.5, 0, index=1))
    assert model.rate is None


def test_rate_forgets_what_is_seconds_old() -> None:
    model = RunModel()
    model.report_progress(progress(0.0, 0))
    for k in range(1, 60):
        model.report_progress(progress(10 + 0.1 * k, 10 * k))
    assert model.rate == pytest.approx(100.0)


def test_memory_does_not_grow_with_the_patterns_of_old_days() -> None:
    model, _ = fold(200, finish=False)
    assert len(model.days) == 200
    assert len(model.log) <= LOG_LINES
    kept = len(msgspec.msgpack.encode(model.days))
    assert model.last is not None
    assert kept / 200 < len(msgspec.msgpack.encode(model.last)) / 20


def test_status_changes_are_logged_once() -> None:
    model = RunModel()
    for state in ("running", "running", "paused", "paused", "running"):
        model.report_status(Status(state), 1.0)  # type: ignore[arg-type]
    assert [line.text for line in model.log] == ["running", "paused", "running"]
