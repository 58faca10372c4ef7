"""`ctc trace`: show what happened inside a transaction."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ChainOptions, chain_options
from contractchain.cli.rendering import Answer

if TYPE_CHECKING:
    from contractchain.chain.tracers import TracerOptions
    from contractchain.cli.session import Session
    from contractchain.types import Hash32

CALLS = "calls"
TRACERS = (
    CALLS,
    "callTracer",
    "flatCallTracer",
    "prestateTracer",
    "diff",
    "4byteTracer",
    "steps",
)


@ctc_command(
    "trace",
    examples=[
        "ctc trace 0x4f3c…",
        "ctc trace 0x4f3c… --tracer diff",
        "ctc trace 0x4f3c… --rpc http://127.0.0.1:8545 --json",
    ],
)
@click.argument("hash", type=TEXT)
@click.option(
    "--tracer",
    type=click.Choice(TRACERS),
    default=CALLS,
    show_default=True,
    help="What to show: the calls, decoded; what a tracer of geth tells, in JSON; `diff`: the "
    "accounts before and after; `steps`: every instruction.",
)
@chain_options
def command(hash: str, tracer: str, rpc: str | None, data_dir: Path | None, engine: str) -> Answer:
    """Show what happened inside a transaction, call by call.

    The transaction is executed again on the state that those before it have left. Contracts in the
    registry are named, and calls, events, return values and reverts decoded. A transaction that
    failed is shown as such; the exit status is 0 all the same.
    """
    from contractchain.cli.session import open_session
    from contractchain.codec.hexadecimal import parse_hex, to_hex
    from contractchain.errors import TransactionNotFoundError

    wanted = parse_hex(hash, "transaction hash", size=32)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain) as session:
        if session.connection.find_receipt(wanted) is None:
            raise TransactionNotFoundError(
                hash=wanted, hint="only what is in a block can be traced"
            )
        if tracer == CALLS:
            return _show_calls(session, wanted)
        trace = session.connection.trace(wanted, _options_of(tracer))
        document = {"transaction": to_hex(wanted), "tracer": tracer, "trace": trace}
        return Answer(document=document, text=json.dumps(trace, indent=2))


def _show_calls(session: "Session", wanted: "Hash32") -> Answer:
    from contractchain.chain.tracers import CallTracerOptions
    from contractchain.cli.call_tree import CallTreeView
    from contractchain.client.call_trees import read_call_record
    from contractchain.codec.hexadecimal import to_hex

    trace = session.connection.trace(wanted, CallTracerOptions(with_log=True))
    record = read_call_record(trace)
    view = CallTreeView(session)
    document = {"transaction": to_hex(wanted), "tracer": CALLS, "trace": view.document(record)}
    sender = session.describe_address(record.caller)
    lines = [f"transaction 0x{wanted.hex()}", f"from {sender}", "", *view.lines(record)]
    return Answer(document=document, text="\n".join(lines))


def _options_of(tracer: str) -> "TracerOptions":
    from contractchain.chain.tracers import (
        CallTracerOptions,
        FlatCallTracerOptions,
        FourByteTracerOptions,
        PrestateTracerOptions,
        StructLoggerOptions,
    )

    options: dict[str, TracerOptions] = {
        "callTracer": CallTracerOptions(with_log=True),
        "flatCallTracer": FlatCallTracerOptions(),
        "prestateTracer": PrestateTracerOptions(),
        "diff": PrestateTracerOptions(diff_mode=True),
        "4byteTracer": FourByteTracerOptions(),
    }
    return options.get(tracer, StructLoggerOptions())
