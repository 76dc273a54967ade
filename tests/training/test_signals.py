"""Bars that come one after the other are traded as the simulation of the whole day trades them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from bayescore import BayesianTrainingOrchestrator, Config, _core
from bayescore.config import CostConfig
from bayescore.data import load
from bayescore.data.following import NewRows, follow
from bayescore.data.readers.csv import text_source
from bayescore.errors import DataError, UsageError
from bayescore.learning.states import StateEngine
from bayescore.runs.exporting import export
from bayescore.runs.reader import RunReader
from bayescore.runs.tomorrow import brain_of_run
from bayescore.training.costs import costs_of
from bayescore.training.signals import LiveSignals
from tests.data.dbn_files import write_bars
from tests.data.frames import REAL
from tests.run_files import BAYESCORE

CONFIG = Config(iterations=100, costs={"slippage_factor": 0.1})  # type: ignore[arg-type]
OPENS = datetime(2026, 1, 4, 23, tzinfo=UTC)
COLUMNS = ("ts_event", "instrument_id", "open", "high", "low", "close", "volume", "symbol")


def csv_of(frame: pl.DataFrame) -> bytes:
    text = pl.col("ts_event").dt.strftime("%Y-%m-%dT%H:%M:%S%.9fZ")
    return frame.select(COLUMNS).with_columns(text).write_csv().encode()


class Setting:
    """A run over two dates, one over three, and the bars of the third."""

    def __init__(self, root: Path, sample: Path) -> None:
        frame = pl.read_parquet(sample)
        third = OPENS + timedelta(days=2)
        self.bars = frame.filter(
            (pl.col("ts_event") >= third) & (pl.col("ts_event") < third + timedelta(days=1))
        )
        two = frame.filter(pl.col("ts_event") < third)
        self.root = root
        for name, data in (("two", two), ("three", frame)):
            data.write_parquet(root / f"{name}.parquet")
            trainer = BayesianTrainingOrchestrator(CONFIG, checkpoint_dir=root / "checkpoints", run=name)
            trainer.train(root / f"{name}.parquet")
        self.two, self.three = (RunReader(root / "checkpoints" / name) for name in ("two", "three"))


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Setting:
    return Setting(tmp_path_factory.mktemp("signals"), sample)


def signals_of(live: LiveSignals, frames: Iterator[bytes]) -> list[Any]:
    told: list[Any] = []
    for text in frames:
        told += live.take(NewRows(text_source("bars", text), 0))
    return [*told, *live.end()]


def piped(root: Path, run: str, bars: pl.DataFrame) -> list[Any]:
    """What ``bayescore signals`` says of bars that are written to it line by line."""
    with subprocess.Popen(
        [BAYESCORE, "signals", run, "--follow", "-", "--json"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin and process.stdout
        inside, outside = process.stdin, process.stdout
        read: list[bytes] = []
        reader = threading.Thread(target=lambda: read.extend(outside))
        reader.start()
        for line in csv_of(bars).splitlines(keepends=True):
            os.write(inside.fileno(), line)
        inside.close()
        reader.join()
    assert process.returncode == 0
    return [json.loads(line) for line in read]


def simulated(setting: Setting) -> dict[str, np.ndarray]:
    """The third day under the run's decision, as `_core.simulate_day` has it."""
    market = load([str(setting.root / "three.parquet")], CONFIG)
    day, instrument = market.days[2], market.instrument
    decision = setting.two.results()[-1].decision
    engine = StateEngine(instrument.window_names, CONFIG.state)
    brain = brain_of_run(setting.two, setting.two.header().started, CONFIG, "2026-01-06")
    bars = day.to_core()
    return _core.simulate_day(
        bars,
        msgspec.structs.asdict(decision.params),
        brain.core,
        states=engine.run(bars, day.windows),
        costs=costs_of(CONFIG, instrument),
        barrier=decision.barrier_ticks,
    )


def test_a_recorded_day_piped_line_by_line_is_what_the_simulation_and_the_run_decide(
    setting: Setting,
) -> None:
    plan, *told, end = piped(setting.root, "two", setting.bars)
    assert (plan["event"], plan["date"], plan["trade"], end["event"]) == ("plan", "2026-01-07", True, "ended")
    trades = simulated(setting)
    n = len(trades["side"])
    assert n > 20
    # The run over three dates traded the third one so.
    saved = pl.read_parquet(io.BytesIO(setting.three.read("2026-01-07", "trades.parquet")))
    saved = saved.filter(pl.col("policy") == "decision")
    tick = plan["tick_size"]
    open_ns = int((OPENS + timedelta(days=2)).timestamp()) * 10**9
    stamps = setting.bars["ts_event"].cast(pl.Int64).to_numpy()

    def at(ns: int) -> str:
        return f"{datetime.fromtimestamp(ns // 10**9, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"

    entered = [s for s in told if s["event"] == "entered"]
    left = [s for s in told if s["event"] == "left"]
    decided = {(s["time"], s["side"]) for s in told if s["event"] == "decided"}
    assert len(entered) == len(left) == len(saved) == n == end["trades"]
    for k in range(n):
        side = "long" if trades["side"][k] > 0 else "short"
        assert (at(stamps[trades["decision_bar"][k]]), side) in decided
        assert entered[k]["time"] == at(open_ns + int(trades["entry_ts"][k]) * 10**9)
        assert left[k]["time"] == at(open_ns + int(trades["exit_ts"][k]) * 10**9)
        assert (entered[k]["side"], left[k]["side"]) == (side, side)
        assert entered[k]["price"] == trades["entry_price"][k] * tick == saved["entry_price"][k]
        assert left[k]["price"] == trades["exit_price"][k] * tick == saved["exit_price"][k]
        assert left[k]["reason"] == saved["reason"][k]
        assert left[k]["net_ticks"] == trades["net"][k] / 1000 == saved["net_ticks"][k]
    assert end["net_currency"] == left[-1]["day_net_currency"]
    assert end["dropped_orders"] == sum(s["event"] == "dropped" for s in told)
    assert end["bars"] == len(setting.bars)


@pytest.mark.skipif(not REAL.is_dir(), reason="real market data (../shared/data) is not on this machine")
def test_a_real_day_piped_line_by_line_is_what_the_run_decides(tmp_path: Path) -> None:
    """SPY without costs, so that something is traded; its bars before and after the session are left out."""
    frame = pl.read_parquet(next(REAL.glob("spy_*.parquet")))
    last = datetime(2013, 10, 11, tzinfo=UTC)
    config = Config(iterations=100, trade_probability=0.01, costs=CostConfig(commission=0, slippage_ticks=0))
    for name, data in (("four", frame.filter(pl.col("ts_event") < last)), ("five", frame)):
        trainer = BayesianTrainingOrchestrator(config, checkpoint_dir=tmp_path / "checkpoints", run=name)
        trainer.train([data])
    session = frame.filter(pl.col("ts_event") >= last).filter(
        pl.col("ts_event") < last + timedelta(hours=20)  # 16:00 New York
    )
    plan, *told, end = piped(tmp_path, "four", session)
    assert (plan["date"], end["event"]) == ("2013-10-11", "ended")
    left = [
        (s["time"], s["side"], s["price"], s["reason"], s["gross_ticks"], s["net_ticks"], s["duration_s"])
        for s in told
        if s["event"] == "left"
    ]
    trades = export(RunReader(tmp_path / "checkpoints" / "five"), "trades").filter(
        (pl.col("date") == "2013-10-11") & (pl.col("policy") == "decision")
    )
    stamp = pl.col("exit_time").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    side = pl.when(pl.col("side") > 0).then(pl.lit("long")).otherwise(pl.lit("short"))
    saved = trades.select(
        stamp,
        side.alias("side"),
        "exit_price",
        pl.col("reason").cast(pl.String),
        "gross",
        "net_ticks",
        "duration",
    )
    assert left == saved.rows()
    assert len(left) > 20


def test_columns_are_those_of_the_simulation_however_the_bars_are_cut(setting: Setting) -> None:
    lines = csv_of(setting.bars).splitlines(keepends=True)
    rng = np.random.default_rng(1)
    cuts = [1, *np.unique(rng.integers(2, len(lines), 300)).tolist(), len(lines)]
    parts = (lines[0] + b"".join(lines[a:b]) for a, b in pairwise(cuts))
    live = LiveSignals(setting.two)
    signals_of(live, parts)
    expected = simulated(setting)
    for name, column in live.trades().items():
        assert np.array_equal(column, expected[name]), name


@pytest.mark.parametrize("suffix", ["csv", "dbn", "parquet"])
def test_a_file_that_grows_gives_what_the_whole_file_gives(
    setting: Setting, tmp_path: Path, suffix: str
) -> None:
    bars = setting.bars.head(6000)
    file = tmp_path / f"growing.{suffix}"

    def whole(upto: int) -> bytes:
        part = bars.head(upto)
        if suffix == "csv":
            return csv_of(part)
        if suffix == "parquet":
            buffer = io.BytesIO()
            part.write_parquet(buffer)
            return buffer.getvalue()
        write_bars(part, tmp_path / "part.dbn")
        return (tmp_path / "part.dbn").read_bytes()

    done = threading.Event()

    def write() -> None:
        last = b""
        for upto in (1, 2500, 2501, 6000):
            content = whole(upto)
            if suffix == "parquet":
                (tmp_path / "new").write_bytes(content)
                (tmp_path / "new").replace(file)
            else:
                with file.open("ab") as f:
                    # Also in the middle of a line or a record.
                    for piece in (content[len(last) : -20], content[-20:]):
                        f.write(piece)
                        f.flush()
                last = content

    def write_all() -> None:
        try:
            write()
        finally:
            done.set()

    writer = threading.Thread(target=write_all)
    writer.start()
    live = LiveSignals(setting.two)
    told: list[Any] = []
    for rows in follow(str(file), lambda idle: not done.is_set() or idle < 1.0):
        told += live.take(rows)
    writer.join()
    other = LiveSignals(setting.two)
    assert [*told, *live.end()] == signals_of(other, iter([csv_of(bars)]))
    assert live.bars == len(bars)
    assert len(live.trades()["side"]) > 3


def test_rows_that_are_not_the_days_are_left_out_and_counted(setting: Setting) -> None:
    early = setting.bars.head(300).with_columns(pl.col("ts_event") - pl.duration(hours=2, time_unit="ns"))
    other = setting.bars.head(3000).with_columns(symbol=pl.lit("MNQM6"), open=pl.col("high") + 100)
    late = setting.bars.tail(200).with_columns(
        pl.col("ts_event") + pl.duration(hours=1, minutes=30, time_unit="ns")
    )
    bars = setting.bars.head(4000)
    mixed = pl.concat([early, pl.concat([bars, other]).sort("ts_event", maintain_order=True), late])
    live = LiveSignals(setting.two)
    told = signals_of(live, iter([csv_of(mixed)]))
    plain = LiveSignals(setting.two)
    assert told[:-1] == signals_of(plain, iter([csv_of(bars)]))[:-1]
    assert live.over
    assert not plain.over
    assert told[-1].left_out == len(early) + len(other)


def test_another_date_another_symbol_and_bad_rows_are_named(setting: Setting) -> None:
    def refused(frame: pl.DataFrame) -> str:
        with pytest.raises(DataError) as error:
            signals_of(LiveSignals(setting.two), iter([csv_of(frame)]))
        return str(error.value)

    bars = setting.bars.head(2000)
    tomorrow = bars.with_columns(pl.col("ts_event") + pl.duration(days=1, time_unit="ns"))
    assert "the run decided about 2026-01-07; go on with it first" in refused(tomorrow)
    assert "--symbol MNQM6" in refused(bars.with_columns(symbol=pl.lit("MNQM6")))
    assert "row 0" in refused(bars.with_columns(low=pl.col("high") + 1))
    assert "2026-01-06T23:" in refused(pl.concat([bars, bars.tail(1)]))
    changed = LiveSignals(setting.two, "MNQM6")
    signals_of(changed, iter([csv_of(bars.with_columns(symbol=pl.lit("MNQM6")))]))
    assert changed.bars == len(bars)


def test_what_cannot_be_followed_is_refused(setting: Setting, tmp_path: Path) -> None:
    def never(_idle: float) -> bool:
        return False

    with pytest.raises(DataError, match="no such file, or nothing in it"):
        list(follow(str(tmp_path / "nowhere.csv"), never))
    packed = tmp_path / "bars.csv.gz"
    packed.write_bytes(b"\x1f\x8b\x08\x00")
    with pytest.raises(DataError, match="unpack it"):
        list(follow(str(packed), never))
    words = tmp_path / "words.csv"
    words.write_text("nothing of use\nat all\n")
    with pytest.raises(DataError, match="no header"):
        list(follow(str(words), never))
    trades = tmp_path / "trades.dbn"
    write_bars(setting.bars.head(5), trades, schema="trades")
    with pytest.raises(DataError, match="holds trades, not bars"):
        list(follow(str(trades), never))
    shrinking = tmp_path / "bars.csv"
    shrinking.write_bytes(csv_of(setting.bars.head(50)))

    def shrink(_idle: float) -> bool:
        shrinking.write_bytes(b"ts_event")
        return True

    with pytest.raises(DataError, match="must only grow"):
        list(follow(str(shrinking), shrink))


Command = Callable[..., subprocess.CompletedProcess[str]]


def test_a_decision_to_stay_flat_needs_paper(
    setting: Setting, sample: Path, command: Command, tmp_path: Path
) -> None:
    done = command("train", "--data", setting.root / "two.parquet", "--iterations", 20, "--run", "flat", "-q",
                   "--trade-probability", "0.999999999")  # fmt: skip
    assert done.returncode == 0, done.stderr
    if json.loads(command("tomorrow", "flat", "--json").stdout)["decision"]["trade"]:
        pytest.skip("this run is sure of its edge")
    (tmp_path / "bars.csv").write_bytes(csv_of(setting.bars.head(3000)))
    refused = command("signals", "flat", "--follow", "bars.csv", "--wait", 0)
    assert refused.returncode == 2
    assert "stays flat on 2026-01-07; --paper follows its set on paper" in refused.stderr
    followed = command("signals", "flat", "--follow", "bars.csv", "--wait", 0, "--paper")
    assert followed.returncode == 0
    assert "stay flat, so all of this is on paper only" in followed.stdout


def test_readable_lines_have_the_times_that_are_asked_for(setting: Setting, tmp_path: Path) -> None:
    file = tmp_path / "bars.csv"
    file.write_bytes(csv_of(setting.bars.head(3000)))
    said = {}
    for zone in ("exchange", "utc"):
        words = [BAYESCORE, "signals", "two", "-f", str(file), "--wait", "0", "--time-zone", zone]
        done = subprocess.run(words, cwd=setting.root, capture_output=True, text=True, check=True)
        said[zone] = done.stdout.splitlines()
    assert "times of Chicago" in said["exchange"][0]
    hours = [int(lines[1][:2]) for lines in said.values()]
    assert (hours[1] - hours[0]) % 24 == 6
    assert [line[8:] for line in said["utc"][1:-1]] == [line[8:] for line in said["exchange"][1:-1]]
    assert any("entered" in line for line in said["utc"])


def test_without_a_day_or_a_set_there_is_nothing_to_follow(setting: Setting, tmp_path: Path) -> None:
    run = tmp_path / "r"
    trainer = BayesianTrainingOrchestrator(
        msgspec.structs.replace(CONFIG, iterations=20), checkpoint_dir=tmp_path, run="r"
    )
    trainer.train(setting.root / "two.parquet")
    day = run / "days" / "2026-01-06" / "result.json"
    values = json.loads(day.read_text())
    values["decision"].update(params=None, trade=False)
    day.write_text(json.dumps(values))
    with pytest.raises(UsageError, match="no set is followed"):
        LiveSignals(RunReader(run))
