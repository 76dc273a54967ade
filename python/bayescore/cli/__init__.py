"""The command line: options, commands, interpreter settings.

May import every room below it; nothing imports it.
"""
