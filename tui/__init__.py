"""The dashboard of bayescore: trains and shows, or follows a run that another process writes.

`app:main` is the command; rooms from top to bottom: app, dashboard, screens, widgets, charts, text and shell, model,
sources. What a run says is folded into `model.run_model.RunModel`; screens and widgets only read it.
"""
