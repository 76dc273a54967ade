"""One day in the order that is the guarantee against lookahead, whoever runs it: training, validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore import events
from bayescore.choosing.experts import OF_ITERATIONS
from bayescore.training.ahead import at_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from bayescore._core import Labels
    from bayescore.training.ahead import Searched
    from bayescore.training.control import Phase, TrainingControl
    from bayescore.training.day import DayOutcome, LookedBack, PreparedDay
    from bayescore.training.learner import Learner


def _silent(_: object) -> None:
    """Nobody listens."""


def walk_day(
    learner: Learner,
    day: PreparedDay,
    index: int,
    control: TrainingControl,
    *,
    labels: Callable[[], Labels] | None = None,
    searched: Searched | None = None,
    beside: Callable[[Callable[[], LookedBack]], Callable[[], LookedBack]] = at_once,
    enter: Callable[[Phase], None] = _silent,
    on_best: Callable[[events.NewBest], None] = _silent,
) -> DayOutcome:
    """Trade a day with what was known the evening before, then learn from it.

    Parameters
    ----------
    learner
        What is known.
    day
        The day.
    index
        Its place in the run.
    control
        Asked between the steps.
    labels
        The day's labels if another thread makes them; by default they are made here.
    searched
        The day's iterations if they were begun the evening before; by default they are run here.
    beside
        Looks back on the day while the choice is made; by default before it.
    enter
        Told the name of each step.
    on_best
        Told each new in-sample best.

    Raises
    ------
    Interrupted
        If the run is to stop.
    """
    control.wait()
    enter("trading")
    evening = learner.evening_before(day)
    traded = learner.trade(day)
    control.wait()
    enter("sweeping")
    bests: list[events.NewBest] = []

    def new_best(best: events.BestSet) -> None:
        bests.append(events.NewBest(date=day.date, index=index, best=best))
        on_best(bests[-1])

    search = searched.result(new_best) if searched else learner.search(day, index, control, new_best)
    control.wait()
    enter("regret")
    regret = learner.analyse_regret(day, search)
    learner.observe(index, search)

    def look_back() -> LookedBack:
        made = labels() if labels is not None else None
        return learner.look_back(day, evening, traded, search, regret, made)

    looked_back = beside(look_back)
    enter("choosing")
    decision = learner.select(day, traded, search, control)
    enter("learning")
    return learner.conclude(day, index, evening, traded, search, looked_back(), decision, bests)


def walk_headline(
    learner: Learner, day: PreparedDay, index: int, control: TrainingControl
) -> events.PolicyDay:
    """The headline's day as `walk_day` gives it, without all that the headline does not depend on.

    The day's own iterations are left out where the headline does not read them, and so are regret, patterns, stars and
    calibration: a fraction of the work.

    Raises
    ------
    Interrupted
        If the run is to stop.
    """
    headline = learner.config.selection
    if headline in OF_ITERATIONS:
        return walk_day(learner, day, index, control).result.policies[headline]
    control.wait()
    evening = learner.evening_before(day)
    traded = learner.trade(day)
    control.wait()
    learner.select_unsearched(day, traded, control)
    learner.learn_odds(day)
    return learner.record.add_headline(traded.trades, traded.dropped, evening.chosen, learner.chosen)
