"""User and developer documentation, from NatSpec comments.

Spec:
    Solidity documentation, "NatSpec Format".
"""

import re
from dataclasses import dataclass, field
from typing import Any

from contractchain.lang import ast
from contractchain.lang.driver.abi_json import list_errors, list_events
from contractchain.lang.semantics.signatures import external_signature
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    VariableSymbol,
)

Json = dict[str, Any]
_TAG = re.compile(r"@([a-z][a-z:A-Z0-9-]*)")


@dataclass(slots=True)
class _Comment:
    """The tags of a NatSpec comment."""

    tags: dict[str, list[str]] = field(default_factory=dict)

    def text(self, tag: str) -> str:
        """Return the text of all tags of that name."""
        return "".join(self.tags.get(tag, ()))


def _parse(documentation: ast.Documentation | None) -> _Comment:
    """Split a comment into tags; blanks are kept as solc keeps them."""
    comment = _Comment()
    if documentation is None:
        return comment
    last: list[str] | None = None
    for line in documentation.text.split("\n"):
        found = _TAG.search(line)
        if found:
            last = comment.tags.setdefault(found[1], [])
            last.append(line[found.end() :].lstrip())
        elif last is not None:
            last[-1] += line if line[:1] in ("", " ", "\t") else f" {line}"
        elif line.strip() and not comment.tags:
            last = comment.tags.setdefault("notice", [])
            last.append(line.lstrip())
    return comment


def _comment_of(contract: ContractSymbol, symbol: FunctionSymbol | VariableSymbol) -> _Comment:
    """Return the comment of a function, or of the function that it overrides if it has none."""
    comment = _parse(symbol.node.documentation)
    seen = [symbol]
    while not comment.tags or "inheritdoc" in comment.tags:
        if not seen[-1].overridden:
            break
        base = seen[-1].overridden[0]
        if base in seen:
            break
        seen.append(base)
        comment = _parse(base.node.documentation)
    return comment


def build_userdoc(contract: ContractSymbol) -> Json:
    """Return what is written for users: notices."""
    comment = _parse(contract.node.documentation)
    out: Json = {"kind": "user", "methods": {}, "version": 1}
    if comment.text("notice"):
        out["notice"] = comment.text("notice")
    if contract.constructor is not None:
        notice = _parse(contract.constructor.node.documentation).text("notice")
        if notice:
            out["methods"]["constructor"] = {"notice": notice}
    for symbol in contract.interface.values():
        notice = _comment_of(contract, symbol).text("notice")
        if notice:
            out["methods"][external_signature(symbol)] = {"notice": notice}
    events = {
        event.signature: {"notice": notice}
        for event in list_events(contract)
        if (notice := _parse(event.node.documentation).text("notice"))
    }
    if events:
        out["events"] = events
    errors = {
        error.signature: [{"notice": notice}]
        for error in list_errors(contract)
        if (notice := _parse(error.node.documentation).text("notice"))
    }
    if errors:
        out["errors"] = errors
    return out


def build_devdoc(contract: ContractSymbol) -> Json:
    """Return what is written for developers: details, parameters, return values."""
    comment = _parse(contract.node.documentation)
    out: Json = {"kind": "dev", "methods": {}, "version": 1}
    for tag, key in (("title", "title"), ("author", "author"), ("dev", "details")):
        if comment.text(tag):
            out[key] = comment.text(tag)
    out |= _custom(comment)
    if contract.constructor is not None:
        entry = _entry(_parse(contract.constructor.node.documentation), contract.constructor)
        if entry:
            out["methods"]["constructor"] = entry
    for symbol in contract.interface.values():
        if isinstance(symbol, FunctionSymbol):
            entry = _entry(_comment_of(contract, symbol), symbol)
            if entry:
                out["methods"][symbol.signature] = entry
    events = {
        item.signature: _entry(_parse(item.node.documentation), item)
        for item in list_events(contract)
    }
    if any(events.values()):
        out["events"] = {name: entry for name, entry in events.items() if entry}
    errors = {
        item.signature: _entry(_parse(item.node.documentation), item)
        for item in list_errors(contract)
    }
    if any(errors.values()):
        out["errors"] = {name: [entry] for name, entry in errors.items() if entry}
    variables = {}
    for variable in contract.variables:
        found = _parse(variable.node.documentation)
        entry = _custom(found)
        if found.text("dev"):
            entry["details"] = found.text("dev")
        if found.text("return"):
            entry["return"] = found.text("return")
            entry["returns"] = {"_0": found.text("return")}
        if entry:
            variables[variable.name] = entry
    if variables:
        out["stateVariables"] = variables
    return out


def _custom(comment: _Comment) -> Json:
    return {tag: "".join(texts) for tag, texts in comment.tags.items() if tag.startswith("custom:")}


def _entry(comment: _Comment, symbol: FunctionSymbol | EventSymbol | ErrorSymbol) -> Json:
    entry: Json = _custom(comment)
    if comment.text("author"):
        entry["author"] = comment.text("author")
    if comment.text("dev"):
        entry["details"] = comment.text("dev")
    parameters = dict(_first_word(text) for text in comment.tags.get("param", ()))
    if parameters:
        entry["params"] = parameters
    texts = comment.tags.get("return", [])
    if texts and isinstance(symbol, FunctionSymbol):
        entry["returns"] = dict(
            _first_word(text) if item.name else (f"_{index}", text)
            for index, (item, text) in enumerate(zip(symbol.returns, texts, strict=False))
        )
    return entry


def _first_word(text: str) -> tuple[str, str]:
    name, _, rest = text.partition(" ")
    return name, rest.strip()
