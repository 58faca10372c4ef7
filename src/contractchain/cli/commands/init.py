"""`ctc init`: start a new project."""

from importlib.resources import files
from pathlib import Path

import click

from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.rendering import Answer
from contractchain.errors import UsageError

README = """\
# {name}

A smart contract project. The chain runs inside the command and keeps its state in
`.contractchain`.

    ctc deploy Counter
    ctc send Counter increment
    ctc call Counter count

The tests run on a chain in memory:

    pip install 'contractchain[test]'
    pytest
"""

GITIGNORE = """\
.contractchain/
__pycache__/
.pytest_cache/
"""

TEST = '''\
"""Counter, tested on a chain in memory; every test starts from the same state."""

from contractchain.testing import reverts


def test_a_new_counter_is_zero(deploy):
    assert deploy("Counter").count() == 0


def test_increment_counts_by_one(deploy):
    counter = deploy("Counter")
    counter.increment()
    assert counter.count() == 1


def test_increment_takes_no_money(deploy):
    counter = deploy("Counter")
    with reverts():
        counter.increment(value=1)
'''


@ctc_command("init", examples=["ctc init", "ctc init my-project && cd my-project"])
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=Path())
def command(directory: Path) -> Answer:
    """Start a new project.

    Writes contracts/Counter.sol, a test, .gitignore and README.md into DIRECTORY (default: here).
    What is there already is left alone.
    """
    name = directory.resolve().name
    counter = files("contractchain.contracts").joinpath("Counter.sol").read_text(encoding="utf-8")
    contents = {
        "contracts/Counter.sol": counter,
        "tests/test_counter.py": TEST,
        ".gitignore": GITIGNORE,
        "README.md": README.format(name=name),
    }
    written, kept = [], []
    try:
        for relative, text in contents.items():
            path = directory / relative
            if path.exists():
                kept.append(relative)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(relative)
    except OSError as error:
        raise UsageError(f"{directory} cannot be written: {error.strerror}") from error
    step = "" if directory == Path() else f"cd {directory} && "
    lines = [f"project in {directory.resolve()}"]
    lines += [f"  {relative}" for relative in written]
    lines += [f"  {relative} (was there, left alone)" for relative in kept]
    lines.append(f"next: {step}ctc deploy Counter")
    document = {"directory": str(directory.resolve()), "written": written, "kept": kept}
    return Answer(document=document, text="\n".join(lines))
