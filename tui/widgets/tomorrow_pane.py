"""The tab of tomorrow: the decision, experts over the days, and the evidence of all candidates, read on a thread."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.worker import get_current_worker

from bayescore.errors import BayescoreError
from bayescore.events import Params
from bayescore_tui.model.evidence import EvidenceGrid, read_evidence
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.text.decision import decision_of, page
from bayescore_tui.widgets.steady import Sheet


class TomorrowPane(VerticalScroll):
    """Shows what is known at once, and the days of the candidates when they have been read."""

    class GridRead(Message):
        """What the thread has read, or why it could not."""

        def __init__(self, grid: EvidenceGrid | None, error: str = "") -> None:
            super().__init__()
            self.grid, self.error = grid, error

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes="scroll")
        self._model: RunModel | None = None
        self.grid: EvidenceGrid | None = None
        """What has been read of the candidates' days."""
        self._asked: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield Sheet()

    def update_from(self, model: RunModel, run_dir: Path | None) -> None:
        """Show the newest decision; read the evidence of its rivals if it is another than before."""
        if model is not self._model:
            self._model, self.grid, self._asked = model, None, ()
        decision, dates = decision_of(model), [d.date for d in model.days]
        if run_dir is not None and decision is not None and (run_dir, dates) != self._asked:
            self._asked = (run_dir, dates)
            work = partial(self._work, run_dir, dates, decision.params)
            self.run_worker(work, thread=True, exclusive=True, group="evidence", exit_on_error=False)
        self._show()

    def _work(self, run_dir: Path, dates: list[str], chosen: Params | None) -> None:
        worker = get_current_worker()
        try:
            message = self.GridRead(read_evidence(run_dir, dates, chosen))
        except BayescoreError as error:
            message = self.GridRead(None, str(error))
        if not worker.is_cancelled:
            self.post_message(message)

    def on_tomorrow_pane_grid_read(self, event: GridRead) -> None:
        event.stop()
        if event.error:
            self.notify(event.error, severity="error")
        self.grid = event.grid
        self._show()

    def _show(self) -> None:
        if self._model is not None:
            self.query_one(Sheet).show_text(page(self._model, self.grid, max(self.size.width - 3, 40)))
