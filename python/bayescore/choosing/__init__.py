"""What is traded tomorrow, or to stay flat.

May import regret, learning, design, results and data.
"""
