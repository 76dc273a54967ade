"""The order of the days: what a run knows, and each step of a day.

May import report, runs, choosing, regret, learning, design, results and data.
"""
