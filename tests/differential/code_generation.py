"""Random bytecode that gets somewhere: calls, creations, storage, precompiles, jumps.

Everything comes from one `random.Random`, so that a seed is a program. No Hypothesis: drawing
would cost several times what both engines need to run what was drawn.
"""

from collections.abc import Callable, Sequence
from random import Random

from contractchain.crypto import keccak256, sign_hash
from evm_builders import (
    ACCOUNTS,
    BENEFICIARY,
    OPCODES,
    assemble,
    created_address,
    init_code_of,
)

CONTRACTS = tuple(bytes((0xC0 + i,)) * 20 for i in range(5))
EMPTY_ACCOUNT = b"\xc8" * 20
NOBODY = b"\x99" * 20
DELEGATED = b"\xde" * 20
"""From Prague on, an account whose code is a delegation to the first contract."""
EOAS = tuple(account.address for account in ACCOUNTS)
PRECOMPILES = tuple(n.to_bytes(20, "big") for n in range(1, 19))
SYSTEM = (
    bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02"),
    bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935"),
    bytes.fromhex("00000961ef480eb55e80d19ad83579a64c007002"),
    bytes.fromhex("0000bbddc7ce488642fb579f8b00f3a590007251"),
)
MADE = (
    *(created_address(address, nonce) for address in CONTRACTS[:3] for nonce in (1, 2)),
    *(created_address(address, 0) for address in EOAS[:2]),
)
TARGETS = (
    *(CONTRACTS * 6),
    *(EOAS * 2),
    *PRECOMPILES,
    *MADE,
    *SYSTEM,
    *(NOBODY, BENEFICIARY, EMPTY_ACCOUNT, DELEGATED, DELEGATED),
)

_CONSUMED = {
    0: "ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE "
    "TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE PC MSIZE GAS "
    "PUSH0",
    1: "ISZERO NOT BALANCE CALLDATALOAD EXTCODESIZE EXTCODEHASH BLOCKHASH SLOAD BLOBHASH TLOAD",
    2: "ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR",
    3: "ADDMOD MULMOD",
}
CONSUMED = tuple((name, count) for count, names in _CONSUMED.items() for name in names.split())
"""Instructions that leave one value, with the number of those that they take."""
ACCOUNT_READS = ("BALANCE", "EXTCODESIZE", "EXTCODEHASH")
SMALL = range(41)
EDGES = (2**255, 2**256 - 1, 2**255 - 1, 2**64, 2**63, 2**160 - 1, 24_576, 24_577, 49_152, 49_153)
SIZES = (0, 0, 1, 31, 32, 33, 64, 96, 128, 192, 300, 1_024)
OFFSETS = (*(0, 0, 0, 1, 32, 64, 95, 1_000) * 3, 2**32, 2**40, 2**256 - 1)
CALL_GAS = (0, 1, 700, 2_300, 2_301, 9_000, 60_000, 60_000, 250_000, 2**64, 2**256 - 1)
AMOUNTS = (0, 0, 0, 0, 1, 7, 10**18, 10**30)
FIELD = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD47
BLS_FIELD = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    16,
)
BLS_X = int(
    "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
    16,
)
BLS_Y = int(
    "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
    16,
)


class CodeGenerator:
    """Makes code for contracts and creations from one source of randomness."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._snippets: tuple[Callable[[], bytes], ...] = (
            *(self.value,) * 4,
            *(self.store,) * 3,
            *(self.call,) * 5,
            *(self.create,) * 2,
            self.memory,
            self.memory,
            self.copy,
            self.log,
            self.transient,
            self.branch,
            self.loop,
            self.precompile,
            self.precompile,
            self.account_read,
            self.soup,
        )

    def code(self, depth: int = 0) -> bytes:
        """Return runtime code; `depth` is how many creations it is inside of."""
        roll = self.random.random()
        if roll < 0.03:
            return self.random.randbytes(self.random.randrange(40))
        if roll < 0.05:
            return b"\xef" + self.random.randbytes(self.random.randrange(4))
        parts = [self.snippet(depth) for _ in range(self.random.randrange(1, 8 - 2 * depth))]
        return b"".join(parts) + self.ending()

    def snippet(self, depth: int = 0) -> bytes:
        """Return code that leaves the stack as it was, or nearly."""
        make = self.random.choice(self._snippets)
        if make == self.create:
            return self.create(depth)
        return make()

    def number(self) -> int:
        """Return a word: mostly small, sometimes at an edge, now and then any."""
        roll = self.random.random()
        if roll < 0.6:
            return self.random.choice(SMALL)
        if roll < 0.85:
            return self.random.choice(EDGES)
        return self.random.getrandbits(self.random.choice((8, 64, 160, 256)))

    def target(self) -> bytes:
        """Return an address worth calling."""
        return self.random.choice(TARGETS)

    def slot(self) -> int:
        """Return one of a few slots, so that they are met again."""
        return self.random.choice((0, 0, 1, 2, 3))

    def operand(self) -> bytes:
        """Return code that pushes something."""
        roll = self.random.random()
        if roll < 0.15:
            return b"\x73" + self.target()
        if roll < 0.3:
            names = ("CALLVALUE", "CALLER", "GAS", "RETURNDATASIZE", "SELFBALANCE", "TIMESTAMP")
            return assemble(self.random.choice(names))
        if roll < 0.4:
            return assemble(self.slot(), "SLOAD")
        return assemble(self.number())

    def value(self) -> bytes:
        """An instruction whose result is stored."""
        name, count = self.random.choice(CONSUMED)
        operands = b"".join(self.operand() for _ in range(count))
        return operands + assemble(name, self.slot(), "SSTORE")

    def store(self) -> bytes:
        """Writes that earn and lose refunds."""
        value = self.random.choice((0, 0, 1, 2, 3))
        return assemble(value, self.slot(), "SSTORE") * self.random.choice((1, 1, 2))

    def transient(self) -> bytes:
        """Writes and reads of transient storage."""
        slot = self.slot()
        read = assemble(slot, "TLOAD", self.slot(), "SSTORE")
        write = assemble(self.number(), slot, "TSTORE")
        return self.random.choice((read, write, read + write, write + read))

    def memory(self) -> bytes:
        """Reads and writes of memory."""
        choice = self.random.random()
        offset = self.random.choice(OFFSETS)
        if choice < 0.5:
            return self.operand() + assemble(offset, self.random.choice(("MSTORE", "MSTORE8")))
        if choice < 0.7:
            return assemble(offset, "MLOAD", self.slot(), "SSTORE")
        size = self.random.choice(SIZES)
        return assemble(size, offset, "KECCAK256", self.slot(), "SSTORE")

    def copy(self) -> bytes:
        """One of the copies into memory."""
        names = ("CALLDATACOPY", "CODECOPY", "RETURNDATACOPY", "MCOPY", "EXTCODECOPY")
        name = self.random.choice(names)
        size, source, target = (
            self.random.choice(SIZES),
            self.random.choice(OFFSETS),
            self.random.choice(OFFSETS),
        )
        account = b"\x73" + self.target() if name == "EXTCODECOPY" else b""
        return assemble(size, source, target, account, name)

    def log(self) -> bytes:
        """An event."""
        topics = self.random.randrange(5)
        size = self.random.choice(SIZES)
        return assemble(*range(topics), size, self.random.choice((0, 0, 32)), f"LOG{topics}")

    def account_read(self) -> bytes:
        """What an account is, from outside."""
        name = self.random.choice(ACCOUNT_READS)
        return assemble(b"\x73" + self.target(), name, self.slot(), "SSTORE")

    def call(self, target: bytes | None = None, calldata: tuple[int, int] | None = None) -> bytes:
        """One of the four calls; its result and what it returned may be stored."""
        names = ("CALL", "CALL", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL")
        name = self.random.choice(names)
        offset, size = calldata or (0, self.random.choice(SIZES))
        room = self.random.choice(SIZES)
        items: list[str | int | bytes] = [room, self.random.choice((0, 0, 64)), size, offset]
        if name in ("CALL", "CALLCODE"):
            items.append(self.random.choice(AMOUNTS))
        address = target or self.target()
        items += [b"\x73" + address, self.random.choice(CALL_GAS), name, self.slot(), "SSTORE"]
        code = assemble(*items)
        if self.random.random() < 0.4:
            code += assemble("RETURNDATASIZE", self.slot(), "SSTORE")
        if self.random.random() < 0.2:
            code += assemble(0, "MLOAD", self.slot(), "SSTORE")
        return code

    def create(self, depth: int = 0) -> bytes:
        """CREATE or CREATE2; what is made may be called, once or again after it is gone."""
        init_code = self.init_code(depth + 1)
        size = len(init_code) if self.random.random() < 0.95 else self.random.choice(EDGES)
        amount = self.random.choice(AMOUNTS)
        if self.random.random() < 0.5:
            make = assemble(size, 0, amount, "CREATE")
        else:
            make = assemble(self.random.choice((0, 0, 1)), size, 0, amount, "CREATE2")
        code = write_memory(init_code) + make
        if self.random.random() < 0.5:
            code += assemble("DUP1", 0, 0, 0, 0, self.random.choice(AMOUNTS), "DUP6 GAS CALL POP")
        if self.random.random() < 0.2:
            code += make + assemble("POP")
        return code + assemble(self.slot(), "SSTORE")

    def init_code(self, depth: int = 0) -> bytes:
        """Return init code: most of the time it deploys something."""
        roll = self.random.random()
        if roll < 0.005 and depth == 0:
            return bytes(self.random.choice((49_152, 49_153)))
        if roll < 0.45:
            runtime = self.code(depth) if depth < 2 else assemble(0, "SELFDESTRUCT")
            before = self.snippet(2) if self.random.random() < 0.3 else b""
            return before + init_code_of(runtime) if not before else deploy(before, runtime)
        return self.random.choice(
            (
                b"",
                b"\x00",
                assemble("INVALID"),
                assemble(self.random.choice((3_000, 24_576, 24_577)), 0, "RETURN"),
                assemble(0xEF, 0, "MSTORE8", 1, 0, "RETURN"),
                assemble(1, 0, "SSTORE", "CALLER SELFDESTRUCT"),
                assemble(1, 0, "SSTORE", 0, 0, "REVERT"),
                init_code_of(assemble("CALLVALUE", 0, "SSTORE", "CALLER SELFDESTRUCT")),
                init_code_of(assemble(b"\x73" + self.target(), "SELFDESTRUCT")),
                init_code_of(assemble("ADDRESS SELFDESTRUCT")),
                init_code_of(assemble(0, "SLOAD", 1, "ADD", 0, "SSTORE")),
            )
        )

    def branch(self) -> bytes:
        """A jump over code, or to where none may go."""
        inner = self.value() + self.store()
        if self.random.random() < 0.12:
            return self.operand() + assemble(self.random.choice((0, 1, 3, 2**64, 200)), "JUMPI")
        skip = len(inner) + (5 if len(inner) < 251 else 6)
        jump = assemble("PC", skip, "ADD JUMPI")
        return self.operand() + jump + inner + assemble("JUMPDEST")

    def loop(self) -> bytes:
        """A few rounds of the same, or as many as there is gas for."""
        rounds = self.random.choice((2, 2, 3, 3, 3, 3, 3, 2**32))
        inner = self.random.choice((self.memory, self.store, self.log, self.value))()
        again = assemble("SWAP1", 1, "SWAP1 SUB SWAP1 DUP2 DUP2", 1, "ADD JUMPI POP POP")
        return assemble(rounds, "PC JUMPDEST") + inner + again

    def precompile(self) -> bytes:
        """A call of a precompiled contract with an input that may be good."""
        return self.call_precompile(self.random.randrange(1, 18))

    def call_precompile(self, number: int) -> bytes:
        """A call of one precompiled contract."""
        data = self.precompile_input(number)
        target = number.to_bytes(20, "big")
        return write_memory(data) + self.call(target, (0, len(data)))

    def precompile_input(self, number: int) -> bytes:
        """Return an input for a precompiled contract, good ones, edges and noise."""
        random = self.random
        data = b"".join(self._precompile_words(number))
        roll = random.random()
        if roll < 0.15:
            data = data[: random.randrange(len(data) + 1)]
        elif roll < 0.25 and data:
            at = random.randrange(len(data))
            data = data[:at] + random.randbytes(1) + data[at + 1 :]
        elif roll < 0.3:
            data += random.randbytes(random.choice((1, 32)))
        return data

    def _precompile_words(self, number: int) -> Sequence[bytes]:
        random = self.random
        if number == 1:
            digest = keccak256(random.randbytes(1))
            parity, r, s = sign_hash(digest, ACCOUNTS[0].private_key)
            v = random.choice((27, 28, 27 + parity, 27 + parity, 0, 29))
            return digest, _word(v), _word(r), _word(s)
        if number == 5:
            lengths = [random.choice((0, 1, 2, 31, 32, 33, 64)) for _ in range(3)]
            if random.random() < 0.1:
                lengths[random.randrange(3)] = random.choice((2**32, 2**64, 2**256 - 1))
            body = random.randbytes(sum(n for n in lengths if n < 100))
            return *(_word(n) for n in lengths), body
        if number in (6, 7):
            point = random.choice(((1, 2), (0, 0), (1, FIELD - 2), (FIELD, 0), (1, 3)))
            other = random.choice(((1, 2), (0, 0), (self.number(), self.number())))
            return tuple(_word(n) for n in (*point, *other))
        if number == 8:
            return (bytes(192),) * random.choice((0, 0, 0, 0, 1, 2))
        if number == 9:
            rounds = random.choice((0, 1, 12, 300))
            final = random.choice((0, 1, 1, 2))
            return rounds.to_bytes(4, "big"), random.randbytes(208), bytes((final,))
        if number == 10:
            return (random.randbytes(192),)
        if number in (11, 12):
            return self._bls_points(number)
        if number > 12:
            return (bytes(random.choice((64, 128, 192, 256, 288, 384))),)
        return (random.randbytes(random.choice(SIZES)),)

    def _bls_points(self, number: int) -> Sequence[bytes]:
        random = self.random
        point = random.choice(((BLS_X, BLS_Y), (BLS_X, BLS_FIELD - BLS_Y), (0, 0), (BLS_X, 1)))
        first = b"".join(n.to_bytes(64, "big") for n in point)
        if number == 11:
            return first, random.choice((first, bytes(128)))
        return first, _word(self.number())

    def soup(self) -> bytes:
        """Instructions with no regard for the stack."""
        names = tuple(OPCODES)
        items: list[str | int] = [self.number() for _ in range(self.random.randrange(6))]
        for _ in range(self.random.randrange(1, 6)):
            name = self.random.choice(names)
            items.append(self.number() if name.startswith("PUSH") else name)
        return assemble(*items)

    def ending(self) -> bytes:
        """How code ends."""
        roll = self.random.random()
        if roll < 0.35:
            return self.random.choice((b"", b"\x00"))
        if roll < 0.65:
            name = self.random.choice(("RETURN", "RETURN", "REVERT"))
            return assemble(self.random.choice(SIZES), self.random.choice(OFFSETS[:-3]), name)
        if roll < 0.85:
            return assemble(b"\x73" + self.target(), "SELFDESTRUCT")
        return self.random.choice((b"\xfe", assemble("POP"), assemble(3, "JUMP"), b"\x60", b"\x0c"))


def write_memory(data: bytes) -> bytes:
    """Return code that writes `data` to the start of memory."""
    code = b""
    for at in range(0, len(data), 32):
        chunk = data[at : at + 32].ljust(32, b"\0")
        code += assemble(int.from_bytes(chunk, "big"), at, "MSTORE")
    return code


def deploy(before: bytes, runtime: bytes) -> bytes:
    """Return init code that does something before it deploys `runtime`."""
    return before + write_memory(runtime) + assemble(len(runtime), 0, "RETURN")


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")
