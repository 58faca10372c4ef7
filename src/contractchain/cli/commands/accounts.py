"""`ctc accounts`: list the development accounts."""

from pathlib import Path

import click

from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ChainOptions, chain_options
from contractchain.cli.rendering import Answer, table


@ctc_command("accounts", examples=["ctc accounts", "ctc accounts --keys"])
@click.option("--keys", is_flag=True, help="Show the private keys, too.")
@chain_options
def command(keys: bool, rpc: str | None, data_dir: Path | None, engine: str) -> Answer:
    """List the development accounts and their balances.

    They come from the mnemonic that every development chain uses: never send real money there.
    """
    from contractchain.chain import BlockTag
    from contractchain.cli.session import open_session
    from contractchain.client.numbers import format_ether
    from contractchain.codec.hexadecimal import to_checksum, to_hex

    chain = ChainOptions(rpc=rpc, data_dir=data_dir, engine=engine)
    with open_session(chain) as session:
        entries = []
        rows = [["name", "address", "ether", "nonce"] + (["private key"] if keys else [])]
        for name, account in zip(session.wallet.names(), session.wallet.accounts, strict=True):
            state = session.connection.get_account(account.address, BlockTag.LATEST)
            address, key = to_checksum(account.address), to_hex(account.private_key)
            entry = {
                "name": name,
                "address": address,
                "balance": str(state.balance),
                "nonce": state.nonce,
            }
            entries.append(entry | ({"private_key": key} if keys else {}))
            row = [name, address, format_ether(state.balance), str(state.nonce)]
            rows.append(row + ([key] if keys else []))
        text = table(rows, right=frozenset({2, 3}))
        if not entries:
            text = "this chain has no development accounts"
        return Answer(document={"accounts": entries}, text=text)
