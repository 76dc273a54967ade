"""Lines and panels as styled text, free of widgets.

May import model.
"""
