"""The process of a command from start to end: settings of the interpreter, the streams, how it ends."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
from typing import TYPE_CHECKING, TextIO

from bayescore.errors import BayescoreError, StarvedError
from bayescore.escape import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

NO_MEMORY = (
    "the memory does not suffice; finished days are kept; fewer --iterations, fewer --threads or shorter data "
    "need less"
)

ADDRESS_SPACE_MB = 1_800
"""What a command that reads bars maps, most of it never touched: stacks and pools of its threads, libraries."""


def prepare() -> None:
    """Leave out work that brings nothing, and make the streams take any text: to be called first in a process."""
    # No product here is large enough for threads of BLAS, which spin while they wait for one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Importing makes hundreds of thousands of objects that stay: looking through them for garbage again and again
    # takes a tenth of a short run.
    gc.set_threshold(20_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        # A terminal or a pipe that knows fewer characters gets them spelled out.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    logger = logging.getLogger("bayescore")
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(_OneLine("bayescore: %(message)s"))
        logger.addHandler(handler)
        logger.propagate = False


def end_in_words(name: str = "bayescore", before: str = "") -> None:
    """Say in one line, and with exit code 1, when the system refuses this process memory.

    The core and the libraries beside it abort when that happens, without a chance to raise an error.

    Parameters
    ----------
    name
        What the process is called.
    before
        Written first, such as what leaves the alternate screen of a terminal.
    """
    from bayescore import _core

    _core.end_in_words(
        f"{before}{name}: {NO_MEMORY}\n".encode(),
        f"{before}{name}: a library gave up, most likely since {NO_MEMORY}\n".encode(),
    )


def prepare_for_bars() -> None:
    """Before the libraries for data are loaded: look whether they can be, and let go of what they free.

    Raises
    ------
    StarvedError
        Naming the limit that is too small for them.
    """
    require_address_space()
    keep_memory_flat()


def keep_memory_flat() -> None:
    """Let every large table have pages of its own, which go back to the system with it.

    By default the C library learns from the sizes it sees to keep ever larger ones in its heaps, where what is left
    between two tables is lost to the third: with a hundred thousand sets a day a training grew from date to date.
    The evidence of sixty dates (1.4 MB a table) stays in the heaps, since dozens of its size come and go every
    evening: with pages of their own a year spent a fifth of its time asking for them.
    """
    import ctypes

    trim_threshold, mmap_threshold = -1, -3  # their numbers in malloc.h
    with contextlib.suppress(AttributeError, OSError):  # another C library than GNU's
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(mmap_threshold, 2 << 20)
        mallopt(trim_threshold, 8 << 20)


def require_address_space() -> None:
    """Refuse to begin under a limit that libraries would abort at.

    Raises
    ------
    StarvedError
        Naming the limit.
    """
    import resource

    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if allowed != resource.RLIM_INFINITY and allowed < ADDRESS_SPACE_MB << 20:
        raise StarvedError(
            f"the limit of {allowed >> 20:,} MB on the address space (ulimit -v) does not suffice; this needs "
            f"{ADDRESS_SPACE_MB:,} MB, of which it uses a fifth"
        )


class _OneLine(logging.Formatter):
    """A warning on one line, without anything that a terminal would obey."""

    def format(self, record: logging.LogRecord) -> str:
        return one_line(super().format(record))


def run(command: Callable[[], object]) -> int:
    """Run a command; whatever goes wrong is one line and an exit code.

    Returns
    -------
    int
        The exit code: the command's, 0 if nobody reads on, 1 for what the machine or the program itself failed at.
    """
    code = 0
    try:
        command()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BayescoreError as error:
        code = _fail(str(error), error.exit_code)
    except BrokenPipeError:
        pass
    except MemoryError:
        code = _fail(NO_MEMORY, 1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else "output: "
        code = _fail(f"{where}{error.strerror}", 1)
    except Exception as error:
        if _starved(error):
            return _fail(NO_MEMORY, 1)
        if os.environ.get("BAYESCORE_TRACEBACK"):
            raise
        said = f"{type(error).__name__}: {error}"
        code = _fail(f"internal error, please report it ({said}); BAYESCORE_TRACEBACK=1 shows where", 1)
    return code or _flush()


def _starved(error: Exception) -> bool:
    """Whether an error is how a library puts that it was refused memory or a thread."""
    return isinstance(error, RuntimeError) and "can't start new thread" in str(error)


def _fail(message: str, code: int) -> int:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(one_line(f"bayescore: {message}"), file=sys.stderr, flush=True)  # noqa: T201
    return code


def _flush() -> int:
    """Bring out what is still held back, here rather than at the interpreter's end, which would complain at length."""
    code = 0
    stream: TextIO | None
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:
            _drop(stream)
        except OSError as error:
            _drop(stream)
            code = _fail(f"output: {error.strerror}", 1)
        except ValueError:
            pass
    # Nor is there anything to find for the last collection at exit.
    gc.freeze()
    return code


def _drop(stream: TextIO | None) -> None:
    """Let what cannot be written go nowhere."""
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
