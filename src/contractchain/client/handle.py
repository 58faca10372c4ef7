"""Contracts from Python, in one line each: deploy, call, send by name.

A thin layer over `contractchain.client.contract` for scripts and tests, where a failed call should
stop the script: there it is raised, as `CallFailedError`.
"""

from contractchain.client.connection import Connection
from contractchain.client.contract import Contract, SendReport, deploy, find_function
from contractchain.client.transactions import TransactionOptions
from contractchain.codec.abi import parse_abi
from contractchain.crypto import Account
from contractchain.errors import CallFailedError
from contractchain.types import Address, Artifact


class ContractHandle:
    """A deployed contract and the account that uses it."""

    def __init__(self, contract: Contract, signer: Account) -> None:
        self.contract = contract
        self._signer = signer

    @property
    def address(self) -> Address:
        """Where the contract is."""
        return self.contract.address

    def call(self, function: str, *arguments: object) -> object:
        """Return what a function returns: the value, or a tuple if there are several (or none).

        Raises:
            CallFailedError: the call reverts or halts.
            FunctionNotFoundError: no such function.
            ArgumentError: an argument is not of its type.
        """
        from contractchain.chain import BlockTag

        chosen = find_function(self.contract.abi, self.contract.name, function, len(arguments))
        report = self.contract.call(
            chosen, arguments, sender=self._signer.address, at=BlockTag.LATEST
        )
        if report.failure is not None:
            raise CallFailedError(
                f"`{self.contract.name}.{function}` {report.failure.describe()}",
                facts=report.failure.to_dict(),
            )
        return report.values[0] if len(report.values) == 1 else report.values

    def send(self, function: str, *arguments: object, value: int = 0) -> SendReport:
        """Call a function in a transaction and return what came of it.

        Args:
            function: Name or signature.
            arguments: Of the function.
            value: Wei to send along.

        Raises:
            CallFailedError: the transaction fails.
            FunctionNotFoundError: no such function.
            ArgumentError: an argument is not of its type.
        """
        chosen = find_function(self.contract.abi, self.contract.name, function, len(arguments))
        options = TransactionOptions(value=value)
        report = self.contract.send(chosen, arguments, self._signer, options)
        return _require_success(report, f"`{self.contract.name}.{function}`")


def deploy_contract(
    artifact: Artifact,
    *arguments: object,
    connection: Connection,
    signer: Account,
    value: int = 0,
) -> ContractHandle:
    """Create a contract and return it.

    Raises:
        CallFailedError: the constructor fails.
        ArgumentError: an argument is not of its type.
    """
    options = TransactionOptions(value=value)
    report = deploy(artifact, arguments, connection, signer, options)
    receipt = _require_success(report, f"creating `{artifact.name}`").receipt
    if receipt is None or receipt.contract_address is None:
        raise CallFailedError(f"creating `{artifact.name}` left no contract")
    contract = Contract(
        name=artifact.name,
        address=receipt.contract_address,
        abi=parse_abi(artifact.abi),
        connection=connection,
    )
    return ContractHandle(contract, signer)


def _require_success(report: SendReport, what: str) -> SendReport:
    if report.failure is not None:
        raise CallFailedError(f"{what} {report.failure.describe()}", facts=report.failure.to_dict())
    return report
