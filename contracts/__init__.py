"""Example contracts: Counter, the stress ladder and others that people copy."""
