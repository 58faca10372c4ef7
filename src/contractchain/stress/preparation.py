"""What happens before the clock starts: contracts deployed, senders funded, transactions signed."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from contractchain.codec.abi import ContractAbi, Function, parse_abi
from contractchain.codec.transaction import encode_transaction, hash_transaction, sign_transaction
from contractchain.crypto import Account, derive_accounts
from contractchain.errors import UsageError
from contractchain.stress.campaign import Campaign, Mode, Step
from contractchain.stress.node_api import NodeApi, NodeError
from contractchain.types import Address, Artifact, DynamicFeeTransaction, Hash32

SENDER_PATH = "m/44'/60'/0'/1/"
"""Senders are derived beside the wallet's own accounts, so that they start with nonce 0."""
GAS_HEADROOM = 1.1
MAX_WAIT_POLLS = 600

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A step with its contract on the chain."""

    step: Step
    address: Address
    abi: ContractAbi
    function: Function
    gas_limit: int
    value: int
    """Wei."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Signed transactions, ready to be written."""

    bodies: list[bytes]
    """JSON-RPC requests."""
    hashes: list[Hash32]

    def index_by_hash(self) -> dict[Hash32, int]:
        """Return the place of each transaction."""
        return {transaction_hash: index for index, transaction_hash in enumerate(self.hashes)}

    def select(self, rows: Sequence[int]) -> "Workload":
        """Return some of the transactions, in their order."""
        return Workload(
            bodies=[self.bodies[row] for row in rows], hashes=[self.hashes[row] for row in rows]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What the campaign pays."""

    chain_id: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int


async def read_fees(api: NodeApi, campaign: Campaign) -> Fees:
    """Return chain id and fees; without a given fee, ten times the base fee as headroom."""
    chain_id = int(await api.call("eth_chainId"), 16)
    max_fee = campaign.max_fee_per_gas
    if max_fee is None:
        block = await api.call("eth_getBlockByNumber", "latest", False)
        base_fee = int(block.get("baseFeePerGas", "0x0"), 16)
        max_fee = 10 * base_fee + campaign.max_priority_fee_per_gas
    return Fees(
        chain_id=chain_id,
        max_fee_per_gas=max_fee,
        max_priority_fee_per_gas=min(max_fee, campaign.max_priority_fee_per_gas),
    )


def derive_senders(campaign: Campaign) -> list[Account]:
    """Return the accounts that send.

    In a closed loop every sender belongs to one virtual user, so that its nonces go out in order:
    the number of senders is rounded up to a multiple of the users.
    """
    count = campaign.senders
    if campaign.mode is Mode.CLOSED:
        count = -(-count // campaign.users) * campaign.users
    return derive_accounts(campaign.mnemonic, count, path=SENDER_PATH)


async def deploy_steps(
    api: NodeApi, campaign: Campaign, fees: Fees, find_artifact: Callable[[str], Artifact]
) -> list[Target]:
    """Deploy each contract of the mix once and return the steps with their addresses.

    Raises:
        NodeError: the deployment fails.
        UsageError: a contract has no such function.
    """
    owner = derive_accounts(campaign.mnemonic, 1)[0]
    deployed: dict[tuple[str, str], tuple[Address, ContractAbi]] = {}
    targets = []
    for step in campaign.steps:
        key = (step.contract, repr(step.constructor))
        if key not in deployed:
            artifact = find_artifact(step.contract)
            abi = parse_abi(artifact.abi)
            init = artifact.init_code + abi.encode_constructor(step.constructor, artifact.name)
            receipt = await send_and_wait(api, owner, fees, to=None, data=init, gas_limit=None)
            deployed[key] = (bytes.fromhex(receipt["contractAddress"][2:]), abi)
        address, abi = deployed[key]
        function = find_function(abi, step.contract, step.function)
        value = parse_value(step.value)
        example = function.encode_call(fill(step.arguments, 0, owner.address, random.Random(0)))
        gas_limit = campaign.gas_limit or await _estimate(api, owner, address, example, value)
        targets.append(
            Target(
                step=step,
                address=address,
                abi=abi,
                function=function,
                gas_limit=gas_limit,
                value=value,
            )
        )
    return targets


async def fund_senders(
    api: NodeApi,
    campaign: Campaign,
    fees: Fees,
    senders: Sequence[Account],
    needed: int,
    progress: Progress,
) -> None:
    """Bring each sender's balance to at least `needed` wei, from the mnemonic's first account.

    Raises:
        NodeError: a transfer is refused.
    """
    owner = derive_accounts(campaign.mnemonic, 1)[0]
    questions = [["0x" + a.address.hex(), "latest"] for a in senders]
    balances = [int(b, 16) for b in await api.call_many("eth_getBalance", questions)]
    poor = [a for a, balance in zip(senders, balances, strict=True) if balance < needed]
    nonce = int(await api.call("eth_getTransactionCount", _hex(owner.address), "pending"), 16)
    last = b""
    for done, account in enumerate(poor):
        raw = _sign(owner, fees, nonce + done, account.address, b"", 21_000, needed)
        await api.call("eth_sendRawTransaction", _hex(raw))
        last = hash_transaction(raw)
        progress("funding senders", done + 1, len(poor))
    if last:
        await wait_for_receipt(api, last)


def sign_workload(
    campaign: Campaign,
    targets: Sequence[Target],
    steps: Sequence[int],
    senders: Sequence[Account],
    nonces: Sequence[int],
    fees: Fees,
    progress: Progress,
) -> Workload:
    """Sign every transaction of the plan, the senders in turn, nonces ascending."""
    source = random.Random(campaign.seed + 2)
    next_nonce = list(nonces)
    bodies, hashes = [], []
    calldata: dict[int, bytes] = {}
    for index, step_index in enumerate(steps):
        target = targets[step_index]
        place = index % len(senders)
        data = calldata.get(step_index)
        if data is None:
            arguments = fill(target.step.arguments, index, senders[place].address, source)
            data = target.function.encode_call(arguments)
            if not _varies(target.step.arguments):
                calldata[step_index] = data
        raw = _sign(
            senders[place],
            fees,
            next_nonce[place],
            target.address,
            data,
            target.gas_limit,
            target.value,
        )
        next_nonce[place] += 1
        hashes.append(hash_transaction(raw))
        bodies.append(
            b'{"jsonrpc":"2.0","id":%d,"method":"eth_sendRawTransaction","params":["0x%b"]}'
            % (index, raw.hex().encode())
        )
        if index % 500 == 0:
            progress("signing transactions", index, len(steps))
    progress("signing transactions", len(steps), len(steps))
    return Workload(bodies=bodies, hashes=hashes)


def find_function(abi: ContractAbi, contract: str, name: str) -> Function:
    """Return a function by name or signature.

    Raises:
        UsageError: there is none, or several of that name.
    """
    found = [f for f in abi.functions if name in (f.name, f.signature)]
    if len(found) != 1:
        known = ", ".join(sorted(f.signature for f in abi.functions))
        fault = "has no function" if not found else "has several functions"
        raise UsageError(f"`{contract}` {fault} `{name}`", hint=f"its functions are {known}")
    return found[0]


def parse_value(text: str) -> int:
    """Return an amount of wei written as a number with or without unit.

    Raises:
        UsageError: it is not.
    """
    units = {"wei": 1, "gwei": 10**9, "ether": 10**18}
    for unit, factor in units.items():
        number = text.removesuffix(unit).strip()
        if number.isdigit() and (text.endswith(unit) or text.isdigit()):
            return int(number) * factor
    raise UsageError(f"`{text}` is not an amount like 5, 10gwei or 1ether")


def fill(
    arguments: Sequence[Any], index: int, sender: Address, source: random.Random
) -> list[object]:
    """Return the arguments with their placeholders filled in."""
    known: dict[str, Callable[[], object]] = {
        "$index": lambda: index,
        "$random": lambda: source.getrandbits(64),
        "$sender": lambda: sender,
    }

    def one(value: Any) -> object:
        if isinstance(value, list):
            return [one(item) for item in value]
        if isinstance(value, str) and value in known:
            return known[value]()
        if isinstance(value, str) and value.startswith("0x"):
            return bytes.fromhex(value[2:])
        return value

    return [one(value) for value in arguments]


async def send_and_wait(
    api: NodeApi,
    account: Account,
    fees: Fees,
    *,
    to: Address | None,
    data: bytes,
    gas_limit: int | None,
) -> dict[str, Any]:
    """Send one transaction and return its receipt.

    Raises:
        NodeError: refused, reverted, or never in a block.
    """
    nonce = int(await api.call("eth_getTransactionCount", _hex(account.address), "pending"), 16)
    if gas_limit is None:
        gas_limit = await _estimate(api, account, to, data, 0)
    raw = _sign(account, fees, nonce, to, data, gas_limit, 0)
    await api.call("eth_sendRawTransaction", _hex(raw))
    receipt = await wait_for_receipt(api, hash_transaction(raw))
    if receipt["status"] != "0x1":
        raise NodeError("a transaction of the preparation reverted")
    return receipt


async def wait_for_receipt(api: NodeApi, transaction_hash: Hash32) -> dict[str, Any]:
    """Poll until a receipt is there.

    Raises:
        NodeError: it is not within a minute.
    """
    for _ in range(MAX_WAIT_POLLS):
        receipt: dict[str, Any] | None = await api.call(
            "eth_getTransactionReceipt", _hex(transaction_hash)
        )
        if receipt is not None:
            return receipt
        await asyncio.sleep(0.1)
    raise NodeError(f"transaction {_hex(transaction_hash)} is in no block after a minute")


async def _estimate(
    api: NodeApi, account: Account, to: Address | None, data: bytes, value: int
) -> int:
    call = {"from": _hex(account.address), "data": _hex(data), "value": hex(value)}
    if to is not None:
        call["to"] = _hex(to)
    return int(int(await api.call("eth_estimateGas", call), 16) * GAS_HEADROOM)


def _sign(
    account: Account,
    fees: Fees,
    nonce: int,
    to: Address | None,
    data: bytes,
    gas_limit: int,
    value: int,
) -> bytes:
    transaction = DynamicFeeTransaction(
        chain_id=fees.chain_id,
        nonce=nonce,
        max_priority_fee_per_gas=fees.max_priority_fee_per_gas,
        max_fee_per_gas=fees.max_fee_per_gas,
        gas_limit=gas_limit,
        to=to,
        value=value,
        data=data,
    )
    return encode_transaction(sign_transaction(transaction, account.private_key))


def _varies(arguments: Sequence[Any]) -> bool:
    return "$" in msgspec.json.encode(arguments).decode()


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
