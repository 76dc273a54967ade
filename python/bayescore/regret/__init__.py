"""How well exits were timed, and what other exit rules would have brought.

May import learning, design, results and data.
"""
