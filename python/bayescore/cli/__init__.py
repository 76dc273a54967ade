"""The command line: options, commands, settings of the interpreter.

May import every room; nothing in `bayescore` imports it.
"""
