"""User and developer documentation, from NatSpec comments.

Spec:
    Solidity documentation, "NatSpec Format".
"""

from typing import Any

from contractchain.lang.driver.abi_json import list_errors, list_events
from contractchain.lang.semantics.doc_comments import DocComment, parse_doc_comment
from contractchain.lang.semantics.signatures import external_signature
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    VariableSymbol,
)

Json = dict[str, Any]


def _comment_of(symbol: FunctionSymbol | VariableSymbol) -> DocComment:
    """Return the comment of a function, with what it takes over from one that it overrides.

    A function without tags takes those of the one function that it overrides; `@inheritdoc Base`
    adds the tags of the function of `Base` that are missing.
    """
    comment = parse_doc_comment(symbol.node.documentation)
    wanted = comment.named("inheritdoc")
    if wanted:
        base = _find_overridden(symbol, wanted[0].text.strip())
    elif not comment.tags and len(symbol.overridden) == 1:
        base = symbol.overridden[0]
    else:
        base = None
    if base is None:
        return comment
    own = {tag.name for tag in comment.tags}
    added = tuple(tag for tag in _comment_of(base).tags if tag.name not in own)
    return DocComment(tags=(*comment.tags, *added))


def _find_overridden(symbol: FunctionSymbol | VariableSymbol, name: str) -> FunctionSymbol | None:
    """Return the function of the base called `name` that `symbol` overrides, directly or not."""
    pending = list(symbol.overridden)
    while pending:
        item = pending.pop(0)
        if item.contract is not None and item.contract.name == name.rpartition(".")[2]:
            return item
        pending += item.overridden
    return None


def build_userdoc(contract: ContractSymbol) -> Json:
    """Return what is written for users: notices."""
    comment = parse_doc_comment(contract.node.documentation)
    out: Json = {"kind": "user", "methods": {}, "version": 1}
    if comment.text("notice"):
        out["notice"] = comment.text("notice")
    if contract.constructor is not None:
        notice = parse_doc_comment(contract.constructor.node.documentation).text("notice")
        if notice:
            out["methods"]["constructor"] = {"notice": notice}
    for symbol in contract.interface.values():
        notice = _comment_of(symbol).text("notice")
        if notice:
            out["methods"][external_signature(symbol)] = {"notice": notice}
    events = {
        event.signature: {"notice": notice}
        for event in list_events(contract)
        if (notice := parse_doc_comment(event.node.documentation).text("notice"))
    }
    if events:
        out["events"] = events
    errors = {
        error.signature: [{"notice": notice}]
        for error in list_errors(contract)
        if (notice := parse_doc_comment(error.node.documentation).text("notice"))
    }
    if errors:
        out["errors"] = errors
    return out


def build_devdoc(contract: ContractSymbol) -> Json:
    """Return what is written for developers: details, parameters, return values."""
    comment = parse_doc_comment(contract.node.documentation)
    out: Json = {"kind": "dev", "methods": {}, "version": 1}
    for tag, key in (("title", "title"), ("author", "author"), ("dev", "details")):
        if comment.text(tag):
            out[key] = comment.text(tag)
    out |= _custom(comment)
    if contract.constructor is not None:
        entry = _entry(
            parse_doc_comment(contract.constructor.node.documentation), contract.constructor
        )
        if entry:
            out["methods"]["constructor"] = entry
    for symbol in contract.interface.values():
        if isinstance(symbol, FunctionSymbol):
            entry = _entry(_comment_of(symbol), symbol)
            if entry:
                out["methods"][symbol.signature] = entry
    events = {
        item.signature: _entry(parse_doc_comment(item.node.documentation), item)
        for item in list_events(contract)
    }
    if any(events.values()):
        out["events"] = {name: entry for name, entry in events.items() if entry}
    errors = {
        item.signature: _entry(parse_doc_comment(item.node.documentation), item)
        for item in list_errors(contract)
    }
    if any(errors.values()):
        out["errors"] = {name: [entry] for name, entry in errors.items() if entry}
    variables = {}
    for variable in contract.variables:
        found = parse_doc_comment(variable.node.documentation)
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


def _custom(comment: DocComment) -> Json:
    names = dict.fromkeys(tag.name for tag in comment.tags if tag.name.startswith("custom:"))
    return {name: comment.text(name) for name in names}


def _entry(comment: DocComment, symbol: FunctionSymbol | EventSymbol | ErrorSymbol) -> Json:
    entry: Json = _custom(comment)
    if comment.text("author"):
        entry["author"] = comment.text("author")
    if comment.text("dev"):
        entry["details"] = comment.text("dev")
    parameters = {tag.parameter: tag.text for tag in comment.named("param")}
    if parameters:
        entry["params"] = parameters
    texts = [tag.text for tag in comment.named("return")]
    if texts and isinstance(symbol, FunctionSymbol):
        entry["returns"] = dict(
            _first_word(text) if item.name else (f"_{index}", text)
            for index, (item, text) in enumerate(zip(symbol.returns, texts, strict=False))
        )
    return entry


def _first_word(text: str) -> tuple[str, str]:
    name, _, rest = text.partition(" ")
    return name, rest.lstrip()
