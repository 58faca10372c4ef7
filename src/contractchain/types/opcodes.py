"""Names and stack effects of the instructions of the EVM, of every fork up to Osaka.

A name is that of the newest fork: 0x44 is PREVRANDAO, also where it still reads the difficulty.
"""

from typing import NamedTuple


class Opcode(NamedTuple):
    """One instruction."""

    name: str
    pops: int
    """Words that must be on the stack."""
    pushes: int
    """Words that stand in their place afterwards."""


_ROWS = """
00 STOP-0-0 ADD-2-1 MUL-2-1 SUB-2-1 DIV-2-1 SDIV-2-1 MOD-2-1 SMOD-2-1
08 ADDMOD-3-1 MULMOD-3-1 EXP-2-1 SIGNEXTEND-2-1
10 LT-2-1 GT-2-1 SLT-2-1 SGT-2-1 EQ-2-1 ISZERO-1-1 AND-2-1 OR-2-1
18 XOR-2-1 NOT-1-1 BYTE-2-1 SHL-2-1 SHR-2-1 SAR-2-1 CLZ-1-1
20 KECCAK256-2-1
30 ADDRESS-0-1 BALANCE-1-1 ORIGIN-0-1 CALLER-0-1 CALLVALUE-0-1 CALLDATALOAD-1-1 CALLDATASIZE-0-1
37 CALLDATACOPY-3-0 CODESIZE-0-1 CODECOPY-3-0 GASPRICE-0-1 EXTCODESIZE-1-1 EXTCODECOPY-4-0
3d RETURNDATASIZE-0-1 RETURNDATACOPY-3-0 EXTCODEHASH-1-1
40 BLOCKHASH-1-1 COINBASE-0-1 TIMESTAMP-0-1 NUMBER-0-1 PREVRANDAO-0-1 GASLIMIT-0-1 CHAINID-0-1
47 SELFBALANCE-0-1 BASEFEE-0-1 BLOBHASH-1-1 BLOBBASEFEE-0-1
50 POP-1-0 MLOAD-1-1 MSTORE-2-0 MSTORE8-2-0 SLOAD-1-1 SSTORE-2-0 JUMP-1-0 JUMPI-2-0
58 PC-0-1 MSIZE-0-1 GAS-0-1 JUMPDEST-0-0 TLOAD-1-1 TSTORE-2-0 MCOPY-3-0 PUSH0-0-1
a0 LOG0-2-0 LOG1-3-0 LOG2-4-0 LOG3-5-0 LOG4-6-0
f0 CREATE-3-1 CALL-7-1 CALLCODE-7-1 RETURN-2-0 DELEGATECALL-6-1 CREATE2-4-1
fa STATICCALL-6-1
fd REVERT-2-0 INVALID-0-0 SELFDESTRUCT-1-0
"""
"""Number of the first of a row, then name, pops and pushes of each."""


def _build_table() -> dict[int, Opcode]:
    table = {}
    for row in _ROWS.strip().splitlines():
        first, *entries = row.split()
        for place, entry in enumerate(entries):
            name, pops, pushes = entry.split("-")
            table[int(first, 16) + place] = Opcode(name, int(pops), int(pushes))
    for n in range(1, 33):
        table[0x5F + n] = Opcode(f"PUSH{n}", 0, 1)
    for n in range(1, 17):
        table[0x7F + n] = Opcode(f"DUP{n}", n, n + 1)
        table[0x8F + n] = Opcode(f"SWAP{n}", n + 1, n + 1)
    return table


OPCODES = _build_table()
"""By number; what is missing is not defined."""
