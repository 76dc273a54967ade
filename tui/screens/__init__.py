"""Whole screens: start, run, day, pattern, and the dialogs over them.

May import widgets and all below; the dashboard above for type checking only.
"""
