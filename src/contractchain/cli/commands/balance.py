"""`ctc balance`: show what an account has."""

from pathlib import Path

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.names import complete_deployment
from contractchain.cli.options import ChainOptions, at_option, chain_options, parse_reference
from contractchain.cli.rendering import Answer


@ctc_command(
    "balance",
    examples=["ctc balance account0", "ctc balance Vault --wei", "ctc balance 0x… --at 5"],
)
@click.argument("account", type=TEXT, shell_complete=complete_deployment)
@click.option("--wei", is_flag=True, help="Print the amount in wei.")
@at_option
@chain_options
def command(
    account: str, wei: bool, at: str, rpc: str | None, data_dir: Path | None, engine: str
) -> Answer:
    """Show the balance of an account.

    ACCOUNT is an address, a development account (account0) or a deployed contract (Vault).
    """
    from contractchain.cli.session import open_session
    from contractchain.client.numbers import format_ether
    from contractchain.codec.hexadecimal import to_checksum

    reference = parse_reference(at)
    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain) as session:
        address = session.get_address(account)
        state = session.connection.get_account(address, reference)
        document = {
            "address": to_checksum(address),
            "balance": str(state.balance),
            "nonce": state.nonce,
            "is_contract": bool(state.code),
        }
        text = str(state.balance) if wei else f"{format_ether(state.balance)} ether"
        return Answer(document=document, text=text)
