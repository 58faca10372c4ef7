"""Protocols only: the seams between the floors. No implementation lives here."""
