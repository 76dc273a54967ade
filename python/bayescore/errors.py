"""Everything bayescore raises on purpose. Messages say what was wrong, where, and what to do."""

from bayescore.escape import one_line


class BayescoreError(Exception):
    """Base of all errors of this package; the command line prints it as one line."""

    exit_code = 1

    def __str__(self) -> str:
        """The message on one line, without anything that a terminal would obey."""
        return one_line(super().__str__())


class StarvedError(BayescoreError):
    """The machine does not give what it takes; nothing is wrong with the input."""


class UsageError(BayescoreError):
    """An option, a configuration value or a combination of them that cannot be used."""

    exit_code = 2


class DataError(BayescoreError):
    """A data file that cannot be read or holds what cannot be used; names the file and the row."""

    exit_code = 2


class RunError(BayescoreError):
    """A run directory that cannot be written, resumed or read."""

    exit_code = 2


class MissingError(RunError):
    """A file or folder of a run that is not there."""


class DamagedError(RunError):
    """A file or folder of a run that is not what it should be; names it."""


class TakenError(RunError):
    """A folder that another process writes a run into, or that holds something else."""


class UnreadableError(DamagedError):
    """The disk failed to give a file of a run; it may be whole."""

    exit_code = 1


class WriteError(RunError):
    """The disk refused to take a file of a run; finished days are kept."""

    exit_code = 1


class VerificationError(RunError):
    """A run is not what it says."""

    exit_code = 1


class Interrupted(BayescoreError):  # noqa: N818 - it is not an error of the user's or ours
    """Training was stopped on request; finished days are kept."""

    exit_code = 130
