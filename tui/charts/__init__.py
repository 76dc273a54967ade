"""Charts as figures: series, axes and scales for a width and a height, free of widgets.

May import text, model, sources and bayescore.
"""
