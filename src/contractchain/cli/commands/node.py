"""`ctc node`: the chain served over JSON-RPC."""

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contractchain.cli.invocation import TEXT, Command
from contractchain.cli.options import ENGINES, MAX_WEI, parse_amount
from contractchain.cli.rendering import align

if TYPE_CHECKING:
    from contractchain.node import LocalNode, NodeConfig
    from contractchain.node.file import NodeFile
    from contractchain.node.server import RpcServer

EXAMPLES = (
    "ctc node",
    "ctc node --port 8546 --block-time 2 --accounts 20",
    "ctc node --memory --no-mining",
    "ctc node --config node-config.yaml",
)
EARLY_FORKS = ("frontier", "homestead", "byzantium", "istanbul", "berlin", "london", "paris")
FORKS = (*EARLY_FORKS, "shanghai", "cancun", "prague", "osaka")
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@click.command(
    "node",
    cls=Command,
    examples=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one (8545).")
@click.option("--host", metavar="ADDRESS", help="Address to listen on (127.0.0.1).")
@click.option(
    "-b", "--block-time", type=click.IntRange(1), metavar="SECONDS", help="A block every so often."
)
@click.option("--no-mining", is_flag=True, help="Mine only when evm_mine asks for it.")
@click.option("-a", "--accounts", type=click.IntRange(0), help="Funded accounts (10).")
@click.option("--balance", type=TEXT, metavar="ETHER", help="Of each account, in ether (10000).")
@click.option("-m", "--mnemonic", metavar="WORDS", help="Where the accounts come from.")
@click.option("--chain-id", type=click.IntRange(1), help="Chain id (31337).")
@click.option("--gas-limit", type=click.IntRange(5000), help="Gas per block (30000000).")
@click.option("--base-fee", type=click.IntRange(0), help="Wei per gas at genesis (1 gwei).")
@click.option("--hardfork", type=click.Choice(FORKS), help="Rules of the chain (prague).")
@click.option("--timestamp", type=click.IntRange(0), help="Of genesis, in seconds.")
@click.option(
    "--genesis", "--init", type=click.Path(dir_okay=False, path_type=Path), help="genesis.json."
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    envvar="CTC_DATA_DIR",
    help="Where the chain is kept (.contractchain in the project).",
)
@click.option("--memory", is_flag=True, help="Keep nothing on disk.")
@click.option("--engine", type=click.Choice(ENGINES), envvar="CTC_ENGINE", help="Execution engine.")
@click.option("--allow-host", multiple=True, metavar="NAME", help="Serve this Host, too; * any.")
@click.option("--allow-origin", multiple=True, metavar="URL", help="Let this page call; * any.")
@click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path), help="A node-config.yaml."
)
@click.option("--silent", is_flag=True, help="Print nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line when it is ready.")
def command(**flags: Any) -> int:
    """Serve the chain over JSON-RPC until interrupted.

    It is the chain of the project: what `ctc deploy` made is there, and while the node runs, the
    other commands use it. Flags are those of anvil where it has them; they come before the file.
    """
    from contractchain.node import open_local_chain
    from contractchain.node.file import NodeFile, load_node_file
    from contractchain.node.server import RpcServer, build_policy

    found = NodeFile() if flags["config"] is None else load_node_file(flags["config"])
    config = _build_config(found, flags)
    logging.basicConfig(
        level=found.log_level.value.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    policy = build_policy(
        [*found.rpc.allowed_hosts, *flags["allow_host"]],
        [*found.rpc.allowed_origins, *flags["allow_origin"]],
    )
    host = flags["host"] or found.rpc.host
    port = found.rpc.port if flags["port"] is None else flags["port"]
    with open_local_chain(config) as node:
        server = RpcServer(node, host=host, port=port, policy=policy)

        def announce() -> None:
            _announce(node, server, config, as_json=flags["as_json"], silent=flags["silent"])

        with suppress(KeyboardInterrupt):
            server.serve(announce)
    return 0


def _build_config(found: "NodeFile", flags: dict[str, Any]) -> "NodeConfig":
    from contractchain.client.project import Project
    from contractchain.node import EngineChoice, StoreChoice
    from contractchain.node.file import to_node_config
    from contractchain.types import Fork

    balance = parse_amount("--balance", flags["balance"], MAX_WEI // 10**18)
    hardfork = flags["hardfork"]
    data_dir = flags["data_dir"] or found.data_dir or Project.find(Path.cwd()).data_directory
    engine = flags["engine"]
    return to_node_config(
        found,
        data_dir=data_dir,
        store=StoreChoice.MEMORY if flags["memory"] else None,
        engine=None if engine is None else EngineChoice(engine),
        block_time=flags["block_time"],
        automine=False if flags["no_mining"] else None,
        genesis=flags["genesis"],
        chain_id=flags["chain_id"],
        hardfork=None if hardfork is None else Fork(hardfork.capitalize()),
        mnemonic=flags["mnemonic"],
        accounts=flags["accounts"],
        balance=None if balance is None else balance * 10**18,
        gas_limit=flags["gas_limit"],
        base_fee=flags["base_fee"],
        genesis_timestamp=flags["timestamp"],
    )


def _announce(
    node: "LocalNode", server: "RpcServer", config: "NodeConfig", *, as_json: bool, silent: bool
) -> None:
    """Say where the node is, once it answers."""
    from contractchain.codec.hexadecimal import to_checksum, to_hex
    from contractchain.node import StoreChoice

    chain = node.chain
    if as_json:
        document = {
            "url": server.url,
            "chain_id": chain.config.chain_id,
            "engine": node.execution.name,
            "store": node.store.name,
            "block": chain.head().number,
            "accounts": [to_checksum(a.address) for a in node.accounts],
        }
        click.echo(json.dumps(document))
        return
    if silent:
        return
    in_memory = config.store is StoreChoice.MEMORY or config.data_dir is None
    rows = [
        (f"account{index}", f"{to_checksum(a.address)}  {to_hex(a.private_key)}")
        for index, a in enumerate(node.accounts)
    ]
    if rows:
        click.echo("Accounts (keys that everybody knows; for development only)")
        click.echo(align(rows))
        click.echo()
    mode = f"a block every {config.block_time} s" if config.block_time else node.consensus.name
    fields = [
        ("chain id", str(chain.config.chain_id)),
        ("engine", node.execution.name),
        ("mining", mode),
        ("data", "in memory" if in_memory else str(config.data_dir)),
        ("head", f"block {chain.head().number}"),
        ("listening", server.url),
    ]
    click.echo(align(fields))
