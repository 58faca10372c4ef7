"""`ctc version`: show the version."""

import platform

from contractchain._version import __version__
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.rendering import Answer


@ctc_command("version", examples=["ctc version"])
def command() -> Answer:
    """Show the version."""
    python = platform.python_version()
    return Answer(
        document={"contractchain": __version__, "python": python},
        text=f"contractchain {__version__} (Python {python})",
    )
