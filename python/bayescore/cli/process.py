"""The process of a command from start to end: settings of the interpreter, the streams, how it ends."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
from typing import TYPE_CHECKING, TextIO

from bayescore.errors import BayescoreError
from bayescore.escape import one_line

if TYPE_CHECKING:
    from collections.abc import Callable


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
        code = _fail(
            "the memory does not suffice; fewer --iterations, fewer --threads or shorter data need less", 1
        )
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else "output: "
        code = _fail(f"{where}{error.strerror}", 1)
    except Exception as error:
        if os.environ.get("BAYESCORE_TRACEBACK"):
            raise
        said = f"{type(error).__name__}: {error}"
        code = _fail(f"internal error, please report it ({said}); BAYESCORE_TRACEBACK=1 shows where", 1)
    return code or _flush()


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
