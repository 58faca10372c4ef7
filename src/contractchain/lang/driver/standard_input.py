"""Reading solc's standard JSON input.

Spec:
    Solidity documentation, "Compiler Input and Output JSON Description".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from contractchain.errors import UsageError
from contractchain.lang.driver.settings import MetadataHash, OutputSelection, Settings

Json = dict[str, Any]
UrlReader = Callable[[str], str | None]
"""Returns the text behind a URL of a source, if it can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardInput:
    """What a standard JSON input asks for."""

    sources: Mapping[str, str]
    """Texts by source unit name."""
    settings: Settings
    selection: OutputSelection


def read_standard_input(data: object, *, read_url: UrlReader | None = None) -> StandardInput:
    """Check a standard JSON input and take it apart.

    Args:
        data: The decoded JSON.
        read_url: Reads sources that are given by `urls`; without it they are refused.

    Raises:
        UsageError: something in it is missing, of the wrong type or not supported.
    """
    root = _object(data, "the input")
    language = root.get("language")
    if language != "Solidity":
        raise UsageError(f"the language is `{language}`", hint="only `Solidity` is supported")
    sources = _object(root.get("sources"), "`sources`")
    if not sources:
        raise UsageError("there are no sources")
    texts = {name: _read_source(name, entry, read_url) for name, entry in sources.items()}
    settings = _object(root.get("settings", {}), "`settings`")
    return StandardInput(
        sources=texts,
        settings=_read_settings(settings),
        selection=_read_selection(settings),
    )


def _object(value: object, what: str) -> Json:
    if not isinstance(value, dict):
        raise UsageError(f"{what} is no JSON object")
    return value


def _list(value: object, what: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{what} is no list of strings")
    return value


def _read_source(name: str, entry: object, read_url: UrlReader | None) -> str:
    source = _object(entry, f"the source `{name}`")
    content = source.get("content")
    if isinstance(content, str):
        return content
    urls = _list(source.get("urls", []), f"`urls` of `{name}`")
    for url in urls:
        text = read_url(url) if read_url is not None else None
        if text is not None:
            return text
    if urls:
        raise UsageError(f"none of the URLs of `{name}` can be read: {', '.join(urls)}")
    raise UsageError(f"the source `{name}` has neither `content` nor `urls`")


def _read_settings(settings: Json) -> Settings:
    optimizer = _object(settings.get("optimizer", {}), "`settings.optimizer`")
    enabled, runs = optimizer.get("enabled", False), optimizer.get("runs", 200)
    if not isinstance(enabled, bool):
        raise UsageError("`settings.optimizer.enabled` is neither true nor false")
    if not isinstance(runs, int) or isinstance(runs, bool) or runs < 0:
        raise UsageError("`settings.optimizer.runs` is no whole number")
    version = settings.get("evmVersion", Settings().evm_version)
    if not isinstance(version, str):
        raise UsageError("`settings.evmVersion` is no string")
    debug = _object(settings.get("debug", {}), "`settings.debug`")
    return Settings(
        optimize=enabled,
        runs=runs,
        evm_version=version,
        remappings=tuple(_list(settings.get("remappings", []), "`settings.remappings`")),
        libraries=_read_libraries(settings.get("libraries", {})),
        debug_revert_strings=debug.get("revertStrings") in ("debug", "verboseDebug"),
        stop_after_parsing=settings.get("stopAfter") == "parsing",
        **_read_metadata(settings.get("metadata", {})),
    )


def _read_metadata(value: object) -> Json:
    """Return what `settings.metadata` asks for; behind the code is only what it names itself."""
    given = _object(value, "`settings.metadata`")
    flags = {name: given.get(name, False) for name in ("appendCBOR", "useLiteralContent")}
    wish = given.get("bytecodeHash", "none")
    if "appendCBOR" not in given:
        flags["appendCBOR"] = wish != "none"
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            raise UsageError(f"`settings.metadata.{name}` is neither true nor false")
    try:
        metadata_hash = MetadataHash(wish)
    except ValueError:
        raise UsageError(
            f"`settings.metadata.bytecodeHash` is `{wish}`", hint="use `ipfs` or `none`"
        ) from None
    if not flags["appendCBOR"] and metadata_hash is not MetadataHash.NONE:
        raise UsageError(
            "`settings.metadata` asks for a hash, but `appendCBOR` is false",
            hint="set `bytecodeHash` to `none`",
        )
    if flags["appendCBOR"] and "bytecodeHash" not in given:
        metadata_hash = MetadataHash.IPFS
    return {
        "append_metadata": flags["appendCBOR"],
        "metadata_hash": metadata_hash,
        "literal_sources": flags["useLiteralContent"],
    }


def _read_libraries(value: object) -> Mapping[str, Mapping[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for file, libraries in _object(value, "`settings.libraries`").items():
        for name, address in _object(libraries, f"`settings.libraries.{file}`").items():
            digits = address.removeprefix("0x") if isinstance(address, str) else ""
            if len(digits) != 40 or not all(char in "0123456789abcdefABCDEF" for char in digits):
                raise UsageError(f"the address of the library `{name}` is no address: {address}")
            out.setdefault(file, {})[name] = digits.lower()
    return out


def _read_selection(settings: Json) -> OutputSelection:
    value = settings.get("outputSelection")
    if value is None:
        return OutputSelection(entries={})
    entries = {
        file: {
            contract: tuple(_list(outputs, f"`settings.outputSelection.{file}.{contract}`"))
            for contract, outputs in _object(contracts, f"`outputSelection.{file}`").items()
        }
        for file, contracts in _object(value, "`settings.outputSelection`").items()
    }
    return OutputSelection(entries=entries)


def parse_standard_input(text: str, *, read_url: UrlReader | None = None) -> StandardInput:
    """Decode and check a standard JSON input.

    Raises:
        UsageError: it is no JSON, or not what is expected.
    """
    try:
        data = orjson.loads(text)  # its limit of nesting does not depend on the interpreter's
    except ValueError as error:
        raise UsageError(f"the input is no JSON: {error}") from None
    return read_standard_input(data, read_url=read_url)


def read_file_url(url: str) -> str | None:
    """Return the text of a local file given as a path or a `file://` URL."""
    try:
        return Path(url.removeprefix("file://")).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
