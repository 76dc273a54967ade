"""What is known, as styled text that fits a width; pure functions without widgets.

May import model, sources and bayescore.
"""
