"""The root command, the table of commands, and the one place where errors end."""

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from contractchain.cli.rendering import print_error
from contractchain.cli.solc import run_as_solc, stands_for_solc, version_text
from contractchain.errors import ContractChainError, InternalError, UsageError, closest

COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "Contracts": {
        "deploy": ("deploy", "Create a contract and remember its address."),
        "send": ("send", "Call a function of a contract in a transaction."),
        "call": ("call", "Call a function of a contract without a transaction."),
        "compile": ("compile", "Compile Solidity sources."),
        "init": ("init", "Start a new project."),
        "stress": ("stress", "Run load campaigns and report latency, throughput and failures."),
    },
    "Chain": {
        "node": ("node", "Serve the chain over JSON-RPC until interrupted."),
        "chain": ("chain", "Check, import and export the chain of the project."),
        "accounts": ("accounts", "List the development accounts and their balances."),
        "balance": ("balance", "Show the balance of an account."),
        "block": ("block", "Show a block, or each new one."),
        "tx": ("tx", "Show a transaction."),
        "logs": ("logs", "Show the events of contracts, decoded."),
        "trace": ("trace", "Show what happened inside a transaction, call by call."),
        "receipt": ("receipt", "Show the receipt of a transaction, with decoded events."),
    },
    "Tool": {
        "evm": ("evm", "Run bytecode, and Ethereum's own test suites."),
        "doctor": ("doctor", "Check what is installed and whether the project is healthy."),
        "version": ("version", "Show the version."),
        "completion": ("completion", "Print the completion script of a shell."),
    },
}
"""Commands by section: module below `contractchain.cli.commands`, and what the command does."""

_FLAT = {name: entry for section in COMMANDS.values() for name, entry in section.items()}


class RootGroup(click.Group):
    """Loads the module of a command when the command is used, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(_FLAT)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        entry = _FLAT.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = import_module(f"contractchain.cli.commands.{entry[0]}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command, or say which one is spelt alike."""
        name = args[0]
        if name not in _FLAT and not name.startswith("-"):
            hint = closest(name, _FLAT) or "`ctc --help` lists the commands"
            raise UsageError(f"there is no command `{name}`", hint=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, without importing them."""
        for section, entries in COMMANDS.items():
            with formatter.section(section):
                formatter.write_dl([(name, text) for name, (_, text) in entries.items()])


@click.group(cls=RootGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, param, value: _print_version(ctx) if value else None,
    help="Show the version and exit.",
)
def root(debug: bool) -> None:
    """Write, deploy, call, test and stress smart contracts.

    The chain runs inside the command and keeps its state in .contractchain: no server to start.
    """
    if debug:
        os.environ["CTC_DEBUG"] = "1"


def _print_version(ctx: click.Context) -> None:
    click.echo(version_text())
    ctx.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `ctc` and return its exit status.

    Args:
        arguments: Without the program's name; default those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    as_json = "--json" in given[: given.index("--")] if "--" in given else "--json" in given
    try:
        if stands_for_solc(given):
            run_as_solc(given, sys.stdin, sys.stdout)
            return 0
        status: Any = root.main(given, prog_name="ctc", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for the flush at exit
        return 141
    except click.exceptions.NoArgsIsHelpError as usage:
        click.echo(usage.format_message(), err=True)
        return 2
    except click.UsageError as usage:
        error: ContractChainError = UsageError(_plain(usage), hint=_usage_hint(usage))
        return print_error(error, as_json=as_json)
    except click.ClickException as other:
        return print_error(UsageError(other.format_message()), as_json=as_json)
    except ContractChainError as failed:
        return print_error(failed, as_json=as_json)
    except Exception as bug:
        if os.environ.get("CTC_DEBUG"):
            raise
        return print_error(
            InternalError(f"{type(bug).__name__}: {bug}"),
            as_json=as_json,
            note="`ctc --debug …` shows where it happened",
        )
    return status if isinstance(status, int) else 0


def _plain(usage: click.UsageError) -> str:
    """Return click's message in our style: a small first letter, no full stop."""
    text = usage.format_message().strip().removesuffix(".")
    return text[:1].lower() + text[1:]


def _usage_hint(usage: click.UsageError) -> str | None:
    path = usage.ctx.command_path if usage.ctx is not None else "ctc"
    hint = f"`{path} --help` shows how it is used"
    if isinstance(usage, click.exceptions.NoSuchOption):
        hint += "; an argument that starts with a dash goes behind `--`"
    return hint
