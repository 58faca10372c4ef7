"""The grammar, turned into parse tables once per machine.

Building the tables takes about half a second, loading them a tenth. They are kept under the
user's cache directory; where that cannot be written, they are built each time.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import lark
from lark import Lark, Token


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
    key = hashlib.sha256(f"{lark.__version__} {sys.version_info[:2]} {grammar}".encode())
    path = find_cache_directory() / f"solidity-{key.hexdigest()[:16]}.tables"

    def build(cache: str | None) -> Lark:
        return Lark(
            grammar,
            parser="lalr",
            lexer="contextual",
            keep_all_tokens=True,
            maybe_placeholders=False,
            transformer=transformer,
            lexer_callbacks={"COMMENT": on_comment},
            cache=cache if cache is not None else False,
        )

    try:
        if path.exists():
            return build(str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix="solidity-", suffix=".new")
        os.close(handle)
    except OSError:
        return build(None)
    try:
        parser = build(name)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        return build(None)
    return parser
