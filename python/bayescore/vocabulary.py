"""The closed lists of words that files, options and reports use, in the core's numbering. Imports nothing."""

REASONS = ("stop", "trail", "target", "time", "session_end")
"""Why a trade ended."""
