"""`ctc` in solc's place: `ctc --standard-json`, for tools that start solc themselves.

Foundry, Hardhat and others ask a compiler for its `--version` and hand it standard JSON on stdin.
What of solc's command line belongs to that is understood here; the rest of it is not.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from contractchain._version import SOLIDITY_VERSION, __version__
from contractchain.errors import UsageError

_WITH_VALUE = frozenset({"--base-path", "--include-path", "--allow-paths", "--jobs", "-j"})
_ALONE = frozenset({"--standard-json", "--pretty-json", "--no-color", "--no-cache", "--via-ir"})


def version_text() -> str:
    """Return what `--version` prints: our version, and the language's as tools look for it.

    A tool that refuses an older exact `pragma solidity` by that version, as Foundry does, can be
    told another one by `CTC_SOLC_VERSION`.
    """
    language = os.environ.get("CTC_SOLC_VERSION") or SOLIDITY_VERSION
    return (
        f"contractchain {__version__}\n"
        f"Solidity compiler, to tools that expect solc\n"
        f"Version: {language}+contractchain.{__version__}"
    )


def stands_for_solc(arguments: Sequence[str]) -> bool:
    """Tell whether a command line is solc's and not one of ours."""
    return bool(arguments) and arguments[0].startswith("-") and "--standard-json" in arguments


def run_as_solc(arguments: Sequence[str], text: IO[str], out: IO[str]) -> None:
    """Compile standard JSON as solc does.

    Args:
        arguments: solc's, `--standard-json` among them; the name of a file is the input's.
        text: Where the input is, if no file is named.
        out: Where the output goes. Faults of sources are in it, and the status is 0, as with solc.

    Raises:
        UsageError: an option is unknown, or the file cannot be read.
    """
    import json

    from contractchain.lang.driver.standard_json import compile_standard_text

    files, folders, is_pretty = _read_arguments(arguments)
    given = _read_input(files, text)
    output = compile_standard_text(
        given,
        reader=lambda name: _find(name, folders),
        read_url=lambda url: _find(url.removeprefix("file://"), folders),
    )
    json.dump(output, out, indent=2 if is_pretty else None)
    out.write("\n")
    out.flush()


def _read_arguments(arguments: Sequence[str]) -> tuple[list[str], list[Path], bool]:
    """Return the files, the folders in which imports are looked for, and `--pretty-json`."""
    files: list[str] = []
    base, included, is_pretty = Path(), [], False
    rest = iter(arguments)
    for argument in rest:
        name, sign, value = argument.partition("=")
        if name in _WITH_VALUE:
            if not sign:
                value = next(rest, "")
            if name == "--base-path":
                base = Path(value)
            elif name == "--include-path":
                included.append(Path(value))
        elif argument in _ALONE:
            is_pretty |= argument == "--pretty-json"
        elif argument.startswith("-") and argument != "-":
            raise UsageError(
                f"`{argument}` does not go with `--standard-json`",
                hint="settings belong into the standard JSON input",
            )
        else:
            files.append(argument)
    return files, [base, *included], is_pretty


def _read_input(files: Sequence[str], text: IO[str]) -> str:
    if len(files) > 1:
        raise UsageError("`--standard-json` takes one input file")
    if not files or files[0] == "-":
        return text.read()
    try:
        return Path(files[0]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{files[0]}` cannot be read: {error}") from None


def _find(name: str, folders: Sequence[Path]) -> str | None:
    """Return the text of a source below one of the folders."""
    for folder in folders:
        root = folder.resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            continue
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return None
