"""Engines that decide when a block is built and which block is the head."""

from contractchain.consensus.instant import InstantEngine
from contractchain.consensus.interval import IntervalEngine
from contractchain.consensus.manual import ManualEngine
from contractchain.consensus.rules import UnsealedRules
from contractchain.consensus.switchable import SwitchableEngine

__all__ = ["InstantEngine", "IntervalEngine", "ManualEngine", "SwitchableEngine", "UnsealedRules"]
