"""What is known of a run, folded from its events or read from its files.

May import bayescore; never a widget.
"""
