"""States, contexts, odds, and whether the odds come true.

May import design, results and data.
"""
