"""Runs on disk: the folder, its files and tables, and who may write them.

May import choosing, regret, learning, design, results and data; knows nothing of training.
"""
