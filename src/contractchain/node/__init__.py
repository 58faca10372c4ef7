"""The composition root: the only place that names implementations."""

from contractchain.node.config import EngineChoice, NodeConfig, StoreChoice
from contractchain.node.local import LocalNode, open_local_chain
from contractchain.node.report import EngineReport, engines_report

__all__ = [
    "EngineChoice",
    "EngineReport",
    "LocalNode",
    "NodeConfig",
    "StoreChoice",
    "engines_report",
    "open_local_chain",
]
