"""Settings of the interpreter that suit our commands; for programs that are ours from start to end."""

from __future__ import annotations

import gc
import os


def prepare() -> None:
    """Leave out work that brings nothing: to be called first in a process."""
    # No product here is large enough for threads of BLAS, which spin while they wait for one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Importing makes hundreds of thousands of objects that stay: looking through them for garbage again and again
    # takes a tenth of a short run.
    gc.set_threshold(20_000, 20, 20)
