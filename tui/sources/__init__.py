"""Where events come from: training in this process, or the files of another.

May import bayescore only; never a widget.
"""
