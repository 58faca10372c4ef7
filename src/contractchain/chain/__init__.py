"""The chain: genesis, validation, fees, mempool, building, importing, choosing the head.

Knows no implementation of engine, store or consensus; it is given one of each.
"""

from contractchain.chain.chain import Chain
from contractchain.chain.references import BlockReference, BlockTag, parse_block_reference
from contractchain.chain.views import (
    HeadChange,
    LogFilter,
    LogView,
    ReceiptView,
    SuggestedFees,
    TransactionView,
)

__all__ = [
    "BlockReference",
    "BlockTag",
    "Chain",
    "HeadChange",
    "LogFilter",
    "LogView",
    "ReceiptView",
    "SuggestedFees",
    "TransactionView",
    "parse_block_reference",
]
