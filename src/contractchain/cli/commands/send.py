"""`ctc send`: call a function in a transaction."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.names import complete_deployment, complete_function
from contractchain.cli.options import (
    ChainOptions,
    build_transaction_options,
    chain_options,
    transaction_options,
)
from contractchain.cli.rendering import Answer

if TYPE_CHECKING:
    from contractchain.cli.session import Session
    from contractchain.cli.targets import Target
    from contractchain.client.contract import SendReport


@ctc_command(
    "send",
    examples=[
        "ctc send Counter increment",
        "ctc send Token transfer account1 5ether --from account0",
        'ctc send Ballot@2 "vote(uint256)" 1',
        "ctc send account1 --value 1ether",
        'ctc send 0x5FbDB2315678afecb367f032d93F642f64180aa3 "set(int256)" -7',
    ],
)
@click.argument("name", type=TEXT, shell_complete=complete_deployment)
@click.argument("function", type=TEXT, required=False, shell_complete=complete_function)
@click.argument("arguments", nargs=-1, type=TEXT, metavar="[ARGS]...")
@transaction_options
@chain_options
def command(
    name: str,
    function: str | None,
    arguments: tuple[str, ...],
    sender: str | None,
    value: str | None,
    gas_limit: str | None,
    max_fee: str | None,
    priority_fee: str | None,
    rpc: str | None,
    data_dir: Path | None,
    engine: str,
) -> Answer:
    """Call a function of a contract in a transaction.

    NAME is a deployed contract (the latest of the name, or Name@2, or Name@label), an address or
    an account. FUNCTION is a name, a signature, or calldata in hex; without it, only the value is
    sent. A failure is found before sending, by the gas estimate.
    """
    from contractchain.chain import BlockTag
    from contractchain.cli.session import open_session
    from contractchain.cli.targets import require_code, resolve_invocation, resolve_target

    options = build_transaction_options(value, gas_limit, max_fee, priority_fee)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain, writes=True) as session:
        target = resolve_target(session, name, at=BlockTag.LATEST)
        if function is not None:
            require_code(session, target)
        asked = resolve_invocation(session, target, function, arguments)
        signer = session.wallet.get_signer(sender)
        report = target.contract.send(
            asked.function, asked.arguments, signer, options, data=asked.data
        )
        return _tell(session, target, report)


def _tell(session: "Session", target: "Target", report: "SendReport") -> Answer:
    from contractchain.cli.reports import NOT_SENT_HINT, report_document, report_text
    from contractchain.codec.hexadecimal import to_checksum

    called = report.function
    what = target.title if called is None else f"{target.title}.{called.name}"
    address = to_checksum(target.contract.address)
    document = {"contract": target.title, "address": address, **report_document(report)}
    text = report_text(session, what, report)
    warnings = tuple(session.warnings)
    if report.failure is None:
        return Answer(document=document, text=text, warnings=warnings)
    return Answer(
        document=document,
        text=text,
        warnings=warnings,
        failure=f"`{what}` {report.failure.describe()}",
        failure_hint=NOT_SENT_HINT if report.receipt is None else None,
        extra=report.failure.to_dict(),
    )
