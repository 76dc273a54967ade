"""Panels of the screens: handed a model or a figure, they draw it.

May import shell, charts, text and model.
"""
