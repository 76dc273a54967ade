"""Design of experiments: the factors, the sets a day tries, their effects.

May import results and data.
"""
