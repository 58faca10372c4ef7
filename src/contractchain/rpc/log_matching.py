"""Which logs a change of the head brings or takes back, for filters and subscriptions alike."""

from collections.abc import Iterable
from dataclasses import replace

from contractchain.chain import Chain
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.views import HeadChange, LogView
from contractchain.chain.views import LogFilter as ChainLogFilter
from contractchain.rpc.parameters import LogFilter


def to_chain(wanted: LogFilter) -> ChainLogFilter:
    """Return what the chain is asked for."""
    return ChainLogFilter(addresses=wanted.addresses, topics=wanted.topics)


def list_logs(chain: Chain, blocks: Iterable[ExecutedBlock], wanted: LogFilter) -> list[LogView]:
    """Return the matching logs of blocks, those outside of the filter's numbers left out.

    A bound that is a tag, as it is if none is given, is no bound: a change is always new.
    """
    first = wanted.first if isinstance(wanted.first, int) else 0
    last = wanted.last if isinstance(wanted.last, int) else None
    asked = to_chain(wanted)
    return [
        log
        for block in blocks
        if first <= block.number and (last is None or block.number <= last)
        for log in chain.blocks.find_logs_of(block, asked)
    ]


def list_removed_logs(
    chain: Chain, blocks: Iterable[ExecutedBlock], wanted: LogFilter
) -> list[LogView]:
    """Return the matching logs of blocks that are canonical no more, marked as such.

    Args:
        chain: Decodes them.
        blocks: Highest first; so are the logs.
        wanted: Which logs.
    """
    return [
        replace(log, is_removed=True)
        for block in blocks
        for log in reversed(list_logs(chain, (block,), wanted))
    ]


def list_changed_logs(chain: Chain, change: HeadChange, wanted: LogFilter) -> list[LogView]:
    """Return the matching logs that a change takes back, and then those that it brings."""
    return [
        *list_removed_logs(chain, change.reverted_blocks, wanted),
        *list_logs(chain, change.applied_blocks, wanted),
    ]
