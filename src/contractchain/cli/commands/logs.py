"""`ctc logs`: show what contracts have logged, or are logging."""

import json
from collections.abc import Iterator
from itertools import chain as concatenate
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contractchain.cli.following import Following, follow_options, open_followed, read_following
from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.names import complete_deployment
from contractchain.cli.options import ChainOptions, chain_options, parse_reference
from contractchain.cli.rendering import Answer
from contractchain.errors import UsageError

if TYPE_CHECKING:
    from contractchain.chain import BlockReference, LogFilter, LogView
    from contractchain.cli.session import Session
    from contractchain.codec.abi import ContractAbi


@ctc_command(
    "logs",
    examples=[
        "ctc logs",
        "ctc logs Token Transfer --first 10 --last 20",
        "ctc logs Token Transfer --follow",
        "ctc logs --follow --json --rpc ws://127.0.0.1:8545",
    ],
)
@click.argument("contract", type=TEXT, required=False, shell_complete=complete_deployment)
@click.argument("event", type=TEXT, required=False)
@click.option(
    "--first",
    type=TEXT,
    metavar="BLOCK",
    help="Default: the first block; with --follow only what is to come.",
)
@click.option("--last", type=TEXT, metavar="BLOCK", help="Default: the head.")
@follow_options("events")
@chain_options
def command(
    contract: str | None,
    event: str | None,
    first: str | None,
    last: str | None,
    follow: bool,
    count: int | None,
    rpc: str | None,
    data_dir: Path | None,
    engine: str,
) -> Answer:
    """Show the events of contracts, decoded.

    CONTRACT is a deployed contract or an address, EVENT a name, a signature or a topic; without
    them, all events of all contracts. A block that is replaced takes its events back: --follow
    prints those again, as removed. When the node goes away, --follow ends with an error; what it
    missed is found with --first.
    """
    from contractchain.cli.session import open_session

    following = read_following(follow, count)
    if following.is_wanted and last is not None:
        raise UsageError("`--follow` has no end, `--last` is one")
    start = None if first is None else parse_reference(first)
    with open_session(ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)) as session:
        wanted = _build_filter(session, contract, event)
        if following.is_wanted:
            return _follow(session, wanted, start, following)
        begin = parse_reference("earliest") if start is None else start
        end = parse_reference("latest" if last is None else last)
        found = session.connection.find_logs(wanted, begin, end)
        return Answer(
            document={"logs": [_document(session, log) for log in found]},
            text="\n".join(_line(session, log) for log in found) or "no events",
        )


def _follow(
    session: "Session", wanted: "LogFilter", start: "BlockReference | None", following: Following
) -> Answer:
    """Print logs as they come."""
    as_json = click.get_current_context().params["as_json"]
    with open_followed(session) as node:
        from contractchain.client.subscriptions import new_logs

        with node.subscribe(new_logs(wanted)) as coming:
            events = coming if start is None else _without_gap(session, wanted, start, coming)
            for log in islice(events, following.count):
                click.echo(json.dumps(_document(session, log)) if as_json else _line(session, log))
    return Answer(document={}, text="", is_printed=True)


def _without_gap(
    session: "Session",
    wanted: "LogFilter",
    start: "BlockReference",
    coming: "Iterator[LogView]",
) -> "Iterator[LogView]":
    """Yield the logs from a block on, then those to come, none of them twice."""
    from contractchain.chain import BlockTag

    past = session.connection.find_logs(wanted, start, BlockTag.LATEST)
    seen = {(log.block_hash, log.index) for log in past}
    later = (log for log in coming if log.is_removed or (log.block_hash, log.index) not in seen)
    return concatenate(past, later)


def _build_filter(session: "Session", contract: str | None, event: str | None) -> "LogFilter":
    """Return what is wanted. Raises NotFoundError, UsageError."""
    from contractchain.chain import LogFilter

    if contract is None:
        return LogFilter()
    deployment = session.find_deployment(contract)
    address = session.get_address(contract) if deployment is None else deployment.address
    if event is None:
        return LogFilter(addresses=frozenset((address,)))
    abi = session.known.get_abi(deployment) if deployment is not None else None
    return LogFilter(addresses=frozenset((address,)), topics=(_find_topics(abi, contract, event),))


def _find_topics(abi: "ContractAbi | None", contract: str, event: str) -> frozenset[bytes]:
    """Return the topics of an event: those of all events of the name."""
    from contractchain.codec.hexadecimal import parse_hex
    from contractchain.crypto import keccak256
    from contractchain.errors import EventNotFoundError, closest

    if event.startswith(("0x", "0X")):
        return frozenset((parse_hex(event, "topic", size=32),))
    if "(" in event:
        return frozenset((keccak256(event.replace(" ", "").encode()),))
    events = abi.events if abi is not None else ()
    found = frozenset(e.hash for e in events if e.name == event and not e.anonymous)
    if not found:
        hint = closest(event, [e.name for e in events])
        if abi is None:
            hint = "this address is not in the registry, so write the whole signature"
        raise EventNotFoundError(contract=contract, name=event, hint=hint)
    return found


def _line(session: "Session", log: "LogView") -> str:
    from contractchain.client.explaining import explain_logs

    [explained] = explain_logs((log,), session.known.abis_for)
    removed = "removed: " if log.is_removed else ""
    emitter = session.describe_address(log.address)
    return f"block {log.block_number}  {removed}{explained.describe()}  by {emitter}"


def _document(session: "Session", log: "LogView") -> dict[str, Any]:
    from contractchain.client.explaining import explain_logs
    from contractchain.codec.hexadecimal import to_hex

    [explained] = explain_logs((log,), session.known.abis_for)
    return {
        "block": log.block_number,
        "block_hash": to_hex(log.block_hash),
        "transaction": to_hex(log.transaction_hash),
        "index": log.index,
        "removed": log.is_removed,
        **explained.to_dict(),
    }
