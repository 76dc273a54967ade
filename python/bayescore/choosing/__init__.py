"""What is traded tomorrow, or to stay flat.

May import regret, design and results.
"""
