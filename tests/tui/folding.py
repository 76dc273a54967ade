"""Whole runs folded into the model, without any screen."""

from __future__ import annotations

import msgspec

from bayescore import events as ev
from bayescore_tui.model.run_model import RunModel
from tests.tui.fake_run import FakeRun


def fold(days: int, finish: bool = True) -> tuple[RunModel, FakeRun]:
    fake, model = FakeRun(days), RunModel()
    model.apply(fake.started)
    for index in range(days):
        started, bests, done, _files = fake.day(index)
        for event in (started, *bests, done):
            # Through JSON, as a follower gets them.
            model.apply(msgspec.json.decode(ev.encode(event), type=ev.Event))
    if finish:
        model.apply(fake.summary())
    return model, fake
