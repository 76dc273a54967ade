"""Where events come from: training in this process, or the files of another.

May import bayescore and messages; never a widget.
"""
