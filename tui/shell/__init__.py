"""What surrounds the screens: options, palette, themes, log, signals.

May import charts, text, model, sources and bayescore.
"""
