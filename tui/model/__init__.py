"""What is known of a run, folded from its events or read from its files.

May import sources and bayescore; never a widget.
"""
