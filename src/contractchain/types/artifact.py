"""What a compiler hands over: one compiled contract.

Made by `contractchain.lang` or read from the output of solc, Foundry, Hardhat or Vyper.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageVariable:
    """One entry of a storage layout, in solc's terms."""

    label: str
    slot: int
    offset: int
    """Byte offset from the right end of the slot."""
    type: str
    """Type identifier, a key of `StorageLayout.types`."""
    contract: str = ""
    """Fully qualified name of the contract that declares it."""
    ast_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageLayout:
    """Where state variables are, in the shape of solc's `storageLayout`."""

    storage: tuple[StorageVariable, ...] = ()
    types: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One contract, compiled."""

    name: str
    """Contract name, e.g. `Counter`."""
    source_name: str
    """Source unit, e.g. `contracts/Counter.sol`."""
    abi: tuple[dict[str, Any], ...]
    """JSON ABI, in the order of the compiler."""
    init_code: bytes
    """Creation bytecode without constructor arguments; link references zeroed."""
    runtime_code: bytes
    """Deployed bytecode; immutables zeroed."""
    method_identifiers: dict[str, str] = field(default_factory=dict)
    """Selector in hex, without 0x, by signature."""
    storage_layout: StorageLayout | None = None
    immutable_references: dict[str, list[dict[str, int]]] = field(default_factory=dict)
    """AST id -> places ({start, length}) in the runtime code."""
    link_references: dict[str, dict[str, list[dict[str, int]]]] = field(default_factory=dict)
    """File -> library -> places in the init code that need the library's address."""
    source_map: str = ""
    """solc's compressed source map of the init code."""
    runtime_source_map: str = ""
    source_files: tuple[str, ...] = ()
    """Source units by their number in the source maps; empty if that is not known."""
    metadata: str = ""
    compiler: str = ""
    """Name and version of the compiler."""
    userdoc: dict[str, Any] = field(default_factory=dict)
    devdoc: dict[str, Any] = field(default_factory=dict)
