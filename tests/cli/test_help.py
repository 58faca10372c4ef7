"""Help texts, versions and completion. `pytest --bless` rewrites the golden files."""

from pathlib import Path

import pytest

from contractchain.cli.app import COMMANDS, root

GOLDEN = Path(__file__).parent / "golden"
NAMES = [name for section in COMMANDS.values() for name in section]


def check_golden(name: str, text: str, *, bless: bool) -> None:
    path = GOLDEN / f"{name}.txt"
    if bless:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_the_help_of_ctc_is_the_golden_one(ctc, request: pytest.FixtureRequest) -> None:
    check_golden("ctc", ctc("--help").out, bless=request.config.getoption("--bless"))


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_is_the_golden_one(
    ctc, request: pytest.FixtureRequest, name: str
) -> None:
    ended = ctc(name, "--help")
    assert ended.status == 0
    if "Commands:" not in ended.out:
        assert "Examples:" in ended.out
        assert "--json" in ended.out
    check_golden(name, ended.out, bless=request.config.getoption("--bless"))


@pytest.mark.parametrize(("section", "name"), [(s, n) for s in COMMANDS for n in COMMANDS[s]])
def test_the_table_says_of_a_command_what_its_help_begins_with(section: str, name: str) -> None:
    command = root.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None and command.help is not None
    assert command.help.splitlines()[0] == COMMANDS[section][name][1]


def test_without_a_command_the_help_is_shown(ctc) -> None:
    ended = ctc()
    assert ended.status == 2
    assert "Usage: ctc" in ended.err


def test_the_version_is_printed(ctc) -> None:
    assert ctc("version").out.startswith("contractchain ")
    assert ctc("--version").out.startswith("contractchain ")
    assert set(ctc("version", "--json").document) == {"contractchain", "python"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(ctc, shell: str) -> None:
    assert "_CTC_COMPLETE" in ctc("completion", shell).out


@pytest.mark.parametrize(
    ("words", "incomplete", "found"),
    [
        (["deploy"], "Ti", "Till"),
        (["call"], "Ti", "Till@1"),
        (["call", "Till"], "lim", "limit"),
        (["send", "Till@1"], "set", "setLevel"),
    ],
)
def test_names_and_functions_are_completed(
    till, words: list[str], incomplete: str, found: str
) -> None:
    from click.shell_completion import ShellComplete

    completions = ShellComplete(root, {}, "ctc", "_CTC_COMPLETE").get_completions(words, incomplete)
    assert found in [item.value for item in completions]


def test_help_imports_nothing_of_the_chain(process) -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from contractchain.cli import main\n"
        "main(['--help'])\n"
        "heavy = {'contractchain.chain', 'contractchain.lang', 'lark', 'eth', 'rlp', 'msgspec',"
        " 'rich', 'eth_abi'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stderr == "[]\n"
