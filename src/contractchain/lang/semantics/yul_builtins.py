"""The instructions of inline assembly, with numbers of arguments and values."""

from typing import NamedTuple


class YulBuiltin(NamedTuple):
    """One instruction."""

    arguments: int
    returns: int
    mutability: str = "pure"
    """`pure`, `view`, `nonpayable` or `payable`."""
    takes_name: bool = False
    """Whether it needs a name of an object, so that it is for pure Yul only."""


def _group(
    names: str, arguments: int, returns: int, mutability: str = "pure"
) -> dict[str, YulBuiltin]:
    return {name: YulBuiltin(arguments, returns, mutability) for name in names.split()}


YUL_BUILTINS: dict[str, YulBuiltin] = {
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
