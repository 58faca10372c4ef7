"""`ctc deploy`: create a contract and remember its address."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.names import complete_contract
from contractchain.cli.options import (
    ChainOptions,
    build_transaction_options,
    chain_options,
    transaction_options,
)
from contractchain.cli.rendering import Answer, align
from contractchain.errors import NodeResponseError

if TYPE_CHECKING:
    from contractchain.cli.session import Session
    from contractchain.client.compilation import LoadedContract
    from contractchain.client.contract import SendReport
    from contractchain.client.explaining import Failure


@ctc_command(
    "deploy",
    examples=[
        "ctc deploy Counter",
        "ctc deploy Token Gold GLD 1000ether --from account1",
        "ctc deploy contracts/Vault.sol:Vault --value 1ether --label savings",
        "ctc deploy out/Counter.sol/Counter.json",
    ],
)
@click.argument("name", type=TEXT, shell_complete=complete_contract)
@click.argument("arguments", nargs=-1, type=TEXT, metavar="[ARGS]...")
@click.option("--label", type=TEXT, default="", help="A name of your own for this deployment.")
@transaction_options
@chain_options
def command(
    name: str,
    arguments: tuple[str, ...],
    label: str,
    sender: str | None,
    value: str | None,
    gas_limit: str | None,
    max_fee: str | None,
    priority_fee: str | None,
    rpc: str | None,
    data_dir: Path | None,
    engine: str,
) -> Answer:
    """Create a contract and remember its address.

    NAME is a contract of the project (contracts/), an artifact of solc, Foundry, Hardhat or Vyper
    (out/, artifacts/), an example that comes with ctc, or a path. ARGS are the arguments of its
    constructor.
    """
    from contractchain.cli.session import open_session
    from contractchain.client.arguments import parse_arguments
    from contractchain.client.compilation import load_contract
    from contractchain.client.contract import check_deployable, deploy
    from contractchain.client.project import Project
    from contractchain.client.registry import check_label
    from contractchain.codec.abi import parse_abi

    check_label(label)
    options = build_transaction_options(value, gas_limit, max_fee, priority_fee)
    project = Project.find(Path.cwd())
    loaded = load_contract(project, name, cache=(data_dir or project.data_directory) / "cache")
    artifact = loaded.artifact
    check_deployable(artifact)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain, writes=True) as session:
        constructor = parse_abi(artifact.abi).constructor
        values = parse_arguments(
            constructor.inputs,
            arguments,
            signature=constructor.declaration(artifact.name),
            resolve=session.resolve_address,
        )
        signer = session.wallet.get_signer(sender)
        session.registry.deployments()  # a damaged registry is told before anything is sent
        report = deploy(
            artifact, values, session.connection, signer, options, abis_for=session.known.abis_for
        )
        if report.failure is not None:
            return _tell_failure(loaded, report, report.failure)
        return _register(session, loaded, report, label)


def _tell_failure(loaded: "LoadedContract", report: "SendReport", failure: "Failure") -> Answer:
    from contractchain.cli.reports import NOT_SENT_HINT, receipt_fields, report_document

    receipt = report.receipt
    return Answer(
        document={"contract": loaded.artifact.name, **report_document(report)},
        text=align(receipt_fields(receipt)) if receipt is not None else "",
        warnings=loaded.warnings,
        failure=f"creating `{loaded.artifact.name}` {failure.describe()}",
        failure_hint=NOT_SENT_HINT if receipt is None else None,
        extra=failure.to_dict(),
    )


def _register(
    session: "Session", loaded: "LoadedContract", report: "SendReport", label: str
) -> Answer:
    """Write the new contract into the registry and tell of it."""
    from contractchain.cli.reports import event_lines, receipt_fields, report_document
    from contractchain.client.registry import Deployment, hash_runtime_code
    from contractchain.codec.hexadecimal import to_checksum

    artifact, receipt = loaded.artifact, report.receipt
    if receipt is None or receipt.contract_address is None:
        raise NodeResponseError("the receipt of a creation names no contract")
    address = receipt.contract_address
    code = session.connection.get_code(address, receipt.block_number)
    deployment = session.registry.add(
        Deployment(
            name=artifact.name,
            address=address,
            artifact_hash=session.artifacts.save(artifact),
            runtime_code_hash=hash_runtime_code(code, artifact),
            transaction_hash=receipt.transaction_hash,
            block_number=receipt.block_number,
            label=label,
            sources=loaded.sources,
        )
    )
    fields = [("address", to_checksum(address)), *receipt_fields(receipt)]
    lines = [f"{deployment.title} deployed", align(fields)]
    lines += event_lines(session, report.events, own=address)
    document = {
        "contract": artifact.name,
        "name": deployment.title,
        "index": deployment.index,
        "address": to_checksum(address),
        "source": loaded.origin,
        **report_document(report),
    }
    warnings = (*loaded.warnings, *session.warnings)
    return Answer(document=document, text="\n".join(lines), warnings=warnings)
