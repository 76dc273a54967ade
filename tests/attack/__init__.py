"""Attacks on the program: what `make attack` runs, and the tools that short tests share with it."""
