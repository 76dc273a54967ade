"""The dashboard of bayescore: trains and shows, or follows a run that another process writes.

`bayescore_tui.app:main` is the command. What a run says is folded into `bayescore_tui.model.run.RunModel`, which knows
nothing of the screen; screens and widgets only read it.
"""
