"""Version constraints and the other pragmas.

A file is accepted when its constraint lets any 0.8 compiler through: exact pins are the most
common constraint in published contracts, and say little about what the file needs.
"""

import re

from contractchain.lang import ast
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.symbols import UnitScope

_COMPARATOR = re.compile(
    r"\s*(\^|~|>=|<=|>|<|=)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?\s*"
)
_LANGUAGE = (0, 8)
_PATCHES = range(100)

Version = tuple[int, int, int]


def accepts_language(constraint: str) -> bool | None:
    """Return whether `constraint` lets some 0.8 compiler through; `None` when it is malformed."""
    tests = [_parse_range(part) for part in constraint.replace('"', "").split("||")]
    if any(test is None for test in tests):
        return None
    for patch in _PATCHES:
        version = (*_LANGUAGE, patch)
        for test in tests:
            if test is not None and all(low <= version < high for low, high in test):
                return True
    return False


_TOP = (1 << 30, 0, 0)


def _parse_range(text: str) -> list[tuple[Version, Version]] | None:
    """Return the half-open intervals whose intersection `text` is."""
    hyphen = re.split(r"\s+-\s+", text.strip())
    if len(hyphen) == 2:
        text = f">={hyphen[0]} <={hyphen[1]}"
    elif len(hyphen) > 2:
        return None
    intervals: list[tuple[Version, Version]] = []
    position = 0
    while position < len(text.rstrip()):
        match = _COMPARATOR.match(text, position)
        if match is None:
            return None
        intervals.append(_interval(match[1] or "=", [match[2], match[3], match[4]]))
        position = match.end()
    return intervals or None


def _interval(operator: str, parts: list[str | None]) -> tuple[Version, Version]:
    numbers = [int(part) for part in parts if part is not None and part.isdigit()]
    low = _pad(numbers)
    if not numbers:
        return (0, 0, 0), _TOP
    next_one = _pad([*numbers[:-1], numbers[-1] + 1])
    match operator:
        case "=":
            return low, next_one
        case ">=":
            return low, _TOP
        case ">":
            return next_one, _TOP
        case "<":
            return (0, 0, 0), low
        case "<=":
            return (0, 0, 0), next_one
        case "~":
            return low, _pad([numbers[0], numbers[1] + 1]) if len(numbers) > 1 else next_one
    for index, number in enumerate(numbers):
        if number:
            return low, _pad([*numbers[:index], number + 1])
    return low, next_one


def _pad(numbers: list[int]) -> Version:
    first, second, third = [*numbers, 0, 0, 0][:3]
    return first, second, third


def check_pragmas(context: Context, unit: UnitScope) -> None:
    """Report the pragmas of `unit` that this compiler cannot honour, and apply the others."""
    has_version = False
    coder: str | None = None
    for part in unit.node.parts:
        if not isinstance(part, ast.PragmaDirective):
            continue
        words = part.text.replace('"', " ").replace("'", " ").split()
        match words:
            case ["solidity", *_]:
                has_version = True
                _check_version(context, part)
            case ["abicoder", ("v1" | "v2") as version]:
                if coder is not None:
                    context.syntax_error(3845, "the ABI coder is chosen twice", part.span)
                coder = version
                unit.uses_coder_v1 = coder == "v1"
            case ["abicoder", *_]:
                context.syntax_error(
                    2745, "the ABI coder is `v1` or `v2`", part.span, hint="`v2` is the default"
                )
            case ["experimental", "ABIEncoderV2"]:
                if coder == "v1":
                    context.syntax_error(8273, "ABI coder v1 is chosen already", part.span)
                coder = "v2"
            case ["experimental", *names]:
                _check_experimental(context, part, names)
            case _:
                name = words[0] if words else ""
                context.syntax_error(4936, f"unknown pragma `{name}`", part.span)
    if not has_version:
        context.warning(
            3420,
            "the file does not say which compiler version it needs",
            unit.node.span._replace(length=0),
            hint="add `pragma solidity ^0.8.0;`",
        )


def _check_version(context: Context, part: ast.PragmaDirective) -> None:
    constraint = part.text[len("solidity") :].strip()
    accepted = accepts_language(constraint)
    if accepted is None:
        context.report(DiagnosticKind.PARSER_ERROR, 1684, "invalid version constraint", part.span)
    elif not accepted:
        context.report(
            DiagnosticKind.PARSER_ERROR,
            5333,
            f"the file needs Solidity `{constraint}`, and this compiler speaks 0.8",
            part.span,
            hint="port the file to 0.8 and write `pragma solidity ^0.8.0;`",
        )


_KNOWN_EXPERIMENTS = ("ABIEncoderV2", "SMTChecker")


def _check_experimental(context: Context, part: ast.PragmaDirective, names: list[str]) -> None:
    if not names:
        context.syntax_error(9679, "the name of the experimental feature is missing", part.span)
        return
    name = names[0].strip("\"'")
    if name == "solidity":
        context.unimplemented("experimental Solidity is not supported", part.span)
    elif name not in _KNOWN_EXPERIMENTS or len(names) > 1:
        context.syntax_error(8491, f"unknown experimental feature `{name}`", part.span)
