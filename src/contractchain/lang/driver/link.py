"""Addresses of libraries in code: placeholders, and what replaces them."""

from collections.abc import Mapping

from contractchain.crypto import keccak256

LinkReferences = dict[str, dict[str, list[dict[str, int]]]]
"""File -> library -> places."""


def placeholder(file: str, library: str) -> str:
    """Return what stands in the hex of code for the address of a library that is not linked."""
    digest = keccak256(f"{file}:{library}".encode()).hex()[:34]
    return f"__${digest}$__"


def link_code(
    code: bytes, references: LinkReferences, libraries: Mapping[str, Mapping[str, str]]
) -> tuple[str, LinkReferences]:
    """Return code in hex with the known libraries filled in, and the references that stay open.

    Args:
        code: The code, zeros where addresses belong.
        references: Where they belong.
        libraries: File -> library -> address in hex without 0x; an empty file means any.
    """
    text, still_open = code.hex(), LinkReferences()
    for file, entries in references.items():
        for library, places in entries.items():
            known = libraries.get(file, {}).get(library) or libraries.get("", {}).get(library)
            if known is None:
                still_open.setdefault(file, {})[library] = places
            filling = known or placeholder(file, library)
            for place in places:
                start = 2 * place["start"]
                text = text[:start] + filling + text[start + 40 :]
    return text, still_open
