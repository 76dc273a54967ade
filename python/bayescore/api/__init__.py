"""What scripts and notebooks call: load, train, simulate, sweep, open runs; results that show themselves.

On top of all rooms but `cli`, which it does not import; nothing of bayescore imports it.
"""
