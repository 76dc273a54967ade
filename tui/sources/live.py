"""Train in this process, on one worker thread, as an event source."""

from __future__ import annotations

import threading
from pathlib import Path

from bayescore import events
from bayescore.errors import Interrupted
from bayescore_tui.sources.messages import Events, ProgressReport, State, Status, StatusReport
from bayescore_tui.sources.protocol import Control, Post
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.sources.yielding import Yielding


class LiveTraining:
    """Event source that trains.

    The trainer is imported on the worker thread: the screen is up before the compiled core is loaded.

    Parameters
    ----------
    spec
        What to train on, and how.
    """

    def __init__(self, spec: RunSpec) -> None:
        self._spec = spec
        self._control: Control | None = None
        self._run_dir = spec.checkpoint_dir / spec.run_name if spec.run_name else None
        self._closed = threading.Event()
        self._finished = False

    @property
    def title(self) -> str:
        return self._spec.run_name or Path(self._spec.data[0]).name

    @property
    def run_dir(self) -> Path | None:
        return self._run_dir

    @property
    def control(self) -> Control | None:
        return self._control

    def close(self) -> None:
        """Stop training now. The day in work is dropped, finished days are kept."""
        self._closed.set()
        if self._control is not None:
            self._control.stop()

    def run(self, post: Post) -> None:
        """Train; errors go to the caller.

        Raises
        ------
        BayescoreError
            Whatever the trainer refuses, except that it was stopped on request.
        """
        from bayescore.training.control import TrainingControl
        from bayescore.training.orchestrator import BayesianTrainingOrchestrator

        spec = self._spec
        control = self._control = TrainingControl()
        if self._closed.is_set():
            return
        orchestrator = BayesianTrainingOrchestrator(
            spec.config, checkpoint_dir=spec.checkpoint_dir, run=spec.run_name, threads=spec.threads
        )
        told: State = "waiting"
        give_way = Yielding()

        def on_event(event: events.AnyEvent) -> None:
            nonlocal told
            give_way(again=isinstance(event, events.DayStarted))
            if isinstance(event, events.Progress):
                post(ProgressReport(event))
                state: State = "paused" if event.phase == "paused" else "running"
                if state != told and not self._finished:
                    told = state
                    post(StatusReport(Status(state)))
                return
            if isinstance(event, events.RunStarted):
                self._run_dir = orchestrator.directory.path if orchestrator.directory else None
            self._finished = isinstance(event, events.RunFinished)
            post(Events((event,), live=True))

        try:
            orchestrator.train(list(spec.data), on_event=on_event, control=control, resume=spec.resume)
        except Interrupted:
            post(StatusReport(Status("stopped")))
            return
        # Stopping after a day ends the run in good order, with or without an exception.
        post(StatusReport(Status("finished" if self._finished else "stopped")))
