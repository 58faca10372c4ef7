"""Random scenarios under Prague, Osaka and the BPO forks, for the comparison with EELS.

They are those of `scenario_generation.py` with what Osaka brought: CLZ, P256VERIFY, the bounds and
prices of MODEXP, the cap of a transaction's gas and of its blobs, and more blobs in a block.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from code_generation import CodeGenerator
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS
from execution_specs import FORKS
from scenario_generation import ScenarioGenerator

from contractchain.conformance.networks import BLOBS
from contractchain.conformance.scenarios import Scenario, ScenarioBlock
from contractchain.types import Fork
from evm_builders import assemble

CLZ = b"\x1e"
P256VERIFY = 256
MODEXP = 5
EIP_7825_GAS = 2**24
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256_FIELD = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF


def generate_specs_scenario(seed: int) -> Scenario:
    """Return the scenario of a seed."""
    random = Random(seed)
    name = random.choice(tuple(FORKS))
    scenario = OsakaScenarioGenerator(random, FORKS[name]).scenario()
    return replace(scenario, blob_schedule=BLOBS[name.upper() if "bpo" in name else name.title()])


class OsakaScenarioGenerator(ScenarioGenerator):
    """Makes scenarios of one fork."""

    def __init__(self, random: Random, fork: Fork) -> None:
        super().__init__(random)
        self.codes = OsakaCodeGenerator(random)
        self.fork = fork

    def scenario(self) -> Scenario:
        """Return a scenario without calls at its end, which EELS is not asked about."""
        return replace(super().scenario(), calls=())

    def _block(self) -> ScenarioBlock:
        block = super()._block()
        limits = (block.gas_limit,) * 3 + (EIP_7825_GAS - 1, EIP_7825_GAS + 1, 60_000_000)
        return replace(block, gas_limit=self.random.choice(limits))

    def _pick_gas_limit(self, *, is_creation: bool) -> int:
        if self.random.random() < 0.03:
            return EIP_7825_GAS + self.random.choice((-1, 0, 1))
        return super()._pick_gas_limit(is_creation=is_creation)


class OsakaCodeGenerator(CodeGenerator):
    """Code with the instruction and the precompiles of Osaka."""

    def value(self) -> bytes:
        """An instruction whose result is stored; CLZ more often than others."""
        if self.random.random() < 0.8:
            return super().value()
        return self.operand() + CLZ + assemble(self.slot(), "SSTORE")

    def precompile(self) -> bytes:
        """A call of a precompiled contract; those that Osaka changed more often."""
        if self.random.random() < 0.6:
            return super().precompile()
        number = self.random.choice((MODEXP, P256VERIFY))
        return self.call_precompile(number)

    def _precompile_words(self, number: int) -> Sequence[bytes]:
        random = self.random
        if number == P256VERIFY:
            return self._signature_words()
        if number == MODEXP and random.random() < 0.5:
            return self._modexp_words()
        return super()._precompile_words(number)

    def _modexp_words(self) -> Sequence[bytes]:
        """Lengths around the bounds of EIP-7823 and the steps of EIP-7883."""
        random = self.random
        lengths = [random.choice((0, 1, 16, 31, 32, 33, 40, 64)) for _ in range(3)]
        if random.random() < 0.3:
            lengths[random.randrange(3)] = random.choice((1023, 1024, 1025))
        body = [random.choice((bytes(n), b"\xff" * n, random.randbytes(n))) for n in lengths]
        return *(n.to_bytes(32, "big") for n in lengths), *body

    def _signature_words(self) -> Sequence[bytes]:
        """A signature on P-256, a good one or one with a part exchanged."""
        random = self.random
        key = ECC.construct(curve="p256", d=random.randrange(1, 4))
        digest = SHA256.new(random.randbytes(1))
        signature = DSS.new(key, "deterministic-rfc6979").sign(digest)
        x, y = (int(n).to_bytes(32, "big") for n in (key.pointQ.x, key.pointQ.y))
        words = [digest.digest(), signature[:32], signature[32:], x, y]
        if random.random() < 0.4:
            odd = random.choice((0, 1, P256_ORDER, P256_ORDER - 1, P256_FIELD, 2**256 - 1))
            words[random.randrange(5)] = odd.to_bytes(32, "big")
        return words
