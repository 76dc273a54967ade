"""What the words on screen mean, for the help dialog."""

from __future__ import annotations

from bayescore.report.wording import POLICY_NAMES
from bayescore.vocabulary import CHARTED, POLICY_WORDS

WORDS: tuple[tuple[str, str], ...] = (
    ("out of sample", "traded with what was known the evening before: the result"),
    ("verdict", "a ladder of four rungs: what the days out of sample show"),
    ("trade date", "date of the session, which may begin the evening before"),
    ("in-sample, hindsight", "the best set found by searching the same day's prices: never a result"),
    ("headline", "the policy that the run was told to report; the others are traded beside it"),
    *((POLICY_NAMES[name], POLICY_WORDS[name]) for name in CHARTED),
    ("tk", "ticks; net is after commission and slippage"),
    ("held", "time in a trade"),
    ("break-even", "win rate at which the day's average win and loss cancel"),
    ("exit efficiency", "part of the potential move that the exit took; entry and total likewise"),
    ("too early, too late", "the best price came after, or before, the exit"),
    ("odds", "chance that price moves one barrier up before one barrier down, for this state"),
    (
        "needs, lacks",
        "odds at which the bracket starts to pay after costs; what the interval is short of it",
    ),
    ("eff. n", "labels a state has learned from, overlapping ones not counted twice"),
    ("* after odds", "survives control of false discoveries across all states: more than luck"),
    ("MAE, MFE", "largest move against and for the trade while it was open"),
)
