"""The grammar, turned into parse tables once per machine.

Building the tables takes about half a second, loading them a tenth. They are kept under the
user's cache directory; where that cannot be written, they are built each time. lark itself would
keep them as a pickle, which can run code when it is read; here they are plain data.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

import lark
import msgspec
from lark import Lark, Token
from lark.grammar import Rule
from lark.lark import _LOAD_ALLOWED_OPTIONS as _PASSED_ON_LOADING
from lark.lexer import TerminalDef

FORMAT = 2
"""Changes when what is kept, or how, does."""


def load_grammar() -> str:
    """Return the text of the grammar."""
    return (resources.files("contractchain.grammar") / "solidity.lark").read_text("utf-8")


def find_cache_directory() -> Path:
    """Return where tables are kept: `XDG_CACHE_HOME`, or `.cache` in the home directory."""
    base = os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base else Path("~/.cache").expanduser()
    return root / "contractchain"


def load_parser(transformer: object, on_comment: Callable[[Token], Token]) -> Lark:
    """Return the parser, which calls `transformer` per rule and `on_comment` per comment."""
    grammar = load_grammar()
    key = hashlib.sha256(f"{FORMAT} {lark.__version__} {sys.version_info[:2]} {grammar}".encode())
    path = find_cache_directory() / f"solidity-{key.hexdigest()[:16]}.tables"
    calls = {"transformer": transformer, "lexer_callbacks": {"COMMENT": on_comment}}
    try:
        tables = _restore(msgspec.json.decode(path.read_bytes()))
        parser: Lark = Lark.__new__(Lark)
        parser._load(tables, **calls)
        return parser
    except Exception:  # noqa: BLE001 - a damaged file fails in lark in any way; it is made again
        parser = build_parser(grammar, **calls)
    with suppress(OSError):
        _save(path, parser)
    return parser


def _restore(tables: dict[str, Any]) -> dict[str, Any]:
    """Make numbers of the keys that were numbers and that lark wants as such."""
    table = tables["data"]["parser"]["parser"]
    table["states"] = {int(state): row for state, row in table["states"].items()}
    tables["memo"] = {int(key): value for key, value in tables["memo"].items()}
    return tables


def build_parser(grammar: str, **calls: Any) -> Lark:
    """Return the parser for `grammar`, made anew."""
    return Lark(
        grammar,
        parser="lalr",
        lexer="contextual",
        keep_all_tokens=True,
        maybe_placeholders=False,
        **calls,
    )


def _save(path: Path, parser: Lark) -> None:
    """Keep the tables for other processes, whole or not at all."""
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    data["options"] = {
        name: value for name, value in data["options"].items() if name not in _PASSED_ON_LOADING
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="solidity-", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps({"data": data, "memo": memo}).encode())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
