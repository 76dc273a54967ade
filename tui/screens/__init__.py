"""Whole screens: start, run, day, pattern, and the dialogs over them."""
