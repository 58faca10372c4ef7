"""Semantic analysis: names, types, inheritance and rules, from syntax tree to annotated tree.

The tree itself is never changed. What analysis finds out is kept in side tables, keyed by
`node_id`, in one `Analysis`:

- `analysis.expressions[id]` (`analysis.info(node)`): type, lvalue, purity, declaration, call;
- `analysis.variables[id]`: the `VariableSymbol` of a variable declaration;
- `analysis.symbols[id]`: the symbol of any other declaration;
- `analysis.types[id]`: the type that a type name means.

Symbols (`semantics.symbols`) carry what belongs to a declaration as a whole: linearised bases,
selectors, storage places, modifiers.
"""

from contractchain.lang.semantics.analysis import analyse, require_valid
from contractchain.lang.semantics.annotations import (
    Analysis,
    CallInfo,
    CallKind,
    ExpressionInfo,
    Lookup,
    YulReference,
    YulReferenceKind,
)
from contractchain.lang.semantics.builtins import Builtin

__all__ = [
    "Analysis",
    "Builtin",
    "CallInfo",
    "CallKind",
    "ExpressionInfo",
    "Lookup",
    "YulReference",
    "YulReferenceKind",
    "analyse",
    "require_valid",
]
