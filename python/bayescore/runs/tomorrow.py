"""The next trade date of a run on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.errors import DamagedError, DataError, RunError
from bayescore.results.tomorrow import instrument_of, tomorrow_of
from bayescore.runs import layout
from bayescore.runs.origin import config_of

if TYPE_CHECKING:
    from bayescore import events
    from bayescore.config import Config
    from bayescore.learning.brain import BayesianBrain
    from bayescore.results.tomorrow import Tomorrow
    from bayescore.runs.reader import RunReader


def tomorrow_of_run(directory: RunReader) -> Tomorrow:
    """What a run says about the date after its last finished day.

    Raises
    ------
    RunError
        If no day is finished, or its files are damaged.
    UsageError
        If the run is of another version.
    """
    header, results = directory.header(), directory.results()
    if not results:
        raise RunError(f"{directory.path}: no finished day yet")
    config = config_of(directory, header)
    if results[-1].decision.params is None:
        return tomorrow_of(header.started, config, results, None)

    from bayescore.learning.firing import firing_of

    brain = brain_of_run(directory, header.started, config, results[-1].date)
    return tomorrow_of(header.started, config, results, firing_of(brain.core, results[-1].decision))


def brain_of_run(
    directory: RunReader, started: events.RunStarted, config: Config, date: str
) -> BayesianBrain:
    """The brain of a run, as it was after a finished day.

    Raises
    ------
    DamagedError
        If its file is not what it should be.
    """
    from bayescore.learning.brain import BayesianBrain
    from bayescore.learning.own_states import engine_of
    from bayescore.runs.tables import read_table

    windows = instrument_of(started, config).window_names
    brain = BayesianBrain(engine_of(config, windows).space, config.brain)
    table = read_table(directory, date, layout.BRAIN)
    try:
        brain.restore({name: table[name].to_numpy() for name in table.columns})
    except DataError as error:
        raise DamagedError(
            f"{directory.path / layout.DAYS / date / layout.BRAIN}: damaged ({str(error).splitlines()[0]})"
        ) from None
    return brain
