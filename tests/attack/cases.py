"""The attacks of ``make attack``: each an endless or finite stream of cases, the same each time, and what is wrong."""

from __future__ import annotations

import errno
import itertools
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.attack.boundary import sweep_seeds
from tests.attack.strikes import Target, complaints, failure, killed
from tests.attack.zygote import Ended, Zygote

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
BOUNDARY_CALLS = 5_000

Case = Callable[[], list[str]]
Attack = Callable[["Field"], Iterator[Case]]


class Field:
    """What the attacks share: a parent of processes, data, a finished run, a folder to work in."""

    def __init__(self, zygote: Zygote, sample: Path, folder: Path) -> None:
        self.zygote, self.sample, self.folder = zygote, sample, folder
        self.target = Target(zygote, sample, folder)
        self.whole = folder / "whole" / "r"

    def command(self, *arguments: str | Path, timeout: float = 120.0) -> Ended:
        return self.zygote.run([str(a) for a in arguments], timeout=timeout)


def every_failure(field: Field) -> Iterator[Case]:
    """A full disk and an I/O error at every call, of a fresh training and of one that resumes."""
    for at in range(1, field.target.calls + 1):
        for resume_from, (error, forever) in itertools.product(
            (0, field.target.calls // 2), ((errno.ENOSPC, True), (errno.EIO, False))
        ):
            yield lambda a=at, e=error, f=forever, r=resume_from: failure(
                field.target, a, e, forever=f, resume_from=r
            )  # type: ignore[misc]


def every_death(field: Field) -> Iterator[Case]:
    """A signal at every call, of a fresh training and of one that resumes."""
    for at in range(1, field.target.calls + 1):
        for resume_from, number in itertools.product((0, field.target.calls // 2), SIGNALS):
            yield lambda a=at, n=number, r=resume_from: killed(field.target, a, n, resume_from=r)  # type: ignore[misc]


def random_deaths(field: Field) -> Iterator[Case]:
    """SIGKILL at a random moment; a run may be killed several times before it is whole."""
    rng = random.Random(7)

    def case(moments: list[float]) -> list[str]:
        field.target.clear()
        resume = False
        for moment in moments:
            ended = field.target.train(resume=resume, signal=signal.SIGKILL, kill_after=moment)
            if "Traceback" in ended.err:
                return [ended.err[-500:]]
            resume = (field.target.run_dir / "run.json").exists()
        return field.target.recover()

    while True:
        moments = [rng.uniform(0.0, 1.5) for _ in range(rng.randint(1, 4))]
        yield lambda m=moments: case(m)  # type: ignore[misc]


def full_disks(field: Field) -> Iterator[Case]:
    """Real file systems that are too small; skipped where none may be mounted."""
    place = field.folder / "tmpfs"

    def case(size: int) -> list[str]:
        place.mkdir(exist_ok=True)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(place)], check=False
        )
        if mounted.returncode:
            return []
        try:
            field.target.clear()
            field.target.root.mkdir(parents=True)
            ended = field.zygote.run(field.target.arguments(place))
            wrong = complaints(ended, {0, 1})
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


def _looked_at(field: Field, root: Path) -> list[str]:
    """Every command on a run, then a resume: one line or an answer, and nothing outside is touched."""
    wrong = []
    outside = field.folder / "outside"
    outside.write_text("mine")
    for arguments in (["runs"], ["patterns", "r"], ["trades", "r"], ["verify", "r"]):
        ended = field.command(*arguments, "--checkpoint-dir", root, timeout=60)
        wrong += [f"{arguments[0]}: {w}" for w in complaints(ended, {0, 1, 2})]
        if "internal error" in ended.err:
            wrong.append(f"{arguments[0]}: {ended.err.strip()}")
    ended = field.zygote.run([*field.target.arguments(root), "--resume"], timeout=60)
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
        return [f"{what} as {place}: {w}" for w in _looked_at(field, root)]

    for place, what in itertools.product(PLACES, PLANTED):
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
        return [f"seed {seed}, {file.relative_to(root)}: {w}" for w in _looked_at(field, root)]

    for seed in itertools.count():
        yield lambda s=seed: case(s)  # type: ignore[misc]


def mutate(rng: random.Random, content: bytes) -> bytes:
    """Damage as it happens, and as somebody would do it."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(6):
            case 0:
                del changed[at:]
            case 1:
                del changed[at : at + rng.randint(1, 64)]
            case 2:
                changed[at:at] = changed[at : at + rng.randint(1, 64)]
            case 3:
                changed[at:at] = rng.choice(
                    [b"null", b"-1", b"1e999", b"[", b'"', b"\x00", b"\xff", b"\x1b]0;x\x07", b"9" * 40]
                )
            case 4:
                changed[at : at + 1] = bytes([rng.randrange(256)])
            case _ if changed:
                changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


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
    """Data files with damage: refused with one line, or read."""
    small = field.folder / "small.parquet"
    csv = field.folder / "small.csv"
    import polars as pl

    bars = pl.read_parquet(field.sample).head(30_000)
    bars.write_parquet(small)
    bars.head(3_000).write_csv(csv)

    def case(seed: int) -> list[str]:
        rng = random.Random(seed)
        source = rng.choice([small, csv])
        file = field.folder / f"bad{source.suffix}"
        content = source.read_bytes()
        if rng.random() < 0.5:  # the end of a Parquet file says what the rest is
            head, tail = content[:-4096], content[-4096:]
            content = head + mutate(rng, tail)
        else:
            content = mutate(rng, content)
        file.write_bytes(content)
        command = ["inspect", str(file), "-i", "MNQ"]
        ended = field.command(*command, timeout=60)
        wrong = complaints(ended, {0, 1, 2})
        if "internal error" in ended.err:
            wrong.append(ended.err.strip())
        return [f"seed {seed}: {w}" for w in wrong]

    for seed in itertools.count():
        yield lambda s=seed: case(s)  # type: ignore[misc]


def boundary(field: Field) -> Iterator[Case]:
    """Extreme values at the compiled core, some thousands a case."""
    del field
    for fuzz in sweep_seeds(1_000):
        yield lambda f=fuzz: list(f.run(BOUNDARY_CALLS))  # type: ignore[misc]


ATTACKS: dict[str, Attack] = {
    "failures at every call": every_failure,
    "deaths at every call": every_death,
    "deaths at random": random_deaths,
    "full disks": full_disks,
    "hostile folders": hostile_folders,
    "mutated runs": mutated_runs,
    "bad data files": bad_files,
    "boundary": boundary,
}
