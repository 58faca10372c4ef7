"""Variables of all kinds, and what is written around them."""

from contractchain.lang.ast.kinds import DataLocation, VariableMutability, Visibility
from contractchain.lang.ast.node import Declaration, Expression, Node, TypeName, node
from contractchain.lang.source import Span


@node
class Documentation(Node):
    """A NatSpec comment, without its comment marks."""

    text: str


@node
class IdentifierPath(Node):
    """`a.b.c` where a declaration is named"""

    names: tuple[str, ...]
    name_spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The path as it is written, without blanks."""
        return ".".join(self.names)


@node
class OverrideSpecifier(Node):
    """`override` or `override(A, B)`"""

    bases: tuple[IdentifierPath, ...]


@node
class VariableDeclaration(Declaration):
    """A state variable, parameter, return value, local, struct member or file-level constant."""

    type_name: TypeName
    location: DataLocation | None
    """Data location as written; `transient` for a transient state variable."""
    value: Expression | None
    """Initial value, of state variables and constants."""
    visibility: Visibility | None
    mutability: VariableMutability
    is_indexed: bool
    is_state_variable: bool
    override: OverrideSpecifier | None
    documentation: Documentation | None


@node
class ParameterList(Node):
    """`(T a, U b)`"""

    parameters: tuple[VariableDeclaration, ...]
