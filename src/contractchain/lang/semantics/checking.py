"""What the parts of the expression checker share."""

from __future__ import annotations

from dataclasses import dataclass

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.contract_members import MemberScope
from contractchain.lang.semantics.conversions import (
    is_explicitly_convertible,
    is_implicitly_convertible,
)
from contractchain.lang.semantics.resolve_types import TypeResolver
from contractchain.lang.semantics.scopes import Scope
from contractchain.lang.semantics.symbols import ContractSymbol, FunctionSymbol, UnitScope
from contractchain.lang.semantics.types import (
    UNKNOWN,
    BoolType,
    FunctionType,
    IntegerType,
    RationalType,
    StringLiteralType,
    StringType,
    Type,
)
from contractchain.lang.semantics.using import UsingTable
from contractchain.lang.source import Span


@dataclass(slots=True, kw_only=True)
class Frame:
    """Where the checker is."""

    unit: UnitScope
    contract: ContractSymbol | None
    function: FunctionSymbol | None
    """Function whose body is checked; `None` in modifiers and initial values."""
    scope: Scope
    is_modifier: bool = False


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call, for the choice between overloads."""

    types: tuple[Type, ...]
    names: tuple[str, ...] | None


class CheckerBase:
    """State and small tools."""

    def __init__(self, context: Context, types: TypeResolver, using: UsingTable) -> None:
        self.context = context
        self.analysis = context.analysis
        self.type_resolver = types
        self.using = using
        self.frame: Frame
        self.allowed_logs: set[int] = set()
        """Node ids of calls of events and errors that stand where they may."""

    def check(self, node: ast.Expression, arguments: Arguments | None = None) -> ExpressionInfo:
        """Check `node` and everything under it, and return what it is."""
        raise NotImplementedError

    @property
    def member_scope(self) -> MemberScope:
        """From where members are looked up."""
        return MemberScope(self.frame.contract)

    def expect(self, node: ast.Expression, target: Type, what: str, code: int = 7407) -> None:
        """Report if the value of `node`, which is checked, cannot become a `target` by itself.

        Args:
            node: The expression.
            target: Type that is needed.
            what: Where it is needed, for the message: "an argument", "the condition".
            code: Number of the diagnostic.
        """
        source = self.analysis.expressions[node.node_id].type
        if is_implicitly_convertible(source, target):
            return
        hint = conversion_hint(source, target, self.source_text(node.span))
        if isinstance(target, BoolType) and isinstance(node, ast.Assignment):
            hint = "to compare, write `==`"
        self.context.type_error(
            code, f"{what} must be `{target}` but is `{source}`", node.span, hint=hint
        )

    def check_expecting(
        self, node: ast.Expression, target: Type, what: str, code: int = 7407
    ) -> ExpressionInfo:
        """Check `node` and that its value can become a `target`."""
        info = self.check(node)
        self.expect(node, target, what, code)
        return info

    def source_text(self, span: Span) -> str:
        """Return the source of `span`, if it is short."""
        file = self.context.analysis.sources.file_of(span)
        text = file.slice(span) if file is not None else ""
        return text if len(text) <= 40 and "\n" not in text else "..."


def conversion_hint(source: Type, target: Type, text: str) -> str | None:
    """Return how a value of `source` could be made to fit `target`."""
    if source is UNKNOWN or target is UNKNOWN:
        return None
    if isinstance(source, RationalType) and isinstance(target, IntegerType):
        if source.value.denominator != 1:
            return "there are no fractions: scale the number, as `1.5 ether` does"
        return (
            f"`{target}` holds {target.minimum} to {target.maximum}"
            if (target.bits <= 64)
            else f"the value does not fit in `{target}`"
        )
    if isinstance(source, BoolType) and isinstance(target, IntegerType):
        return f"write `{text} ? 1 : 0`"
    if isinstance(source, FunctionType):
        fits = len(source.returns) == 1 and is_implicitly_convertible(source.returns[0], target)
        return "call the function: `()` is missing" if fits else None
    if isinstance(target, BoolType) and isinstance(source, IntegerType):
        return f"compare it: `{text} != 0`"
    if isinstance(target, StringType) and isinstance(source, (IntegerType, RationalType)):
        return "no conversion is built in: libraries have one, such as `Strings.toString(x)`"
    if isinstance(source, StringLiteralType):
        return None
    if is_explicitly_convertible(source, target) and not target.is_reference:
        return f"convert it explicitly: `{target.describe()}({text})`"
    return None
