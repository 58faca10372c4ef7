"""The getter functions of public state variables.

Spec:
    Solidity documentation, "Getter Functions".
"""

from contractchain.lang import ast
from contractchain.lang.semantics.symbols import VariableSymbol
from contractchain.lang.semantics.types import (
    UINT256,
    ArrayType,
    FunctionType,
    FunctionTypeKind,
    MappingType,
    StructType,
    Type,
)

_MEMORY = ast.DataLocation.MEMORY


def getter_type(variable: VariableSymbol) -> FunctionType:
    """Return the external function type of the getter of `variable`.

    Mappings and arrays become parameters; of a struct, the members that are not arrays or
    mappings are returned.
    """
    parameters: list[Type] = []
    names: list[str] = []
    current = variable.type
    return_name = ""
    while True:
        if isinstance(current, MappingType):
            parameters.append(current.key.at(_MEMORY))
            names.append(current.key_name)
            return_name = current.value_name
            current = current.value
        elif isinstance(current, ArrayType):
            parameters.append(UINT256)
            names.append("")
            return_name = ""
            current = current.element
        else:
            break
    returns: list[Type] = []
    return_names: list[str] = []
    if isinstance(current, StructType):
        for member in current.symbol.members:
            if not isinstance(member.type, (ArrayType, MappingType)):
                returns.append(member.type.at(_MEMORY))
                return_names.append(member.name)
    else:
        returns.append(current.at(_MEMORY))
        return_names.append(return_name)
    return FunctionType(
        kind=FunctionTypeKind.EXTERNAL,
        parameters=tuple(parameters),
        returns=tuple(returns),
        mutability=ast.StateMutability.VIEW,
        parameter_names=tuple(names),
        return_names=tuple(return_names),
        declaration=variable,
    )
