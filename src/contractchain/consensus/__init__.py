"""Engines that decide when a block is built and which block is the head."""

from contractchain.consensus.instant import InstantEngine
from contractchain.consensus.interval import IntervalEngine
from contractchain.consensus.rules import UnsealedRules

__all__ = ["InstantEngine", "IntervalEngine", "UnsealedRules"]
