"""Waiting for a screen without a clock: until every message is handled and every repaint is done.

Textual's own `wait_for_idle` looks at the CPU time of the process, sleeps at least 20 ms a key, and gives up after a
second: too slow on an idle machine, too soon on a busy one.
"""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

from textual.app import App
from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.message_pump import MessagePump

from bayescore_tui.dashboard import Dashboard
from bayescore_tui.widgets.chart import Chart

PATIENCE_S = 60.0
"""Only a test that fails waits so long: other work may keep the machine busy."""
ROUNDS = 12
"""Turns of the event loop without any work after which nothing is on its way any more."""


def pumps(app: App[Any]) -> Iterator[MessagePump]:
    """Everything that has a queue: the application, its screens, their widgets."""
    yield app
    for screen in app.screen_stack:
        yield from screen.walk_children(with_self=True)


def at_rest(app: App[Any]) -> bool:
    """Whether no message waits, and no layout, repaint or scrolling is due."""
    screen, moving = app.screen, app.animator
    # A scroll is a movement of no length where nothing is to move: it comes with the animator's next tick.
    if moving._animations or moving._scheduled:
        return False
    if screen._update_timer._active.is_set() or screen._callbacks:
        return False
    return all(p._message_queue.empty() and not p._next_callbacks for p in pumps(app))


def busy(app: App[Any]) -> list[str]:
    """What `at_rest` found, for the message of a test that fails."""
    found = [str(p) for p in pumps(app) if not p._message_queue.empty() or p._next_callbacks]
    return [*found, *(f"after refresh: {callback}" for callback, _ in app.screen._callbacks)]


async def rest(app: App[Any]) -> None:
    """Wait until the application has nothing to do at once, or has ended."""
    still, end = 0, time.monotonic() + PATIENCE_S
    while still < ROUNDS and not app._exit:
        assert time.monotonic() < end, f"never at rest: {busy(app)}"
        # A layout or a repaint comes with the next tick of a timer: no use in asking a thousand times until then.
        await asyncio.sleep(0 if still else 0.001)
        still = still + 1 if not app._exit and at_rest(app) else 0


def send(app: App[Any], name: str) -> None:
    """Type one key and wait for nothing."""
    key = _character_to_key(name) if len(name) == 1 and not name.isalnum() else name
    try:
        character: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        character = key if len(key) == 1 else None
    app.post_message(Key(key, character))


async def press(app: App[Any], *keys: str) -> None:
    """Type keys, each after what is under way is done: a screen can be seen before it listens."""
    await rest(app)
    for key in keys:
        send(app, key)
        await rest(app)


async def write(app: App[Any], text: str) -> None:
    """Type a text at once into what has the focus."""
    await rest(app)
    for character in text:
        send(app, character)
    await rest(app)


def settled(app: Dashboard) -> bool:
    """Whether every chart in view shows its newest figure and no thread reads any more."""
    charts = [c for c in app.screen._compositor.visible_widgets if isinstance(c, Chart)]
    reading = [w for w in app.workers if w.is_running and w.group != "source"]
    return all(c.up_to_date for c in charts) and not reading and at_rest(app)
