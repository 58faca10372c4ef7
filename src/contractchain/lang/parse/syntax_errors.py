"""Turns what lark says about a syntax error into what a person can use."""

import re
from difflib import get_close_matches

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
_MISSING = "a `;` is missing before it"
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
    "in": (
        "there is no `for ... in`",
        "write `for (uint256 i = 0; i < list.length; i++) { ... list[i] ... }`",
    ),
    "->": ("there is no `->`", "write `returns (...)`"),
    "else": ("`else` does not fit here", "it follows the block of an `if`"),
    "null": ("there is no null", "compare with the zero of the type: `0`, `address(0)`"),
}
"""What to say about words that come from other languages: message and hint."""

RESERVED_HINTS: dict[str, str] = {
    **{word: hint for word, (_, hint) in CURATED.items()},
    "return": "what a function returns is declared by `returns (...)`",
}
"""What to say about reserved words where a name is expected."""


_VISIBILITIES = ("public", "private", "internal", "external")
_WORDS_BEFORE = {
    "(": ("function", "modifier", "event", "error", "mapping"),
    "{": ("contract", "interface", "library", "struct", "enum", "if", "for", "while", "try"),
}
"""Keywords that are expected somewhere before a token where it stands unexpectedly."""
_HEADER = re.compile(r"([A-Za-z_$][\w$]*)\s*\((?:[^()]|\([^()]*\))*\)\s*$")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


LOOKALIKES: dict[str, str] = {
    **dict.fromkeys("“”„‟«»″", 'plain quotes `"`'),
    **dict.fromkeys("‘’‚‛′`", "plain quotes `'`"),
    **dict.fromkeys("–—−‐‑", "a plain `-`"),
    **dict.fromkeys("\u00a0\u2003\u2009\u200b\u202f\ufeff\u3000", "a plain blank"),
    "×": "`*`",
    "÷": "`/`",
    "≤": "`<=`",
    "≥": "`>=`",
    "≠": "`!=`",
    "；": "a plain `;`",
    "，": "a plain `,`",
    "（": "a plain `(`",
    "）": "a plain `)`",
}
"""What to write instead of characters that word processors and keyboards put in."""


def describe_unexpected_token(
    text: str, kind: str, accepts: set[str], span: Span, before: str, end: int
) -> Diagnostic:
    """Return the diagnostic for the token `text`, which cannot stand where it does.

    Args:
        text: The token as written.
        kind: Its terminal; `$END` at the end of the file.
        accepts: Terminals that could stand there.
        span: Where the token is.
        before: The text before it.
        end: End of the token before it.
    """
    misspelt = None if kind == "$END" or text in CURATED else _find_misspelt(text, before)
    if misspelt is not None:
        start, word, (message, hint) = misspelt
        span = Span(start, len(word), span.file)
    else:
        message, hint = _explain(text, kind, accepts, before)
    if "SEMICOLON" in accepts and hint == _MISSING and "\n" in before[end:]:
        span = Span(end, 0, span.file)
        message, hint = "expected `;`", "this line ends without one"
    return Diagnostic(
        kind=DiagnosticKind.PARSER_ERROR, code=2314, message=message, span=span, hint=hint
    )


def _find_misspelt(text: str, before: str) -> tuple[int, str, tuple[str, str | None]] | None:
    """Return where a word before `text` is nearly a keyword, or one of elsewhere, and what to say.

    Returns:
        Where the word begins, the word, and message and hint.
    """
    if text not in _WORDS_BEFORE:
        return None
    line = before.rfind("\n") + 1
    header = _HEADER.search(before, line)
    words = [(header.start(1), header[1])] if header else []
    words += [(match.start(), match[0]) for match in _WORD.finditer(before, line)][-2:]
    for start, word in words:
        if word in CURATED:
            return start, word, CURATED[word]
        close = get_close_matches(word, _WORDS_BEFORE[text], n=1, cutoff=0.7)
        if close and close[0] != word:
            return start, word, (f"`{word}` is no keyword", f"did you mean `{close[0]}`?")
    return None


def _explain(text: str, kind: str, accepts: set[str], before: str) -> tuple[str, str | None]:
    found = "the end of the file" if kind == "$END" else f"`{text}`"
    words = before.split()
    previous = words[-1] if words else ""
    curated = CURATED.get(text) or CURATED.get(previous)
    if curated is not None and kind != "$END":
        return curated
    if ("STATEATTR" in accepts and text in ("=", "(", ".", "[")) or text in ("+=", "-=", "++"):
        what = "a call" if text == "(" else "an assignment"
        return f"{what} does not fit here", "statements stand inside functions"
    if previous == "function" and "RETURN" not in accepts and accepts == {"LPAR"}:
        return (
            f"a function cannot be defined inside another one: `{text}`",
            "a `}` is missing before it",
        )
    if kind == "$END":
        return "the file ends too early", "a `}` is missing"
    if text in _VISIBILITIES and "IDENT" in accepts and "VISIBILITY" not in accepts:
        return f"`{text}` does not fit here", "only state variables and functions have a visibility"
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
        return f"expected `;` but found {found}", _MISSING
    if closers and is_complete:
        names = " or ".join(f"`{TOKEN_NAMES[name]}`" for name in closers[:2])
        hint = "a `,` is missing before it" if "COMMA" in closers and _WORD.match(text) else None
        return f"expected {names} but found {found}", hint
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
        plain = LOOKALIKES.get(char)
        if plain is not None:
            hint = f"write {plain}"
    else:
        message = f"unexpected character `{first}`"
    return Diagnostic(
        kind=DiagnosticKind.PARSER_ERROR, code=code, message=message, span=span, hint=hint
    )


def _first_character(rest: str) -> str:
    text = rest[:4].encode("latin-1").decode("utf-8", "ignore")
    return text[0] if text else rest[0]
