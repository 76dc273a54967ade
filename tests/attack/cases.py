"""The attacks of ``make attack``: each an endless or finite stream of cases, the same each time, and what is wrong."""

from __future__ import annotations

import errno
import itertools
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.attack import bad_data, boundary, threads
from tests.attack.bad_data import mutate
from tests.attack.strikes import Target, complaints, failure, killed
from tests.attack.zygote import Ended, Zygote

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
BOUNDARY_CALLS = 5_000

Case = Callable[[], list[str]]


class Attack(NamedTuple):
    """A stream of cases, the same each time."""

    cases: Callable[[Field], Iterator[Case]]
    unit: str
    """What the tally counts of it."""
    enough: int
    """How many of these the documentation asks for; finite attacks end by themselves."""


class Field:
    """What the attacks share: a parent of processes, data, a finished run, a folder to work in."""

    def __init__(self, zygote: Zygote, sample: Path, folder: Path) -> None:
        self.zygote, self.sample, self.folder = zygote, sample, folder
        self.counted = 0
        """What the case in work has come to, in its attack's unit."""
        short = folder / "short.parquet"
        bad_data.edges(sample).write_parquet(short)
        self.target = Target(zygote, short, folder)
        self.whole = folder / "whole" / "r"

    def command(self, *arguments: str | Path) -> Ended:
        return self.zygote.run([str(a) for a in arguments])


def every_failure(field: Field) -> Iterator[Case]:
    """A disk that is full from a call on, and errors at every call, of a fresh training and of one that resumes."""
    for at in range(1, field.target.calls + 1):
        for half, (error, forever) in itertools.product(
            (False, True), ((errno.ENOSPC, True), (errno.EIO, False), (errno.EDQUOT, True))
        ):

            def case(
                at: int = at, error: int = error, forever: bool = forever, half: bool = half
            ) -> list[str]:
                struck, wrong = failure(field.target, at, error, forever=forever, half=half)
                field.counted += struck
                return wrong

            yield case


def every_death(field: Field) -> Iterator[Case]:
    """A signal at every call, of a fresh training and of one that resumes; all calls by one signal before the next."""
    for number, half, at in itertools.product(SIGNALS, (False, True), range(1, field.target.calls + 1)):

        def case(at: int = at, number: int = number, half: bool = half) -> list[str]:
            struck, wrong = killed(field.target, at, number, half=half)
            field.counted += struck
            return wrong

        yield case


def random_deaths(field: Field) -> Iterator[Case]:
    """SIGKILL at a random moment; a run may be killed several times before it is whole."""
    rng = random.Random(7)
    took = 0.6

    def case(parts: list[float]) -> list[str]:
        nonlocal took
        field.target.clear()
        resume = False
        for part in parts:
            # Parts of the time that it takes now: other work may have the machine.
            begun = time.monotonic()
            ended = field.target.train(resume=resume, signal=signal.SIGKILL, kill_after=part * took)
            if ended.code == 0:
                took = time.monotonic() - begun
            field.counted += ended.code == -signal.SIGKILL and field.target.run_dir.exists()
            if "Traceback" in ended.err:
                return [ended.err[-500:]]
            resume = (field.target.run_dir / "run.json").exists()
        begun = time.monotonic()
        wrong = field.target.recover()
        took = (took + time.monotonic() - begun) / 2
        return wrong

    while True:
        parts = [rng.uniform(0.1, 1.0) for _ in range(rng.randint(1, 4))]
        yield lambda m=parts: case(m)  # type: ignore[misc]


def full_disks(field: Field) -> Iterator[Case]:
    """Real file systems that are too small; skipped where none may be mounted."""
    place = field.folder / "tmpfs"

    def case(size: int) -> list[str]:
        place.mkdir(exist_ok=True)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(place)], check=False
        )
        if mounted.returncode:
            return []  # counted as no disk that filled up
        try:
            field.target.clear()
            field.target.root.mkdir(parents=True)
            ended = field.zygote.run(field.target.arguments(place))
            wrong = complaints(ended, {0, 1})
            field.counted += ended.code == 1
            if (place / "r").exists():
                shutil.copytree(place / "r", field.target.run_dir)
        finally:
            subprocess.run(["umount", str(place)], check=True)
        return wrong + field.target.recover()

    for size in range(4, 900, 8):
        yield lambda s=size: case(s)  # type: ignore[misc]


def _plant(path: Path, what: str) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    match what:
        case "pipe":
            os.mkfifo(path)
        case "endless":
            path.symlink_to("/dev/zero")
        case "loop":
            path.symlink_to(path.name)
        case "elsewhere":
            path.symlink_to("/etc/hostname")
        case "deep":
            path.write_bytes(b'{"a":' * 100_000)
        case "empty":
            path.write_bytes(b"")
        case "null":
            path.write_bytes(b"null")
        case "huge":
            with path.open("wb") as f:
                f.truncate(40 << 30)
        case "folder":
            path.mkdir()
        case "binary":
            path.write_bytes(bytes(range(256)))
        case "gone":
            pass


PLANTED = (
    "pipe",
    "endless",
    "loop",
    "elsewhere",
    "deep",
    "empty",
    "null",
    "huge",
    "folder",
    "binary",
    "gone",
)
PLACES = (
    "run.json",
    "events.jsonl",
    "live.json",
    "summary.json",
    "report.html",
    "timings.jsonl",
    ".lock",
    "days",
    "set-aside",
    ".events.jsonl.tmp",
    "days/2026-01-06",
    "days/.2026-01-07.tmp",
    "days/2026-01-07/MANIFEST.json",
    "days/2026-01-06/result.json",
    "days/2026-01-07/result.json",
    "days/2026-01-07/state.json",
    "days/2026-01-07/brain.parquet",
    "days/2026-01-07/trades.parquet",
    "days/2026-01-07/bests.json",
)
SHOWN = ("days/2026-01-07/price.parquet", "days/2026-01-07/evidence.parquet")
"""Read by the dashboard alone."""


def _looked_at(field: Field, root: Path) -> list[str]:
    """Every command on a run, then a resume: one line or an answer, and nothing outside is touched."""
    wrong = []
    outside = field.folder / "outside"
    outside.write_text("mine")
    for arguments in (["runs"], ["patterns", "r"], ["trades", "r"], ["verify", "r"]):
        ended = field.command(*arguments, "--checkpoint-dir", root)
        wrong += [f"{arguments[0]}: {w}" for w in complaints(ended, {0, 1, 2})]
        if "internal error" in ended.err:
            wrong.append(f"{arguments[0]}: {ended.err.strip()}")
    ended = field.zygote.run([*field.target.arguments(root), "--resume"])
    wrong += [f"resume: {w}" for w in complaints(ended, {0, 1, 2}) if "not one line" not in w]
    if "internal error" in ended.err:
        wrong.append(f"resume: {ended.err.strip()}")
    if outside.read_text() != "mine":
        wrong.append("something outside was written")
    return wrong


def hostile_folders(field: Field) -> Iterator[Case]:
    """Something else in place of each file and folder of a run."""

    def case(place: str, what: str) -> list[str]:
        root = field.folder / "hostile"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(field.whole, root / "r")
        _plant(root / "r" / place, what)
        field.counted += 1
        return [f"{what} as {place}: {w}" for w in _looked_at(field, root)]

    for place, what in itertools.product(PLACES, PLANTED):
        yield lambda p=place, w=what: case(p, w)  # type: ignore[misc]


def hostile_screens(field: Field) -> Iterator[Case]:
    """The same folders in the dashboard: the run itself, every tab of it, and the list of runs it stands in."""

    def case(place: str, what: str) -> list[str]:
        root = field.folder / "screens"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(field.whole, root / "r")
        _plant(root / "r" / place, what)
        field.counted += 1
        wrong = []
        for arguments in (["--run", str(root / "r")], []):
            ended = field.zygote.run([*arguments, "--checkpoint-dir", str(root)], screen=True)
            if ended.code not in {0, 1, 2} or "Traceback" in ended.err:
                wrong.append(f"{what} as {place}, {arguments}: {ended.code} {ended.err.strip()[-400:]}")
        return wrong

    for place, what in itertools.product((*PLACES, *SHOWN), PLANTED):
        yield lambda p=place, w=what: case(p, w)  # type: ignore[misc]


def mutated_runs(field: Field) -> Iterator[Case]:
    """Some bytes of one file of a run changed, removed or repeated, digests made to fit or not."""
    files = sorted(
        str(p.relative_to(field.whole)) for p in field.whole.rglob("*") if p.is_file() and p.stat().st_size
    )

    def case(seed: int) -> list[str]:
        rng = random.Random(seed)
        root = field.folder / "mutated"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(field.whole, root / "r")
        file = root / "r" / rng.choice(files)
        file.write_bytes(mutate(rng, file.read_bytes()))
        if rng.random() < 0.5:
            _fit_digests(root / "r")
        field.counted += 1
        return [f"seed {seed}, {file.relative_to(root)}: {w}" for w in _looked_at(field, root)]

    for seed in itertools.count():
        yield lambda s=seed: case(s)  # type: ignore[misc]


def _fit_digests(run: Path) -> None:
    """Write the manifests anew, as somebody would who wants the damage to pass."""
    import hashlib

    import msgspec

    previous = None
    for day in sorted((run / "days").iterdir()):
        path = day / "MANIFEST.json"
        try:
            manifest = msgspec.json.decode(path.read_bytes())
            for name in manifest["files"]:
                manifest["files"][name] = hashlib.sha256((day / name).read_bytes()).hexdigest()
            manifest["previous"] = previous
            path.write_bytes(msgspec.json.encode(manifest))
            previous = hashlib.sha256(path.read_bytes()).hexdigest()
        except (OSError, msgspec.MsgspecError, KeyError, TypeError, AttributeError):
            return


def bad_files(field: Field) -> Iterator[Case]:
    """Data files with damage, of every format: refused with one line, or read."""
    sources = bad_data.sources(field.sample, field.folder)

    def case(seed: int) -> list[str]:
        rng = random.Random(seed)
        file = bad_data.damaged(rng, sources, field.folder)
        field.counted += 1
        ended = field.command("inspect", file, "-i", "MNQ")
        wrong = complaints(ended, {0, 1, 2})
        if "internal error" in ended.err:
            wrong.append(ended.err.strip())
        return [f"seed {seed}, {file.name}: {w}" for w in wrong]

    for seed in itertools.count():
        yield lambda s=seed: case(s)  # type: ignore[misc]


def extreme_calls(field: Field) -> Iterator[Case]:
    """Extreme values at the compiled core, some thousands a case."""

    def case(fuzz: boundary.Fuzz) -> list[str]:
        field.counted += BOUNDARY_CALLS
        return list(fuzz.run(BOUNDARY_CALLS))

    for fuzz in boundary.sweep_seeds(1_000):
        yield lambda f=fuzz: case(f)  # type: ignore[misc]


def many_threads(field: Field) -> Iterator[Case]:
    """The same calls from many threads at once, and readers beside a writer."""
    for seed in itertools.count():

        def case(seed: int = seed) -> list[str]:
            field.counted += threads.CALLS
            return threads.at_once(seed, field.target.data, field.folder / "threads", field.target.expected)

        yield case


ATTACKS: dict[str, Attack] = {
    "failures at every call": Attack(every_failure, "calls failed", 10**9),
    "deaths at every call": Attack(every_death, "signals", 10**9),
    "deaths at random": Attack(random_deaths, "SIGKILLs inside a run", 200),
    "full disks": Attack(full_disks, "disks that filled up", 10**9),
    "hostile folders": Attack(hostile_folders, "folders", 10**9),
    "hostile folders on screen": Attack(hostile_screens, "folders", 10**9),
    "mutated runs": Attack(mutated_runs, "runs", 500),
    "bad data files": Attack(bad_files, "files", 1_200),
    "boundary": Attack(extreme_calls, "calls", 1_000_000),
    "threads": Attack(many_threads, "calls at once", 2_000),
}
