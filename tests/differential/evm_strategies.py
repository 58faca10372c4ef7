"""Hypothesis strategies for code that does something, and for the blocks that run it."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    Authorization,
    Fork,
    GenesisAccount,
    Withdrawal,
)
from evm_builders import (
    ACCOUNTS,
    BENEFICIARY,
    CHAIN_ID,
    ETHER,
    assemble,
    authorize,
    blob,
    created_address,
    init_code_of,
    legacy,
    set_code,
    sign,
    transfer,
    word,
)

CONTRACTS = tuple(bytes((0xC0 + i,)) * 20 for i in range(3))
EMPTY_ACCOUNT = b"\xc8" * 20
NOBODY = b"\x99" * 20
EOAS = tuple(account.address for account in ACCOUNTS)
PRECOMPILES = tuple(n.to_bytes(20, "big") for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 18))
MADE = tuple(created_address(address, 1) for address in CONTRACTS)
FORKS = [fork for fork in Fork if fork <= Fork.PRAGUE]
FIRST_FORKS = {1: Fork.BERLIN, 2: Fork.LONDON, 3: Fork.CANCUN, 4: Fork.PRAGUE}

BINARY = """ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR
SAR"""
UNARY = """ISZERO NOT BALANCE CALLDATALOAD EXTCODESIZE EXTCODEHASH BLOCKHASH SLOAD BLOBHASH TLOAD
MLOAD"""
LOOKS = "BALANCE EXTCODESIZE EXTCODEHASH SLOAD"
NULLARY = """ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE
TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE PC MSIZE GAS PUSH0"""

targets = st.sampled_from(
    (*CONTRACTS, *CONTRACTS, *EOAS, *PRECOMPILES, *MADE, NOBODY, BENEFICIARY, EMPTY_ACCOUNT)
)
words = st.one_of(
    st.integers(0, 40),
    st.sampled_from([2**255, 2**256 - 1, 2**64, 2**160 - 1, 24_577, 49_153]),
    st.integers(0, 2**256 - 1),
)
slots = st.integers(0, 3)
sizes = st.sampled_from([0, 0, 1, 31, 32, 33, 64, 96, 128, 192, 300])
near = st.sampled_from([0, 0, 1, 32, 95, 1_000])
offsets = st.one_of(near, near, st.sampled_from([2**40, 2**256 - 1]))
call_gas = st.sampled_from([0, 700, 2_300, 2_301, 9_000, 60_000, 2**256 - 1])
amounts = st.sampled_from([0, 0, 0, 1, 7, 10**30])


def push20(address: bytes) -> bytes:
    """Return code that pushes an address."""
    return b"\x73" + address


def keep(slot: int) -> bytes:
    """Return code that stores the top of the stack."""
    return assemble(slot, "SSTORE")


small_runtimes = st.sampled_from(
    [
        b"",
        b"\x00",
        b"\xef\x00",
        assemble(1, 0, "SSTORE"),
        assemble(0, "SELFDESTRUCT"),
        assemble(0, 0, "REVERT"),
        assemble("CALLVALUE", 0, "SSTORE", push20(NOBODY), "SELFDESTRUCT"),
    ]
)
init_codes = st.one_of(
    small_runtimes.map(init_code_of),
    small_runtimes,
    st.sampled_from(
        [
            assemble(24_577, 0, "RETURN"),
            assemble(3_000, 0, "RETURN"),
            assemble(1, 0, "SSTORE", "CALLER SELFDESTRUCT"),
            assemble("INVALID"),
        ]
    ),
)


@st.composite
def call_snippets(draw: st.DrawFn) -> bytes:
    """One of the four calls; its result and the size of what it returned are stored."""
    kind = draw(st.sampled_from(["CALL", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"]))
    items: list[str | int | bytes] = [draw(sizes), 0, draw(sizes), draw(near)]
    if kind in ("CALL", "CALLCODE"):
        items.append(draw(amounts))
    items += [push20(draw(targets)), draw(call_gas), kind]
    code = assemble(*items) + keep(draw(slots))
    return code + (assemble("RETURNDATASIZE") + keep(draw(slots)) if draw(st.booleans()) else b"")


@st.composite
def create_snippets(draw: st.DrawFn) -> bytes:
    """CREATE or CREATE2 of small init code; the address is stored, and called half of the time."""
    init_code = draw(init_codes)
    code = b""
    for at in range(0, len(init_code), 32):
        code += assemble(b"\x7f" + init_code[at : at + 32].ljust(32, b"\0"), at, "MSTORE")
    size = draw(st.sampled_from([len(init_code)] * 9 + [49_153]))
    if draw(st.booleans()):
        code += assemble(size, 0, draw(amounts), "CREATE")
    else:
        code += assemble(draw(st.integers(0, 1)), size, 0, draw(amounts), "CREATE2")
    if draw(st.booleans()):
        code += assemble("DUP1", 0, 0, 0, 0, draw(amounts), "DUP6 GAS CALL POP")
    return code + keep(draw(slots))


def _value_snippets() -> list[st.SearchStrategy[bytes]]:
    binary = st.tuples(words, words, st.sampled_from(BINARY.split()), slots)
    operands = st.one_of(words, targets.map(push20), slots)
    unary = st.tuples(operands, st.sampled_from(UNARY.split()), slots)
    nullary = st.tuples(st.sampled_from(NULLARY.split()), slots)
    write = st.tuples(st.sampled_from([0, 0, 1, 2, 3]), slots)
    return [
        strategy.map(lambda t: assemble(*t[:-1]) + keep(t[-1]))
        for strategy in (binary, unary, nullary, write, write)
    ]


def _memory_snippets() -> list[st.SearchStrategy[bytes]]:
    copies = ["CALLDATACOPY", "CODECOPY", "RETURNDATACOPY", "MCOPY"]
    return [
        st.tuples(words, offsets, st.sampled_from(["MSTORE", "MSTORE8"])).map(
            lambda t: assemble(*t)
        ),
        st.tuples(sizes, offsets, offsets, st.sampled_from(copies)).map(lambda t: assemble(*t)),
        st.tuples(sizes, offsets, offsets, targets.map(push20)).map(
            lambda t: assemble(*t, "EXTCODECOPY")
        ),
        st.tuples(sizes, offsets, slots).map(
            lambda t: assemble(t[0], t[1], "KECCAK256") + keep(t[2])
        ),
        st.tuples(st.integers(0, 4), sizes).map(
            lambda t: assemble(*range(t[0]), t[1], 0, f"LOG{t[0]}")
        ),
        st.tuples(words, slots).map(lambda t: assemble(*t, "TSTORE")),
    ]


endings = st.one_of(
    st.tuples(sizes, offsets, st.sampled_from(["RETURN", "REVERT"])).map(lambda t: assemble(*t)),
    targets.map(lambda target: assemble(push20(target), "SELFDESTRUCT")),
    st.sampled_from([b"", b"", b"", b"\x00", b"\xfe", assemble("POP"), assemble(3, "JUMP")]),
    st.binary(max_size=6),
)
snippets = st.one_of(
    *_value_snippets(), *_memory_snippets(), call_snippets(), call_snippets(), create_snippets()
)
codes = st.one_of(
    st.tuples(st.lists(snippets, min_size=1, max_size=6), endings).map(
        lambda t: b"".join(t[0]) + t[1]
    ),
    st.binary(max_size=40),
)


def calm_codes(callee: bytes) -> st.SearchStrategy[bytes]:
    """Code that looks at accounts and slots, may call `callee`, and does not fail."""
    look = st.tuples(st.one_of(targets.map(push20), slots), st.sampled_from(LOOKS.split())).map(
        lambda t: assemble(*t, "POP")
    )
    write = st.tuples(st.integers(0, 3), slots).map(lambda t: assemble(t[0]) + keep(t[1]))
    call = st.integers(0, 1).map(
        lambda value: assemble(0, 0, 0, 0, value, push20(callee), 500_000, "CALL POP")
    )
    return st.lists(st.one_of(look, write, call), max_size=6).map(b"".join)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A state and blocks to execute on it."""

    fork: Fork
    alloc: dict[bytes, GenesisAccount]
    blocks: tuple[tuple[bytes, ...], ...]
    withdrawals: tuple[Withdrawal, ...]
    gas_limit: int
    excess_blob_gas: int


@st.composite
def transactions(draw: st.DrawFn, fork: Fork, nonces: dict[bytes, int]) -> bytes:
    """A signed transaction, mostly with the next nonce of its sender."""
    account = draw(st.sampled_from(ACCOUNTS))
    nonce = nonces.get(account.address, 0) + draw(st.sampled_from([0] * 19 + [1]))
    nonces[account.address] = nonce + 1
    to = draw(st.one_of(targets, st.sampled_from(CONTRACTS), st.none()))
    kinds = [0, 0, *(kind for kind, first in FIRST_FORKS.items() if fork >= first)]
    kind = draw(st.sampled_from(kinds))
    if kind > 2 and to is None:
        to = draw(targets)
    fields: dict[str, object] = {
        "to": to,
        "value": draw(st.sampled_from([0, 0, 1, 12_345, 2_000 * ETHER])),
        "data": draw(init_codes if to is None else st.binary(max_size=70)),
        "gas_limit": draw(st.sampled_from([21_000, 60_000, 200_000, 400_000, 400_000])),
    }
    if kind == 0:
        return sign(legacy(nonce, **fields), account)
    entries = draw(st.lists(st.tuples(targets, st.lists(slots.map(word), max_size=2)), max_size=2))
    access_list = tuple(AccessEntry(address=a, slots=tuple(s)) for a, s in entries)
    if kind == 1:
        blank = AccessListTransaction(
            chain_id=CHAIN_ID, nonce=nonce, gas_price=9, gas_limit=0, to=None
        )
        return sign(replace(blank, access_list=access_list, **fields), account)  # type: ignore[arg-type]
    fields |= {"access_list": access_list, "max_fee_per_gas": draw(st.sampled_from([100, 6, 7]))}
    if kind == 2:
        return sign(transfer(nonce, **fields), account)
    if kind == 3:
        return sign(blob(nonce, draw(st.integers(0, 7)), **fields), account)
    signed = draw(st.lists(authorizations(nonces), max_size=3))
    return sign(set_code(nonce, *signed, **fields), account)


@st.composite
def authorizations(draw: st.DrawFn, nonces: dict[bytes, int]) -> Authorization:
    """A permission, most of the time a valid one."""
    account = draw(st.sampled_from(ACCOUNTS))
    nonce = nonces.get(account.address, 0) + draw(st.sampled_from([0, 0, 1]))
    target = draw(st.one_of(st.sampled_from(CONTRACTS), targets, st.just(bytes(20))))
    signed = authorize(account, target, nonce, draw(st.sampled_from([0, CHAIN_ID, 5])))
    return draw(st.sampled_from([signed, signed, signed, replace(signed, s=signed.s ^ 1)]))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A fork, contracts that call each other, and up to three blocks."""
    fork = draw(st.sampled_from(FORKS))
    alloc = {EMPTY_ACCOUNT: GenesisAccount()} if fork < Fork.SPURIOUS_DRAGON else {}
    for address in CONTRACTS:
        storage = draw(st.dictionaries(slots.map(word), st.integers(1, 3).map(word), max_size=3))
        alloc[address] = GenesisAccount(
            nonce=1,
            balance=draw(st.sampled_from([0, 5, ETHER])),
            code=draw(codes),
            storage=tuple(storage.items()),
        )
    nonces: dict[bytes, int] = {}
    block = st.lists(transactions(fork, nonces), max_size=4)
    blocks = draw(st.lists(block, min_size=1, max_size=3))
    withdrawals = draw(st.lists(st.tuples(targets, st.sampled_from([0, 1, 9])), max_size=2))
    return Scenario(
        fork=fork,
        alloc=alloc,
        blocks=tuple(tuple(transactions) for transactions in blocks),
        withdrawals=tuple(
            Withdrawal(index=i, validator_index=i, address=address, amount_gwei=amount)
            for i, (address, amount) in enumerate(withdrawals)
        ),
        gas_limit=draw(st.sampled_from([30_000_000, 700_000])),
        excess_blob_gas=draw(st.sampled_from([0, 10_000_000])),
    )
