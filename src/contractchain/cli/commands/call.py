"""`ctc call`: call a function without a transaction."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.names import complete_deployment, complete_function
from contractchain.cli.options import (
    ChainOptions,
    at_option,
    build_transaction_options,
    chain_options,
    parse_reference,
    transaction_options,
)
from contractchain.cli.rendering import Answer

if TYPE_CHECKING:
    from contractchain.cli.session import Session
    from contractchain.cli.targets import Target
    from contractchain.client.contract import CallReport


@ctc_command(
    "call",
    examples=[
        "ctc call Counter count",
        "ctc call Token balanceOf account1 --at 3",
        'ctc call 0x5FbDB2315678afecb367f032d93F642f64180aa3 "owner()(address)"',
    ],
)
@click.argument("name", type=TEXT, shell_complete=complete_deployment)
@click.argument("function", type=TEXT, shell_complete=complete_function)
@click.argument("arguments", nargs=-1, type=TEXT, metavar="[ARGS]...")
@at_option
@transaction_options
@chain_options
def command(
    name: str,
    function: str,
    arguments: tuple[str, ...],
    at: str,
    sender: str | None,
    value: str | None,
    gas_limit: str | None,
    max_fee: str | None,
    priority_fee: str | None,
    rpc: str | None,
    data_dir: Path | None,
    engine: str,
) -> Answer:
    """Call a function of a contract without a transaction.

    Prints what the function returns and changes nothing. NAME is a deployed contract or an
    address, FUNCTION a name or a signature.
    """
    from contractchain.cli.session import open_session
    from contractchain.cli.targets import require_code, resolve_invocation, resolve_target

    options = build_transaction_options(value, gas_limit, max_fee, priority_fee)
    reference = parse_reference(at)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain) as session:
        target = resolve_target(session, name, at=reference)
        require_code(session, target)
        asked = resolve_invocation(session, target, function, arguments)
        report = target.contract.call(
            asked.function,
            asked.arguments,
            sender=session.get_sender(sender),
            at=reference,
            value=options.value,
            gas_limit=options.gas_limit,
            data=asked.data,
        )
        return _tell(session, target, report)


def _tell(session: "Session", target: "Target", report: "CallReport") -> Answer:
    from contractchain.cli.reports import returns_text
    from contractchain.client.values import named_values
    from contractchain.codec.hexadecimal import to_checksum, to_hex

    called = report.function
    document = {"contract": target.title, "address": to_checksum(target.contract.address)}
    warnings = tuple(session.warnings)
    if report.failure is not None:
        what = target.title if called is None else f"{target.title}.{called.name}"
        return Answer(
            document=document,
            text="",
            warnings=warnings,
            failure=f"`{what}` {report.failure.describe()}",
            extra=report.failure.to_dict(),
        )
    if called is None:
        text = to_hex(report.return_data)
        return Answer(document={**document, "data": text}, text=text, warnings=warnings)
    returns = named_values(called.outputs, report.values)
    return Answer(
        document={**document, "function": called.signature, "returns": returns},
        text=returns_text(called, report.values) if report.values else "",
        warnings=warnings,
    )
