"""What stands at file level and in contracts."""

from contractchain.lang.ast.kinds import (
    ContractKind,
    FunctionKind,
    StateMutability,
    Visibility,
)
from contractchain.lang.ast.node import Declaration, Expression, Node, TypeName, node
from contractchain.lang.ast.statements import Block
from contractchain.lang.ast.type_names import ElementaryTypeName
from contractchain.lang.ast.variables import (
    Documentation,
    IdentifierPath,
    OverrideSpecifier,
    ParameterList,
    VariableDeclaration,
)
from contractchain.lang.source import Span


@node
class PragmaDirective(Node):
    """`pragma solidity ^0.8.0;`"""

    text: str
    """What stands between `pragma` and the semicolon."""


@node
class ImportAlias(Node):
    """`symbol as alias`"""

    symbol: str
    alias: str | None
    name_span: Span


@node
class ImportDirective(Node):
    """`import "x" as y;`, `import {a as b} from "x";`"""

    path: str
    path_span: Span
    unit_alias: str | None
    unit_alias_span: Span
    aliases: tuple[ImportAlias, ...] | None
    """Names taken one by one; `None` when all are taken or the unit has an alias."""


@node
class UsingItem(Node):
    """`f` or `f as +` in `using {...} for T`"""

    path: IdentifierPath
    operator: str | None
    """Operator as written; `-` may mean one or two operands."""


@node
class UsingDirective(Node):
    """`using L for T;`, `using {f, g as +} for T global;`"""

    library: IdentifierPath | None
    items: tuple[UsingItem, ...]
    type_name: TypeName | None
    """`None` for `*`."""
    is_global: bool


@node
class StructDefinition(Declaration):
    """`struct S { T a; }`"""

    members: tuple[VariableDeclaration, ...]
    documentation: Documentation | None


@node
class EnumValue(Declaration):
    """One name of an enum"""


@node
class EnumDefinition(Declaration):
    """`enum E { A, B }`"""

    values: tuple[EnumValue, ...]
    documentation: Documentation | None


@node
class UserDefinedValueTypeDefinition(Declaration):
    """`type T is uint256;`"""

    underlying: ElementaryTypeName
    documentation: Documentation | None


@node
class ErrorDefinition(Declaration):
    """`error E(T a);`"""

    parameters: ParameterList
    documentation: Documentation | None


@node
class EventDefinition(Declaration):
    """`event E(T indexed a) anonymous;`"""

    parameters: ParameterList
    is_anonymous: bool
    documentation: Documentation | None


@node
class ModifierInvocation(Node):
    """`m(a)` in the header of a function; also the constructor call of a base"""

    path: IdentifierPath
    arguments: tuple[Expression, ...] | None
    """`None` when there are no parentheses."""


@node
class FunctionDefinition(Declaration):
    """A function, constructor, `receive`, `fallback` or free function"""

    kind: FunctionKind
    parameters: ParameterList
    returns: ParameterList | None
    visibility: Visibility | None
    mutability: StateMutability
    is_virtual: bool
    override: OverrideSpecifier | None
    modifiers: tuple[ModifierInvocation, ...]
    body: Block | None
    documentation: Documentation | None


@node
class ModifierDefinition(Declaration):
    """`modifier m(T a) { ... _; ... }`"""

    parameters: ParameterList | None
    is_virtual: bool
    override: OverrideSpecifier | None
    body: Block | None
    documentation: Documentation | None


@node
class InheritanceSpecifier(Node):
    """`B(a)` after `is`"""

    path: IdentifierPath
    arguments: tuple[Expression, ...] | None


@node
class ContractDefinition(Declaration):
    """A contract, interface or library"""

    kind: ContractKind
    is_abstract: bool
    bases: tuple[InheritanceSpecifier, ...]
    storage_base: Expression | None
    """Expression after `layout at`."""
    parts: tuple[Node, ...]
    """Everything between the braces, in order."""
    documentation: Documentation | None


@node
class SourceUnit(Node):
    """One file"""

    name: str
    """Source unit name."""
    license: str | None
    """SPDX identifier of the file."""
    parts: tuple[Node, ...]
    """Pragmas, imports, contracts and the other things at file level, in order."""


OPERATOR_TOKENS: frozenset[str] = frozenset(
    {"==", "!=", "<", ">", "<=", ">=", "|", "^", "&", "+", "-", "*", "/", "%", "~"}
)
"""Operators that `using {f as op} for T` can define."""
