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


class PickDialog(Dialog):
    """Pick one of a list by typing part of its name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("enter", "choose", "Open", priority=True),
    ]

    def __init__(
        self, title: str, hint: str, choices: Sequence[tuple[str, str, str]], none: str, *, last: bool = False
    ) -> None:
        super().__init__()
        self._title, self._hint, self._none, self._last = title, hint, none, last
        self._choices = choices
        """What is given back, its name, and what is said about it."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            yield Input(placeholder=self._hint, compact=True)
            yield OptionList()
            if not self._choices:
                yield Static(self._none, markup=False)
        yield KeysFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        self._found = [choice for choice in self._choices if text in choice[1]]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(Content.assemble((name, "bold"), "  ", (about, "$muted")))
            for _, name, about in self._found
        )
        count = len(self._found)
        options.highlighted = (count - 1 if self._last else 0) if count else None

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_choose(self) -> None:
        at = self.query_one(OptionList).highlighted
        self.dismiss(self._found[at][0] if at is not None else None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index][0])


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
