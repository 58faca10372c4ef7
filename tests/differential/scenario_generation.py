"""Random scenarios: contracts that call each other, transactions of every type, blocks, calls."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from code_generation import (
    CONTRACTS,
    DELEGATED,
    EMPTY_ACCOUNT,
    EOAS,
    NOBODY,
    SYSTEM,
    TARGETS,
    CodeGenerator,
)

from contractchain.conformance.scenarios import BENEFICIARY, Scenario, ScenarioBlock
from contractchain.interfaces.execution_data import Message
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
    CHAIN_ID,
    ETHER,
    assemble,
    authorize,
    blob,
    legacy,
    set_code,
    sign,
    transfer,
    word,
)

FORKS = tuple(fork for fork in Fork if fork <= Fork.PRAGUE)
"""All that both engines run, and the newer ones more often."""
WEIGHTED_FORKS = FORKS + tuple(fork for fork in FORKS if fork >= Fork.BERLIN) * 2
FIRST_FORKS = {1: Fork.BERLIN, 2: Fork.LONDON, 3: Fork.CANCUN, 4: Fork.PRAGUE}
DEPOSIT_EVENT = int("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5", 16)
GAS_LIMITS = (
    21_000,
    60_000,
    60_000,
    100_000,
    100_000,
    200_000,
    400_000,
    400_000,
    400_000,
    1_000_000,
)
MAX_NONCE = 2**64 - 1


def generate_scenario(seed: int) -> Scenario:
    """Return the scenario of a seed."""
    return ScenarioGenerator(Random(seed)).scenario()


class ScenarioGenerator:
    """Makes scenarios from one source of randomness."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.codes = CodeGenerator(random)
        self.fork = random.choice(WEIGHTED_FORKS)
        self._nonces: dict[bytes, int] = {}

    def scenario(self) -> Scenario:
        """Return a scenario."""
        random = self.random
        alloc = self._alloc()
        blocks = tuple(self._block() for _ in range(random.choice((1, 1, 2, 3))))
        calls = tuple(self._call() for _ in range(random.choice((0, 1, 1, 2))))
        return Scenario(
            fork=self.fork,
            alloc=alloc,
            blocks=blocks,
            calls=calls,
            deposit_contract=CONTRACTS[4] if self.fork >= Fork.PRAGUE else bytes(20),
        )

    def _alloc(self) -> dict[bytes, GenesisAccount]:
        random = self.random
        alloc = {a.address: GenesisAccount(balance=1_000 * ETHER) for a in ACCOUNTS}
        if self.fork < Fork.SPURIOUS_DRAGON:
            alloc[EMPTY_ACCOUNT] = GenesisAccount()
        for address in CONTRACTS:
            code = self.codes.code()
            if address == CONTRACTS[4] and random.random() < 0.3:
                code = _deposit_code(random)
            slots = random.sample(range(4), random.randrange(4))
            alloc[address] = GenesisAccount(
                nonce=random.choice((1,) * 12 + (0, MAX_NONCE, MAX_NONCE - 1)) if code else 1,
                balance=random.choice((0, 5, ETHER)),
                code=code,
                storage=tuple(sorted((word(s), word(random.randrange(1, 4))) for s in slots)),
            )
        if self.fork >= Fork.PRAGUE:
            chosen = random.choice((CONTRACTS[0], CONTRACTS[1], EOAS[3], SYSTEM[0], DELEGATED))
            for address in (DELEGATED, *random.sample((EOAS[2], EOAS[3]), random.randrange(2))):
                code = b"\xef\x01\x00" + chosen
                alloc[address] = GenesisAccount(nonce=1, balance=1_000 * ETHER, code=code)
                self._nonces[address] = 1
        elif random.random() < 0.05:
            alloc[EOAS[3]] = GenesisAccount(balance=ETHER, code=b"\x00")
        if random.random() < 0.05:
            nonce = random.choice((MAX_NONCE - 1, MAX_NONCE))
            alloc[EOAS[1]] = GenesisAccount(nonce=nonce, balance=1_000 * ETHER)
            self._nonces[EOAS[1]] = nonce
        if random.random() < 0.05:
            alloc[EOAS[0]] = replace(alloc[EOAS[0]], balance=random.choice((0, 21_000 * 7, ETHER)))
        return alloc

    def _block(self) -> ScenarioBlock:
        random = self.random
        withdrawals = tuple(
            Withdrawal(
                index=i,
                validator_index=random.randrange(3),
                address=random.choice(TARGETS),
                amount_gwei=random.choice((0, 1, 9)),
            )
            for i in range(random.choice((0, 0, 1, 3)))
        )
        uncles = ((0, random.choice((NOBODY, BENEFICIARY))),) if random.random() < 0.1 else ()
        return ScenarioBlock(
            transactions=tuple(self._transaction() for _ in range(random.choice((0, 1, 2, 3, 4)))),
            withdrawals=withdrawals if self.fork >= Fork.SHANGHAI else (),
            uncles=uncles if self.fork < Fork.PARIS else (),
            gas_limit=random.choice((30_000_000, 30_000_000, 700_000)),
            base_fee_per_gas=random.choice((7, 7, 7, 0, 10**9)),
            excess_blob_gas=random.choice((0, 0, 10_000_000, 100_000_000)),
            beneficiary=random.choice((BENEFICIARY,) * 6 + (CONTRACTS[1], EOAS[1], NOBODY)),
        )

    def _transaction(self) -> bytes:
        random = self.random
        account = random.choice(ACCOUNTS)
        nonce = self._nonces.get(account.address, 0)
        if random.random() < 0.04:
            nonce = max(0, nonce + random.choice((-1, 1, 2))) % 2**64
        else:
            self._nonces[account.address] = min(nonce + 1, MAX_NONCE)
        kinds = [0, 0, *(kind for kind, first in FIRST_FORKS.items() if self.fork >= first)]
        kind = random.choice(kinds) if random.random() < 0.98 else random.randrange(5)
        is_creation = random.random() < 0.15 and kind < 3
        fields: dict[str, object] = {
            "to": None if is_creation else random.choice((random.choice(TARGETS), *CONTRACTS[:3])),
            "value": random.choice((0,) * 8 + (1, 5, 12_345, 2_000 * ETHER)),
            "data": self.codes.init_code() if is_creation else self._calldata(),
            "gas_limit": self._pick_gas_limit(is_creation=is_creation),
        }
        if kind != 0:
            fields["access_list"] = self._access_list()
        makers: dict[int, Callable[[], object]] = {
            0: lambda: legacy(
                nonce,
                **fields,
                gas_price=self._max_fee(),
                chain_id=self._chain_id(),
            ),
            1: lambda: AccessListTransaction(
                chain_id=CHAIN_ID,
                nonce=nonce,
                gas_price=self._max_fee(),
                **fields,  # type: ignore[arg-type]
            ),
            2: lambda: transfer(nonce, **fields, **self._fees()),
            3: lambda: blob(
                nonce,
                random.choice((1, 1, 1, 2, 2, 3, 3, 6, 7, 0, 10)),
                **fields,
                **self._fees(),
                max_fee_per_blob_gas=random.choice((10**12,) * 5 + (10, 1, 0)),
            ),
            4: lambda: set_code(nonce, *self._authorizations(), **fields, **self._fees()),
        }
        return sign(makers[kind](), account)  # type: ignore[arg-type]

    def _pick_gas_limit(self, *, is_creation: bool) -> int:
        return self.random.choice(GAS_LIMITS[3:] if is_creation else GAS_LIMITS)

    def _max_fee(self) -> int:
        return self.random.choice((10**10,) * 12 + (100, 7, 6, 0))

    def _fees(self) -> dict[str, int]:
        return {
            "max_fee_per_gas": self._max_fee(),
            "max_priority_fee_per_gas": self.random.choice((0, 1, 1, 1, 5, 5, 7, 200)),
        }

    def _chain_id(self) -> int | None:
        if self.random.random() < 0.03:
            return self.random.choice((0, 1, CHAIN_ID))
        return (
            CHAIN_ID if self.fork >= Fork.SPURIOUS_DRAGON and self.random.random() < 0.5 else None
        )

    def _calldata(self) -> bytes:
        random = self.random
        if random.random() < 0.1:
            return self.codes.precompile_input(random.randrange(1, 18))
        if random.random() < 0.1:
            return random.randbytes(random.choice((56, 96)))  # of request contracts
        data = random.randbytes(random.choice((0, 0, 4, 32, 68, 300)))
        return data if random.random() < 0.5 else bytes(len(data))

    def _access_list(self) -> tuple[AccessEntry, ...]:
        random = self.random
        return tuple(
            AccessEntry(
                address=random.choice(TARGETS),
                slots=tuple(word(self.codes.slot()) for _ in range(random.randrange(3))),
            )
            for _ in range(random.choice((0, 0, 1, 2)))
        )

    def _authorizations(self) -> tuple[Authorization, ...]:
        return tuple(self._authorization() for _ in range(self.random.choice((1, 1, 2, 3, 0))))

    def _authorization(self) -> Authorization:
        random = self.random
        account = random.choice(ACCOUNTS)
        nonce = self._nonces.get(account.address, 0)
        if random.random() < 0.2:
            nonce = (nonce + random.choice((-1, 1))) % 2**64
        target = random.choice((*CONTRACTS[:3] * 3, *EOAS, DELEGATED, bytes(20), *TARGETS[-20:]))
        signed = authorize(account, target, nonce, random.choice((0, CHAIN_ID, CHAIN_ID, 5)))
        if random.random() < 0.85:
            if signed.nonce == self._nonces.get(account.address, 0) and signed.chain_id != 5:
                self._nonces[account.address] = min(signed.nonce + 1, MAX_NONCE)
            return signed
        return random.choice(
            (
                replace(signed, s=signed.s ^ 1),
                replace(signed, r=0),
                replace(signed, y_parity=random.choice((2, 27, 255))),
                replace(signed, chain_id=2**256 - 1),
                replace(signed, nonce=MAX_NONCE),
            )
        )

    def _call(self) -> Message:
        random = self.random
        is_creation = random.random() < 0.1
        return Message(
            sender=random.choice((*EOAS, CONTRACTS[0], NOBODY)),
            to=None if is_creation else random.choice((*CONTRACTS, *TARGETS)),
            value=random.choice((0, 0, 3, 10**30)),
            data=self.codes.init_code() if is_creation else self._calldata(),
            gas_limit=random.choice(GAS_LIMITS),
            max_fee_per_gas=random.choice((0, 0, 0, 20, 10**10)),
        )


def _deposit_code(random: Random) -> bytes:
    """Return code that logs a deposit, now and then one that is laid out wrongly."""
    fields = ((160, 48), (256, 32), (320, 8), (384, 96), (512, 8))
    code = b""
    for at, (offset, length) in enumerate(fields):
        code += assemble(offset, 32 * at, "MSTORE", length, offset, "MSTORE")
        code += assemble(random.getrandbits(60), offset + 32, "MSTORE")
    size = random.choice((576,) * 5 + (575, 0))
    return code + assemble(DEPOSIT_EVENT, size, 0, "LOG1")
