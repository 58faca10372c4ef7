"""The function types that declarations have, seen from inside and from outside."""

from contractchain.lang import ast
from contractchain.lang.semantics.symbols import FunctionSymbol
from contractchain.lang.semantics.types import FunctionType, FunctionTypeKind, Type


def to_external(item: Type) -> Type:
    """Return the type that a caller sees: references in calldata are passed from memory."""
    if item.location is ast.DataLocation.CALLDATA:
        return item.at(ast.DataLocation.MEMORY)
    return item


def internal_function_type(function: FunctionSymbol) -> FunctionType:
    """Return the type of `function` for a jump."""
    return FunctionType(
        kind=FunctionTypeKind.INTERNAL,
        parameters=tuple(item.type for item in function.parameters),
        returns=tuple(item.type for item in function.returns),
        mutability=function.mutability,
        parameter_names=tuple(item.name for item in function.parameters),
        return_names=tuple(item.name for item in function.returns),
        declaration=function,
    )


def external_function_type(function: FunctionSymbol) -> FunctionType:
    """Return the type of `function` for a message call."""
    return FunctionType(
        kind=FunctionTypeKind.EXTERNAL,
        parameters=tuple(to_external(item.type) for item in function.parameters),
        returns=tuple(to_external(item.type) for item in function.returns),
        mutability=function.mutability,
        parameter_names=tuple(item.name for item in function.parameters),
        return_names=tuple(item.name for item in function.returns),
        declaration=function,
    )
