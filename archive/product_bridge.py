"""The only file here that knows the product: its loader, its design of experiments, its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from engine_bars import Day
from engine_brain import BrainSettings
from engine_costs import Costs, FillRules
from engine_labels import barrier
from engine_run import Settings, TradeDate
from engine_simulate import ParamSet

from bayescore.config import Config
from bayescore.data import MarketData, TradingDay, load
from bayescore.design.factors import NAMES, ParamTable
from bayescore.design.generator import DOEParameterGenerator
from bayescore.vocabulary import ENTRY_RULES, SIDES

NS = 1_000_000_000


def trade_date(day: TradingDay) -> TradeDate:
    """Plain lists of a loaded day."""
    open_ns, close_ns = day.session.open_ns, day.session.close_ns
    columns = (day.open, day.high, day.low, day.close, day.volume)
    return TradeDate(
        day.date,
        Day(
            ((day.ts_ns - open_ns) // NS).tolist(),
            *(column.tolist() for column in columns),
            close_s=(close_ns - open_ns) // NS,
        ),
        day.windows.tolist(),
    )


def load_days(
    paths: list[str], days: int, iterations: int, seed: int
) -> tuple[MarketData, Config, list[TradeDate]]:
    """Read the first trade dates of some files."""
    config = Config(iterations=iterations, max_days=days, seed=seed)
    market = load(paths, config)
    return market, config, [trade_date(day) for day in market.days[:days]]


def costs_of(market: MarketData, config: Config) -> Costs:
    """Costs of the configuration; the instrument's where it says nothing."""
    c, instrument = config.costs, market.instrument
    per_side = instrument.commission if c.commission is None else c.commission
    return Costs(
        commission_milliticks=round(2 * per_side / instrument.tick_value * 1000),
        slippage_base=instrument.slippage_ticks if c.slippage_ticks is None else c.slippage_ticks,
        slippage_factor=c.slippage_factor,
        slippage_window=c.slippage_window,
    )


def settings_of(market: MarketData, config: Config, *, states_per_iteration: bool = False) -> Settings:
    """Everything the trainer reads from a configuration."""
    b, c = config.brain, config.costs
    return Settings(
        state=config.state,
        n_windows=len(market.instrument.window_names),
        brain=BrainSettings(b.mirror, b.half_life_days, b.root_strength, b.kappa_min, b.kappa_max),
        label_horizon=b.label_horizon,
        costs=costs_of(market, config),
        rules=FillRules(
            c.limit_fill, c.intrabar, c.max_entry_gap, c.no_entry_before_close, c.flat_before_close
        ),
        objective=config.objective,
        min_trades=config.min_trades,
        half_life=config.selection_half_life_days,
        states_per_iteration=states_per_iteration,
    )


def sets_of(table: ParamTable) -> list[ParamSet]:
    """Rows of a table of the design."""
    columns = [table[name].tolist() for name in NAMES]
    rows = [dict(zip(NAMES, values, strict=True)) for values in zip(*columns, strict=True)]
    words = {"entry_rule": ENTRY_RULES, "sides": SIDES}
    return [ParamSet(**{**row, **{name: names[row[name]] for name, names in words.items()}}) for row in rows]


@dataclass
class ProductDesign:
    """The product's design, both stages, as lists of sets."""

    generator: DOEParameterGenerator

    def first_stage(self) -> list[ParamSet]:
        """Sets that are tried every day."""
        return sets_of(self.generator.first_stage())

    def second_stage(self, index: int, date: str, scores: list[float | None]) -> list[ParamSet]:
        """Sets that follow from today's scores of the first stage."""
        return sets_of(self.generator.second_stage(index, date, _as_array(scores)))

    def observe(self, index: int, sets: list[ParamSet], scores: list[float | None]) -> None:
        """Hand a finished day's scores to the design."""
        table = self.generator.generate_day(index)
        assert len(sets) == len(table[NAMES[0]])
        self.generator.observe(index, table, _as_array(scores))


@dataclass
class Sample:
    """A few sets spread evenly over a design, so that a short run takes sets like those of a long one."""

    sets: list[ParamSet]

    def first_stage(self) -> list[ParamSet]:
        """All of them."""
        return self.sets

    def second_stage(self, index: int, date: str, scores: list[float | None]) -> list[ParamSet]:
        """None."""
        return []

    def observe(self, index: int, sets: list[ParamSet], scores: list[float | None]) -> None:
        """Forget."""


def design_of(market: MarketData, config: Config, days: list[TradeDate]) -> ProductDesign:
    """The whole design of a run, in units of the typical move of its first date."""
    instrument, dates = market.instrument, [d.date for d in days]
    b = barrier(days[0].day, config.state.momentum_lag)
    return ProductDesign(DOEParameterGenerator(config, instrument, instrument.window_names, dates, b))


def sample_of_the_design(
    market: MarketData, config: Config, days: list[TradeDate], iterations: int
) -> ProductDesign | Sample:
    """The whole design, or so many sets of the part that is the same every day."""
    design = design_of(market, config, days)
    if iterations >= config.iterations:
        return design
    sets = design.first_stage()
    n = min(iterations, len(sets))
    return Sample([sets[k * len(sets) // n] for k in range(n)])


def _as_array(scores: list[float | None]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if x is None else x for x in scores], dtype=np.float64)
