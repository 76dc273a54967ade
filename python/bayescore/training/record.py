"""What every policy has earned out of sample so far, and the figures of its day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bayescore import _core, events
from bayescore.arrays import concat_columns
from bayescore.learning.patterns import TRADED
from bayescore.results.metrics import by_context, by_reason, grouped, metrics_of
from bayescore.results.statistics import MIN_DAYS, annualised_sharpe
from bayescore.results.summary import equity_of, headline_verdict, policy_summary
from bayescore.vocabulary import POLICIES

if TYPE_CHECKING:
    from bayescore.arrays import Columns
    from bayescore.config import Config
    from bayescore.data.instruments import Instrument
    from bayescore.runs.day_files import SavedDay


class Record:
    """The out-of-sample days of a run.

    Parameters
    ----------
    config
        The run's configuration; names the headline and the objective.
    instrument
        For money and session windows.
    costs
        Costs for the core.
    """

    def __init__(self, config: Config, instrument: Instrument, costs: dict[str, Any]) -> None:
        self.config, self.instrument, self.costs = config, instrument, costs
        self.daily: dict[str, list[float]] = {p: [] for p in POLICIES}
        """Net currency of each out-of-sample day by policy."""
        self.headline_days: list[events.PolicyDay] = []
        """Every day of the headline policy so far."""
        self.in_sample_nets: list[float] = []
        """Net currency of the in-sample best of each day that had one."""
        self.headline_trades: list[Columns] = []
        """``side``, ``code``, ``net`` and ``duration`` of the headline's out-of-sample trades, by day."""

    def add(
        self,
        traded: dict[str, Columns],
        dropped: dict[str, int],
        used: dict[str, events.Params | None],
        chosen: dict[str, events.Params | None],
        best: events.BestSet | None,
    ) -> dict[str, events.PolicyDay]:
        """Take up a day.

        Parameters
        ----------
        traded, dropped
            Trades and orders without a bar in time, by policy; one that had not chosen yet is missing.
        used, chosen
            Set of each policy that day, and for tomorrow.
        best
            The in-sample best of the day.
        """
        days: dict[str, events.PolicyDay] = {
            p: self._policy_day(p, traded.get(p), used[p], dropped.get(p, 0), chosen[p]) for p in POLICIES
        }
        self.headline_days.append(days[self.config.selection])
        if best is not None:
            self.in_sample_nets.append(best.metrics.net_currency)
        headline = traded.get(self.config.selection)
        if headline is not None:
            self.headline_trades.append({name: headline[name] for name in TRADED})
        return days

    def add_headline(
        self,
        traded: dict[str, Columns],
        dropped: dict[str, int],
        used: dict[str, events.Params | None],
        chosen: dict[str, events.Params | None],
    ) -> events.PolicyDay:
        """`add` of the headline alone."""
        p = self.config.selection
        day = self._policy_day(p, traded.get(p), used[p], dropped.get(p, 0), chosen[p])
        self.headline_days.append(day)
        return day

    def restore(self, saved: SavedDay) -> None:
        """Take up a finished day from its folder."""
        for policy, traded in saved.result.policies.items():
            if traded.metrics is not None:
                self.daily[policy].append(traded.metrics.net_currency)
        self.headline_days.append(saved.result.policies[self.config.selection])
        if saved.result.in_sample is not None:
            self.in_sample_nets.append(saved.result.in_sample.metrics.net_currency)
        if len(saved.headline_trades["net"]):
            self.headline_trades.append(saved.headline_trades)

    def verdict(self) -> events.Verdict:
        """Of the headline so far."""
        return headline_verdict(self.headline_days, self.instrument.tick_value, self.instrument.currency)

    def so_far(self) -> events.PolicySummary:
        """The headline over its days so far, at least one."""
        return policy_summary(self.headline_days, self.instrument.tick_value)

    def trades(self) -> Columns | None:
        """All trades of the headline; ``None`` before the first day with any."""
        return concat_columns(self.headline_trades) if self.headline_trades else None

    def groups(
        self, trades: Columns | None, space: _core.StateSpace, contexts: list[tuple[int, str]]
    ) -> dict[str, list[events.Group]]:
        """Trades of a day by state, context, session window and reason of the exit."""
        if trades is None:
            return {"by_pattern": [], "by_context": [], "by_window": [], "by_reason": []}
        windows = [(_core.FIRST_SESSION_BIT + w, name) for w, name in enumerate(self.instrument.window_names)]
        return {
            "by_pattern": grouped(trades, space.leaf_of(trades["code"]), space.leaf_label),
            "by_context": by_context(trades, contexts),
            "by_window": by_context(trades, windows),
            "by_reason": by_reason(trades),
        }

    def _policy_day(
        self,
        policy: str,
        trades: Columns | None,
        used: events.Params | None,
        dropped: int,
        chosen: events.Params | None,
    ) -> events.PolicyDay:
        metrics = equity = None
        if trades is not None:
            equity = equity_of(trades["net"])
            totals = _core.totals(
                trades, self.costs, objective=self.config.objective, min_trades=self.config.min_trades
            )
            totals["dropped"][0] = dropped
            commission = int(self.costs["commission_milliticks"])
            metrics = metrics_of(totals, 0, commission, self.instrument.tick_value)
            self.daily[policy].append(metrics.net_currency)
        daily = self.daily[policy]
        return events.PolicyDay(
            policy=policy,
            params=used if trades is not None else None,
            metrics=metrics,
            equity=equity,
            cumulative_net_currency=float(sum(daily)),
            sharpe_so_far=annualised_sharpe(daily) if len(daily) >= MIN_DAYS else None,
            next_params=chosen,
        )
