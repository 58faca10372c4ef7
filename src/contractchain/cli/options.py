"""Options that several commands share, and the data that they become."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from contractchain.cli.invocation import TEXT
from contractchain.errors import ArgumentError, UsageError

if TYPE_CHECKING:
    from contractchain.chain import BlockReference
    from contractchain.client.transactions import TransactionOptions

ENGINES = ("auto", "revm", "py-evm")
MAX_GAS = 2**64 - 1
MAX_WEI = 2**256 - 1

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class ChainOptions:
    """Which chain is meant."""

    rpc: str | None = None
    """URL of a node; None: the chain of the data directory."""
    data_dir: Path | None = None
    """None: `.contractchain` in the project."""
    engine: str = "auto"


def chain_options(function: Function) -> Function:
    """Add the options that say which chain is meant."""
    for decorator in (
        click.option(
            "--engine",
            type=click.Choice(ENGINES),
            default="auto",
            envvar="CTC_ENGINE",
            help="Execution engine of the embedded chain.  [env: CTC_ENGINE]",
        ),
        click.option(
            "--data-dir",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            envvar="CTC_DATA_DIR",
            help="Where the chain is kept (default: .contractchain in the project)."
            "  [env: CTC_DATA_DIR]",
        ),
        click.option(
            "--rpc",
            metavar="URL",
            envvar="CTC_RPC_URL",
            help="Use the node at this URL instead.  [env: CTC_RPC_URL]",
        ),
    ):
        function = decorator(function)
    return function


def transaction_options(function: Function) -> Function:
    """Add the options of a transaction."""
    for decorator in (
        click.option(
            "--priority-fee", type=TEXT, metavar="AMOUNT", help="Most to tip per gas, e.g. 1gwei."
        ),
        click.option(
            "--max-fee", type=TEXT, metavar="AMOUNT", help="Most to pay per gas, e.g. 20gwei."
        ),
        click.option(
            "--gas-limit", type=TEXT, metavar="GAS", help="Gas limit (default: estimated)."
        ),
        value_option,
        from_option,
    ):
        function = decorator(function)
    return function


def value_option(function: Function) -> Function:
    """Add `--value`."""
    return click.option(
        "--value", type=TEXT, metavar="AMOUNT", help="Amount to send along, e.g. 1ether or 5gwei."
    )(function)


def from_option(function: Function) -> Function:
    """Add `--from`."""
    return click.option(
        "--from",
        "sender",
        type=TEXT,
        metavar="ACCOUNT",
        envvar="CTC_FROM",
        help="Who sends: account0 to account9, an address, a key file (default: account0, or the"
        " key in CTC_PRIVATE_KEY).  [env: CTC_FROM]",
    )(function)


def at_option(function: Function) -> Function:
    """Add `--at`."""
    return click.option(
        "--at",
        type=TEXT,
        metavar="BLOCK",
        default="latest",
        help="State after which block: number, hash, earliest, latest (default).",
    )(function)


def parse_reference(text: str) -> "BlockReference":
    """Return the block that a person means; `-1` is the one before the head. Raises UsageError."""
    from contractchain.chain import parse_block_reference

    return parse_block_reference(text)


def parse_amount(option: str, text: str | None, greatest: int) -> int | None:
    """Return the number that an option holds, None if it is not given.

    Raises:
        UsageError: not a number, or out of range.
    """
    from contractchain.client.numbers import parse_number

    if text is None:
        return None
    try:
        value = parse_number(text)
    except ArgumentError as error:
        raise UsageError(f"`{option}`: {error.message}", hint=error.hint) from error
    if not 0 <= value <= greatest:
        bits = greatest.bit_length()
        raise UsageError(f"`{option}`: {text} is out of range, allowed are 0 to 2**{bits}-1")
    return value


def build_transaction_options(
    value: str | None, gas_limit: str | None, max_fee: str | None, priority_fee: str | None
) -> "TransactionOptions":
    """Return what a person fixed about a transaction. Raises UsageError."""
    from contractchain.client.transactions import TransactionOptions

    return TransactionOptions(
        value=parse_amount("--value", value, MAX_WEI) or 0,
        gas_limit=parse_amount("--gas-limit", gas_limit, MAX_GAS),
        max_fee_per_gas=parse_amount("--max-fee", max_fee, MAX_WEI),
        max_priority_fee_per_gas=parse_amount("--priority-fee", priority_fee, MAX_WEI),
    )
