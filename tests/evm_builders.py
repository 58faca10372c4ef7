"""Small builders for tests of the execution layer: code, transactions, states, blocks."""

from collections.abc import Mapping
from dataclasses import replace

from contractchain.codec.rlp import encode, encode_int
from contractchain.codec.state_diff import AccountChange, encode_state_diff
from contractchain.codec.transaction import encode_transaction, hash_authorization, sign_transaction
from contractchain.crypto import Account, derive_accounts, keccak256, sign_hash
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockContext, BlockExecution
from contractchain.types import (
    EMPTY_CODE_HASH,
    EMPTY_TRIE_ROOT,
    Authorization,
    BlobTransaction,
    DynamicFeeTransaction,
    Fork,
    GenesisAccount,
    Hash32,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)

CHAIN_ID = 31337
ETHER = 10**18
ACCOUNTS: tuple[Account, ...] = tuple(
    derive_accounts("test test test test test test test test test test test junk", 4)
)
ALICE, BOB, CAROL, DAVE = ACCOUNTS
KEYS = {account.address: account.private_key for account in ACCOUNTS}
BENEFICIARY = bytes.fromhex("be" * 20)
TARGET = bytes.fromhex("c0" * 20)
OTHER = bytes.fromhex("c1" * 20)

_ROWS = """
00 STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND
10 LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR
20 KECCAK256
30 ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY
38 CODESIZE CODECOPY GASPRICE EXTCODESIZE EXTCODECOPY RETURNDATASIZE RETURNDATACOPY EXTCODEHASH
40 BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE
49 BLOBHASH BLOBBASEFEE
50 POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST TLOAD TSTORE MCOPY PUSH0
f0 CREATE CALL CALLCODE RETURN DELEGATECALL CREATE2
fa STATICCALL
fd REVERT INVALID SELFDESTRUCT
"""
OPCODES = {
    **{f"PUSH{n}": 0x5F + n for n in range(1, 33)},
    **{f"DUP{n}": 0x7F + n for n in range(1, 17)},
    **{f"SWAP{n}": 0x8F + n for n in range(1, 17)},
    **{f"LOG{n}": 0xA0 + n for n in range(5)},
}
for _row in _ROWS.strip().splitlines():
    _first, *_names = _row.split()
    OPCODES.update({name: int(_first, 16) + i for i, name in enumerate(_names)})


def assemble(*items: str | int | bytes) -> bytes:
    """Return bytecode: names are opcodes, integers are pushed, bytes are taken as they are.

    A string may hold several names.
    """
    code = bytearray()
    for item in items:
        if isinstance(item, bytes):
            code += item
        elif isinstance(item, int):
            data = item.to_bytes(max(1, (item.bit_length() + 7) // 8), "big")
            code += bytes((0x5F + len(data),)) + data
        else:
            code += bytes(OPCODES[name] for name in item.split())
    return bytes(code)


def return_word(*items: str | int | bytes) -> bytes:
    """Return code that leaves one word on the stack with `items` and returns it."""
    return assemble(*items, 0, "MSTORE", 32, 0, "RETURN")


def init_code_of(runtime: bytes) -> bytes:
    """Return init code that deploys `runtime`."""
    head = assemble(len(runtime), "DUP1", b"\x60\x00", 0, "CODECOPY", 0, "RETURN")
    size = len(head)
    head = assemble(len(runtime), "DUP1", b"\x60" + bytes((size,)), 0, "CODECOPY", 0, "RETURN")
    assert len(head) == size
    return head + runtime


def created_address(sender: bytes, nonce: int) -> bytes:
    """Return the address of the contract that `sender` creates with `nonce`."""
    return keccak256(encode([sender, encode_int(nonce)]))[12:]


def created2_address(sender: bytes, salt: int, init_code: bytes) -> bytes:
    """Return the address of a contract made by CREATE2."""
    preimage = b"\xff" + sender + salt.to_bytes(32, "big") + keccak256(init_code)
    return keccak256(preimage)[12:]


def word(value: int) -> Hash32:
    """Return 32 big-endian bytes."""
    return value.to_bytes(32, "big")


def sign(transaction: Transaction, account: Account = ALICE) -> bytes:
    """Return the signed encoding."""
    return encode_transaction(sign_transaction(transaction, account.private_key))


def transfer(nonce: int = 0, to: bytes | None = BOB.address, **fields: object) -> Transaction:
    """Return a transaction of type 2 with room for anything."""
    defaults = DynamicFeeTransaction(
        chain_id=CHAIN_ID,
        nonce=nonce,
        max_priority_fee_per_gas=1,
        max_fee_per_gas=100,
        gas_limit=1_000_000,
        to=to,
    )
    return replace(defaults, **fields)  # type: ignore[arg-type]


def legacy(nonce: int = 0, to: bytes | None = BOB.address, **fields: object) -> Transaction:
    """Return a transaction of type 0 without replay protection, good under every fork."""
    defaults = LegacyTransaction(nonce=nonce, gas_price=100, gas_limit=1_000_000, to=to)
    return replace(defaults, **fields)  # type: ignore[arg-type]


def context_of(fork: Fork, **fields: object) -> BlockContext:
    """Return the context of block 1 under `fork`."""
    defaults = BlockContext(
        fork=fork,
        chain_id=CHAIN_ID,
        number=1,
        timestamp=1_700_000_000,
        gas_limit=30_000_000,
        beneficiary=BENEFICIARY,
        base_fee_per_gas=7 if fork >= Fork.LONDON else 0,
        prev_randao=b"\x5a" * 32 if fork >= Fork.PARIS else bytes(32),
        difficulty=0 if fork >= Fork.PARIS else 131_072,
        parent_hash=b"\x11" * 32,
        ancestor_hashes=b"\x11" * 32,
        parent_beacon_block_root=b"\x22" * 32 if fork >= Fork.CANCUN else None,
        withdrawals=() if fork >= Fork.SHANGHAI else None,
    )
    return replace(defaults, **fields)  # type: ignore[arg-type]


def diff_of(alloc: Mapping[bytes, GenesisAccount]) -> bytes:
    """Return the state diff that makes these accounts from the empty state."""
    changes = [
        AccountChange(
            address=address,
            nonce=account.nonce,
            balance=account.balance,
            code_hash=keccak256(account.code) if account.code else EMPTY_CODE_HASH,
            slots=tuple((slot, int.from_bytes(value, "big")) for slot, value in account.storage),
        )
        for address, account in alloc.items()
    ]
    return encode_state_diff(changes, (a.code for a in alloc.values() if a.code))


class Bench:
    """An engine on a state with rich accounts, the system contracts and given contracts."""

    def __init__(
        self,
        engine: ExecutionLayer,
        fork: Fork = Fork.PRAGUE,
        alloc: Mapping[bytes, GenesisAccount] | None = None,
    ) -> None:
        from contractchain.chain.system_contracts import system_accounts

        accounts = {a.address: GenesisAccount(balance=1000 * ETHER) for a in ACCOUNTS}
        accounts.update(system_accounts(fork))
        accounts.update(alloc or {})
        self.engine = engine
        self.fork = fork
        self.context = context_of(fork)
        self.root = engine.apply_diffs(EMPTY_TRIE_ROOT, [diff_of(accounts)])

    def execute(self, *raws: bytes, strict: bool = True, **fields: object) -> BlockExecution:
        """Execute a block and go on from its state."""
        context = replace(self.context, **fields)  # type: ignore[arg-type]
        execution = self.engine.execute_block(self.root, context, raws, strict=strict)
        self.root = execution.state_root
        number = context.number + 1
        self.context = replace(
            self.context,
            number=number,
            timestamp=self.context.timestamp + 1,
            ancestor_hashes=(word(number) + self.context.ancestor_hashes)[: 32 * 256],
        )
        return execution

    def balance(self, address: bytes) -> int:
        """Return the balance in the present state, in wei."""
        account = self.engine.accounts(self.root, [address])[0]
        return 0 if account is None else account.balance

    def slot(self, address: bytes, slot: int) -> int:
        """Return the value of a slot in the present state."""
        return int.from_bytes(self.engine.storage(self.root, address, word(slot)), "big")


def contract(*items: str | int | bytes, **fields: object) -> GenesisAccount:
    """Return an account with code, as a contract has it."""
    return replace(GenesisAccount(nonce=1, code=assemble(*items)), **fields)  # type: ignore[arg-type]


def authorize(
    account: Account = BOB, target: bytes = TARGET, nonce: int = 0, chain_id: int = CHAIN_ID
) -> Authorization:
    """Return a signed permission to run the code of `target`."""
    unsigned = Authorization(chain_id=chain_id, address=target, nonce=nonce)
    y_parity, r, s = sign_hash(hash_authorization(unsigned), account.private_key)
    return replace(unsigned, y_parity=y_parity, r=r, s=s)


def set_code(nonce: int, *authorizations: Authorization, **fields: object) -> Transaction:
    """Return a transaction of type 4."""
    defaults = SetCodeTransaction(
        chain_id=CHAIN_ID,
        nonce=nonce,
        max_priority_fee_per_gas=1,
        max_fee_per_gas=100,
        gas_limit=1_000_000,
        to=CAROL.address,
        authorization_list=authorizations,
    )
    return replace(defaults, **fields)  # type: ignore[arg-type]


def blob(nonce: int = 0, count: int = 1, **fields: object) -> Transaction:
    """Return a transaction of type 3 with `count` blobs."""
    defaults = BlobTransaction(
        chain_id=CHAIN_ID,
        nonce=nonce,
        max_priority_fee_per_gas=1,
        max_fee_per_gas=100,
        gas_limit=100_000,
        to=BOB.address,
        max_fee_per_blob_gas=10,
        blob_versioned_hashes=tuple(b"\x01" + bytes(30) + bytes((i,)) for i in range(count)),
    )
    return replace(defaults, **fields)  # type: ignore[arg-type]
