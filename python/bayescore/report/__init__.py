"""Results as text and pages: words, units and layout; computes no figure.

May import runs and the rooms below it.
"""
