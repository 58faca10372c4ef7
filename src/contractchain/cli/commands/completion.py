"""`ctc completion`: print what a shell needs to complete names."""

import click

from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.rendering import Answer

SHELLS = ("bash", "zsh", "fish")


@ctc_command(
    "completion",
    examples=[
        'eval "$(ctc completion bash)"                              # in ~/.bashrc',
        'eval "$(ctc completion zsh)"                               # in ~/.zshrc',
        "ctc completion fish > ~/.config/fish/completions/ctc.fish",
    ],
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> Answer:
    """Print the completion script of a shell.

    It completes commands, options, contract names and their functions.
    """
    from click.shell_completion import get_completion_class

    from contractchain.cli.app import root

    chosen = get_completion_class(shell)
    if chosen is None:
        raise click.UsageError(f"there is no completion for {shell}")
    script = chosen(root, {}, "ctc", "_CTC_COMPLETE").source().strip()
    return Answer(document={"shell": shell, "script": script}, text=script)
