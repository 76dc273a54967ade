"""Results as text and pages: the words and the units of figures.

May import results and the vocabulary below it; computes no figure.
"""
