"""Types as they are written."""

from contractchain.lang.ast.kinds import StateMutability, Visibility
from contractchain.lang.ast.node import Expression, TypeName, node
from contractchain.lang.ast.variables import IdentifierPath, ParameterList
from contractchain.lang.source import Span


@node
class ElementaryTypeName(TypeName):
    """`uint8`, `address payable`, `string`"""

    name: str
    """The keyword as written: `uint` stays `uint`."""
    is_payable: bool
    """Whether `payable` follows `address`; for the lone keyword `payable`, too."""


@node
class UserDefinedTypeName(TypeName):
    """`A.B`"""

    path: IdentifierPath


@node
class ArrayTypeName(TypeName):
    """`T[]`, `T[n]`"""

    base: TypeName
    length: Expression | None


@node
class MappingTypeName(TypeName):
    """`mapping(K key => V value)`"""

    key: TypeName
    key_name: str
    key_name_span: Span
    value: TypeName
    value_name: str
    value_name_span: Span


@node
class FunctionTypeName(TypeName):
    """`function (T) external view returns (U)`"""

    parameters: ParameterList
    returns: ParameterList | None
    visibility: Visibility | None
    mutability: StateMutability
