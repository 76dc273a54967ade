"""The closed lists of words that files, options and reports use, in the core's numbering. Imports nothing."""

REASONS = ("stop", "trail", "target", "time", "session_end")
"""Why a trade ended."""

CONTEXTS = (
    "core",
    "kill_zone",
    "pattern_setup",
    "confirmation",
    "velocity_spike",
    "volatility_differential",
    "fractal_resonance",
    "transition",
)
"""Names of the context bits 0 to 7; session windows follow from bit 8."""

SESSION_PREFIX = "session:"
"""Before the name of a session window, where it stands among the contexts."""
