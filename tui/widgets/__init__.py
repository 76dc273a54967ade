"""Parts of the screens. They are handed a model or a figure and draw it; threads of theirs read through the model.

May import charts, text, shell, model, sources and bayescore.
"""
