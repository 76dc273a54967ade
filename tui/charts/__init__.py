"""Charts as figures, free of widgets.

May import text and model.
"""
