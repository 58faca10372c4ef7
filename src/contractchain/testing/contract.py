"""Contracts with a Python method for each function of the ABI.

A view or pure function is called and returns its value; any other is sent in a transaction and
returns a `TransactionResult`. `contract.call.f(…)` and `contract.send.f(…)` say which is meant.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from contractchain.chain import BlockTag, ReceiptView
from contractchain.client.contract import check_deployable, find_function
from contractchain.client.explaining import Failure, explain_failure, explain_logs
from contractchain.codec.abi import (
    ContractAbi,
    CustomError,
    Event,
    Function,
    IndexedHash,
    decode_arguments,
    parse_abi,
)
from contractchain.errors import ContractChainError, closest
from contractchain.interfaces.execution_data import Message
from contractchain.testing.chain import DevAccount, DevChain
from contractchain.testing.values import Address, HasAddress, from_abi, to_abi
from contractchain.types import Artifact, Halt, Revert, Success


@dataclass(eq=False)
class ContractFailed(ContractChainError):
    """A call or transaction that reverted or halted; `pytest.raises` and `reverts` catch it."""

    code: ClassVar[str] = "contract-failed"

    what: str
    """The call, e.g. `Counter.increment()`."""
    failure: Failure
    receipt: ReceiptView | None = None
    """None for a call that leaves no trace."""

    def describe(self) -> str:
        return f"`{self.what}` {self.failure.describe()}"


@dataclass(frozen=True, slots=True)
class EventValue:
    """An event that was emitted. Its arguments are attributes."""

    name: str
    address: Address
    arguments: Mapping[str, object]

    def __getattr__(self, name: str) -> object:
        try:
            return self.arguments[name]
        except KeyError:
            raise AttributeError(f"event {self.name} has no argument {name!r}") from None

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.name}({shown})"


class EventPattern:
    """What an event should be like: name, emitter and the arguments that are given."""

    def __init__(self, name: str, address: bytes, arguments: Mapping[str, object]) -> None:
        self.name = name
        self.address = address
        self.arguments = {key: to_abi(value) for key, value in arguments.items()}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EventValue):
            return NotImplemented
        return (
            other.name == self.name
            and other.address == self.address
            and all(other.arguments.get(key) == value for key, value in self.arguments.items())
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.name}({shown})"


@dataclass(frozen=True, slots=True)
class TransactionResult:
    """A transaction in its block."""

    receipt: ReceiptView
    events: tuple[EventValue, ...]
    """Of every contract whose ABI is known here, in order."""

    @property
    def gas_used(self) -> int:
        """As the receipt charges it, intrinsic gas included."""
        return self.receipt.gas_used

    @property
    def hash(self) -> bytes:
        """Of the transaction."""
        return self.receipt.transaction_hash

    @property
    def block_number(self) -> int:
        """Where the transaction is."""
        return self.receipt.block_number


class TestContract:
    """A deployed contract.

    Its own attributes are few (`address`, `abi`, `events`, `call`, `send`, `contract_name`,
    `deployment`), because every name may be a function of the ABI; `contract.call.address()` calls
    one of these.
    """

    __test__ = False

    def __init__(
        self,
        *,
        name: str,
        address: bytes,
        abi: ContractAbi,
        chain: DevChain,
        abis: Mapping[bytes, ContractAbi],
        receipt: ReceiptView | None = None,
    ) -> None:
        """Describe a contract that exists.

        Args:
            name: For messages.
            address: Where it is.
            abi: What it offers.
            chain: Where it lives.
            abis: ABIs by address, for the events and errors of others.
            receipt: Of the deployment.
        """
        self.contract_name = name
        self.address = Address(address)
        self.abi = abi
        self._chain = chain
        self.deployment = receipt
        self._abis = abis
        self.call = Methods(self, self._call)
        self.send = Methods(self, self._send)
        self.events = _Patterns(self)

    def __getattr__(self, name: str) -> "Method":
        if name.startswith("_"):
            raise AttributeError(name)
        return Method(self, name, self._choose)

    def __repr__(self) -> str:
        return f"<{self.contract_name} at {self.address}>"

    def _choose(self, function: Function, arguments: Sequence[object], options: "Options") -> Any:
        if function.mutability.reads_only:
            return self._call(function, arguments, options)
        return self._send(function, arguments, options)

    def _call(self, function: Function, arguments: Sequence[object], options: "Options") -> Any:
        message = Message(
            sender=(options.sender or self._chain.accounts[0]).address,
            to=self.address,
            value=options.value,
            data=function.encode_call([to_abi(a) for a in arguments]),
            gas_limit=options.gas_limit,
        )
        outcome = self._chain.node.chain.calls.call(message, BlockTag.LATEST).outcome
        if not isinstance(outcome, Success):
            raise self._failed(function, outcome, None)
        values = decode_arguments(function.outputs, outcome.return_data)
        shown = [
            from_abi(output.type, value)
            for output, value in zip(function.outputs, values, strict=True)
        ]
        return shown[0] if len(shown) == 1 else tuple(shown)

    def _send(
        self, function: Function, arguments: Sequence[object], options: "Options"
    ) -> TransactionResult:
        receipt = self._chain.send(
            options.sender or self._chain.accounts[0],
            self.address,
            function.encode_call([to_abi(a) for a in arguments]),
            value=options.value,
            gas_limit=options.gas_limit,
        )
        if not receipt.succeeded:
            outcome = self._chain.node.chain.calls.find_outcome(receipt.transaction_hash)
            failed = outcome if isinstance(outcome, (Revert, Halt)) else Halt(reason="other: ?")
            raise self._failed(function, failed, receipt)
        return self._result(receipt)

    def _result(self, receipt: ReceiptView) -> TransactionResult:
        if not receipt.logs:
            return TransactionResult(receipt, ())
        events = tuple(
            _to_value(item.event.event, item.event.values, item.log.address)
            for item in explain_logs(receipt.logs, self._abis_for)
            if item.event is not None
        )
        return TransactionResult(receipt, events)

    def _abis_for(self, address: bytes | None) -> list[ContractAbi]:
        own = self._abis.get(address) if address is not None else None
        return [abi for abi in (own, self.abi, *self._abis.values()) if abi is not None]

    def _failed(
        self, function: Function, outcome: Revert | Halt, receipt: ReceiptView | None
    ) -> ContractFailed:
        failure = explain_failure(outcome, self._abis_for(None))
        return ContractFailed(f"{self.contract_name}.{function.name}", failure, receipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a function is called."""

    sender: DevAccount | None = None
    """None: the first account."""
    value: int = 0
    """Wei."""
    gas_limit: int | None = None
    """None: the block's."""


Run = Callable[[Function, Sequence[object], Options], Any]


class Method:
    """A function of a contract, ready to be called."""

    def __init__(self, contract: TestContract, name: str, run: Run) -> None:
        self._contract = contract
        self._name = name
        self._run = run

    def __call__(
        self,
        *arguments: object,
        sender: DevAccount | None = None,
        value: int = 0,
        gas_limit: int | None = None,
    ) -> Any:
        """Call the function.

        Raises:
            ContractFailed: it reverts or halts.
            FunctionNotFoundError: no such function.
            ArgumentError: an argument is not of its type.
        """
        contract = self._contract
        function = find_function(contract.abi, contract.contract_name, self._name, len(arguments))
        return self._run(
            function, arguments, Options(sender=sender, value=value, gas_limit=gas_limit)
        )


class Methods:
    """All functions of a contract, called in one way. Item access takes a signature."""

    def __init__(self, contract: TestContract, run: Run) -> None:
        self._contract = contract
        self._run = run

    def __getattr__(self, name: str) -> Method:
        if name.startswith("_"):
            raise AttributeError(name)
        return Method(self._contract, name, self._run)

    def __getitem__(self, signature: str) -> Method:
        return Method(self._contract, signature, self._run)


class _Patterns:
    """The events of a contract, as patterns."""

    def __init__(self, contract: TestContract) -> None:
        self._contract = contract

    def __getattr__(self, name: str) -> Callable[..., EventPattern]:
        names = {event.name for event in self._contract.abi.events}
        if name not in names:
            hint = closest(name, names)
            suffix = f"; {hint}" if hint else ""
            raise AttributeError(f"{self._contract.contract_name} has no event {name!r}{suffix}")
        return lambda **arguments: EventPattern(name, self._contract.address, arguments)


class Deployer:
    """Creates contracts on a chain and remembers their ABIs. The `deploy` fixture."""

    def __init__(self, chain: DevChain, find_artifact: Callable[[str], Artifact]) -> None:
        """Prepare.

        Args:
            chain: Where to.
            find_artifact: Returns the artifact of a contract name.
        """
        self._chain = chain
        self._find_artifact = find_artifact
        self._abis: dict[bytes, ContractAbi] = {}

    def __call__(
        self,
        contract: str | Artifact,
        *arguments: object,
        sender: DevAccount | None = None,
        value: int = 0,
    ) -> TestContract:
        """Deploy a contract.

        Args:
            contract: A name, as `ctc deploy` takes it, or an artifact.
            arguments: Of the constructor.
            sender: None: the first account.
            value: Wei.

        Raises:
            ContractFailed: the constructor reverts or halts.
            ContractNotFoundError: no such contract.
            CompileError: the source does not compile.
        """
        artifact = self._get_artifact(contract)
        check_deployable(artifact)
        abi = parse_abi(artifact.abi)
        encoded = abi.encode_constructor([to_abi(a) for a in arguments], artifact.name)
        receipt = self._chain.send(
            sender or self._chain.accounts[0], None, artifact.init_code + encoded, value=value
        )
        if not receipt.succeeded or receipt.contract_address is None:
            outcome = self._chain.node.chain.calls.find_outcome(receipt.transaction_hash)
            failed = outcome if isinstance(outcome, (Revert, Halt)) else Halt(reason="other: ?")
            failure = explain_failure(failed, (abi, *self._abis.values()))
            raise ContractFailed(f"new {artifact.name}", failure, receipt)
        return self.at(artifact, receipt.contract_address, receipt)

    def _get_artifact(self, contract: str | Artifact) -> Artifact:
        if not isinstance(contract, str):
            return contract
        try:
            return self._find_artifact(contract)
        except ContractChainError as error:
            if error.hint is not None:
                error.add_note(f"hint: {error.hint}")
            raise

    def at(
        self,
        contract: str | Artifact,
        address: HasAddress | bytes,
        receipt: ReceiptView | None = None,
    ) -> TestContract:
        """Return a handle of a contract that is at an address already."""
        artifact = self._get_artifact(contract)
        abi = parse_abi(artifact.abi)
        place = address if isinstance(address, bytes) else address.address
        self._abis[place] = abi
        return TestContract(
            name=artifact.name,
            address=place,
            abi=abi,
            chain=self._chain,
            abis=self._abis,
            receipt=receipt,
        )


def _to_value(event: Event, values: Sequence[object], address: bytes) -> EventValue:
    arguments: dict[str, object] = {}
    for index, (parameter, value) in enumerate(zip(event.inputs, values, strict=True)):
        shown = value if isinstance(value, IndexedHash) else from_abi(parameter.type, value)
        arguments[parameter.name or f"arg{index}"] = shown
    return EventValue(event.name, Address(address), arguments)


__all__ = [
    "ContractFailed",
    "CustomError",
    "Deployer",
    "EventPattern",
    "EventValue",
    "TestContract",
    "TransactionResult",
]
