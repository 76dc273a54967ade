"""Where events come from: training in this process, or the files of another.

May import bayescore; nothing of the screen but Textual's messages.
"""
