"""Figures of trades, days and runs, and their statistics, each computed once.

May import data, events and the core; nothing that learns or chooses.
"""
