"""Panels of the screens. They are handed a model or a figure and draw it; none of them reads a file."""
