"""``make attack``: every attack for a while, from where it was left; prints tried and failed.

``python -m tests.attack [--seconds N] [--fresh] [NAME …]`` keeps its place in ``target/attack/progress.json``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from pathlib import Path

from tests.attack.cases import ATTACKS, BOUNDARY_CALLS, Field
from tests.attack.shim import build
from tests.attack.zygote import ROOT, Zygote

PROGRESS = ROOT / "target" / "attack" / "progress.json"
MOST_FINDS = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attack")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ATTACKS))
    parser.add_argument("--seconds", type=float, default=300.0, help="for each attack")
    parser.add_argument("--fresh", action="store_true", help="begin again")
    chosen = parser.parse_args()
    progress = {} if chosen.fresh or not PROGRESS.exists() else json.loads(PROGRESS.read_text())
    PROGRESS.parent.mkdir(parents=True, exist_ok=True)
    (sample,) = (ROOT / "data").glob("*.parquet")
    with (
        tempfile.TemporaryDirectory(prefix="bayescore-attack-") as folder,
        Zygote(build(Path(folder))) as zygote,
    ):
        field = Field(zygote, sample, Path(folder))
        print(f"one training makes {field.target.calls} calls that change something", flush=True)
        for name in chosen.names or ATTACKS:
            state = progress.setdefault(name, {"tried": 0, "failed": 0, "finds": []})
            end = time.monotonic() + chosen.seconds
            for case in itertools.islice(ATTACKS[name](field), state["tried"], None):
                wrong = case()
                state["tried"] += 1
                if wrong:
                    state["failed"] += 1
                    state["finds"] = [*state["finds"], wrong[:3]][:MOST_FINDS]
                    print(f"  {name} {state['tried']}: {wrong[:3]}", flush=True)
                if time.monotonic() > end:
                    break
            else:
                state["whole"] = True
            PROGRESS.write_text(json.dumps(progress, indent=2))
            scale = f" ({state['tried'] * BOUNDARY_CALLS:,} calls)" if name == "boundary" else ""
            print(f"{name}: {state['tried']} tried{scale}, {state['failed']} failed", flush=True)
    return int(any(state["failed"] for state in progress.values()))


if __name__ == "__main__":
    raise SystemExit(main())
