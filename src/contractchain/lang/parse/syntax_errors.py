"""Turns what lark says about a syntax error into what a person can use."""

from contractchain.lang.diagnostics import Diagnostic, DiagnosticKind
from contractchain.lang.source import Span

TOKEN_NAMES: dict[str, str] = {
    "SEMICOLON": ";",
    "COMMA": ",",
    "RPAR": ")",
    "LPAR": "(",
    "RBRACE": "}",
    "LBRACE": "{",
    "RSQB": "]",
    "LSQB": "[",
    "COLON": ":",
    "DOT": ".",
    "EQUAL": "=",
    "IDENT": "a name",
    "NUMBER": "a number",
    "STRING": "a string",
    "CONTRACTKIND": "contract",
    "YID": "a name",
}
_CLOSERS = ("SEMICOLON", "RPAR", "RSQB", "RBRACE", "COMMA")
CURATED: dict[str, tuple[str, str]] = {
    "var": ("`var` is not part of the language", "write the type: `uint256 x = ...`"),
    "let": ("`let` only exists in inline assembly", "write the type: `uint256 x = ...`"),
    "const": ("`const` is not part of the language", "write the type: `uint256 constant X = ...`"),
    "throw": ("`throw` is gone", "write `revert()`"),
    "elif": ("there is no `elif`", "write `else if`"),
    "elseif": ("there is no `elseif`", "write `else if`"),
    "async": ("there are no async functions", "leave it out"),
    "def": ("`def` is not part of the language", "write `function name(...) { ... }`"),
    "fn": ("`fn` is not part of the language", "write `function name(...) { ... }`"),
    "func": ("`func` is not part of the language", "write `function name(...) { ... }`"),
    "class": ("`class` is not part of the language", "write `contract`"),
    "switch": ("`switch` only exists in inline assembly", "write `if` and `else if`"),
    "+": ("there is no unary `+`", "leave it out"),
    "external": ("`external` does not fit here", "the visibility of a variable is not `external`"),
    "return": ("`return` does not fit here", "statements stand inside functions"),
    "if": ("`if` does not fit here", "statements stand inside functions"),
    "for": ("`for` does not fit here", "statements stand inside functions"),
    "while": ("`while` does not fit here", "statements stand inside functions"),
    "emit": ("`emit` does not fit here", "statements stand inside functions"),
    "virtual": ("`virtual` does not fit here", "it belongs in the header of a function"),
}
"""What to say about words that come from other languages: message and hint."""


def describe_unexpected_token(
    text: str, kind: str, accepts: set[str], span: Span, previous: str
) -> Diagnostic:
    """Return the diagnostic for the token `text`, which cannot stand where it does.

    Args:
        text: The token as written.
        kind: Its terminal; `$END` at the end of the file.
        accepts: Terminals that could stand there.
        span: Where the token is.
        previous: The token before it.
    """
    message, hint = _explain(text, kind, accepts, previous)
    return Diagnostic(
        kind=DiagnosticKind.PARSER_ERROR, code=2314, message=message, span=span, hint=hint
    )


def _explain(text: str, kind: str, accepts: set[str], previous: str) -> tuple[str, str | None]:
    found = "the end of the file" if kind == "$END" else f"`{text}`"
    curated = CURATED.get(text) or CURATED.get(previous)
    if curated is not None and kind != "$END":
        return curated
    if "EVENT" in accepts and "CONTRACTKIND" not in accepts:
        return (
            f"expected a declaration in the contract but found {found}",
            "statements stand inside functions",
        )
    if "CONTRACTKIND" in accepts and "EVENT" in accepts:
        return (
            f"expected a contract or another declaration but found {found}",
            "a `}` may be left over" if text == "}" else None,
        )
    closers = [name for name in _CLOSERS if name in accepts]
    is_complete = not accepts & {"NUMBER", "YID"}
    if "SEMICOLON" in closers and is_complete:
        return f"expected `;` but found {found}", "a `;` is missing before it"
    if closers and is_complete:
        names = " or ".join(f"`{TOKEN_NAMES[name]}`" for name in closers[:2])
        return f"expected {names} but found {found}", None
    if "SEMICOLON" in closers:
        return f"expected `;` but found {found}", "a `;` may be missing before it"
    if accepts and len(accepts) <= 3:
        names = " or ".join(_name(name) for name in sorted(accepts))
        return f"expected {names} but found {found}", None
    if {"NUMBER", "IDENT"} <= accepts:
        return f"expected an expression but found {found}", None
    if "IDENT" in accepts:
        return f"expected a name but found {found}", None
    return f"{found} does not fit here", None


def _name(terminal: str) -> str:
    name = TOKEN_NAMES.get(terminal)
    if name is None:
        return f"`{terminal.lower()}`"
    return name if name.startswith("a ") else f"`{name}`"


def describe_unexpected_character(rest: str, span: Span) -> Diagnostic:
    """Return the diagnostic for text that begins with no token."""
    code, hint = 8936, None
    first = rest[0]
    if rest.startswith("/*"):
        message = "this comment has no end"
        hint = "add `*/`"
    elif first in "\"'" or rest.startswith(("hex", "unicode")):
        message = "this string has no end"
        hint = "add the closing quote"
    elif first.isdigit():
        message = "invalid number"
        hint = "a name cannot begin with a digit, and a unit needs a blank before it"
    elif ord(first) > 126 or ord(first) < 32:
        char = _first_character(rest)
        message = f"unexpected character `{char}` (U+{ord(char):04X})"
    else:
        message = f"unexpected character `{first}`"
    return Diagnostic(
        kind=DiagnosticKind.PARSER_ERROR, code=code, message=message, span=span, hint=hint
    )


def _first_character(rest: str) -> str:
    text = rest[:4].encode("latin-1").decode("utf-8", "ignore")
    return text[0] if text else rest[0]
