"""From what a person names to a contract that can be called: registry, code check, function."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contractchain.cli.session import Session
from contractchain.client.arguments import parse_arguments
from contractchain.client.contract import Contract, find_function
from contractchain.client.registry import Deployment, hash_runtime_code
from contractchain.codec.abi import ContractAbi, Function, parse_signature
from contractchain.codec.hexadecimal import parse_hex, to_checksum
from contractchain.errors import FunctionNotFoundError, NoCodeError

if TYPE_CHECKING:
    from contractchain.chain import BlockReference


@dataclass(frozen=True, kw_only=True)
class Target:
    """A contract that a person named."""

    title: str
    """E.g. `Counter@1`, or the address."""
    contract: Contract
    deployment: Deployment | None
    """None for an address that is not in the registry."""
    code: bytes
    """Runtime code at the address; empty if there is no contract."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """A function with its arguments, or raw calldata."""

    function: Function | None
    arguments: tuple[object, ...]
    data: bytes = b""


def resolve_target(session: Session, text: str, *, at: "BlockReference") -> Target:
    """Return the contract that a person named, after a look at its code.

    Warns if the code is not what was deployed, or the sources have changed since.

    Raises:
        NotDeployedError: the name was not deployed on this chain.
        NoCodeError: there is no contract at the address.
    """
    account = session.wallet.find_address(text)
    if account is not None:
        deployment, address = session.registry.find_at(account), account
    else:
        deployment = session.find_deployment(text)
        address = session.get_address(text) if deployment is None else deployment.address
    code = session.connection.get_code(address, at)
    if deployment is not None:
        _check_code(session, deployment, code)
        _check_sources(session, deployment)
        abi = session.known.get_abi(deployment)
    else:
        abi = ContractAbi()
    title = deployment.title if deployment is not None else to_checksum(address)
    contract = Contract(
        name=deployment.name if deployment is not None else title,
        address=address,
        abi=abi,
        connection=session.connection,
        abis_for=session.known.abis_for,
    )
    return Target(title=title, contract=contract, deployment=deployment, code=code)


def require_code(session: Session, target: Target) -> None:
    """Check that there is a contract.

    Raises:
        NoCodeError: there is none.
    """
    if not target.code:
        raise NoCodeError(
            address=session.describe_address(target.contract.address),
            hint="nothing was deployed there at that block",
        )


def _check_code(session: Session, deployment: Deployment, code: bytes) -> None:
    if not code:
        return
    artifact = session.known.get_artifact(deployment)
    if hash_runtime_code(code, artifact) != deployment.runtime_code_hash:
        session.warnings.append(
            f"the code at {to_checksum(deployment.address)} is not what was deployed as "
            f"`{deployment.title}`; answers may be misread"
        )


def _check_sources(session: Session, deployment: Deployment) -> None:
    changed = []
    for name, digest in deployment.sources.items():
        path = session.project.root / name
        try:
            same = hashlib.sha256(path.read_bytes()).hexdigest() == digest
        except OSError:
            continue  # moved away: the deployed contract is none the worse for it
        if not same:
            changed.append(f"`{name}`")
    if changed:
        session.warnings.append(
            f"{', '.join(changed)} changed since `{deployment.title}` was deployed; "
            f"`ctc deploy {deployment.name}` deploys the present source"
        )


def resolve_invocation(
    session: Session, target: Target, function: str | None, arguments: Sequence[str]
) -> Invocation:
    """Return what is to be called, its arguments read by their types.

    Args:
        session: For names in arguments.
        target: The contract.
        function: Name, signature (with return types, if the contract is not in the registry), or
            calldata in hex. None: no calldata at all.
        arguments: As they were typed.

    Raises:
        FunctionNotFoundError: the contract has no such function.
        ArgumentError: an argument is not of its type.
        ArgumentCountError: too many or too few arguments.
    """
    if function is None:
        return Invocation(function=None, arguments=())
    if function.startswith(("0x", "0X")):
        return Invocation(function=None, arguments=(), data=parse_hex(function, "calldata"))
    chosen = _choose_function(target, function, len(arguments))
    values = parse_arguments(
        chosen.inputs, arguments, signature=chosen.declaration, resolve=session.resolve_address
    )
    return Invocation(function=chosen, arguments=values)


def _choose_function(target: Target, text: str, argument_count: int) -> Function:
    try:
        return find_function(target.contract.abi, target.contract.name, text, argument_count)
    except FunctionNotFoundError as error:
        if "(" in text:
            return parse_signature(text)
        if target.deployment is None:
            error.hint = (
                "this address is not in the registry, so write the whole signature, "
                'e.g. "balanceOf(address)(uint256)"'
            )
        raise
