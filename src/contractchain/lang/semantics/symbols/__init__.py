"""Symbols: the declarations of a compilation, with what later phases found out about them.

A symbol wraps the AST node of a declaration. Its plain fields are known when it is made; the
others are filled in exactly once, by the phase that the docstring names, before anything reads
them. Everything is read-only for the phases after `analyse`.
"""

from typing import TypeAlias

from contractchain.lang.semantics.symbols.base import Symbol
from contractchain.lang.semantics.symbols.callables import (
    CallableDeclaration,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    ModifierSymbol,
    ModifierUse,
)
from contractchain.lang.semantics.symbols.contracts import (
    BaseArguments,
    ContractSymbol,
    find_function_like,
    override_parameter_types,
)
from contractchain.lang.semantics.symbols.units import BuiltinSymbol, Flow, ModuleSymbol, UnitScope
from contractchain.lang.semantics.symbols.user_types import (
    EnumSymbol,
    EnumValueSymbol,
    StructSymbol,
    ValueTypeSymbol,
)
from contractchain.lang.semantics.symbols.variables import VariableKind, VariableSymbol

CallableSymbol: TypeAlias = (
    FunctionSymbol | EventSymbol | ErrorSymbol | VariableSymbol | ContractSymbol
)
"""What a `FunctionType` can be the type of; a variable stands for its getter."""

__all__ = [
    "BaseArguments",
    "BuiltinSymbol",
    "CallableDeclaration",
    "CallableSymbol",
    "ContractSymbol",
    "EnumSymbol",
    "EnumValueSymbol",
    "ErrorSymbol",
    "EventSymbol",
    "Flow",
    "FunctionSymbol",
    "ModifierSymbol",
    "ModifierUse",
    "ModuleSymbol",
    "StructSymbol",
    "Symbol",
    "UnitScope",
    "ValueTypeSymbol",
    "VariableKind",
    "VariableSymbol",
    "find_function_like",
    "override_parameter_types",
]
