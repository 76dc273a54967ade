"""``make attack``: every attack for a while, from where it was left; prints tried and failed.

``python -m tests.attack [--seconds N] [--enough] [--fresh] [--record] [NAME …]`` keeps its place in
``target/attack/progress.json``. With ``--enough`` an attack also ends at the number of cases that the table of
``docs/reliability.md`` asks for; ``--record`` writes that table from what has been counted, and does nothing else.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from pathlib import Path

from tests.attack.cases import ATTACKS, Field
from tests.attack.shim import build
from tests.attack.tally import ROOT, Tally, record
from tests.attack.zygote import Zygote


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attack")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ATTACKS))
    parser.add_argument("--seconds", type=float, default=300.0, help="for each attack")
    parser.add_argument("--enough", action="store_true", help="end an attack that has had cases enough")
    parser.add_argument("--fresh", action="store_true", help="begin again")
    parser.add_argument("--record", action="store_true", help="write the table of docs/reliability.md")
    chosen = parser.parse_args()
    tally = Tally(fresh=chosen.fresh)
    if chosen.record:
        record(tally, {name: attack.unit for name, attack in ATTACKS.items()})
        return 0
    (sample,) = (ROOT / "data").glob("*.parquet")
    with (
        tempfile.TemporaryDirectory(prefix="bayescore-attack-") as folder,
        Zygote(build(Path(folder))) as zygote,
    ):
        field = Field(zygote, sample, Path(folder))
        print(f"one training makes {field.target.calls} calls that change something", flush=True)
        for name in chosen.names or ATTACKS:
            attack, state = ATTACKS[name], tally.of(name)
            end = time.monotonic() + chosen.seconds
            for case in itertools.islice(attack.cases(field), state["tried"], None):
                if (chosen.enough and state["counted"] >= attack.enough) or time.monotonic() > end:
                    break
                begun, field.counted = time.monotonic(), 0
                wrong = case()
                tally.add(name, field.counted, wrong, time.monotonic() - begun)
                if wrong:
                    print(f"  {name} {state['tried']}: {wrong[:3]}", flush=True)
            print(
                f"{name}: {state['tried']:,} tried, {state['counted']:,} {attack.unit}, {state['failed']:,} failed",
                flush=True,
            )
    return int(any(state["failed"] for state in tally.states.values()))


if __name__ == "__main__":
    raise SystemExit(main())
