"""Runs on disk: the folder, its tables, and the one reader of both.

May import results, learning and data; knows nothing of training.
"""
