"""Charts as figures, free of widgets.

May import the model and text.
"""
