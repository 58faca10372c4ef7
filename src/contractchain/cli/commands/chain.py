"""`ctc chain`: the chain of a data directory as a whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ENGINES, ChainOptions
from contractchain.cli.rendering import Answer, align
from contractchain.errors import ContractChainError, UsageError

if TYPE_CHECKING:
    from contractchain.chain import Chain

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group("chain", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Check, import and export the chain of the project."""


def _engine_option(text: str) -> Callable[[Function], Function]:
    return click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="auto",
        envvar="CTC_ENGINE",
        help=f"{text}  [env: CTC_ENGINE]",
    )


def _data_dir_option(function: Function) -> Function:
    return click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        envvar="CTC_DATA_DIR",
        help="Where the chain is kept (default: .contractchain in the project)."
        "  [env: CTC_DATA_DIR]",
    )(function)


@ctc_command(
    "verify",
    examples=[
        "ctc chain verify --engine py-evm",
        "ctc chain verify --first 100 --last 200",
    ],
)
@click.option("--first", type=click.IntRange(1), default=1, show_default=True, metavar="BLOCK")
@click.option("--last", type=click.IntRange(0), metavar="BLOCK", help="Default: the head.")
@_engine_option("Execution engine that checks.")
@_data_dir_option
def verify(first: int, last: int | None, engine: str, data_dir: Path | None) -> Answer:
    """Execute blocks again and compare everything that is kept of them.

    Roots, receipts, senders and state changes must come out the same; with the other engine than
    the chain was made with, one engine checks the other.
    """
    from contractchain.execution import create_engine

    checking = create_engine(engine)
    with _open_chain(ChainOptions(data_dir=data_dir)) as chain:
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
            "edited": verified.edited,
        }
        text = (
            f"{verified.blocks:,} blocks with {verified.transactions:,} transactions "
            f"({verified.gas_used:,} gas) come out the same on {checking.name}"
        )
        if verified.edited:
            text += f"; {verified.edited:,} of them set state, which was taken as recorded"
        return Answer(document=document, text=text)


@ctc_command(
    "import",
    examples=[
        "ctc chain import chain.rlp --genesis genesis.json --data-dir imported",
        "ctc chain import more.rlp",
    ],
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--genesis",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="genesis.json that a new chain starts with (default: the chain that is there).",
)
@_engine_option("Execution engine.")
@_data_dir_option
def import_(file: Path, genesis: Path | None, engine: str, data_dir: Path | None) -> Answer:
    """Import blocks from a file of RLP, as geth exports them.

    Every block is executed and everything that its header commits to is compared; the seal of
    proof of work is not checked. Blocks that are there already are passed over. At the first
    block that is refused the import ends; those before it stay.
    """
    from contractchain.chain.block_file import iterate_blocks
    from contractchain.node import EngineChoice, NodeConfig, open_local_chain
    from contractchain.node.local import STORE_FOLDER

    directory = _resolve_data_dir(data_dir)
    if genesis is None and not (directory / STORE_FOLDER).exists():
        raise UsageError(
            f"there is no chain in {directory}", hint="`--genesis` says what a new one starts with"
        )
    config = NodeConfig(data_dir=directory, engine=EngineChoice(engine), genesis=genesis)
    with open_local_chain(config) as node:
        blocks = 0
        for place, encoded in enumerate(iterate_blocks(file)):
            try:
                node.chain.import_block(encoded)
            except ContractChainError as error:
                error.hint = f"block {place} of {file} is refused; {place} were imported before it"
                raise
            blocks += 1
        head = node.chain.head()
    document = {"blocks": blocks, "number": head.number, "hash": "0x" + head.hash.hex()}
    text = f"{blocks:,} blocks imported; the head is block {head.number:,}, 0x{head.hash.hex()}"
    return Answer(document=document, text=text)


@ctc_command(
    "export",
    examples=["ctc chain export chain.rlp", "ctc chain export part.rlp --first 10 --last 20"],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--first", type=click.IntRange(1), default=1, show_default=True, metavar="BLOCK")
@click.option("--last", type=click.IntRange(0), metavar="BLOCK", help="Default: the head.")
@click.option(
    "--genesis",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the genesis there, in the format of geth's genesis.json.",
)
@_data_dir_option
def export(
    file: Path, first: int, last: int | None, genesis: Path | None, data_dir: Path | None
) -> Answer:
    """Write blocks to a file of RLP, as geth imports them. The genesis block is not in it."""
    from contractchain.chain.block_file import write_blocks
    from contractchain.chain.genesis_file import encode_genesis

    with _open_chain(ChainOptions(data_dir=data_dir)) as chain:
        end = chain.head().number if last is None else last
        if not first <= end + 1:
            raise UsageError(f"block {first} comes after block {end}")
        encoded = (chain.blocks.get_encoded(number) for number in range(first, end + 1))
        size = write_blocks(file, encoded)
        if genesis is not None:
            write_blocks(genesis, [encode_genesis(chain.genesis).encode()])
    blocks = end + 1 - first
    document = {"file": str(file), "first": first, "last": end, "blocks": blocks, "bytes": size}
    text = f"{blocks:,} blocks ({size:,} bytes) written to {file}"
    return Answer(document=document, text=text)


@ctc_command("info", examples=["ctc chain info", "ctc chain info --json"])
@_data_dir_option
def info(data_dir: Path | None) -> Answer:
    """Show what the chain is: identity, head, and the forks it has passed and will pass."""
    from contractchain.chain.forks import fork_of

    with _open_chain(ChainOptions(data_dir=data_dir)) as chain:
        head = chain.head()
        header = chain.blocks.get_header(head.number)
        config = chain.config
        activations = [(fork.value, "block", first) for fork, first in config.blocks]
        activations += [(fork.value, "time", first) for fork, first in config.timestamps]
        document = {
            "chain_id": config.chain_id,
            "genesis": "0x" + chain.genesis_hash.hex(),
            "number": head.number,
            "hash": "0x" + head.hash.hex(),
            "state_root": "0x" + header.state_root.hex(),
            "timestamp": head.timestamp,
            "finalized": head.finalized,
            "fork": fork_of(config, header).value,
            "terminal_total_difficulty": config.terminal_total_difficulty,
            "forks": [{"name": name, "by": by, "from": first} for name, by, first in activations],
            "blob_schedules": [
                {"from": first, "target": blobs.target, "max": blobs.max}
                for first, blobs in config.blob_schedules
            ],
        }
    fields = [
        ("chain id", str(document["chain_id"])),
        ("genesis", str(document["genesis"])),
        ("head", f"{head.number:,}  {document['hash']}"),
        ("state root", str(document["state_root"])),
        ("fork", str(document["fork"])),
        ("forks", ", ".join(f"{name} from {by} {first}" for name, by, first in activations)),
    ]
    return Answer(document=document, text=align(fields))


@contextmanager
def _open_chain(options: ChainOptions) -> "Iterator[Chain]":
    from contractchain.cli.session import open_session
    from contractchain.client.embedded import EmbeddedConnection

    with open_session(options) as session:
        connection = session.connection
        if not isinstance(connection, EmbeddedConnection):
            raise UsageError(
                f"a node at {connection.place} has the chain open", hint="end the node first"
            )
        yield connection.chain


def _resolve_data_dir(data_dir: Path | None) -> Path:
    from contractchain.client.project import Project

    return data_dir or Project.find(Path.cwd()).data_directory


command.add_command(verify)
command.add_command(import_)
command.add_command(export)
command.add_command(info)
