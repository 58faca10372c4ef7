"""Selectors as numbers."""

from contractchain.crypto import keccak256
from contractchain.lang.semantics.signatures import external_signature
from contractchain.lang.semantics.symbols import FunctionSymbol, VariableSymbol
from contractchain.lang.semantics.types import FunctionType


def selector_of(symbol: FunctionSymbol | VariableSymbol) -> int:
    """Return the selector of a function or getter, by the rules of libraries where it is in one."""
    return int.from_bytes(keccak256(external_signature(symbol).encode())[:4], "big")


def known_selector(item: FunctionType) -> int | None:
    """Return the selector of a function that is declared; None for the value of a variable."""
    if isinstance(item.declaration, (FunctionSymbol, VariableSymbol)):
        return selector_of(item.declaration)
    return None
