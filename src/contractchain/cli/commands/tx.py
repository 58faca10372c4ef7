"""`ctc tx`: show a transaction, its call decoded."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ChainOptions, chain_options
from contractchain.cli.rendering import Answer, align

if TYPE_CHECKING:
    from contractchain.chain import TransactionView
    from contractchain.cli.session import Session

SHOWN_DATA_BYTES = 100


@ctc_command("tx", examples=["ctc tx 0x4f3c…", "ctc tx 0x4f3c… --json"])
@click.argument("hash", type=TEXT)
@chain_options
def command(hash: str, rpc: str | None, data_dir: Path | None, engine: str) -> Answer:
    """Show a transaction.

    HASH is the transaction's hash. A call of a contract in the registry is decoded.
    """
    from contractchain.cli.session import open_session
    from contractchain.codec.hexadecimal import parse_hex
    from contractchain.errors import TransactionNotFoundError

    wanted = parse_hex(hash, "transaction hash", size=32)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain) as session:
        view = session.connection.find_transaction(wanted)
        if view is None:
            raise TransactionNotFoundError(hash=wanted)
        call = _describe_call(session, view)
        return Answer(document=_document(view, call), text=_text(session, view, call))


def _describe_call(session: "Session", view: "TransactionView") -> str | None:
    """Return the decoded call, None if nothing explains it."""
    from contractchain.client.values import format_call
    from contractchain.codec.abi import decode_arguments
    from contractchain.errors import DecodeError

    to, data = view.transaction.to, view.transaction.data
    if to is None or len(data) < 4:
        return None
    for abi in session.known.abis_for(to):
        function = abi.by_selector.get(data[:4])
        if function is None:
            continue
        try:
            values = decode_arguments(function.inputs, data[4:], "calldata")
        except DecodeError:
            continue
        return format_call(function.name, function.inputs, values)
    return None


def _text(session: "Session", view: "TransactionView", call: str | None) -> str:
    from contractchain.client.numbers import format_ether

    transaction = view.transaction
    to = transaction.to
    data = transaction.data.hex()
    if len(data) > 2 * SHOWN_DATA_BYTES:
        data = f"{data[: 2 * SHOWN_DATA_BYTES]}… ({len(transaction.data)} bytes)"
    fields = [
        ("block", str(view.block_number) if view.block_number is not None else "pending"),
        ("type", str(transaction.type)),
        ("from", session.describe_address(view.sender)),
        ("to", session.describe_address(to) if to is not None else "creates a contract"),
        ("value", f"{format_ether(transaction.value)} ether"),
        ("nonce", str(transaction.nonce)),
        ("gas limit", f"{transaction.gas_limit:,}"),
    ]
    if call is not None:
        fields.append(("call", call))
    fields.append(("data", f"0x{data}"))
    return f"transaction 0x{view.hash.hex()}\n{align(fields)}"


def _document(view: "TransactionView", call: str | None) -> dict[str, Any]:
    from contractchain.codec.hexadecimal import to_checksum, to_hex

    transaction = view.transaction
    return {
        "hash": to_hex(view.hash),
        "block": view.block_number,
        "index": view.index,
        "type": transaction.type,
        "from": to_checksum(view.sender),
        "to": to_checksum(transaction.to) if transaction.to is not None else None,
        "value": str(transaction.value),
        "nonce": transaction.nonce,
        "gas_limit": transaction.gas_limit,
        "data": to_hex(transaction.data),
        "call": call,
        "raw": to_hex(view.raw),
    }
