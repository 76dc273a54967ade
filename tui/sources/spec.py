"""What the dashboard is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bayescore.config import Config

CHECKPOINT_DIR = Path("checkpoints")
"""Where runs are kept unless ``--checkpoint-dir`` says otherwise."""
THEME_NAMES = ("dark", "light", "green-red-dark", "green-red-light")
"""What ``--theme`` takes; `shell.themes` has their colours."""


@dataclass(frozen=True)
class RunSpec:
    """What to do: train on `data`, follow `run`, or (neither) ask on the start screen."""

    data: tuple[str, ...] = ()
    run: Path | None = None
    checkpoint_dir: Path = CHECKPOINT_DIR
    run_name: str | None = None
    resume: bool = False
    threads: int = 0
    """Worker threads; 0 = all cores."""
    config: Config = field(default_factory=Config)
