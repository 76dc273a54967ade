"""Every evening of a whole run, decided again by the archive from the run's files alone."""

from dataclasses import dataclass

import engine_context
import engine_decision
import engine_experts
import engine_judgement
import engine_simulate
import msgspec
import polars as pl
import product_bridge
import pytest

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.config import CostConfig
from bayescore.data import load, synth
from bayescore.design.generator import proportions
from bayescore.events import DayResult
from bayescore.vocabulary import ENTRY_RULES, SIDES

DAYS = 5

WORLDS = {
    "edge": (0.06, Config(iterations=60, history_candidates=60)),
    "no edge, short history": (
        0.0,
        Config(
            iterations=60,
            history_candidates=60,
            history_days=3,
            seed=5,
            min_trades=3,
            objective="profit_factor",
            selection_half_life_days=1.0,
            trade_probability=0.1,
            costs=CostConfig(commission=0.2, slippage_ticks=0),
        ),
    ),
}

CLOSE = {"rel": 1e-9, "abs": 1e-9}


@dataclass
class Evening:
    """One evening, decided twice."""

    result: DayResult
    candidates: list[engine_judgement.Candidate]
    own: engine_experts.Decision
    chosen: dict[str, engine_simulate.ParamSet | None]
    weights: list[float]
    record: list[engine_decision.PaperDay]


class Run:
    """A run's folder, read without the product's code."""

    def __init__(self, config, data, root):
        self.config = config
        market = load([str(data)], config)
        self.windows = list(market.instrument.window_names)
        self.tick_value = market.instrument.tick_value
        # The base slippage of two market orders; what depends on volatility is not known the evening before.
        costs = product_bridge.costs_of(market, config)
        self.cost_ticks = costs.commission_milliticks / 1000 + 2 * costs.slippage_base
        BayesianTrainingOrchestrator(config, checkpoint_dir=root, run="r").train(str(data))
        self.days = sorted((root / "r" / "days").iterdir())
        self.results = [
            msgspec.json.decode((d / "result.json").read_bytes(), type=DayResult) for d in self.days
        ]
        first = pl.read_parquet(self.days[0] / "pool.parquet")
        # On the first evening the survivors of the search are numbered after the designs.
        later = pl.read_parquet(self.days[0] / "iterations.parquet")
        counts = proportions(config.iterations)
        self.baselines = counts["baseline"]
        self.panel = counts["baseline"] + counts["latin_hypercube"]
        names = list(engine_simulate.ParamSet.__dataclass_fields__)
        assert first.select(names).head(self.panel).equals(later.select(names).head(self.panel))
        self.designs = self._designs(market)

    def _designs(self, market):
        """Panel and event studies: every rule, context, hold and bracket, and either side of the nearer one."""
        contexts = 8 + len(self.windows)
        return self.panel + len(ENTRY_RULES) * contexts * 6 * (2 + 2)

    def archived(self, params):
        if params is None:
            return None
        mask = engine_context.mask_of(params.contexts_allowed, self.windows)
        return engine_simulate.ParamSet(**msgspec.structs.asdict(params) | {"contexts_allowed": mask})

    def sets(self, table):
        names = list(engine_simulate.ParamSet.__dataclass_fields__)
        found = []
        for row in table.select(names).iter_rows(named=True):
            words = {"entry_rule": ENTRY_RULES[row["entry_rule"]], "sides": SIDES[row["sides"]]}
            mask = 1 if row["contexts_allowed"] & 1 else row["contexts_allowed"]
            found.append(engine_simulate.ParamSet(**row | words | {"contexts_allowed": mask}))
        return found

    def evenings(self):
        """Decide again from what the files of each day add to those of the days before."""
        c = self.config
        trader = engine_experts.Chooser(
            c.objective, c.selection_half_life_days, self.cost_ticks, c.trade_probability, c.history_days
        )
        cells: dict[tuple[int, int], engine_judgement.Cell] = {}
        panel: list[list[float | None]] = []
        for today, (folder, result) in enumerate(zip(self.days, self.results, strict=True)):
            if today:
                trader.observe(self._paper(folder, trader.chosen))
            new = pl.read_parquet(folder / "evidence.parquet")
            for number, age, net, trades, squares in new.select(
                "candidate", "day", "net", "trades", "gross_sq"
            ).iter_rows():
                assert age <= 0
                assert (number, today + age) not in cells, "a cell is told once"
                cells[number, today + age] = engine_judgement.Cell(net, trades, squares)
            pool = pl.read_parquet(folder / "pool.parquet")
            remembered = range(max(0, today + 1 - c.history_days), today + 1)
            candidates = [
                engine_judgement.Candidate(number, params, [cells.get((number, d)) for d in remembered])
                for number, params in zip(pool["candidate"].to_list(), self.sets(pool), strict=True)
            ]
            iterations = pl.read_parquet(folder / "iterations.parquet")
            scores = iterations["objective"].fill_nan(None).to_list()
            panel = [*panel, scores[: self.panel]][-c.history_days :]
            own = trader.decide(
                engine_experts.Evening(
                    candidates,
                    self.designs,
                    panel,
                    self.baselines,
                    self.sets(iterations),
                    scores,
                    self._barrier_after(today),
                )
            )
            yield Evening(
                result, candidates, own, dict(trader.chosen), list(trader.hedge.weights), list(trader.record)
            )

    def _barrier_after(self, today):
        state = msgspec.json.decode((self.days[today] / "state.json").read_bytes())
        if today + 1 < len(self.results):
            assert state["barrier"] == self.results[today + 1].barrier_ticks
        return state["barrier"]

    def _paper(self, folder, chosen):
        trades = pl.read_parquet(folder / "trades.parquet")
        paper = {}
        for name, params in chosen.items():
            mine = trades.filter(pl.col("policy") == name)
            net = [round(1000 * x) for x in mine["net_ticks"].to_list()]
            paper[name] = engine_decision.paper_day(params, mine["gross"].to_list(), net)
        return paper


@pytest.fixture(scope="module", params=WORLDS.values(), ids=WORLDS)
def run(request, tmp_path_factory):
    edge, config = request.param
    root = tmp_path_factory.mktemp("evenings")
    synth.write(synth.generate(start="2026-01-05", days=DAYS, seed=3, edge=edge), root / "bars.parquet")
    return Run(config, root / "bars.parquet", root)


@pytest.fixture(scope="module")
def evenings(run):
    found = list(run.evenings())
    assert len(found) == DAYS
    return found


def test_choices_of_every_expert_are_identical(run, evenings):
    for evening in evenings:
        for name, own in evening.chosen.items():
            assert run.archived(evening.result.policies[name].next_params) == own, name
    # Not the same set every evening, nor the same one for all.
    for name in ("memory_2", "day_best"):
        assert len({evening.chosen[name] for evening in evenings}) > 1
    assert any(len(set(evening.chosen.values())) > 4 for evening in evenings)


def test_decisions_are_identical(run, evenings):
    for evening in evenings:
        theirs, own = evening.result.decision, evening.own
        assert (theirs.expert, theirs.trade) == (own.expert, own.trade)
        assert run.archived(theirs.params) == own.params
        assert theirs.probability == pytest.approx(own.probability, **CLOSE)
        assert theirs.luck == pytest.approx(own.luck, rel=1e-9, abs=1e-15)
        traded = evening.result.policies["decision"].next_params
        assert run.archived(traded) == (own.params if own.trade else None)


def test_expectations_are_identical(run, evenings):
    for evening in evenings:
        theirs, own = evening.result.decision, evening.own.expected
        assert (theirs.evidence_currency is None) == (own is None)
        if own is not None:
            # 10% of a Normal lie beyond 1.2816 standard deviations on either side.
            ends = [own.expected + k * 1.2816 * own.sd for k in (0, -1, 1)]
            found = (theirs.evidence_currency, theirs.evidence_low_currency, theirs.evidence_high_currency)
            assert found == pytest.approx([x * run.tick_value for x in ends], **CLOSE)
        brings = evening.own.brings
        assert (theirs.expected_currency is None) == (brings is None)
        if brings is not None:
            ends = [brings[0] + k * 1.2816 * brings[1] for k in (0, -1, 1)]
            found = (theirs.expected_currency, theirs.low_currency, theirs.high_currency)
            assert found == pytest.approx([x * run.tick_value for x in ends], **CLOSE)
            assert theirs.expected_days == sum(day.noise > 0 for day in evening.record)
    assert any(e.own.brings is not None for e in evenings)


def test_weights_and_records_are_identical(run, evenings):
    for evening in evenings:
        theirs = evening.result.decision
        assert list(theirs.weights) == list(engine_experts.LEADING)
        assert list(theirs.weights.values()) == pytest.approx(evening.weights, **CLOSE)
        traded = [day for day in evening.record if day.noise > 0]
        assert theirs.paper_days == len(traded)
        net = sum(day.net for day in traded) * run.tick_value
        assert theirs.paper_net_currency == pytest.approx(net, **CLOSE)
    assert evenings[-1].record


def test_contenders_are_the_best_candidates(run, evenings):
    for evening in evenings:
        judged = [
            (engine_judgement.judge(c, engine_experts.JUDGED_BY, run.cost_ticks), c)
            for c in evening.candidates
        ]
        best = sorted(judged, key=lambda pair: -pair[0].cautious)[: len(evening.result.decision.contenders)]
        for contender, (own, candidate) in zip(evening.result.decision.contenders, best, strict=True):
            assert contender.candidate == candidate.number
            assert run.archived(contender.params) == candidate.params
            assert contender.z == pytest.approx(own.z, **CLOSE)
            assert contender.expected_currency == pytest.approx(own.expected * run.tick_value, **CLOSE)
            assert contender.sd_currency == pytest.approx(own.sd * run.tick_value, **CLOSE)


def test_what_is_said_of_the_evidence_is_what_the_files_hold(run, evenings):
    days = 0
    for evening in evenings:
        days = min(days + 1, run.config.history_days)
        decision = evening.result.decision
        assert decision.candidates == len(evening.candidates)
        assert decision.known_days == days
        assert decision.tried >= decision.candidates
        numbers = [c.number for c in evening.candidates]
        assert numbers == sorted(set(numbers))
        assert numbers[: run.designs] == list(range(run.designs))
        for candidate in evening.candidates:
            tried = [day is not None for day in candidate.days]
            # Whoever was tried on a day has been tried on every day since.
            assert tried == sorted(tried)
            assert tried[-1]
            if candidate.number < run.designs:
                assert all(tried)
