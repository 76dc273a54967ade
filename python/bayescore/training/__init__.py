"""The order of the days: what a run knows, and each step of a day.

May import report, runs, results, choosing, regret, learning, design and data.
"""
