"""What a run tells the world, as frozen structs that encode to one JSON line each.

``events.jsonl`` holds `RunStarted`, `DayStarted`, `NewBest`, `DayFinished` and `RunFinished`: no wall-clock
times, so that a resumed run writes the bytes of an uninterrupted one. `Progress` is only passed to callbacks and
mirrored in ``live.json``. Figures are net of costs unless named gross, in ticks unless named currency; ``None``
means undefined (too few trades, division by nothing).
"""

from bayescore.events.decisions import (
    BestSet,
    Contender,
    Decision,
    Iterations,
    Refusals,
)
from bayescore.events.figures import (
    Equity,
    Frozen,
    Group,
    Metrics,
    Params,
    PolicyDay,
    PolicySummary,
)
from bayescore.events.learned import (
    Calibration,
    Effect,
    ExitRule,
    ExitTimes,
    LabelCounts,
    LevelCalibration,
    Pattern,
    RegretDay,
)
from bayescore.events.messages import (
    AnyEvent,
    DayFinished,
    DayStarted,
    Event,
    NewBest,
    Progress,
    Race,
    RunFinished,
    RunStarted,
    SetsSoFar,
    decode,
    encode,
)
from bayescore.events.results import (
    DataNote,
    DayResult,
    Summary,
)
from bayescore.events.verdicts import (
    Robustness,
    Rung,
    SearchSize,
    Stability,
    Validation,
    Verdict,
)

__all__ = [
    "AnyEvent",
    "BestSet",
    "Calibration",
    "Contender",
    "DataNote",
    "DayFinished",
    "DayResult",
    "DayStarted",
    "Decision",
    "Effect",
    "Equity",
    "Event",
    "ExitRule",
    "ExitTimes",
    "Frozen",
    "Group",
    "Iterations",
    "LabelCounts",
    "LevelCalibration",
    "Metrics",
    "NewBest",
    "Params",
    "Pattern",
    "PolicyDay",
    "PolicySummary",
    "Progress",
    "Race",
    "Refusals",
    "RegretDay",
    "Robustness",
    "RunFinished",
    "RunStarted",
    "Rung",
    "SearchSize",
    "SetsSoFar",
    "Stability",
    "Summary",
    "Validation",
    "Verdict",
    "decode",
    "encode",
]
