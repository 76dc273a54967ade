"""Figures of trades, days and runs, each computed once.

May import statistics and events; nothing that trains.
"""
