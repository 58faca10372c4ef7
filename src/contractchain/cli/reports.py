"""How transactions, their events and their failures read: as text and as plain data."""

from typing import TYPE_CHECKING, Any

from contractchain.cli.rendering import align
from contractchain.cli.session import Session
from contractchain.client.numbers import format_ether
from contractchain.client.values import format_value, named_values
from contractchain.codec.abi import Function
from contractchain.codec.hexadecimal import to_checksum, to_hex

if TYPE_CHECKING:
    from contractchain.chain import ReceiptView
    from contractchain.client.contract import SendReport
    from contractchain.client.explaining import ExplainedLog

NOT_SENT_HINT = "nothing was sent: estimating the gas found this; `--gas-limit` sends it anyway"


def receipt_fields(receipt: "ReceiptView") -> list[tuple[str, str]]:
    """Return what a person wants to know of a receipt."""
    cost = receipt.gas_used * receipt.effective_gas_price
    return [
        ("transaction", to_hex(receipt.transaction_hash)),
        ("block", str(receipt.block_number)),
        ("gas used", f"{receipt.gas_used:,}"),
        ("cost", f"{format_ether(cost)} ether"),
    ]


def receipt_document(receipt: "ReceiptView") -> dict[str, Any]:
    """Return a receipt as plain data; amounts of wei are decimal strings."""
    out: dict[str, Any] = {
        "transaction": to_hex(receipt.transaction_hash),
        "block": receipt.block_number,
        "block_hash": to_hex(receipt.block_hash),
        "from": to_checksum(receipt.sender),
        "to": to_checksum(receipt.to) if receipt.to is not None else None,
        "succeeded": receipt.succeeded,
        "gas_used": receipt.gas_used,
        "effective_gas_price": str(receipt.effective_gas_price),
    }
    if receipt.contract_address is not None:
        out["contract_address"] = to_checksum(receipt.contract_address)
    return out


def report_document(report: "SendReport") -> dict[str, Any]:
    """Return the outcome of a transaction as plain data."""
    out: dict[str, Any] = {}
    if report.function is not None:
        out["function"] = report.function.signature
    if report.receipt is not None:
        out |= receipt_document(report.receipt)
        out["events"] = [event.to_dict() for event in report.events]
    if report.function is not None and report.values is not None:
        out["returns"] = named_values(report.function.outputs, report.values)
    return out


def report_text(session: Session, title: str, report: "SendReport") -> str:
    """Return the outcome of a transaction as text."""
    if report.receipt is None:
        return ""
    lines = [title, align(receipt_fields(report.receipt))]
    if report.function is not None and report.values:
        lines.append(align([("returns", returns_line(report.function, report.values))]))
    lines += event_lines(session, report.events, own=report.receipt.to)
    return "\n".join(lines)


def event_lines(
    session: Session, events: "tuple[ExplainedLog, ...]", *, own: bytes | None
) -> list[str]:
    """Return one line per event; the emitter is named if it is not the contract itself."""
    if not events:
        return []
    lines = ["  events"]
    for event in events:
        address = event.log.address
        emitter = "" if address == own else f"  by {session.describe_address(address)}"
        lines.append(f"    {event.describe()}{emitter}")
    return lines


def returns_line(function: Function, values: tuple[object, ...]) -> str:
    """Return decoded return values in one line."""
    return ", ".join(
        f"{output.name}: {format_value(output.type, value)}"
        if output.name
        else format_value(output.type, value)
        for output, value in zip(function.outputs, values, strict=True)
    )


def returns_text(function: Function, values: tuple[object, ...]) -> str:
    """Return decoded return values: a single one bare, several one a line with their names."""
    if len(values) == 1:
        return format_value(function.outputs[0].type, values[0])
    pairs = [
        (output.describe(), format_value(output.type, value))
        for output, value in zip(function.outputs, values, strict=True)
    ]
    return align(pairs, indent=0)
