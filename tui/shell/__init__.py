"""What surrounds the screens: options, palette, themes, log, signals.

May import bayescore and the model.
"""
