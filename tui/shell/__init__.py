"""What surrounds the screens: options, palette of commands, themes, log, signals.

May import model, sources and bayescore.
"""
