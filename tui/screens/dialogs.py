"""Small screens over the others: a question, an error, a day to jump to, help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from bayescore_tui.screens.fitted import Fitted
from bayescore_tui.widgets.steady import KeysFooter


class Dialog(Fitted, ModalScreen[str | None]):
    """A box in the middle; escape closes it without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close")]

    def action_close(self) -> None:
        self.dismiss(None)


class QuitDialog(Dialog):
    """Asked before training is stopped. Answers ``now``, ``after_day`` or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "answer('now')", "Stop now"),
        Binding("d", "answer('after_day')", "After this day"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, saved: str) -> None:
        super().__init__()
        self._saved = saved

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Training is going on"
            yield Static(
                f"{self._saved}\nFinished days are kept; --resume goes on after them. "
                "Stopping now drops the day in work, to be done again.",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button("Keep training", variant="primary", id="none")
                yield Button("Quit after this day (d)", id="after_day")
                yield Button("Stop now (n)", variant="error", id="now")
        yield KeysFooter(show_command_palette=False)

    def action_answer(self, answer: str) -> None:
        self.dismiss(answer)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(None if event.button.id == "none" else event.button.id)


class ErrorDialog(Dialog):
    """What went wrong, in words, and where the details are."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "close", "Close", show=False)]

    def __init__(self, title: str, message: str, log: Path | None) -> None:
        super().__init__(classes="-error")
        self._title, self._message, self._log = title, message, log

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(f"✗ {self._title}")
            yield Static(self._message, markup=False)
            if self._log is not None:
                yield Static(Content.assemble(("\nDetails: ", "$muted"), str(self._log)))
            with Horizontal(classes="buttons"):
                yield Button("Close", variant="primary")
        yield KeysFooter(show_command_palette=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(None)


class JumpDialog(Dialog):
    """Pick a finished day by typing part of its date."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("enter", "choose", "Open", priority=True),
    ]

    def __init__(self, days: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._days = days
        """Date, and what is said about it."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Go to a day"
            yield Input(placeholder="part of a date, for example 01-15", compact=True)
            yield OptionList()
            if not self._days:
                yield Static("No day is finished yet.", markup=False)
        yield KeysFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        found = [(date, about) for date, about in self._days if text in date]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(Content.assemble((date, "bold"), "  ", (about, "$muted")), id=date)
            for date, about in found
        )
        options.highlighted = len(found) - 1 if found else None

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_choose(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        self.dismiss(option.id if option else None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)


class HelpDialog(Dialog):
    """All keys of the screen below, and what the figures mean."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "close", "Close", show=False)]

    def __init__(self, keys: Sequence[tuple[str, str]], words: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._keys, self._words = keys, words

    def compose(self) -> ComposeResult:
        rows: list[Content] = [Content.styled("Keys", "bold $primary")]
        rows += [Content.assemble((f"{key:>12}  ", "bold $accent"), text) for key, text in self._keys]
        rows += [Content(""), Content.styled("Words", "bold $primary")]
        rows += [Content.assemble((f"{word}  ", "bold"), (text, "")) for word, text in self._words]
        with Vertical(classes="box") as box:
            box.border_title = "Help"
            with VerticalScroll(classes="scroll"):
                yield Static(Content("\n").join(rows))
        yield KeysFooter(show_command_palette=False)
