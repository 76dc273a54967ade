"""A child forked from a process that has trained: it has none of the threads that trained, and would wait for them."""

from __future__ import annotations

import os

from bayescore.errors import UsageError

_trained_in = 0
"""Process that has begun to train, if one has; a forked child takes the number over."""


def note_training() -> None:
    """Remember that this process trains.

    Raises
    ------
    UsageError
        In a child forked from a process that has trained.
    """
    global _trained_in  # noqa: PLW0603 - one fact about the process
    if _trained_in not in {0, os.getpid()}:
        raise UsageError(
            "this process was forked from one that has trained, and lacks its threads; start it with "
            "multiprocessing.get_context('spawn')"
        )
    _trained_in = os.getpid()
