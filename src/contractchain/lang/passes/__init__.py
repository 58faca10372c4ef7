"""Optimiser: passes over the IR, none of which changes what a program does."""
