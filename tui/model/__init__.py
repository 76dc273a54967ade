"""What is known of a run: folded from its events, or read from its files when asked for.

May import sources and bayescore; nothing that draws.
"""
