"""A deployed contract with the types of its ABI: call it, send to it, explain what comes back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contractchain.client.connection import Connection
from contractchain.client.explaining import (
    AbisFor,
    ExplainedLog,
    Failure,
    explain_failure,
    explain_logs,
)
from contractchain.client.transactions import TransactionOptions, send_transaction
from contractchain.codec.abi import ContractAbi, Function, Mutability, decode_arguments, parse_abi
from contractchain.crypto import Account
from contractchain.errors import (
    AmbiguousNameError,
    DecodeError,
    FunctionNotFoundError,
    UsageError,
    closest,
)
from contractchain.interfaces.execution_data import Message
from contractchain.types import Address, Artifact, Halt, Revert, Success

if TYPE_CHECKING:
    from contractchain.chain import BlockReference, ReceiptView


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """How a call ended that left no trace."""

    function: Function | None
    """None for raw calldata."""
    values: tuple[object, ...] = ()
    """Decoded return values."""
    return_data: bytes = b""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """How a transaction ended."""

    function: Function | None = None
    """None for a creation, a plain transfer and raw calldata."""
    receipt: "ReceiptView | None" = None
    """None if the gas estimate failed, and nothing was sent."""
    events: tuple[ExplainedLog, ...] = ()
    values: tuple[object, ...] | None = None
    """Decoded return values of the same call, simulated just before sending: a chain keeps none.
    None if the simulation failed."""
    failure: Failure | None = None


class Contract:
    """A contract at an address."""

    def __init__(
        self,
        *,
        name: str,
        address: Address,
        abi: ContractAbi,
        connection: Connection,
        abis_for: AbisFor | None = None,
    ) -> None:
        """Describe a contract; nothing is asked of the chain yet.

        Args:
            name: For messages.
            address: Where it is.
            abi: What it offers.
            connection: The chain.
            abis_for: ABIs of other contracts, for their events and errors.
        """
        self.name = name
        self.address = address
        self.abi = abi
        self._connection = connection
        self._abis_for: AbisFor = abis_for or (lambda address: ())

    def call(
        self,
        function: Function | None,
        arguments: Sequence[object],
        *,
        sender: Address,
        at: "BlockReference",
        value: int = 0,
        gas_limit: int | None = None,
        data: bytes = b"",
    ) -> CallReport:
        """Call a function without a transaction.

        Args:
            function: None calls with `data` as it is.
            arguments: Of the function.
            sender: Who seems to call; no key is needed.
            at: State after which block.
            value: Wei that seem to be sent along.
            gas_limit: None: the block's.
            data: Calldata, if there is no function.

        Raises:
            ArgumentError: an argument is not of its type.
            DecodeError: the contract returns something else than the ABI says.
            UsageError: a value for a function that takes none.
        """
        if function is not None:
            data = function.encode_call(arguments)
            _check_payable(function.declaration, function.mutability, value)
        message = Message(
            sender=sender, to=self.address, value=value, data=data, gas_limit=gas_limit
        )
        outcome = self._connection.call(message, at).outcome
        if not isinstance(outcome, Success):
            return CallReport(function=function, failure=self._explain(outcome))
        returned = outcome.return_data
        values = () if function is None else self._decode_return(function, returned)
        return CallReport(function=function, values=values, return_data=returned)

    def send(
        self,
        function: Function | None,
        arguments: Sequence[object],
        signer: Account,
        options: TransactionOptions,
        *,
        data: bytes = b"",
    ) -> SendReport:
        """Call a function in a transaction.

        Args:
            function: None sends `data` as it is.
            arguments: Of the function.
            signer: Who sends and pays.
            options: Value, gas and fees.
            data: Calldata, if there is no function.

        Raises:
            ArgumentError: an argument is not of its type.
            UsageError: a value for a function that takes none.
            ContractChainError: the transaction is not taken.
        """
        if function is not None:
            data = function.encode_call(arguments)
            _check_payable(function.declaration, function.mutability, options.value)
        values = self._simulate(function, data, signer, options)
        ended = send_transaction(self._connection, signer, self.address, data, options)
        if isinstance(ended, (Revert, Halt)):
            return SendReport(function=function, failure=self._explain(ended))
        report = report_of(ended, self._connection, self._all_abis)
        return replace(report, function=function, values=None if report.failure else values)

    def _simulate(
        self, function: Function | None, data: bytes, signer: Account, options: TransactionOptions
    ) -> tuple[object, ...] | None:
        """Return what the function would return if it were called in the next block."""
        from contractchain.chain import BlockTag

        if function is None or not function.outputs:
            return ()
        message = Message(
            sender=signer.address,
            to=self.address,
            value=options.value,
            data=data,
            gas_limit=options.gas_limit,
        )
        outcome = self._connection.call(message, BlockTag.PENDING).outcome
        if not isinstance(outcome, Success):
            return None
        return self._decode_return(function, outcome.return_data)

    def _decode_return(self, function: Function, data: bytes) -> tuple[object, ...]:
        try:
            return decode_arguments(function.outputs, data, "return data")
        except DecodeError as error:
            error.hint = f"`{self.name}` at this address may not be what its ABI says"
            raise

    def _explain(self, outcome: Revert | Halt) -> Failure:
        return explain_failure(outcome, self._all_abis(None))

    def _all_abis(self, address: Address | None) -> Iterator[ContractAbi]:
        yield self.abi
        yield from self._abis_for(address)


def deploy(
    artifact: Artifact,
    arguments: Sequence[object],
    connection: Connection,
    signer: Account,
    options: TransactionOptions,
    *,
    abis_for: AbisFor | None = None,
) -> SendReport:
    """Create a contract. Its address is the receipt's `contract_address`.

    Raises:
        ArgumentError: a constructor argument is not of its type.
        UsageError: the artifact cannot be deployed, or takes no value.
        ContractChainError: the transaction is not taken.
    """
    abi = parse_abi(artifact.abi)
    check_deployable(artifact)
    encoded = abi.encode_constructor(arguments, artifact.name)
    payable = Mutability.PAYABLE if abi.constructor.is_payable else Mutability.NONPAYABLE
    _check_payable(abi.constructor.declaration(artifact.name), payable, options.value)
    ended = send_transaction(connection, signer, None, artifact.init_code + encoded, options)

    def all_abis(address: Address | None) -> Iterator[ContractAbi]:
        yield abi
        if abis_for is not None:
            yield from abis_for(address)

    if isinstance(ended, (Revert, Halt)):
        return SendReport(failure=explain_failure(ended, all_abis(None)))
    return report_of(ended, connection, all_abis)


def check_deployable(artifact: Artifact) -> None:
    """Check that an artifact can become a contract.

    Raises:
        UsageError: it has no code, or needs libraries.
    """
    if not artifact.init_code:
        raise UsageError(
            f"`{artifact.name}` has no code to deploy",
            hint="it is abstract or an interface, or the artifact holds only an ABI",
        )
    libraries = sorted({name for names in artifact.link_references.values() for name in names})
    if libraries:
        raise UsageError(
            f"`{artifact.name}` must be linked with {', '.join(f'`{n}`' for n in libraries)}",
            hint="libraries with external functions are not linked here; use internal functions",
        )


def report_of(receipt: "ReceiptView", connection: Connection, abis_for: AbisFor) -> SendReport:
    """Return what a receipt says, with its events or the reason why it failed."""
    if receipt.succeeded:
        return SendReport(receipt=receipt, events=explain_logs(receipt.logs, abis_for))
    outcome = connection.find_outcome(receipt.transaction_hash)
    if not isinstance(outcome, (Revert, Halt)):
        outcome = Halt(reason="other: the transaction failed for a reason that is not known")
    return SendReport(receipt=receipt, failure=explain_failure(outcome, abis_for(None)))


def find_function(abi: ContractAbi, contract: str, text: str, argument_count: int) -> Function:
    """Return the function that a person means.

    Args:
        abi: Of the contract.
        contract: Its name, for messages.
        text: `transfer` or `transfer(address,uint256)`.
        argument_count: Tells overloads apart where that suffices.

    Raises:
        FunctionNotFoundError: no such function.
        AmbiguousNameError: several overloads take as many arguments.
    """
    if "(" in text:
        wanted = text.replace(" ", "")
        for function in abi.functions:
            if function.signature == wanted:
                return function
    named = [function for function in abi.functions if function.name == text.partition("(")[0]]
    if "(" in text or not named:
        names = [function.name for function in abi.functions]
        signatures = ", ".join(f"`{function.signature}`" for function in named or abi.functions)
        hint = closest(text, names) if not named else None
        if hint is None:
            hint = f"it has {signatures}" if signatures else "it has no functions"
        raise FunctionNotFoundError("", contract=contract, name=text, hint=hint)
    if len(named) == 1:
        return named[0]
    fitting = [function for function in named if len(function.inputs) == argument_count]
    if len(fitting) == 1:
        return fitting[0]
    raise AmbiguousNameError(
        "",
        name=text,
        candidates=tuple(function.signature for function in fitting or named),
        hint="write the signature, in quotes",
    )


def _check_payable(declaration: str, mutability: Mutability, value: int) -> None:
    if value and mutability is not Mutability.PAYABLE:
        raise UsageError(f"`{declaration}` is not payable, it takes no value")
