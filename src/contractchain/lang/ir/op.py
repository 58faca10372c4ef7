"""Every operation of the IR and the facts the optimiser and the back end ask about it.

The table is the whole truth: a pass asks `op.reads`, `op.is_commutative`, never the name. Operands
are listed as in Yul and as the EVM pops them: operand 0 is the one on top of the stack.
"""

from enum import Enum


class Effect:
    """Bits of `Op.reads` and `Op.writes`: the state an operation depends on or changes."""

    MEMORY = 1
    """Memory of the frame."""
    STORAGE = 2
    """Storage of the account."""
    TRANSIENT = 4
    """Transient storage of the account (EIP-1153)."""
    RETURNDATA = 8
    """Buffer with what the last call returned."""
    LOG = 16
    """Log of the transaction."""
    ENVIRONMENT = 32
    """Other accounts, balances, code, nonces."""
    GAS = 64
    """Gas left; a read of it is never shared nor moved over a call."""
    ALL = 127
    NONE = 0


_M, _S, _T, _R, _L, _E, _G = 1, 2, 4, 8, 16, 32, 64
_ALL = Effect.ALL


class Kind(Enum):
    """What an operation is to the structure of a function."""

    EVM = "evm"
    """One EVM instruction."""
    IR = "ir"
    """Exists only in the IR; the back end expands it."""
    JUMP = "jump"
    """Terminator with successors."""
    RETURN = "return"
    """Terminator that gives control back to the caller of the function."""
    HALT = "halt"
    """Terminator that ends the execution of the frame."""


_KINDS = {"i": Kind.IR, "j": Kind.JUMP, "r": Kind.RETURN, "h": Kind.HALT}
_NO_SYMBOL = ("invoke_indirect", "memory_guard", "copy", "return_label")


class Op(Enum):
    """An operation: `NAME = (opcode, operands, results, gas, reads, writes, flags)`.

    `operands` is None where the number varies. `gas` is the static part, in units of gas, used to
    weigh alternatives only. Flags: `c` commutative, `i` IR only, `j` jump, `r` return, `h` halt.
    """

    ADD = (0x01, 2, 1, 3, 0, 0, "c")
    MUL = (0x02, 2, 1, 5, 0, 0, "c")
    SUB = (0x03, 2, 1, 3, 0, 0, "")
    DIV = (0x04, 2, 1, 5, 0, 0, "")
    SDIV = (0x05, 2, 1, 5, 0, 0, "")
    MOD = (0x06, 2, 1, 5, 0, 0, "")
    SMOD = (0x07, 2, 1, 5, 0, 0, "")
    ADDMOD = (0x08, 3, 1, 8, 0, 0, "")
    MULMOD = (0x09, 3, 1, 8, 0, 0, "")
    EXP = (0x0A, 2, 1, 60, 0, 0, "")
    SIGNEXTEND = (0x0B, 2, 1, 5, 0, 0, "")
    LT = (0x10, 2, 1, 3, 0, 0, "")
    GT = (0x11, 2, 1, 3, 0, 0, "")
    SLT = (0x12, 2, 1, 3, 0, 0, "")
    SGT = (0x13, 2, 1, 3, 0, 0, "")
    EQ = (0x14, 2, 1, 3, 0, 0, "c")
    ISZERO = (0x15, 1, 1, 3, 0, 0, "")
    AND = (0x16, 2, 1, 3, 0, 0, "c")
    OR = (0x17, 2, 1, 3, 0, 0, "c")
    XOR = (0x18, 2, 1, 3, 0, 0, "c")
    NOT = (0x19, 1, 1, 3, 0, 0, "")
    BYTE = (0x1A, 2, 1, 3, 0, 0, "")
    SHL = (0x1B, 2, 1, 3, 0, 0, "")
    SHR = (0x1C, 2, 1, 3, 0, 0, "")
    SAR = (0x1D, 2, 1, 3, 0, 0, "")
    CLZ = (0x1E, 1, 1, 5, 0, 0, "")
    KECCAK256 = (0x20, 2, 1, 36, _M, 0, "")
    ADDRESS = (0x30, 0, 1, 2, 0, 0, "")
    BALANCE = (0x31, 1, 1, 700, _E, 0, "")
    ORIGIN = (0x32, 0, 1, 2, 0, 0, "")
    CALLER = (0x33, 0, 1, 2, 0, 0, "")
    CALLVALUE = (0x34, 0, 1, 2, 0, 0, "")
    CALLDATALOAD = (0x35, 1, 1, 3, 0, 0, "")
    CALLDATASIZE = (0x36, 0, 1, 2, 0, 0, "")
    CALLDATACOPY = (0x37, 3, 0, 6, 0, _M, "")
    CODESIZE = (0x38, 0, 1, 2, 0, 0, "")
    CODECOPY = (0x39, 3, 0, 6, 0, _M, "")
    GASPRICE = (0x3A, 0, 1, 2, 0, 0, "")
    EXTCODESIZE = (0x3B, 1, 1, 700, _E, 0, "")
    EXTCODECOPY = (0x3C, 4, 0, 700, _E, _M, "")
    RETURNDATASIZE = (0x3D, 0, 1, 2, _R, 0, "")
    RETURNDATACOPY = (0x3E, 3, 0, 6, _R, _M, "")
    EXTCODEHASH = (0x3F, 1, 1, 700, _E, 0, "")
    BLOCKHASH = (0x40, 1, 1, 20, 0, 0, "")
    COINBASE = (0x41, 0, 1, 2, 0, 0, "")
    TIMESTAMP = (0x42, 0, 1, 2, 0, 0, "")
    NUMBER = (0x43, 0, 1, 2, 0, 0, "")
    PREVRANDAO = (0x44, 0, 1, 2, 0, 0, "")
    GASLIMIT = (0x45, 0, 1, 2, 0, 0, "")
    CHAINID = (0x46, 0, 1, 2, 0, 0, "")
    SELFBALANCE = (0x47, 0, 1, 5, _E, 0, "")
    BASEFEE = (0x48, 0, 1, 2, 0, 0, "")
    BLOBHASH = (0x49, 1, 1, 3, 0, 0, "")
    BLOBBASEFEE = (0x4A, 0, 1, 2, 0, 0, "")
    MLOAD = (0x51, 1, 1, 3, _M, 0, "")
    MSTORE = (0x52, 2, 0, 3, 0, _M, "")
    MSTORE8 = (0x53, 2, 0, 3, 0, _M, "")
    SLOAD = (0x54, 1, 1, 800, _S, 0, "")
    SSTORE = (0x55, 2, 0, 5000, 0, _S, "")
    MSIZE = (0x59, 0, 1, 2, _M, _M, "")
    GAS = (0x5A, 0, 1, 2, _G, 0, "")
    TLOAD = (0x5C, 1, 1, 100, _T, 0, "")
    TSTORE = (0x5D, 2, 0, 100, 0, _T, "")
    MCOPY = (0x5E, 3, 0, 6, _M, _M, "")
    LOG0 = (0xA0, 2, 0, 375, _M, _L, "")
    LOG1 = (0xA1, 3, 0, 750, _M, _L, "")
    LOG2 = (0xA2, 4, 0, 1125, _M, _L, "")
    LOG3 = (0xA3, 5, 0, 1500, _M, _L, "")
    LOG4 = (0xA4, 6, 0, 1875, _M, _L, "")
    CREATE = (0xF0, 3, 1, 32000, _ALL, _ALL & ~_M, "")
    CALL = (0xF1, 7, 1, 700, _ALL, _ALL, "")
    CALLCODE = (0xF2, 7, 1, 700, _ALL, _ALL, "")
    DELEGATECALL = (0xF4, 6, 1, 700, _ALL, _ALL, "")
    CREATE2 = (0xF5, 4, 1, 32000, _ALL, _ALL & ~_M, "")
    STATICCALL = (0xFA, 6, 1, 700, _ALL, _M | _R | _G, "")

    STOP = (0x00, 0, 0, 0, 0, 0, "h")
    RETURN = (0xF3, 2, 0, 0, _M, 0, "h")
    REVERT = (0xFD, 2, 0, 0, _M, 0, "h")
    INVALID = (0xFE, 0, 0, 0, 0, 0, "h")
    SELFDESTRUCT = (0xFF, 1, 0, 5000, 0, _E, "h")
    JUMP = (None, 0, 0, 8, 0, 0, "j")
    BRANCH = (None, 1, 0, 10, 0, 0, "j")
    SWITCH = (None, 1, 0, 40, 0, 0, "j")
    RET = (None, None, 0, 8, 0, 0, "r")

    INVOKE = (None, None, None, 24, _ALL, _ALL, "i")
    """Call of the function named by `symbol`."""
    INVOKE_INDIRECT = (None, None, None, 24, _ALL, _ALL, "i")  # noqa: PIE796
    """Call of the function whose tag is operand 0, with the other operands."""
    FUNCTION_TAG = (None, 0, 1, 3, 0, 0, "i")
    """Code position of the function named by `symbol`."""
    DATA_OFFSET = (None, 0, 1, 3, 0, 0, "i")  # noqa: PIE796
    """Offset in the code of the data segment or sub-object named by `symbol`."""
    DATA_SIZE = (None, 0, 1, 3, 0, 0, "i")  # noqa: PIE796
    """Size in bytes of the data segment or sub-object named by `symbol`."""
    SET_IMMUTABLE = (None, 2, 0, 9, 0, _M, "i")
    """Write operand 1 wherever the runtime code, at memory offset operand 0, reads `symbol`."""
    LOAD_IMMUTABLE = (None, 0, 1, 3, 0, 0, "i")  # noqa: PIE796
    """Value of the immutable `symbol`, part of the code."""
    LINK_SYMBOL = (None, 0, 1, 3, 0, 0, "i")  # noqa: PIE796
    """Address of the library `symbol`, filled in by the linker."""
    MEMORY_GUARD = (None, 0, 1, 3, 0, 0, "i")  # noqa: PIE796
    """First byte of memory that the program may allocate."""

    COPY = (None, 1, 1, 3, 0, 0, "i")
    """The operand itself; made by the back end to fix where a copy is taken."""
    RETURN_LABEL = (None, 0, 1, 3, 0, 0, "i")  # noqa: PIE796
    """Code position after a call; made by the back end."""

    opcode: int | None
    operand_count: int | None
    result_count: int | None
    gas: int
    reads: int
    writes: int
    kind: Kind
    is_commutative: bool
    is_terminator: bool
    is_pure: bool
    has_symbol: bool
    mnemonic: str

    def __new__(cls, *facts: object) -> "Op":
        member = object.__new__(cls)
        member._value_ = len(cls.__members__)  # two operations may have equal facts
        return member

    def __init__(
        self,
        opcode: int | None,
        operand_count: int | None,
        result_count: int | None,
        gas: int,
        reads: int,
        writes: int,
        flags: str,
    ) -> None:
        self.opcode = opcode
        self.operand_count = operand_count
        self.result_count = result_count
        self.gas = gas
        self.reads = reads
        self.writes = writes
        self.kind = _KINDS.get(flags, Kind.EVM)
        self.is_commutative = flags == "c"
        self.is_terminator = self.kind in (Kind.JUMP, Kind.RETURN, Kind.HALT)
        self.is_pure = not (reads or writes or self.is_terminator)
        self.mnemonic = self.name.lower()
        self.has_symbol = self.kind is Kind.IR and self.mnemonic not in _NO_SYMBOL

    __hash__ = object.__hash__  # identity: members are singletons

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        return (Op.__getitem__, (self.name,))


BY_MNEMONIC = {op.mnemonic: op for op in Op}
"""Operation by its name in the text form."""
