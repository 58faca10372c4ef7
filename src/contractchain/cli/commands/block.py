"""`ctc block`: show a block."""

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contractchain.cli.following import Following, follow_options, open_followed, read_following
from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ChainOptions, chain_options, parse_reference
from contractchain.cli.rendering import Answer, align
from contractchain.errors import BlockNotFoundError, UsageError

if TYPE_CHECKING:
    from contractchain.cli.session import Session
    from contractchain.client.connection import BlockSummary


@ctc_command(
    "block",
    examples=["ctc block", "ctc block 3", "ctc block earliest --json", "ctc block --follow"],
)
@click.argument("block", type=TEXT, default="latest")
@follow_options("blocks")
@chain_options
def command(
    block: str,
    follow: bool,
    count: int | None,
    rpc: str | None,
    data_dir: Path | None,
    engine: str,
) -> Answer:
    """Show a block, or each new one.

    BLOCK is a number, a hash, earliest or latest (default); --follow begins with the next.
    """
    from contractchain.cli.session import open_session

    following = read_following(follow, count)
    if following.is_wanted and block != "latest":
        raise UsageError("`--follow` begins with the next block, it takes no BLOCK")
    reference = parse_reference(block)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain) as session:
        if following.is_wanted:
            return _follow(session, following)
        found = session.connection.get_block(reference)
        return Answer(document=_document(found), text=_text(found))


def _follow(session: "Session", following: Following) -> Answer:
    """Print blocks as they come."""
    as_json = click.get_current_context().params["as_json"]
    with open_followed(session) as node:
        from contractchain.client.subscriptions import NEW_HEADS

        with node.subscribe(NEW_HEADS) as coming:
            for head in islice(coming, following.count):
                try:
                    found = node.get_block(head.hash)
                except BlockNotFoundError:  # replaced meanwhile; its successor comes next
                    continue
                click.echo(json.dumps(_document(found)) if as_json else _line(found))
    return Answer(document={}, text="", is_printed=True)


def _line(block: "BlockSummary") -> str:
    header = block.header
    count = len(block.transaction_hashes)
    transactions = "1 transaction" if count == 1 else f"{count:,} transactions"
    return (
        f"block {header.number}  0x{block.hash.hex()}  {_time(header.timestamp)}"
        f"  {transactions}  {header.gas_used:,} gas"
    )


def _text(block: "BlockSummary") -> str:
    header = block.header
    fee = header.base_fee_per_gas
    fields = [
        ("hash", "0x" + block.hash.hex()),
        ("parent", "0x" + header.parent_hash.hex()),
        ("time", f"{_time(header.timestamp)} ({header.timestamp})"),
        ("gas used", f"{header.gas_used:,} of {header.gas_limit:,}"),
        ("base fee", f"{fee:,} wei" if fee is not None else "none"),
        ("state root", "0x" + header.state_root.hex()),
        ("transactions", str(len(block.transaction_hashes))),
    ]
    lines = [f"block {header.number}", align(fields)]
    lines += [f"    0x{item.hex()}" for item in block.transaction_hashes]
    return "\n".join(lines)


def _time(timestamp: int) -> str:
    try:
        return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return "beyond the calendar"


def _document(block: "BlockSummary") -> dict[str, Any]:
    from contractchain.codec.hexadecimal import to_checksum, to_hex

    header = block.header
    return {
        "number": header.number,
        "hash": to_hex(block.hash),
        "parent_hash": to_hex(header.parent_hash),
        "timestamp": header.timestamp,
        "beneficiary": to_checksum(header.beneficiary),
        "gas_used": header.gas_used,
        "gas_limit": header.gas_limit,
        "base_fee_per_gas": (
            str(header.base_fee_per_gas) if header.base_fee_per_gas is not None else None
        ),
        "state_root": to_hex(header.state_root),
        "transactions_root": to_hex(header.transactions_root),
        "receipts_root": to_hex(header.receipts_root),
        "transactions": [to_hex(item) for item in block.transaction_hashes],
    }
