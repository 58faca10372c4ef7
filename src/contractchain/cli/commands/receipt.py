"""`ctc receipt`: show how a transaction ended."""

from pathlib import Path

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ChainOptions, chain_options
from contractchain.cli.rendering import Answer, align


@ctc_command("receipt", examples=["ctc receipt 0x4f3c…", "ctc receipt 0x4f3c… --json"])
@click.argument("hash", type=TEXT)
@chain_options
def command(hash: str, rpc: str | None, data_dir: Path | None, engine: str) -> Answer:
    """Show the receipt of a transaction, with decoded events.

    A transaction that failed is shown with its reason; the exit status is 0 all the same, because
    the receipt was found.
    """
    from contractchain.cli.reports import event_lines, receipt_fields, report_document
    from contractchain.cli.session import open_session
    from contractchain.client.contract import report_of
    from contractchain.codec.hexadecimal import parse_hex
    from contractchain.errors import NotFoundError, TransactionNotFoundError

    wanted = parse_hex(hash, "transaction hash", size=32)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain) as session:
        receipt = session.connection.find_receipt(wanted)
        if receipt is None:
            if session.connection.find_transaction(wanted) is None:
                raise TransactionNotFoundError(hash=wanted)
            raise NotFoundError(f"transaction 0x{wanted.hex()} is pending, it has no receipt yet")
        report = report_of(receipt, session.connection, session.known.abis_for)
        failure = report.failure.describe() if report.failure is not None else None
        fields = [("status", "succeeded" if failure is None else failure)]
        fields.append(("from", session.describe_address(receipt.sender)))
        if receipt.to is not None:
            fields.append(("to", session.describe_address(receipt.to)))
        if receipt.contract_address is not None:
            fields.append(("created", session.describe_address(receipt.contract_address)))
        fields += receipt_fields(receipt)[1:]
        lines = [f"receipt of 0x{wanted.hex()}", align(fields)]
        lines += event_lines(session, report.events, own=receipt.to)
        document = report_document(report)
        if report.failure is not None:
            document["failure"] = report.failure.to_dict()
        return Answer(document=document, text="\n".join(lines))
