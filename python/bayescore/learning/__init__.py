"""States, contexts, odds, and whether the odds come true.

May import results and the core.
"""
