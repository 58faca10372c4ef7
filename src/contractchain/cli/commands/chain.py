"""`ctc chain`: the chain of a data directory as a whole."""

from pathlib import Path

import click

from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ENGINES, ChainOptions
from contractchain.cli.rendering import Answer
from contractchain.errors import UsageError


@click.group("chain", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Check the chain of the project."""


@ctc_command(
    "verify",
    examples=[
        "ctc chain verify --engine py-evm",
        "ctc chain verify --first 100 --last 200",
    ],
)
@click.option("--first", type=click.IntRange(1), default=1, show_default=True, metavar="BLOCK")
@click.option("--last", type=click.IntRange(0), metavar="BLOCK", help="Default: the head.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    envvar="CTC_ENGINE",
    help="Execution engine that checks.  [env: CTC_ENGINE]",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    envvar="CTC_DATA_DIR",
    help="Where the chain is kept (default: .contractchain in the project).  [env: CTC_DATA_DIR]",
)
def verify(first: int, last: int | None, engine: str, data_dir: Path | None) -> Answer:
    """Execute blocks again and compare everything that is kept of them.

    Roots, receipts, senders and state changes must come out the same; with the other engine than
    the chain was made with, one engine checks the other.
    """
    from contractchain.cli.session import open_session
    from contractchain.client.embedded import EmbeddedConnection
    from contractchain.execution import create_engine

    checking = create_engine(engine)
    with open_session(ChainOptions(data_dir=data_dir)) as session:
        connection = session.connection
        if not isinstance(connection, EmbeddedConnection):
            raise UsageError(
                f"a node at {connection.place} has the chain open", hint="end the node first"
            )
        chain = connection.chain
        head = chain.head().number
        end = head if last is None else last
        if not first <= end + 1:
            raise UsageError(f"block {first} comes after block {end}")
        verified = chain.verify(first, end, checking)
        document = {
            "engine": checking.name,
            "first": first,
            "last": end,
            "blocks": verified.blocks,
            "transactions": verified.transactions,
            "gas_used": verified.gas_used,
        }
        text = (
            f"{verified.blocks:,} blocks with {verified.transactions:,} transactions "
            f"({verified.gas_used:,} gas) come out the same on {checking.name}"
        )
        return Answer(document=document, text=text)


command.add_command(verify)
