"""`ctc block`: show a block."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ChainOptions, chain_options, parse_reference
from contractchain.cli.rendering import Answer, align

if TYPE_CHECKING:
    from contractchain.client.connection import BlockSummary


@ctc_command("block", examples=["ctc block", "ctc block 3", "ctc block earliest --json"])
@click.argument("block", type=TEXT, default="latest")
@chain_options
def command(block: str, rpc: str | None, data_dir: Path | None, engine: str) -> Answer:
    """Show a block.

    BLOCK is a number, a hash, earliest or latest (default).
    """
    from contractchain.cli.session import open_session

    reference = parse_reference(block)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain) as session:
        found = session.connection.get_block(reference)
        return Answer(document=_document(found), text=_text(found))


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
