"""The instructions of inline assembly, with numbers of arguments and values.

Some came with a version of the EVM and one has gone with it; the names of all instructions are
reserved, also of those that assembly cannot use.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from contractchain.lang.evm_version import EvmVersion


class YulBuiltin(NamedTuple):
    """One instruction."""

    arguments: int
    returns: int
    mutability: str = "pure"
    """`pure`, `view`, `nonpayable` or `payable`."""


def _group(
    names: str, arguments: int, returns: int, mutability: str = "pure"
) -> dict[str, YulBuiltin]:
    return {name: YulBuiltin(arguments, returns, mutability) for name in names.split()}


_ALL: Mapping[str, YulBuiltin] = {
    **_group("stop invalid", 0, 0),
    **_group("add sub mul div sdiv mod smod exp signextend", 2, 1),
    **_group("lt gt slt sgt eq and or xor byte shl shr sar", 2, 1),
    **_group("not iszero clz", 1, 1),
    **_group("addmod mulmod", 3, 1),
    **_group("keccak256", 2, 1),
    **_group("pop", 1, 0),
    **_group("mload", 1, 1),
    **_group("mstore mstore8", 2, 0),
    **_group("mcopy calldatacopy codecopy returndatacopy", 3, 0),
    **_group("msize", 0, 1),
    **_group("calldataload", 1, 1),
    **_group("calldatasize codesize returndatasize", 0, 1),
    **_group("return revert", 2, 0),
    **_group("sload tload", 1, 1, "view"),
    **_group("sstore tstore", 2, 0, "nonpayable"),
    **_group(
        "gas address caller origin gasprice coinbase timestamp number difficulty prevrandao"
        " gaslimit chainid basefee blobbasefee selfbalance",
        0,
        1,
        "view",
    ),
    **_group("callvalue", 0, 1, "view"),
    **_group("balance extcodesize extcodehash blockhash blobhash", 1, 1, "view"),
    **_group("extcodecopy", 4, 0, "view"),
    **_group("create", 3, 1, "nonpayable"),
    **_group("create2", 4, 1, "nonpayable"),
    **_group("call callcode", 7, 1, "nonpayable"),
    **_group("delegatecall", 6, 1, "nonpayable"),
    **_group("staticcall", 6, 1, "view"),
    **_group("selfdestruct", 1, 0, "nonpayable"),
    **_group("log0", 2, 0, "nonpayable"),
    **_group("log1", 3, 0, "nonpayable"),
    **_group("log2", 4, 0, "nonpayable"),
    **_group("log3", 5, 0, "nonpayable"),
    **_group("log4", 6, 0, "nonpayable"),
}
"""Instructions by name."""

SINCE: Mapping[str, tuple[EvmVersion, int]] = {
    "blobhash": (EvmVersion.CANCUN, 8314),
    "blobbasefee": (EvmVersion.CANCUN, 6679),
    "mcopy": (EvmVersion.CANCUN, 7755),
    "tload": (EvmVersion.CANCUN, 6243),
    "tstore": (EvmVersion.CANCUN, 6243),
    "clz": (EvmVersion.OSAKA, 4948),
}
"""First version with an instruction, and the number of the diagnostic where it is missing."""

RESERVED = frozenset(
    ["linkersymbol", "datasize", "dataoffset", "datacopy", "setimmutable", "loadimmutable"]
    + [f"{name}{size}" for name in ("swap", "dup") for size in range(1, 17)]
    + [f"push{size}" for size in range(33)]
    + ["jump", "jumpi", "jumpdest", "pc", "verbatim"]
)
"""Names that are neither instructions of assembly nor free for declarations."""


@cache
def yul_builtins(version: EvmVersion) -> Mapping[str, YulBuiltin]:
    """Return the instructions that assembly for `version` has, by name."""
    gone = "difficulty" if version.has(EvmVersion.PARIS) else "prevrandao"
    return {
        name: builtin
        for name, builtin in _ALL.items()
        if name != gone and (name not in SINCE or version.has(SINCE[name][0]))
    }
