"""Plain data that every floor may hold: no behaviour beyond derived fields, no I/O."""

from contractchain.types.account import Account
from contractchain.types.artifact import Artifact, StorageLayout, StorageVariable
from contractchain.types.block import EMPTY_UNCLES_HASH, Block, Header, Withdrawal
from contractchain.types.fork import ChainConfig, Fork
from contractchain.types.genesis import Genesis, GenesisAccount
from contractchain.types.outcome import Halt, Outcome, Revert, Success
from contractchain.types.primitives import (
    EMPTY_CODE_HASH,
    EMPTY_TRIE_ROOT,
    ZERO_ADDRESS,
    ZERO_HASH,
    Address,
    Hash32,
)
from contractchain.types.receipt import Log, Receipt
from contractchain.types.trace import (
    Destruction,
    FrameEnd,
    FrameKind,
    FrameStart,
    TraceEvent,
    TraceOptions,
    TraceStep,
)
from contractchain.types.transaction import (
    AccessEntry,
    AccessListTransaction,
    Authorization,
    BlobTransaction,
    DynamicFeeTransaction,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)

__all__ = [
    "EMPTY_CODE_HASH",
    "EMPTY_TRIE_ROOT",
    "EMPTY_UNCLES_HASH",
    "ZERO_ADDRESS",
    "ZERO_HASH",
    "AccessEntry",
    "AccessListTransaction",
    "Account",
    "Address",
    "Artifact",
    "Authorization",
    "BlobTransaction",
    "Block",
    "ChainConfig",
    "Destruction",
    "DynamicFeeTransaction",
    "Fork",
    "FrameEnd",
    "FrameKind",
    "FrameStart",
    "Genesis",
    "GenesisAccount",
    "Halt",
    "Hash32",
    "Header",
    "LegacyTransaction",
    "Log",
    "Outcome",
    "Receipt",
    "Revert",
    "SetCodeTransaction",
    "StorageLayout",
    "StorageVariable",
    "Success",
    "TraceEvent",
    "TraceOptions",
    "TraceStep",
    "Transaction",
    "Withdrawal",
]
