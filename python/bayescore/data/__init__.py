"""Market data: reading and checking files, trade dates, synthetic data.

May import config, events, vocabulary, errors and the core.
"""

from bayescore.data.days import TradingDay, TradingDays
from bayescore.data.load import MarketData, load
from bayescore.data.report import LeftOut, LoadReport
from bayescore.data.sessions import Session, sessions, window_index

__all__ = [
    "LeftOut",
    "LoadReport",
    "MarketData",
    "Session",
    "TradingDay",
    "TradingDays",
    "load",
    "sessions",
    "window_index",
]
