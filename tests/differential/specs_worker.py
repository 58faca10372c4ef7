"""Blocks on Ethereum's executable specification (EELS), for another process to compare with.

Run by the Python of an environment that has `ethereum-execution`; nothing of this project is
imported here, for the versions that the two need of some libraries exclude each other. One JSON
document per line comes in, one per line goes out:

- `{"scenario": …}`: a state and blocks on it; the roots, gas and requests of each block, the
  transactions it has, and why the others are refused.
- `{"excess": …}`: parameters of a parent header; the excess blob gas of its child.
- `{"chain": …}`: the allocation and the encoded blocks of a chain, which is imported, with others
  that are tried in the place of each; where and why it ends, and what came of the others.
"""

import json
import sys
from importlib import import_module
from typing import Any

from ethereum.exceptions import EthereumException
from ethereum_rlp import rlp
from ethereum_rlp.exceptions import RLPException
from ethereum_types.bytes import Bytes, Bytes8, Bytes20, Bytes32, Bytes256
from ethereum_types.numeric import U64, U256, Uint

Document = dict[str, Any]
REFUSALS = (EthereumException, RLPException, TypeError)
"""TypeError is what decoding a creation as a type without creations ends with."""


class Specification:
    """The modules of one fork."""

    def __init__(self, fork: str) -> None:
        package = f"ethereum.forks.{fork}"
        self.fork = import_module(f"{package}.fork")
        self.blocks = import_module(f"{package}.blocks")
        self.bloom = import_module(f"{package}.bloom")
        self.gas = import_module(f"{package}.vm.gas")
        self.requests = import_module(f"{package}.requests")
        self.state = import_module(f"{package}.state")
        self.transactions = import_module(f"{package}.transactions")
        self.trie = import_module(f"{package}.trie")
        self.types = import_module(f"{package}.fork_types")
        self.vm = import_module(f"{package}.vm")

    def build_state(self, alloc: Document) -> Any:
        """Return the state with the accounts of a document."""
        state = self.state.State()
        for address, (nonce, balance, code, storage) in alloc.items():
            owner = Bytes20(_bytes(address))
            account = self.types.Account(
                nonce=Uint(nonce), balance=U256(int(balance, 16)), code=_bytes(code)
            )
            self.state.set_account(state, owner, account)
            for slot, value in storage.items():
                number = U256(int(value, 16))
                if number:
                    self.state.set_storage(state, owner, Bytes32(_bytes(slot)), number)
        return state

    def copy_state(self, state: Any) -> Any:
        """Return a copy that is changed on its own."""
        copy = self.state.State()
        copy._main_trie = self.trie.copy_trie(state._main_trie)
        copy._storage_tries = {
            address: self.trie.copy_trie(trie) for address, trie in state._storage_tries.items()
        }
        return copy

    def encode_raw(self, raw: bytes) -> Any:
        """Return a transaction as a block holds it: typed ones encoded, others as structure."""
        if raw and raw[0] < 0x80:
            return Bytes(raw)
        return rlp.decode_to(self.transactions.LegacyTransaction, raw)


def run_scenario(document: Document) -> Document:
    """Execute the blocks of a scenario in order."""
    spec = Specification(document["fork"])
    spec.requests.DEPOSIT_CONTRACT_ADDRESS = Bytes20(_bytes(document["depositContract"]))
    state = spec.build_state(document["alloc"])
    start = spec.state.state_root(state)
    blocks: list[Document] = []
    for block in document["blocks"]:
        working = spec.copy_state(state)
        try:
            blocks.append(_run_block(spec, working, document["chainId"], block))
        except EthereumException as error:
            blocks.append({"error": f"{type(error).__name__}: {error}"})
            continue
        state = working
    return {"startRoot": _hex(start), "blocks": blocks}


def _run_block(spec: Specification, state: Any, chain_id: int, block: Document) -> Document:
    environment = spec.vm.BlockEnvironment(
        chain_id=U64(chain_id),
        state=state,
        block_gas_limit=Uint(block["gasLimit"]),
        block_hashes=[Bytes32(_bytes(value)) for value in block["hashes"]],
        coinbase=Bytes20(_bytes(block["coinbase"])),
        number=Uint(block["number"]),
        base_fee_per_gas=Uint(block["baseFeePerGas"]),
        time=U256(block["timestamp"]),
        prev_randao=Bytes32(_bytes(block["prevRandao"])),
        excess_blob_gas=U64(block["excessBlobGas"]),
        parent_beacon_block_root=Bytes32(_bytes(block["parentBeaconBlockRoot"])),
    )
    output = spec.vm.BlockOutput()
    system = spec.fork.process_unchecked_system_transaction
    system(environment, spec.fork.BEACON_ROOTS_ADDRESS, environment.parent_beacon_block_root)
    system(environment, spec.fork.HISTORY_STORAGE_ADDRESS, environment.block_hashes[-1])
    included: list[int] = []
    refused: list[tuple[int, str]] = []
    for index, raw in block["transactions"]:
        try:
            transaction = spec.transactions.decode_transaction(spec.encode_raw(_bytes(raw)))
            position = Uint(len(included))
            spec.fork.process_transaction(environment, output, transaction, position)
        except REFUSALS as error:
            key = rlp.encode(Uint(len(included)))
            spec.trie.trie_set(output.transactions_trie, key, None)
            refused.append((index, f"{type(error).__name__}: {error}"))
        else:
            included.append(index)
    withdrawals = tuple(
        spec.blocks.Withdrawal(
            index=U64(index),
            validator_index=U64(validator),
            address=Bytes20(_bytes(address)),
            amount=U256(amount),
        )
        for index, validator, address, amount in block["withdrawals"]
    )
    spec.fork.process_withdrawals(environment, output, withdrawals)
    spec.fork.process_general_purpose_requests(environment, output)
    return {
        "state_root": _hex(spec.state.state_root(state)),
        "transactions_root": _hex(spec.trie.root(output.transactions_trie)),
        "receipts_root": _hex(spec.trie.root(output.receipts_trie)),
        "withdrawals_root": _hex(spec.trie.root(output.withdrawals_trie)),
        "requests_hash": _hex(spec.requests.compute_requests_hash(output.requests)),
        "logs_bloom": _hex(spec.bloom.logs_bloom(output.block_logs)),
        "gas_used": int(output.block_gas_used),
        "blob_gas_used": int(output.blob_gas_used),
        "included": included,
        "refused": refused,
    }


def calculate_excess(document: Document) -> int:
    """Return the excess blob gas of the child of a header."""
    spec = Specification(document["fork"])
    fields = dict.fromkeys(("parent_hash", "ommers_hash", "state_root", "transactions_root"))
    header = spec.blocks.Header(
        **{name: Bytes32(bytes(32)) for name in fields},
        coinbase=Bytes20(bytes(20)),
        receipt_root=Bytes32(bytes(32)),
        bloom=Bytes256(bytes(256)),
        difficulty=Uint(0),
        number=Uint(1),
        gas_limit=Uint(30_000_000),
        gas_used=Uint(0),
        timestamp=U256(1),
        extra_data=Bytes(b""),
        prev_randao=Bytes32(bytes(32)),
        nonce=Bytes8(bytes(8)),
        base_fee_per_gas=Uint(document["baseFeePerGas"]),
        withdrawals_root=Bytes32(bytes(32)),
        blob_gas_used=U64(document["blobGasUsed"]),
        excess_blob_gas=U64(document["excessBlobGas"]),
        parent_beacon_block_root=Bytes32(bytes(32)),
        requests_hash=Bytes32(bytes(32)),
    )
    return int(spec.gas.calculate_excess_blob_gas(header))


def import_chain(document: Document) -> Document:
    """Import the blocks of a chain; `imported` says how many were taken.

    Each block comes with the name of its fork, for every fork has classes of its own, and with
    blocks that are tried in its place: `trials` says why each was refused, or that it was not.
    """
    accounts = Specification(document["blocks"][0][0]).build_state(document["alloc"])
    encoded: list[bytes] = [_bytes(document["genesis"])]
    trials: list[list[str]] = []
    for place, (fork, block, others) in enumerate(document["blocks"]):
        spec = Specification(fork)
        spec.requests.DEPOSIT_CONTRACT_ADDRESS = Bytes20(_bytes(document["depositContract"]))
        chain_id = U64(document["chainId"])
        before = _adopt_state(spec, accounts)
        trials.append([])
        for other in others:
            _, error = _import_block(spec, before, encoded, chain_id, _bytes(other))
            trials[-1].append(error)
        accounts, error = _import_block(spec, before, encoded, chain_id, _bytes(block))
        if error:
            return {"imported": place, "error": error, "trials": trials}
        encoded.append(_bytes(block))
    return {"imported": len(document["blocks"]), "error": "", "trials": trials}


def _adopt_state(spec: Specification, older: Any) -> Any:
    """Return a state as the classes of another fork."""
    state = spec.state.State()
    state._main_trie._data = {
        address: spec.types.Account(nonce=a.nonce, balance=a.balance, code=a.code)
        for address, a in older._main_trie._data.items()
    }
    for address, trie in older._storage_tries.items():
        state._storage_tries[address] = spec.trie.Trie(
            secured=True, default=U256(0), _data=dict(trie._data)
        )
    return state


def _import_block(
    spec: Specification, before: Any, encoded: list[bytes], chain_id: U64, raw: bytes
) -> tuple[Any, str]:
    """Return the state after a block, and why it is refused, empty if it is not."""
    state = spec.copy_state(before)
    ancestors = [rlp.decode_to(spec.blocks.Block, data) for data in encoded[-255:]]
    chain = spec.fork.BlockChain(blocks=ancestors, state=state, chain_id=chain_id)
    try:
        spec.fork.state_transition(chain, rlp.decode_to(spec.blocks.Block, raw))
    except REFUSALS as error:
        return before, f"{type(error).__name__}: {error}"
    return state, ""


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def main() -> None:
    """Answer until the input ends."""
    sys.setrecursionlimit(200_000)
    answers = {"scenario": run_scenario, "excess": calculate_excess, "chain": import_chain}
    for line in sys.stdin:
        ((name, document),) = json.loads(line).items()
        print(json.dumps(answers[name](document)), flush=True)


if __name__ == "__main__":
    main()
