"""Whole screens: start, run, day, pattern, and the dialogs over them.

May import every room but the dashboard, which opens them.
"""
