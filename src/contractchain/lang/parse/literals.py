"""The contents of number and string literals."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ESCAPE = re.compile(
    r"\\(?:(?P<simple>[\\'\"nrt])|x(?P<hex>[0-9a-fA-F]{2})|u(?P<unicode>[0-9a-fA-F]{4})"
    r"|(?P<newline>\r\n|\n|\r)|(?P<bad>[\s\S]?))"
)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


class LiteralFault(NamedTuple):
    """What is wrong with a literal."""

    code: int
    message: str
    offset: int
    """Characters between the start of the token and the fault."""
    length: int


def decode_string(token: str) -> tuple[bytes, bool, list[LiteralFault]]:
    """Return the bytes of a string token, whether it is `unicode`, and what is wrong with it.

    Args:
        token: The token in latin-1 text that holds UTF-8 bytes, quotes included.
    """
    is_unicode = token.startswith("unicode")
    start = (7 if is_unicode else 0) + 1
    body = token[start:-1]
    faults = list(_check_characters(body, start, is_unicode))
    out = bytearray()
    position = 0
    for match in _ESCAPE.finditer(body):
        out += body[position : match.start()].encode("latin-1")
        position = match.end()
        if match["simple"]:
            out += _SIMPLE[match["simple"]].encode()
        elif match["hex"]:
            out.append(int(match["hex"], 16))
        elif match["unicode"]:
            out += chr(int(match["unicode"], 16)).encode("utf-8", "surrogatepass")
        elif match["newline"] is None:
            length = match.end() - match.start()
            message = f"`{match[0]}` is not an escape sequence"
            faults.append(LiteralFault(8936, message, start + match.start(), length))
    out += body[position:].encode("latin-1")
    return bytes(out), is_unicode, faults


def _check_characters(body: str, start: int, is_unicode: bool) -> Iterator[LiteralFault]:
    if is_unicode:
        try:
            text = body.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError as error:
            yield LiteralFault(8452, "invalid UTF-8 in a string", start + error.start, 1)
            return
        if not is_direction_balanced(text):
            message = "text direction marks in a string do not match up"
            yield LiteralFault(8936, message, start, len(body))
        return
    for match in re.finditer(r"[^\x20-\x7e]+", re.sub(r"\\[\r\n]+", "  ", body)):
        message = 'a plain string holds printable ASCII only; write `unicode"..."`'
        yield LiteralFault(8936, message, start + match.start(), match.end() - match.start())
        return


def is_direction_balanced(text: str) -> bool:
    depth = 0
    for char in text:
        if char in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068":
            depth += 1
        elif char in "\u202c\u2069":
            depth -= 1
            if depth < 0:
                return False
    return depth == 0


def decode_hex_string(token: str) -> tuple[bytes, LiteralFault | None]:
    """Return the bytes of a `hex"..."` token, or what is wrong with it."""
    body = token[4:-1]
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2}(?:_?[0-9a-fA-F]{2})*)?", body):
        message = "a hex string needs pairs of hexadecimal digits"
        return b"", LiteralFault(8936, message, 0, len(token))
    return bytes.fromhex(body.replace("_", "")), None


def find_number_fault(text: str) -> LiteralFault | None:
    """Return what is wrong with the number `text`."""
    length = len(text)
    if text.startswith("0x"):
        digits = text[2:]
        if digits.endswith("_") or digits.startswith("_") or "__" in digits:
            return LiteralFault(2090, "underscores only separate digits", 0, length)
        return None
    if re.match(r"0[0-9_]", text):
        return LiteralFault(8936, "octal numbers are not allowed", 0, length)
    if text.endswith("_") or "__" in text:
        return LiteralFault(2090, "underscores only separate digits", 0, length)
    if "._" in text or "_." in text:
        return LiteralFault(3891, "no underscore next to the decimal point", 0, length)
    if re.search(r"_[eE]|[eE]-?_", text):
        return LiteralFault(6415, "no underscore next to the exponent", 0, length)
    return None
